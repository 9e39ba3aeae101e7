"""The tree's own lint finds what it is there to find."""

from __future__ import annotations

import pytest
from tests.loading import loaded


@pytest.fixture
def lint(monkeypatch, tmp_path):
    """The lint, looking at a tree of our making: `lint(path, text)` gives what it says of one module."""
    module = loaded("scripts/check_tree.py")
    source = tmp_path / "src" / "lockwork"
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "SOURCE", source)
    monkeypatch.setattr(module, "MAY_REVEAL", {"vaults/opener.py": "seals values"})

    def findings(path: str, text: str) -> list[str]:
        file = source / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f'"""A module."""\n{text}')
        return list(module.check_modules([file]))

    findings.module = module  # type: ignore[attr-defined]  # for tests of what looks at more than modules
    return findings


def test_an_ordinary_module_passes(lint):
    """Nothing is found where nothing is wrong."""
    assert lint("service/secrets.py", "import os\n") == []


@pytest.mark.parametrize("way", ["v.reveal()", "map(Sensitive.reveal, vs)", "s.get_secret_value()"])
def test_opening_a_secret_needs_a_reason(lint, way):
    """A module that opens secrets without standing on the list is found, called or passed on alike."""
    assert "src/lockwork/cli/odd.py:2: opens a secret" in lint("cli/odd.py", f"{way}\n")[0]


def test_who_stands_on_the_list_may_open_secrets(lint):
    """A module on the list may, and must: else it comes off the list."""
    assert lint("vaults/opener.py", "v.reveal()\n") == []
    assert "opens no secret any more" in lint("vaults/opener.py", "")[0]


def test_a_long_file_is_found(lint):
    """More than 400 lines hold a second noun."""
    assert "400 lines" in lint("service/long.py", "x = 1\n" * 400)[0]


@pytest.mark.parametrize("path", ["cli/utils.py", "common/words.py", "service/helpers.py"])
def test_a_vague_name_is_found(lint, path):
    """Neither a file nor a folder may be called after nothing."""
    assert "name it after what it is about" in lint(path, "")[0]


@pytest.mark.parametrize("line", ["import os", "from time import time", "def f():\n    import yaml"])
def test_the_domain_stays_pure(lint, line):
    """No clock, no input or output, no package in the domain, inside functions neither."""
    assert "the domain is pure" in lint("domain/odd.py", f"{line}\n")[0]


def test_a_place_of_this_machine_is_found(lint, tmp_path):
    """Neither the checkout's own path nor a package registry is named in the project."""
    page = tmp_path / "page.md"
    page.write_text(f"see {tmp_path}/x\nfrom https://{'pypi.' + 'org'}/simple\n/usr/bin is nobody's own\n")
    found = list(lint.module.check_places([page]))
    assert [finding.split(":")[1] for finding in found] == ["1", "2"]


@pytest.mark.parametrize(
    ("comment", "told"),
    [
        ("noqa: F401", "without a reason"),
        ("noqa: F401, E402", "without a reason"),
        ("noqa: F401 -", "without a reason"),
        ("noqa", "name the code"),
        ("noqa - it is fine", "name the code"),
        ("type: ignore[arg-type]", "without a reason"),
        ("type: ignore[arg-type, misc]", "without a reason"),
        ("type: ignore  # the point", "name the code"),
        ("type: ignore[arg-type]  # noqa: F401", "without a reason"),
        ("nosec B101", "without a reason"),
        ("pylint: disable=unused-import", "without a reason"),
    ],
)
def test_an_opt_out_says_what_and_why(lint, tmp_path, comment, told):
    """Where a linter or the type checker is told to look away, the line names the code and the reason."""
    module = tmp_path / "odd.py"
    module.write_text(f"x = 1\ny = f(x)  # {comment}\n")
    (found, *_) = lint.module.check_opt_outs([module])
    assert found.startswith("odd.py:2: ")
    assert told in found


@pytest.mark.parametrize(
    "line",
    [
        "y = 1  # noqa: F401 - as it is read elsewhere",
        "y = 1  # noqa: PT011  # any: it is the class that scripts catch",
        "y = 1  # type: ignore[arg-type]  # the point",
        "y = 1  # type: ignore[name-defined]  # noqa: F821 - as under TYPE_CHECKING",
        "y = '# noqa: F401'",
        "y = 1  # what is ignored by noqa is told above",
    ],
)
def test_an_opt_out_with_its_reason_passes(lint, tmp_path, line):
    """A code and a reason, in either way of writing it; what only looks like one is let be."""
    module = tmp_path / "fine.py"
    module.write_text(f"{line}\n")
    assert list(lint.module.check_opt_outs([module])) == []
