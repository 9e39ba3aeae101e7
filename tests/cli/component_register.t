A component is of a flavor, which says what it can be told. Dashes and underscores are the same; the name may
come first or last; a known attribute may have its value as the next word.

  $ lockwork secret create login --username=anna --password=not-shown 2> /dev/null
  created workspace secret 'login', version 1
  $ lockwork experiment-tracker register mlflow -f mlflow --tracking-uri=https://mlflow.example.com
  registered experiment tracker 'mlflow' of flavor 'mlflow'
  $ lockwork experiment-tracker register --flavor=mlflow --tracking_uri https://mlflow.example.com --tracking-username '{{login.username}}' --tracking-password '{{login.password}}' full
  registered experiment tracker 'full' of flavor 'mlflow'
  $ lockwork experiment-tracker describe full -o json | grep -A 4 '"attributes"'
    "attributes": {
      "tracking_uri": "https://mlflow.example.com",
      "tracking_username": "{{login.username}}",
      "tracking_password": "{{login.password}}"
    },

A reference is accepted before its secret exists: what is missing is told, with the command that mends it.

  $ lockwork alerter register early --flavor slack --webhook-url '{{slack.webhook}}'
  registered alerter 'early' of flavor 'slack'
  warning: alerter 'early', webhook_url: {{slack.webhook}}: no secret 'slack' that you can see in the own scope of user 'default' or in workspace 'default'
  hint: lockwork secret create slack --ask webhook
  $ lockwork alerter register nearly --flavor slack --webhook-url '{{login.pasword}}'
  registered alerter 'nearly' of flavor 'slack'
  warning: alerter 'nearly', webhook_url: {{login.pasword}}: workspace secret 'login' has no key 'pasword'; did you mean 'password'?
  hint: lockwork secret update login --ask pasword --scope workspace
  $ lockwork alerter register oops --flavor slack --webhook-url '{{login}}'
  registered alerter 'oops' of flavor 'slack'
  note: webhook_url is kept in workspace secret 'oops-alerter', version 1; the component holds {{oops-alerter.webhook_url}}
  note: webhook_url looks like a reference and is none, so its text itself is kept; a reference is written {{name.key}}

A plain value for a sensitive attribute becomes a secret; the component never holds it.

  $ lockwork experiment-tracker register own -f mlflow --tracking-uri=https://h --tracking-token=hunter2
  registered experiment tracker 'own' of flavor 'mlflow'
  note: tracking_token is kept in workspace secret 'own-experiment-tracker', version 1; the component holds {{own-experiment-tracker.tracking_token}}
  $ lockwork experiment-tracker describe own -o json | grep -A 3 '"attributes"'
    "attributes": {
      "tracking_uri": "https://h",
      "tracking_token": "{{own-experiment-tracker.tracking_token}}"
    },
  $ lockwork secret get own-experiment-tracker --key tracking_token; echo
  hunter2
  $ lockwork experiment-tracker update own --tracking-token=hunter3
  updated experiment tracker 'own', now version 2
  note: tracking_token is kept in workspace secret 'own-experiment-tracker', version 2; the component holds {{own-experiment-tracker.tracking_token}}
  $ lockwork secret create taken-experiment-tracker --x=1 2> /dev/null
  created workspace secret 'taken-experiment-tracker', version 1
  $ lockwork experiment-tracker register taken -f mlflow --tracking-token=hunter2
  error: secret 'taken-experiment-tracker' already exists in workspace 'default', and experiment tracker 'taken' did not make it
  hint: to use it, write {{taken-experiment-tracker.KEY}} for tracking_token; else give the component another name
  [1]
  $ lockwork experiment-tracker list --name taken
  note: no component of type experiment tracker

Unless it is to be kept in plain text. Even then nothing shows it.

  $ lockwork experiment-tracker register plain -f mlflow --tracking-uri=https://h --tracking-token=hunter2 --plaintext
  registered experiment tracker 'plain' of flavor 'mlflow'
  note: tracking_token is kept as plain text in the component: whoever may list it reads it
  $ lockwork experiment-tracker describe plain
  id         ????????-????-????-????-???????????? (glob)
  name       plain
  type       experiment_tracker
  flavor     mlflow
  workspace  default
  owner      default
  version    1
  created    ????-??-?? ??:??:??Z (glob)
  updated    ????-??-?? ??:??:??Z (glob)
  
  tracking_uri                                    https://h
  tracking_token (sensitive, kept in plain text)  ***
  $ lockwork -o json experiment-tracker describe plain | grep tracking_token
      "tracking_token": "***"
  $ lockwork experiment-tracker list -o yaml | grep hunter2
  note: page 1 of 1; 4 in all
  [1]

Values come from files and standard input too.

  $ printf 'hunter2\n' > token
  $ lockwork experiment-tracker register filed -f mlflow --tracking-token=@token --strip 2> /dev/null
  registered experiment tracker 'filed' of flavor 'mlflow'
  $ lockwork secret get filed-experiment-tracker --key tracking_token; echo
  hunter2
  $ printf hunter4 | lockwork experiment-tracker register piped -f mlflow --tracking-token=@- --experiment-name=@@x 2> /dev/null
  registered experiment tracker 'piped' of flavor 'mlflow'
  $ lockwork secret get piped-experiment-tracker --key tracking_token; echo
  hunter4
  $ lockwork experiment-tracker describe piped -o json | grep experiment_name
      "experiment_name": "@x",

Variables and whole secrets are for the steps that use it.

  $ lockwork step-operator register pods -f kubernetes --env 'DSN=pg://{{login.username}}@h' --env A=b=c --secret login=LOGIN_ --secret other
  registered step operator 'pods' of flavor 'kubernetes'
  warning: step-operator 'pods', secrets: other: no secret 'other' that you can see in the own scope of user 'default' or in workspace 'default'
  hint: lockwork secret create other -i
  $ lockwork step-operator describe pods 2> /dev/null
  id         ????????-????-????-????-???????????? (glob)
  name       pods
  type       step_operator
  flavor     kubernetes
  workspace  default
  owner      default
  version    1
  created    ????-??-?? ??:??:??Z (glob)
  updated    ????-??-?? ??:??:??Z (glob)
  
  environment DSN  pg://{{login.username}}@h
  environment A    b=c
  secret login     each key as a variable, called LOGIN_…
  secret other     each key as a variable
  $ lockwork step-operator register p2 -f kubernetes --env PATH=/x
  error: step operator 'p2' may not set PATH: it decides what runs, or whom it trusts
  hint: set it in your own code: @step(environment={…})
  [1]
  $ lockwork step-operator register p2 -f kubernetes --env =hunter2
  error: --env takes NAME=VALUE, with a name of letters, digits and '_'
  [2]
  $ lockwork step-operator register p2 -f kubernetes --secret 'a b'
  error: what --secret was given is not a secret name
  hint: NAME or NAME=PREFIX, of a secret all of whose keys steps get
  [1]
  $ lockwork step-operator register p2 -f kubernetes --secret login=1X
  error: secret 'login' of step operator 'p2' has a prefix that no variable can begin with
  hint: a prefix is letters, digits and '_', not beginning with a digit, such as WANDB_
  [1]
  $ lockwork step-operator register p2 -f kubernetes --secret login --secret login=X
  error: secret 'login' is given twice
  [2]
  $ lockwork step-operator list --name p2
  note: no component of type step operator

The s3 flavor has an attribute that is called as an option is: neither is guessed.

  $ lockwork artifact-store register s3 -f s3 --path=s3://bucket --secret=hunter2
  error: --secret may mean the attribute 'secret' of flavor 's3' of artifact store, so it is not guessed
  hint: the attribute: --attribute secret=VALUE; a secret for steps' use: --whole-secret NAME
  [2]
  $ lockwork artifact-store register s3 -f s3 --path=s3://bucket --attribute 'secret={{login.password}}' --whole-secret login
  registered artifact store 's3' of flavor 's3'
  $ lockwork artifact-store describe s3 -o json | grep -A 7 '"attributes"'
    "attributes": {
      "path": "s3://bucket",
      "secret": "{{login.password}}"
    },
    "environment": {},
    "secrets": {
      "login": ""
    },

What is wrong names the attribute and never its value, and nothing is made.

  $ lockwork experiment-tracker register x -f mlflow --trackin-uri=hunter2
  error: flavor 'mlflow' of experiment tracker has no attribute 'trackin_uri'; did you mean 'tracking_uri'?
  hint: its attributes are: tracking_uri, tracking_username, tracking_password, tracking_token, tracking_insecure_tls, tracking_server_cert_path, tracking_client_cert_path, registry_uri, databricks_host, experiment_name
  [1]
  $ lockwork experiment-tracker register x -f mlflow --trackin-uri hunter2
  error: --trackin-uri is no option, and no attribute of any flavor of experiment tracker; did you mean --tracking-uri?
  hint: lockwork flavor describe FLAVOR --type experiment-tracker lists a flavor's attributes
  [2]
  $ lockwork experiment-tracker register x -f mlflow --tracking-uri
  error: --tracking-uri has no value
  hint: write --tracking-uri=VALUE
  [2]
  $ lockwork experiment-tracker register x -f mlflow --tracking-uri --plaintext
  error: --tracking-uri has no value
  hint: write --tracking-uri=VALUE
  [2]
  $ lockwork experiment-tracker register -f mlflow --tracking-insecure-tls x
  error: --tracking-insecure-tls has no value
  hint: write --tracking-insecure-tls=true or --tracking-insecure-tls=false
  [2]
  $ lockwork experiment-tracker register x -f mlflow --tracking-insecure-tls=hunter2
  error: attribute 'tracking_insecure_tls' is true or false; what was given is not
  [1]
  $ lockwork experiment-tracker register x -f mlflow --tracking-uri=a --tracking_uri=b
  error: 'tracking_uri' is given twice
  [2]
  $ lockwork experiment-tracker register x -f mlflow --tracking-uri=a --attribute tracking-uri=b
  error: 'tracking_uri' is given twice
  [2]
  $ lockwork experiment-tracker register x -f mlflow --tracking-uri=@missing
  error: the value of 'tracking_uri': cannot read 'missing': no such file or directory
  hint: @PATH reads a file; a value that begins with @ is written @@…
  [1]
  $ lockwork experiment-tracker register x -f mlflow --ask tracking-token
  error: the value of 'tracking_token' needs a terminal, and there is none
  hint: give it as --ATTR=@FILE or --ATTR=@-
  [2]
  $ lockwork experiment-tracker register x -f mlflow --ask trackin-token
  error: flavor 'mlflow' of experiment tracker has no attribute 'trackin_token'; did you mean 'tracking_token'?
  hint: its attributes are: tracking_uri, tracking_username, tracking_password, tracking_token, tracking_insecure_tls, tracking_server_cert_path, tracking_client_cert_path, registry_uri, databricks_host, experiment_name
  [1]
  $ lockwork experiment-tracker register x -f mlflow --workspace=w
  error: --workspace is also an option of lockwork itself, so it is not guessed here
  hint: as an option: lockwork --workspace … GROUP COMMAND, before the group; as a key: through --attribute NAME=VALUE
  [2]
  $ lockwork experiment-tracker register x -f mlflow y
  error: lockwork experiment-tracker register: a word too many
  hint: lockwork experiment-tracker register --help
  [2]
  $ lockwork experiment-tracker register x -f mflow
  error: no flavor of experiment tracker 'mflow'; did you mean 'mlflow'?
  hint: there are: mlflow
  [1]
  $ lockwork experiment-tracker register x
  error: missing option '-f' / '--flavor'
  hint: lockwork experiment-tracker register --help
  [2]
  $ lockwork experiment-tracker register -f mlflow
  error: missing argument 'NAME'
  hint: lockwork experiment-tracker register --help
  [2]
  $ lockwork experiment-tracker register 'a b' -f mlflow
  error: 'a b' is not a component name
  hint: 1 to 128 letters, digits, '-', '_' and '.', beginning with a letter or digit
  [1]
  $ lockwork experiment-tracker register mlflow -f mlflow
  error: experiment tracker 'mlflow' already exists in workspace 'default'
  hint: change it with: lockwork experiment-tracker update mlflow
  [1]
  $ lockwork artifact-store register x -f s3
  error: flavor 's3' of artifact store needs path
  hint: add --path=…
  [1]
  $ lockwork alerter register x -f slack --slack-token=hunter2
  error: flavor 'slack' of alerter needs slack_token and slack_channel_id, or slack_token and default_slack_channel_id, or webhook_url
  hint: add --slack-token=… --slack-channel-id=…
  [1]
  $ lockwork orchestrator register x -f local --parallel='{{login.username}}'
  error: 'parallel' is a whole number and cannot hold a reference
  [1]
  $ lockwork orchestrator register x -f local --parallel=hunter2
  error: attribute 'parallel' is a whole number; what was given is not
  [1]
  $ for type in experiment-tracker artifact-store alerter orchestrator; do lockwork $type list --name x; done
  note: no component of type experiment tracker
  note: no component of type artifact store
  note: no component of type alerter
  note: no component of type orchestrator
  $ lockwork secret list --name startswith:x
  note: no secrets found
