"""Flavor `local`: the order of steps, and files for their owner alone."""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

import pytest

from lockwork.domain.errors import InvalidInput, NotFound, ProviderFailed
from lockwork.domain.runs import Step
from lockwork.flavors.local import LocalArtifactStore, LocalOrchestrator

DIAMOND = (
    Step(name="join", after=("left", "right")),
    Step(name="left", after=("load",)),
    Step(name="right", after=("load",)),
    Step(name="load"),
    Step(name="alone"),
)


class Hands:
    """Runs nothing, and keeps what was asked of it; steps named in `failing` fail."""

    def __init__(self, failing: Iterable[str] = ()) -> None:
        self.failing = set(failing)
        self.told: list[str] = []
        self.running: list[Step] = []
        self.most = 0

    def run(self, step: Step) -> bool:
        self.told.append(step.name)
        return step.name not in self.failing

    def start(self, step: Step) -> None:
        self.told.append(step.name)
        self.running.append(step)
        self.most = max(self.most, len(self.running))

    def next_finished(self) -> tuple[Step, bool]:
        step = self.running.pop()
        self.told.append(f"end of {step.name}")
        return step, step.name not in self.failing


def _orchestrate(parallel: int, hands: Hands, steps: tuple[Step, ...] = DIAMOND) -> bool:
    return LocalOrchestrator({"parallel": parallel}, Path("/unused")).run(steps, hands)


def test_one_after_another_each_after_its_needs() -> None:
    """Without `parallel`, steps run in this process, in the order written where needs allow."""
    hands = Hands()
    assert _orchestrate(1, hands)
    assert hands.told == ["load", "left", "right", "join", "alone"]
    assert hands.most == 0


def test_after_a_failure_nothing_more_begins() -> None:
    """The failed step is the last one."""
    hands = Hands(failing=["left"])
    assert not _orchestrate(1, hands)
    assert hands.told == ["load", "left"]


@pytest.mark.parametrize("parallel", [2, 3, 200])
def test_independent_steps_run_at_once_and_no_more_than_allowed(parallel: int) -> None:
    """Each step still begins after the end of all that it needs."""
    hands = Hands()
    assert _orchestrate(parallel, hands)
    assert hands.most <= parallel
    assert sorted(n for n in hands.told if not n.startswith("end")) == sorted(s.name for s in DIAMOND)
    for step in DIAMOND:
        begun = hands.told.index(step.name)
        assert all(f"end of {need}" in hands.told[:begun] for need in step.needs_before)


def test_after_a_failure_the_running_ones_are_waited_for() -> None:
    """With `parallel`, what runs already comes to its end; nothing else begins."""
    hands = Hands(failing=["alone"])
    assert not _orchestrate(2, hands)
    assert hands.told == ["load", "alone", "end of alone", "end of load"]


def test_steps_that_wait_for_each_other_are_refused() -> None:
    """A cycle is an error before anything runs."""
    hands = Hands()
    for parallel in (1, 2):
        with pytest.raises(InvalidInput, match="wait for each other"):
            _orchestrate(parallel, hands, (Step(name="a", after=("b",)), Step(name="b", after=("a",))))
    assert hands.told == []


@pytest.mark.parametrize("parallel", [0, -1, 257])
def test_parallel_has_bounds(parallel: int) -> None:
    """None at all or hundreds at once is a mistake."""
    with pytest.raises(InvalidInput, match="'parallel' is 1 to 256"):
        _orchestrate(parallel, Hands())


@pytest.fixture
def store(tmp_path: Path) -> LocalArtifactStore:
    return LocalArtifactStore({}, tmp_path / "files" / "of store")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("name", ["a", "run/step/output.json", "run/ä b%20?#.x", "..a/b..", ".hidden"])
def test_bytes_come_back(store: LocalArtifactStore, name: str) -> None:
    """What was put under a name is there under its URI, byte for byte, whatever the name."""
    data = bytes(range(256))
    uri = store.put(name, data)
    assert uri.startswith(f"{store.root}/")
    assert store.get(uri) == data
    assert store.put(name, b"") == uri
    assert store.get(uri) == b""


def test_files_are_for_their_owner_alone(store: LocalArtifactStore, tmp_path: Path) -> None:
    """Files 0600 and every folder made 0700, whatever the umask; nothing half-written is left."""
    before = os.umask(0)
    try:
        store.put("run/step/out", b"x")
    finally:
        os.umask(before)
    below = [tmp_path / "files", *(tmp_path / "files").rglob("*")]
    assert {_mode(p) for p in below if p.is_dir()} == {0o700}
    assert [(p.name, _mode(p)) for p in below if p.is_file()] == [("out", 0o600)]


@pytest.mark.parametrize("name", ["", ".", "/etc/passwd", "../x", "a/../../x", "a/..", "a\x00b", "..\\x"])
def test_no_name_leads_out_of_the_folder(store: LocalArtifactStore, name: str) -> None:
    """Absolute names, `..` and NUL are refused, for writing and for reading."""
    with pytest.raises(InvalidInput, match="not the name of an artifact"):
        store.put(name, b"x")


@pytest.mark.parametrize(
    "uri", ["file:///etc/passwd", "/etc/passwd", "s3://b/k", "file://host/x", "", "{root}/../x"]
)
def test_no_uri_leads_out_of_the_folder(store: LocalArtifactStore, uri: str) -> None:
    """A URI of another place, however written, is refused."""
    with pytest.raises(InvalidInput):
        store.get(uri.replace("{root}", store.root))
    with pytest.raises(InvalidInput):
        store.get(f"{store.root}/%2e%2e/%2e%2e/x")


def test_a_link_does_not_lead_out_either(store: LocalArtifactStore, tmp_path: Path) -> None:
    """A symbolic link inside the folder to a place outside is not followed."""
    uri = store.put("a", b"x")
    (tmp_path / "outside").mkdir()
    Path(uri.removeprefix("file://").replace("%20", " ")).with_name("link").symlink_to(tmp_path / "outside")
    with pytest.raises(InvalidInput):
        store.put("link/x", b"x")
    assert list((tmp_path / "outside").iterdir()) == []


def test_listing(store: LocalArtifactStore) -> None:
    """All URIs whose names begin with a prefix, in order; of nothing, nothing."""
    assert store.list() == []
    uris = [store.put(name, b"") for name in ("b/1", "a/2", "a/1")]
    assert store.list() == sorted(uris)
    assert store.list("a/") == [uris[2], uris[1]]


def test_what_is_not_there_is_not_found(store: LocalArtifactStore) -> None:
    """A missing artifact, and a folder, are told as missing."""
    store.put("a/b", b"")
    for name in ("x", "a", "a/b/c"):
        with pytest.raises(NotFound, match="no artifact"):
            store.get(f"{store.root}/{name}")


def test_a_write_that_fails_leaves_what_was_there(
    store: LocalArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is told as such; the old content stays whole, and no partial file remains."""
    uri = store.put("a", b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ProviderFailed, match="'a' cannot be written: no space left on device"):
        store.put("a", b"new")
    assert store.get(uri) == b"old"
    assert store.list() == [uri]


@pytest.mark.parametrize("home", ["", "relative"])
def test_no_folder_that_nobody_named(monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    """Where HOME is empty or depends on the working folder, `~` is no place to keep outputs."""
    monkeypatch.setenv("HOME", home)
    with pytest.raises(InvalidInput, match="not absolute"):
        LocalArtifactStore({"path": "~/x"}, Path("/unused"))


def test_a_path_of_its_own(tmp_path: Path) -> None:
    """`path` goes before the default folder; a relative one would mean another place elsewhere."""
    assert LocalArtifactStore({"path": str(tmp_path)}, Path("/unused")).root == tmp_path.as_uri()
    assert LocalArtifactStore({"path": "~/x"}, Path("/unused")).root == (Path.home() / "x").as_uri()
    with pytest.raises(InvalidInput, match="not absolute"):
        LocalArtifactStore({"path": "x"}, Path("/unused"))
