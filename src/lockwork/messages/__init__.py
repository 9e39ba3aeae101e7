"""Every question that can be put to a store: one message per verb, each knowing the type of its answer.

`CreateSecret` is a `Message[SecretInfo]`; a `Gateway` turns a message into its answer, in this process or
far away. A message says what permission it needs and what effect it has, so that the gate decides without
asking the handler. The messages of a noun are loaded with the first of them that is made.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, Protocol, Self, TypeVar

import msgspec

from lockwork.domain.access import Permission
from lockwork.domain.errors import InvalidInput

if TYPE_CHECKING:
    from lockwork.messages import access as access
    from lockwork.messages import audit as audit
    from lockwork.messages import copies as copies
    from lockwork.messages import keys as keys
    from lockwork.messages import runs as runs
    from lockwork.messages import secrets as secrets
    from lockwork.messages import stacks as stacks
    from lockwork.messages import workspaces as workspaces
else:
    _NOUNS = ("access", "audit", "copies", "keys", "runs", "secrets", "stacks", "workspaces")

    def __getattr__(noun: str) -> ModuleType:
        if noun not in _NOUNS:
            raise AttributeError(f"module {__name__!r} has no attribute {noun!r}")
        return import_module(f"{__name__}.{noun}")


R = TypeVar("R")
C = TypeVar("C")
T = TypeVar("T")
M = TypeVar("M", bound="Message[Any]")

_MADE_FIT = ("failure",)
"""What a program failed with is recorded whatever it holds, in a form that can be."""
_MISSING = r"missing required field `(?P<field>\w+)`$"
_PROBLEM = r"(?s)Expected `(?P<wanted>[^`]+)`, got `(?P<given>[^`]+)`.*\$\.(?P<field>\w+)"


class Effect(Enum):
    """What answering a message does: this decides its transaction and its audit record."""

    READ = "read"
    """Tells metadata. Recorded only when refused."""
    REVEAL = "reveal"
    """Tells values. They leave after the record is on disk."""
    CHANGE = "change"
    """Changes the store, in one transaction with its record."""
    NOTE = "note"
    """Writes down what nobody decided, such as what a run prints. Recorded only when refused."""


class Message(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """A question whose answer is an `R`."""

    action: ClassVar[str]
    """What the audit trail calls it, such as `secret.create`."""
    permission: ClassVar[Permission]
    effect: ClassVar[Effect] = Effect.READ
    is_about_secrets: ClassVar[bool] = False
    """Its permission is asked for in the scope of the secret that it is about: one's own are one's own."""
    is_brief: ClassVar[bool] = False
    """It takes a few statements, however large the store is: a server answers those that wait together."""

    @property
    def effect_as_asked(self) -> Effect:
        """As a dry run a change is refused as it would be, and else changes nothing: `dry_run`, where it is
        one that people are asked about first."""
        return Effect.READ if getattr(self, "dry_run", False) else self.effect

    @classmethod
    def answered_by(
        cls,
        handler: Callable[[C, Self], R],
        together: Callable[[Sequence[tuple[C, Self]]], Sequence[R | None]] | None = None,
    ) -> "Answer[C]":
        """A row of the handler table; the type checker sees that `handler` takes this and returns `R`.

        `together` answers several of a brief message; None stands for what the other is to answer, or refuse.
        """
        return Answer(cls, handler, together)


def checked(message: M) -> M:
    """The message, whose every field is of its type; a failure names the field and quotes nothing."""
    return converted(msgspec.structs.asdict(message), type(message), of_our_own)


def check_texts(message: "Message[Any]") -> None:
    """Refuse NUL in any text of a message, by the field: not every database could keep it, or look for it."""
    for field in message.__struct_fields__:
        text = getattr(message, field)
        if field not in _MADE_FIT and isinstance(text, str) and "\0" in text:
            raise InvalidInput(f"{field!r} holds a NUL character (U+0000)", hint="leave it out")


def converted(
    fields: dict[str, Any], message: type[M], hook: Callable[[type[Any], Any], Any], *, strict: bool = True
) -> M:
    """A message from its fields, with text for numbers and such only where not `strict`.

    `hook` reads what is neither plain data nor a Struct.
    """
    try:
        whole: M = msgspec.convert(fields, message, dec_hook=hook, strict=strict)
    except msgspec.ValidationError as error:
        problem = re.search(_PROBLEM, str(error))
        missing = re.search(_MISSING, str(error))
    except (RecursionError, UnicodeEncodeError):  # nested without end, or text that is none
        problem = missing = None
    else:
        return whole
    if missing is not None:
        raise InvalidInput(f"{missing['field']!r} is missing")
    if problem is None:  # its text may quote a word, such as one that is not among those to choose from
        raise InvalidInput("what was given is not of the form that it should have")
    raise InvalidInput(f"{problem['field']!r} takes {problem['wanted']}, not {problem['given']}")


def of_our_own(type_: type[T], value: object) -> T:
    """Fields of types that are neither plain data nor a Struct, such as values that hide themselves."""
    if isinstance(value, type_):
        return value
    raise msgspec.ValidationError(f"Expected `{type_.__name__}`, got `{type(value).__name__}`")


class WorkspaceMessage(Message[R], Generic[R], frozen=True, kw_only=True):
    """A question asked inside a workspace."""

    workspace: str
    """The workspace's name."""


class Answer(NamedTuple, Generic[C]):
    """Which handler answers which message."""

    message: type[Message[Any]]
    handler: Callable[[C, Any], Any]
    together: Callable[[Sequence[tuple[C, Any]]], Sequence[Any]] | None


class Gateway(Protocol):
    """The way to a store, wherever it is."""

    def send(self, message: Message[R]) -> R:
        """The answer, or a failure from `lockwork.domain.errors`."""
        ...

    def close(self) -> None:
        """Let go of what was opened; a later `send` opens it again."""
        ...


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """Some of a list: `items`, in order; `page` counts from 1; past the end it is empty."""

    items: tuple[T, ...]
    page: int
    size: int
    total: int
    counted: bool = True
    """False where counting stopped at `total`: there are more."""

    @classmethod
    def of(cls, listing: "Listing", items: Iterable[T], total: int, counted: bool) -> "Page[T]":
        """The page that was asked for."""
        return Page(items=tuple(items), page=listing.page, size=listing.size, total=total, counted=counted)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Any:
        return iter(self.items)

    def __getitem__(self, index: int) -> T:
        return self.items[index]


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a list, in which order. A filter is `value` or `contains:`, `startswith:`, `endswith:`,
    `gt:`, `gte:`, `lt:`, `lte:` and a value; several are joined by and, with `any` by or."""

    filters: dict[str, str] = {}
    any: bool = False
    sort_by: str = "asc:name"
    page: int = 1
    size: int = 20
