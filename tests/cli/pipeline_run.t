A pipeline stands in a file. What is missing is told all at once, before the first step.

  $ cat > training.py <<'END'
  > import os
  > from lockwork import pipeline, step
  > @step(environment={"DSN": "pg://{{db.user}}:{{db.password}}@host"})
  > def load() -> list:
  >     print("loading from", os.environ["DSN"])
  >     return [1, 2, 3]
  > @step(secrets=["wandb"])
  > def train(data: list, alpha: float = 0.1) -> float:
  >     os.system("echo training with $API_KEY")
  >     return sum(data) * alpha
  > @pipeline
  > def training() -> None:
  >     train(load(), alpha=0.5)
  > END
  $ lockwork secret create db --user=anna-db-user > /dev/null
  secret db:
    user  ***
  $ lockwork pipeline run training.py
  error: pipeline 'training' on stack 'default' cannot run: 2 things to mend; nothing has run
    {{db.password}}  (step 'load', environment.DSN)
      workspace secret 'db' has no key 'password'
      its keys are: user
      fix: lockwork secret update db --ask password --scope workspace
    wandb  (step 'train', secrets)
      no secret 'wandb' that you can see in the own scope of user 'default' or in workspace 'default'
      fix: lockwork secret create wandb -i
  [1]
  $ lockwork run list -o json 2> /dev/null | grep status
      "status": "refused",

Once it is there, it runs: values show as *** in what the steps and their children print.

  $ printf %s hunter2-pw | lockwork secret update db --password=@- 2> /dev/null
  updated workspace secret 'db', now version 2
  $ lockwork secret create wandb --API_KEY=wandb-key-123 2> /dev/null
  created workspace secret 'wandb', version 1
  $ lockwork pipeline run training.py 2> told
  loading from pg://***:***@host
  training with ***
  $ cat told
  run * of pipeline 'training' on stack 'default' (glob)
    load …
    load completed (* s) (glob)
    train …
    train completed (* s) (glob)
  run * completed (* s) (glob)
  $ run=$(lockwork run list --status completed -o json 2> /dev/null | sed -n 's/.*"id": "\(.*\)",/\1/p')
  $ lockwork run logs $run
  loading from pg://***:***@host
  training with ***
  $ lockwork run logs ${run:0:8} --step train
  training with ***
  $ lockwork run describe $run
  id        ????????-????-????-????-???????????? (glob)
  pipeline  training
  stack     default
  status    completed
  by        default
  started   ????-??-?? ??:??:??Z (glob)
  finished  ????-??-?? ??:??:??Z (glob)
  
  STEP   AFTER  STATUS     STARTED               SECONDS  OUTPUTS
  load          completed  ????-??-?? ??:??:??Z * (glob)
  train  load   completed  ????-??-?? ??:??:??Z * (glob)
  
  SECRET  SCOPE      OWNER    VERSION
  db      workspace  default  2
  wandb   workspace  default  1

A step that fails: which one, why, and where to read on.

  $ cat > failing.py <<'END'
  > import os
  > from lockwork import pipeline, step
  > @step(environment={"PW": "{{db.password}}"})
  > def bad() -> None:
  >     raise ValueError("refused: " + os.environ["PW"])
  > @step
  > def later() -> None: ...
  > @pipeline
  > def failing() -> None:
  >     later.with_options(after=bad())()
  > END
  $ lockwork pipeline run failing.py
  run * of pipeline 'failing' on stack 'default' (glob)
    bad …
    bad failed (* s): ValueError: refused: *** (glob)
  Traceback (most recent call last):
    File "*failing.py", line 5, in bad (glob)
      raise ValueError("refused: " + os.environ["PW"])
  ValueError: refused: ***
    later skipped
  run * failed (* s) (glob)
  error: run * of pipeline 'failing' failed: step 'bad': ValueError: refused: *** (glob)
  hint: lockwork run logs * (glob)
  [1]

Ctrl-C ends the run, and the record says so.

  $ cat > long.py <<'END'
  > import signal
  > from lockwork import pipeline, step
  > @step
  > def wait() -> None:
  >     signal.raise_signal(signal.SIGINT)
  > @pipeline
  > def long() -> None:
  >     wait()
  > END
  $ lockwork pipeline run long.py
  run * of pipeline 'long' on stack 'default' (glob)
    wait …
    wait interrupted (* s) (glob)
  run * interrupted (* s) (glob)
  
  interrupted
  [130]
  $ lockwork run list --pipeline long -o json 2> /dev/null | grep status
      "status": "interrupted",

What a step fetches of its own accord is named with its run as well, and the run with the secret.

  $ cat > fetching.py <<'END'
  > from lockwork import Client, pipeline, step
  > @step
  > def fetch() -> None:
  >     print(Client().get_secret("wandb").secret_values["API_KEY"])
  > @pipeline
  > def fetching() -> None:
  >     fetch()
  > END
  $ lockwork pipeline run fetching.py 2> /dev/null
  ***
  $ run=$(lockwork run list --pipeline fetching -o json 2> /dev/null | sed -n 's/.*"id": "\(.*\)",/\1/p')
  $ lockwork run describe $run | grep -A 1 SECRET
  SECRET  SCOPE      OWNER    VERSION
  wandb   workspace  default  1
  $ lockwork secret usage wandb | grep -c $run
  1

Files that are no use are told in a line.

  $ lockwork pipeline run nowhere.py
  error: there is no file 'nowhere.py'
  hint: write FILE or FILE:PIPELINE
  [1]
  $ lockwork pipeline run '~nobody.py'
  error: there is no file '~nobody.py'
  hint: write FILE or FILE:PIPELINE
  [1]
  $ lockwork pipeline run .
  error: '.' is a folder
  hint: write FILE or FILE:PIPELINE
  [1]
  $ echo 'x = 1' > empty.py; lockwork pipeline run empty.py
  error: *empty.py holds no pipeline (glob)
  hint: decorate a function with @pipeline
  [1]
  $ echo 'import no_such_module' > broken.py; lockwork pipeline run broken.py
  error: *broken.py, line 1, cannot be imported: ModuleNotFoundError: No module named 'no_such_module' (glob)
  [1]
  $ lockwork pipeline run training.py:trainign
  error: no pipeline in *training.py 'trainign'; did you mean 'training'? (glob)
  hint: it holds: training
  [1]
  $ lockwork pipeline run training.py --stack nope
  error: no stack 'nope' (glob)
  hint: looked in workspace 'default'; see: lockwork stack list
  [1]
  $ lockwork pipeline run training.py --level HALF
  error: --level is 'HALF', which is not a validation level
  hint: it is one of NONE, SECRET_EXISTS, SECRET_AND_KEY_EXISTS
  [1]
  $ echo '{"experiment_tracker.mlflow": {"nope": 1}}' > settings.json
  $ lockwork pipeline run training.py --settings settings.json
  error: pipeline 'training' on stack 'default' cannot run: 1 thing to mend; nothing has run
    pipeline 'training': settings 'experiment_tracker.mlflow' know no 'nope'
      fix: they are: * (glob)
  [1]
  $ lockwork run describe 12345678
  error: no run '12345678'
  hint: lockwork run list
  [1]

Code that fails while a pipeline is put together is told with its line, a value that it fetched as ***.

  $ cat > early.py <<'END'
  > from lockwork import Client, pipeline, step
  > PW = Client().get_secret("db").secret_values["password"]
  > print("imported")
  > @step
  > def two() -> tuple[int, int]:
  >     print("in the step")
  >     return 1, 2
  > @pipeline
  > def missing() -> None:
  >     {}[PW]
  > @pipeline
  > def unpacked() -> None:
  >     a, b, c = two()
  > @pipeline
  > def fine() -> None:
  >     two()
  > END
  $ lockwork pipeline run early.py:missing > /dev/null
  error: pipeline 'missing', early.py line 10: KeyError: '***'
  [1]
  $ lockwork pipeline run early.py:unpacked > /dev/null
  error: pipeline 'unpacked', early.py line 13: ValueError: not enough values to unpack (expected 3, got 2)
  [1]
  $ printf 'x = 1\ndef (\n' > broken.py
  $ lockwork pipeline run broken.py
  error: *broken.py, line 2, cannot be imported: SyntaxError: invalid syntax (glob)
  [1]

For programs the record alone is on standard output; what file and steps print is on standard error.

  $ lockwork pipeline run early.py:fine -o json 2> told | python3 -c 'import json, sys; print(json.load(sys.stdin)["status"])'
  completed
  $ grep -e imported -e 'in the step' told
  imported
  in the step

A status that no run can have is refused with those there are.

  $ lockwork run list --status bogus
  error: no run has the status 'bogus'
  hint: it is one of running, completed, failed, refused, interrupted
  [2]
