"""Messages to the masker survive any way in which a socket cuts them."""

from hypothesis import given
from hypothesis import strategies as st

from lockwork.capture.frames import Verb, frame, pack_all, take_frames, unpack_all

MESSAGES = st.lists(st.tuples(st.sampled_from(Verb), st.binary(max_size=40)), max_size=5)


@given(MESSAGES, st.integers(1, 50))
def test_frames(messages: list[tuple[Verb, bytes]], step: int) -> None:
    """What is complete comes out, in order; what is not waits."""
    sent = b"".join(frame(verb, payload) for verb, payload in messages)
    received, seen = bytearray(), []
    for at in range(0, len(sent), step):
        received += sent[at : at + step]
        seen += take_frames(received)
    assert seen == messages
    assert not received


@given(st.lists(st.binary(max_size=20)))
def test_packing(parts: list[bytes]) -> None:
    """Several byte strings come back as they were, empty ones too."""
    assert list(unpack_all(pack_all(parts))) == parts
