"""The tree of failures: what each tells."""

import pickle
import traceback

from lockwork.domain.errors import InvalidInput, NotFound


def test_a_hint_stands_below_the_traceback() -> None:
    """Python users see the way out too; once, also of a failure that crossed from another process."""
    failure = NotFound("secret", "db", hint="lockwork secret create db -i")
    crossed = pickle.loads(pickle.dumps(failure))
    for one in (failure, crossed, pickle.loads(pickle.dumps(crossed))):
        told = "".join(traceback.format_exception_only(one))
        assert told.count("lockwork secret create db -i") == 1
        assert str(one) == "no secret 'db'"
    assert not hasattr(InvalidInput("without"), "__notes__")
