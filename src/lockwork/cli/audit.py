"""`lockwork audit …`: who did what to which thing, and whether the trail is whole."""

from pathlib import Path
from typing import Any

import click

from lockwork.cli import pruning, terminal
from lockwork.cli.commands import Group
from lockwork.cli.session import Session, listing_options, output_option, pass_session
from lockwork.domain import ways_out
from lockwork.domain.audit import AuditHead, AuditRecord
from lockwork.domain.errors import WrongUsage
from lockwork.messages import Listing

FIELDS = ("number", "at", "user", "system_user", "action", "outcome", "workspace", "kind", "name", "id",
          "version", "run", "step", "detail", "token", "address", "request")  # fmt: skip
_COLUMNS = (
    "number",
    "at",
    "user",
    "system_user",
    "action",
    "outcome",
    "workspace",
    "name",
    "version",
    "detail",
)


def record(found: AuditRecord) -> dict[str, Any]:
    return {name: getattr(found, name) for name in FIELDS}


@click.group(cls=Group)
def audit() -> None:
    """Who did what: changes, reveals, refusals and failures; never a value.

    Each record is chained to the one before. `head` printed and kept elsewhere proves later that nothing was
    cut off the end.
    """


@audit.command("list")
@click.option("--user", metavar="F", help="Filter: a value, or contains:, startswith:, endswith: and one.")
@click.option("--action", metavar="F", help="Filter, such as secret.reveal or startswith:secret.")
@click.option("--outcome", metavar="F", help="Filter: done, refused or failed.")
@click.option("--workspace-name", "workspace", metavar="F", help="Filter by the workspace's name.")
@click.option("--name", metavar="F", help="Filter by what it was done to.")
@click.option("--id", metavar="F", help="Filter by the id of what it was done to.")
@click.option("--run", metavar="F", help="Filter by the run on whose behalf it was done.")
@click.option("--step", metavar="F", help="Filter by the step of that run.")
@click.option("--token", metavar="F", help="Filter by the id of the token that was shown, on a server.")
@click.option("--address", metavar="F", help="Filter by where it was asked from, on a server.")
@click.option("--request", metavar="F", help="Filter by the id of the request, on a server.")
@click.option("--at", metavar="F", help="Filter by time, such as gte:2025-01-31 or 2025-01-01/2025-01-31.")
@click.option("--any", "is_any", is_flag=True, help="Join several filters by or, not by and.")
@listing_options(sort_by="desc:number")
@output_option
@pass_session
def list_(
    session: Session, /, is_any: bool, sort_by: str, page: int, size: int, **filters: str | None
) -> None:
    """List the trail, newest first."""
    given = {name: text for name, text in filters.items() if text is not None}
    listing = Listing(filters=given, any=is_any, sort_by=sort_by, page=page, size=size)
    found = session.client.list_audit(listing)
    session.show_list(map(record, found.items), FIELDS, columns=_COLUMNS, page=found)


@audit.command()
@output_option
@pass_session
def strangers(session: Session) -> None:
    """List failed log-ins and unknown tokens: counted by minute and address, as they come without a name."""
    found = session.client.list_strangers()
    columns = ("at", "address", "what", "times")
    facts = [{name: getattr(one, name) for name in columns} for one in found]
    session.show_list(facts, columns, nothing="no strangers were counted")


@audit.command()
@output_option
@pass_session
def head(session: Session) -> None:
    """Print the end of the trail: keep it elsewhere, for `verify --expect`."""
    found = session.client.audit_head()
    session.show({"number": found.number, "mac": found.mac, "head": str(found)}, lambda: print(found))


@audit.command()
@click.option(
    "--expect", metavar="HEAD", help="A head that was kept elsewhere: it must still be in the trail."
)
@click.option("--file", metavar="FILE", type=click.Path(path_type=Path),
              help="Check a file that `prune` wrote, and not the trail itself.")  # fmt: skip
@output_option
@pass_session
def verify(session: Session, expect: str | None, file: Path | None) -> None:
    """Check that the trail is whole and that the secrets are as it left them; exit 1 where not."""
    if file is not None:
        verdict = pruning.verified(session.client, file)
    else:
        verdict = session.client.verify_audit(None if expect is None else _read_head(expect))
    facts = {"ok": verdict.ok, "records": verdict.records, "head": str(verdict.head)}

    def table() -> None:
        if verdict.ok:
            count = "1 record" if verdict.records == 1 else f"{verdict.records:,} records"
            print(f"{count}, each following from the one before")
        for problem in verdict.problems:
            terminal.say(problem)

    session.show({**facts, "problems": verdict.problems}, table)
    if not verdict.ok:
        server, home = session.profile.server, session.profile.settings.home.value
        where = f"in {home}" if server is None else f"of {server.value.url}"
        what = f"the store {where} is not as its trail left it" if file is None else f"{file} does not hold"
        terminal.error(f"{what}: {len(verdict.problems)} found")
        if file is None:
            terminal.hint(ways_out.RESTORE)
        raise click.exceptions.Exit(1)


def _read_head(text: str) -> AuditHead:
    found = AuditHead.read(text)
    if found is None:
        raise WrongUsage(
            "--expect takes a head as `lockwork audit head` prints it", hint="lockwork audit head"
        )
    return found


audit.add_command(pruning.prune)
