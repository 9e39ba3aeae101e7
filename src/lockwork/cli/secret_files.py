"""`lockwork secret export`: the one command that writes values into a file, for its owner alone."""

import os
import sys
from contextlib import suppress
from pathlib import Path

import click

from lockwork.cli import terminal
from lockwork.cli.commands import Command
from lockwork.cli.session import Session, complete_secrets, pass_session, scope_option
from lockwork.domain import ways_out
from lockwork.domain.errors import InvalidInput
from lockwork.domain.secrets import SecretScope

FORMS = ("yaml", "json", "env")


@click.command(cls=Command)
@click.argument("name_or_id", shell_complete=complete_secrets)
@click.option(
    "-f", "--filename", metavar="FILE", type=click.Path(), help="Where to; - prints. Default: NAME.yaml here."
)
@click.option("--format", "form", type=click.Choice(FORMS),
              help="Default: as the file's name ends, else yaml.")  # fmt: skip
@scope_option()
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@pass_session
def export(session: Session, name_or_id: str, filename: str | None, form: str | None,
           scope: SecretScope | None, force: bool) -> None:  # fmt: skip
    """Write a secret's values into a file that you alone can read.

    What it writes, `create` takes back unchanged: -v @FILE, or --env-file FILE.
    """
    form = form or _form_of(filename)
    if filename not in (None, "-"):
        check_free(Path(str(filename)), force)  # before the values are read, and their reading is recorded
    from lockwork.cli import mappings  # lazy: `secret get` stands beside, and needs none of it

    write = {"yaml": mappings.write_yaml, "json": mappings.write_json, "env": mappings.write_env}[form]
    found = session.client.get_secret(name_or_id, scope)
    text = write(found.secret_values)
    if filename == "-":
        sys.stdout.write(text)
        return
    path = Path(filename or f"{found.name}.{form}")
    check_free(path, force)
    write_file(path, text, force)
    terminal.say(str(path))
    terminal.note(f"{path} holds the values in the clear; it is readable by you alone")
    terminal.notes(found.info.notes)


def _form_of(filename: str | None) -> str:
    ending = (filename or "").rpartition(".")[2].lower()
    return ending if ending in FORMS else "yaml"


def check_free(path: Path, force: bool) -> None:
    """Refuse to write over what is there, unless forced; and what is no regular file, in any case."""
    if path.is_dir():
        raise InvalidInput(f"{path} is a folder", hint="-f FILE names a file")
    if os.path.lexists(path) and (not force or not _is_regular(path)):
        raise _taken(path)


def _is_regular(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _taken(path: Path) -> InvalidInput:
    if not _is_regular(path):  # taking its place would break a device for everyone, or cut a link
        return InvalidInput(f"{path} is not a regular file", hint="-f FILE names another, and -f - prints")
    return InvalidInput(f"{path} exists already", hint="--force replaces it, -f FILE names another")


def write_file(path: Path, text: str, force: bool) -> None:
    """Whole or not at all, and never for a moment readable by others."""
    fresh = path.with_name(f".{path.name[:100]}.{os.urandom(8).hex()}.new")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        if force:
            fresh.replace(path)
        else:
            os.link(fresh, path)  # unlike a rename, it never replaces a file that came meanwhile
    except FileExistsError:
        raise _taken(path) from None
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be written: {ways_out.reason(error)}", hint=ways_out.after(error)
        ) from None
    finally:
        with suppress(OSError):
            fresh.unlink()
