"""The whole tree of failures. Each says which thing, what is wrong and what to do; none carries a value.

    LockworkError
    ├── InvalidInput (ValueError)            bad name, key, value, option, file
    │   ├── WrongUsage                       the command line itself is wrong
    │   ├── NotJson                          a body that does not say it is JSON
    │   └── TooLarge                         more than is taken at once
    ├── NotFound (KeyError)                  no such thing, or none that the caller may see
    ├── Refused                              understood, possible, and not done
    │   ├── AlreadyExists (ValueError)       the name is taken
    │   ├── Ambiguous (KeyError, ValueError) a name that could mean two things
    │   ├── NotStarted                       a program that is not there, or cannot be started
    │   ├── KeyReused                        an idempotency key with another question
    │   ├── StillReferenced                  others depend on it
    │   ├── TooManyAttempts                  wait, then try again
    │   └── VersionMismatch                  somebody else wrote first
    ├── NotPermitted (PermissionError)       the caller may know of it, and may not do this
    ├── ValidationFailed                     references or secrets are missing; carries the report
    ├── RunFailed                            a step failed; carries the run
    ├── Fault                                something in Lockwork itself is wrong
    └── Unavailable                          could not be asked
        ├── NotLoggedIn (PermissionError)    no token, or one that opens nothing
        ├── Misdirected                      a server that goes by another name
        ├── NotReady                         a server that has no admin yet
        ├── Outdated                         a server and its store are of different schemas
        ├── Busy                             a server that has too much to do: wait, then try again
        ├── ServerAway                       no answer, or none that can be trusted
        ├── StoreUnusable                    missing, locked, damaged, readable by others
        │   └── Tampered                     what is stored does not open: changed, moved or cut
        ├── RootKeyUnusable                  missing, wrong or malformed root key
        └── ProviderFailed                   an outside service that a component needs

Only messages of this tree reach users. A hint is a sentence or a command that leads out.
"""

from collections.abc import Sequence

from lockwork.domain.nearness import did_you_mean


class LockworkError(Exception):
    """The root: `except LockworkError` catches every failure that Lockwork reports on purpose."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if hint:
            self.add_note(f"hint: {hint}")  # where Python shows a traceback, the way out stands below it

    def __str__(self) -> str:  # KeyError would print a repr
        return self.message

    def __reduce__(self) -> tuple[object, ...]:
        return _revive, (type(self), self.message, dict(self.__dict__))


def _revive(kind: type[LockworkError], message: str, state: dict[str, object]) -> LockworkError:
    """Unpickle without calling a subclass's own signature: failures cross from worker processes."""
    failure = kind.__new__(kind, message)
    failure.args = (message,)
    failure.__dict__.update(state)
    return failure


class InvalidInput(LockworkError, ValueError):
    """What was given breaks a rule; nothing was changed."""


class WrongUsage(InvalidInput):
    """The command line itself is wrong: exit code 2."""


class TooLarge(InvalidInput):
    """More than is taken at once; nothing was looked at."""


class NotJson(InvalidInput):
    """A body that does not say it is JSON; nothing was looked at."""


class NotFound(LockworkError, KeyError):
    """There is no such thing, or none that the caller may see: the two are told alike."""

    def __init__(self, kind: str, name: str, *, near: Sequence[str] = (), hint: str | None = None) -> None:
        self.kind, self.name, self.near = kind, name, tuple(near)
        super().__init__(f"no {kind} {name!r}{did_you_mean(near)}", hint=hint)


class Refused(LockworkError):
    """Understood and possible, and not done: doing it would break or lose something."""


class AlreadyExists(Refused, ValueError):
    """The name is taken in this scope."""

    def __init__(self, kind: str, name: str, where: str, *, hint: str | None = None) -> None:
        self.kind, self.name = kind, name
        super().__init__(f"{kind} {name!r} already exists {where}", hint=hint)


class Ambiguous(Refused, KeyError, ValueError):
    """The name means more than one thing, and the difference matters here."""


class NotStarted(Refused):
    """A program is not there, or cannot be started: `exit_code` is what a shell answers then, 127 or 126."""

    def __init__(self, message: str, *, is_there: bool, hint: str | None = None) -> None:
        self.exit_code = 126 if is_there else 127
        super().__init__(message, hint=hint)


class StillReferenced(Refused):
    """Others refer to it: `uses` says which, as sentences."""

    def __init__(self, message: str, uses: Sequence[str], *, hint: str | None = None) -> None:
        self.uses = tuple(uses)
        super().__init__(f"{message}: {', '.join(self.uses)}", hint=hint)


class KeyReused(Refused):
    """An idempotency key was used for another question before."""


class TooManyAttempts(Refused):
    """Too many failed before this one: it was not looked at. `seconds` says how long to wait."""

    def __init__(self, message: str, seconds: int, *, hint: str | None = None) -> None:
        self.seconds = seconds
        super().__init__(message, hint=hint)


class VersionMismatch(Refused):
    """The thing was changed since it was read; nothing was written."""

    def __init__(self, kind: str, name: str, wanted: int, found: int) -> None:
        self.wanted, self.found = wanted, found
        super().__init__(
            f"{kind} {name!r} is at version {found}, not {wanted}; nothing was changed",
            hint="read it again, then repeat the change with the version you read",
        )


class NotPermitted(LockworkError, PermissionError):
    """The caller may know of the thing and may not do this with it."""


class ValidationFailed(LockworkError):
    """References or declared secrets do not hold: nothing has run. `report` is a domain Report."""

    def __init__(self, message: str, report: object, *, hint: str | None = None) -> None:
        self.report = report
        super().__init__(message, hint=hint)


class RunFailed(LockworkError):
    """A step failed. `run` is the run's record; the message names the step and why, masked."""

    def __init__(self, message: str, run: object, *, hint: str | None = None) -> None:
        self.run = run
        super().__init__(message, hint=hint)


class Fault(LockworkError):
    """Something in Lockwork itself is wrong: what failed and where. The text of it may quote anything."""

    def __init__(self, failure: BaseException) -> None:
        super().__init__(f"internal: {type(failure).__name__} in {_place(failure)}", hint=_REPORT)


_REPORT = "please report it with the command that you typed, and without any value"


def _place(failure: BaseException) -> str:
    """The innermost line of ours."""
    place, trace = "lockwork", failure.__traceback__
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if module.startswith("lockwork"):
            place = f"{module}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


class Unavailable(LockworkError):
    """The question could not be asked: exit code 3."""


class NotLoggedIn(Unavailable, PermissionError):
    """Nobody has shown who asks: no token, or one that is unknown, expired or revoked."""

    has_ended = False
    """Whether it was good once, such as a log-in that was left open: for our counts, and told to nobody."""


class Misdirected(Unavailable):
    """A server was asked by a name that is not its own."""


class NotReady(Unavailable):
    """A server that nobody has set up yet."""


class Outdated(Unavailable):
    """A server and its store are of different schemas: another Lockwork has upgraded the one or the other."""


class Busy(Unavailable):
    """So many wait already that this was not looked at. `seconds` says how long to wait."""

    def __init__(self, message: str, seconds: int, *, hint: str | None = None) -> None:
        self.seconds = seconds
        super().__init__(message, hint=hint)


class ServerAway(Unavailable):
    """A server does not answer, or not as one that can be trusted."""


class StoreUnusable(Unavailable):
    """The embedded store is missing, locked, damaged, or readable by others."""


class Tampered(StoreUnusable):
    """Something stored does not open under its key and context: it was changed, moved or damaged."""

    def __init__(self, message: str, *, hint: str = "lockwork audit verify") -> None:
        super().__init__(message, hint=hint)


class RootKeyUnusable(Unavailable):
    """No root key that fits was found, or what was given is not one."""


class ProviderFailed(Unavailable):
    """A service that a component stands for did not do what was asked."""
