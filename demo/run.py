"""The main job from first to last, each command with its answer, in a home that is thrown away afterwards.

    make demo

A real MLflow server with log-in is started; a stack refers to the login by `{{mlflow_secret.…}}`; a pipeline
is refused while a key is missing, fails clearly with a wrong password, then trains, logs and is read back.
Needs nothing but the standard library and the environments that `make demo` sets up.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parent))
from mlflow_server import Server, ServerFailed, mlflow_server

HERE = Path(__file__).resolve().parent
LOCKWORK = Path(sys.executable).with_name("lockwork")
USER = "trainer"
FOREIGN = ("LOCKWORK_", "ZENML_", "MLFLOW_")


class DemoFailed(Exception):
    """Something answered otherwise than it should."""


class Shell:
    """Shows each command, runs it and shows its answer as it comes; knows what no answer may show."""

    def __init__(self, project: Path, home: Path, hidden: list[str]) -> None:
        self.project = project
        self._hidden = hidden
        inherited = {name: text for name, text in os.environ.items() if not name.startswith(FOREIGN)}
        self._environment = inherited | {"LOCKWORK_HOME": str(home), "PYTHONUNBUFFERED": "1"}

    def lockwork(
        self, *words: str, typed: str = "", also: dict[str, str] | None = None, expect: int = 0
    ) -> str:
        """Run `lockwork WORDS…`, give it `typed` on standard input, and expect an exit code."""
        also = also or {}
        print(f"\n$ {self._shown(words, typed, also)}", flush=True)
        process = subprocess.Popen(
            [str(LOCKWORK), *words],
            cwd=self.project,
            env=self._environment | also,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            answer = self._follow(process, typed)
        except BaseException:
            end(process)
            raise
        self._judge(words, process.returncode, expect, answer)
        return answer

    def _shown(self, words: tuple[str, ...], typed: str, also: dict[str, str]) -> str:
        before = "".join(f"{name}=*** " for name in also)
        if typed:
            before = f"printf %s *** | {before}"
        return f"{before}lockwork {shlex.join(words)}"

    def _follow(self, process: subprocess.Popen[str], typed: str) -> str:
        assert process.stdin is not None
        assert process.stdout is not None
        # A command that refuses before it reads has closed its end already.
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(typed)
        lines = []
        with process.stdout:
            for line in process.stdout:
                self._must_not_show(line)
                print(f"  {line}", end="", flush=True)
                lines.append(line)
        process.wait()
        return "".join(lines)

    def _must_not_show(self, line: str) -> None:
        if any(value in line for value in self._hidden):
            raise DemoFailed("the next line of the answer shows a password")

    def _judge(self, words: tuple[str, ...], code: int, expected: int, answer: str) -> None:
        if code != expected:
            raise DemoFailed(f"`lockwork {shlex.join(words)}` ended with {code}, not {expected}")
        if "Traceback (most recent call last)" in answer and words[:2] != ("pipeline", "run"):
            raise DemoFailed(f"`lockwork {shlex.join(words)}` showed a traceback")


def end(process: subprocess.Popen[str]) -> None:
    """Stop a command and what it started: first as Ctrl-C would, then for good."""
    for ending in (signal.SIGINT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, ending)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)


def say(text: str) -> None:
    print(f"\n# {text}", flush=True)


def must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise DemoFailed(otherwise)


# ---- the story ----


def tell(server: Server, folder: Path) -> None:
    password, wrong = f"right-{secrets.token_urlsafe(12)}", f"wrong-{secrets.token_urlsafe(12)}"
    server.ask("POST", "users/create", {"username": USER, "password": password})
    project = folder / "project"
    project.mkdir()
    shutil.copy(HERE / "pipeline.py", project)
    shell = Shell(project, folder / "home", hidden=[password, wrong])

    set_up(shell, server)
    refuse(shell)
    mend(shell, wrong)
    fail(shell)
    correct(shell, password)
    run = train(shell)
    read_back(server, password)
    look_back(shell, run)
    search_files(folder / "home", [password, wrong])


def set_up(shell: Shell, server: Server) -> None:
    say("A secret for the tracking server's login; the password is still to come.")
    shell.lockwork("secret", "create", "mlflow_secret", f"--username={USER}")
    say("The experiment tracker refers to the login and never holds it.")
    shell.lockwork(
        *("experiment-tracker", "register", "mlflow", "--flavor=mlflow", f"--tracking-uri={server.url}"),
        "--tracking-username={{mlflow_secret.username}}",
        "--tracking-password={{mlflow_secret.password}}",
    )
    shell.lockwork(
        "stack", "register", "tracked", *("-o", "default", "-a", "default", "-e", "mlflow"), "--set"
    )


def refuse(shell: Shell) -> None:
    say("A key is missing: the pipeline is refused before its first step, and the answer names the key.")
    answer = shell.lockwork("pipeline", "run", "pipeline.py", expect=1)
    must(
        "mlflow_secret" in answer and "password" in answer, "the refusal does not name mlflow_secret.password"
    )


def mend(shell: Shell, wrong: str) -> None:
    say("register-secrets asks for what is missing; here it takes it from the environment (and it is wrong).")
    shell.lockwork(
        *("stack", "register-secrets", "--skip-existing", "--from-env"),
        also={"LOCKWORK_SECRET_MLFLOW_SECRET__PASSWORD": wrong},
    )
    shell.lockwork("stack", "validate")


def fail(shell: Shell) -> None:
    say("Nothing is missing now, but the server does not know this password: a clear failure, all masked.")
    answer = shell.lockwork("pipeline", "run", "pipeline.py", expect=1)
    must("401" in answer and "train" in answer, "the failure does not name the step and the server's answer")


def correct(shell: Shell, password: str) -> None:
    say("The right password, from standard input: in no shell history and no process list.")
    shell.lockwork("secret", "update", "mlflow_secret", "--password=@-", typed=password)
    shell.lockwork("secret", "get", "mlflow_secret")


def train(shell: Shell) -> str:
    say("Now it trains and logs.")
    shell.lockwork("pipeline", "run", "pipeline.py")
    answer = shell.lockwork("--output=json", "run", "list")
    # The array ends where it ends: page and total follow, told on standard error.
    runs, _ = json.JSONDecoder().raw_decode(answer, answer.index("["))
    must(len(runs) == 3, f"three runs were tried, and {len(runs)} are recorded")
    run: str = runs[0]["id"]
    return run


def read_back(server: Server, password: str) -> None:
    say(f"The same run, asked of the MLflow server over its REST API, logged in as {USER}.\n")
    where = "experiments/get-by-name?experiment_name=diabetes"
    found = ask_as_user(server, password, "GET", where)
    body = {"experiment_ids": [found["experiment"]["experiment_id"]]}
    runs = ask_as_user(server, password, "POST", "runs/search", body)["runs"]
    must(len(runs) == 1, f"one run should have reached the server, not {len(runs)}")
    told = summary(runs[0])
    print("  " + json.dumps(told, indent=2).replace("\n", "\n  "))
    must(told["user"] == USER, f"the server says the run is {told['user']}'s")
    must(told["metrics"]["r2"] > 0.4, "the run's metric is not what this training gives")


def ask_as_user(
    server: Server, password: str, method: str, path: str, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    print(f"> {method} {server.url}/api/2.0/mlflow/{path} {json.dumps(body) if body else ''}", flush=True)
    return server.ask_as(USER, password, method, path, body)


def summary(run: dict[str, Any]) -> dict[str, Any]:
    info, data = run["info"], run["data"]
    return {
        "run": info["run_name"],
        "user": info["user_id"],
        "status": info["status"],
        "params": {param["key"]: param["value"] for param in data["params"]},
        "metrics": {metric["key"]: metric["value"] for metric in data["metrics"]},
    }


def look_back(shell: Shell, run: str) -> None:
    say(
        "What Lockwork kept of it: the careless line of the step is masked, and who uses the secret is known."
    )
    logs = shell.lockwork("run", "logs", run)
    must("***" in logs, "the log shows no mask where the step printed its login")
    shell.lockwork("secret", "usage", "mlflow_secret")


def search_files(home: Path, hidden: list[str]) -> None:
    files = [path for path in sorted(home.rglob("*")) if path.is_file()]
    for path in files:
        content = path.read_bytes()
        must(
            not any(value.encode() in content for value in hidden), f"a password lies in the clear in {path}"
        )
    say(f"Neither password is in the clear in any of the {len(files)} files that Lockwork wrote.")


# ---- around it ----


def leave(number: int, _frame: object) -> NoReturn:
    """Turn a signal into an exception: everything that was started is stopped on its way out."""
    raise SystemExit(128 + number)


def main() -> int:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="lockwork-demo-") as name:
        folder = Path(name)
        say("A real MLflow tracking server with basic authentication; this takes some seconds.")
        print("\n$ mlflow server --app-name basic-auth --workers 1 --host 127.0.0.1 …", flush=True)
        with mlflow_server(folder / "mlflow") as server:
            print(f"  ready at {server.url} after {time.monotonic() - began:.0f} s", flush=True)
            tell(server, folder)
    say(f"Done in {time.monotonic() - began:.0f} s. The server is stopped and the home is gone.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (DemoFailed, ServerFailed) as failure:
        print(f"\nerror: {failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("\ninterrupted: the server is stopped and the home is gone", file=sys.stderr)
        sys.exit(130)
