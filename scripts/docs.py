"""Write docs/cli.md from the tree of commands, docs/python.md from signatures and docstrings,
docs/api.md from the route table, docs/moving-from-zenml.md from the drop-in's table, and into docs/access.md
who hears what to each question.

    python scripts/docs.py           write them
    python scripts/docs.py --check   say what is out of date, and end with 1

All are made from what runs, so that no page can promise what is not there.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click
from access_page import with_table
from api_page import api_page
from moving_page import moving_page

import lockwork
from lockwork.cli.main import SECTIONS
from lockwork.cli.main import lockwork as root_command

DOCS = Path(__file__).resolve().parent.parent / "docs"
MADE = "<!-- Made by scripts/docs.py: change the code, then run it. -->"


# ---- the command line ----


def cli_page() -> str:
    root = click.Context(root_command, info_name="lockwork")
    return "\n".join(
        [
            f"# The command line\n\n{MADE}\n",
            prose(root_command.help),
            f"```\n{usage(root)}\n```\n",
            options_table(root),
            f"\n{prose(root_command.epilog)}",
            *sections(root),
        ]
    )


def sections(root: click.Context) -> Iterator[str]:
    """Each group; those that one module makes alike, such as the types of components, are told once."""
    for section, rows in SECTIONS.items():
        yield f"## {section}\n"
        alike = Counter(row.module for row in rows.values())
        for name, row in rows.items():
            names = [each for each in rows if rows[each].module == row.module]
            if alike[row.module] < 3:
                yield command_page(root, root_command, name)
            elif name == names[0]:
                yield types_page(root, {each: rows[each].help for each in names})


def types_page(root: click.Context, types: dict[str, str]) -> str:
    first = next(iter(types))
    page = command_page(root, root_command, first).replace(f"lockwork {first}", "lockwork TYPE")
    heading, _, rest = page.partition("\n")
    told = "\n".join(f"| `{name}` | {summary} |" for name, summary in types.items())
    commands = rest[rest.index("####") :]
    table = f"TYPE is one of these; all have the same commands.\n\n| type | |\n|---|---|\n{told}"
    return f"{heading}\n\n{table}\n\n{commands}"


def command_page(parent: click.Context, group: click.Group, name: str) -> str:
    command = group.get_command(parent, name)
    assert command is not None
    context = click.Context(command, info_name=name, parent=parent)
    level = "#" * (2 + context.command_path.count(" "))
    parts = [f"{level} {context.command_path}\n", prose(command.help)]
    if isinstance(command, click.Group):
        parts += [command_page(context, command, each) for each in command.list_commands(context)]
    else:
        parts += [f"```\n{usage(context)}\n```\n", options_table(context), f"\n{prose(command.epilog)}"]
    return "\n".join(part for part in parts if part.strip()) + "\n"


def usage(context: click.Context) -> str:
    return " ".join([context.command_path, *context.command.collect_usage_pieces(context)])


def options_table(context: click.Context) -> str:
    rows = []
    for option in context.command.get_params(context):
        record = option.get_help_record(context) if isinstance(option, click.Option) else None
        if record is not None and "--help" not in option.opts:
            rows.append(f"| `{cell(record[0])}` | {cell(record[1])} |")
    return "\n".join(["| option | |", "|---|---|", *rows]) + "\n" if rows else ""


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def prose(text: str | None) -> str:
    """Paragraphs as lines, code as it stands."""
    told: list[str] = []
    for paragraph in inspect.cleandoc(text or "").split("\n\n"):
        if not is_code(paragraph):
            told.append(" ".join(paragraph.split()))
        elif told and told[-1].endswith("\n```"):
            told[-1] = f"{told[-1].removesuffix('```')}\n{paragraph}\n```"
        else:
            told.append(f"```\n{paragraph.removeprefix(chr(8)).strip()}\n```")
    return "\n\n".join(told) + "\n"


def is_code(paragraph: str) -> bool:
    """What click was told to leave as it is, what is indented, what imports or decorates."""
    return paragraph.startswith(("\b", "    ", "from ", "import ", "@")) or "\n    " in paragraph


# ---- Python ----


def python_page() -> str:
    parts = [f"# The Python names\n\n{MADE}\n", f"{prose(lockwork.__doc__)}"]
    for name in lockwork.__all__:
        if not name.startswith("_"):
            parts.append(name_page("lockwork", name, getattr(lockwork, name)))
    for module in ("lockwork.testing",):
        if find_spec(module) is not None:
            loaded = import_module(module)
            parts.append(f"## {module}\n\n{prose(loaded.__doc__)}")
            parts += [name_page(module, name, found) for name, found in own_names(module)]
    return "\n".join(parts) + "\n" + failures()


def own_names(module: str) -> Iterator[tuple[str, object]]:
    """The public classes and functions that a module defines, as they stand in it."""
    for name, found in vars(import_module(module)).items():
        if not name.startswith("_") and getattr(found, "__module__", None) == module:
            yield name, found


def name_page(module: str, name: str, found: object) -> str:
    heading = f"## {module}.{name}\n"
    node = definition(found)
    if isinstance(node, ast.ClassDef):
        return "\n".join([heading, prose(ast.get_docstring(node)), *class_parts(found)])
    if isinstance(node, ast.FunctionDef):
        return "\n".join([heading, signature_block(name, node), prose(ast.get_docstring(node))])
    raise TypeError(f"{module}.{name} is neither a class nor a function")


def class_parts(kind: object) -> Iterator[str]:
    """How it is made, its fields, its properties and its methods, those of its bases of ours included."""
    assert isinstance(kind, type)
    seen: set[str] = set()
    for base in kind.__mro__:
        if not base.__module__.startswith("lockwork."):
            continue
        node = definition(base)
        assert isinstance(node, ast.ClassDef)
        yield from fields(node, seen)
        for item in node.body:
            if isinstance(item, ast.FunctionDef) and item.name not in seen:
                seen.add(item.name)
                if item.name == "__init__":
                    yield signature_block(node.name, item)
                elif not item.name.startswith("_") and ast.get_docstring(item):
                    yield f"### {'' if is_property(item) else '.'}{item.name}\n"
                    yield signature_block(item.name, item)
                    yield prose(ast.get_docstring(item))


def fields(node: ast.ClassDef, seen: set[str]) -> Iterator[str]:
    """Fields of data, with the sentence that stands below each, if one does."""
    rows = []
    for item, below in zip(node.body, [*node.body[1:], None], strict=True):
        said = (
            below.value.value if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) else ""
        )
        match item:
            case ast.AnnAssign(target=ast.Name(id=name)) if not name.startswith("_"):
                declared = f"{name}: {ast.unparse(item.annotation)}"
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant()) if name.isupper():
                declared = f"{name} = {ast.unparse(item.value)}"
            case _:
                continue
        seen.add(name)
        rows.append(f"| `{cell(declared)}` | {cell(' '.join(str(said).split()))} |")
    if rows:
        yield "\n".join(["| | |", "|---|---|", *rows]) + "\n"


def is_property(node: ast.FunctionDef) -> bool:
    return any(ast.unparse(each).endswith("property") for each in node.decorator_list)


def signature_block(name: str, node: ast.FunctionDef) -> str:
    arguments = node.args
    words = ast.unparse(arguments)
    for bound in ("self, ", "self", "cls, ", "cls"):
        if words.startswith(bound):
            words = words.removeprefix(bound)
            break
    answer = f" -> {ast.unparse(node.returns)}" if node.returns is not None else ""
    answer = "" if node.name == "__init__" else answer.replace("'", "")
    apart = split_arguments(words)
    line = (
        f"{name}{answer.replace(' -> ', ': ', 1)}"
        if is_property(node)
        else f"{name}({', '.join(apart)}){answer}"
    )
    if len(line) > 100:
        each = "".join(f"    {word},\n" for word in apart)
        line = f"{name}(\n{each}){answer}"
    return f"```python\n{line}\n```\n"


def split_arguments(words: str) -> list[str]:
    """The arguments of a signature, apart: a comma inside brackets or quotes parts nothing."""
    parts, depth, quote, current = [], 0, "", ""
    for letter in words:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        depth += (letter in "([{") - (letter in ")]}") if not quote else 0
        if letter == "," and depth == 0 and not quote:
            parts.append(current.strip())
            current = ""
        else:
            current += letter
    return [re.sub(r"^(\*{0,2}\w+: [^=]*)=", r"\1 = ", part) for part in (*parts, current.strip())]


@cache
def definition(found: object) -> ast.ClassDef | ast.FunctionDef:
    """What the source says; of an overloaded function, the one that works."""
    source = textwrap.dedent(inspect.getsource(found))  # type: ignore[arg-type]  # classes and functions alone come here
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.ClassDef | ast.FunctionDef)
    return node


def failures() -> str:
    errors = import_module("lockwork.domain.errors")
    return f"## Failures\n\n```\n{inspect.cleandoc(errors.__doc__ or '')}\n```\n"


# ---- all ----


def tidy(text: str) -> str:
    """One blank line between parts, none at the end."""
    lines: list[str] = []
    for line in text.split("\n"):
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip() + "\n"


def main() -> int:
    made = {"cli": cli_page(), "python": python_page(), "api": api_page(MADE)}
    made["moving-from-zenml"] = moving_page(MADE)
    pages = {DOCS / f"{name}.md": tidy(text) for name, text in made.items()}
    pages[DOCS / "access.md"] = with_table((DOCS / "access.md").read_text("utf-8"))
    if sys.argv[1:] == ["--check"]:
        stale = [
            path for path, text in pages.items() if not path.is_file() or path.read_text("utf-8") != text
        ]
        for path in stale:
            print(f"docs/{path.name} is out of date: run python scripts/docs.py")
        return 1 if stale else 0
    for path, text in pages.items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
