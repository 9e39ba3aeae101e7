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
    "zenml up": "nothing to start: the store is opened by whoever uses it",
    "zenml down": "nothing to stop",
    "zenml show": "nothing to start: the store is opened by whoever uses it",
    "zenml login --local": "nothing to start: the store is opened by whoever uses it",
    "zenml workspace set": "is `lockwork workspace set`",
    "zenml project set": "is `lockwork workspace set`",
    "zenml disconnect": "nothing to leave: the store is on this machine",
    "zenml logout": "nothing to leave: the store is on this machine",
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
    "zenml service-connector": Refusal(
        "credentials are secrets that components refer to", "lockwork secret create, and `{{name.key}}`"
    ),
    "zenml stack deploy": Refusal("Lockwork sets up nothing in a cloud", "register what is there"),
    "zenml stack recipe": Refusal("Lockwork sets up nothing in a cloud", "register what is there"),
    "zenml pipeline build": _ELSEWHERE,
    "zenml pipeline schedule": Refusal("Lockwork schedules nothing", "start the script from cron or your CI"),
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
