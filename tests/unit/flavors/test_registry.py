"""Which flavors there are, and how those of other packages come in."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.domain.attributes import checked_attributes
from lockwork.domain.errors import InvalidInput, NotFound, ProviderFailed
from lockwork.domain.plaintext import looks_like_credential
from lockwork.domain.stacks import ComponentType, Flavor
from lockwork.flavors import registry

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "examples" / "lockwork-note-alerter"
ALERTER = ComponentType.ALERTER


def _install(monkeypatch: pytest.MonkeyPatch, folder: Path, entries: dict[str, str], **modules: str) -> None:
    """A package as an installer leaves it: modules, and metadata that names its entry points."""
    info = folder / "some_flavors-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: some-flavors\nVersion: 1.0\n")
    lines = "\n".join(f"{name} = {target}" for name, target in entries.items())
    (info / "entry_points.txt").write_text(f"[lockwork.flavors]\n{lines}\n")
    for name, code in modules.items():
        (folder / f"{name}.py").write_text(code)
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(folder)


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The example package, installed from its own pyproject.toml."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    _install(monkeypatch, tmp_path / "site", project["entry-points"]["lockwork.flavors"])
    monkeypatch.syspath_prepend(EXAMPLE / "src")


def test_every_type_has_a_flavor() -> None:
    """At least one per type, and each is found by its type and name."""
    every = registry.flavors()
    assert {f.type for f in every} == set(ComponentType)
    assert all(registry.flavor(f.type, f.name) == f and registry.is_built_in(f) for f in every)
    assert [f.name for f in registry.flavors(ComponentType.ARTIFACT_STORE)] == ["local", "s3"]


@pytest.mark.parametrize("flavor", registry.flavors(), ids=lambda f: f"{f.type.dashed}-{f.name}")
def test_declarations_hold_together(flavor: Flavor) -> None:
    """Names are once each, ways and defaults fit, and what is called like a credential is sensitive."""
    names = [a.name for a in flavor.attributes]
    assert len(set(names)) == len(names)
    assert {name for way in flavor.ways for name in way} <= set(names)
    for attribute in flavor.attributes:
        assert attribute.help
        assert attribute.sensitive is False or attribute.kind == "text"
        assert attribute.sensitive or not looks_like_credential(attribute.name, "some text")
    defaults = registry.defaults(flavor)
    names = [a.name for a in flavor.attributes if a.required] + list(flavor.ways[0] if flavor.ways else ())
    needed = dict.fromkeys(names, "{{some.reference}}")
    assert checked_attributes(flavor, needed | defaults) == needed | defaults


def test_an_unknown_flavor_is_told_with_a_near_miss() -> None:
    """The failure names the type, the near miss, and what there is."""
    with pytest.raises(NotFound, match="no flavor of alerter 'slak'; did you mean 'slack'") as failure:
        registry.flavor(ALERTER, "slak")
    assert failure.value.hint == "there are: slack"


def test_a_declaration_stands_in_for_a_flavor_that_is_not_here() -> None:
    """Of the right type and name; a declaration of another flavor helps nothing."""
    declared = Flavor(name="pager", type=ALERTER, help="")
    assert registry.flavor(ALERTER, "pager", declared) is declared
    with pytest.raises(NotFound):
        registry.flavor(ALERTER, "bell", declared)
    with pytest.raises(NotFound):
        registry.flavor(ComponentType.ANNOTATOR, "pager", declared)


@pytest.mark.usefixtures("example")
def test_the_example_is_a_flavor_like_any_other(tmp_path: Path) -> None:
    """Installed, it is listed, its sensitive attribute becomes a secret, and it acts."""
    client = Client(gateway=Embedded(tmp_path / "home", user="default"))
    made = client.register_component("notes", "note", "alerter", {"signature": "the night shift"})
    assert made.attributes == {"signature": "{{notes-alerter.signature}}"}
    assert made.declaration is not None
    assert [f.name for f in registry.flavors(ALERTER)] == ["slack", "note"]
    registry.alerter(made, {"signature": "the night shift"}, tmp_path).send("run failed")
    assert (tmp_path / "alerts.txt").read_text() == "run failed the night shift\n"
    client.close()


def test_without_its_package_a_component_is_described_and_does_not_act(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A reader that lacks the flavor still checks its attributes; only acting needs the package."""
    client = Client(gateway=Embedded(tmp_path / "home", user="default"))
    with monkeypatch.context() as installed:
        project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
        _install(installed, tmp_path / "site", project["entry-points"]["lockwork.flavors"])
        installed.syspath_prepend(EXAMPLE / "src")
        client.register_component("notes", "note", "alerter")
    made = client.update_component("alerter", "notes", {"path": "/tmp/x"})
    with pytest.raises(InvalidInput, match="no attribute 'pth'; did you mean 'path'"):
        client.update_component("alerter", "notes", {"pth": "/tmp/x"})
    with pytest.raises(ProviderFailed, match="flavor 'note' of alerter 'notes' is not installed here"):
        registry.alerter(made, {}, tmp_path)
    client.close()


PROVIDER = """
from lockwork.domain.stacks import *
from lockwork.flavors.contract import Provider
def made(name, type=ComponentType.ALERTER, act=None, attributes=()):
    return Provider(flavor=Flavor(name=name, type=type, help="h", attributes=attributes), act=act)
"""


def test_an_entry_point_cannot_replace_a_built_in_flavor(monkeypatch: Any, tmp_path: Path) -> None:
    """Built-in names are looked up first, and the other package is not even loaded."""
    evil = f"{PROVIDER}\nPROVIDER = made('slack')\n"
    _install(monkeypatch, tmp_path, {"slack": "evil_flavor:PROVIDER"}, evil_flavor=evil)
    assert "webhook_url" in {a.name for a in registry.flavor(ALERTER, "slack").attributes}
    assert "evil_flavor" not in sys.modules
    assert [f for f in registry.flavors(ALERTER) if f.name == "slack"] == [registry.flavor(ALERTER, "slack")]


def test_one_entry_point_may_bring_several_types(monkeypatch: Any, tmp_path: Path) -> None:
    """A list of providers of one name, for several types."""
    code = f"{PROVIDER}\nBOTH = [made('duo'), made('duo', ComponentType.ANNOTATOR)]\n"
    _install(monkeypatch, tmp_path, {"duo": "duo_flavor:BOTH"}, duo_flavor=code)
    assert registry.flavor(ComponentType.ANNOTATOR, "duo").type is ComponentType.ANNOTATOR
    assert registry.flavor(ALERTER, "duo").type is ALERTER


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import nothing_of_this_name", "cannot be loaded: ModuleNotFoundError"),
        ("raise RuntimeError('at import')", "cannot be loaded: RuntimeError: at import"),
        ("P = 5", "is no lockwork Provider"),
        ("P = [5]", "is no lockwork Provider"),
        (f"{PROVIDER}\nP = made('other')", "calls itself 'other'"),
        (f"{PROVIDER}\nP = made('broken', attributes=(Attribute(name='A-b', help=''),))", "lower case"),
        (f"{PROVIDER}\nP = made('broken', attributes=(Attribute(name='a', help=''),) * 2)", "twice"),
    ],
)
def test_a_broken_entry_point_is_told(monkeypatch: Any, tmp_path: Path, code: str, told: str) -> None:
    """The failure names the flavor, its package and what is wrong; built-in flavors work on."""
    _install(monkeypatch, tmp_path, {"broken": "broken_flavor:P"}, broken_flavor=code)
    with pytest.raises(
        ProviderFailed, match=f"flavor 'broken' of package 'some-flavors' .*{told}"
    ) as failure:
        registry.flavor(ALERTER, "broken")
    assert "broken_flavor:P" in (failure.value.hint or "")
    assert registry.flavor(ALERTER, "slack")


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ("None", "is kept and described; no pipeline drives it yet"),
        ("lambda attributes, folder: 5", "made something that is no Alerter"),
        (
            "lambda attributes, folder: attributes['nope-' + attributes['pw']]",
            "could not be set up: KeyError",
        ),
    ],
)
def test_an_actor_that_cannot_be_made_is_told_without_its_attributes(
    monkeypatch: Any, tmp_path: Path, act: str, told: str
) -> None:
    """A provider's own failure may quote a filled attribute: its kind is told, and nothing chains."""
    code = f"{PROVIDER}\nP = made('odd', act={act})\n"
    _install(monkeypatch, tmp_path / "site", {"odd": "odd_flavor:P"}, odd_flavor=code)
    client = Client(gateway=Embedded(tmp_path / "home", user="default"))
    component = client.register_component("a", "odd", "alerter")
    with pytest.raises(ProviderFailed, match=told) as failure:
        registry.alerter(component, {"pw": "hidden"}, tmp_path)
    assert "hidden" not in str(failure.value)
    assert failure.value.__context__ is None
    client.close()


def test_built_in_flavors_cost_no_search_and_no_library(tmp_path: Path) -> None:
    """Finding and setting up built-in flavors loads neither package metadata nor a provider's library."""
    code = (
        "import sys; from lockwork.flavors import registry\n"
        "from lockwork.domain.stacks import ComponentType\n"
        "registry.flavor(ComponentType.EXPERIMENT_TRACKER, 'mlflow')\n"
        "heavy = {'importlib.metadata', 'mlflow', 'boto3', 'httpx2'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
