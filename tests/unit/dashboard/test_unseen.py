"""What a page warns of in a revealed value, held against what a terminal is spared."""

import re
from pathlib import Path

from lockwork import dashboard
from lockwork.domain.terminals import escaped

REVEAL = Path(str(dashboard.__file__)).parent / "static" / "reveal.js"


def test_a_page_warns_of_what_a_terminal_would_not_show() -> None:
    """Of the same characters; but for tabs, which a page shows, and surrogates, which no value holds."""
    found = re.search(r"UNSEEN = /(\[.*\])/gu;", REVEAL.read_text())
    assert found is not None
    unseen = re.compile(re.sub(r"\\u\{([0-9a-f]{5})\}", r"\\U000\1", found[1]))
    every = [chr(code) for code in (*range(0xD800), *range(0xE000, 0x110000))]
    warned = {one for one in every if unseen.match(one)}
    assert warned == {one for one in every if escaped(one) != one} - {"\t"}
