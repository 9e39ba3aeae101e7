"""A change that is asked again under the same key is answered as before and not done again (a day long).

What was asked is kept as HMAC-SHA256 under a key derived from the audit key, so that no value can be guessed
from the table; what was answered, in the transaction of the change, where it holds no secret text. What does,
such as a new token, is told once: asked again, it is refused.
"""

from hmac import compare_digest
from typing import Generic, NamedTuple

import msgspec

from lockwork.database import answered
from lockwork.database.answered import Asked
from lockwork.domain.errors import KeyReused, Refused
from lockwork.domain.sensitive import Sensitive
from lockwork.messages import Message, R
from lockwork.service.context import Context
from lockwork.wire.requests import answer_from, revealed

DAY = 24 * 60 * 60 * 1_000_000
_LABEL = b"lockwork: questions asked again, 1"
_QUESTIONS = msgspec.json.Encoder(enc_hook=revealed, order="deterministic")
"""Values are in it: what it makes goes into the hash alone."""


class Repeat:
    """One change under a key, in its transaction."""

    def __init__(self, ctx: Context, message: Message[R], key: str) -> None:
        self._ctx = ctx
        # By the token, not its owner: a narrower one of theirs must not hear what a wider one was told.
        self._asked = Asked(ctx.caller.token or "", message.action, key)

    def answer_before(self, message: Message[R]) -> "Before[R] | None":
        """What was answered; None where it is to be done now, `KeyReused` where it was another question."""
        tx, now = self._ctx.tx, self._ctx.now
        answered.forget_before(tx, now - DAY)
        question = self._hash(message)
        if answered.claim(tx, self._asked, question, now):
            return None
        found = answered.find(tx, self._asked)
        if found is None or not compare_digest(found.question, question):
            raise KeyReused(
                "this idempotency key was used for another question",
                hint="use a fresh key for each change, such as a UUID",
            )
        if not found.answer:
            raise Refused(
                "this was done before under the same key, and the text that it told is told only once",
                hint="take back what was made then, and ask for another under a fresh key",
            )
        return Before(answer_from(message, found.answer))

    def keep(self, answer: object) -> None:
        """The answer, for who asks again."""
        answered.keep(self._ctx.tx, self._asked, _without_values(answer))

    def _hash(self, message: Message[R]) -> bytes:
        asked = type(message).__name__.encode() + b"\0" + _QUESTIONS.encode(message)
        return self._ctx.house.trail.derived(self._ctx.tx, _LABEL).of(asked)


class Before(NamedTuple, Generic[R]):
    """An answer of before, which may be nothing."""

    answer: R


class _HoldsValue(Exception):
    """There is a secret text in it."""


def _without_values(answer: object) -> bytes:
    """Its JSON, or nothing where a value is in it."""
    try:
        return msgspec.json.encode(answer, enc_hook=_told)
    except _HoldsValue:
        return b""


def _told(thing: object) -> str:
    if isinstance(thing, Sensitive):
        raise _HoldsValue
    return revealed(thing)
