"""What the words before and around a command say: as whom, where, in which form; and the Client for it."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lockwork.cli import formats, hints, terminal
from lockwork.cli.formats import Record

if TYPE_CHECKING:
    from lockwork.client.api import Client
    from lockwork.client.profile import Profile
    from lockwork.domain.secrets import SecretScope

F = TypeVar("F", bound=Callable[..., Any])


class Session:
    """One call of the command. Commands take it by `@pass_session`."""

    def __init__(self, *, workspace: str | None, user: str | None, output: str | None) -> None:
        self._workspace = workspace
        self.acts_as = user
        """What `--as` says; None where it was not given."""
        self.output = output or "table"

    @cached_property
    def profile(self) -> "Profile":
        from lockwork.client.profile import Profile  # lazy: help reads no settings

        return Profile(workspace=self._workspace, user=self.acts_as)

    @cached_property
    def client(self) -> "Client":
        """The Client that every command asks; it opens the store with its first question."""
        from lockwork.client.api import Client  # lazy: help, completion scripts and status need no store

        # A settings file that cannot be read is told before anything is done, not when the answer is put
        # together and what it is about has been changed.
        _ = self.profile.workspace, self.profile.stack
        return Client(profile=self.profile)

    @property
    def has_store(self) -> bool:
        """Whether there is one to ask, here or on a server: a question that must make none."""
        from lockwork.service.store_files import DATABASE_FILE  # lazy: few commands ask

        profile = self.profile
        return profile.server is not None or (profile.settings.home.value / DATABASE_FILE).is_file()

    def close(self) -> None:
        """Let go of the store, if this command opened it."""
        if "client" in self.__dict__:
            self.client.close()

    def show(self, record: Record, table: Callable[[], None] | None = None) -> None:
        formats.show(self.output, record, table)

    def show_list(self, records: Iterable[Record], names: tuple[str, ...], **how: Any) -> None:
        formats.show_list(self.output, records, names, **how)

    def done(self, sentence: str, record: Record) -> None:
        """The answer to a change: a sentence for people, else the thing as it is now."""
        formats.show(self.output, record, lambda: terminal.say(sentence))


pass_session = click.make_pass_decorator(Session)


def output_option(command: F) -> F:
    """`-o/--output` after the command, for whoever does not think of it before the group."""
    return _output("-o", "--output")(command)


def long_output_option(command: F) -> F:
    """`--output` alone, where `-o` means something else."""
    return _output("--output")(command)


def _output(*words: str) -> Callable[[F], F]:
    def keep(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
        if value is not None and isinstance(context.obj, Session):
            context.obj.output = value

    return click.option(
        *words,
        type=click.Choice(formats.FORMATS),
        expose_value=False,
        callback=keep,
        help="How the answer is printed.",
    )


def read_scope(
    _context: click.Context, parameter: click.Parameter, value: str | None
) -> "SecretScope | None":
    from lockwork.domain.secrets import SecretScope  # lazy: help needs none of it

    if value is not None and parameter.name == "scope":  # `--new-scope` is not where it is
        hints.carry_scope(value)
    return None if value is None else SecretScope(value)


def scope_option(*words: str, help: str = "Which of two secrets of that name.") -> Callable[[F], F]:
    words, scopes = words or ("--scope",), click.Choice(["workspace", "user"])
    return click.option(*words, type=scopes, callback=read_scope, help=help)


def listing_options(sort_by: str = "asc:name") -> Callable[[F], F]:
    """`--sort-by`, `--page` and `--size`, the same for every list."""

    def add(command: F) -> F:
        command = click.option(
            "--size", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many a page."
        )(command)
        command = click.option(
            "--page", type=click.IntRange(1), default=1, show_default=True, help="Which page, from 1."
        )(command)
        return click.option(
            "--sort-by",
            metavar="asc|desc:FIELD",
            default=sort_by,
            show_default=True,
            help="The order; ties by id.",
        )(command)

    return add


# --- completion --------------------------------------------------------------------------------------------


def completion_client(context: click.Context) -> "Client | None":
    """A Client for completing words; None where there is no store yet, which completing must not make."""
    words = context.find_root().params
    session = Session(workspace=words.get("workspace"), user=words.get("user"), output=None)
    return session.client if session.has_store else None


def complete_by(ask: Callable[["Client", click.Context, str], Iterable[str]]) -> Any:
    """A completion that asks the store, and is silent about every failure: the shell has no place for one."""

    def complete(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
        with suppress(Exception):
            client = completion_client(context)
            if client is not None:
                return [word for word in ask(client, context, incomplete) if word.startswith(incomplete)]
        return []

    return complete


def _secret_names(client: "Client", _context: click.Context, incomplete: str) -> Iterable[str]:
    filters = f"startswith:{incomplete}" if incomplete else None
    return dict.fromkeys(info.name for info in client.list_secrets(name=filters, size=200))


def _key_names(client: "Client", context: click.Context, _incomplete: str) -> Iterable[str]:
    # An option that still lacks its value ends click's reading before it gets to the name.
    name = context.params.get("name_or_id") or context.args[0]
    return client.describe_secret(name).keys


def _deleted_names(client: "Client", _context: click.Context, _incomplete: str) -> Iterable[str]:
    from lockwork.messages import Listing  # lazy: only completion asks
    from lockwork.messages.secrets import ListSecrets

    asked = ListSecrets(workspace=client.workspace, listing=Listing(size=200), deleted=True)
    return dict.fromkeys(info.name for info in client.send(asked).items)


def _versions(client: "Client", context: click.Context, _incomplete: str) -> Iterable[str]:
    name = context.params.get("name_or_id") or context.args[0]
    return [str(version.version) for version in client.list_secret_versions(name)]


complete_secrets = complete_by(_secret_names)
complete_deleted = complete_by(_deleted_names)
complete_versions = complete_by(_versions)
complete_keys = complete_by(_key_names)
