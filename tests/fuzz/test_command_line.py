"""No words, texts, files or settings make a command line fail in a way that is not its own."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from tests.fuzz.cases import CASES_PER_BATCH, Batch

from lockwork.cli.main import lockwork
from zenml.cli.cli import cli as drop_in


def try_batch(seed: str, folder: Path, prepared: Path, program: click.Group = lockwork) -> None:
    folder.mkdir()
    batch = Batch(seed, folder, prepared, program)
    for case in batch.cases(CASES_PER_BATCH):
        batch.try_(case)
    batch.check_at_end()


@pytest.mark.parametrize("number", range(24))
def test_no_command_line_gets_through(number: int, tmp_path: Path, prepared: Path) -> None:
    """Whatever is given: an exit code of ours, an error that says so, no value, nothing half done."""
    try_batch(f"short {number}", tmp_path / "batch", prepared)


@pytest.mark.parametrize("number", range(6))
def test_no_command_line_of_the_drop_in_gets_through(number: int, tmp_path: Path, prepared: Path) -> None:
    """The same holds for the commands under ZenML's names."""
    try_batch(f"drop-in {number}", tmp_path / "batch", prepared, drop_in)


def test_no_process_gets_through(tmp_path: Path, prepared: Path) -> None:
    """Nor as processes of their own, which start programs and run hostile pipelines."""
    try_processes("processes", tmp_path / "batch", prepared, 20)


def try_processes(seed: str, folder: Path, prepared: Path, count: int) -> None:
    folder.mkdir()
    batch = Batch(seed, folder, prepared, processes=True)
    for case in batch.cases(count):
        batch.try_(case)
    batch.check_at_end()


# ---- the same with numbers: 22,500 cases, some 1,000 of them as processes ----


@pytest.mark.soak
@pytest.mark.parametrize("number", range(400))
def test_many_command_lines(number: int, tmp_path: Path, prepared: Path) -> None:
    """Twenty thousand hostile command lines, fifty to a store."""
    try_batch(f"long {number}", tmp_path / "batch", prepared)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(50))
def test_many_command_lines_of_the_drop_in(number: int, tmp_path: Path, prepared: Path) -> None:
    """And two and a half thousand under ZenML's names."""
    try_batch(f"long drop-in {number}", tmp_path / "batch", prepared, drop_in)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(20))
def test_many_processes(number: int, tmp_path: Path, prepared: Path) -> None:
    """A thousand as processes of their own."""
    try_processes(f"long processes {number}", tmp_path / "batch", prepared, 50)
