r"""Text as it can do nothing to a terminal: what would act there, or is not seen, is shown escaped. Pure."""

import re
from collections.abc import Callable

# All control characters but the newline; what turns the direction of text around, and what takes no room: two
# names that look the same would not be the same. Surrogates stand for bytes that are no text.
_ACTING = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def _as_in_python(character: str) -> str:
    return ascii(character)[1:-1]


def escaped(text: str, spell: Callable[[str], str] = _as_in_python) -> str:
    r"""The text with `\x1b` in the place of an escape character, or as `spell` writes it."""
    return _ACTING.sub(lambda found: spell(found[0]), text)


def escaped_log(text: str) -> str:
    """As `escaped`, with tabs left as they are: programs print columns with them."""
    return "\t".join(map(escaped, text.split("\t")))
