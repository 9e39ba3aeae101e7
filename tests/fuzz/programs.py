"""Python files that `pipeline run` and `validate` are given: most hold something that no pipeline should."""

from __future__ import annotations

from tests.fuzz.texts import Texts

PRINTED = "\x1b[31m"
"""What some of them print while they are imported: that is their own, and is shown as it is."""
_HEAD = "import os\nfrom lockwork import Client, pipeline, step\n\n"
_FETCH = "value = Client().get_secret('db').secret_values['password']\n"
_STEP = """
@step({options})
def one() -> int:
    {body}

@pipeline({more})
def training() -> None:
    {wired}
"""
# fmt: off
_AT_IMPORT = (
    "", "", "", "def broken(:\n", "\tx = 1\n  y = 2\n", "raise SystemExit\n", "raise SystemExit(0)\n",
    "exit(3)\n", "raise KeyError('\\x1b[2J\\ud800')\n", "raise BaseException\n",
    "raise OSError(5, 'x' * 9999)\n", "1 / 0\n",
    "raise ExceptionGroup('several', [ValueError('a'), ValueError('b')])\n", "import no_such_module\n",
    "class Odd(Exception):\n    def __str__(self):\n        raise RuntimeError\nraise Odd\n",
    "from . import x\n", "class Odd(BaseException):\n    __str__ = None\nraise Odd\n",
    "def f():\n    f()\nf()\n", "x = '\x00'\n", "# -*- coding: no-such-coding -*-\n", "x = '\ud800'\n",
    "yield\n", "raise KeyboardInterrupt\n", "del pipeline\n", f"import sys\nsys.stdout.write({PRINTED!r})\n",
    "import sys\nsys.stdout.close()\n", "import sys\nsys.path = None\n", "training = 3\n", "one = None\n",
    "x = " + "(" * 300 + "\n", _FETCH + "raise ValueError(value)\n",
    _FETCH + "raise ValueError('x') from ValueError(value)\n", _FETCH + "raise SystemExit(value)\n",
    _FETCH + "exec(value + ' = (')\n", _FETCH + "open(value)\n", _FETCH + "{}[value]\n",
    _FETCH + "int(value)\n", _FETCH + "value.encode('latin-1').decode('utf-16')\n",
    _FETCH + "error = ValueError()\nerror.add_note(value)\nraise error\n",
    _FETCH + "assert not value, [value]\n",
)
# fmt: on
# fmt: off
_OPTIONS = (
    "", "", "", "environment={'X': '{{db.password}}'}", "environment={'X': '{{nope.key}}'}",
    "secrets=['db']", "secrets={'db': 'X_'}", "secrets=['no such']", "secrets=3", "environment=3",
    "environment={3: 4}", "settings=[]",
    "settings={'experiment_tracker.mlflow': {'experiment_name': '{{db.password}}'}}",
    "settings={'x': {'y': 1}}", "environment={'PATH': '{{db.password}}'}",
    "environment={'A B': '{{db.password}}'}", "no_such_option=1", "environment={'X': '{{db'}",
    "experiment_tracker='tracker'", "experiment_tracker=[]", "name='\\x1b[2J'",
    "settings={'a': " + "[" * 70 + "]" * 70 + "}", "environment={'X': '\\ud800'}", "secrets={'db': 7}", "7",
)
# fmt: on
# fmt: off
_BODIES = (
    "return 1", "return 1", "return os.environ['X']", "return object()", "return '\\ud800'",
    "raise ValueError", "print(os.environ.get('X')); return 1", "return Client().get_secret('db')",
    "raise KeyError(os.environ.get('X'))", "raise SystemExit(3)", "raise KeyboardInterrupt",
    "print('\\x1b[2J\\x00\\ud800'); return 1",
    "raise ValueError(Client().get_secret('db').secret_values['password'])",
    "return [1" + ", [1" * 90 + "]" * 91,
)
# fmt: on
# fmt: off
_WIRED = (
    "one()", "one()", "one()", "pass", "one(); one()", "one(1)", "raise ValueError", "one",
    "x = one(); int(x)", "training()",
)
# fmt: on


def program(texts: Texts) -> str:
    """A file with a pipeline, most of the time."""
    one = texts.one
    made = _HEAD + one(*_AT_IMPORT) + _STEP.format(
        options=one(*_OPTIONS), body=one(*_BODIES), more=one(*_OPTIONS), wired=one(*_WIRED)
    )  # fmt: skip
    return texts.spoilt(made) if texts.maybe(0.15) else made
