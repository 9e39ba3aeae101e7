"""A change that is asked again under the same key is answered as before and not done again (a day long).

What was asked is kept as HMAC-SHA256 under a key derived from the audit key, so that no value can be guessed
from the table; what was answered, in the transaction of the change, where it holds no secret text, behind an
HMAC of both. What does, such as a new token, is told once: asked again, it is refused.
"""

from hmac import compare_digest
from typing import Generic, NamedTuple

import msgspec

from lockwork.database import answered
from lockwork.database.answered import Asked
from lockwork.domain.errors import KeyReused, Refused, Tampered
from lockwork.domain.sensitive import Sensitive
from lockwork.messages import Message, R
from lockwork.service.context import Context
from lockwork.wire.requests import answer_from, revealed

_MAC = 32
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
        self._keyed = ctx.house.trail.derived(ctx.tx, _LABEL)
        self._question = b""

    def answer_before(self, message: Message[R]) -> "Before[R] | None":
        """What was answered; None where it is to be done now, `KeyReused` where it was another question."""
        tx, now = self._ctx.tx, self._ctx.now
        answered.forget_before(tx, now - DAY)
        question = self._question = self._hash(message)
        if answered.claim(tx, self._asked, question, now):
            return None
        found = answered.find(tx, self._asked)
        if found is None or not compare_digest(found.question, question):
            raise KeyReused(
                "this idempotency key was used for another question",
                hint="use a fresh key for each change, such as a UUID",
            )
        answer = self._opened(found.answer)
        if not answer:
            raise Refused(
                "this was done before under the same key, and the text that it told is told only once",
                hint="take back what was made then, and ask for another under a fresh key",
            )
        return Before(answer_from(message, answer))

    def keep(self, answer: object) -> None:
        """The answer, for who asks again."""
        told = _without_values(answer)
        answered.keep(self._ctx.tx, self._asked, self._mac(told) + told)

    def _opened(self, kept: bytes) -> bytes:
        mac, told = kept[:_MAC], kept[_MAC:]
        if not compare_digest(mac, self._mac(told)):
            raise Tampered("an answer that was kept to be told again was changed")
        return told

    def _mac(self, told: bytes) -> bytes:
        return self._keyed.of(b"A" + self._question + told)

    def _hash(self, message: Message[R]) -> bytes:
        return self._keyed.of(b"Q" + type(message).__name__.encode() + b"\0" + _QUESTIONS.encode(message))


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
