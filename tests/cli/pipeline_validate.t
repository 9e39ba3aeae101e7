Checking a pipeline runs nothing and reads no value.

  $ cat > training.py <<'END'
  > from lockwork import pipeline, step
  > @step(environment={"DSN": "{{db.pw}} and {{db}}"})
  > def load() -> list:
  >     raise SystemExit("never called")
  > @pipeline(secrets={"wandb": "WANDB_"})
  > def training() -> None:
  >     load()
  > END
  $ lockwork pipeline validate training.py
  note: step 'load', environment.DSN: {{db}} is plain text: it names no key: * (glob)
  error: pipeline 'training' on stack 'default' cannot run: 2 things to mend; nothing has run
    wandb  (pipeline 'training', secrets)
      no secret 'wandb' that you can see in the own scope of user 'default' or in workspace 'default'
      fix: lockwork secret create wandb -i
    {{db.pw}}  (step 'load', environment.DSN)
      no secret 'db' that you can see in the own scope of user 'default' or in workspace 'default'
      fix: lockwork secret create db --ask pw
  [1]
  $ lockwork pipeline validate training.py --level NONE
  note: nothing was checked: --level is NONE
  $ lockwork secret create db --scope user --pw=abc 2> /dev/null
  created user secret 'db', version 1
  $ lockwork secret create wandb --api-key=abc 2> /dev/null
  created workspace secret 'wandb', version 1
  $ lockwork pipeline validate training.py 2> /dev/null
  wandb → workspace default/wandb v1
  {{db.pw}} → user default/db v1
  [1]
  $ lockwork pipeline validate training.py 2>&1 > /dev/null | tail -3
  error: pipeline 'training' on stack 'default' cannot run: 1 thing to mend; nothing has run
    pipeline 'training' takes the secret 'wandb' whole, and 'WANDB_api-key' is not a variable's name
      fix: name what is needed instead: environment={"WANDB_API_KEY": "{{wandb.api-key}}"}
  $ lockwork secret update wandb --API_KEY=abc -r api-key 2> /dev/null
  updated workspace secret 'wandb', now version 2
  $ lockwork pipeline validate training.py 2> /dev/null
  wandb → workspace default/wandb v2
  {{db.pw}} → user default/db v1
  pipeline 'training' on stack 'default': 2 references checked, all is there

As everyone else in the workspace sees it, a secret of one's own is not there.

  $ lockwork pipeline validate training.py --scope workspace -o json
  {
    "ok": false,
    "stack": "default",
    "level": "SECRET_AND_KEY_EXISTS",
    "checked": 2,
    "problems": [
      {
        "reference": "{{db.pw}}",
        "secret": "db",
        "key": "pw",
        "problem": "no_secret",
        "keys": [],
        "where": {
          "kind": "step",
          "name": "load",
          "path": "environment.DSN"
        },
        "fix": "lockwork secret create db --ask pw"
      },
      {
        "reference": "{{db}}",
        "secret": "",
        "key": null,
        "problem": "malformed",
        "keys": [],
        "where": {
          "kind": "step",
          "name": "load",
          "path": "environment.DSN"
        },
        "fix": "write {{name.key}}, or \\{{ for two braces meant as text"
      }
    ],
    "faults": []
  }
  [1]
  $ lockwork run list
  note: nothing found
