  $ lockwork secret create db --password=not-shown 2> /dev/null
  created workspace secret 'db', version 1
  $ lockwork secret create db --password=not-shown --scope user 2> /dev/null
  created user secret 'db', version 1
  $ lockwork experiment-tracker register mlflow -f mlflow --tracking-uri='https://{{db.user}}@h' --tracking-password='{{db.password}}' --tracking-username='{{login.name}}' --experiment-name='{{db}}' 2> /dev/null
  registered experiment tracker 'mlflow' of flavor 'mlflow'
  $ lockwork stack register prod -o default -a default -e mlflow --secret openai --set 2> /dev/null
  registered stack 'prod', and set it as the active one

Everything that is wrong is told together: the reference, where it is, what is wrong and what mends it.

  $ lockwork stack validate
  {{db.password}} → user default/db v1, hides workspace db
  note: user secret 'db' hides the 'default' workspace's secret of that name
  warning: experiment-tracker 'mlflow', experiment_name: {{db}}: it names no key: after the secret's name come a dot and a key
  hint: write {{name.key}}, or \{{ for two braces meant as text
  error: stack 'prod': 3 of 4 references lead nowhere
    {{db.user}}  (experiment-tracker 'mlflow', tracking_uri)
      user secret 'db' has no key 'user'
      its keys are: password
      fix: lockwork secret update db --ask user --scope user
    {{login.name}}  (experiment-tracker 'mlflow', tracking_username)
      no secret 'login' that you can see in the own scope of user 'default' or in workspace 'default'
      fix: lockwork secret create login --ask name
    openai  (stack 'prod', secrets)
      no secret 'openai' that you can see in the own scope of user 'default' or in workspace 'default'
      fix: lockwork secret create openai -i
  hint: all that is missing, at once: lockwork stack register-secrets prod
  [1]
  $ lockwork stack validate --output json
  {
    "ok": false,
    "stack": "prod",
    "level": "SECRET_AND_KEY_EXISTS",
    "checked": 4,
    "problems": [
      {
        "reference": "{{db.user}}",
        "secret": "db",
        "key": "user",
        "problem": "no_key",
        "keys": [
          "password"
        ],
        "where": {
          "kind": "experiment-tracker",
          "name": "mlflow",
          "path": "tracking_uri"
        },
        "fix": "lockwork secret update db --ask user --scope user"
      },
      {
        "reference": "{{login.name}}",
        "secret": "login",
        "key": "name",
        "problem": "no_secret",
        "keys": [],
        "where": {
          "kind": "experiment-tracker",
          "name": "mlflow",
          "path": "tracking_username"
        },
        "fix": "lockwork secret create login --ask name"
      },
      {
        "reference": "openai",
        "secret": "openai",
        "key": null,
        "problem": "no_secret",
        "keys": [],
        "where": {
          "kind": "stack",
          "name": "prod",
          "path": "secrets"
        },
        "fix": "lockwork secret create openai -i"
      },
      {
        "reference": "{{db}}",
        "secret": "",
        "key": null,
        "problem": "malformed",
        "keys": [],
        "where": {
          "kind": "experiment-tracker",
          "name": "mlflow",
          "path": "experiment_name"
        },
        "fix": "write {{name.key}}, or \\{{ for two braces meant as text"
      }
    ]
  }
  [1]

How much is checked is said by the flag, else by the environment.

  $ lockwork stack validate --level SECRET_EXISTS
  {{db.user}} → user default/db v1, hides workspace db
  {{db.password}} → user default/db v1, hides workspace db
  note: user secret 'db' hides the 'default' workspace's secret of that name
  warning: experiment-tracker 'mlflow', experiment_name: {{db}}: it names no key: after the secret's name come a dot and a key
  hint: write {{name.key}}, or \{{ for two braces meant as text
  error: stack 'prod': 2 of 4 references lead nowhere
    {{login.name}}  (experiment-tracker 'mlflow', tracking_username)
      no secret 'login' that you can see in the own scope of user 'default' or in workspace 'default'
      fix: lockwork secret create login --ask name
    openai  (stack 'prod', secrets)
      no secret 'openai' that you can see in the own scope of user 'default' or in workspace 'default'
      fix: lockwork secret create openai -i
  hint: all that is missing, at once: lockwork stack register-secrets prod
  [1]
  $ LOCKWORK_SECRET_VALIDATION_LEVEL=NONE lockwork stack validate
  note: nothing was checked: LOCKWORK_SECRET_VALIDATION_LEVEL is NONE
  $ lockwork stack validate prod --level NONE -o json
  {
    "ok": true,
    "stack": "prod",
    "level": "NONE",
    "checked": 0,
    "problems": []
  }
  $ lockwork stack validate --level ALL
  error: --level is 'ALL', which is not a validation level
  hint: it is one of NONE, SECRET_EXISTS, SECRET_AND_KEY_EXISTS
  [1]
  $ LOCKWORK_SECRET_VALIDATION_LEVEL=ALL lockwork stack validate
  error: LOCKWORK_SECRET_VALIDATION_LEVEL is 'ALL', which is not a validation level
  hint: it is one of NONE, SECRET_EXISTS, SECRET_AND_KEY_EXISTS
  [1]
  $ lockwork stack validate --scope team
  error: --scope takes one of workspace, user
  hint: lockwork stack validate --help
  [2]
  $ lockwork stack validate nope
  error: no stack 'nope'
  hint: looked in workspace 'default'; see: lockwork stack list
  [1]
  $ lockwork stack validate prod default
  error: lockwork stack validate: a word too many
  hint: lockwork stack validate --help
  [2]

Once all is there, each reference is shown with what it stands for.

  $ lockwork secret create login --name=not-shown 2> /dev/null
  created workspace secret 'login', version 1
  $ lockwork secret create openai --key=not-shown 2> /dev/null
  created workspace secret 'openai', version 1
  $ lockwork secret update db --scope user --user=not-shown 2> /dev/null
  updated user secret 'db', now version 2
  $ lockwork stack validate
  openai → workspace default/openai v1
  {{db.user}} → user default/db v2, hides workspace db
  {{db.password}} → user default/db v2, hides workspace db
  {{login.name}} → workspace default/login v1
  note: user secret 'db' hides the 'default' workspace's secret of that name
  warning: experiment-tracker 'mlflow', experiment_name: {{db}}: it names no key: after the secret's name come a dot and a key
  hint: write {{name.key}}, or \{{ for two braces meant as text
  stack 'prod': 4 references checked, all is there

But not for everyone else.

  $ lockwork stack validate --scope workspace
  openai → workspace default/openai v1
  {{db.password}} → workspace default/db v1
  {{login.name}} → workspace default/login v1
  warning: experiment-tracker 'mlflow', experiment_name: {{db}}: it names no key: after the secret's name come a dot and a key
  hint: write {{name.key}}, or \{{ for two braces meant as text
  error: stack 'prod': 1 of 4 references lead nowhere
    {{db.user}}  (experiment-tracker 'mlflow', tracking_uri)
      workspace secret 'db' has no key 'user'
      its keys are: password
      fix: lockwork secret update db --ask user --scope workspace
  hint: all that is missing, at once: lockwork stack register-secrets prod --scope workspace
  [1]
  $ lockwork stack validate default
  stack 'default': 0 references checked, all is there
