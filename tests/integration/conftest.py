"""Servers of other people's protocols, on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def s3_url(loopback_only: None) -> Iterator[str]:
    """A server of S3's protocol."""
    from moto.server import ThreadedMotoServer  # here, for other tests need no S3

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()
