"""`lockwork push`: what the store on this machine holds, copied to the server that one is logged in to."""

from typing import TYPE_CHECKING, Any

import click

from lockwork.cli import formats, terminal
from lockwork.cli.commands import Command
from lockwork.cli.session import Session, output_option, pass_session

if TYPE_CHECKING:
    from lockwork.moving.push import Item, Pushed

_STATES = {"new": "goes", "same": "is there", "differs": "differs"}


@click.command(cls=Command)
@click.option("--from", "source", metavar="WORKSPACE",
              help="Which workspace of this machine's store; default: the active one's name.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="List what would go and what is there already; change nothing.")
@click.option(
    "--if-exists", type=click.Choice(["fail", "skip", "update"]), default="fail", show_default=True,
    help="What to do where something of that name is there and differs.",
)  # fmt: skip
@output_option
@pass_session
def push(session: Session, source: str | None, dry_run: bool, if_exists: Any) -> None:
    """Copy secrets, components and stacks of the store on this machine to the server.

    They go into the workspace that is active there (--workspace, before the command); secrets of your own
    scope, into your own. Of a secret its current values go. What is there and the same stays; run again after
    an interruption, it goes on where it was. Here nothing is changed.
    """
    from lockwork.moving.push import push as pushed_by  # lazy: help needs none of it

    pushed = pushed_by(session.client, source=source, if_exists=if_exists, dry_run=dry_run)
    session.show(_record(pushed, dry_run), lambda: _show(pushed, dry_run, if_exists))
    if dry_run and pushed.differing and if_exists == "fail":
        terminal.error(f"{len(pushed.differing)} are there already and differ: nothing would be changed")
        terminal.hint("--if-exists skip leaves these as they are there; update makes them as they are here")
        raise click.exceptions.Exit(1)


def _record(pushed: "Pushed", dry_run: bool) -> dict[str, Any]:
    import msgspec  # lazy: loaded by whatever made the data

    return {**msgspec.to_builtins(pushed), "dry_run": dry_run}


def _show(pushed: "Pushed", dry_run: bool, if_exists: str) -> None:
    terminal.say(f"workspace {pushed.source!r} of this machine to {pushed.workspace!r} on {pushed.server}")
    rows = [
        [item.type or item.kind, item.name, item.scope or "workspace", _state(item, dry_run, if_exists)]
        for item in pushed.items
    ]
    formats.rows(["what", "name", "scope", "state"], rows)
    if pushed.left_out:
        terminal.say("\nNot going:")
        formats.rows(["what", "name", "why"], [[o.kind, o.name, o.why] for o in pushed.left_out])
    counts = {state: sum(item.state == state for item in pushed.items) for state in _STATES}
    parts = [f"{counts['new']:,} {'would go' if dry_run else 'went'}", f"{counts['same']:,} there already"]
    if counts["differs"]:
        replaced = {"update": "would be replaced" if dry_run else "replaced"}.get(if_exists, "left different")
        parts.append(f"{counts['differs']:,} {replaced}")
    compared = "" if dry_run else f"; {pushed.compared:,} values compared, {pushed.equal:,} equal"
    terminal.say(f"\n{', '.join(parts)}{compared}")


def _state(item: "Item", dry_run: bool, if_exists: str) -> str:
    if dry_run or item.state == "same":
        return _STATES[item.state]
    if item.state == "new":
        return "went"
    return "replaced" if if_exists == "update" else "differs, and stays"
