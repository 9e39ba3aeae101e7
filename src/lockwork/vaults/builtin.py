"""The built-in vault: values sealed under a data key of their version's own, in the same database."""

import re
from collections.abc import Iterable, Mapping, Sequence

from lockwork.crypto import envelope
from lockwork.crypto.envelope import KeyContext, ValueContext
from lockwork.crypto.keyring import Keyring
from lockwork.database import keys, versions
from lockwork.database.engine import Transaction
from lockwork.database.versions import DataKey, Wrapped
from lockwork.domain.errors import Tampered
from lockwork.domain.sensitive import Sensitive
from lockwork.vaults.contract import Fetch, VersionOf

_ROOT_ID = re.compile(r"[0-9a-f]{32}")


class BuiltinVault:
    """Seals with the root key that is active in the very transaction that writes."""

    def __init__(self, store: str, keyring: Keyring) -> None:
        self._store = store
        self._keyring = keyring

    def put(
        self,
        tx: Transaction,
        at: VersionOf,
        values: Mapping[str, Sensitive],
        *,
        by: str,
        now: int,
        changed: Sequence[str] | None,
    ) -> None:
        """Seal `values` under a new data key and keep them as version `at`."""
        root = keys.active(tx)
        data_key = envelope.new_data_key()
        wrapped, sealed = self._wrapped(at, data_key, root), _sealed(at, data_key, values)
        versions.insert(tx, wrapped, sealed, by=by, now=now, changed=changed)

    def get(self, tx: Transaction, wanted: Sequence[Fetch]) -> list[dict[str, Sensitive]]:
        """One query for what is wanted whole, one for single keys; one unwrapping a version."""
        kept = versions.kept_values(tx, [(w.at.secret, w.at.version, w.keys) for w in wanted])
        return [self._opened(w.at, w.keys, *one) for w, one in zip(wanted, kept, strict=True)]

    def destroy(self, tx: Transaction, secret: str, which: Iterable[int]) -> None:
        """Without its data key nothing of a version can be opened, by anyone."""
        versions.destroy(tx, secret, which)

    def rewrap(self, tx: Transaction, row: Wrapped, root: str, *, reseal: bool) -> None:
        """Protect a version by another root key; with `reseal` also by a new data key."""
        at = VersionOf(row.secret, row.version, row.namespace)
        data_key = self._unwrapped(at, row.wrapped, row.root_key)
        sealed: dict[str, bytes] = {}
        if reseal:
            values = self.get(tx, [Fetch(at)])[0]
            data_key = envelope.new_data_key()
            sealed = _sealed(at, data_key, values)
        versions.rewrap(tx, self._wrapped(at, data_key, root), row.root_key, sealed)

    def _wrapped(self, at: VersionOf, data_key: bytes, root: str) -> Wrapped:
        wrapped = self._keyring.wrap(self._context(at, root), data_key)
        return Wrapped(at.secret, at.version, at.namespace, wrapped, root)

    def _unwrapped(self, at: VersionOf, wrapped: bytes, root: str) -> bytes:
        return self._keyring.unwrap(self._context(at, root), wrapped)

    def _context(self, at: VersionOf, root: str) -> KeyContext:
        if not _ROOT_ID.fullmatch(root):
            raise Tampered(f"version {at.version} of secret {at.secret} names no root key")
        return KeyContext(bytes.fromhex(root), self._store, at.secret, at.version, at.namespace)

    def _opened(
        self,
        at: VersionOf,
        wanted: tuple[str, ...] | None,
        row: DataKey | None,
        sealed: Mapping[str, bytes | None],
    ) -> dict[str, Sensitive]:
        if row is None or row.wrapped is None or row.root_key is None:
            raise Tampered(f"version {at.version} of secret {at.secret} has no data key: it cannot be opened")
        if missing := [key for key in wanted or () if key not in sealed]:
            raise Tampered(f"version {at.version} of secret {at.secret} has lost key {missing[0]!r}")
        if wanted is None and not sealed:  # there is no version without a key
            raise Tampered(f"version {at.version} of secret {at.secret} has lost its values")
        data_key = self._unwrapped(at, row.wrapped, row.root_key)
        return {key: _open(at, data_key, key, value) for key, value in sealed.items()}


def _sealed(at: VersionOf, data_key: bytes, values: Mapping[str, Sensitive]) -> dict[str, bytes]:
    return {
        key: envelope.seal(data_key, ValueContext(at.secret, at.version, key), value.reveal().encode())
        for key, value in values.items()
    }


def _open(at: VersionOf, data_key: bytes, key: str, sealed: bytes | None) -> Sensitive:
    if sealed is None:
        raise Tampered(f"key {key!r} of version {at.version} of secret {at.secret} has no value")
    opened = envelope.open_sealed(data_key, ValueContext(at.secret, at.version, key), sealed)
    return Sensitive(opened.decode())
