"""`lockwork secret …`: create, list, get, update, rename, delete and bring back."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from lockwork.cli import formats, hints, rights, terminal
from lockwork.cli.commands import Group, key_alone
from lockwork.cli.entry import ON_COMMAND_LINES, EntryCommand, echo, entered, entry_options, is_asking
from lockwork.cli.secret_files import export
from lockwork.cli.secret_history import destroy, restore, versions
from lockwork.cli.session import (
    Session,
    complete_deleted,
    complete_keys,
    complete_secrets,
    complete_versions,
    listing_options,
    output_option,
    pass_session,
    scope_option,
)
from lockwork.domain.errors import AlreadyExists, InvalidInput, NotFound, VersionMismatch, WrongUsage
from lockwork.domain.secrets import SecretInfo, SecretName, SecretScope, SecretVersion, check_merge
from lockwork.messages import Listing
from lockwork.messages.secrets import CreateSecret, ListSecrets, UpdateSecret

FIELDS = ("id", "name", "scope", "workspace", "owner", "keys", "version", "created", "updated")
_COLUMNS = ("name", "scope", "owner", "keys", "version", "updated")
_DELETED_COLUMNS = ("id", "name", "scope", "owner", "deleted")


def record(info: SecretInfo) -> dict[str, Any]:
    """A secret under its stable field names; no values."""
    return {name: getattr(info, name) for name in FIELDS}


@click.group(cls=Group)
def secret() -> None:
    """Keep, read, change and find secrets.

    A secret is a named group of keys and values. Its scope is `workspace`, for everyone in the workspace, or
    `user`, for its owner alone.
    """


@secret.command(cls=EntryCommand, epilog=ON_COMMAND_LINES)
@click.argument("name")
@entry_options
@scope_option("-s", "--scope", help="For everyone in the workspace (default), or for you alone.")
@click.option("--if-exists", type=click.Choice(["fail", "update", "skip"]), default="fail", show_default=True,
              help="What to do where the name is taken.")  # fmt: skip
@output_option
@pass_session
def create(session: Session, /, name: str, scope: SecretScope | None, if_exists: Any, **given: Any) -> None:
    """Keep a new secret, from any mix of --KEY=VALUE, mappings, files and questions.

    --KEY=VALUE takes any key, before or after NAME, and wins over --values and --env-file.
    """
    scope, is_left = scope or SecretScope.WORKSPACE, False
    SecretName.parse(name)

    def look() -> tuple[str, ...] | None:
        nonlocal is_left
        if is_asking(given):
            rights.check(session, CreateSecret, is_own=scope is SecretScope.USER)
        present = _present(session, name, scope)
        if present and if_exists == "fail":
            raise _taken(session, present)
        is_left = present is not None and if_exists == "skip"
        return None if is_left else ()

    values = entered(**given, look=look)
    if not values and if_exists != "skip":
        raise InvalidInput(
            "there is nothing to store", hint="give --KEY=VALUE, --values, --env-file, --ask KEY or -i"
        )
    if not is_left:
        echo(name, values)
    info = session.client.create_secret(name, values, scope, if_exists=if_exists)
    # What the store found there is not told by its answer, so nothing is claimed that may not be so.
    sentences = {"fail": "created {}, version {}", "update": "stored {}, now version {}",
                 "skip": "{} is there, at version {}"}  # fmt: skip
    _changed(session, sentences[if_exists].format(info, info.version), info)


@secret.command("list")
@click.option("--name", metavar="F", help="Filter: a value, or contains:, startswith:, endswith:, gt:, gte:, "
              "lt:, lte: and one.")  # fmt: skip
@scope_option(help="Only of this scope.")
@click.option("--owner", metavar="F", help="Filter by the owner's name.")
@click.option("--created", metavar="F", help="Filter by time, such as gte:2025-01-31 or lt:2025-01-31T12:00.")
@click.option("--updated", metavar="F", help="Filter by time.")
@click.option("--any", "is_any", is_flag=True, help="Join several filters by or, not by and.")
@listing_options()
@click.option("--deleted", is_flag=True, help="Those that were deleted and can still be brought back.")
@output_option
@pass_session
def list_(session: Session, /, scope: SecretScope | None, is_any: bool, sort_by: str, page: int, size: int,
          deleted: bool, **filters: str | None) -> None:  # fmt: skip
    """List secrets, 20 a page; never reads a value."""
    given = {name: text for name, text in filters.items() if text is not None}
    if is_any and scope is not None:  # one filter of several: joined by or like the others
        given["scope"], scope = scope.value, None
    listing = Listing(filters=given, any=is_any, sort_by=sort_by, page=page, size=size)
    client = session.client
    found = client.send(
        ListSecrets(workspace=client.workspace, listing=listing, scope=scope, deleted=deleted)
    )
    records = [{**record(info), "deleted": info.deleted} for info in found.items]
    session.show_list(
        records,
        (*FIELDS, "deleted") if deleted else FIELDS,
        columns=_DELETED_COLUMNS if deleted else _COLUMNS,
        page=found,
        nothing="no secrets found",
    )


@secret.command()
@click.argument("name_or_id", shell_complete=complete_secrets)
@scope_option("-s", "--scope")
@click.option("--reveal", is_flag=True, help="Show the values.")
@click.option(
    "--key",
    metavar="KEY",
    shell_complete=complete_keys,
    callback=key_alone,
    help="Print this one value and nothing else.",
)
@click.option(
    "--version",
    type=click.IntRange(1),
    metavar="N",
    shell_complete=complete_versions,
    help="An old version that is still kept.",
)
@output_option
@pass_session
def get(session: Session, name_or_id: str, scope: SecretScope | None, reveal: bool, key: str | None,
        version: int | None) -> None:  # fmt: skip
    """Show the keys of a secret; with --reveal or --key its values.

    Who read a value is kept in the audit trail. Without values, an unambiguous beginning of the name, or of
    the id from 8 digits on, will do.
    """
    if reveal and key is not None:
        raise WrongUsage("--reveal and --key cannot go together", hint="--key KEY prints that one value")
    if key is not None:
        found = session.client.get_secret(name_or_id, scope, version=version, key=key)
        _print_value(found.secret_values[key])
    elif reveal:
        found = session.client.get_secret(name_or_id, scope, version=version)
        _show(session, found.info, found.secret_values)
    else:
        info = session.client.describe_secret(name_or_id, scope, prefix=True)
        if name_or_id not in (info.name, info.id):
            terminal.note(f"{name_or_id!r} matched {info.name!r}")
        _show(session, _at(session, info, version))
        if session.output == "table":
            words = _again(name_or_id, info) + (f" --version {version}" if version else "")
            terminal.hint(f"lockwork secret get {words} --reveal shows the values; --key KEY prints one")


@secret.command(cls=EntryCommand, epilog=ON_COMMAND_LINES)
@click.argument("name_or_id", shell_complete=complete_secrets)
@entry_options
@click.option(
    "-r",
    "--remove-keys",
    "remove",
    metavar="KEY",
    multiple=True,
    shell_complete=complete_keys,
    callback=key_alone,
    help="Remove this key; may be repeated.",
)
@scope_option()
@scope_option("-s", "--new-scope", help="Move it to this scope.")
@click.option("--if-version", type=click.IntRange(1), metavar="N", help="Only if this is still its version.")
@click.option("--force", is_flag=True, help="Even if others refer to what is taken away.")
@output_option
@pass_session
def update(session: Session, /, name_or_id: str, remove: tuple[str, ...], scope: SecretScope | None,
           new_scope: SecretScope | None, if_version: int | None, force: bool,
           **given: Any) -> None:  # fmt: skip
    """Set and remove keys, as one new version; the other keys stay."""
    was = session.client.describe_secret(name_or_id, scope)  # before anybody types a value for it

    def look() -> tuple[str, ...]:
        if is_asking(given):
            rights.check(session, UpdateSecret, is_own=was.scope is SecretScope.USER)
            if if_version not in (None, was.version):
                raise VersionMismatch("secret", was.name, if_version or 0, was.version)
            check_merge(was.name, was.keys, given["ask"], remove)
        return was.keys

    values = entered(**given, look=look)
    if _can_succeed(was, values, remove, if_version):
        echo(was.name, values, remove)
    info = session.client.update_secret(
        name_or_id,
        scope,
        add_or_update_values=values,
        remove_values=remove,
        new_scope=new_scope,
        if_version=if_version,
        force=force,
    )
    _changed(session, f"updated {info}, now version {info.version}", info)


@secret.command()
@click.argument("name_or_id", shell_complete=complete_secrets)
@click.option("-n", "--new-name", metavar="NEW", required=True, help="What to call it.")
@scope_option()
@click.option("--update-references", is_flag=True, help="Rewrite the references of its workspace as well.")
@click.option("--force", is_flag=True, help="Even if others refer to it.")
@output_option
@pass_session
def rename(session: Session, name_or_id: str, new_name: str, scope: SecretScope | None,
           update_references: bool, force: bool) -> None:  # fmt: skip
    """Call a secret something else; refused while others refer to it by its name."""
    if update_references and force:
        raise WrongUsage("--update-references and --force cannot go together")
    was = session.client.describe_secret(name_or_id, scope)
    info = session.client.update_secret(
        name_or_id, scope, new_name=new_name, update_references=update_references, force=force
    )
    _changed(session, f"renamed {was} to {info.name!r}, now version {info.version}", info)


@secret.command()
@click.argument("name_or_id", shell_complete=complete_secrets)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@scope_option()
@click.option("--force", is_flag=True, help="Even if others refer to it.")
@click.option("--purge", is_flag=True, help="For good, also what was deleted already (by its id).")
@output_option
@pass_session
def delete(session: Session, name_or_id: str, yes: bool, scope: SecretScope | None, force: bool,
           purge: bool) -> None:  # fmt: skip
    """Delete a secret. For 30 days `undelete` brings it back, unless --purge."""
    if not yes:
        how = "for good; nothing brings it back" if purge else "it can be brought back for 30 days"
        found = session.client.delete_secret(name_or_id, scope, force=force, purge=purge, dry_run=True)
        terminal.must_confirm(f"delete {found} ({how})?")
    info = session.client.delete_secret(name_or_id, scope, force=force, purge=purge)
    _changed(session, f"{'purged' if purge else 'deleted'} {info}", info)
    if not purge and session.output == "table":
        terminal.hint(f"lockwork secret undelete {info.id} brings it back")


@secret.command()
@click.argument("name_or_id", shell_complete=complete_deleted)
@scope_option(help="Which of two deleted secrets of that name.")
@click.option("--new-name", metavar="NEW", help="Bring it back under another name.")
@output_option
@pass_session
def undelete(session: Session, name_or_id: str, scope: SecretScope | None, new_name: str | None) -> None:
    """Bring a deleted secret back with its versions."""
    info = session.client.undelete_secret(name_or_id, scope, new_name=new_name)
    _changed(session, f"brought back {info}, version {info.version}", info)


secret.add_command(export)
secret.add_command(versions)
secret.add_command(restore)
secret.add_command(destroy)


@secret.command()
@click.argument("name_or_id", shell_complete=complete_secrets)
@scope_option()
@output_option
@pass_session
def usage(session: Session, name_or_id: str, scope: SecretScope | None) -> None:
    """Show what refers to a secret, which last runs used it, and who last read it."""
    found = session.client.secret_usage(name_or_id, scope)
    uses = [
        {name: getattr(use, name) for name in ("kind", "name", "path", "key", "workspace", "when")}
        for use in found.uses
    ]
    read = {"last_read": found.last_read, "last_read_by": found.last_read_by}

    def table() -> None:
        if uses:
            formats.show_list("table", uses, ("kind", "name", "path", "key", "workspace", "when"))
        else:
            terminal.note(f"nothing refers to {found.secret}")
        if found.last_read is not None:
            print(f"\nlast read {formats.cell(found.last_read)} by {found.last_read_by}")

    session.show({"secret": record(found.secret), "uses": uses, **read}, table)


@secret.command()
@click.argument("reference")
@output_option
@pass_session
def explain(session: Session, reference: str) -> None:
    """Say step by step why a reference is found or not.

    REFERENCE is '{{name.key}}', in quotes. No value is read.
    """
    found = session.client.explain_reference(reference)
    facts = {"text": found.text, "found": found.found, "steps": found.steps,
             "fix": found.fix and hints.runnable(found.fix)}  # fmt: skip
    session.show(facts, lambda: _numbered(found.steps))
    if not found.found:
        if found.fix and session.output == "table":
            terminal.hint(found.fix)
        raise click.exceptions.Exit(1)


# --- what is there -----------------------------------------------------------------------------------------


def _present(session: Session, name: str, scope: SecretScope) -> SecretInfo | None:
    try:
        return session.client.describe_secret(name, scope)
    except NotFound:
        return None


def _can_succeed(
    was: SecretInfo, values: Mapping[str, str], remove: Sequence[str], if_version: int | None
) -> bool:
    """Whether an update is not refused for what is known already, so that it tells what it stores."""
    is_left = {*was.keys, *values} - {*remove}
    return bool(is_left) and {*remove} <= {*was.keys} and if_version in (None, was.version)


def _taken(session: Session, present: SecretInfo) -> AlreadyExists:
    """As the store says it, where somebody else is quicker."""
    of_user = f"in the own scope of user {present.owner!r}"
    where = of_user if present.scope is SecretScope.USER else f"in workspace {session.client.workspace!r}"
    hint = f"change it with: lockwork secret update {present.name}, or create it with --if-exists update"
    return AlreadyExists("secret", present.name, where, hint=hint)


# --- showing -----------------------------------------------------------------------------------------------


def _numbered(steps: Iterable[str]) -> None:
    for number, step in enumerate(steps, start=1):
        terminal.say(f"{number}. {step}")


def _changed(session: Session, sentence: str, info: SecretInfo) -> None:
    session.done(sentence, record(info))
    terminal.notes(info.notes)


def _show(session: Session, info: SecretInfo, values: Mapping[str, str] | None = None) -> None:
    facts = record(info)

    def table() -> None:
        formats.fields({name: value for name, value in facts.items() if name != "keys"})
        print()
        formats.pairs([(key, "***" if values is None else values[key]) for key in info.keys])

    session.show(facts if values is None else {**facts, "values": values}, table)
    terminal.notes(info.notes)


def _print_value(text: str) -> None:
    """Raw, so that `$(…)` and pipes get it byte for byte; on a terminal, a line that cannot act on it."""
    terminal.write(text + "\n" if sys.stdout.isatty() else text)


def _again(asked: str, info: SecretInfo) -> str:
    """What a hint calls it: what was asked for by its id may share its name with another one."""
    return info.name if info.name.startswith(asked) else info.id


def _at(session: Session, info: SecretInfo, version: int | None) -> SecretInfo:
    """What may be told of an old version."""
    if version in (None, info.version):
        return info
    history = session.client.list_secret_versions(info.id)
    found: SecretVersion | None = next((v for v in history if v.version == version), None)
    if found is None or found.state == "out of scope":
        raise NotFound("version", str(version), hint=f"lockwork secret versions {info.name}")
    import msgspec  # lazy: loaded by the Client already

    return msgspec.structs.replace(info, version=found.version, updated=found.created, keys=found.keys)
