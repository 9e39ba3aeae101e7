"""THE door. Every message, whatever the way in: name the caller → permit → handle → record → answer.

A change shares its transaction with its record; a reveal's values leave after its record is on disk; a
refusal or failure is recorded after the rollback. Reading metadata is recorded only when it is refused.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, Protocol, TypeVar

from lockwork.database import tokens
from lockwork.database.engine import Transaction
from lockwork.domain.access import Permission, allowed, who_may
from lockwork.domain.audit import Outcome, Subject
from lockwork.domain.errors import (
    Fault,
    InvalidInput,
    LockworkError,
    NotFound,
    NotLoggedIn,
    NotPermitted,
    Refused,
    Tampered,
    TooManyAttempts,
    Unavailable,
)
from lockwork.domain.secrets import SecretScope
from lockwork.messages import Answer, Effect, Message, WorkspaceMessage, check_texts, checked
from lockwork.service import callers
from lockwork.service.callers import Door, Met, Shown
from lockwork.service.context import Context, House, Porch
from lockwork.service.recording import recorded
from lockwork.service.trail import Entry

R = TypeVar("R")
Asked = tuple[Door, Message[Any]]

MINUTE = 60_000_000
_MOST_NOTED = 10_000


class Handlers(Protocol):
    """Which function answers which message: of a `Context`, or of a `Porch` where nobody has a name yet."""

    def __getitem__(self, message: type[Message[Any]]) -> Answer[Any]: ...


class Inside(NamedTuple):
    """Who came in, and where they stand among those who are answered together."""

    place: int
    context: Context
    message: Message[Any]


class Gate:
    """Answers messages for one store."""

    def __init__(self, house: House, handlers: Handlers) -> None:
        self._house = house
        self._handlers = handlers
        self._noted: dict[str, int] = {}
        """By token, the minute in which its use was last written down here."""

    @property
    def house(self) -> House:
        """The store that it is the door of."""
        return self._house

    def answer(self, door: Door, message: Message[R]) -> R:
        """The answer, or a failure from the domain's tree; both recorded as the message's effect demands."""
        message = checked(message)
        try:
            return self._answered(door, message)
        except LockworkError as failure:
            self._record_if_due(door, message, failure)
            raise
        except Exception as unforeseen:
            fault = Fault(unforeseen)
        # Pages that contradict each other lead to rows that nobody foresaw: then that is what is told.
        self._house.database.check_whole()
        self._record_if_due(door, message, fault)
        raise fault  # out here: what was not foreseen may hold values, and a chain would keep it

    def answer_together(self, asked: Sequence[Asked]) -> list[Any]:
        """Answers to reveals of one kind that came at one time: from one view, their records in one commit.

        A failure stands for an answer whose record could not be written, and None for what is to be asked by
        itself: it is told then what is the matter.
        """
        answers: list[Any] = [None] * len(asked)
        with suppress(Exception):  # what nobody foresaw as well: nothing has left, and all is asked again
            seen = self._seen_together(asked) if asked else []
            due = [_done(one.context, one.message) for one, _ in seen]
            for (one, answer), failure in zip(seen, self._recorded(due), strict=True):
                answers[one.place] = failure or answer
        return answers

    def close(self) -> None:
        """Close the connections; the next message opens them again."""
        self._house.strangers.write(self._house.clock())
        self._house.database.close()

    def _answered(self, door: Door, message: Message[R]) -> R:
        check_texts(message)
        if message.permission is Permission.NOBODY:
            return self._on_the_porch(door, message)
        database = self._house.database
        effect = message.effect_as_asked
        changes = effect is Effect.CHANGE
        writes = changes or effect is Effect.NOTE
        with database.writing() if writes else database.reading() as tx:
            context = self._entered(tx, door, message)
            answer: R = (
                self._changed(door, context, message)
                if changes
                else self._handlers[type(message)].handler(context, message)
            )
        if effect is Effect.REVEAL:
            self._record_reveal(context, message)
        self._note_use(context)
        return answer

    def _seen_together(self, asked: Sequence[Asked]) -> list[tuple[Inside, Any]]:
        """Who is answered, with the answer: from one view, which a failure of the database's ends."""
        together = self._handlers[type(asked[0][1])].together
        inside: list[Inside] = []
        answers: Sequence[Any] = ()
        if together is not None:
            with suppress(LockworkError), self._house.database.reading() as tx:
                inside = list(self._entered_together(tx, asked))
                answers = together([(one.context, one.message) for one in inside])
        seen = [(one, answer) for one, answer in zip(inside, answers, strict=False) if answer is not None]
        for one, _ in seen:
            self._note_use(one.context)
        return seen

    def _entered_together(self, tx: Transaction, asked: Sequence[Asked]) -> Iterator[Inside]:
        """Those who may ask this: who may not concerns nobody else."""
        met: Met = {}
        for place, (door, message) in enumerate(asked):
            with suppress(InvalidInput, NotFound, NotLoggedIn, NotPermitted):
                check_texts(message)
                yield Inside(place, self._entered(tx, door, message, met), message)

    def _recorded(self, due: Sequence[Entry]) -> list[LockworkError | None]:
        return recorded(self._house.database, self._house.trail, due) if due else []

    def _changed(self, door: Door, context: Context, message: Message[R]) -> R:
        """The answer to a change, recorded in its transaction; what was done before is not done again."""
        if not isinstance(door, Shown) or door.key is None:
            return self._done(context, message)
        from lockwork.service.repeats import Repeat  # lazy: only a server is asked so

        repeat = Repeat(context, message, door.key)
        before = repeat.answer_before(message)
        if before is not None:
            return before.answer
        answer = self._done(context, message)
        repeat.keep(answer)
        return answer

    def _done(self, context: Context, message: Message[R]) -> R:
        answer: R = self._handlers[type(message)].handler(context, message)
        self._house.trail.append_all(context.tx, (_done(context, message),))
        return answer

    def _note_use(self, context: Context) -> None:
        """Write down that the caller's token was used, once a minute: not a write for each question."""
        token, minute = context.caller.token, context.now - context.now % MINUTE
        if token is None or (context.used_before or 0) >= minute or self._noted.get(token) == minute:
            return
        if len(self._noted) >= _MOST_NOTED:
            self._noted.clear()
        self._noted[token] = minute
        # What cannot be noted, as on a full disk, keeps nobody from what they were answered.
        with suppress(LockworkError), self._house.database.appending() as tx:
            tokens.was_used(tx, token, minute)

    def _on_the_porch(self, door: Door, message: Message[R]) -> R:
        """Who asks has no name yet. A password takes its time: the handler opens its own transactions."""
        answer: R = self._handlers[type(message)].handler(Porch(self._house, door), message)
        return answer

    def _entered(self, tx: Transaction, door: Door, message: Message[Any], met: Met | None = None) -> Context:
        """The context for a caller who may ask this; else the failure says why not."""
        context = self._context(tx, door, message, met)
        caller = context.caller
        scopes = (SecretScope.WORKSPACE, SecretScope.USER) if message.is_about_secrets else (None,)
        if not any(allowed(caller, message.permission, scope) for scope in scopes):
            raise NotPermitted(
                f"user {caller.name!r} may not do this: {message.action} needs {message.permission}",
                hint=who_may(message.permission),
            )
        return context

    def _context(self, tx: Transaction, door: Door, message: Message[Any], met: Met | None = None) -> Context:
        """The context for a caller who comes in, whatever they may do there."""
        now = self._house.clock()
        caller, sight, used_before = callers.entered(tx, door, message, now, met)
        context = Context(self._house, tx, caller, sight, needs=message.permission, now=now)
        context.used_before = used_before
        return context

    def _record_reveal(self, context: Context, message: Message[Any]) -> None:
        """Before any value leaves. What a step fetched goes into its run with the record, or not at all."""
        if context.fetched is None:
            self._house.recorder.write(_done(context, message))
            return
        from lockwork.database import runs  # lazy: most questions are no run's

        with self._house.database.appending() as tx:
            # Before the record, which holds up all other records until the commit.
            runs.add_fetched(tx, context.fetched, by=context.caller.user)
            self._house.trail.append_all(tx, (_done(context, message),))

    def _record_if_due(self, door: Door, message: Message[Any], failure: LockworkError) -> None:
        if isinstance(failure, NotLoggedIn | TooManyAttempts) and isinstance(door, Shown):
            what = message.action if message.permission is Permission.NOBODY else _shown_in_vain(failure)
            self._house.strangers.count(door.address or "", what, self._house.clock())
        if isinstance(failure, Unavailable) and not isinstance(failure, Tampered):
            return  # what could not be asked cannot be recorded either
        if message.effect_as_asked is not Effect.READ or isinstance(failure, NotPermitted):
            self._record_failure(door, message, failure)

    def _record_failure(self, door: Door, message: Message[Any], failure: LockworkError) -> None:
        refused = isinstance(failure, NotPermitted | Refused)
        # If even this cannot be written, the failure itself is what the caller must hear.
        with suppress(LockworkError):
            with self._house.database.reading() as tx:
                caller = callers.named(tx, door)
                subject = self._subject(tx, door, message)
            self._house.recorder.write(
                Entry(
                    now=self._house.clock(),
                    caller=caller,
                    action=message.action,
                    outcome=Outcome.REFUSED if refused else Outcome.FAILED,
                    workspace=message.workspace if isinstance(message, WorkspaceMessage) else None,
                    subjects=[subject],
                    run=getattr(message, "run", None),
                    step=getattr(message, "step", None),
                    detail=type(failure).__name__,
                )
            )

    def _subject(self, tx: Transaction, door: Door, message: Message[Any]) -> Subject | None:
        """What was asked of: by name and id where the caller may know of it, whichever they gave."""
        from lockwork.messages.secrets import OneSecret  # lazy, both: only where something fails
        from lockwork.service import findings

        if isinstance(message, OneSecret):
            # Whoever comes in may list names; who does not is recorded with what they wrote, and no more.
            # So is what no database could look for: whatever was asked, there is a record.
            with suppress(Exception):
                found = findings.known(self._context(tx, door, message), message)
                if found is not None:
                    return findings.named_subject(found)
        return _subject_named_by(message)


def _shown_in_vain(failure: LockworkError) -> str:
    """As strangers are counted: who guesses is told apart from who was away too long."""
    return "ended-token" if isinstance(failure, NotLoggedIn) and failure.has_ended else "token"


def _done(context: Context, message: Message[Any]) -> Entry:
    """The record of what was answered."""
    return Entry(
        now=context.now,
        caller=context.caller,
        action=message.action,
        outcome=context.outcome,
        workspace=context.sight.workspace_name if isinstance(message, WorkspaceMessage) else None,
        subjects=context.subjects or [_subject_named_by(message)],
        run=getattr(message, "run", None),
        step=getattr(message, "step", None),
        detail=context.detail,
    )


def _subject_named_by(message: Message[Any]) -> Subject | None:
    """What a message names, where no handler got to say it."""
    kind = message.action.split(".")[0]
    for field in (kind, "name", "run", "key"):
        name = getattr(message, field, None)
        if isinstance(name, str):
            return Subject(kind=kind, name=name)
    return None
