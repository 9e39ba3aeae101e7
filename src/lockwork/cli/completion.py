"""`lockwork completion SHELL`: the script that makes a shell complete our words, secret names too."""

import click

from lockwork.cli.commands import Command

_SETUP = """\b
bash:  lockwork completion bash > ~/.local/share/bash-completion/completions/lockwork
zsh:   lockwork completion zsh > a file `_lockwork` in a folder of $fpath
fish:  lockwork completion fish > ~/.config/fish/completions/lockwork.fish"""


@click.command(cls=Command, epilog=_SETUP)
@click.argument("shell", metavar="SHELL", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes words in a shell: commands, options, names of secrets."""
    from click.shell_completion import get_completion_class  # lazy: nothing else needs it

    from lockwork.cli.main import COMPLETION_VARIABLE, lockwork

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - the three are click's own
    script = kind(lockwork, {}, "lockwork", COMPLETION_VARIABLE)
    print(script.source_template % script.source_vars())
