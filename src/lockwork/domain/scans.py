"""What a search for credentials in the clear finds: where and of which kind, never the credential itself."""

from typing import Literal

import msgspec


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A place that seems to hold a credential in the clear."""

    where: Literal["component", "file"]
    name: str
    """`experiment-tracker mlflow`, or the path of a file."""
    line: int | None = None
    attribute: str | None = None
    """In a component: `tracking_password`, `options.token`, `environment.DSN`."""
    kind: str
    """`an AWS access key`."""
    instead: str | None = None
    """The reference that stands for it, where there is one."""
    fixed: bool = False
    """It was moved into a secret, and `instead` is what stands there now."""

    def __str__(self) -> str:
        return f"{self.name}:{self.line}" if self.where == "file" else f"{self.name}: {self.attribute}"
