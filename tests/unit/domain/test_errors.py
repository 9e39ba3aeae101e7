"""The tree of failures: what each tells."""

import pickle
import traceback

from lockwork.domain.errors import Ambiguous, InvalidInput, NotFound


def test_a_hint_stands_below_the_traceback() -> None:
    """Python users see the way out too; once, also of a failure that crossed from another process."""
    failure = NotFound("secret", "db", hint="lockwork secret create db -i")
    crossed = pickle.loads(pickle.dumps(failure))
    for one in (failure, crossed, pickle.loads(pickle.dumps(crossed))):
        told = "".join(traceback.format_exception_only(one))
        assert told.count("lockwork secret create db -i") == 1
        assert str(one) == "no secret 'db'"
    assert not hasattr(InvalidInput("without"), "__notes__")


def test_a_name_that_finds_too_much_is_a_key_error_too() -> None:
    """Who catches KeyError around a lookup by name meets both that nothing and that several were found."""
    assert issubclass(NotFound, KeyError)
    assert issubclass(Ambiguous, KeyError)
    assert str(Ambiguous("'prod' could be several secrets")) == "'prod' could be several secrets"
