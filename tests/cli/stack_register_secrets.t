  $ lockwork secret create login --name=anna 2> /dev/null
  created workspace secret 'login', version 1
  $ lockwork experiment-tracker register mlflow -f mlflow --tracking-uri='https://{{gate-way.user.name}}@h' --tracking-password='{{login.password}}' --tracking-username='{{login.name}}' 2> /dev/null
  registered experiment tracker 'mlflow' of flavor 'mlflow'
  $ lockwork stack register prod -o default -a default -e mlflow --secret openai --set 2> /dev/null
  registered stack 'prod', and set it as the active one

Without a terminal nobody is asked: what is missing is named, and the ways to give it.

  $ lockwork stack register-secrets
  error: 3 values are still missing
    openai  (stack 'prod', secrets)
    {{gate-way.user.name}}  (experiment-tracker 'mlflow', tracking_uri)
    {{login.password}}  (experiment-tracker 'mlflow', tracking_password)
  hint: run it at a terminal to be asked, or give them by --from-env (see --print-env) or --from-file FILE
  [1]

The variables that it takes.

  $ lockwork stack register-secrets --print-env
  # openai, for stack 'prod', secrets
  # as a whole: LOCKWORK_SECRET_OPENAI__KEY= for each of its keys, KEY as the key is called
  # {{gate-way.user.name}}, for experiment-tracker 'mlflow', tracking_uri
  LOCKWORK_SECRET_GATE_WAY__USER_NAME=
  # {{login.password}}, for experiment-tracker 'mlflow', tracking_password
  LOCKWORK_SECRET_LOGIN__PASSWORD=
  # {{login.name}}, for experiment-tracker 'mlflow', tracking_username; it has a value, which stays if this is empty
  LOCKWORK_SECRET_LOGIN__NAME=
  $ lockwork stack register-secrets --print-env --skip-existing
  # openai, for stack 'prod', secrets
  # as a whole: LOCKWORK_SECRET_OPENAI__KEY= for each of its keys, KEY as the key is called
  # {{gate-way.user.name}}, for experiment-tracker 'mlflow', tracking_uri
  LOCKWORK_SECRET_GATE_WAY__USER_NAME=
  # {{login.password}}, for experiment-tracker 'mlflow', tracking_password
  LOCKWORK_SECRET_LOGIN__PASSWORD=
  $ lockwork stack register-secrets --print-env --skip-existing -o csv
  variable,secret,key,exists,wanted_by
  LOCKWORK_SECRET_OPENAI__,openai,,false,"stack 'prod', secrets"
  LOCKWORK_SECRET_GATE_WAY__USER_NAME,gate-way,user.name,false,"experiment-tracker 'mlflow', tracking_uri"
  LOCKWORK_SECRET_LOGIN__PASSWORD,login,password,false,"experiment-tracker 'mlflow', tracking_password"

A secret of which something is still missing is not touched; the others are stored.

  $ LOCKWORK_SECRET_GATE_WAY__USER_NAME=ada LOCKWORK_SECRET_LOGIN__NAME=eve LOCKWORK_SECRET_LOGIN__PASSWORD= lockwork stack register-secrets --from-env
  secret gate-way:
    user.name  ***
  created workspace secret 'gate-way', version 1
  error: 2 values are still missing; nothing was stored of 'login'
    openai  (stack 'prod', secrets)
    {{login.password}}  (experiment-tracker 'mlflow', tracking_password)
  hint: set LOCKWORK_SECRET_OPENAI__KEY LOCKWORK_SECRET_LOGIN__PASSWORD
  [1]
  $ lockwork secret get gate-way --key user.name; echo
  ada
  $ lockwork secret get login --key name; echo
  anna

What it prints, filled, it takes back.

  $ lockwork stack register-secrets --print-env --skip-existing | sed 's/=$/=not-shown/; s/^# .*as a whole: \(.*\)KEY=.*/\1API_KEY=sk/' > filled.env; cat filled.env
  # openai, for stack 'prod', secrets
  LOCKWORK_SECRET_OPENAI__API_KEY=sk
  # {{login.password}}, for experiment-tracker 'mlflow', tracking_password
  LOCKWORK_SECRET_LOGIN__PASSWORD=not-shown
  $ (set -a; . ./filled.env; lockwork stack register-secrets --skip-existing --from-env -o json) | grep -v '"id"\|created"\|updated"'
  secret login:
    password  ***
  secret openai:
    API_KEY  ***
  {
    "stack": "prod",
    "stored": [
      {
        "name": "login",
        "scope": "workspace",
        "workspace": "default",
        "owner": "default",
        "keys": [
          "name",
          "password"
        ],
        "version": 2,
      },
      {
        "name": "openai",
        "scope": "workspace",
        "workspace": "default",
        "owner": "default",
        "keys": [
          "API_KEY"
        ],
        "version": 1,
      }
    ],
    "missing": []
  }
  $ lockwork secret get login --reveal -o json | grep -A 3 values
    "values": {
      "name": "anna",
      "password": "not-shown"
    }
  $ lockwork secret get openai --key API_KEY; echo
  sk
  $ lockwork stack validate
  openai → workspace default/openai v1
  {{gate-way.user.name}} → workspace default/gate-way v1
  {{login.password}} → workspace default/login v2
  {{login.name}} → workspace default/login v2
  stack 'prod': 4 references checked, all is there
  $ lockwork stack register-secrets
  stack 'prod': nothing to store, all is there
  $ lockwork stack register-secrets --skip-existing
  stack 'prod': nothing to store, nothing is missing
  $ lockwork stack register-secrets default
  stack 'default': nothing to store, nothing is missing

Values that exist are replaced, unless --skip-existing; each where it was found.

  $ lockwork secret create login --name=own --scope user 2> /dev/null
  created user secret 'login', version 1
  $ LOCKWORK_SECRET_LOGIN__PASSWORD=mine LOCKWORK_SECRET_LOGIN__NAME=own2 lockwork stack register-secrets --from-env
  secret login:
    password  ***
    name      ***
  note: user secret 'login' hides the 'default' workspace's secret of that name
  updated user secret 'login', now version 2
  $ lockwork secret get login --scope user --reveal -o json | grep -A 3 values
  note: user secret 'login' hides the 'default' workspace's secret of that name
    "values": {
      "name": "own2",
      "password": "mine"
    }
  $ LOCKWORK_SECRET_LOGIN__NAME=skipped lockwork stack register-secrets --from-env --skip-existing
  stack 'prod': nothing to store, nothing is missing
  $ echo '{login: {name: skipped}}' | lockwork stack register-secrets --from-file - --skip-existing
  note: the file's login.name has a value already, and is not stored
  stack 'prod': nothing to store, nothing is missing
  $ lockwork secret get login --key name; echo
  own2

A file may hold several secrets; what is not wanted in it is not stored.

  $ lockwork secret delete gate-way -y --force --purge 2> /dev/null
  purged workspace secret 'gate-way'
  $ cat > values.yaml <<EOF
  > gate-way:
  >   user.name: ada
  >   extra: x
  > opneai:
  >   key: y
  > EOF
  $ lockwork stack register-secrets --from-file values.yaml --scope user
  note: the file's gate-way.extra is not wanted, and is not stored
  note: the file's opneai.key is not wanted, and is not stored
  secret gate-way:
    user.name  ***
  created user secret 'gate-way', version 1
  error: 1 value is still missing
    openai  (stack 'prod', secrets)
  hint: add them to the file, or run it at a terminal to be asked
  [1]
  $ lockwork secret list --name startswith:gate -o csv | cut -d, -f2,3,6
  note: page 1 of 1; 1 in all
  name,scope,keys
  gate-way,user,user.name
  $ echo '{"login": {"name": "piped"}}' | lockwork stack register-secrets --from-file - 2> /dev/null
  updated user secret 'login', now version 3

Whatever is wrong stores nothing, and quotes nothing.

  $ lockwork secret delete gate-way -y --force --purge 2> /dev/null
  purged user secret 'gate-way'
  $ printf 'gate-way:\n  user.name: [hunter2]\n' > wrong.yaml
  $ lockwork stack register-secrets --from-file wrong.yaml
  error: --from-file @wrong.yaml: 1. group: the value of 'user.name' is a list, not text
  hint: quote it as a whole to keep it as one text
  [1]
  $ printf 'gate-way: hunter2\n' > wrong.yaml
  $ lockwork stack register-secrets --from-file wrong.yaml
  error: --from-file @wrong.yaml: 1. group: not a mapping of keys to texts
  hint: write "KEY: TEXT" lines or {"KEY": "TEXT"}, or @FILE to read them from a file
  [1]
  $ lockwork stack register-secrets --from-file missing.yaml
  error: --from-file: cannot read 'missing.yaml': no such file or directory
  [1]
  $ lockwork stack register-secrets --from-file values.yaml --from-env
  error: --from-env, --from-file and --print-env cannot go together
  [2]
  $ LOCKWORK_SECRET_GATE_WAY__USER_NAME=$'\xff' lockwork stack register-secrets --from-env
  error: the value of 'user.name' holds a lone surrogate, which is not text
  [1]
  $ LOCKWORK_SECRET_OPENAI__1=hunter2 lockwork stack register-secrets --from-env --scope user
  error: '1' is not a key
  hint: 1 to 128 letters, digits, '_', '.' and '-', beginning with a letter or '_'
  [1]
  $ lockwork stack register-secrets nope
  error: no stack 'nope'
  hint: looked in workspace 'default'; see: lockwork stack list
  [1]
  $ lockwork stack register-secrets prod --scope team
  error: --scope takes one of workspace, user
  hint: lockwork stack register-secrets --help
  [2]
  $ lockwork secret list --name startswith:gate
  note: no secrets found
  $ lockwork experiment-tracker update mlflow --tracking-uri '{{gate-way.name}}{{gate_way.NAME}}' 2> /dev/null
  updated experiment tracker 'mlflow', now version 2
  $ lockwork stack register-secrets --print-env
  error: {{gate-way.name}} and {{gate_way.NAME}} would both be LOCKWORK_SECRET_GATE_WAY__NAME
  hint: give them by --from-file, or at a terminal
  [1]
  $ LOCKWORK_SECRET_GATE_WAY__NAME=x lockwork stack register-secrets --from-env
  error: {{gate-way.name}} and {{gate_way.NAME}} would both be LOCKWORK_SECRET_GATE_WAY__NAME
  hint: give them by --from-file, or at a terminal
  [1]
