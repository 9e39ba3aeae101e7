"""Outputs of steps in the artifact store: put there with their SHA-256, and checked on the way back."""

from typing import Any, NamedTuple

from lockwork.crypto.digests import sha256
from lockwork.domain.errors import InvalidInput, NotFound, Tampered
from lockwork.domain.nearness import near
from lockwork.domain.runs import OutputRecord, StepRun
from lockwork.flavors.contract import ArtifactStore
from lockwork.pipelines import formats


class Address(NamedTuple):
    """Which output of which step of which run."""

    pipeline: str
    run: str
    step: str
    output: str

    @property
    def path(self) -> str:
        """Its name in the artifact store, without the ending."""
        return "/".join(self)


class Kept(NamedTuple):
    """An output as it was stored, and its bytes for whoever wants to look for something in them."""

    record: OutputRecord
    data: bytes


def keep(store: ArtifactStore, address: Address, value: Any) -> Kept:
    """Store an output."""
    form, data = formats.encode(value)
    uri = store.put(f"{address.path}.{form}", data)
    digest = sha256(data).hex()
    return Kept(OutputRecord(name=address.output, uri=uri, format=form, sha256=digest, size=len(data)), data)


def load(store: ArtifactStore, record: OutputRecord) -> Any:
    """The value again, if its bytes are still those that were stored."""
    data = store.get(record.uri)
    if sha256(data).hex() != record.sha256:
        raise Tampered(
            f"output {record.name!r} at {record.uri} is not what the step gave back: its SHA-256 differs",
            hint="run the pipeline again; someone changed or damaged the file",
        )
    return formats.decode(record.format, data)


def record_of(step: StepRun, output: str | None) -> OutputRecord:
    """The record of an output; without a name, of the only one."""
    names = [record.name for record in step.outputs]
    if output is None and len(names) > 1:
        raise InvalidInput(f"step {step.name!r} has several outputs", hint=f"name one of {', '.join(names)}")
    for record in step.outputs:
        if output in (None, record.name):
            return record
    hint = f"step {step.name!r} has the outputs: {', '.join(names) or 'none'}"
    raise NotFound("output", output or step.name, near=near(output or "", names), hint=hint)


def by_name(names: tuple[str, ...], value: Any, of: str) -> dict[str, Any]:
    """What a step gave back, by the names of its outputs."""
    if len(names) < 2:
        return dict.fromkeys(names, value)
    if not isinstance(value, tuple) or len(value) != len(names):
        given = f"{len(value)} values" if isinstance(value, tuple) else f"one {type(value).__name__}"
        raise InvalidInput(f"{of} declares the outputs {', '.join(names)}, and gave back {given}")
    return dict(zip(names, value, strict=True))
