"""Root keys: read strictly, found by id, hidden everywhere, and the only way to what they wrap."""

import copy
import json
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.carried import everything_carried

from lockwork.crypto.envelope import KeyContext, StoreKeyContext, new_data_key
from lockwork.crypto.keyring import Keyring, RootKey, parse_root_id
from lockwork.domain.errors import (
    AlreadyExists,
    InvalidInput,
    LockworkError,
    Refused,
    RootKeyUnusable,
    Tampered,
)

VECTORS = json.loads((Path(__file__).parent / "vectors" / "root-keys.json").read_text())["root_keys"]
STORE = "99999999-aaaa-4bbb-8ccc-dddddddddddd"
SECRET = "11111111-2222-4333-8444-555555555555"
A, B, C = (RootKey(bytes([n]) * 32) for n in (1, 2, 3))


def data_key_of(root: RootKey) -> KeyContext:
    return KeyContext(root.id, STORE, SECRET, 1, f"w:{STORE}")


def written(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["name"])
def test_a_vector_reads(vector):
    """Text form and id are what they always were."""
    key = RootKey.parse(vector["text"])
    assert (key.id.hex(), key.id_text, key.reveal()) == (vector["id"], vector["id"], vector["text"])
    assert key == RootKey(bytes.fromhex(vector["key"]))


@given(st.binary(min_size=32, max_size=32))
def test_any_key_comes_back_from_its_text(key):
    """Text form and key are one to one, and the id is 16 bytes that show nothing of the key."""
    root = RootKey(key)
    assert RootKey.parse(root.reveal()) == root
    assert len(root.id) == 16
    assert root.id not in key


def test_generated_keys_differ():
    """Each new root key is random."""
    assert len({RootKey.generate().id for _ in range(100)}) == 100


TEXT = A.reveal()
NOT_KEYS = {
    "nothing": "",
    "a passphrase": "correct horse battery staple",
    "a bare key": TEXT.removeprefix("lwk1_"),
    "another prefix": TEXT.replace("lwk1_", "lwk2_"),
    "capitals in the prefix": TEXT.replace("lwk1_", "LWK1_"),
    "padding": TEXT + "=",
    "one too few": TEXT[:-1],
    "one too many": TEXT + "A",
    "a newline": TEXT + "\n",
    "a space before": " " + TEXT,
    "a character of plain base64": TEXT[:-2] + "+" + TEXT[-1],
    "a full-width letter": TEXT[:-2] + "\uff21" + TEXT[-1],
    "a lone surrogate": TEXT[:-2] + "\ud800" + TEXT[-1],
    "bits that nothing reads": TEXT[:-1] + chr(ord(TEXT[-1]) + 1),
    "two keys": TEXT + TEXT,
    "the key in hexadecimal": "01" * 32,
}


@pytest.mark.parametrize("text", NOT_KEYS.values(), ids=NOT_KEYS.keys())
def test_what_is_not_a_root_key_is_refused_unquoted(text):
    """Anything but the one text form is refused, and no part of it is quoted or carried along."""
    with pytest.raises(RootKeyUnusable, match="what was given is not a root key") as failure:
        RootKey.parse(text)
    shown = "\n".join(everything_carried(failure.value))
    assert not text or text not in shown
    assert text[5:13] not in shown or not text[5:13]
    assert "passphrase" in str(failure.value.hint)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_root_key_is_32_bytes(length):
    """No shorter or longer key is taken."""
    with pytest.raises(RootKeyUnusable):
        RootKey(b"k" * length)


@pytest.mark.parametrize(
    "thing", [A, Keyring([A, B], "here"), {"key": A}, (A,)], ids=["key", "ring", "in", "of"]
)
def test_keys_hide_themselves(thing):
    """Printing and formatting shows ids only; pickling and copying is refused."""
    for shown in (repr(thing), str(thing), f"{thing}", f"{thing!s:>99}"):
        assert A.id_text in shown
        assert TEXT not in shown
        assert "\\x01" not in shown
    for take in (
        copy.deepcopy,
        *(lambda t, p=p: pickle.dumps(t, p) for p in range(pickle.HIGHEST_PROTOCOL + 1)),
    ):
        with pytest.raises(TypeError, match="not pickled or copied"):
            take(thing)


def test_equal_keys_are_equal():
    """Keys compare by what they are, and to nothing else."""
    assert RootKey(b"\x01" * 32) == A
    assert hash(RootKey(b"\x01" * 32)) == hash(A)
    assert A != B
    assert A != TEXT


def test_an_id_reads_from_its_text():
    """The id that a person types or a row holds is 32 lower-case hexadecimal digits."""
    assert parse_root_id(A.id_text) == A.id
    for wrong in ("", A.id_text[:-1], A.id_text.upper(), A.id_text + "\n", "g" * 32, None):
        with pytest.raises(InvalidInput):
            parse_root_id(wrong)


@pytest.mark.parametrize("between", [",", " ", "\n", ", ", "\t\r\n", ",,"])
def test_text_may_hold_several_keys(between):
    """LOCKWORK_ROOT_KEY takes several keys, by commas or whitespace, and keeps their order."""
    ring = Keyring.from_text(between.join(k.reveal() for k in (B, A, C)) + between, "LOCKWORK_ROOT_KEY")
    assert ring.ids == (B.id, A.id, C.id)
    assert list(ring) == [B, A, C]
    assert ring.first == B
    assert len(ring) == 3
    assert A.id in ring


def test_a_key_given_twice_counts_once():
    """Repeating a key is harmless."""
    assert len(Keyring.from_text(f"{TEXT} {TEXT}", "LOCKWORK_ROOT_KEY")) == 1


@pytest.mark.parametrize("text", ["", " ", ",\n"])
def test_empty_text_is_not_a_keyring(text):
    """A variable that is set and holds no key is an error: never a silent step to the next place."""
    with pytest.raises(RootKeyUnusable, match="LOCKWORK_ROOT_KEY holds no root key"):
        Keyring.from_text(text, "LOCKWORK_ROOT_KEY")


def test_one_bad_key_among_several_is_told_by_its_place():
    """A wrong word is named by where it stands; neither it nor the good ones beside it are shown."""
    with pytest.raises(
        RootKeyUnusable, match=r"^word 2 of LOCKWORK_ROOT_KEY is not a root key\nhint: "
    ) as failure:
        Keyring.from_text(f"{TEXT},hunter2,{B.reveal()}", "LOCKWORK_ROOT_KEY")
    for hidden in ("hunter2", TEXT, B.reveal()):
        assert hidden not in "\n".join(everything_carried(failure.value))


def test_the_first_place_that_is_set_wins(tmp_path):
    """Text goes before the named file, and that before the file beside the database."""
    named = written(tmp_path / "named", B.reveal())
    beside = written(tmp_path / "keyring", C.reveal())
    assert Keyring.load(text=TEXT, file=named, beside=beside).ids == (A.id,)
    assert Keyring.load(text=None, file=named, beside=beside).ids == (B.id,)
    assert Keyring.load(text=None, file=None, beside=beside).ids == (C.id,)


def test_a_bad_place_is_not_passed_over(tmp_path):
    """A place that is set and of no use fails, though a later one would do."""
    beside = written(tmp_path / "keyring", C.reveal())
    with pytest.raises(RootKeyUnusable):
        Keyring.load(text="", file=None, beside=beside)
    with pytest.raises(RootKeyUnusable):
        Keyring.load(text=None, file=tmp_path / "missing", beside=beside)


def test_a_missing_key_tells_what_is_needed_and_where_to_bring_it():
    """The failure names the id that is needed, those that are here, and each place it could come from."""
    with pytest.raises(RootKeyUnusable) as failure:
        Keyring([A, B], "LOCKWORK_ROOT_KEY")[C.id]
    assert str(failure.value) == (
        f"root key {C.id_text} is needed, and LOCKWORK_ROOT_KEY holds only {A.id_text}, {B.id_text}"
    )
    hint = str(failure.value.hint)
    assert all(p in hint for p in ("LOCKWORK_ROOT_KEY ", "LOCKWORK_ROOT_KEY_FILE", "beside the database"))


@pytest.mark.parametrize("damaged", [None, "", A.id_text, A.id[:15], A.id + b"x", 7])
def test_a_damaged_id_is_a_failure_of_ours(damaged):
    """An id that no row of ours would hold is `Tampered`, never a Python error."""
    with pytest.raises(Tampered, match="root key's id"):
        Keyring([A], "here").unwrap(data_key_of(A)._replace(root=damaged), b"")


def test_wrapping_is_undone_by_the_key_that_the_context_names():
    """The context says which root key; each kind of key comes back from under it."""
    ring, key = Keyring([A, B], "here"), new_data_key()
    for context in (data_key_of(B), StoreKeyContext(A.id, STORE, "audit")):
        wrapped = ring.wrap(context, key)
        assert key not in wrapped
        assert ring.unwrap(context, wrapped) == key


def test_a_wrapped_key_opens_under_no_other_root_key():
    """A row that is made to name another root key is `Tampered`; one whose key is missing says which."""
    ring = Keyring([A, B], "here")
    wrapped = ring.wrap(data_key_of(A), new_data_key())
    with pytest.raises(Tampered):
        ring.unwrap(data_key_of(B), wrapped)
    with pytest.raises(RootKeyUnusable, match=C.id_text):
        ring.unwrap(data_key_of(C), wrapped)
    with pytest.raises(RootKeyUnusable, match=C.id_text):
        ring.wrap(data_key_of(C), new_data_key())


def test_a_root_key_wraps_only_what_names_it():
    """A context with another root key's id is refused: what it made could never be found again."""
    with pytest.raises(InvalidInput):
        A.wrap(data_key_of(B), new_data_key())


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_only_whole_keys_are_wrapped(length):
    """What is wrapped is 32 bytes: a cut key is found when it is stored, not when it is needed."""
    with pytest.raises(InvalidInput):
        A.wrap(data_key_of(A), b"k" * length)


def test_rewrapping_moves_a_key_under_another_root_key():
    """After rotation the new root key alone opens it, at the same place."""
    key = new_data_key()
    both = Keyring([A, B], "here")
    moved = both.rewrap(data_key_of(A), both.wrap(data_key_of(A), key), under=B.id)
    assert Keyring([B], "here").unwrap(data_key_of(B), moved) == key


def test_a_keyring_file_reads_with_comments(tmp_path):
    """One key a line; comments on their own line or after a key, blank lines and CRLF are allowed."""
    text = f"# héading: {C.reveal()}\r\n\r\n  {TEXT}  # created 2025-01-01\r\n\t\n{B.reveal()}"
    assert Keyring.from_file(written(tmp_path / "keyring", text)).ids == (A.id, B.id)


@pytest.mark.parametrize(
    "bad", [f"{TEXT} {TEXT}", "hunter2", f"key = {TEXT}", f"\ufeff{TEXT}", f"{TEXT}\u00e9"]
)
def test_a_bad_line_is_told_by_its_number(tmp_path, bad):
    """A line that is no key is refused by file and number, with nothing of it in the failure or behind it."""
    path = written(tmp_path / "keyring", f"# ok\n{bad}\n")
    with pytest.raises(RootKeyUnusable, match=rf"^line 2 of {path} is not a root key\nhint: ") as failure:
        Keyring.from_file(path)
    assert TEXT not in "\n".join(everything_carried(failure.value))
    assert "hunter2" not in "\n".join(everything_carried(failure.value))


def test_a_file_without_keys_is_not_a_keyring(tmp_path):
    """Comments alone, or nothing, is an error that names the file."""
    for text in ("", "# lwk1_\n"):
        with pytest.raises(RootKeyUnusable, match="keyring holds no root key"):
            Keyring.from_file(written(tmp_path / "keyring", text))


def test_a_created_file_holds_one_new_key_for_its_owner_alone(tmp_path):
    """A new keyring has one random key, dated, in a file of mode 0600 that reads back the same."""
    path = tmp_path / "keyring"
    ring = Keyring.create_file(path, now=1_735_689_600)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Keyring.from_file(path).ids == ring.ids == (ring.first.id,)
    assert path.read_text().endswith(f"\n{ring.first.reveal()}  # created 2025-01-01T00:00:00Z\n")
    assert Keyring.create_file(tmp_path / "other").first != ring.first


def test_creating_never_touches_an_existing_file(tmp_path):
    """A keyring that is there is left alone, whatever it holds."""
    path = written(tmp_path / "keyring", "anything")
    with pytest.raises(AlreadyExists, match="never overwritten"):
        Keyring.create_file(path)
    assert path.read_text() == "anything"
    assert list(tmp_path.iterdir()) == [path]


def test_adding_keeps_every_other_line(tmp_path):
    """A new key is appended, dated; keys, comments in any language and their order stay byte for byte."""
    before = f"# clé maîtresse …\n{TEXT} # mine\n\n{B.reveal()}"
    path = written(tmp_path / "keyring", before)
    ring = Keyring.from_file(path)
    fresh = ring.add(now=0)
    assert ring.ids == Keyring.from_file(path).ids == (A.id, B.id, fresh.id)
    assert path.read_text() == f"{before}\n{fresh.reveal()}  # created 1970-01-01T00:00:00Z\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_adding_keeps_what_another_process_added(tmp_path):
    """A keyring that was read before another one wrote adds to what is in the file now."""
    path = tmp_path / "keyring"
    old = Keyring.create_file(path)
    theirs = Keyring.from_file(path).add()
    mine = old.add()
    assert old.ids == Keyring.from_file(path).ids == (old.first.id, theirs.id, mine.id)


def test_removing_takes_one_key_out(tmp_path):
    """The named key is gone from the file and the keyring, its repetitions too, and all else stays."""
    path = written(tmp_path / "keyring", f"# head\n{TEXT}\n{B.reveal()} # b\n{TEXT} # again\n")
    ring = Keyring.from_file(path)
    ring.remove(A.id)
    assert ring.ids == (B.id,)
    assert path.read_text() == f"# head\n{B.reveal()} # b\n"


def test_the_last_key_is_not_removed(tmp_path):
    """A keyring keeps one key, also when another process has just removed the others."""
    path = written(tmp_path / "keyring", f"{TEXT}\n{B.reveal()}\n")
    mine, theirs = Keyring.from_file(path), Keyring.from_file(path)
    theirs.remove(B.id)
    with pytest.raises(Refused, match="no other root key"):
        mine.remove(A.id)
    with pytest.raises(RootKeyUnusable, match=C.id_text):
        mine.remove(C.id)
    assert path.read_text() == f"{TEXT}\n"


@pytest.mark.parametrize("act", [lambda r: r.add(), lambda r: r.remove(A.id)], ids=["add", "remove"])
def test_keys_from_a_variable_are_not_changed(act):
    """Keys that came as text cannot be added to or removed: the failure says where to change them."""
    with pytest.raises(Refused, match="come from LOCKWORK_ROOT_KEY") as failure:
        act(Keyring.from_text(f"{TEXT},{B.reveal()}", "LOCKWORK_ROOT_KEY"))
    assert "LOCKWORK_ROOT_KEY_FILE" in str(failure.value.hint)


def test_a_file_that_was_spoilt_meanwhile_is_not_written_to(tmp_path):
    """A key is not added to a file that no longer reads as a keyring."""
    path = tmp_path / "keyring"
    ring = Keyring.create_file(path)
    spoilt = path.read_text() + "hunter2\n"
    path.write_text(spoilt)
    with pytest.raises(RootKeyUnusable, match="line 4"):
        ring.add()
    assert path.read_text() == spoilt
    assert len(ring) == 1


def test_failures_survive_a_process_border():
    """A failure about keys pickles: it holds text only."""
    with pytest.raises(LockworkError) as failure:
        Keyring([A], "here")[B.id]
    assert str(pickle.loads(pickle.dumps(failure.value))) == str(failure.value)
