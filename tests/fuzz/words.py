"""Argument vectors for every command there is, read from the tree of commands, and then spoilt."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

import click
from tests.fuzz.texts import OPEN, SECRET, Texts, argument

from lockwork.cli.commands import FreeCommand
from lockwork.cli.component_entry import AttributeCommand
from lockwork.domain.stacks import ComponentType
from lockwork.flavors import registry

NAMES = {
    "secret": ("db", "openai", "mine", "gone", "lines", "tracker-experiment-tracker"),
    "stack": ("default", "prod"),
    "workspace": ("default", "team"),
    "user": ("default", "anna"),
    "orchestrator": ("default",),
    "artifact_store": ("default", "bucket"),
    "experiment_tracker": ("tracker",),
    "component": ("none", "tracker"),
    "flavor": ("mlflow", "s3", "local", "slack"),
}
"""What a prepared store has, by what a command calls it."""
KEYS = ("password", "username", "token", "fresh", "a.b", "values", "scope")
FILES = (
    "values.txt",
    "open.txt",
    "values.yaml",
    "stack.yaml",
    "groups.yaml",
    "settings.yaml",
    "pipeline.py",
    "template.txt",
)
"""What each case writes into its folder; see `cases`."""
FITTING = {
    "values": "@values.yaml",
    "env_file": "values.env",
    "from_file": "groups.yaml",
    "settings": "settings.yaml",
    "place": "pipeline.py",
    "import": "stack.yaml",
    "inject": "template.txt",
    "restore": "sealed",
}
"""What belongs where a file is named: by the parameter, else by the command."""
PLACES = (
    *FILES,
    "-",
    "missing",
    "folder",
    "large",
    "binary",
    "pipe-less",
    "",
    ".",
    "link",
    "out.json",
    "sealed",
)
NOT_OURS = "192.0.2.1"
"""An address that no machine has (RFC 5737): a server that is started there ends at once."""
NO_PORT = 0
"""A dashboard is at none: it is refused, and does not wait for a browser."""
Path = tuple[str, ...]
Row = tuple[Path, click.Command, click.Command | None]
"""A command, and its group."""


def leaves(group: click.Group, path: Path = ()) -> Iterator[tuple[Path, click.Command]]:
    """Every command with its words, in the order of the tree."""
    for name in group.list_commands(click.Context(group)):
        command = group.commands[name]
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield (*path, name), command


class Words:
    """Makes the words of one command line."""

    def __init__(self, texts: Texts, commands: Sequence[Row]) -> None:
        self._texts = texts
        self._commands = commands
        self._weights = [_weight(path, command) for path, command, _ in commands]
        self._ids: Sequence[str] = ()

    def line(self, ids: Sequence[str]) -> tuple[Path, list[str]]:
        """Words for some command, and which command was meant."""
        self._ids = ids
        texts = self._texts
        path, command, group = texts.random.choices(self._commands, self._weights)[0]
        parts = [self._parameter(path, parameter) for parameter in command.params]
        if isinstance(command, FreeCommand):
            parts += [[word] for word in self._free(command, group)]
        if texts.maybe(0.3):
            texts.random.shuffle(parts)
        words = [word for part in parts for word in part]
        while texts.odd(0.35):
            words = self._spoilt(words, is_about_files=_is_about_files(command))
        line = [*(self._before() if texts.maybe(0.15) else []), *path, *words]
        if texts.odd(0.05):
            line = self._spoilt(line)
        if path == ("server", "start"):
            line.append(f"--host={NOT_OURS}")
        if path == ("dashboard",):
            line.append(f"--port={NO_PORT}")
        return path, [argument(word) for word in line]

    # --- what a command declares ---------------------------------------------------------------------------

    def _parameter(self, path: Path, parameter: click.Parameter) -> list[str]:
        texts = self._texts
        if isinstance(parameter, click.Argument):
            if not parameter.required and texts.maybe(0.5):
                return []
            count = texts.random.randint(0, 3) if parameter.nargs == -1 else 1
            return [self._value(path, parameter) for _ in range(count)]
        assert isinstance(parameter, click.Option)
        often = 0.95 if parameter.required or "--yes" in parameter.opts else 0.12
        if not texts.maybe(0.5 if parameter.name in FITTING else often):
            return []
        word = texts.random.choice(parameter.opts)
        if texts.maybe(0.1):
            word = word[:2] + word[2:].replace("-", "_")
        if parameter.is_flag:
            return [word + texts.rather(("",), ("", "", f"={SECRET}"))]
        value = self._value(path, parameter)
        return [f"{word}={value}"] if word.startswith("--") and texts.maybe(0.5) else [word, value]

    def _value(self, path: Path, parameter: click.Parameter) -> str:
        texts, name = self._texts, str(parameter.name)
        if isinstance(parameter.type, click.Choice):
            return str(texts.rather(parameter.type.choices, (f"x={SECRET}", "", texts.nasty(1))))
        if isinstance(parameter.type, click.types.IntRange | click.types.IntParamType):
            return texts.number()
        if texts.odd(0.08):
            return texts.word()
        if name == "values":
            return self._mapping()
        if isinstance(parameter.type, click.Path) or name in ("settings", "place"):
            fitting = FITTING.get(name, FITTING.get(path[-1], "out.json"))
            place = str(texts.rather((fitting,), PLACES))
            return place + (texts.rather(("", ":training"), (":x", ":")) if name == "place" else "")
        metavar = parameter.metavar or ""
        if metavar == "NAME=VALUE":
            return f"{texts.keys(KEYS)}={texts.one(texts.planted(OPEN), '{{db.password}}', '')}"
        if metavar == "NAME[=PREFIX]":
            return self._name("secret") + texts.rather(("", "=X_"), ("=", "=" + texts.nasty(1), f"={OPEN}"))
        if metavar == "@FILE":
            odd = ("@-", "@missing", "@", f"{SECRET}bare", "@folder", "@binary")
            return str(texts.rather(("@secret.txt",), odd))
        if metavar == "F":
            return self._filter()
        return self._by_name(path, name, metavar)

    def _by_name(self, path: Path, name: str, metavar: str) -> str:
        texts = self._texts
        if name in ("key", "ask", "remove", "attributes", "key_id") or metavar in ("KEY", "ATTR", "ATTR..."):
            return str(texts.rather((texts.keys(KEYS),), (f"password={SECRET}", "tracking_uri", "alerter")))
        if name == "command":
            return str(texts.one("true", "false", "printf", "missing", texts.word()))
        if name == "reference":
            return texts.one(
                "{{db.password}}", "{{nope.key}}", "{{db.passwrd}}", "{{" + texts.nasty(1) + "}}"
            )
        if name == "flavor" or metavar == "FLAVOR":
            type_ = path[0].replace("-", "_")
            here = _flavors(ComponentType(type_)) if type_ in ComponentType.__members__.values() else []
            return str(texts.rather([f.name for f in here] or NAMES["flavor"], (self._name("flavor"),)))
        if name == "type_" or metavar == "TYPE":
            return str(texts.one(*[type_.dashed for type_ in ComponentType], texts.nasty(1)))
        if name == "level":
            return texts.one(
                "NONE", "SECRET_EXISTS", "SECRET_AND_KEY_EXISTS", "secret_exists", "", texts.nasty(1)
            )
        if name == "sort_by":
            return texts.one(
                "asc:name", "desc:created", "name", "asc:", "asc:" + texts.nasty(1), "desc:updated"
            )
        if metavar == "HEAD":
            return texts.one("1:" + "0" * 64, "9" * 30 + ":" + "0" * 64, "x", "")
        return self._name(
            _kind(path, name), is_new="new" in name or path[-1] in ("create", "register", "import")
        )

    def _name(self, kind: str, *, is_new: bool = False) -> str:
        texts = self._texts
        if is_new and not texts.odd(0.3):
            return f"new-{texts.random.randrange(10**6)}"
        if kind == "id" or texts.odd(0.1):
            found = texts.random.choice([*self._ids, "0" * 8, "f" * 32])
            return texts.one(found, found[:8], found.upper(), found.replace("-", ""))
        return str(texts.rather(NAMES[kind], ("fresh", "x", texts.nasty(2))))

    def _filter(self) -> str:
        texts = self._texts
        hows = ("", "contains:", "startswith:", "endswith:", "gt:", "gte:", "lt:", "lte:")
        how = texts.rather(hows, ("x:", ":"))
        what = texts.one(
            "d", "default", "%", "_", "2026-01-31", "2026-13-45", "9999999999-01-01T99:99", "failed", ""
        )
        return str(how) + (texts.nasty(2) if texts.odd(0.2) else what)

    def _before(self) -> list[str]:
        texts = self._texts
        return texts.one(
            ["--output", texts.rather(("json", "yaml", "csv", "table"), (f"x={SECRET}",))],
            ["--workspace", self._name("workspace")],
            ["--as", self._name("user")],
            [f"--workspace={self._name('workspace')}", "-o", "json"],
            ["--version"],
            ["--help"],
        )

    # --- free words ----------------------------------------------------------------------------------------

    def _free(self, command: FreeCommand, group: click.Command | None) -> list[str]:
        texts = self._texts
        type_ = getattr(command, "type", getattr(group, "type", None))
        if isinstance(command, AttributeCommand) and isinstance(type_, ComponentType):
            return texts.some(lambda: self._attribute(type_), 4)
        return texts.some(lambda: f"--{texts.keys(KEYS)}={self._given()}", 3)

    def _given(self) -> str:
        texts = self._texts
        odd = ("", "@-", "@@at", "@missing", "@folder", "@large", "@binary", "@", "@~", "@~x")
        return str(texts.rather((texts.planted(), texts.planted(), "@values.txt"), odd))

    def _attribute(self, type_: ComponentType) -> str:
        texts = self._texts
        declared = [a for flavor in _flavors(type_) for a in flavor.attributes]
        if not declared or texts.odd(0.1):
            return f"--{texts.keys(KEYS)}={texts.planted(OPEN)}"
        found = texts.random.choice(declared)
        mark = SECRET if found.sensitive else OPEN
        word = "--" + texts.one(found.name, found.name.replace("_", "-"))
        plain, file = texts.planted(mark), "@values.txt" if found.sensitive else "@open.txt"
        odd = (f"[{plain}]", f'{{"a": "{plain}"}}', "{{nope.x}}", "{{db", "true", "[" * 3000, texts.number())
        value = texts.rather((plain, "{{db.password}}", file), odd)
        return f"{word}={value}"

    def _mapping(self) -> str:
        texts = self._texts
        return str(texts.rather((texts.mapping(KEYS), "@values.yaml"), ("@-", "@missing", "@large", "@")))

    # --- spoiling ------------------------------------------------------------------------------------------

    def _spoilt(self, words: list[str], *, is_about_files: bool = False) -> list[str]:
        """One word out, in, twice, elsewhere, or changed in itself."""
        texts = self._texts
        at = texts.random.randrange(len(words) + 1)
        if at == len(words) or texts.maybe(0.15):
            return [*words[:at], "stray" if is_about_files else self._stray(), *words[at:]]
        word = words[at]
        if SECRET in word and "=" not in word and not set(word) & set("{}:\n"):
            return words  # alone in another place it would be a name like any other
        return texts.one(
            [*words[:at], *words[at + 1 :]],
            [*words[: at + 1], *words[at:]],
            [*words[:at], *words[at + 1 :], word],
            [*words[:at], word.lstrip("-"), *words[at + 1 :]],
            [*words[:at], "-" + word.lstrip("-"), *words[at + 1 :]],
            [*words[:at], *word.split("=", 1), *words[at + 1 :]] if SECRET not in word else words,
            [*words[:at], word[:-1], *words[at + 1 :]],
            [*words[:at], word.upper(), *words[at + 1 :]] if SECRET not in word else words,
        )

    def _stray(self) -> str:
        texts = self._texts
        return texts.one(
            *(
                "--",
                "-",
                "",
                "--help",
                "-h",
                "--version",
                "--no-such-option",
                "--force",
                "--yes",
                "-y",
                "-x",
                "-",
            ),
            *(
                "--workspace=x",
                "--output=json",
                "--as",
                "--reveal",
                "--purge",
                "--page=99999999999",
                "-o",
                "-s",
            ),
            *(
                f"--fresh={SECRET}stray",
                f"password={SECRET}stray",
                f"-p={SECRET}stray",
                f"--scope={SECRET}stray",
            ),
            texts.word(),
        )


_flavors = functools.cache(registry.flavors)


def _kind(path: Path, name: str) -> str:
    """What kind of name a parameter takes."""
    noun = path[0].replace("-", "_")
    if name in ("name", "name_or_id", "id", "new_name"):
        return "id" if noun == "run" else noun if noun in NAMES else "component"
    return name if name in NAMES else "component"


def commands_of(program: click.Group) -> list[Row]:
    """All commands with their groups."""
    return [
        (path, command, group if isinstance(group := program.commands[path[0]], click.Group) else None)
        for path, command in leaves(program)
    ]


def _is_about_files(command: click.Command) -> bool:
    """A stray word would be a path, which failures quote."""
    return any(
        p.name == "place" or isinstance(p.type, click.Path)
        for p in command.params
        if p.param_type_name == "argument"
    )


def _weight(path: Path, command: click.Command) -> float:
    """How often to try it: twelve groups have the same commands, and those that take values matter most."""
    if path[0].replace("-", "_") in ComponentType.__members__.values():
        weight = 1.0 if path[0] in ("experiment-tracker", "artifact-store") else 0.1
    else:
        weight = 2.0 if path[0] in ("secret", "stack") else 1.0
    takes_values = isinstance(command, FreeCommand) or path[-1] in ("import", "register-secrets", "validate")
    return weight * (4 if takes_values else 1)
