"""References: what is one, what is none, and that filling changes nothing else."""

from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lockwork.domain.errors import InvalidInput, NotFound
from lockwork.domain.references import (
    Found,
    Reference,
    fill,
    find,
    has_reference,
    pieces,
    references_in,
    rename,
    replaced,
    suspects,
)

names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", fullmatch=True)
keys = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}", fullmatch=True)
references = st.builds(Reference, names, keys)
gaps = st.text(" \t", max_size=3)
hostile = st.lists(
    st.sampled_from(
        [
            "{",
            "}",
            "{{",
            "}}",
            "\\",
            "$",
            ".",
            " ",
            "\t",
            "\n",
            "a",
            "_",
            "-",
            "9",
            "é",
            "{{a.b}}",
            "\U0001f511",
        ]
    ),
    max_size=20,
).map("".join)
plain = st.text().filter(lambda text: "{" not in text)


def trees(leaves: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.recursive(
        leaves | st.none() | st.integers() | st.booleans(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
        max_leaves=12,
    )


def at(tree: object, path: str) -> object:
    """Follow a path of plain steps, as a reader would."""
    for step in path.replace("]", "").replace("[", ".").split("."):
        tree = tree[step] if isinstance(tree, Mapping) else tree[int(step)]  # type: ignore[index]  # a list
    return tree


@pytest.mark.parametrize(
    ("text", "secret", "key"),
    [
        ("{{db.pw}}", "db", "pw"),
        ("{{ db.pw\t}}", "db", "pw"),
        ("{{9-a_b.__k}}", "9-a_b", "__k"),
        ("{{db.tls.key-1}}", "db", "tls.key-1"),
        ("{{" + "n" * 128 + "." + "k" * 128 + "}}", "n" * 128, "k" * 128),
    ],
)
def test_grammar_is_accepted(text: str, secret: str, key: str) -> None:
    """A reference is a name, a dot and a key in double braces; the first dot ends the name."""
    assert Reference.parse(text) == Reference(secret, key)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("db.pw", "begin with {{"),
        ("{db.pw}", "begin with {{"),
        ("{{db.pw}", "end with }}"),
        ("{{db}}", "names no key"),
        ("{{db.}}", "no key stands after"),
        ("{{.pw}}", "no secret's name"),
        ("{{ db . pw }}", "beside the dot"),
        ("{{db. pw}}", "beside the dot"),
        ("{{d b.pw}}", "a secret's name is 1 to 128"),
        ("{{-db.pw}}", "a secret's name is 1 to 128"),
        ("{{dé.pw}}", "a secret's name is 1 to 128"),
        ("{{" + "n" * 129 + ".k}}", "a secret's name is 1 to 128"),
        ("{{db.1}}", "a key is 1 to 128"),
        ("{{db.p\u0661}}", "a key is 1 to 128"),
        ("{{db." + "k" * 129 + "}}", "a key is 1 to 128"),
        ("{{\ndb.pw}}", "no line break"),
        ("{{db.pw\u00a0}}", "no line break"),
        ("{{}}", "nothing between"),
        ("{{  }}", "nothing between"),
        ("{{}", "end with }}"),
        ("", "begin with {{"),
        (" {{db.pw}}", "text around"),
        ("{{db.pw}}\n", "text around"),
        ("{{db.pw}}{{db.pw}}", "text around"),
        ("{{{db.pw}}}", "text around"),
        ("${{db.pw}}", "GitHub"),
        ("${{", "GitHub"),
        (r"\{{db.pw}}", "backslash"),
        (r"\{{", "backslash"),
    ],
)
def test_what_is_no_reference_says_why(text: str, why: str) -> None:
    """Text that is not exactly one reference is refused with the reason."""
    with pytest.raises(InvalidInput) as refused:
        Reference.parse(text)
    assert why in str(refused.value)


@given(references, gaps, gaps)
def test_parse_reads_what_str_writes(reference: Reference, before: str, after: str) -> None:
    """A reference survives being written and read, whatever spaces stand inside its braces."""
    assert Reference.parse(str(reference)) == reference
    assert Reference.parse(f"{{{{{before}{reference.secret}.{reference.key}{after}}}}}") == reference


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("a{{s.k}}b{{s.k}}", "aVbV"),
        ("{{{s.k}}}", "{V}"),
        ("{{{{s.k}}}}", "{{V}}"),
        ("{{ {{s.k}} }}", "{{ V }}"),
        ("{{s.{{s.k}}", "{{s.V"),
        (r"\{{s.k}}", "{{s.k}}"),
        (r"\\{{s.k}}", r"\{{s.k}}"),
        (r"\{{{s.k}}}", "{{{s.k}}}"),
        (r"\{{ {{s.k}}", "{{ V"),
        (r"$\{{s.k}}", "${{s.k}}"),
        ("${{s.k}}", "${{s.k}}"),
        ("${{{s.k}}}", "${{{s.k}}}"),
        ("${{ x }}{{s.k}}", "${{ x }}V"),
        ("$ {{s.k}}", "$ V"),
        ("{{s}}", "{{s}}"),
        ("{{s.k }", "{{s.k }"),
        ("\\n \\{ }}", "\\n \\{ }}"),
    ],
)
def test_braces_backslashes_and_dollars(text: str, filled: str) -> None:
    """Only what the grammar says is filled; `\\{{` becomes `{{`, `${{` and stray braces stay."""
    assert fill(text, {Reference("s", "k"): "V"}) == filled
    assert has_reference(text) == ("V" in filled)


def test_paths_read_like_the_configuration() -> None:
    """Each reference is found with its place; the keys of mappings and other leaves are left alone."""
    tree = {
        "uri": "{{a.u}}",
        "tags": {"owner": ["x", 1, {"dsn": "{{a.p}}@{{b.h}}"}], "we.ird": ("{{c.k}}",), "{{no.no}}": None},
        3: "{{d.k}}",
    }
    assert [(f.path, str(f.reference)) for f in find(tree)] == [
        ("uri", "{{a.u}}"),
        ("tags.owner[2].dsn", "{{a.p}}"),
        ("tags.owner[2].dsn", "{{b.h}}"),
        ("tags['we.ird'][0]", "{{c.k}}"),
        ("[3]", "{{d.k}}"),
    ]
    assert list(find("{{a.b}}")) == [Found("", Reference("a", "b"))]
    assert list(find(["{{a.b}}"])) == [Found("[0]", Reference("a", "b"))]


def test_references_are_listed_once_in_order_of_use() -> None:
    """`references_in` names each reference once, the first used first."""
    assert references_in(["{{b.k}} {{ a.k }}", {"x": "{{b.k}}"}]) == (
        Reference("b", "k"),
        Reference("a", "k"),
    )


def test_filling_leaves_the_tree_it_was_given() -> None:
    """Filling makes a copy with the same shape; the configuration itself keeps its references."""
    leaf = object()
    tree = {"a": ["{{s.k}}", leaf], "t": ("{{s.k}}", 1.5)}
    assert fill(tree, {Reference("s", "k"): "V"}) == {"a": ["V", leaf], "t": ("V", 1.5)}
    assert tree == {"a": ["{{s.k}}", leaf], "t": ("{{s.k}}", 1.5)}


def test_filling_without_a_value_names_the_reference() -> None:
    """A mapping that lacks a reference is an error naming it, never a half-filled text."""
    with pytest.raises(NotFound, match=r"no value for '\{\{s\.k\}\}'"):
        fill({"a": "{{s.k}}"}, {})


@given(st.dictionaries(references, hostile, min_size=1, max_size=5), st.data())
def test_values_that_hold_references_stay(values: dict[Reference, str], data: st.DataObject) -> None:
    """Filling is one pass: whatever braces, dollars or backslashes a value holds come out as they are."""
    pieces = data.draw(st.lists(st.tuples(plain.map(lambda t: t + "|"), st.sampled_from(sorted(values)))))
    text = "".join(before + str(reference) for before, reference in pieces)
    assert fill({"x": [text]}, values) == {"x": ["".join(before + values[r] for before, r in pieces)]}


@given(trees(st.one_of(plain, hostile, references.map(str))))
def test_find_and_fill_agree_on_any_tree(tree: object) -> None:
    """What is found is what is filled; each place is asked for once, in order."""
    found = [f.reference for f in find(tree)]
    asked: list[Reference] = []
    fill(tree, lambda reference: asked.append(reference) or "")  # type: ignore[func-returns-value]  # records
    assert asked == found
    assert set(references_in(tree)) == set(found)


simple_steps = st.from_regex(r"[a-z][a-z-]{0,5}", fullmatch=True)


@given(
    st.recursive(
        references.map(str),
        lambda inner: (
            st.lists(inner, min_size=1, max_size=3)
            | st.dictionaries(simple_steps, inner, min_size=1, max_size=3)
        ),
        max_leaves=8,
    ).filter(lambda tree: not isinstance(tree, str))
)
def test_every_path_leads_to_its_reference(tree: object) -> None:
    """Following a path through the tree arrives at the text that holds the reference."""
    for found in find({"root": tree}):
        assert at({"root": tree}, found.path) == str(found.reference)


@given(hostile.map(lambda text: "".join(text.split())))
@example("{{a.b}}{{a.b}}\\{{a.b}}")
def test_filling_with_its_own_text_changes_only_escapes(text: str) -> None:
    """Giving every reference its own text back leaves all but escapes byte for byte."""
    assert fill(text, str) == text.replace("\\{{", "{{")


@given(trees(hostile), names)
def test_rename_touches_only_the_name(tree: object, new: str) -> None:
    """Renaming changes which secret is named, keeps keys and order, and is undone by renaming back."""
    renamed = rename(tree, "a", new)
    before, after = list(find(tree)), list(find(renamed))
    assert [(f.path, f.reference.key) for f in before] == [(f.path, f.reference.key) for f in after]
    assert [new if f.reference.secret == "a" else f.reference.secret for f in before] == [
        f.reference.secret for f in after
    ]
    if all(f.reference.secret != new for f in before):
        assert rename(renamed, new, "a") == tree


def test_rename_keeps_spacing_and_escapes() -> None:
    """Spaces, escapes, GitHub's braces and attempts stay as they were written."""
    text = "{{\t db.k }} \\{{db.k}} ${{db.k}} {{db}} {{dbx.k}} {{DB.k}} {{x.db}} {{db.db}}"
    renamed = "{{\t n.k }} \\{{db.k}} ${{db.k}} {{db}} {{dbx.k}} {{DB.k}} {{x.db}} {{n.db}}"
    assert rename(text, "db", "n") == renamed


def test_rename_refuses_a_name_no_reference_can_hold() -> None:
    """A new name that breaks the rule would turn references into text, so it is refused."""
    with pytest.raises(InvalidInput):
        rename("{{db.k}}", "db", "a.b")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{{db}}", "names no key"),
        ("x {{ db . pw }} y", "beside the dot"),
        ("{{db.}}", "no key stands after"),
        ("{{.pw}}", "no secret's name"),
        ("{{db/pw}}", "names no key"),
        ("{{db:pw}}", "names no key"),
        ("{{clé.pw}}", "a secret's name"),
        ("{{db.9}}", "a key is"),
        ("{{db.pw\n}}", "line break"),
        ("{{{db}}}", "names no key"),
        ("{{db.pw}", "may follow the key"),
        ("{{db.pw", "may follow the key"),
        ("{{db.pw | upper}}", "may follow the key"),
    ],
)
def test_attempts_are_noticed(text: str, why: str) -> None:
    """What looks like an attempt is told with its place and what is wrong with it."""
    (suspect,) = suspects({"a": [text]})
    assert suspect.path == "a[0]"
    assert suspect.text in text
    assert why in suspect.why


@pytest.mark.parametrize(
    "text",
    [
        "{{db.pw}}",
        "${{ secrets.X }}",
        "${{ secrets }}",
        r"\{{db}}",
        "{{}}",
        "{{ }}",
        "{{ . }}",
        "{db}",
        '{"a": {"b": 1}}',
        "{{#if}}",
        "{{ x | upper }}",
        "}}{{",
    ],
)
def test_plain_text_raises_no_alarm(text: str) -> None:
    """References, GitHub's expressions, escapes and other templates' syntax are not suspects."""
    assert list(suspects(text)) == []


@given(hostile)
def test_no_text_is_both_reference_and_suspect(text: str) -> None:
    """Looking for attempts never fails, and never reports a reference."""
    for suspect in suspects([text]):
        with pytest.raises(InvalidInput):
            Reference.parse(suspect.text)


def test_too_deep_a_tree_is_an_error() -> None:
    """A tree nested past the limit, or one that holds itself, is refused rather than followed forever."""
    tree: list[object] = []
    tree.append(tree)
    walks = (lambda: list(find(tree)), lambda: fill(tree, str), lambda: list(suspects(tree)))
    for walk in (*walks, lambda: replaced(tree, {})):
        with pytest.raises(InvalidInput, match="64"):
            walk()


def test_work_grows_with_the_text_only() -> None:
    """Megabytes of half-open braces are read in one walk; a quadratic one would outlast the time limit."""
    bad = ["{{" * 500_000, "{{a." + "b" * 1_000_000, "{{" + " \t" * 500_000, "{{ a.b " * 200_000]
    for text in bad:
        assert not has_reference(text)
        assert fill(text, {}) == text
        list(suspects(text))


@given(st.lists(plain | hostile | references.map(str)).map("".join))
def test_pieces_make_the_text_again(text: str) -> None:
    """A text in pieces holds all of it, in order, and its references where filling would find them."""
    found = list(pieces(text))
    assert tuple(dict.fromkeys(p for p in found if isinstance(p, Reference))) == references_in(text)
    assert fill("".join(map(str, found)), str) == fill(text, str)
    assert "" not in found
