"""The limit that a served read cannot pass: the barest Starlette endpoint that asks the raw driver one SELECT
and opens one sealed value, in a thread. No token, no rights, no audit record.

    python bench/peer/limit.py PORT sqlite FILE | postgres URL

Run by the interpreter of the development environment, on the same uvicorn as the server that is measured.
"""

import sqlite3
import sys
import threading
from typing import Any

import anyio.to_thread
import msgspec
import psycopg
import uvicorn
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

KEY, NONCE = bytes(32), bytes(12)
SEALED = AESGCM(KEY).encrypt(NONCE, b"b", b"context")
_mine = threading.local()


def connection(kind: str, place: str) -> Any:
    if not hasattr(_mine, "connection"):
        _mine.connection = (
            sqlite3.connect(place, isolation_level=None)
            if kind == "sqlite"
            else psycopg.connect(place, autocommit=True, prepare_threshold=1)
        )
    return _mine.connection


def main() -> None:
    port, kind, place = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    mark = "?" if kind == "sqlite" else "%s"
    select = f"SELECT name, sealed FROM bare WHERE id = {mark}"

    def read(id_: str) -> bytes:
        name, sealed = connection(kind, place).execute(select, (id_,)).fetchone()
        value = AESGCM(KEY).decrypt(NONCE, bytes(sealed), b"context")
        return msgspec.json.encode({"id": id_, "name": name, "values": {"a": value.decode()}})

    async def endpoint(request: Request) -> Response:
        body = await anyio.to_thread.run_sync(read, request.path_params["id"])
        return Response(body, media_type="application/json")

    app = Router([Route("/bare/{id}", endpoint, methods=["POST"])])
    uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, access_log=False, lifespan="off")


if __name__ == "__main__":
    main()
