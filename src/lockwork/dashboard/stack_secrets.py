"""Values for all that a stack refers to, on one page: what is missing, and what could be replaced.

All is checked first and stored at the end, each secret in one write. Of a secret nothing is stored while a
value of it is still missing; one for which nothing was typed is left as it is.
"""

from lockwork.client import filling
from lockwork.dashboard import component_forms as forms
from lockwork.dashboard import places
from lockwork.dashboard.pages import Answer, Ask, Page, Shown, To
from lockwork.dashboard.stack_changes import SECTION, one
from lockwork.domain.checks import Report
from lockwork.domain.errors import InvalidInput, LockworkError
from lockwork.domain.secrets import SecretScope
from lockwork.domain.stacks import Stack, needs_of_stack
from lockwork.domain.wants import Values, Want, check_storable, still_missing, wants


def asked(ask: Ask) -> Answer:
    """Each value with the attributes that want it; never a value that is there."""
    found = one(ask)
    report, every = _wants(ask, found)
    by_secret: dict[str, list[Want]] = {}
    for want in every:
        by_secret.setdefault(want.secret, []).append(want)
    facts = {
        "stack": found,
        "place": places.of_stack(ask, found),
        "lacking": {s: w for s, w in by_secret.items() if any(not each.is_there for each in w)},
        "present": {s: w for s, w in by_secret.items() if all(each.is_there for each in w)},
        "kept_in": {each.name: each for each in report.found},
    }
    words = f"lockwork stack register-secrets {found.name}"
    return Shown("stacks/secrets.html", "Register missing secrets", facts, words, SECTION)


def store(ask: Ask) -> Answer:
    """Nothing is stored unless all that was typed can be."""
    found = one(ask)
    report, every = _wants(ask, found)
    values = _typed(ask, every)
    scope = SecretScope.parse(ask.form.text("scope", SecretScope.WORKSPACE))
    check_storable(values)
    if halves := [want for want in still_missing(every, values) if want.secret in values]:
        raise InvalidInput(
            f"{', '.join(map(str, halves))} {'is' if len(halves) == 1 else 'are'} still missing: a secret is"
            " stored whole, and nothing was stored",
            hint="give all keys of a secret, or none of it",
        )
    if not values:
        raise InvalidInput("nothing was typed", hint="give a value, or go back to the stack")
    _put(ask, values, report, scope)
    return To(places.of_stack(ask, found), "secrets-registered")


def _wants(ask: Ask, stack: Stack) -> tuple[Report, list[Want]]:
    needs = needs_of_stack(stack)
    report = ask.client.check_references(needs, stack=stack.name)
    return report, wants(needs, report)


def _typed(ask: Ask, every: list[Want]) -> dict[str, dict[str, str]]:
    """Secret → key → text, of what is wanted and not left empty."""
    values: dict[str, dict[str, str]] = {}
    for want in every:
        if want.key is None:
            names, texts = f"key.{want.secret}", f"text.{want.secret}"
            group = forms.pairs(ask.form, names, texts, "key")
        else:
            text = forms.as_sent_back(ask.form.text(f"v.{want.secret}.{want.key}"))
            group = {want.key: text} if text else {}
        if group:
            values.setdefault(want.secret, {}).update(group)
    return values


def _put(ask: Ask, values: Values, report: Report, scope: SecretScope) -> None:
    """Where one is refused after others were stored, as somebody else was quicker, both are told."""
    stored = list[str]()
    for secret, group in values.items():
        try:
            stored.append(str(filling.put(ask.client, secret, group, report, scope)[1]))
        except LockworkError as failure:
            if stored:
                failure.message += f"; stored before that: {', '.join(stored)}"
            raise


PAGES = (
    Page("GET", "/w/{workspace}/stacks/{stack}/register-secrets", asked),
    Page("POST", "/w/{workspace}/stacks/{stack}/register-secrets", store),
)
