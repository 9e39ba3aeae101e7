"""Hostile texts, made from a seeded generator: words, names, mappings, settings, programs.

What stands where a value belongs holds `SECRET` or `OPEN`, so that it is recognised wherever it comes out.
None of it holds a slash: whatever is taken for a path stays in the folder of its case.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

SECRET = "+Qx7+secret+Qx7+"
"""Begins what nobody may be shown but who asks for values. Not even a part of it can be a name or a key."""
OPEN = "+Qx7+open+Qx7+"
"""Begins what is no secret, such as a component's tracking address; failures do not quote it either."""

_IMPASSABLE = re.compile("[\x00/\ud800-\udc7f\udd00-\udfff]")
# fmt: off
_PIECES = (
    "\x1b[2J", "\x1b]52;c;eHg=\x07", "\r", "\n", "\t", "\x00", "\x07", "\x7f", "\x85", "\x9b31m", "\u202e",
    "\u2066", "\u200b", "\u2028", "\ufeff", "\ud800", "\udcff", "\udc80", "\U0001f511", "ß", "İ", "{{", "}}",
    "{{db.password}}", "{{db", "\\{{", "${{", "{{ db . password }}", "%s", "%(x)s", "{0}", "{x!r}", "'", '"',
    "\\", "`", "$(true)", "$HOME", ";", "|", "&", "*", "#", "@", "@@", "@-", "-", "--", "=", ":", ",", " ",
    ".", "..", "~", "<<", "!!", "[", "]", "{", "}", "(", ")", "null", "None", "nan", "0", "-1", "1e999",
    "name", "default", "true", "contains:", "startswith:", "gt:", "_", "A", "a" * 200, "9" * 400,
    "'; DROP TABLE x",
)
# fmt: on
# fmt: off
NUMBERS = (
    "1", "2", "3", "20", "0", "-1", "-0", "+1", "1.5", "1e3", "1e999", "0x10", "0b1", "1_000", " 1", "1 ",
    "", "٣", "\uff11", "²", "9" * 20, "-" + "9" * 20, "9" * 5000, "nan", "inf", "None", "true", str(2**31),
    str(2**63),
)
# fmt: on
# fmt: off
_JSON_ODD = (
    "1e999", "-0", "Infinity", "NaN", "null", "true", "0123", '"\\ud800"', '"\\u0000"', "9" * 5000, "'x'",
    "",
)
_YAML = ("VALUE", "VALUE", '"VALUE"', "'VALUE'", "|\n  VALUE\n  VALUE", ">-\n  VALUE")
_YAML_ODD = (
    "&a VALUE", "*VALUE", "!!python/object/apply:os.getcwd [VALUE]", "!VALUE x", "{VALUE: VALUE}",
    "{a: VALUE}", "[VALUE, VALUE]", "{<<: VALUE}", '"VALUE', "VALUE: VALUE", "? VALUE", "2026-13-45TVALUE",
    "[" * 60 + "VALUE", "[" * 2000 + "VALUE", ".inf", ".nan", "0o7", "1_000", "yes", "~", "2026-02-30",
    "12:34:56", "9" * 5000, "",
)
_ENV = ("KEY=VALUE", "KEY=VALUE", "export KEY='VALUE'", 'KEY="VALUE"', "KEY=VALUE # VALUE")
_ENV_ODD = (
    "KEY='VALUE", "KEY VALUE", "VALUE", "KEY: VALUE", "KEY=${VALUE}", "# VALUE", "KEY", "=VALUE",
    "KEY==VALUE",
)
# fmt: on


class Texts:
    """Makes hostile texts from one generator.

    How hostile changes from case to case: what is wrong in ten ways is refused for the first of them, and
    what is wrong in one gets as far as that.
    """

    def __init__(self, random: Random) -> None:
        self.random = random
        self.hostility = 1.0
        self._count = 0

    def rather(self, usual: Sequence[Any], odd: Sequence[Any]) -> Any:
        """Something usual, or in a hostile case now and then something odd."""
        return self.random.choice(odd if self.odd(0.4) else usual)

    def odd(self, chance: float) -> bool:
        return self.random.random() < chance * self.hostility

    def one(self, *of: Any) -> Any:
        return self.random.choice(of)

    def maybe(self, chance: float) -> bool:
        return self.random.random() < chance

    def some(self, make: Callable[[], Any], most: int) -> list[Any]:
        return [make() for _ in range(self.random.randint(0, most))]

    # --- words ---------------------------------------------------------------------------------------------

    def planted(self, mark: str = SECRET) -> str:
        """A value, mostly alone, sometimes with something nasty on either side."""
        self._count += 1
        text = f"{mark}{self._count}"
        if self.odd(0.3):
            text += self.nasty(3)
        # What begins with @ is a file's name, which failures quote.
        return (self.nasty(2) + text).lstrip("@") if self.odd(0.1) else text

    def nasty(self, most: int = 6) -> str:
        return "".join(self.random.choice(_PIECES) for _ in range(self.random.randint(1, most)))

    def word(self) -> str:
        """What no command expects; as an argument list can carry it."""
        made = self.one(
            self.nasty, lambda: "", lambda: self.nasty(2) * 50, lambda: "x" * self.one(127, 128, 129, 5000)
        )()
        return argument(made)

    def number(self) -> str:
        return str(self.rather("1234", NUMBERS))

    # --- key → text ----------------------------------------------------------------------------------------

    def keys(self, known: Sequence[str]) -> str:
        return str(self.rather(known, (self.nasty(2), "a.b", "-x", "x" * 129, "1a", "", "<<")))

    def several(self, known: Sequence[str]) -> list[str]:
        """Keys for one mapping: each once, but in hostile cases."""
        found = [self.keys(known) for _ in range(self.rather((1, 2, 3), (0, 1, 9)))]
        return found if self.odd(0.2) else [*dict.fromkeys(found)]

    def json_mapping(self, keys: Sequence[str], mark: str = SECRET) -> str:
        pairs = (f"{json.dumps(key)}: {self._json_value(mark)}" for key in self.several(keys))
        return "{" + ", ".join(pairs) + "}"

    def _json_value(self, mark: str, depth: int = 0) -> str:
        if depth < 3 and self.odd(0.15):
            inside = self._json_value(mark, depth + 1)
            return str(
                self.one(f"[{inside}]", f'{{"{mark}k": {inside}}}', "[" * self.one(60, 70, 3000) + inside)
            )
        plain = json.dumps(self.planted(mark), ensure_ascii=self.maybe(0.5))
        return str(self.rather((plain,), _JSON_ODD))

    def yaml_mapping(self, keys: Sequence[str], mark: str = SECRET) -> str:
        return "".join(f"{key}: {self._written(mark, _YAML, _YAML_ODD)}\n" for key in self.several(keys))

    def env_lines(self, keys: Sequence[str], mark: str = SECRET) -> str:
        lines = (self._written(mark, _ENV, _ENV_ODD).replace("KEY", key) for key in self.several(keys))
        return str(self.rather(("\n",), ("\r\n", "\r"))).join(lines) + self.one("", "\n")

    def _written(self, mark: str, usual: Sequence[str], odd: Sequence[str]) -> str:
        """A value in one of these ways of writing it."""
        return str(self.rather(usual, odd)).replace("VALUE", self.planted(mark))

    def mapping(self, keys: Sequence[str], mark: str = SECRET) -> str:
        make = self.one(self.json_mapping, self.yaml_mapping, self.env_lines)
        return self.spoilt(make(keys, mark)) if self.odd(0.3) else str(make(keys, mark))

    def groups(self, names: Sequence[str], keys: Sequence[str]) -> str:
        """Secret → key → text, as `register-secrets --from-file` takes it."""
        made = ""
        for name in self.several(names):
            lines = (self.yaml_mapping(keys) or "{}\n").splitlines()
            made += f"{name}:\n" + "".join(f"  {line}\n" for line in lines)
        return self.spoilt(made) if self.odd(0.3) else made

    # --- changes -------------------------------------------------------------------------------------------

    def spoilt(self, text: str) -> str:
        """The text with something put in, taken out, doubled or cut off."""
        for _ in range(self.random.randint(1, 3)):
            at, to = sorted(self.random.randint(0, len(text)) for _ in range(2))
            text = self.one(
                text[:at] + self.nasty(1) + text[at:],
                text[:at] + text[to:],
                text + text,
                text[:to],
                text.replace("\n", self.one("\r\n", "\r", "\x85", "\u2028", "\n\n", "\n---\n", "\n...\n")),
                self.one("\ufeff", "%YAML 9.9\n", "---\n", "\t", "- ", "{", "[") + text,
                text.replace(": ", self.one(":", " : ", ":\t", " ")),
            )[:200_000]
        return text

    def content(self, text: str) -> bytes:
        """A file's bytes, not always the text's."""
        made = text.encode("utf-8", "surrogatepass")
        if not self.odd(0.1):
            return made
        return bytes(
            self.one(
                text.encode("latin-1", "replace"),
                text.encode("utf-16", "surrogatepass"),
                made + b"\xff\xfe\xc3\x28",
                b"\x1f\x8b\x08\x00" + made,
                made[: self.random.randint(0, len(made))] + b"\x00" + made,
                b"",
            )
        )


def argument(text: str) -> str:
    """As the system passes it to a program: no NUL, and of lone surrogates those that stand for a byte."""
    return _IMPASSABLE.sub("", text)
