"""The story of `make demo`, and of all other commands after it: what `telling.py` tells."""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    """One command of the story."""

    words: str
    code: int = 0
    stdin: str | None = None
    """A file of the folder `given`."""
    environment: dict[str, str] = {}
    """Variable → a file of the folder `given`."""
    is_shown: bool = False
    """Whether standard output is for values: then nobody looks there."""


def story(url: str, parallel: int) -> list[Command]:
    """First what `make demo` does, then everything else that a store can be asked."""
    keys = "--tracking-username={{mlflow_secret.username}} --tracking-password={{mlflow_secret.password}}"
    wrong = {"LOCKWORK_SECRET_MLFLOW_SECRET__PASSWORD": "wrong"}
    run = "pipeline run pipeline.py"
    return [
        Command(f"orchestrator update default --parallel={parallel}"),
        Command("secret create mlflow_secret --username=@given/username --pin=Zq7"),  # too short to be masked
        Command(f"experiment-tracker register mlflow -f mlflow --tracking-uri={url} {keys}"),
        Command(
            "alerter register slack -f slack --slack-token=@given/plain --default-slack-channel-id=C1"
            f" --base-url={url}"
        ),
        Command("stack register tracked -o default -a default -e mlflow -al slack --set"),
        Command("stack validate", code=1),
        Command(run, code=1),
        Command("stack register-secrets --skip-existing --print-env"),
        Command("stack register-secrets --skip-existing --from-env", environment=wrong),
        Command(run, code=1, environment=wrong),
        Command("secret update mlflow_secret --password=@-", stdin="password"),
        Command("secret get mlflow_secret"),
        Command("pipeline validate pipeline.py"),
        Command(run),
        Command("-o json run list"),
        Command("run describe RUN"),
        Command("run logs RUN"),
        Command("secret usage mlflow_secret"),
        # -- values in all ways
        Command("secret create kept --values @given/values.json"),
        Command("secret create lines --env-file given/values.env"),
        Command("secret create mine -s user --values @-", stdin="values.json"),
        Command("secret update kept --key=@given/unicode --values @- --if-version 1", stdin="values.json"),
        Command("secret get kept --reveal", is_shown=True),
        Command("secret get kept --key key", is_shown=True),
        Command("secret get kept --version 1"),
        Command("secret list --any --name contains:e"),
        Command("secret export kept -f out/kept.yaml --force"),
        Command("secret export kept -f - --format env", is_shown=True),
        Command("inject given/template -f out/filled --force"),
        Command("inject given/template", is_shown=True),
        Command("inject given/template --check"),
        Command("exec --secret kept=K_ --env ONE={{kept.unicode}} -- sh -c ECHO"),
        Command("stack register-secrets --from-file given/groups.json"),
        # -- their later life
        Command("secret versions kept"),
        Command("secret restore kept --version 1"),
        Command("secret destroy kept --version 2"),
        Command("secret rename kept -n renamed"),
        Command("secret delete renamed -y"),
        Command("secret undelete renamed"),
        Command("secret explain {{renamed.key}}"),
        # -- components and stacks
        Command("alerter update slack --slack-token=@given/plain"),
        Command("alerter update slack --slack-token={{renamed.plain}}"),
        Command("experiment-tracker copy mlflow other"),
        Command("experiment-tracker describe other"),
        Command("experiment-tracker list"),
        Command("experiment-tracker delete other -y"),
        Command("stack copy tracked second"),
        Command("stack update second --secret lines"),
        Command("stack describe second"),
        Command("stack list"),
        Command("stack export second -f out/stack.yaml --force"),
        Command("stack delete second -y"),
        Command("stack import out/stack.yaml --keep-existing"),
        # -- what others left in the clear
        Command("annotator register notes -f label_studio --api-key=sk-in-the-clear-0815 --plaintext"),
        Command("scan --known", code=1),
        Command("scan --fix --only store"),
        Command("import zenml given/zenml.db --if-exists skip --dry-run"),
        Command("import zenml given/zenml.db --if-exists skip"),
        # -- the store
        Command("status"),
        Command("user create berta"),
        Command("user list"),
        Command("user describe berta"),
        Command("workspace add-member default berta --role editor"),
        Command("--as berta stack update second --secret mine"),
        Command("stack trust second -y"),
        Command("user delete berta -y"),
        Command("workspace create team"),
        Command("user create robot --service"),
        Command("user invite carla --member default=viewer"),
        Command("server reset-password carla"),
        Command("user update carla --disable"),
        Command("workspace add-member default carla --role editor"),
        Command("workspace members"),
        Command("workspace remove-member default carla"),
        Command("token create ci --for robot --role runner --pattern kept*"),
        Command("token list"),
        Command("token revoke ci"),
        Command("workspace list"),
        Command("workspace describe team"),
        Command("workspace delete team -y"),
        Command("key list"),
        Command("key rotate --reseal"),
        Command("key destroy OLD_KEY -y"),
        Command("audit list"),
        Command("audit head"),
        Command("audit verify"),
        Command("audit strangers"),
        Command("audit prune --before 2999-01-01 -f ../store/pruned -y"),  # a folder put back each time
        Command("audit verify --file ../store/pruned"),
        Command("backup out/backup --force --passphrase @given/passphrase"),
        Command("restore out/backup --check --passphrase @given/passphrase"),
        Command("restore out/backup --force --passphrase @-", stdin="passphrase"),
    ]  # fmt: skip


ECHO = 'echo "$ONE"; printf "%s\n" "$K_key" "$K_password" >&2; echo "$K_plain" | base64; exit 0'
