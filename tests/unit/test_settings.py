"""Settings: who says what is active, who goes first, and what no file may say."""

import os
import pwd
import stat
from pathlib import Path

import platformdirs
import pytest

from lockwork.domain.checks import ValidationLevel
from lockwork.domain.errors import InvalidInput, LockworkError, RootKeyUnusable, Unavailable
from lockwork.settings import Settings, keep_stack, keep_workspace, write_project


def settings(cwd: Path, **environ: str) -> Settings:
    return Settings.load({"HOME": str(cwd), "LOCKWORK_HOME": str(cwd / "home"), **environ}, cwd)


def configuration(cwd: Path, text: str) -> None:
    (cwd / "home").mkdir(exist_ok=True, mode=0o700)
    (cwd / "home" / "config.toml").write_text(text)


def test_nothing_said_is_nothing_set(own_home: Path) -> None:
    """Without variables and files no workspace, stack or user is named, and the level is the default."""
    given = settings(own_home)
    assert (given.workspace, given.stack("default"), given.user, given.project_path) == (None,) * 4
    assert given.level() == (ValidationLevel.SECRET_AND_KEY_EXISTS, "default")


def test_the_environment_goes_before_the_project_and_that_before_the_configuration(own_home: Path) -> None:
    """Each place is asked in its order, and each answer says which place it came from."""
    configuration(own_home, 'workspace = "mine"\n')
    assert settings(own_home).workspace == ("mine", str(own_home / "home" / "config.toml"))
    (own_home / ".lockwork.toml").write_text('workspace = "project"\n')
    assert settings(own_home).workspace == ("project", str(own_home / ".lockwork.toml"))
    named = settings(own_home, LOCKWORK_WORKSPACE="variable")
    assert named.workspace == ("variable", "LOCKWORK_WORKSPACE")
    assert settings(own_home, LOCKWORK_WORKSPACE="").workspace == (
        "project",
        str(own_home / ".lockwork.toml"),
    )


def test_the_nearest_project_file_counts(own_home: Path) -> None:
    """The file in the folder goes before the one above it, and one above is found from below."""
    deep = own_home / "a" / "b"
    deep.mkdir(parents=True)
    (own_home / ".lockwork.toml").write_text('workspace = "outer"')
    found = settings(deep).workspace
    assert found is not None
    assert found.value == "outer"
    (own_home / "a" / ".lockwork.toml").write_text('workspace = "inner"')
    found = settings(deep).workspace
    assert found is not None
    assert found.value == "inner"


def test_a_stack_belongs_to_its_workspace(own_home: Path) -> None:
    """The configuration keeps a stack for each workspace; a project's file for another says nothing."""
    configuration(own_home, '[stacks]\nteam = "prod"\nother = "dev"\n')
    assert settings(own_home).stack("team") == ("prod", str(own_home / "home" / "config.toml"))
    (own_home / ".lockwork.toml").write_text('workspace = "team"\nstack = "local"\n')
    assert settings(own_home).stack("team") == ("local", str(own_home / ".lockwork.toml"))
    assert settings(own_home).stack("other") == ("dev", str(own_home / "home" / "config.toml"))
    assert settings(own_home, LOCKWORK_STACK="x").stack("other") == ("x", "LOCKWORK_STACK")


@pytest.mark.parametrize("key", ["url", "token", "user", "stacks", "worksapce"])
def test_a_project_file_holds_names_of_workspace_and_stack_only(own_home: Path, key: str) -> None:
    """Whatever else a folder's file says is an error that names it: a server never comes from a project."""
    (own_home / ".lockwork.toml").write_text(f'{key} = "https://evil.example/hunter2"\n')
    with pytest.raises(InvalidInput, match=f"'{key}' is not for this file") as caught:
        assert settings(own_home).workspace
    assert "hunter2" not in str(caught.value) + str(caught.value.hint)


@pytest.mark.parametrize(
    "text",
    ['workspace = "hunter2', "workspace = 5", 'workspace = ""', "[workspace]\nx = 1", "\x00", "a" * 70_000],
)
def test_a_broken_project_file_is_an_error_that_quotes_none_of_it(own_home: Path, text: str) -> None:
    """A file that cannot be read is never passed over, and its text is in no part of the failure."""
    (own_home / ".lockwork.toml").write_text(text)
    with pytest.raises(InvalidInput, match=r"\.lockwork\.toml") as caught:
        assert settings(own_home).workspace
    assert "hunter2" not in f"{caught.value!r} {caught.value.__context__!r} {caught.value.__cause__!r}"


def test_a_file_that_is_not_utf_8_is_an_error(own_home: Path) -> None:
    """Bytes that are no text are refused, and not carried along by the failure."""
    (own_home / ".lockwork.toml").write_bytes(b'workspace = "\xff"')
    with pytest.raises(InvalidInput, match="is not UTF-8") as caught:
        assert settings(own_home).workspace
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("flag", "environ", "expected"),
    [
        (None, {}, ("SECRET_AND_KEY_EXISTS", "default")),
        (None, {"ZENML_SECRET_VALIDATION_LEVEL": "NONE"}, ("NONE", "ZENML_SECRET_VALIDATION_LEVEL")),
        (
            None,
            {"ZENML_SECRET_VALIDATION_LEVEL": "NONE", "LOCKWORK_SECRET_VALIDATION_LEVEL": "SECRET_EXISTS"},
            ("SECRET_EXISTS", "LOCKWORK_SECRET_VALIDATION_LEVEL"),
        ),
        (
            None,
            {"ZENML_SECRET_VALIDATION_LEVEL": "NONE", "LOCKWORK_SECRET_VALIDATION_LEVEL": ""},
            ("NONE", "ZENML_SECRET_VALIDATION_LEVEL"),
        ),
        ("SECRET_EXISTS", {"LOCKWORK_SECRET_VALIDATION_LEVEL": "NONE"}, ("SECRET_EXISTS", "--level")),
    ],
)
def test_the_level_is_said_by_the_flag_then_two_variables(
    own_home: Path, flag: str | None, environ: dict[str, str], expected: tuple[str, str]
) -> None:
    """The first that is set counts; an empty one is not set."""
    assert settings(own_home, **environ).level(flag) == expected


def test_another_level_is_an_error_that_lists_the_three(own_home: Path) -> None:
    """The failure names the variable and all that it may say."""
    with pytest.raises(InvalidInput, match="LOCKWORK_SECRET_VALIDATION_LEVEL") as caught:
        settings(own_home, LOCKWORK_SECRET_VALIDATION_LEVEL="none").level()
    assert all(
        level in (caught.value.hint or "") for level in ("NONE", "SECRET_EXISTS", "SECRET_AND_KEY_EXISTS")
    )


def test_the_home_is_where_the_platform_keeps_data(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without LOCKWORK_HOME it is what platformdirs says, XDG_DATA_HOME included, absolute ones only."""
    assert Settings.load().home == (platformdirs.user_data_path("lockwork", appauthor=False), "default")
    for folder in ("/srv/data", "relative", ""):
        monkeypatch.setenv("XDG_DATA_HOME", folder)
        assert Settings.load().home.value == platformdirs.user_data_path("lockwork", appauthor=False)


def test_lockwork_home_is_expanded_and_made_absolute(own_home: Path) -> None:
    """`~` is a home folder, and a relative path starts in the working folder."""
    assert settings(own_home, LOCKWORK_HOME="~/x").home == (Path.home() / "x", "LOCKWORK_HOME")
    assert settings(own_home, LOCKWORK_HOME="x/y").home.value == own_home / "x" / "y"


@pytest.mark.parametrize(
    "environ", [{"HOME": ""}, {}, {"HOME": "", "LOCKWORK_HOME": "", "XDG_DATA_HOME": ""}]
)
def test_an_empty_home_is_an_unset_one(own_home: Path, environ: dict[str, str]) -> None:
    """The system says then where the user is at home; never is it the root folder, nor the working one."""
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    assert Settings.load(environ, own_home).home == (home / ".local/share/lockwork", "default")
    tilde = Settings.load({**environ, "LOCKWORK_HOME": "~/x"}, own_home)
    assert tilde.home == (home / "x", "LOCKWORK_HOME")


@pytest.mark.parametrize("more", [{}, {"LOCKWORK_HOME": "~/x"}, {"LOCKWORK_HOME": "~nobody-is-called-so/x"}])
def test_no_store_in_a_folder_that_nobody_named(own_home: Path, more: dict[str, str]) -> None:
    """A HOME that depends on the working folder is refused, as is a user who is not known."""
    with pytest.raises(InvalidInput, match="no home folder is known"):
        _ = Settings.load({"HOME": "relative", **more}, own_home).home


def test_an_empty_variable_is_an_unset_one(own_home: Path) -> None:
    """For all that is ours; for root keys that would be a silent change of keys, and is an error."""
    names = (
        "HOME",
        "WORKSPACE",
        "STACK",
        "USER",
        "URL",
        "TOKEN",
        "SECRET_VALIDATION_LEVEL",
        "BACKUP_PASSPHRASE",
    )
    found = Settings.load(
        {"HOME": str(own_home), "XDG_DATA_HOME": str(own_home), **{f"LOCKWORK_{name}": "" for name in names}},
        own_home,
    )
    assert found.server is None
    assert found.home == (own_home / "lockwork", "default")
    assert (found.workspace, found.user, found.stack("default"), found.backup_passphrase) == (None,) * 4
    assert found.level().source == "default"
    with pytest.raises(RootKeyUnusable):
        _ = Settings.load({"LOCKWORK_ROOT_KEY_FILE": ""}, own_home).root_key_file


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"LOCKWORK_URL": "https://x"}, "LOCKWORK_TOKEN is not"),
        ({"LOCKWORK_TOKEN": "lkw_hunter2"}, "LOCKWORK_URL is not"),
        ({"LOCKWORK_URL": "https://x", "LOCKWORK_TOKEN": ""}, "LOCKWORK_TOKEN is not"),
    ],
)
def test_a_server_is_never_answered_for_by_the_store_here(
    own_home: Path, environ: dict[str, str], said: str
) -> None:
    """One of URL and token alone is an error, and never the embedded store; the token is not shown."""
    with pytest.raises(Unavailable, match=said) as caught:
        _ = settings(own_home, **environ).server
    assert "hunter2" not in str(caught.value)


def test_a_server_is_named_by_url_and_token(own_home: Path) -> None:
    """Both together name it; the token hides itself."""
    named = settings(own_home, LOCKWORK_URL="https://x", LOCKWORK_TOKEN="lkw_hunter2").server
    assert named is not None
    assert (named.value[0], named.source) == ("https://x", "LOCKWORK_URL")
    assert named.value[1].reveal() == "lkw_hunter2"
    assert "hunter2" not in repr(named)


def test_root_keys_are_passed_on_even_when_empty(own_home: Path) -> None:
    """An empty LOCKWORK_ROOT_KEY is not an unset one: another key would be used in its place."""
    assert settings(own_home).root_key is None
    assert settings(own_home, LOCKWORK_ROOT_KEY="").root_key == ""
    assert settings(own_home, LOCKWORK_ROOT_KEY_FILE="k").root_key_file == own_home / "k"
    with pytest.raises(RootKeyUnusable, match="set and empty"):
        assert settings(own_home, LOCKWORK_ROOT_KEY_FILE="").root_key_file
    with pytest.raises(RootKeyUnusable, match="both set"):
        assert settings(own_home, LOCKWORK_ROOT_KEY="a", LOCKWORK_ROOT_KEY_FILE="k").root_key


def test_programs_that_are_started_get_names_and_no_keys(own_home: Path) -> None:
    """Of our own variables only those pass that say what is active: no root key, no token, no value."""
    ours = ("ROOT_KEY", "ROOT_KEY_FILE", "TOKEN", "SECRET_DB__PW", "WORKSPACE", "URL", "SOMETHING_NEW")
    given = settings(own_home, TERM="xterm", **{f"LOCKWORK_{name}": "x" for name in ours})
    passed = {"HOME", "TERM", "LOCKWORK_HOME", "LOCKWORK_WORKSPACE", "LOCKWORK_URL"}
    assert given.passed_on().keys() == passed


def test_the_configuration_is_written_for_its_owner_alone_and_keeps_the_rest(own_home: Path) -> None:
    """Keeping one thing leaves the others; the file is 0600 in a folder 0700, with nothing left beside it."""
    given = settings(own_home)
    keep_workspace(given, "team")
    keep_stack(given, "team", "prod")
    keep_stack(given, "default", "dev")
    keep_workspace(given, "other")
    again = given.again()
    assert again.workspace is not None
    assert again.workspace.value == "other"
    assert [again.stack(name) and again.stack(name)[0] for name in ("team", "default")] == ["prod", "dev"]
    keep_stack(given, "team", None)
    assert given.again().stack("team") is None
    path = given.configuration_path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["config.toml"]


def test_names_of_any_shape_are_read_back(own_home: Path) -> None:
    """What is written is TOML whatever it holds: quotes, backslashes, newlines, any Unicode."""
    given = settings(own_home)
    for name in ('"', "\\", "\n\t", "\x7f", "a.b", "ü\u2028\U0001f511", "=", "workspace", "user"):
        keep_workspace(given, name)
        keep_stack(given, name, name)
        again = given.again()
        assert again.workspace is not None
        assert again.workspace.value == name
        assert again.stack(name) == (name, str(given.configuration_path))


def test_a_broken_configuration_is_not_overwritten(own_home: Path) -> None:
    """What cannot be read is not replaced by what is kept now."""
    configuration(own_home, "workspace = ")
    with pytest.raises(InvalidInput, match="is not TOML"):
        keep_workspace(settings(own_home), "team")
    assert (own_home / "home" / "config.toml").read_text() == "workspace = "


def test_a_project_file_is_not_overwritten_unless_asked(own_home: Path) -> None:
    """`init` refuses a file that is there; with `replace` it is exchanged."""
    path = own_home / ".lockwork.toml"
    write_project(path, workspace="a", stack=None, replace=False)
    with pytest.raises(InvalidInput, match="exists already"):
        write_project(path, workspace="b", stack=None, replace=False)
    write_project(path, workspace="b", stack="s", replace=True)
    given = settings(own_home)
    assert given.workspace == ("b", str(path))
    assert given.stack("b") == ("s", str(path))


def test_an_unwritable_place_is_a_failure_of_ours(own_home: Path) -> None:
    """A home that is a file, or missing folders for a project, end in an error of the tree."""
    (own_home / "home").write_text("")
    with pytest.raises(LockworkError, match="cannot be written"):
        keep_workspace(settings(own_home), "team")
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_project(own_home / "no" / ".lockwork.toml", workspace="a", stack=None, replace=False)
