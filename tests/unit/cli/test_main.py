"""The door: exit codes, how failures are told, what is loaded, and that every command behaves alike."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from lockwork.cli import main
from lockwork.cli.commands import spelled_with_dashes
from lockwork.cli.session import Session
from lockwork.domain.errors import InvalidInput, LockworkError, NotFound, RootKeyUnusable, WrongUsage

SECRET = "hunter2-hunter2"


def commands(root: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command of the tree, with the words that lead to it."""
    context = click.Context(root)
    if not isinstance(root, click.Group):
        yield path, root
        return
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        assert command is not None
        yield from commands(command, *path, name)


EVERY = [pytest.param(path, command, id=" ".join(path)) for path, command in commands(main.lockwork)]


@pytest.mark.parametrize(("path", "command"), EVERY)
def test_every_command_refuses_what_it_does_not_know(
    path: tuple[str, ...], command: click.Command, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unknown option ends with 2 and `error:`, makes no store, and never repeats what follows it."""
    code = main.run([*path, "--definitely-not-an-option", SECRET])
    said = capsys.readouterr()
    assert code == 2
    assert said.err.startswith("error: ")
    assert "hint: " in said.err
    assert SECRET not in said.out + said.err
    assert not list(own_home.iterdir())


@pytest.mark.parametrize(("path", "command"), EVERY)
def test_every_command_explains_itself(
    path: tuple[str, ...], command: click.Command, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--help` ends with 0, makes no store, and says what the command and each of its options is for."""
    assert main.run([*path, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"Usage: lockwork {' '.join(path)}" in shown
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{parameter.opts} says nothing"
            assert any(word.startswith("--") for word in parameter.opts), f"{parameter.opts} has no long form"
    assert not list(own_home.iterdir())


@pytest.mark.parametrize(("path", "command"), EVERY)
def test_every_command_refuses_a_word_too_many(
    path: tuple[str, ...], command: click.Command, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """More words than a command takes end with 2; they are not repeated, as one may be a password."""
    takes = [p.nargs for p in command.params if isinstance(p, click.Argument)]
    if -1 in takes:
        return
    assert main.run([*path, *["bash"] * sum(takes), SECRET, SECRET]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("error: ")
    assert SECRET not in said.out + said.err
    assert not list(own_home.iterdir())


@pytest.mark.parametrize(
    "value", [f"password={SECRET}", f'{{"password": "{SECRET}"}}', f"password: {SECRET}"]
)
@pytest.mark.parametrize(
    "words",
    [
        ["VALUE"],
        ["secret", "VALUE", "list"],
        ["--as", "VALUE", "secret", "list"],
        ["secret", "create", "VALUE"],
        ["secret", "rename", "db", "--new-name", "VALUE"],
        ["key", "destroy", "VALUE", "--yes"],
        ["experiment-tracker", "register", "tracker", "--flavor", "VALUE"],
        ["experiment-tracker", "remove-attribute", "tracker", "tracking_uri", "VALUE"],
        ["stack", "update", "--remove", "VALUE"],
        ["stack", "validate", "--level", "VALUE"],
        ["secret", "list", "--sort-by", "VALUE"],
    ],
    ids=" ".join,
)
def test_what_reads_like_a_value_is_no_name(
    words: list[str], value: str, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pair or a mapping that lost its option is refused where a name belongs, unquoted and unrecorded."""
    assert main.run([value if word == "VALUE" else word for word in words]) == 2
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err
    assert not list(own_home.iterdir())


ONCE = [
    pytest.param(path, option, id=" ".join((*path, option.opts[-1])))
    for path, command in [((), main.lockwork), *commands(main.lockwork)]
    for option in command.params
    if isinstance(option, click.Option) and not option.is_flag and not option.multiple
]


@pytest.mark.parametrize(("path", "option"), ONCE)
def test_an_option_for_one_value_refuses_two(
    path: tuple[str, ...], option: click.Option, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two values where one is kept would lose one without a word: it ends with 2, and makes no store."""
    twice = [word for name in (option.opts[0], option.opts[-1]) for word in (name, "1")]
    assert main.run([*path, *twice]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: --")
    assert "is given twice" in said
    assert not list(own_home.iterdir())


def test_dashes_and_underscores_are_the_same_in_options_and_commands(
    own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--sort_by` is `--sort-by`."""
    assert main.run(["secret", "list", "--sort_by=desc:name"]) == 0
    assert main.run(["secret", "list", "--sort-by", "desc:name"]) == 0
    assert spelled_with_dashes("--all_but_current") == "--all-but-current"


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (NotFound("secret", "db"), 1),
        (InvalidInput("wrong"), 1),
        (WrongUsage("wrong"), 2),
        (RootKeyUnusable("no key"), 3),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_failure_has_its_exit_code(
    failure: BaseException, code: int, own_home: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Refused or not found is 1, wrong usage 2, what could not be asked 3, interrupted 130."""

    def fails(self: Session) -> None:
        raise failure

    monkeypatch.setattr(Session, "client", property(fails))
    assert main.run(["secret", "get", "db"]) == code
    said = capsys.readouterr()
    assert not said.out
    if isinstance(failure, LockworkError):
        assert said.err.startswith(f"error: {failure.message}\n")


def test_what_nobody_foresaw_shows_neither_traceback_nor_values(
    own_home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception from outside the tree is told by its type and place: its text may quote anything."""

    def fails(self: Session) -> None:
        raise TypeError(f"cannot take {SECRET}")

    monkeypatch.setattr(Session, "client", property(fails))
    assert main.run(["secret", "get", "db"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: internal: TypeError in lockwork.cli.")
    assert "hint: please report" in said
    assert SECRET not in said
    assert "Traceback" not in said


def started(*words: str, **more: object) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)  # type: ignore[call-overload]  # the rest is for Popen


def loaded_by(*words: str) -> set[str]:
    """The modules that a command line has loaded when it ends."""
    code = "import sys; from lockwork.cli.main import run; run(sys.argv[1:]); print('\\n', *sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    return set(ran.stdout.splitlines()[-1].split())


HEAVY = {
    "ahocorasick_rs", "boto3", "csv", "dotenv", "httpx2", "importlib.metadata", "mlflow", "platformdirs",
    "psycopg", "readline", "rich", "starlette", "tomllib", "uvicorn", "yaml",
}  # fmt: skip


def test_help_loads_no_more_than_it_prints(own_home: Path) -> None:
    """`lockwork --help` loads the table of groups: no messages, no store, no cryptography."""
    loaded = loaded_by("--help")
    assert not loaded & (
        HEAVY | {"msgspec", "sqlite3", "cryptography", "lockwork.messages", "lockwork.client"}
    )


def test_reading_a_value_loads_nothing_heavy(own_home: Path) -> None:
    """`secret get --key` loads what opens one value, and nothing that prints tables or parses files."""
    assert main.run(["secret", "create", "db", f"--password={SECRET}"]) == 0
    loaded = loaded_by("secret", "get", "db", "--key", "password")
    assert not loaded & (
        HEAVY
        | {"lockwork.database.postgres", "lockwork.mappings", "lockwork.pipelines", "difflib"}
        | {"hashlib", "dataclasses"}
    )
    assert {"sqlite3", "msgspec"} <= loaded  # else the list above proves nothing


def test_a_users_pipeline_finds_the_collector_as_it_is(own_home: Path, tmp_path: Path) -> None:
    """A command collects garbage rarely, as it is soon over; code of others finds Python's own thresholds."""
    file = tmp_path / "training.py"
    file.write_text("import gc, sys\nsys.exit(f'thresholds: {gc.get_threshold()}')\n")
    usual = started("-c", "import gc; print(gc.get_threshold())").communicate()[0].decode().strip()
    _, said = started("-m", "lockwork", "pipeline", "run", str(file)).communicate()
    assert f"thresholds: {usual}" in said.decode()


def test_importing_lockwork_loads_nothing(own_home: Path) -> None:
    """`import lockwork` is free: the public names, and what they stand on, are loaded on first use."""
    before = "import sys; before = set(sys.modules); import lockwork; print(*set(sys.modules) - before)"
    ran = subprocess.run([sys.executable, "-c", before], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert {name for name in loaded if name.partition(".")[0] not in sys.stdlib_module_names} == {"lockwork"}
    assert not loaded & HEAVY


def test_ctrl_c_ends_with_130_and_no_traceback(own_home: Path) -> None:
    """An interrupt while it waits for standard input ends quietly."""
    process = started("-m", "lockwork", "secret", "create", "db", "--password=@-", stdin=subprocess.PIPE)
    assert process.stdin is not None
    # It has begun to read when its end of the pipe takes more than the pipe itself can hold.
    process.stdin.write(b"x" * 1_000_000)
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in said
    assert b"interrupted" in said


def test_output_is_utf_8_in_every_locale(own_home: Path) -> None:
    """Values go out byte for byte where the locale would have another encoding, or none."""
    value = "gr\u00fc\u00df \U0001f511"
    assert main.run(["secret", "create", "db", f"--k={value}"]) == 0
    for locale in ("C", "POSIX", "en_US.ISO-8859-1"):
        environment = {**os.environ, "LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        process = started("-m", "lockwork", "secret", "get", "db", "--key", "k", env=environment)
        out, said = process.communicate(timeout=30)
        assert (out, said, process.returncode) == (value.encode(), b"", 0)


# ---- the table of commands ----


def test_the_commands_of_a_program_are_a_mapping(own_home: Path) -> None:
    """`.commands` has every command under its name; its modules are loaded when they are looked at."""
    code = (
        "import sys; from lockwork.cli.main import COMMANDS, lockwork; found = lockwork.commands; "
        "assert [*found] == [*COMMANDS] and len(found) == len(COMMANDS) and 'secret' in found; "
        "assert 'lockwork.cli.secrets' not in sys.modules; "
        "assert found['secret'] is found.get('secret') is dict(found.items())['secret']; "
        "assert found.get('nothing') is None and found['secret'].name == 'secret'"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_a_failure_told_by_click_reads_and_ends_as_ours(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever runs a command by click itself gets our words and exit codes, for click's complaints too."""
    for failure, code in [(NotFound("secret", "db"), 1), (click.NoSuchOption("--x"), 2)]:

        def fails(failure: Exception = failure) -> None:
            raise failure

        with pytest.raises(click.ClickException) as told:
            main.told_by_click(fails)
        told.value.show()
        assert told.value.exit_code == code
        assert told.value.__context__ is None
        assert capsys.readouterr().err.startswith("error: no s")


@pytest.mark.parametrize("variables", [{}, {"COMP_WORDS": "x"}, {"COMP_WORDS": "x", "COMP_CWORD": "x"}])
def test_half_a_question_of_a_shell_is_wrong_usage(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The variable that asks for completion without those that go with it is told, with the way out."""
    for name, text in {main.COMPLETION_VARIABLE: "bash_complete", **variables}.items():
        monkeypatch.setenv(name, text)
    assert main.run(["status"]) == 2
    assert capsys.readouterr().err.endswith("hint: unset _LOCKWORK_COMPLETE\n")


def test_what_a_pipelines_file_closes_is_open_again(own_home: Path) -> None:
    """A file that closes standard output ends neither the command nor what it has to say."""
    (own_home / "closing.py").write_text(
        "import sys\nfrom lockwork import pipeline, step\nsys.stdout.close()\nsys.stderr.close()\n"
        "@step\ndef one(): ...\n@pipeline\ndef closing(): one()\n"
    )
    command = [sys.executable, "-m", "lockwork", "pipeline", "validate", "closing.py"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "pipeline 'closing' on stack 'default': 0 references checked, all is there\n"
