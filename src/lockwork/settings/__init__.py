"""What Lockwork was told from outside: the environment, `.lockwork.toml` and the user's configuration file.

The only reader of the three. Every setting knows where it came from. An empty variable is an unset one, but
for root keys: falling back from an empty one to another key would be a silent change of keys. Nothing is
read before it is asked for.
"""

import os
import sys
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from lockwork.domain import ways_out
from lockwork.domain.errors import InvalidInput, RootKeyUnusable, StoreUnusable, Unavailable
from lockwork.settings.files import alone, as_toml, read_table, replaced

if TYPE_CHECKING:
    from lockwork.domain.checks import ValidationLevel
    from lockwork.domain.sensitive import Sensitive

T = TypeVar("T")
Change = Callable[[dict[str, Any]], dict[str, Any]]

PROJECT_FILE = ".lockwork.toml"
CONFIGURATION_FILE = "config.toml"
CREDENTIALS_FILE = "credentials.json"
"""What `lockwork login` keeps: see `client.credentials`."""
DEFAULT = "default"
"""Where a setting came from when nobody said anything."""

_PROJECT_KEYS = ("workspace", "stack")
_CONFIGURATION_KEYS = ("workspace", "user", "stacks", "servers")
_LEVEL_VARIABLES = ("LOCKWORK_SECRET_VALIDATION_LEVEL", "ZENML_SECRET_VALIDATION_LEVEL")
# No root key, no token, no value of `register-secrets --from-env`, nor whatever may be added later. With the
# URL and no token, Lockwork inside refuses to answer from this machine's store what was meant for a server.
_PASSED_ON = frozenset(
    {f"LOCKWORK_{name}" for name in ("HOME", "WORKSPACE", "STACK", "USER", "URL")} | {_LEVEL_VARIABLES[0]}
)


class Setting(NamedTuple, Generic[T]):
    """A value, and where it came from: a flag, a variable's name, a file's path, or `default`."""

    value: T
    source: str


class Settings:
    """The settings of one process, in its folder: made by `Settings.load()`, computed when asked."""

    def __init__(self, environ: Mapping[str, str], cwd: Path | None, server: str | None = None) -> None:
        self._environ = environ
        self._cwd = cwd
        self._server = server

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, cwd: Path | None = None) -> "Settings":
        """The settings as they are now; later changes of the environment are not seen."""
        return cls(dict(os.environ if environ is None else environ), cwd)

    def again(self) -> "Settings":
        """The same environment and folder, with the files to be read once more."""
        return Settings(self._environ, self._cwd, self._server)

    def asking(self, server: str | None) -> "Settings":
        """The same, with what is kept as active at this server; None: in the store on this machine."""
        return self if server == self._server else Settings(self._environ, self._cwd, server)

    @cached_property
    def cwd(self) -> Path:
        """The folder that relative paths and the project's file are looked for from."""
        return Path.cwd() if self._cwd is None else self._cwd

    def variable(self, name: str) -> str | None:
        """An environment variable; None where it is unset or empty."""
        return self._environ.get(name) or None

    def variables(self, prefix: str) -> dict[str, str]:
        """Every variable whose name begins so and that is not empty, for `register-secrets --from-env`."""
        return {name: text for name, text in self._environ.items() if name.startswith(prefix) and text}

    def passed_on(self) -> dict[str, str]:
        """The environment for a program that is started: of ours, only what says where things are."""
        return {
            name: text
            for name, text in self._environ.items()
            if name in _PASSED_ON or not name.startswith("LOCKWORK_")
        }

    # --- places --------------------------------------------------------------------------------------------

    @cached_property
    def home(self) -> Setting[Path]:
        """The folder of the embedded store, its keyring and the configuration."""
        if text := self.variable("LOCKWORK_HOME"):
            return Setting(self.cwd / self._expanded("LOCKWORK_HOME", text), "LOCKWORK_HOME")
        return Setting(self._data_folder(), DEFAULT)

    @property
    def configuration_path(self) -> Path:
        """The user's configuration file, whether it is there or not."""
        return self.home.value / CONFIGURATION_FILE

    @cached_property
    def project_path(self) -> Path | None:
        """The `.lockwork.toml` of this folder or the nearest one above."""
        for folder in (self.cwd, *self.cwd.parents):
            path = folder / PROJECT_FILE
            if path.is_file():
                return path
        return None

    def _data_folder(self) -> Path:
        if not sys.platform.startswith("linux"):
            from platformdirs import user_data_path  # lazy: only here, as it costs a command 15 ms

            return user_data_path("lockwork", appauthor=False)
        # What platformdirs answers on Linux; a test compares the two.
        data = Path(self.variable("XDG_DATA_HOME") or "")
        if not data.is_absolute():
            data = self._expanded("the store's place, ~/.local/share,", "~/.local/share")
        return data / "lockwork"

    def _expanded(self, source: str, text: str) -> Path:
        """`~` is what HOME says; where that is unset or empty, what the system knows of the user."""
        first, _, rest = text.partition("/")
        try:
            home = (
                Path(self.variable("HOME") or _home_of_user()) if first == "~" else Path(first).expanduser()
            )
        except (RuntimeError, KeyError):
            home = Path()
        if (
            first.startswith("~") and not home.is_absolute()
        ):  # from another folder it would mean another place
            raise InvalidInput(
                f"{source} begins with ~, and no home folder is known",
                hint="set HOME, or LOCKWORK_HOME, to a full path",
            )
        return home / rest.lstrip("/") if first.startswith("~") else Path(text)

    # --- what is active ------------------------------------------------------------------------------------

    @cached_property
    def workspace(self) -> Setting[str] | None:
        """The workspace that the environment or a file names, the nearest first."""
        return (
            self._named_by("LOCKWORK_WORKSPACE")
            or _text(self._project, "workspace", self.project_path)
            or _text(self._kept, "workspace", self.configuration_path)
        )

    @cached_property
    def user(self) -> Setting[str] | None:
        """The user that the environment or the configuration names; it counts in an embedded store only."""
        return self._named_by("LOCKWORK_USER") or _text(self._configuration, "user", self.configuration_path)

    def stack(self, workspace: str) -> Setting[str] | None:
        """The stack that is named for this workspace. A project's file for another one says nothing here."""
        if named := self._named_by("LOCKWORK_STACK"):
            return named
        meant = _text(self._project, "workspace", self.project_path)
        if (meant is None or meant.value == workspace) and (
            named := _text(self._project, "stack", self.project_path)
        ):
            return named
        return self.kept_stack(workspace)

    def kept_stack(self, workspace: str) -> Setting[str] | None:
        """What the user's configuration says for this workspace, whatever goes before it."""
        return _text(
            _table(self._kept, "stacks", self.configuration_path), workspace, self.configuration_path
        )

    def level(self, flag: str | None = None) -> "Setting[ValidationLevel]":
        """How much is checked before a run: `--level`, then the two variables; empty is unset."""
        from lockwork.domain.checks import ValidationLevel  # lazy: few commands check, and all read settings

        texts = [("--level", flag), *((name, self.variable(name)) for name in _LEVEL_VARIABLES)]
        for source, text in texts:
            if text:
                return Setting(ValidationLevel.parse(text, source), source)
        return Setting(ValidationLevel.SECRET_AND_KEY_EXISTS, DEFAULT)

    def _named_by(self, variable: str) -> Setting[str] | None:
        text = self.variable(variable)
        return None if text is None else Setting(text, variable)

    # --- root key and server -------------------------------------------------------------------------------

    @property
    def root_key(self) -> str | None:
        """The text of LOCKWORK_ROOT_KEY, unchecked; None where it is not set."""
        text = self._environ.get("LOCKWORK_ROOT_KEY")
        if text is not None and self._environ.get("LOCKWORK_ROOT_KEY_FILE") is not None:
            raise RootKeyUnusable(
                "LOCKWORK_ROOT_KEY and LOCKWORK_ROOT_KEY_FILE are both set", hint="unset one of them"
            )
        return text

    @property
    def root_key_file(self) -> Path | None:
        """The file that LOCKWORK_ROOT_KEY_FILE names."""
        text = self._environ.get("LOCKWORK_ROOT_KEY_FILE")
        if text is None:
            return None
        if not text:
            raise RootKeyUnusable("LOCKWORK_ROOT_KEY_FILE is set and empty", hint="unset it, or name a file")
        return self.cwd / self._expanded("LOCKWORK_ROOT_KEY_FILE", text)

    @property
    def backup_passphrase(self) -> "Sensitive | None":
        """What LOCKWORK_BACKUP_PASSPHRASE holds."""
        from lockwork.domain.sensitive import Sensitive  # lazy: two commands ask

        text = self.variable("LOCKWORK_BACKUP_PASSPHRASE")
        return None if text is None else Sensitive(text)

    @cached_property
    def server(self) -> "Setting[tuple[str, Sensitive]] | None":
        """The URL and the token that the environment names. One without the other is of no use."""
        from lockwork.domain.sensitive import Sensitive  # lazy: as above

        url, token = self.variable("LOCKWORK_URL"), self.variable("LOCKWORK_TOKEN")
        if url and token:
            return Setting((url, Sensitive(token)), "LOCKWORK_URL")
        if url or token:
            there, missing = ("URL", "TOKEN") if url else ("TOKEN", "URL")
            raise Unavailable(
                f"LOCKWORK_{there} is set and LOCKWORK_{missing} is not: one is of no use without the other",
                hint=f"set LOCKWORK_{missing} too, or unset LOCKWORK_{there}",
            )
        return None

    # --- files ---------------------------------------------------------------------------------------------

    @cached_property
    def _project(self) -> dict[str, Any]:
        return {} if self.project_path is None else _read(self.project_path, _PROJECT_KEYS)

    @cached_property
    def _configuration(self) -> dict[str, Any]:
        return _read(self.configuration_path, _CONFIGURATION_KEYS)

    @property
    def _kept(self) -> dict[str, Any]:
        if self._server is None:
            return self._configuration
        servers = _table(self._configuration, "servers", self.configuration_path)
        return _table(servers, self._server, self.configuration_path)

    def changed(self, configuration: dict[str, Any], change: Change) -> dict[str, Any]:
        """The configuration with what is kept of this server, or of the store here, changed."""
        if self._server is None:
            return change(configuration)
        servers = _table(configuration, "servers", self.configuration_path)
        kept = change(_table(servers, self._server, self.configuration_path))
        return {**configuration, "servers": {**servers, self._server: kept}}


def _home_of_user() -> str:
    import pwd  # lazy: hardly anybody has no HOME

    return pwd.getpwuid(os.getuid()).pw_dir


# --- writing -----------------------------------------------------------------------------------------------


def keep_workspace(settings: Settings, name: str) -> None:
    """Make `name` the active workspace in the user's configuration."""
    _keep(settings, lambda kept: {**kept, "workspace": name})


def keep_stack(settings: Settings, workspace: str, name: str | None) -> None:
    """Make `name` the active stack of a workspace in the user's configuration; None: none in particular."""

    def changed(kept: dict[str, Any]) -> dict[str, Any]:
        stacks = {key: stack for key, stack in kept.get("stacks", {}).items() if key != workspace}
        return {**kept, "stacks": stacks if name is None else {**stacks, workspace: name}}

    _keep(settings, changed)


def write_project(path: Path, *, workspace: str, stack: str | None, replace: bool) -> None:
    """Write a project's file: what is active for whoever works in that folder."""
    table = {"workspace": workspace, **({} if stack is None else {"stack": stack})}
    text = "# What `lockwork` uses in this folder and below.\n" + as_toml(table)
    try:
        with path.open("w" if replace else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InvalidInput(f"{path} exists already", hint="--force replaces it") from None
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be written: {ways_out.reason(error)}", hint=ways_out.after(error)
        ) from None


def _keep(settings: Settings, change: Change) -> None:
    path = settings.configuration_path
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone(path.parent):
            replaced(path, as_toml(settings.changed(_read(path, _CONFIGURATION_KEYS), change)))
    except OSError as error:
        raise StoreUnusable(
            f"{path} cannot be written: {ways_out.reason(error)}", hint=ways_out.after(error)
        ) from None


# --- reading -----------------------------------------------------------------------------------------------


def _read(path: Path, known: tuple[str, ...]) -> dict[str, Any]:
    """The table in a file, which holds what is known alone. A failure quotes none of it but a key."""
    table = read_table(path)
    _check_keys(path, table, known)
    return table


def _check_keys(path: Path, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in table:
        if key not in known:
            hint = f"it may hold {' and '.join(known)}"
            if path.name == PROJECT_FILE and key in ("url", "token"):
                hint += "; a server and its token never come from a project's folder, which others can write"
            raise InvalidInput(f"{path}: {key!r} is not for this file", hint=hint)


def _table(table: Mapping[str, Any], key: str, path: Path) -> dict[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise InvalidInput(f"{path}: {key!r} is not a table")
    return value


def _text(table: Mapping[str, Any], key: str, path: Path | None) -> Setting[str] | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        raise InvalidInput(f"{path}: {key!r} is not a name", hint=f'write {key} = "NAME"')
    return Setting(value, str(path))
