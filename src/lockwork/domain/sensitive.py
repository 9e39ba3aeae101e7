"""Text that hides itself: it prints, formats, pickles and compares without showing what it holds."""

from typing import NoReturn


class Sensitive:
    """A value of a secret. `.reveal()` is the only way out; a lint lists the modules that may call it."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        self.__text = text

    def reveal(self) -> str:
        """The value itself."""
        return self.__text

    def get_secret_value(self) -> str:
        """The value itself, under the name that pydantic's users know."""
        return self.__text

    def __repr__(self) -> str:
        return "Sensitive(***)"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return format("***", spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sensitive):
            return NotImplemented
        from hmac import compare_digest  # lazy: costs 4 ms, and few ever compare

        mine, theirs = (s.__text.encode("utf-8", "surrogatepass") for s in (self, other))
        return compare_digest(mine, theirs)

    def __hash__(self) -> int:
        return hash((Sensitive, self.__text))  # randomised per process by Python: it tells nothing outside

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Sensitive value is not pickled or copied; pass the secret's name instead")

    def __getstate__(self) -> NoReturn:
        self.__reduce_ex__(None)  # object's own would give what the slot holds
