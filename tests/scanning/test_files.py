"""Which files are looked at: as git says, never through a link, nothing huge."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lockwork.domain.errors import WrongUsage
from lockwork.scanning.files import LARGEST, Listing, texts


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    project = tmp_path / "project"
    for name in ("a.py", "sub/b.yaml", "sub/deep/c.env", "build/d.py", "node_modules/e.js"):
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    monkeypatch.chdir(project)
    return project


def git(*words: str) -> None:
    subprocess.run(["git", *words], check=True, capture_output=True)


def listed(*paths: str, **how: Any) -> list[str]:
    return [str(candidate) for candidate in Listing(paths or ["."], **how)]


def test_outside_a_checkout_all_files_are_looked_at(folder: Path) -> None:
    """In order; not what installers keep, nor a virtual environment."""
    (folder / "env").mkdir()
    (folder / "env" / "pyvenv.cfg").touch()
    (folder / "env" / "lib.py").touch()
    assert listed() == ["a.py", "build/d.py", "sub/b.yaml", "sub/deep/c.env"]
    assert listed("sub", "a.py", "a.py") == ["sub/b.yaml", "sub/deep/c.env", "a.py"]
    assert listed("node_modules") == ["node_modules/e.js"]


def test_in_a_checkout_gitignore_is_respected(folder: Path) -> None:
    """Tracked or not, but for what is ignored; `ignored` and a file's own name bring that in."""
    git("init")
    (folder / ".gitignore").write_text("build/\nc.env\nnode_modules\n")
    git("add", "a.py")
    (folder / "gone.py").touch()
    git("add", "gone.py")
    (folder / "gone.py").unlink()
    listing = Listing(["."])
    assert [str(c) for c, _ in texts(listing)] == [".gitignore", "a.py", "sub/b.yaml"]
    assert listing.skipped == {}
    assert listed("sub") == ["sub/b.yaml"]
    assert listed("build", "sub/deep/c.env") == ["build/d.py", "sub/deep/c.env"]
    assert listed(ignored=True) == [".gitignore", "a.py", "build/d.py", "sub/b.yaml", "sub/deep/c.env"]


def test_a_checkout_within_a_checkout_is_looked_at(folder: Path) -> None:
    """By its own .gitignore."""
    git("init")
    git("init", "sub")
    (folder / "sub" / ".gitignore").write_text("*.env")
    assert listed("sub") == listed("sub", exclude=["nothing"]) == ["sub/.gitignore", "sub/b.yaml"]
    assert {"sub/.gitignore", "sub/b.yaml"} < set(listed())
    assert "sub/deep/c.env" not in listed()


def test_a_checkout_starts_no_program_of_its_own(folder: Path) -> None:
    """What a stranger's repository configures is not run by looking at it."""
    git("init")
    hook = folder / "hook"
    hook.write_text("#!/bin/sh\ntouch was-run\n")
    hook.chmod(0o700)
    git("config", "core.fsmonitor", str(hook))
    assert "a.py" in listed()
    assert not (folder / "was-run").exists()


@pytest.mark.parametrize("glob", ["sub", "sub/", "sub/*", "s*b"])
def test_globs_leave_files_and_folders_out(folder: Path, glob: str) -> None:
    """A glob means a path, a folder above, or the name of either; a file that is named, too."""
    assert listed(exclude=[glob, "*.js", "build"]) == ["a.py"]
    assert listed("sub/b.yaml", "a.py", exclude=[glob]) == ["a.py"]


def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    """Neither to files nor to folders, unless the caller names one."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "o.py").write_text("outside")
    (folder / "link.py").symlink_to(outside / "o.py")
    (folder / "folder").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    listing = Listing(["."])
    assert "outside" not in [text for _, text in texts(listing)]
    assert listing.skipped == {}
    assert [text for _, text in texts(Listing(["link.py"]))] == ["outside"]
    assert listed("folder") == ["folder/o.py"]


def test_what_has_no_text_is_counted(folder: Path) -> None:
    """Binary, huge and unreadable files are passed by, by number; a pipe is not waited for."""
    (folder / "sub" / "binary").write_bytes(b"\0" * 100)
    (folder / "huge").write_bytes(b"a" * (LARGEST + 1))
    (folder / "largest").write_bytes(b"a" * LARGEST)
    os.mkfifo(folder / "pipe")
    listing = Listing(["."])
    names = [candidate.path.name for candidate, _ in texts(listing)]
    assert "largest" in names
    assert not {"binary", "huge", "pipe"} & set(names)
    assert listing.skipped == {"binary": 1, "too large": 1}


def test_text_is_read_whatever_wrote_it(folder: Path) -> None:
    """UTF-8 with a mark, UTF-16 as Windows writes it, and bytes that are neither."""
    (folder / "bom").write_bytes(b"\xef\xbb\xbfpassword")
    (folder / "wide").write_bytes("password".encode("utf-16"))
    (folder / "latin").write_bytes("password für".encode("latin-1"))
    found = {c.path.name: text for c, text in texts(Listing(["bom", "wide", "latin"]))}
    assert found == {"bom": "password", "wide": "password", "latin": "password f\ufffdr"}


def test_names_that_are_no_text_are_shown_escaped(folder: Path) -> None:
    """A name of any bytes can be printed and encoded."""
    Path(os.fsdecode(b"x\xff.py")).touch()
    assert "x\\xff.py" in listed()


def test_a_path_that_is_not_there_is_wrong_usage() -> None:
    """A build that guards a folder which is not there must not pass as clean."""
    with pytest.raises(WrongUsage, match="nowhere: there is no such file or folder"):
        Listing(["nowhere"])


@pytest.mark.parametrize(("paths", "exclude"), [(("",), ()), (("a.py", ""), ()), (("a.py",), ("",))])
def test_an_empty_text_is_no_path(folder: Path, paths: tuple[str, ...], exclude: tuple[str, ...]) -> None:
    """A variable that is empty by mistake does not stand for the current folder."""
    with pytest.raises(WrongUsage, match="an empty text names no file"):
        listed(*paths, exclude=exclude)
