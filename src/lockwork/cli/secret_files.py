"""`lockwork secret export`: the one command that writes values into a file, for its owner alone."""

from pathlib import Path

import click

from lockwork.cli import out_files, terminal
from lockwork.cli.commands import Command
from lockwork.cli.session import Session, complete_secrets, pass_session, scope_option
from lockwork.domain.secrets import SecretScope
from lockwork.moving import private_files

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
        # Before the values are read, and their reading is recorded.
        private_files.check_free(Path(str(filename)), force)
    from lockwork import mappings  # lazy: `secret get` stands beside, and needs none of it

    write = {"yaml": mappings.write_yaml, "json": mappings.write_json, "env": mappings.write_env}[form]
    found = session.client.get_secret(name_or_id, scope)
    text = write(found.secret_values)
    if path := out_files.put(text, filename, f"{found.name}.{form}", force=force):
        terminal.note(f"{path} holds the values in the clear; it is readable by you alone")
        terminal.notes(found.info.notes)


def _form_of(filename: str | None) -> str:
    ending = (filename or "").rpartition(".")[2].lower()
    return ending if ending in FORMS else "yaml"
