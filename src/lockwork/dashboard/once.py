"""A credential just made, told once: to the page or the script that asked for it, and in no other place."""

import msgspec

from lockwork.dashboard.pages import Ask, Data, Shown
from lockwork.domain.sensitive import Sensitive


def told_once(ask: Ask, shown: Shown, text: Sensitive, **facts: str) -> Shown | Data:
    """The answer in which a credential stands: a page that nobody keeps, or data that a script shows.

    It is the answer to the change itself. So it is in no address, and asking again does not tell it again.
    """
    told = {"text": text.reveal(), **{name: str(fact) for name, fact in facts.items()}}
    if ask.came.is_by_script:
        return Data(msgspec.json.encode(told))
    return Shown(shown.template, shown.title, {**shown.facts, "told": told}, shown.command, shown.section)
