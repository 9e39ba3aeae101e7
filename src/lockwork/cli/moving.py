"""`lockwork import …`: what another program keeps, taken over."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lockwork.cli import formats, terminal
from lockwork.cli.commands import Group
from lockwork.cli.session import Session, output_option, pass_session
from lockwork.domain.errors import InvalidInput, WrongUsage
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.workspaces import DEFAULT

if TYPE_CHECKING:
    from lockwork.moving.from_zenml.importing import Taken
    from lockwork.moving.from_zenml.places import Place
    from lockwork.settings import Settings

_LARGEST = 4096
_SHOWN = 10
_KEY_VARIABLE, _URL_VARIABLE = "ZENML_SECRETS_STORE_ENCRYPTION_KEY", "ZENML_STORE_URL"
_STATES = {"new": "comes", "same": "is here", "differs": "differs"}


@click.group("import", cls=Group)
def import_() -> None:
    """Take over what another program keeps."""


def _file_alone(_context: click.Context, _parameter: click.Parameter, given: str | None) -> str | None:
    """The key itself is refused before anything could quote it."""
    if given is not None and (not given.startswith("@") or given == "@"):
        raise WrongUsage(
            "--encryption-key takes @FILE, or @- for standard input: never the key itself",
            hint=f"on a command line it stays in the shell's history and in process lists; {_KEY_VARIABLE} "
            "is read too",
        )
    return given


@import_.command()
@click.argument("source", required=False)
@click.option("--dry-run", is_flag=True, help="List what would come, and change nothing.")
@click.option(
    "--encryption-key", metavar="@FILE", callback=_file_alone,
    help="Read the key of ZenML's encrypted values from a file; @- is standard input. "
    f"Default: {_KEY_VARIABLE}.",
)  # fmt: skip
@click.option(
    "--if-exists", type=click.Choice(["fail", "skip"]), default="fail", show_default=True,
    help="What to do where something of that name is here and differs.",
)  # fmt: skip
@click.option("--skip-unreadable", is_flag=True, help="Bring everything else where secrets do not open.")
@output_option
@pass_session
def zenml(
    session: Session,
    source: str | None,
    dry_run: bool,
    encryption_key: str | None,
    if_exists: Any,
    skip_unreadable: bool,
) -> None:
    """Take over a ZenML installation: its users, workspaces, secrets, components and stacks.

    SOURCE is ZenML's SQLite file, a mysql:// URL without its password, or @FILE with the whole URL in it.
    Without it: ZENML_STORE_URL, else the file where ZenML keeps it. It is only read. What is here already
    stays as it is; run again after an interruption, it goes on where it was.
    """
    from lockwork.moving.from_zenml.importing import take_over  # lazy: help needs none of it

    settings = session.profile.settings
    place = _place(source, settings)
    taken = take_over(
        session.client,
        place,
        encryption_key=_key(encryption_key, settings),
        if_exists=if_exists,
        skip_unreadable=skip_unreadable,
        dry_run=dry_run,
        active=_active_stacks(place, settings),
    )
    session.show(_record(taken, dry_run), lambda: _show(taken, dry_run))
    _tell_of_hiding(taken, session)
    _tell_of_active(taken, session, dry_run)
    if dry_run and taken.differing and if_exists == "fail":
        terminal.error(f"{len(taken.differing)} are here already and differ: nothing would be changed")
        terminal.hint("--if-exists skip leaves these as they are here, and brings the others")
        raise click.exceptions.Exit(1)


# --- showing -----------------------------------------------------------------------------------------------


def _record(taken: "Taken", dry_run: bool) -> dict[str, Any]:
    import msgspec  # lazy: loaded by whatever made the data

    return {**msgspec.to_builtins(taken), "dry_run": dry_run}


def _show(taken: "Taken", dry_run: bool) -> None:
    terminal.say(f"ZenML {taken.version}, {taken.source}")
    renamed = [("user", was, now) for was, now in taken.users.items() if was != now]
    renamed += [("workspace", was, now) for was, now in taken.workspaces.items() if was != now]
    rows = [[kind, was, now, "", ""] for kind, was, now in renamed]
    for item in taken.items:
        where = item.workspace or f"user {item.owner}"
        kind = item.type or item.kind
        state = "came" if item.state == "new" and not dry_run else _STATES[item.state]
        rows.append([kind, item.was, item.name, where, state])
        rows += [["key", was, now, "", ""] for was, now in item.keys.items() if was != now]
    formats.rows(["what", "zenml", "here", "where", "state"], rows)
    if taken.left_out:
        terminal.say("\nNot coming:")
        cells = [[o.kind, o.name, o.workspace or "", o.why] for o in taken.left_out]
        formats.rows(["what", "zenml", "workspace", "detail"], cells)
    terminal.say(f"\n{_summary(taken, dry_run)}")


def _summary(taken: "Taken", dry_run: bool) -> str:
    counts = {state: sum(item.state == state for item in taken.items) for state in _STATES}
    parts = [f"{counts['new']:,} {'would come' if dry_run else 'came'}", f"{counts['same']:,} here already"]
    parts += [f"{counts['differs']:,} here and different"] if counts["differs"] else []
    compared = "" if dry_run else f"; {taken.compared:,} values compared, {taken.equal:,} equal"
    return ", ".join(parts) + compared


def _tell_of_hiding(taken: "Taken", session: Session) -> None:
    """For each name that means something else here than in ZenML: which, for whom, and what to do."""
    for hiding in taken.hiding:
        terminal.warning(
            f"{hiding.name!r} is shared in workspace {hiding.workspace!r}, and {hiding.owner!r} has one of "
            "their own: by that name ZenML gives them the shared one, Lockwork their own, in references too"
        )
        is_me = session.profile.server is not None or hiding.owner == session.profile.user.value
        as_whom = "" if is_me else f"--as {hiding.owner} "
        terminal.hint(
            f"lockwork {as_whom}secret rename {hiding.name} --scope user --new-name NEW, or where the shared "
            "one is read say --scope workspace"
        )


def _tell_of_active(taken: "Taken", session: Session, dry_run: bool) -> None:
    """Which stack is active now, or would be; and how another is chosen, lest a run use one unnoticed."""
    active = taken.active
    if active is None or active.name == DEFAULT:
        stacks = [i for i in taken.items if i.kind == "stack" and i.workspace == session.client.workspace]
        others = [item.name for item in stacks if item.name != DEFAULT and item.state != "differs"]
        if others and session.profile.stack.value == DEFAULT:
            shown = ", ".join(others[:_SHOWN]) + (" …" if len(others) > _SHOWN else "")
            terminal.note("the active stack is 'default': runs use that one, and track nothing")
            terminal.hint(f"lockwork stack set NAME, with one of ZenML's: {shown}")
        return
    if active.state == "differs":
        terminal.note(f"the active stack stays as it was chosen here; ZenML's is {active.name!r}")
        terminal.hint(f"lockwork --workspace {active.workspace} stack set {active.name}")
        return
    is_now = "would be" if active.state == "new" and dry_run else "is"
    terminal.note(f"stack {active.name!r} {is_now} the active one of {active.workspace!r}, as in ZenML")
    if active.workspace != session.client.workspace:
        terminal.hint(f"lockwork workspace set {active.workspace}")


# --- where from --------------------------------------------------------------------------------------------


def _place(source: str | None, settings: "Settings") -> "Place":
    from lockwork.moving.from_zenml import places  # lazy: as above

    if source is None:
        if (url := settings.variable(_URL_VARIABLE)) is not None:
            return places.read(url)
        return places.SqliteFile(_default_file(settings))
    if source.startswith("@"):
        return places.read(_read(source, "the database's URL").reveal())
    if not places.is_url(source):
        return places.SqliteFile(Path(source))
    if places.has_password(source):
        raise WrongUsage(
            "a URL with a password is not given on a command line",
            hint=f"put it into a file and name that, @FILE; or into {_URL_VARIABLE}",
        )
    return places.read(source)


def _default_file(settings: "Settings") -> Path:
    from lockwork.moving.from_zenml import places  # lazy: as above

    stores = settings.variable("ZENML_LOCAL_STORES_PATH")
    return places.default_file(_config_folder(settings), Path(stores) if stores else None)


def _config_folder(settings: "Settings") -> Path:
    """As ZenML itself looks for it."""
    folder = settings.variable("ZENML_CONFIG_PATH")
    return Path(folder) if folder else Path(click.get_app_dir("zenml"))


def _active_stacks(place: "Place", settings: "Settings") -> list[str]:
    """Their ids, in the order in which ZenML asks: environment, project, settings for all projects."""
    from lockwork.moving.from_zenml.active import active_stacks  # lazy: as above

    named = settings.variable("ZENML_ACTIVE_STACK_ID")
    project = settings.variable("ZENML_REPOSITORY_PATH")
    found = active_stacks(place, Path(project) if project else settings.cwd, _config_folder(settings))
    return [*([named] if named else []), *found]


def _key(given: str | None, settings: "Settings") -> Sensitive | None:
    if given is not None:
        return _read(given, "the encryption key")
    text = settings.variable(_KEY_VARIABLE)
    return None if text is None else Sensitive(text)


def _read(word: str, what: str) -> Sensitive:
    """One line of a file, without its end."""
    from lockwork.cli.arguments import Source  # lazy: seldom in a file

    text = Source(sys.stdin.buffer if sys.stdin else None).read(word[1:], _LARGEST, what)
    text = text.removesuffix("\n").removesuffix("\r")
    if not text or "\n" in text:
        raise InvalidInput(f"{what} is one line")
    return Sensitive(text)
