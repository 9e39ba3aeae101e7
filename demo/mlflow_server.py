"""Start a real MLflow tracking server with basic authentication, and be sure to stop it.

Used by the demo and by the tests. Needs nothing but the standard library and the environment that
`make mlflow-server` makes: full MLflow and its pins stay out of Lockwork's own.

    with mlflow_server(folder) as server:
        server.url, server.username, server.password
"""

from __future__ import annotations

import base64
import configparser
import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SERVER_PYTHON = ROOT / ".venv-mlflow" / "bin" / "python"
START_LIMIT = 120.0  # seconds; 17 to 35 are usual on two cores
STOP_LIMIT = 10.0  # seconds between asking and killing

# No proxy that the environment names may stand between us and loopback.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ServerFailed(Exception):
    """The server did not come up; the text ends with the last lines of its log."""


@dataclass(frozen=True)
class Server:
    url: str
    username: str
    log: Path
    password: str = field(repr=False)

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One question to MLflow's REST API as the admin: `ask("POST", "experiments/create", {...})`."""
        return self.ask_as(self.username, self.password, method, path, body)

    def ask_as(
        self, username: str, password: str, method: str, path: str, body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        login = base64.b64encode(f"{username}:{password}".encode()).decode()
        request = urllib.request.Request(
            f"{self.url}/api/2.0/mlflow/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Basic {login}", "Content-Type": "application/json"},
        )
        with _direct.open(request, timeout=30) as answer:
            told: dict[str, Any] = json.loads(answer.read() or b"{}")
            return told


@contextlib.contextmanager
def mlflow_server(
    folder: Path, *, username: str = "admin", password: str | None = None, python: Path = SERVER_PYTHON
) -> Iterator[Server]:
    """A server that keeps everything in `folder`, ready to answer, and gone when the block ends."""
    if not python.exists():
        raise ServerFailed(f"no MLflow at {python}\nhint: make mlflow-server")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    password = password or secrets.token_urlsafe(18)
    port = free_port()
    log = folder / "server.log"
    server = Server(f"http://127.0.0.1:{port}", username, log, password)
    guard = start_guarded(
        command_line(python, folder, port), server_environment(folder, username, password), folder, log
    )
    try:
        wait_until_ready(server, guard)
        yield server
    finally:
        stop(guard)


def command_line(python: Path, folder: Path, port: int) -> list[str]:
    store = f"sqlite:///{folder / 'runs.db'}"
    artifacts = str(folder / "artifacts")
    return [
        *(str(python), "-m", "mlflow", "server", "--app-name", "basic-auth"),
        *("--workers", "1", "--host", "127.0.0.1", "--port", str(port)),
        *("--backend-store-uri", store, "--artifacts-destination", artifacts),
    ]


def server_environment(folder: Path, username: str, password: str) -> dict[str, str]:
    """What the server needs and nothing that a developer's own shell says about MLflow."""
    settings = folder / "auth.ini"
    config = configparser.ConfigParser(interpolation=None)
    config["mlflow"] = {
        "default_permission": "READ",
        "database_uri": f"sqlite:///{folder / 'users.db'}",
        "admin_username": username,
        "admin_password": password,
        "authorization_function": "mlflow.server.auth:authenticate_request_basic_auth",
    }
    # The reader interpolates, so `%` is doubled on the way in.
    for key, value in config["mlflow"].items():
        config["mlflow"][key] = value.replace("%", "%%")
    with open(os.open(settings, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        config.write(file)
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW_", "_MLFLOW", "PYTHON"))}
    return inherited | {
        "MLFLOW_AUTH_CONFIG_PATH": str(settings),
        "MLFLOW_FLASK_SERVER_SECRET_KEY": secrets.token_urlsafe(32),
        # Without this it starts workers for jobs: 2.4 GB, and minutes until it answers.
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "PYTHONUNBUFFERED": "1",
    }


def free_port() -> int:
    """A port nobody listens on now; should another process take it first, the start fails and says so."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# ---- starting and stopping: a guard process owns the server, and outlives nobody ----


def start_guarded(
    command: list[str], environment: dict[str, str], folder: Path, log: Path
) -> subprocess.Popen[bytes]:
    """Start `command` under a guard that ends it when we close the guard's input, or die in whatever way.

    A session of its own keeps the terminal's Ctrl-C from the server: it stops when we say so.
    """
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-I", __file__, *command],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def stop(guard: subprocess.Popen[bytes]) -> None:
    assert guard.stdin is not None
    guard.stdin.close()
    guard.wait(STOP_LIMIT + 5)


def guard_main(command: list[str]) -> int:
    """Run `command` in a group of its own until it ends or our input does, then end all of the group."""
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    starter_gone = threading.Event()

    def watch() -> None:
        sys.stdin.buffer.read()
        starter_gone.set()

    threading.Thread(target=watch, daemon=True).start()
    while server.poll() is None and not starter_gone.wait(0.1):
        pass
    end_group(server)
    # Not sys.exit: the reading thread may still hold standard input, which a tidy exit would wait for.
    os._exit(server.returncode if server.returncode and server.returncode > 0 else 0)


def end_group(server: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(STOP_LIMIT)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


# ---- readiness ----


def wait_until_ready(server: Server, guard: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_LIMIT
    while not answers(server):
        if guard.poll() is not None:
            raise ServerFailed(
                f"the MLflow server ended with {guard.returncode} while starting\n{tail(server.log)}"
            )
        if time.monotonic() > deadline:
            raise ServerFailed(f"the MLflow server is not ready in {START_LIMIT:.0f} s\n{tail(server.log)}")
        # Not a guess at how long it takes: how often to ask.
        time.sleep(0.1)


def answers(server: Server) -> bool:
    try:
        with _direct.open(f"{server.url}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


if __name__ == "__main__":
    sys.exit(guard_main(sys.argv[1:]))
