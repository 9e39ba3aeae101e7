"""Digests and MACs: the published samples, and what they cost to load."""

import copy
import pickle
import subprocess
import sys

import pytest

from lockwork.crypto.digests import Mac, sha256


def test_sha256_gives_the_published_digest() -> None:
    """The sample of FIPS 180-4."""
    assert sha256(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize(
    ("key", "data", "mac"),
    [
        (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            b"\xaa" * 131,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    ],
)
def test_a_mac_is_the_published_one_each_time(key: bytes, data: bytes, mac: str) -> None:
    """The samples of RFC 4231; one key makes the same of the same, whatever it made before."""
    made = Mac(key)
    assert [made.of(data).hex(), made.of(b"other").hex() == mac, made.of(data).hex()] == [mac, False, mac]


def test_a_mac_is_not_taken_along() -> None:
    """It holds a key: neither pickle nor copy takes it."""
    for take in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled or copied"):
            take(Mac(b"k" * 32))


def test_no_second_openssl_is_loaded() -> None:
    """What every command needs of this room leaves the interpreter's own OpenSSL alone."""
    code = (
        "import sys; from lockwork.crypto import digests, envelope, keyring; print('_hashlib' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
