"""What is told to be a credential, what is not, and that nobody is asked about it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path, PurePath

import pytest

from lockwork.scanning import detectors
from lockwork.scanning.detectors import hits_in
from lockwork.scanning.known import Known

RANDOM = "Zr7bP1xQ9cV3nM5kL7jH9gF1dS3aQ5wE7rT9yU1i"  # 40 characters, as an AWS secret key has


def kinds(text: str, name: str = "settings.yaml") -> list[str]:
    return [hit.kind for hit in hits_in(text, PurePath(name))]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("uri: postgresql://app:s3cr3tpw@db/app", "a URL with a password"),
        ("key: AKIAQ3EGRZ7XYBVN2KLM", "an AWS access key"),
        (f"aws_key = '{RANDOM}'", "an AWS access key"),
        (f"x ghp_{RANDOM[:36]}", "a GitHub token"),
        (f"glpat-{RANDOM[:20]}", "a GitLab token"),
        (f"sk-proj-{RANDOM[:32]}", "an API key"),
        (f"sk_live_{RANDOM[:24]}", "a Stripe key"),
        ("xoxb-1234509876-1234509876-" + RANDOM[:12], "a Slack token"),
        (f"https://hooks.slack.com/services/T0AB1CD2E/B0AB1CD2E/{RANDOM[:24]}", "a Slack webhook"),
        (f"SG.{RANDOM[:22]}.{RANDOM}abc", "a SendGrid key"),
        (f"DefaultEndpointsProtocol=https;AccountKey={RANDOM}{RANDOM}abcd1a==", "an Azure storage key"),
        (f"//registry.example/:_authToken=npm_{RANDOM[:36]}", "a package registry's token"),
        ("-----BEGIN RSA PRIVATE KEY-----\n" + RANDOM, "a private key"),
        ('"-----BEGIN PRIVATE KEY-----\\n' + RANDOM, "a private key"),
        ("lwk1_rnyOIw2RGilQX6yyJ9o324m9qgTqhc74Aj260higBIo", "a key or token of Lockwork's own"),
    ],
)
def test_known_shapes_are_told(text: str, kind: str) -> None:
    """Tokens of well-known forms are found whatever they are called, once, and called by their name."""
    assert kinds(f"first\n{text}\nlast", "notes.md") == [kind]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".env", "DB_PASSWORD=hunter2"),
        (".env", "export PGPASSWORD='letmein'"),
        (".env", "DB_PASS=hunter2"),
        ("pod.yaml", "    - name: DB_PASSWORD\n      value: hunter2"),
        ("pod.yml", '  - name: "API_TOKEN"\n    value: "8a7b6c5d4e3f2a1b"'),
        ("Dockerfile", "FROM python\nENV DB_PASSWORD hunter2"),
        ("Dockerfile.dev", 'ENV DB_PASSWORD="hunter2"'),
        (".netrc", "machine h.example login anna password hunter2"),
        (".netrc", "machine h.example\n  login anna\n  password hunter2\n"),
        ("compose.yaml", "      POSTGRES_PASSWORD: hunter2  # for now"),
        ("config.yaml", '"api_key": "abcd1234efgh5678ijkl"'),
        ("a.py", 'password: str = "hunter2"'),
        ("a.py", "connect(user='anna', password='hunter2')"),
        ("a.py", "if given.password == 'hunter2':"),
        ("n.ipynb", r'    "password = \"hunter2\"\n",'),
        ("main.tf", '  master_password = "Sup3rSecret!"'),
        ("main.tf", f'  secret_key = "{RANDOM}"'),
        ("a.ts", "const clientSecret = `8a7b6c5d4e3f2a1b`;"),
        ("a.go", 'apiKey := "8a7b6c5d4e3f2a1b"'),
        ("settings.xml", "<password>hunter2</password>"),
        ("README.md", f"export SERVICE_TOKEN={RANDOM}"),
        ("app.ini", "passphrase = 'correct horse battery'"),
    ],
)
def test_plain_text_under_a_telling_name_is_told(name: str, text: str) -> None:
    """In every common form of a file: environment, YAML, code, notebooks, Terraform, XML."""
    assert kinds(text, name) == ["plain text, named like a credential"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".env", "DB_PASSWORD=\nTOKEN=${TOKEN}\nAPI_KEY=your-api-key-here\nSECRET=changeme"),
        (".env", "TOKEN_URL=https://login.example.com/oauth\nPASSWORD_FILE=/run/secrets/db"),
        ("a.yaml", "password: {{ .Values.password }}\nsecretName: my-app-db1234567890\ntoken: !secret x"),
        (".env", "RENDER_PASS=shadow\nfirst_pass=step12\nBYPASS=route66\nDB_PASS=${DB_PASS}"),
        ("pod.yaml", "- name: DB_PASSWORD\n  value: $(OTHER)\n- name: TOKEN_URL\n  value: hunter2"),
        ("pod.yaml", "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: {name: db, key: password}"),
        (
            "Dockerfile",
            "ENV DB_PASSWORD $DB_PASSWORD\nENV PASSWORD_FILE /run/secrets/db\nRUN password hunter2",
        ),
        (".netrc", "machine h.example login anna password <password>"),
        ("notes.md", "the password hunter2 was here"),
        ("a.yaml", "existingSecret: app-credentials\nsecret: app-credentials\npassword: *default"),
        ("a.yaml", "dsn: postgresql://{{db.user}}:{{db.password}}@host/app"),
        ("a.yaml", "url: postgresql://user:password@localhost/app\nurl: redis://:<password>@host"),
        ("a.py", "password = getpass()\ntoken = os.environ['TOKEN']\nsecret: SecretName\nkey = 'name'"),
        ("a.py", 'dsn = f"postgres://{user}:{password}@host"\nraise KeyError("password: none given")'),
        ("a.py", 'tracking_password = "MLFLOW_TRACKING_PASSWORD"\nhint = "password: at least 8 letters"'),
        ("a.py", 'assert not token, "a token"\nif "-----BEGIN PRIVATE KEY-----" in text:\n    pass'),
        ("a.py", 'next_page_token = "eyJpbmRleCI6IDExfQ=="\npad_token="<|endoftext|>"'),
        ("a.json", '"AWS::IAM::AccessKey": "bf29289b78d371e3", "publicKeyToken": "1fc8b3b9a1e18e3b"'),
        ("main.tf", "password = var.db_password\npassword = random_password.db.result"),
        ("uv.lock", 'sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"'),
        (
            "a.md",
            "The key AKIAIOSFODNN7EXAMPLE, or ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\npassword: see below",
        ),
        ("a.txt", "GATTACA" * 3 + "ACCATCTCTACCGGTTCGCTTTC"),
        ("a.css", ".sk-toggleable__label-arrow:before { content: 'x' }"),
        ("n.ipynb", '"image/png": "' + RANDOM * 40 + '"'),
    ],
)
def test_what_only_looks_alike_is_not_told(name: str, text: str) -> None:
    """Placeholders, references, names, paths, calls, examples, checksums and images raise no alarm."""
    assert kinds(text, name) == []


def test_every_line_is_told_once() -> None:
    """Several rules may know of one credential; two on one line are two."""
    text = f"GITHUB_TOKEN=ghp_{RANDOM[:36]}\n\npassword: hunter2, api_key: {RANDOM}"
    assert hits_in(text, PurePath("x.yaml")) == [
        (1, "a GitHub token"),
        (3, "plain text, named like a credential"),
        (3, "plain text, named like a credential"),
    ]


@pytest.mark.parametrize("before", ["HOST=A", "REGION=eu-west-1a", "# see Foo::", "next_page_", "# a list:"])
@pytest.mark.parametrize(
    "line", ["TOKEN=5aB3xY9kLm2Qp7RtWWWW", "token=5aB3xY9kLm2Qp7RtWWWW", "SECRET=x9kLm2Qp7RtWaB3x"]
)
def test_the_line_before_is_no_part_of_a_name(before: str, line: str) -> None:
    """However it ends, a name begins on its own line."""
    assert hits_in(f"{before}\n{line}\n", PurePath(".env")) == [(2, "plain text, named like a credential")]


def test_a_pair_is_told_where_its_value_stands() -> None:
    """The line that a comment would allow, and that is to be changed."""
    pair = "- name: DB_PASSWORD\n  value: hunter2"
    text = f"env:\n{pair}\n{pair}  # lockwork: allow\n"
    assert hits_in(text, PurePath("pod.yaml")) == [(3, "plain text, named like a credential")]


def test_lines_end_where_editors_say() -> None:
    """Only a newline ends a line: a form feed or U+2028 within one does not shift what follows."""
    text = "a\x0cb\u2028c\r\npassword: hunter2\r\n"
    assert [hit.line for hit in hits_in(text, PurePath("x.yaml"))] == [2]


@pytest.mark.parametrize(
    "text",
    [
        "password: hunter2  # lockwork: allow",
        "password: hunter2  # pragma: allowlist secret",
        "# lockwork: allow\npassword: hunter2",
        "# pragma: allowlist nextline secret\npassword: hunter2",
        'x = "password=hunter2" // lockwork:allow - a test',
    ],
)
def test_a_comment_allows_a_line(text: str) -> None:
    """On its line, or alone on the one before; so does the library's own."""
    assert kinds(text) == []


def test_a_comment_allows_no_other_line() -> None:
    """One that stands behind code says nothing of the next line."""
    text = "a: 1  # lockwork: allow\npassword: hunter2\n# lockwork: allow\n\npassword: hunter2"
    assert [hit.line for hit in hits_in(text, PurePath("x.yaml"))] == [2, 5]


def test_long_lines_are_looked_at_whole_and_quickly() -> None:
    """A minified megabyte takes seconds at most, wherever in it the credential stands."""
    for filler in ("a ", "//x/", "key=", "password:", "sk-a-", "-----BEGIN ", "x://a:"):
        line = filler * (100_000 // len(filler)) + f" //r/:_authToken=npm_{RANDOM[:36]} " + filler * 1000
        began = time.monotonic()
        assert "a package registry's token" in kinds(line, "bundle.min.js")
        assert time.monotonic() - began < 20


def test_a_credential_where_a_long_line_is_cut_is_found() -> None:
    """Pieces of a long line overlap, so that none ends inside the only sight of a credential."""
    for before in range(8100, 8200, 7):
        assert kinds(" " * before + f"sk_live_{RANDOM[:24]}" + " " * 9000) == ["a Stripe key"]


def test_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials of every provider that the library could verify are found without one connection."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a credential was about to be sent")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for rule in detectors._RULES:
        monkeypatch.setattr(type(rule.detector), "verify", refuse)
    text = "\n".join(
        [
            "aws_access_key_id = 'AKIAQ3EGRZ7XYBVN2KLM'",
            f"aws_secret_access_key = '{RANDOM}'",
            f"stripe sk_live_{RANDOM[:24]}",
            f"xoxb-1234509876-1234509876-{RANDOM[:12]}",
            "telegram 7315829046:AAHk3Jd8sLq0Zx7Cv2Bn5Mw9Er4Ty6Ui1Op",
            "mailchimp 3f9a1c7e5b2d8064f1a3c5e7092b4d6f-us12",
            "ibm_cloud_iam_key = 'q7cdEFGH1jklMNOP9rstUVWX3z92EFGH5jklMNOPqrsx'",
        ]
    )
    assert len(hits_in(text, PurePath("a.py"))) == 7


def test_the_room_stands_without_the_network() -> None:
    """A process that can open no socket at all scans as any other, and its warnings stay warnings."""
    code = """
import socket, warnings
shown = warnings.showwarning
def refuse(*_, **__): raise AssertionError("a socket was opened")
socket.socket.__init__ = refuse
socket.getaddrinfo = refuse
from pathlib import PurePath
from lockwork.scanning.detectors import hits_in
print(hits_in("sk_live_" + "Zr7bP1xQ9cV3nM5kL7jH9gF1", PurePath("a.py"))[0].kind)
assert warnings.showwarning is shown
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("a Stripe key\n", "")


def test_this_project_holds_none() -> None:
    """Its own source, pages and examples raise no alarm."""
    root = Path(__file__).resolve().parent.parent.parent
    paths = [*root.glob("src/**/*.py"), *root.glob("docs/**/*.md"), *root.glob("examples/**/*.py")]
    texts = [(path, path.read_text("utf-8")) for path in paths]
    found = [f for path, text in texts for f in detectors.findings_in(text, path, str(path), Known())]
    assert len(paths) > 100
    assert found == []
