"""References → values, just in time: one read, made known to the mask before anyone gets them, never kept."""

from collections.abc import Iterable, Mapping, Sequence

from lockwork.capture.streams import Mask
from lockwork.client.api import Client
from lockwork.client.memory import Named
from lockwork.domain import plans
from lockwork.domain.checks import Found
from lockwork.domain.errors import NotFound
from lockwork.domain.references import Reference
from lockwork.domain.secrets import RevealedSecret
from lockwork.domain.values import Values
from lockwork.messages.secrets import Wanted


class Resolver:
    """Reads by the ids and versions that a run was settled on, so that all its steps see the same."""

    def __init__(self, client: Client, run: str | None, found: Sequence[Found], mask: Mask) -> None:
        self._client, self._run, self.mask = client, run, mask
        self._found = {f.name: f for f in found}
        self.learned: set[str] = set()
        """Every value that came this way: what one process of a run has read, the others must mask too."""

    def values(self, trees: Iterable[object], whole: Iterable[str] = (), step: str | None = None) -> Values:
        """What these trees refer to, and secrets as a whole: one request, or none where nothing is."""
        wanted = plans.wanted_of(trees, whole)
        if not wanted:
            return Values({})
        asked = [self._wanted(name, keys) for name, keys in wanted.items()]
        revealed = self._revealed(asked, wanted, step)
        texts = {
            name: _text_of(secret, keys)
            for (name, keys), secret in zip(wanted.items(), revealed, strict=True)
        }
        values = Values(texts)
        self.share(values)
        self.mask.tell_unmasked(values.named())
        return values

    def learn(self, values: Iterable[Named]) -> None:
        """Mask what a step fetches by itself."""
        revealed = [(name, value.reveal()) for name, value in values]
        self.share(text for _, text in revealed)
        self.mask.tell_unmasked(revealed)

    def share(self, texts: Iterable[str]) -> None:
        """Mask these values, read here or in another process of the run."""
        fresh = set(texts) - self.learned
        if fresh:
            self.mask.learn(fresh)
            self.learned |= fresh

    def _revealed(
        self, asked: Sequence[Wanted], wanted: Mapping[str, tuple[str, ...] | None], step: str | None
    ) -> tuple[RevealedSecret, ...]:
        try:
            return self._client.reveal_secrets(asked, run=self._run, step=step)
        except NotFound as failure:
            missing = failure
        raise self._by_name(missing, wanted)

    def _by_name(self, missing: NotFound, wanted: Mapping[str, tuple[str, ...] | None]) -> NotFound:
        """The failure in words of the configuration, which knows names and no ids."""
        name, hint = missing.name, missing.hint or ""
        for secret, keys in wanted.items():
            settled = self._found[secret]
            if missing.kind == "key" and name in (keys or ()) and settled.id in hint:
                reference = str(Reference(secret, name))
                told = hint.replace(settled.id, secret)
                return NotFound("value for", reference, near=missing.near, hint=told)
            name = name.replace(settled.id, secret)
        return NotFound(missing.kind, name, hint=missing.hint)

    def _wanted(self, name: str, keys: tuple[str, ...] | None) -> Wanted:
        found = self._found.get(name)
        if found is None:
            raise NotFound("secret", name, hint="it was not there when the run began")
        return Wanted(id=found.id, version=found.version, keys=keys)


def _text_of(secret: RevealedSecret, keys: tuple[str, ...] | None) -> dict[str, str]:
    return {key: text for key, text in secret.secret_values.items() if keys is None or key in keys}
