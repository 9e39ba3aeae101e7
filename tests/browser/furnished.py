"""A store with something of everything in it, and where its pages are: for what is done on every page.

Wherever a store takes any text, it holds text that would act if a page let it. A page that is added is
visited without a word; a field of an address that is new is named in `Furnished.fields`.
"""

from __future__ import annotations

import itertools
import re
import time

import httpx2
from tests.access.conftest import HERE, Team, heard
from tests.browser.recorded import Recorded

from lockwork.client.api import Client
from lockwork.dashboard.pages import Page
from lockwork.dashboard.table import PAGES
from lockwork.domain.runs import RunStatus, Step
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.access import CreateUser, LogIn
from lockwork.messages.secrets import GetSecret

VALUE = "V4lue-that-no-page-shows"
PWNED = "window.__pwned=1"
ACTING = (
    f"<script>{PWNED}</script>",
    f'"><img src=x onerror={PWNED}>',
    f"'><svg onload={PWNED}>",
    f"</textarea></title></code><script>{PWNED}</script>",
)
HOSTILE = " ".join((*ACTING, "{{7*7}}", "{% raw %}", "${7*7}", "\u202egnp.exe\u2066", "&lt;b&gt;"))
URL = f"javascript:{PWNED}"
LONG = "n" * 128
WORD = "w" * 10_000
_FIELD = re.compile(r"\{(\w+)\}")


class Furnished:
    """What was made, as the fields of the addresses that lead to it."""

    def __init__(self, team: Team) -> None:
        self.team = team
        team.store.clock.now, team.store.clock.step = time.time_ns() // 1000, 1  # log-ins are good from now
        editor = team.client("editor")
        db, gone = self._secrets(editor)
        self._own = team.client("boss").create_secret("db", {"user": VALUE}, "user").id
        self._long = editor.create_secret(LONG, {"a": VALUE}).id
        self._stacks(editor)
        done, failed, refused, going = self._runs()
        self._people()
        user, robot = team.root.get_user("editor").id, team.root.get_user("robot").id
        self.fields: dict[str, tuple[str, ...]] = {
            "workspace": (HERE,),
            "room": (team.root.get_workspace("lab").id,),
            "secret": (db, gone),
            "version": ("1",),
            "edition": ("0",),
            "file": ("style.css",),
            "type": ("experiment-tracker",),
            "component": ("tracker",),
            "stack": ("default", LONG),
            "run": (done, failed, refused, going),
            "user": (user, robot),
        }

    def _secrets(self, client: Client) -> tuple[str, str]:
        db = client.create_secret("db", {"user": VALUE, "password": VALUE, "k" * 128: VALUE})
        client.update_secret("db", add_or_update_values={"more": VALUE})
        gone = client.create_secret("gone", {"a": VALUE})
        client.delete_secret(gone.id)
        return db.id, gone.id

    def _stacks(self, client: Client) -> None:
        """`default` is whole; the other lacks a secret, a key, and has a reference that is none."""
        client.register_component(
            "tracker", "mlflow", "experiment_tracker",
            {"tracking_uri": URL, "experiment_name": HOSTILE, "tracking_username": "{{db.user}}",
             "tracking_password": "{{mlflow.password}}"},
            environment={"DSN": HOSTILE, "LONG": WORD, "PW": "{{db.nope}}", "ODD": "{{ <b>odd</b> }}",
                         "API_KEY": "AKIAIOSFODNN7EXAMPLE"},
            secrets={LONG: "P_"},
        )  # fmt: skip
        client.register_component(
            LONG, "s3", "artifact_store",
            {"path": "s3://{{db.password}}", "client_kwargs": {"endpoint_url": URL, "a": HOSTILE}},
        )  # fmt: skip
        parts = {"orchestrator": "default", "artifact_store": LONG, "experiment_tracker": "tracker"}
        client.create_stack(LONG, parts, secrets={"wandb": "WANDB_"})

    def _runs(self) -> tuple[str, ...]:
        steps = (Step(name="load", environment={"PW": "{{db.user}}", "H": HOSTILE}), Step(name=LONG))
        done, failed = Recorded(self.team, "training", steps), Recorded(self.team, "training", steps)
        log = f"{HOSTILE}\n{URL}\n{WORD}\n\0\x1b[31mred\x1b[0m\n".encode()
        for name in ("load", LONG):
            done.whole(name, log)
        done.over()
        failed.begin("load")
        failed.log("load", log, b"\xff\xfe")
        failed.end("load", RunStatus.FAILED, HOSTILE, (HOSTILE, WORD))
        failed.over(RunStatus.FAILED, f"{HOSTILE} {WORD}")
        wants = {"A": "{{openai.API_KEY}}", "B": "{{db.nope}}", "C": "{{ <b>odd</b> }}", "D": HOSTILE}
        refused = Recorded(self.team, LONG, (Step(name=LONG, environment=wants),))
        assert refused.run.status is RunStatus.REFUSED
        going = Recorded(self.team, "going")
        going.whole("load", log)
        going.begin("train")
        return tuple(one.run.id for one in (done, failed, refused, going))

    def _people(self) -> None:
        """A person of a long name, tokens and log-ins of odd names, and what strangers have asked for."""
        team = self.team
        team.did(CreateUser(name=LONG))
        boss = team.client("boss")
        boss.create_token("t" * 100, owner="robot", patterns=["prod-*", "p" * 128])
        for name in ("boss", "editor", "viewer"):
            label = f"{ACTING[0]} \u202egnirts"
            team.did(LogIn(name=name, password=Sensitive("correct horse battery"), label=label))
        heard(team.client("viewer"), GetSecret(workspace=HERE, secret=HOSTILE))
        odd = {"user-agent": ACTING[0], "authorization": f"Bearer {ACTING[0]}"}
        httpx2.post(f"{team.url}/v1/login", json={"name": HOSTILE, "password": "x", "label": HOSTILE})
        httpx2.get(f"{team.url}/v1/workspaces/{ACTING[0].replace('/', '')}/secrets", headers=odd)

    def paths(self, page: Page) -> tuple[str, ...]:
        """Every address of a page: with each of the values of its fields."""
        names = _FIELD.findall(page.path)
        return tuple(
            _FIELD.sub(lambda found: chosen[names.index(found[1])], page.path)  # noqa: B023 - used at once
            for chosen in itertools.product(*(self.fields[name] for name in names))
        )

    def looks(self) -> tuple[str, ...]:
        """All that can be looked at: every row of the table, and other states of some."""
        all_paths = (path for page in PAGES if page.method == "GET" for path in self.paths(page))
        return (*all_paths, *self._more())

    def rows(self) -> tuple[str, ...]:
        """One look at each row of the table."""
        return tuple(next(iter(self.paths(page))) for page in PAGES if page.method == "GET")

    def _more(self) -> tuple[str, ...]:
        """States that stand in the query."""
        w, tracker = f"/w/{HERE}", "components/new?type=experiment-tracker&flavor=mlflow"
        of_runs = (f"runs/{run}?step=*" for run in self.fields["run"])
        return tuple(
            f"{w}/{path}"
            for path in (
                f"secrets/{self._own}", f"secrets/{self._own}/move", f"secrets/{self._long}",
                "secrets?q=nothing", "secrets?deleted=1", "secrets/new?name=db&keys=a,b", "stacks?q=none",
                "components?type=annotator", "components/new?type=alerter&flavor=slack", tracker,
                f"components/artifact-store/{LONG}", f"components/artifact-store/{LONG}/edit",
                "runs?q=none", "audit?outcome=refused", "audit?token=x", *of_runs,
                f"runs/{self.fields['run'][0]}/log?step=load",
            )
        )  # fmt: skip
