"""What of ZenML runs here, what is accepted with a notice, what is refused, and what differs on purpose.

One table: what is said at run time is read from it, and `docs/moving-from-zenml.md` is made from it.
"""

import sys
from typing import NamedTuple

from lockwork.domain.errors import Refused

READ_ON = "docs/moving-from-zenml.md"


class Runs(NamedTuple):
    """What runs unchanged."""

    what: str
    how: str


class Refusal(NamedTuple):
    """Why something is not here, and what does its work."""

    why: str
    instead: str


class Difference(NamedTuple):
    """What is meant to be different."""

    what: str
    there: str
    here: str


RUNS: tuple[Runs, ...] = (
    Runs(
        "`zenml secret create`, `get`, `list`, `update`, `rename`, `delete`, `export`",
        "with the options of 0.5x (`--scope`) and of 0.9x (`--private`); `get` shows values, as there",
    ),
    Runs(
        "`zenml stack register`, `update`, `set`, `get`, `list`, `describe`, `delete`, `copy`, `rename`,"
        " `remove-component`, `export`, `import`, `register-secrets`",
        "the same stacks that `lockwork stack` knows",
    ),
    Runs(
        "`zenml TYPE register`, `list`, `describe`, `get`, `update`, `remove-attribute`, `rename`, `copy`,"
        " `delete`, `flavor list`",
        "for the twelve types, with `{{name.key}}` in any text attribute, and `--authentication_secret=NAME`",
    ),
    Runs(
        "`from zenml.client import Client`: `create_secret`, `get_secret`, `list_secrets`, `update_secret`,"
        " `delete_secret`, `get_secret_by_name_and_scope`, `get_secret_by_name_and_private_status`,"
        " `list_secrets_in_scope`",
        "with `scope=` or `private=`; a secret has `id`, `name`, `scope`, `private`, `user`, `workspace`,"
        " `values[k].get_secret_value()`, `secret_values`; a page has `items`, `index`, `max_size`,"
        " `total_pages`, `total`, `size`",
    ),
    Runs(
        "`Client().active_stack`, `active_stack_model`, `activate_stack`, `active_user`, `active_workspace`,"
        " `create_stack`, `create_stack_component`, `get_stack`, `list_stacks`, `delete_stack`,"
        " `get_stack_component`, `list_stack_components`, `delete_stack_component`",
        "also while a script is imported: `@step(experiment_tracker=Client().active_stack"
        ".experiment_tracker.name)`",
    ),
    Runs(
        "`Client().get_pipeline_run`, `list_pipeline_runs`",
        "`.status`, `.steps[name].output.load()`; a pipeline that is called answers such a run too",
    ),
    Runs(
        "`zenml.step`, `zenml.pipeline`, `zenml.steps.step`, `zenml.pipelines.pipeline`",
        'bare and called, `.with_options(…)`, `after=`, `id=`, `Annotated[T, "name"]`, tuples, `.entrypoint`',
    ),
    Runs(
        "`zenml.enums`, `zenml.exceptions`, `zenml.logger.get_logger`",
        "an exception of theirs is one of ours, so that `except` and `pytest.raises` just work",
    ),
    Runs(
        "`zenml.integrations.mlflow`: `mlflow_utils.get_tracking_uri`, `MLFlowExperimentTrackerSettings`",
        "for the flavor `mlflow`",
    ),
    Runs(
        "`Client().active_stack.alerter.post(message)`, `slack_alerter_post_step`",
        "through the alerter's flavor; that a run failed is told without either",
    ),
)

ACCEPTED: dict[str, str] = {
    "enable_cache": "each step runs each time; nothing is cached",
    "enable_artifact_metadata": "no metadata is taken from outputs",
    "enable_artifact_visualization": "outputs are not drawn",
    "enable_step_logs": "what a step prints is always kept, masked",
    "model": "no model is registered",
    "extra": "it is kept nowhere",
    "on_failure": "it is not called; the stack's alerter is told when a run fails",
    "on_success": "it is not called",
    "output_materializers": "outputs are stored as JSON, NumPy or Parquet where they fit, else pickled",
    "run_name": "a run is named by its pipeline and id",
    "settings['docker']": "steps run where the pipeline runs, in no image",
    "settings['resources']": "a step has what its process has",
    "hydrate": "an answer is always whole",
    "labels": "components have no labels",
    "zenml init": "is `lockwork init`",
    "zenml integration install": "an integration is an extra of Lockwork, installed by pip",
    "zenml integration list": "an integration is an extra of Lockwork, installed by pip",
    "zenml integration requirements": "an integration is an extra of Lockwork, installed by pip",
    "zenml integration export-requirements": "what is written are extras of Lockwork",
    "zenml integration uninstall": "nothing is uninstalled: pip does that",
    "zenml analytics": "nothing is told to anybody, so there is nothing to opt out of",
    "zenml logging": "set ZENML_LOGGING_VERBOSITY, which `zenml.logger` reads",
    "zenml config": "there is nothing to set; `lockwork status` shows what is active",
    "zenml info": "is `lockwork status`",
    "zenml clean": "nothing is deleted; `zenml secret delete` and `zenml stack delete` do that one by one",
    "zenml downgrade": "there is no configuration of ZenML's to write a version into",
    "zenml migrate-database": "the store is brought up to date when it is opened",
    "zenml logs": "there is no server, so there is no log of one",
    "zenml TYPE logs": "components write no log; `lockwork run logs` shows what steps printed",
    "zenml TYPE up": "nothing to start",
    "zenml TYPE down": "nothing to stop",
    "zenml up": "nothing to start: the store is opened by whoever uses it",
    "zenml down": "nothing to stop",
    "zenml show": "nothing to start: the store is opened by whoever uses it",
    "zenml login --local": "nothing to start: the store is opened by whoever uses it",
    "zenml workspace set": "is `lockwork workspace set`",
    "zenml project set": "is `lockwork workspace set`",
    "zenml disconnect": "nothing to leave: the store is on this machine; from a server, `lockwork logout`",
    "zenml logout": "nothing to leave: the store is on this machine; from a server, `lockwork logout`",
}
"""What is taken without effect → the notice, which says what happens instead."""

_STORE = Refusal("there is no store of ZenML's behind this", "use `zenml.client.Client`")
_OUTPUTS = Refusal("Lockwork stores outputs by itself", "give back JSON, NumPy, pandas or what pickles")
_FLAVORS = Refusal(
    "a flavor written against ZenML's base classes does not run here",
    "write one for Lockwork: an entry point",
)
_MODELS = Refusal("Lockwork keeps no models", "track them with MLflow in the step itself")
_ARTIFACTS = Refusal("artifacts are kept as outputs of steps alone", "give it back from a step")
_CLOUD = Refusal("Lockwork sets up nothing in a cloud", "register what is there")
_CONNECTORS = Refusal(
    "credentials are secrets that components refer to", "lockwork secret create, and `{{name.key}}`"
)
_SERVER = Refusal("there is no server of ZenML's", "lockwork status")
_TYPES = Refusal("there is no component of this type", "lockwork --help lists the types")
_RUNS = Refusal("a run is a record: it is neither changed nor taken up again", "call the pipeline again")
_PIPELINES = Refusal("pipelines are code, and are not registered", "zenml pipeline runs list")
_TRIGGERS = Refusal(
    "nothing starts a run but who calls the pipeline", "call it from cron, CI or your service"
)
_SERVED = Refusal("what is served is not driven from here", "use the provider's own command")
_ELSEWHERE = Refusal("steps run where the pipeline runs", "start the script where it should run")

REFUSED: dict[str, Refusal] = {
    "step_operator": _ELSEWHERE,
    "schedule": Refusal("Lockwork schedules nothing", "start the script from cron or your CI"),
    "build": _ELSEWHERE,
    "config_path": Refusal("no run is configured by a file", "write it in the decorator or `with_options`"),
    "parameters": Refusal("a step has no parameters beside its arguments", "pass them in the call"),
    "Client.zen_store": _STORE,
    "zenml.zen_stores": _STORE,
    "zenml.zen_server": Refusal("ZenML's REST interface is not served here", "use `zenml.client.Client`"),
    "zenml.materializers": _OUTPUTS,
    "zenml.stack": _FLAVORS,
    "zenml.orchestrators": _FLAVORS,
    "zenml.artifact_stores": _FLAVORS,
    "zenml.experiment_trackers": _FLAVORS,
    "zenml.alerters": _FLAVORS,
    "zenml.model": _MODELS,
    "zenml.ArtifactConfig": _ARTIFACTS,
    "zenml.ExternalArtifact": _ARTIFACTS,
    "zenml.save_artifact": _ARTIFACTS,
    "zenml.load_artifact": Refusal(
        "artifacts are kept as outputs of steps", "lockwork.load_output(run, step)"
    ),
    "zenml.log_artifact_metadata": _ARTIFACTS,
    "zenml.get_step_context": Refusal("a step knows nothing of its run", "pass what it needs as an argument"),
    "zenml.get_pipeline_context": Refusal("a step knows nothing of its run", "pass it as an argument"),
    "zenml TYPE flavor register": _FLAVORS,
    "zenml connect": Refusal("only a Lockwork server can be connected to", "lockwork login URL"),
    "zenml secret backup": Refusal("there is one store of secrets", "lockwork backup FILE"),
    "zenml secret restore": Refusal("there is one store of secrets", "lockwork restore FILE"),
    "zenml backup-database": Refusal("there is no database of ZenML's", "lockwork backup FILE"),
    "zenml restore-database": Refusal("there is no database of ZenML's", "lockwork restore FILE"),
    "zenml service-connector": _CONNECTORS,
    "zenml TYPE connect": _CONNECTORS,
    "zenml TYPE disconnect": _CONNECTORS,
    "zenml stack connect": _CONNECTORS,
    "zenml stack deploy": _CLOUD,
    "zenml stack destroy": _CLOUD,
    "zenml stack recipe": _CLOUD,
    "zenml stack up": _CLOUD,
    "zenml stack down": _CLOUD,
    "zenml TYPE deploy": _CLOUD,
    "zenml TYPE destroy": _CLOUD,
    "zenml deploy": _CLOUD,
    "zenml destroy": _CLOUD,
    "zenml stack export-requirements": Refusal(
        "what a stack needs is extras of Lockwork", "zenml integration export-requirements"
    ),
    "zenml stack set-default": Refusal("a stack has one component of each type", "zenml stack update"),
    "zenml TYPE explain": Refusal("a flavor explains itself", "zenml TYPE flavor describe FLAVOR"),
    "zenml TYPE flavor delete": _FLAVORS,
    "zenml annotator dataset": _SERVED,
    "zenml feature-store feature": _SERVED,
    "zenml model-deployer models": _SERVED,
    "zenml model-registry models": _SERVED,
    "zenml deployer": _TYPES,
    "zenml log-store": _TYPES,
    "zenml sandbox": _TYPES,
    "zenml pipeline build": _ELSEWHERE,
    "zenml pipeline schedule": Refusal("Lockwork schedules nothing", "start the script from cron or your CI"),
    "zenml pipeline builds": _ELSEWHERE,
    "zenml pipeline register": _PIPELINES,
    "zenml pipeline list": _PIPELINES,
    "zenml pipeline delete": _PIPELINES,
    "zenml pipeline deploy": _ELSEWHERE,
    "zenml pipeline snapshot": _PIPELINES,
    "zenml pipeline create-run-template": _PIPELINES,
    "zenml pipeline runs delete": _RUNS,
    "zenml pipeline runs refresh": _RUNS,
    "zenml pipeline runs resume": _RUNS,
    "zenml pipeline runs retry": _RUNS,
    "zenml pipeline runs stop": Refusal("a run ends with the process that called it", "interrupt it"),
    "zenml pipeline runs wait-conditions": _RUNS,
    "zenml artifact": _ARTIFACTS,
    "zenml prune": _ARTIFACTS,
    "zenml deployment": _ELSEWHERE,
    "zenml trigger": _TRIGGERS,
    "zenml webhook": _TRIGGERS,
    "zenml hook-invocation": _TRIGGERS,
    "zenml resource-request": _ELSEWHERE,
    "zenml tag": Refusal("nothing is tagged", "give it a name that says it"),
    "zenml server": _SERVER,
    "zenml authorized-device": _SERVER,
    "zenml user": Refusal("users are Lockwork's own", "lockwork user create NAME"),
    "zenml service-account": Refusal("users are Lockwork's own", "lockwork user create NAME"),
    "zenml go": Refusal("there is no walk-through to open", "docs/guides/first-steps.md"),
    "zenml code-repository": Refusal("code is run where it lies", "start the script in its checkout"),
    "zenml model": _MODELS,
    "zenml hub": Refusal("there is no hub", "install flavors as packages"),
}
"""What is not there, as it is imported, passed or typed → why."""

DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        "finding a secret by part of its name",
        "any part that fits one name alone",
        "the beginning of one name, or of one id from 8 digits on",
    ),
    Difference(
        "names of secrets",
        "may hold dots",
        "hold none, so that `{{name.key}}` means one thing; importing renames them, in references too",
    ),
    Difference(
        "references inside text",
        "`{{name.key}}` only as a whole value",
        "also within a text, `https://{{db.user}}@host`; such text, which ZenML left alone, is filled here",
    ),
    Difference("renaming without a new name", "does nothing", "is refused"),
    Difference("updating a secret without saying what", "does nothing", "is refused"),
    Difference("questions where nobody can be asked", "read from a pipe", "refused, with the option to pass"),
    Difference(
        "`zenml secret create -i` and `update -i`",
        "ask question by question; keys may not be given beside them",
        "the same questions in the same order, in other words; keys that are given are not asked for",
    ),
    Difference("exported files", "as the umask has it", "for their owner alone (0600)"),
    Difference(
        "a plain value for a sensitive attribute",
        "stays in the component",
        "becomes a secret, and the component refers to it",
    ),
    Difference(
        "`component.config` of what is a reference",
        "reads the secret",
        "shows the reference: reading an attribute asks nobody. Inside a step all is filled",
    ),
    Difference(
        "a stack without, say, an experiment tracker",
        "`active_stack.experiment_tracker` is None, and `.name` of it fails",
        "it is false, and its `.name` is None",
    ),
    Difference(
        "a secret in both scopes, changed without saying which",
        "one of the two is changed, which one differs by release",
        "refused: say `scope=` or `private=`",
    ),
    Difference(
        "a name that is both a private secret and a shared one, read without saying which",
        "the shared one in 0.9x, the private one in 0.5x",
        "the private one, as in 0.5x, in references too: say `private=False` or `scope=`, or rename one;"
        " `lockwork import zenml` warns of each such pair",
    ),
    Difference("a deleted secret", "is gone", "can be brought back for 30 days: `lockwork secret undelete`"),
    Difference(
        "stacks and components",
        "found by a beginning of their name too",
        "by the whole name or id",
    ),
    Difference(
        "a missing secret or key",
        "found reference by reference, as an error of the run",
        "all found in one check before anything runs, told together with the commands that mend them",
    ),
    Difference(
        "a failing step",
        "its own exception leaves the pipeline",
        "`lockwork.RunFailed` does, with the step's failure in its text and the run's record",
    ),
    Difference(
        "pipelines as before 0.40",
        "take instances of steps as parameters, and are run by `.run()`",
        "call their steps in the body, and are run by calling them",
    ),
    Difference(
        "what a step gives back, against its annotation",
        "another type than the annotation's is an error of the step",
        "only how many outputs there are is checked; each is stored as what it is",
    ),
    Difference("outputs without a name", "`output_0`, `output_1`", "`output_1`, `output_2`"),
    Difference(
        '`list_secrets(workspace_id=…, logical_operator="or")`',
        "the workspace is one filter of several, joined by or",
        "says which workspace is asked; all other filters, the scope too, are joined by or",
    ),
    Difference(
        "importing a module or name of ZenML's that this page does not name",
        "is there",
        "an ImportError that names it and this page; what is refused above is one too",
    ),
    Difference("pages past the end", "an error", "an empty page"),
    Difference(
        "values of secrets in what steps print",
        "printed",
        "`***`, in logs and failures too",
    ),
)

_told: set[str] = set()


def accept(what: str) -> None:
    """Say once in a process, in one line on stderr, what is done with `what` instead."""
    if what not in _told:
        _told.add(what)
        print(f"note: {what}: {ACCEPTED[what]}", file=sys.stderr)


def refusal(what: str) -> Refused:
    """The failure to raise for `what`, with what does its work and where to read on."""
    row = REFUSED[what]
    return Refused(f"{what}: {row.why}", hint=f"{row.instead}; see {READ_ON}")
