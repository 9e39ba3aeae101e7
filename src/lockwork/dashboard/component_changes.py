"""Components: registered and edited by a form that their flavor makes; copied, deleted."""

from lockwork.dashboard import component_forms as forms
from lockwork.dashboard import places
from lockwork.dashboard.pages import Answer, Ask, Page, Shown, To
from lockwork.dashboard.rights import for_writers
from lockwork.domain.errors import NotFound
from lockwork.domain.stacks import Component, ComponentType, Flavor

SECTION = "components"


@for_writers
def new(ask: Ask) -> Answer:
    """First a choice of type and flavor, by links; then the form of that flavor."""
    type_, flavor = ask.query.get("type", ""), ask.query.get("flavor", "")
    if not (type_ and flavor):
        return _choice(ask, ComponentType.parse(type_) if type_ else None)
    declared = ask.client.get_flavor(ComponentType.parse(type_), flavor)
    facts = {
        "flavor": declared,
        "component": None,
        "fields": forms.fields(declared),
        "ways": forms.ways(declared),
        "variables": forms.rows({}),
        "secrets": forms.rows({}),
        "name": ask.query.get("name", ""),
    }
    words = f"lockwork {declared.type.dashed} register NAME --flavor {declared.name} --ATTRIBUTE=VALUE"
    title = f"Register {declared.type.words}"
    return Shown("components/form.html", title, facts, words, SECTION)


def _choice(ask: Ask, type_: ComponentType | None) -> Answer:
    by_type: dict[ComponentType, list[Flavor]] = {}
    for flavor in ask.client.list_flavors(type_):
        by_type.setdefault(flavor.type, []).append(flavor)
    facts = {"by_type": by_type, "type": type_}
    return Shown("components/choose.html", "Register component", facts, "lockwork flavor list", SECTION)


def register(ask: Ask) -> Answer:
    type_ = ComponentType.parse(ask.form.text("type"))
    flavor = ask.client.get_flavor(type_, ask.form.text("flavor"))
    given = forms.given(flavor, ask.form)
    made = ask.client.register_component(
        ask.form.text("name").strip(),
        flavor.name,
        type_,
        given,
        environment=forms.environment(ask.form),
        secrets=forms.declared(ask.form),
    )
    return To(places.of_component(ask, made), _note(flavor, given, made, "registered"))


@for_writers
def edit(ask: Ask) -> Answer:
    """All that can be changed, with what is there; never a credential."""
    found = one(ask)
    facts = {
        "flavor": (flavor := flavor_of(ask, found)),
        "component": found,
        "fields": forms.fields(flavor, found),
        "ways": "",
        "variables": forms.rows(found.environment),
        "secrets": forms.rows(found.secrets),
        "name": found.name,
    }
    words = f"lockwork {found.type.dashed} update {found.name} --ATTRIBUTE=VALUE"
    return Shown("components/form.html", f"Edit {found.name}", facts, words, SECTION)


def save(ask: Ask) -> Answer:
    """All or nothing, if nobody changed it since the form was shown."""
    found = one(ask)
    flavor = flavor_of(ask, found)
    name = ask.form.text("name").strip()
    changes = forms.changes(flavor, found, ask.form)
    if not any(changes) and name == found.name:
        return To(places.of_component(ask, found))
    changed = ask.client.update_component(
        found.type,
        found.id,
        **changes._asdict(),
        new_name=name,
        if_version=ask.form.version(),
    )
    note = "renamed" if not any(changes) else "updated"
    return To(places.of_component(ask, changed), _note(flavor, changes.attributes, changed, note))


def copy(ask: Ask) -> Answer:
    found = one(ask)
    made = ask.client.copy_component(found.type, found.id, ask.form.text("name").strip())
    return To(places.of_component(ask, made), "created")


def delete(ask: Ask) -> Answer:
    """Refused while a stack holds it, and told which."""
    found = one(ask)
    ask.client.delete_component(found.type, found.id)
    return To(ask.at("components"), "removed")


def conceal(ask: Ask) -> Answer:
    """Move what stands in the clear into the component's own secret."""
    found = one(ask)
    changed = ask.client.conceal_attributes(
        found.type, found.id, ask.form.all("place"), if_version=ask.form.version()
    )
    return To(places.of_component(ask, changed), "kept-as-secret")


# ---- what they share ----


def one(ask: Ask) -> Component:
    """The component that the address names."""
    return ask.client.get_component(ask.fields["type"], ask.fields["component"])


def flavor_of(ask: Ask, component: Component) -> Flavor:
    """What its flavor declares, also where the package that brings it is not installed here."""
    try:
        return ask.client.get_flavor(component.type, component.flavor)
    except NotFound:
        if component.declaration is None:
            raise
        return component.declaration


def _note(flavor: Flavor, given: dict[str, str], made: Component, note: str) -> str:
    """Whether a plain value became a secret: then what stands there is not what was typed."""
    is_kept = any(
        one.sensitive and one.name in given and made.attributes.get(one.name) != given[one.name]
        for one in flavor.attributes
    )
    return "kept-as-secret" if is_kept else note


PAGES = (
    Page("GET", "/w/{workspace}/components/new", new),
    Page("POST", "/w/{workspace}/components/new", register),
    Page("GET", "/w/{workspace}/components/{type}/{component}/edit", edit),
    Page("POST", "/w/{workspace}/components/{type}/{component}/edit", save),
    Page("POST", "/w/{workspace}/components/{type}/{component}/copy", copy),
    Page("POST", "/w/{workspace}/components/{type}/{component}/delete", delete),
    Page("POST", "/w/{workspace}/components/{type}/{component}/conceal", conceal),
)
