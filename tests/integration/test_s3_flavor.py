"""Flavor `s3`, against a real protocol on loopback."""

import sys
from pathlib import Path
from typing import Any

import pytest

from lockwork.domain.errors import InvalidInput, NotFound, ProviderFailed
from lockwork.flavors.s3 import S3ArtifactStore

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "not-a-real-secret-key"


@pytest.fixture
def store(s3_url: str, monkeypatch: pytest.MonkeyPatch) -> S3ArtifactStore:
    store = _store(s3_url)
    store._client().create_bucket(Bucket="bucket")
    return store


def _store(url: str, **more: Any) -> S3ArtifactStore:
    attributes = {"path": "s3://bucket/lock/step/", "key": KEY, "secret": SECRET, "region": "us-east-1"}
    return S3ArtifactStore(attributes | {"endpoint_url": url} | more, Path("/unused"))


def test_bytes_come_back(store: S3ArtifactStore) -> None:
    """What was put is there under its URI, byte for byte, and listed by prefix."""
    data = bytes(range(256))
    uri = store.put("run/ä b/out.json", data)
    assert uri == "s3://bucket/lock/step/run/ä b/out.json"
    assert store.get(uri) == data
    other = store.put("run2/x", b"")
    assert store.list("run/") == [uri]
    assert set(store.list()) >= {uri, other}


def test_without_credentials_boto3_looks_itself(
    s3_url: str, store: S3ArtifactStore, monkeypatch: Any
) -> None:
    """Variables, profiles and roles work as they do for every user of boto3."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    bare = S3ArtifactStore(
        {"path": "s3://bucket", "endpoint_url": s3_url, "region": "us-east-1"}, Path("/unused")
    )
    assert bare.get(bare.put("x", b"y")) == b"y"
    assert bare.root == "s3://bucket"


def test_failures_name_the_bucket_and_no_credential(
    s3_url: str, store: S3ArtifactStore, monkeypatch: Any
) -> None:
    """A missing object, a missing bucket, no credentials and no service are told apart; nothing chains."""
    with pytest.raises(NotFound, match="no artifact 's3://bucket/lock/step/gone'"):
        store.get("s3://bucket/lock/step/gone")
    broken = {
        "NoSuchBucket": _store(s3_url, path="s3://nobody"),
        "EndpointConnectionError": _store(
            "http://127.0.0.1:9", config_kwargs={"retries": {"total_max_attempts": 1}}
        ),
        "boto3 refused": _store(s3_url, endpoint_url="nonsense://{{"),
    }
    for told, store_of in broken.items():
        with pytest.raises(ProviderFailed, match=told) as failure:
            store_of.put("x", b"y")
        assert SECRET not in str(failure.value)
        assert failure.value.__context__ is None


@pytest.mark.parametrize("name", ["", "/x", "../x", "a/../../x"])
def test_no_name_leads_out_of_the_prefix(name: str) -> None:
    """Names stay below the prefix, and URIs of other buckets or prefixes are refused."""
    store = _store("http://unused")
    with pytest.raises(InvalidInput, match="not the name of an artifact"):
        store.put(name, b"x")
    for uri in ("s3://other/lock/step/x", "s3://bucket/lock/stepladder/x", "file:///x"):
        with pytest.raises(InvalidInput, match="does not lie in this artifact store"):
            store.get(uri)


@pytest.mark.parametrize("path", ["bucket", "s3://", "s3:///x", "gs://bucket", "/tmp"])
def test_the_path_is_a_bucket(path: str) -> None:
    """Anything but s3://BUCKET is refused."""
    with pytest.raises(InvalidInput, match="s3://BUCKET"):
        _store("http://unused", path=path)


def test_without_boto3_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing library is named with the command that brings it."""
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(ProviderFailed, match="needs boto3") as failure:
        _store("http://unused").put("x", b"y")
    assert failure.value.hint == "pip install 'lockwork[s3]'"
