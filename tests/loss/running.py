"""A pipeline of one step, run in the store of LOCKWORK_HOME."""

from lockwork import pipeline, step


@step
def one() -> int:
    print("printed")
    return 1


@pipeline
def running() -> None:
    one()


if __name__ == "__main__":
    running()
