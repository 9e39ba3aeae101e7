"""`lockwork key …`: the root keys that all values are sealed under."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lockwork.cli import terminal
from lockwork.cli.commands import Group
from lockwork.cli.session import Session, complete_by, output_option, pass_session
from lockwork.domain.errors import InvalidInput
from lockwork.domain.keys import KeyState, RootKeyInfo

if TYPE_CHECKING:
    from lockwork.client.api import Client

FIELDS = ("id", "state", "created", "present", "wraps", "lacking")
_NOTICED = 5.0
"""Seconds in which servers that run take notice of a key that was just added."""
complete_root_keys = complete_by(lambda client, _context, _word: [key.id for key in client.list_keys()])


def record(found: RootKeyInfo) -> dict[str, Any]:
    return {name: getattr(found, name) for name in FIELDS}


@click.group(cls=Group)
def key() -> None:
    """The root keys that all values are sealed under. Keep a copy of them: nothing opens without."""


@key.command("list")
@output_option
@pass_session
def list_(session: Session) -> None:
    """List the root keys: which is active, which are at hand, how many versions each protects.

    And which servers lack one that they will need: it cannot be made active before they have it.
    """
    known = session.client.list_keys()
    columns = FIELDS if any(key.lacking for key in known) else FIELDS[:-1]
    session.show_list(map(record, known), FIELDS, columns=columns)


@key.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
def generate(file: Path | None) -> None:
    """Make a fresh root key: print it, for LOCKWORK_ROOT_KEY, or write it into FILE; no store is touched.

    FILE must not exist yet. Only you can read it: name it in LOCKWORK_ROOT_KEY_FILE.
    """
    from lockwork.crypto.keyring import Keyring, RootKey  # lazy: no other command here needs the cipher

    if file is None:
        print(RootKey.generate().reveal())
    elif not file.name:  # as in "." and "/"
        raise InvalidInput(f"{str(file)!r} names no file")
    else:
        made = Keyring.create_file(file)
        terminal.note(f"made root key {made.first.id_text} in {file}")
    terminal.note("keep a copy of it: nothing opens without it")


@key.command()
@output_option
@pass_session
def add(session: Session) -> None:
    """Add a fresh root key to the keyring; `rotate` makes it the active one."""
    added = session.client.add_key()
    session.done(f"added root key {added.id}; it waits for `lockwork key rotate`", record(added))
    terminal.note("keep a copy of the keyring: nothing opens without it")


@key.command()
@click.option("--reseal", is_flag=True, help="Give every version a new data key too: for a key that leaked.")
@output_option
@pass_session
def rotate(session: Session, reseal: bool) -> None:
    """Seal everything under a new root key, and retire the old one.

    It can be interrupted and called again: what is done stays done, and the rest is done as it was begun.
    """
    client = session.client
    active, reseal = _make_active(client, reseal)
    rewrapped = _rewrap(client)
    retired = client.retire_keys().retired
    facts = {"active": active, "retired": retired, "versions": rewrapped, "resealed": reseal}
    versions = f"{rewrapped:,} version{'' if rewrapped == 1 else 's'} rewrapped"
    session.done(f"root key {active} is active; {versions}, {len(retired)} retired", facts)
    if session.output == "table":
        for old in retired:
            terminal.hint(f"lockwork key destroy {old} takes the old key out of the keyring, for good")
    terminal.note("keep a copy of the keyring: nothing opens without it")


@key.command()
@click.argument("key_id", metavar="KEY", shell_complete=complete_root_keys)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@output_option
@pass_session
def destroy(session: Session, key_id: str, yes: bool) -> None:
    """Take a retired root key out of the keyring, for good. Copies of the store from before need it."""
    if not yes:
        session.client.destroy_key(key_id, dry_run=True)
        terminal.must_confirm(
            f"destroy root key {key_id}? Copies and backups under it can never be opened again."
        )
    gone = session.client.destroy_key(key_id)
    session.done(f"destroyed root key {gone.id}", record(gone))


def _make_active(client: "Client", reseal: bool) -> tuple[str, bool]:
    """The key to rewrap under, and whether to reseal: a new one, unless a rotation to one was interrupted.

    To reseal, a plain rotation is not taken over: what it has moved already is to be resealed as well.
    """
    known = client.list_keys()
    has_leaked = any(key.state is KeyState.LEAKED for key in known)
    if has_leaked or (not reseal and any(key.state.is_on_its_way_out for key in known)):
        terminal.note(f"a rotation{' with --reseal' * has_leaked} was interrupted; this finishes it")
        return next(key.id for key in known if key.state is KeyState.ACTIVE), has_leaked
    if not any(key.state is KeyState.WAITING for key in known):
        client.add_key()
    _wait_for_servers(client)
    return client.activate_key(reseal=reseal).id, reseal


def _wait_for_servers(client: "Client") -> None:
    """Until those that run have seen the key in their files; if they do not, the switch says who."""
    deadline = time.monotonic() + _NOTICED
    while time.monotonic() < deadline:
        waiting = [key for key in client.list_keys() if key.state is KeyState.WAITING]
        if not waiting or not waiting[-1].lacking:
            return
        time.sleep(0.2)


def _rewrap(client: "Client") -> int:
    """Every version, batch by batch; each batch is its own transaction."""
    total, watched = 0, sys.stderr.isatty()
    while left := client.rewrap_versions():
        total = max(total, left)
        if watched:
            print(f"\r{total - left:,} of {total:,} versions", end="", file=sys.stderr, flush=True)
    if watched and total:
        print(f"\r{total:,} of {total:,} versions", file=sys.stderr)
    return total
