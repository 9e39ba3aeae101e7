"""Outputs of runs that are over, for whoever wants to look at them or go on with them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from lockwork.capture.streams import Mask
from lockwork.client.api import Client
from lockwork.domain import reports
from lockwork.domain.checks import Found, Need
from lockwork.domain.errors import ValidationFailed
from lockwork.domain.runs import Run
from lockwork.domain.stacks import Component, needs_of_component
from lockwork.flavors import registry
from lockwork.pipelines import artifacts
from lockwork.pipelines.resolver import Resolver
from lockwork.pipelines.runner import ARTIFACTS


def load_output(run: Run | str, step: str, output: str | None = None, *, client: Client | None = None) -> Any:
    """What a step of a run gave back; `output` says which, where there are several.

    The bytes are checked against the SHA-256 that the run recorded. Pickles run code when they are loaded:
    load outputs of your own runs.
    """
    client = client or Client()
    record = client.get_run(run if isinstance(run, str) else run.id)
    wanted = artifacts.record_of(record.step(step), output)
    component = client.get_stack(record.stack).artifact_store
    needs = needs_of_component(component)
    found = _checked(client, needs, component, record.stack) if needs else ()
    values = Resolver(client, record.id, found, Mask()).values([component.attributes])
    store = registry.artifact_store(component, values.fill(component.attributes), _folder(client))
    return artifacts.load(store, wanted)


def _checked(client: Client, needs: Sequence[Need], store: Component, stack: str) -> Sequence[Found]:
    """What the store's references mean; a store that somebody else changed gets nothing of one's own."""
    report = client.check_references(needs, stack=stack)
    distrust = tuple(p for p in report.problems if p.problem == "not_trusted")
    if distrust:
        report = msgspec.structs.replace(report, problems=distrust)
        told = reports.refusal(str(store), report, cannot="cannot be read", so_far="nothing was read")
        raise ValidationFailed(told, report, hint=f"lockwork stack trust {stack}")
    return report.found


def artifact_root(store: Component, *, client: Client | None = None) -> str:
    """Where an artifact store keeps outputs, as a URI; nothing is connected to and no reference filled."""
    return registry.artifact_store(store, store.attributes, _folder(client or Client())).root


def _folder(client: Client) -> Path:
    """For the outputs of stores that have no place of their own."""
    return client.profile.settings.home.value / ARTIFACTS
