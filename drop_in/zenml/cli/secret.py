"""`zenml secret …`: Lockwork's secrets with the options and answers that scripts know."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from lockwork.cli import formats, terminal
from lockwork.cli.commands import key_alone
from lockwork.cli.entry import entered
from lockwork.cli.session import (
    Session,
    complete_keys,
    complete_secrets,
    output_option,
    pass_session,
    scope_option,
)
from lockwork.domain.errors import AlreadyExists, Ambiguous, InvalidInput, LockworkError, NotFound, WrongUsage
from lockwork.domain.secrets import SecretInfo, SecretName, SecretScope
from zenml.cli.leaf import FreeLeaf, Leaf, Noun, Private, add_told, call, private_option

FIELDS = ("id", "name", "scope", "private", "created", "updated")
_COLUMNS = ("name", "id", "scope")
_ONE_OF_TWO = "give its id, which `zenml secret list` shows"
_GONE = "Secret does not exist"
_NOT_FOUND = "Could not find a secret"
_ON_COMMAND_LINES = (
    "Any other --KEY=VALUE is a key. Values on a command line stay in the shell's history and are seen in "
    "process lists: prefer -i, --KEY=@FILE, or --KEY=@- for standard input. @@x is the text @x."
)

_named = click.argument("name_or_id", metavar="NAME_OR_ID", shell_complete=complete_secrets)
_values = click.option(
    "-v", "--values", metavar="TEXT|@FILE", help="A JSON or YAML mapping of keys to texts, or @FILE with one."
)
_interactive = click.option(
    "-i", "--interactive", is_flag=True, help="Ask for keys and values, unseen, one pair after another."
)


class Saying(Private, Leaf):
    """A command that says where a secret is: by scope, or by whether it is private."""


class SayingFree(Private, FreeLeaf):
    """The same, with keys."""


@click.group(cls=Noun)
def secret() -> None:
    """Keep, read, change and find secrets.

    A secret is a named group of keys and values. Its scope is `workspace`, for everyone in the workspace, or
    `user`, for its owner alone; newer scripts call the latter private.
    """


@secret.command(cls=SayingFree, epilog=_ON_COMMAND_LINES)
@click.argument("name")
@_interactive
@_values
@scope_option("-s", "--scope", help="For everyone in the workspace (default), or for you alone.")
@private_option
@pass_session
def create(session: Session, /, name: str, scope: SecretScope | None, private: SecretScope | None,
           **given: Any) -> None:  # fmt: skip
    """Keep a new secret."""
    where = _where(scope, private) or SecretScope.WORKSPACE
    SecretName.parse(name)
    values = _entered(**given)
    if not values:
        raise InvalidInput(
            "Secret fields must be passed as arguments, or typed",
            hint="give --KEY=VALUE, --values TEXT|@FILE, or -i at a terminal",
        )
    terminal.say("The following secret will be registered.")
    formats.pairs([(key, "***") for key in values])
    try:
        made = session.client.create_secret(name, values, where)
    except AlreadyExists as failure:
        present = failure
    else:
        terminal.say(f"Secret {made.name!r} successfully created.")
        terminal.notes(made.notes)
        return
    hint = f"zenml secret update {name} --KEY=VALUE changes it"
    raise LockworkError(f"Secret with name already exists: {present.message}", hint=hint)


@secret.command("list", cls=Saying)
@click.option(
    "--sort-by", metavar="[asc|desc:]FIELD", default="created", show_default=True, help="The order."
)
@click.option("--logical-operator", type=click.Choice(["and", "or"]), default="and", show_default=True,
              help="How several filters are joined.")  # fmt: skip
@click.option("--page", type=click.IntRange(1), default=1, show_default=True, help="Which page, from 1.")
@click.option(
    "--size", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many a page."
)
@click.option("--id", metavar="F", help="Filter: a value, or contains:, startswith:, endswith: and one.")
@click.option("--created", metavar="F", help="Filter by time, such as gte:2025-01-31 or lt:2025-01-31T12:00.")
@click.option("--updated", metavar="F", help="Filter by time.")
@click.option("--name", metavar="F", help="Filter by name.")
@scope_option(help="Only of this scope.")
@private_option
@click.option("--workspace-id", metavar="W", help="In another workspace, by name or id.")
@click.option("--user-id", "--user", "user_id", metavar="U", help="Only of this owner, by name or id.")
@click.option("-c", "--columns", metavar="A,B…", help=f"Which fields: {', '.join(FIELDS)}.")
@output_option
@pass_session
def list_(
    session: Session,
    /,
    columns: str | None,
    scope: SecretScope | None,
    private: SecretScope | None,
    **filters: Any,
) -> None:
    """List secrets, 20 a page; never reads a value."""
    from zenml.client import Client  # lazy: `get` stands beside, and does not need it

    client = Client()
    client.lockwork = session.client
    found = client.list_secrets(scope=_where(scope, private), **filters)
    if session.output == "table" and not found.total:
        terminal.say("No secrets found.")
        return
    shown = _columns(columns)
    records = [{name: _field(one, name) for name in shown or FIELDS} for one in found]
    if session.output in ("json", "yaml"):
        pages = {name: getattr(found, name) for name in ("index", "max_size", "total_pages", "total")}
        formats.show(session.output, {"items": records, "pagination": pages})
        return
    formats.show_list(session.output, records, shown or FIELDS, columns=shown or _COLUMNS)
    if session.output == "table":
        terminal.note(f"page {found.index:,} of {found.total_pages:,}; {found.total:,} in all")


@secret.command(cls=Saying)
@_named
@scope_option("-s", "--scope")
@private_option
@pass_session
def get(session: Session, name_or_id: str, scope: SecretScope | None, private: SecretScope | None) -> None:
    """Show a secret with its values.

    An unambiguous beginning of its name will do, or of its id from 8 digits on. Who read it is kept in the
    audit trail.
    """
    info = _found(session, name_or_id, _where(scope, private))
    values = session.client.get_secret(info.id, info.scope).secret_values
    terminal.say(f"{str(info).capitalize()}, id {info.id}:")
    formats.pairs(list(values.items()))
    terminal.notes(info.notes)


@secret.command(cls=SayingFree, epilog=_ON_COMMAND_LINES)
@_named
@scope_option("-s", "--new-scope", help="Move it to this scope.")
@private_option
@_interactive
@_values
@click.option("-r", "--remove-keys", "remove", metavar="KEY", multiple=True, shell_complete=complete_keys,
              callback=key_alone, help="Remove this key; may be repeated.")  # fmt: skip
@pass_session
def update(session: Session, /, name_or_id: str, new_scope: SecretScope | None, private: SecretScope | None,
           remove: tuple[str, ...], **given: Any) -> None:  # fmt: skip
    """Set and remove keys, as one new version; the other keys stay. -s and -p move it."""
    moved = _where(new_scope, private)
    with _in_words(_GONE):
        was = session.client.describe_secret(name_or_id)
        values = _entered(**given, present=was.keys)
        info = session.client.update_secret(
            name_or_id,
            new_scope=moved,
            add_or_update_values=values,
            remove_values=remove,
            force=True,  # as there: what refers to it is found when it is next checked
        )
    terminal.say(f"Secret {info.name!r} successfully updated.")
    terminal.notes(info.notes)


@secret.command(cls=Leaf)
@_named
@click.option("-n", "--new-name", metavar="NEW", required=True, help="What to call it.")
@pass_session
def rename(session: Session, name_or_id: str, new_name: str) -> None:
    """Call a secret something else."""
    SecretName.parse(new_name)
    with _in_words(_GONE):
        info = session.client.update_secret(name_or_id, new_name=new_name, force=True)  # force: as above
    terminal.say(f"Secret {name_or_id!r} successfully renamed to {info.name!r}.")
    terminal.notes(info.notes)


@secret.command(cls=Leaf)
@_named
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@pass_session
def delete(session: Session, name_or_id: str, yes: bool) -> None:
    """Delete a secret. For 30 days `lockwork secret undelete` brings it back."""
    with _in_words(_GONE):
        if not yes:
            was = session.client.describe_secret(name_or_id)
            terminal.must_confirm(f"delete {was} (it can be brought back for 30 days)?")
        info = session.client.delete_secret(name_or_id, force=True)  # force: as above
    terminal.say(f"Secret {info.name!r} successfully deleted.")
    terminal.hint(f"lockwork secret undelete {info.id} brings it back")


@secret.command(cls=Saying)
@_named
@scope_option("-s", "--scope")
@private_option
@click.option(
    "-f", "--filename", metavar="FILE", type=click.Path(), help="Where to. Default: NAME.yaml here."
)
@pass_session
def export(session: Session, name_or_id: str, scope: SecretScope | None, private: SecretScope | None,
           filename: str | None) -> None:  # fmt: skip
    """Write a secret's values into a YAML file that you alone can read; one that is there is replaced."""
    from lockwork.cli.secret_files import export as lockworks  # lazy: `get` stands beside, and needs no files

    info = _found(session, name_or_id, _where(scope, private))
    path = filename or f"{info.name}.yaml"
    call(lockworks, name_or_id=info.id, filename=path, form="yaml", scope=info.scope, force=True)
    if path != "-":
        terminal.say(f"Secret {info.name!r} successfully exported to {path!r}.")


add_told(secret, "zenml secret")


# --- what they share ---------------------------------------------------------------------------------------


def _where(scope: SecretScope | None, private: SecretScope | None) -> SecretScope | None:
    if scope is not None and private is not None and scope is not private:
        raise WrongUsage("the scope and --private say different things", hint="one of them is enough")
    return scope or private


def _found(session: Session, name_or_id: str, scope: SecretScope | None) -> SecretInfo:
    with _in_words(_NOT_FOUND):
        info = session.client.describe_secret(name_or_id, scope, prefix=True)
    if name_or_id not in (info.name, info.id):
        terminal.note(f"{name_or_id!r} matched {info.name!r}")
    return info


def _entered(
    *,
    pairs: Sequence[tuple[str, str]],
    values: str | None,
    interactive: bool,
    present: Sequence[str] | None = None,
) -> dict[str, str]:
    """What is to be stored; `present` are the keys that are there. The other ways in are Lockwork's alone."""
    from zenml.cli import interview  # lazy: few are asked

    return entered(
        pairs,
        values=values,
        env_file=None,
        ask=(),
        interactive=interactive,
        strip=False,
        look=lambda: present or (),
        interview=interview.for_new if present is None else interview.for_present,
    )


@contextmanager
def _in_words(missing: str) -> Iterator[None]:
    """What is not there, as scripts know it; and a way to one of two where no option tells them apart."""
    try:
        yield
    except NotFound as failure:
        raise _reworded(f"{missing}: {failure.message}", failure.hint) from None
    except Ambiguous as failure:
        raise _reworded(failure.message, _ONE_OF_TWO) from None


def _reworded(message: str, hint: str | None) -> LockworkError:
    return LockworkError(message, hint=hint)


def _columns(text: str | None) -> list[str]:
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    for name in names:
        if name not in FIELDS:
            raise WrongUsage(f"there is no column {name!r}", hint=f"there are: {', '.join(FIELDS)}")
    return names


def _field(found: Any, name: str) -> Any:
    return str(found.id) if name == "id" else getattr(found, name)
