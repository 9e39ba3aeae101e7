"""Check what no linter knows about this tree: who may open a secret, what files may name, why a lint is off.

Run by `make check`; prints every finding as `path:line: what is wrong` and ends with 1 when there is one.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "lockwork"
DROP_IN = ROOT / "drop_in"
LONGEST_FILE = 400

# `Sensitive.reveal()` is the only way from a hidden value to its text. Each module that takes it says why.
MAY_REVEAL = {
    "cli/access.py": "prints the code of an invitation, once",
    "cli/dashboard.py": "prints the code that lets a browser in, once",
    "cli/server.py": "prints the codes of a set-up and of a reset, once",
    "cli/tokens.py": "prints a token, once",
    "client/credentials.py": "keeps a token in a file of its user's alone",
    "client/http.py": "shows a token to its server",
    "crypto/passwords.py": "makes what is kept of a password",
    "crypto/tokens.py": "makes what is kept of a token",
    "wire/requests.py": "the one place where values become text on a wire",
    "cli/backups.py": "measures a passphrase",
    "cli/keys.py": "prints a root key that nothing uses yet: `key generate`",
    "crypto/keyring.py": "writes a root key into the keyring file",
    "crypto/passphrase.py": "makes the key of a passphrase",
    "dashboard/entry.py": "puts a session into a cookie of its browser",
    "dashboard/once.py": "tells a code or token that was just made, once",
    "dashboard/secrets.py": "answers one revealed value, to a question of its own",
    "domain/secrets.py": "measures values against the limits; `secret_values`, the plain dict users ask for",
    "server/own.py": "puts the code that lets a browser in into a file of its user's alone",
    "server/hosting.py": "connects to the server's database by its URL, which holds a password",
    "client/handover.py": "hands a token to the processes of a run",
    "cli/moving.py": "reads a database's URL, which holds a password, into its parts",
    "moving/from_zenml/database.py": "logs in to a MySQL server",
    "moving/from_zenml/values.py": "makes the key of ZenML's encryption key",
    "pipelines/files.py": "keeps what was fetched before out of the text of a failure",
    "pipelines/resolver.py": "makes known to the mask what a step fetches by itself",
    "scanning/known.py": "makes the patterns of the store's values, which files are searched for",
    "service/credentials.py": "tells a plain value of a sensitive attribute from a reference",
    "service/secrets.py": "hands new values to the domain, which checks them against the limits",
    "vaults/builtin.py": "seals values",
}

# A name that fits everything tells nothing: give the function the room of its noun.
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "misc"}

# The domain is pure: no input or output, no clock, no chance, and no package but this one.
DOMAIN_MAY_USE = {"msgspec", "lockwork"}
IMPURE = {"asyncio", "io", "os", "pathlib", "random", "secrets", "shutil", "socket", "sqlite3", "subprocess"}
IMPURE |= {"tempfile", "threading", "time", "urllib"}

# A driver is its own room's: everything else speaks to `database/engine`.
ONLY_IN = {"psycopg": ("database", "postgres")}

# Written in two halves, so that this file does not find itself.
REGISTRY_HOSTS = [
    "pypi." + "org",
    "files.python" + "hosted.org",
    "registry.npm" + "js.org",
    "deb.de" + "bian.org",
]


def python_files() -> list[Path]:
    return sorted([*SOURCE.rglob("*.py"), *DROP_IN.rglob("*.py")])


def place(path: Path) -> Path:
    """Where a module stands: within Lockwork, or within the checkout (`drop_in/zenml/client.py`)."""
    return path.relative_to(SOURCE if path.is_relative_to(SOURCE) else ROOT)


def at(path: Path, line: int, what: str) -> str:
    return f"{path.relative_to(ROOT)}:{line}: {what}"


def opened_secrets(tree: ast.Module) -> Iterator[int]:
    """The lines where a hidden value is opened, called or passed on."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("reveal", "get_secret_value"):
            yield node.lineno


def check_reveals(path: Path, tree: ast.Module) -> Iterator[str]:
    name = str(place(path))
    lines = list(opened_secrets(tree))
    if name in MAY_REVEAL:
        if not lines:
            yield at(path, 1, "opens no secret any more: take it off MAY_REVEAL in scripts/check_tree.py")
        return
    for line in lines:
        yield at(path, line, "opens a secret, and is not on MAY_REVEAL in scripts/check_tree.py")


def imported_packages(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.lineno, node.module.partition(".")[0]


def check_domain(path: Path, tree: ast.Module) -> Iterator[str]:
    if place(path).parts[0] != "domain":
        return
    for line, package in imported_packages(tree):
        if package in IMPURE or (package not in sys.stdlib_module_names and package not in DOMAIN_MAY_USE):
            yield at(path, line, f"the domain is pure and cannot import {package}")


def check_drivers(path: Path, tree: ast.Module) -> Iterator[str]:
    for line, package in imported_packages(tree):
        room = ONLY_IN.get(package)
        if room is not None and place(path).parts[: len(room)] != room:
            yield at(path, line, f"only {'/'.join(room)} imports {package}")


def check_shape(path: Path, text: str) -> Iterator[str]:
    length = text.count("\n")
    if length > LONGEST_FILE:
        yield at(path, length, f"{LONGEST_FILE} lines are the limit: there is a second noun in it")
    if {path.stem, *place(path).parts[:-1]} & VAGUE_NAMES:
        yield at(path, 1, "name it after what it is about")
    if text.strip() and not text.lstrip().startswith(('"""', 'r"""')):
        yield at(path, 1, "opens with its promise: a docstring")


def tracked_files() -> list[Path]:
    """What git tracks or would: outside a checkout (an unpacked sdist) there is nothing to look at."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    names = listing.stdout.decode().split("\0")
    return sorted(path for name in names if name and (path := ROOT / name).is_file())


def foreign_places() -> re.Pattern[str]:
    """Paths of the machine this runs on, and package registries: neither belongs in the project."""
    folders = {ROOT, ROOT.parent, Path.home()} - {Path("/"), Path("/tmp"), Path("/home")}
    machine = [rf"(?<![\w.}}/-]){re.escape(str(folder))}/" for folder in sorted(folders)]
    hosts = [rf"(?<![\w-]){re.escape(host)}" for host in REGISTRY_HOSTS]
    return re.compile("|".join(machine + hosts))


def check_places(paths: Iterable[Path]) -> Iterator[str]:
    places = foreign_places()
    for path in paths:
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), start=1):
            if found := places.search(line):
                yield at(path, number, f"names {found.group()}, which is not part of the project")


# What tells a linter or the type checker to look away. The codes that it names are not yet a reason.
OPT_OUT = re.compile(
    r"#\s*(?P<kind>type:\s*ignore|noqa|nosec|pylint:\s*disable|pyright:\s*ignore)\b"
    r"\s*(?P<codes>\[[^]]*\]|[:=]?\s*[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*|=\s*[\w,-]+)?(?P<rest>[^#]*)"
)
REASON = re.compile(r"\w{2}")


def check_opt_outs(paths: Iterable[Path]) -> Iterator[str]:
    """Each names what it lets pass, and a line's last one, or a comment behind it, says why."""
    for path in paths:
        with path.open("rb") as file:
            for token in tokenize.tokenize(file.readline):
                found = list(OPT_OUT.finditer(token.string)) if token.type == tokenize.COMMENT else []
                for one in found:
                    if not one["codes"]:
                        yield at(path, token.start[0], f"`{one['kind']}` lets everything pass: name the code")
                if found and not REASON.search(found[-1]["rest"] + token.string[found[-1].end() :]):
                    yield at(
                        path, token.start[0], f"`{found[-1]['kind']}` without a reason: write why behind it"
                    )


def check_modules(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        text = path.read_text("utf-8")
        tree = ast.parse(text, str(path))
        yield from check_shape(path, text)
        yield from check_reveals(path, tree)
        yield from check_domain(path, tree)
        yield from check_drivers(path, tree)


def check_allowance() -> Iterator[str]:
    for name in MAY_REVEAL:
        if not (SOURCE / name).is_file() and not (ROOT / name).is_file():
            yield f"scripts/check_tree.py: MAY_REVEAL names {name}, which is not there"


def main() -> int:
    tracked = tracked_files()
    findings = [
        *check_modules(python_files()),
        *check_allowance(),
        *check_places(tracked),
        *check_opt_outs(path for path in tracked if path.suffix == ".py"),
    ]
    print(*findings, sep="\n", end="\n" if findings else "")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
