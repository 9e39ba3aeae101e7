"""Write ZenML databases as ZenML itself writes them, small enough to keep: `tests/moving/data/` says how.

    python scripts/zenml_databases.py FOLDER [mysql://USER:PASSWORD@127.0.0.1:PORT]

Run it with a Python that has the real `zenml` (0.55.5 or 0.98.0). It leaves `zenml-VERSION.db.gz` in FOLDER
or, given a server, `zenml-VERSION.sql.gz` of the database that ZenML made there. With
ZENML_SECRETS_STORE_ENCRYPTION_KEY set, the values are encrypted, and the names end in `-encrypted`.
What is in them stands in the constants below, which the tests read; none is a credential of anything.
"""

from __future__ import annotations

import gzip
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

ENCRYPTION_KEY = "made-up-key-of-the-tests"

MLFLOW = {"tracking_username": "trainer", "tracking_password": "p\"w'$\\{}\n\u00e9\u4e2d "}
USERS = ["anna", "bob@corp.example"]
TEAM = "team two"
"""A second workspace, in 0.55.5 alone: 0.98.0 has none."""

SHARED: dict[str, dict[str, str]] = {
    "mlflow_login": MLFLOW,
    "db prod": {"user name": "app", "password": "s3cr3t-prod", "empty": ""},
    "a.dotted": {"key.with.dots": "dotted-value"},
    "name": {"token": "tok-of-name"},
    "db-prod": {"password": "another-secret"},  # what `db prod` would become
    "s3_login": {"aws_access_key_id": "AK-TEST", "aws_secret_access_key": "sk-test"},
    "db": {"password": "shared-db"},
}
OWN: dict[tuple[str, str], dict[str, str]] = {
    ("anna", "db"): {"password": "annas-db"},
    ("bob@corp.example", "notes"): {"text": "bobs-notes"},
}
"""(user, name): a secret of their own in the first workspace."""
TEAM_SHARED = {"warehouse": {"password": "team-warehouse"}}
TEAM_OWN = {
    ("anna", "db"): {"password": "annas-team-db"},
    ("bob@corp.example", "db"): {"password": "bobs-team-db"},
}
PLAIN_TOKEN = "xoxb-plain-in-the-component"

COMPONENTS: list[tuple[str, str, str, dict[str, Any]]] = [
    (
        "experiment_tracker",
        "mlflow",
        "tracking",
        {
            "tracking_uri": "https://mlflow.example",
            "tracking_username": "{{mlflow_login.tracking_username}}",
            "tracking_password": "{{ mlflow_login.tracking_password }}",
        },
    ),
    (
        "artifact_store",
        "s3",
        "bucket",
        {
            "path": "s3://bucket/prefix",
            "authentication_secret": "s3_login",
            "client_kwargs": {"endpoint_url": "https://s3.example"},
        },
    ),
    (
        "orchestrator",
        "kubernetes",
        "k8s",
        {
            "kubernetes_namespace": "ml",
            "synchronous": True,
            "timeout": 30,
            "pod_settings": {
                "annotations": {
                    "dsn": "postgresql://app:{{db-prod.password}}@host/{{a.dotted.key.with.dots}}",
                    "list": "{{name.token}}",
                }
            },
        },
    ),
    ("alerter", "slack", "chat", {"slack_token": PLAIN_TOKEN, "default_slack_channel_id": "C1"}),
    ("experiment_tracker", "acme", "ours", {"api_key": "{{name.token}}", "retries": 3, "region": "north"}),
]
STACKS: dict[str, dict[str, str]] = {
    "prod": {
        "orchestrator": "k8s",
        "artifact_store": "bucket",
        "experiment_tracker": "tracking",
        "alerter": "chat",
    },
    "trial": {"orchestrator": "default", "artifact_store": "default", "experiment_tracker": "ours"},
}

ACME = '''
from typing import Optional, Type
from zenml.experiment_trackers.base_experiment_tracker import (
    BaseExperimentTracker,
    BaseExperimentTrackerConfig,
    BaseExperimentTrackerFlavor,
)
from zenml.utils.secret_utils import SecretField


class AcmeConfig(BaseExperimentTrackerConfig):
    """Tracks experiments at Acme."""

    api_key: Optional[str] = SecretField(default=None)
    retries: int = 1
    region: str = "south"


class AcmeTrackerFlavor(BaseExperimentTrackerFlavor):
    @property
    def name(self) -> str:
        return "acme"

    @property
    def config_class(self) -> Type[BaseExperimentTrackerConfig]:
        return AcmeConfig

    @property
    def implementation_class(self) -> Type[BaseExperimentTracker]:
        return BaseExperimentTracker
'''


def main() -> None:
    folder = Path(sys.argv[1]).absolute()
    server = sys.argv[2] if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory() as config:
        os.chdir(config)
        os.environ |= {
            "ZENML_CONFIG_PATH": config,
            "ZENML_ANALYTICS_OPT_IN": "false",
            "AUTO_OPEN_DASHBOARD": "false",
        }
        if server is not None:
            os.environ["ZENML_STORE_URL"] = f"{server}/zenml"
        name = fill(Path(config))
        if server is None:
            keep_sqlite(
                Path(config) / "local_stores/default_zen_store/zenml.db", folder / f"{name}.db.gz", config
            )
        else:
            keep_mysql(server, folder / f"{name}.sql.gz", config)


def fill(config: Path) -> str:
    """Everything, through ZenML's own interfaces; the name for the file."""
    import zenml  # what this is run with
    from zenml.client import Client

    client = Client()
    store = client.zen_store
    users = {"default": client.active_user.id}
    for name in USERS:
        users[name] = client.create_user(name=name, password="only-here").id
    is_old = zenml.__version__.startswith("0.5")
    secret = old_secret if is_old else new_secret
    for name, values in SHARED.items():
        store.create_secret(secret(client, users["default"], name, values, own=False))
    for (user, name), values in OWN.items():
        with acting_as(store, users[user], is_old=is_old):
            store.create_secret(secret(client, users[user], name, values, own=True))
    register_acme(client, config)
    parts = components(client)
    for name, chosen in STACKS.items():
        client.create_stack(name=name, components={_type(t): parts.get(c, c) for t, c in chosen.items()})
    connector(client)
    if is_old:
        second_workspace(client, users)
    else:
        newer_things(client, parts)
    return f"zenml-{zenml.__version__}" + (
        "-encrypted" if os.environ.get("ZENML_SECRETS_STORE_ENCRYPTION_KEY") else ""
    )


def old_secret(client: Any, user: Any, name: str, values: dict[str, str], *, own: bool) -> Any:
    from zenml.enums import SecretScope
    from zenml.models import SecretRequest  # type: ignore[import-not-found]  # the real one's

    return SecretRequest(
        name=name,
        values=values,
        scope=SecretScope.USER if own else SecretScope.WORKSPACE,
        user=user,
        workspace=client.active_workspace.id,
    )


def new_secret(client: Any, user: Any, name: str, values: dict[str, str], *, own: bool) -> Any:  # noqa: ARG001 - as `old_secret`
    from zenml.models import SecretRequest

    return SecretRequest(name=name, values=values, private=own, user=user)


@contextmanager
def acting_as(store: Any, user: Any, *, is_old: bool) -> Iterator[None]:
    """0.98.0 takes the owner from whoever is logged in, and without a server that is one user."""
    if is_old:
        yield
        return
    found = store.get_user(user)
    with mock.patch.object(type(store), "_get_active_user", return_value=found):
        yield


def register_acme(client: Any, config: Path) -> None:
    """A flavor of somebody's own."""
    (config / "acme_flavor.py").write_text(ACME)
    sys.path.insert(0, str(config))
    os.environ["ZENML_REPOSITORY_PATH"] = str(config)
    client.initialize(config)
    client.create_flavor(source="acme_flavor.AcmeTrackerFlavor", component_type=_type("experiment_tracker"))


def components(client: Any) -> dict[str, Any]:
    return {
        name: client.create_stack_component(
            name=name, flavor=flavor, component_type=_type(kind), configuration=configuration
        ).id
        for kind, flavor, name, configuration in COMPONENTS
    }


def connector(client: Any) -> None:
    client.create_service_connector(
        name="registry",
        connector_type="docker",
        auth_method="password",
        resource_type="docker-registry",
        configuration={"username": "someone", "password": "connector-password"},
        verify=False,
        list_resources=False,
    )


def second_workspace(client: Any, users: dict[str, Any]) -> None:
    """0.55.5: the same user's secret of the same name in another workspace, and what refers to it."""
    client.create_workspace(name=TEAM, description="")
    client.set_active_workspace(TEAM)
    for name, values in TEAM_SHARED.items():
        client.zen_store.create_secret(old_secret(client, users["default"], name, values, own=False))
    for (user, name), values in TEAM_OWN.items():
        client.zen_store.create_secret(old_secret(client, users[user], name, values, own=True))
    part = client.create_stack_component(
        name="team tracker",
        flavor="mlflow",
        component_type=_type("experiment_tracker"),
        configuration={
            "tracking_uri": "https://team.example",
            "tracking_username": "team",
            "tracking_password": "{{db.password}}",
        },
    ).id
    client.create_stack(
        name="prod",
        components={
            _type("orchestrator"): "default",
            _type("artifact_store"): "default",
            _type("experiment_tracker"): part,
        },
    )


def newer_things(client: Any, parts: dict[str, Any]) -> None:
    """0.98.0: variables and whole secrets of components, and stacks with two components of one type."""
    extra = client.create_stack_component(
        name="builder",
        flavor="local",
        component_type=_type("image_builder"),
        configuration={},
        secrets=["db prod", "mlflow_login"],
        environment={"REGION": "north", "TOKEN": "{{name.token}}", "LD_PRELOAD": "nothing.so"},
    ).id
    client.create_stack(
        name="double",
        components={
            _type("orchestrator"): "default",
            _type("artifact_store"): "default",
            _type("image_builder"): extra,
            _type("experiment_tracker"): [parts["tracking"], parts["ours"]],
        },
        secrets=["s3_login"],
    )


def _type(name: str) -> Any:
    from zenml.enums import StackComponentType

    return StackComponentType(name)


# --- keeping it small, and without anything of this machine ------------------------------------------------

EMPTIED = ("api_transaction", "api_transaction_result", "identity", "run_metadata", "logs")
SCRUBBED = (
    "UPDATE `user` SET password = NULL",
    "DELETE FROM flavor WHERE (name, type) NOT IN (SELECT flavor, type FROM stack_component)",
    "UPDATE flavor SET logo_url = NULL, docs_url = NULL, sdk_docs_url = NULL",
)


def keep_sqlite(path: Path, target: Path, config: str) -> None:
    with sqlite3.connect(path) as database:
        there = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for statement in (*SCRUBBED, *(f"DELETE FROM {t}" for t in EMPTIED if t in there)):
            database.execute(statement)
    database.execute("VACUUM")
    database.close()
    write(target, path.read_bytes(), config)


def keep_mysql(server: str, target: Path, config: str) -> None:
    from urllib.parse import urlsplit

    place = urlsplit(server)
    words = ["--no-defaults", f"--host={place.hostname}", f"--port={place.port}", f"--user={place.username}"]
    environment = {**os.environ, "MYSQL_PWD": place.password or ""}
    subprocess.run(
        ["mariadb", *words, "zenml", "--execute", "; ".join(SCRUBBED)], check=True, env=environment
    )
    dump = subprocess.run(
        ["mariadb-dump", *words, "--skip-comments", "--compact", "--hex-blob", "zenml"],
        check=True,
        stdout=subprocess.PIPE,
        env=environment,
    ).stdout
    write(target, dump, config)


def write(target: Path, content: bytes, config: str) -> None:
    for trace in (config, str(Path.home()), os.uname().nodename):
        if len(trace) > 5 and trace.encode() in content:
            raise SystemExit(f"{target.name} names this machine: {trace}")
    target.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
    print(f"{target.name}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
