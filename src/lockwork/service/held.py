"""What lets people and programs in, as records tell it: tokens and passwords, each by a digest of its row."""

from collections.abc import Iterable, Iterator

from lockwork.database import access, tokens
from lockwork.database.engine import Transaction
from lockwork.database.tokens import TokenRow
from lockwork.domain.audit import Subject
from lockwork.service import states


def of_tokens(tx: Transaction, ids: Iterable[str]) -> list[Subject]:
    """These tokens as they are now, for the record of what made them so; in the order of the ids."""
    rows = {row.id: row for row in tokens.some(tx, ids)}
    return [of_token(rows[id_]) for id_ in dict.fromkeys(ids) if id_ in rows]


def of_token(row: TokenRow) -> Subject:
    return Subject(kind="token", name=row.name, id=row.id, state=states.of_token(row))


def revoked(tx: Transaction, ids: Iterable[str], now: int) -> list[Subject]:
    """After these, and all that they minted, were revoked."""
    ended = [one for id_ in ids for one in (id_, *tokens.revoke(tx, id_, now))]
    return of_tokens(tx, ended)


def of_password(user: str, name: str, kept: str) -> Subject:
    return Subject(kind="password", name=name, id=user, state=states.of_password(user, kept))


def every(tx: Transaction) -> Iterator[Subject]:
    """All that there is."""
    yield from map(of_token, tokens.every(tx))
    for user, name, kept in access.passwords(tx):
        yield of_password(user, name, kept)
