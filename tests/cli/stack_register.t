A stack is one component of each type, an orchestrator and an artifact store among them.

  $ lockwork stack get
  default
  $ lockwork experiment-tracker register mlflow -f mlflow --tracking-uri=https://h --tracking-username='{{login.name}}' 2> /dev/null
  registered experiment tracker 'mlflow' of flavor 'mlflow'
  $ lockwork alerter register ops -f slack --webhook-url '{{slack.url}}' 2> /dev/null
  registered alerter 'ops' of flavor 'slack'

What its references lack is told, and refuses nothing.

  $ lockwork stack register prod -o default -a default -e mlflow -al ops --secret openai=OPENAI_ --set
  registered stack 'prod', and set it as the active one
  warning: alerter 'ops', webhook_url: {{slack.url}}: no secret 'slack' that you can see in the own scope of user 'default' or in workspace 'default'
  hint: lockwork secret create slack --ask url
  warning: experiment-tracker 'mlflow', tracking_username: {{login.name}}: no secret 'login' that you can see in the own scope of user 'default' or in workspace 'default'
  hint: lockwork secret create login --ask name
  warning: stack 'prod', secrets: openai: no secret 'openai' that you can see in the own scope of user 'default' or in workspace 'default'
  hint: lockwork secret create openai -i
  hint: all that is missing, at once: lockwork stack register-secrets prod
  $ lockwork stack get
  prod
  $ lockwork stack get -o json
  {
    "name": "prod",
    "workspace": "default",
    "source": "*/lockwork/config.toml" (glob)
  }
  $ lockwork stack list
  NAME     ACTIVE  COMPONENTS                                                                            OWNER    UPDATED
  default  no      orchestrator=default, artifact_store=default                                          default  ????-??-?? ??:??:??Z (glob)
  prod     yes     orchestrator=default, artifact_store=default, experiment_tracker=mlflow, alerter=ops  default  ????-??-?? ??:??:??Z (glob)
  $ lockwork stack describe 2> /dev/null
  id         ????????-????-????-????-???????????? (glob)
  name       prod
  workspace  default
  owner      default
  active     yes
  version    1
  created    ????-??-?? ??:??:??Z (glob)
  updated    ????-??-?? ??:??:??Z (glob)
  
  TYPE                NAME     FLAVOR
  orchestrator        default  local
  artifact-store      default  local
  experiment-tracker  mlflow   mlflow
  alerter             ops      slack
  
  secret openai  each key as a variable, called OPENAI_…
  $ lockwork stack describe default
  id         ????????-????-????-????-???????????? (glob)
  name       default
  workspace  default
  owner      default
  active     no
  version    1
  created    ????-??-?? ??:??:??Z (glob)
  updated    ????-??-?? ??:??:??Z (glob)
  
  TYPE            NAME     FLAVOR
  orchestrator    default  local
  artifact-store  default  local
  $ lockwork stack list --output json | grep -A 8 '"components"' | tail -9
  note: page 1 of 1; 2 in all
      "components": {
        "orchestrator": {
          "id": "????????-????-????-????-????????????", (glob)
          "name": "default",
          "flavor": "local"
        },
        "artifact_store": {
          "id": "????????-????-????-????-????????????", (glob)
          "name": "default",

The active one is what a flag, the environment, a project's file or the configuration says.

  $ lockwork stack set default
  stack 'default' is kept as the active one
  $ LOCKWORK_STACK=prod lockwork stack get
  prod
  $ LOCKWORK_STACK=prod lockwork stack set default
  stack 'default' is kept as the active one
  note: here stack 'prod' is active all the same: LOCKWORK_STACK says so
  $ LOCKWORK_STACK=prdo lockwork stack get
  error: no stack 'prdo'; did you mean 'prod'?
  hint: LOCKWORK_STACK says that it is the active one; lockwork stack set NAME chooses another
  [1]
  $ LOCKWORK_STACK=prdo lockwork stack describe
  error: no stack 'prdo'; did you mean 'prod'?
  hint: LOCKWORK_STACK says that it is the active one; lockwork stack set NAME chooses another
  [1]

Whatever is wrong makes nothing.

  $ lockwork stack register x -o default
  error: missing option '-a' / '--artifact-store'
  hint: lockwork stack register --help
  [2]
  $ lockwork stack register -o default -a default
  error: missing argument 'NAME'
  hint: lockwork stack register --help
  [2]
  $ lockwork stack register x -o defalt -a default
  error: no orchestrator 'defalt'; did you mean 'default'?
  hint: looked in workspace 'default'; see: lockwork orchestrator list
  [1]
  $ lockwork stack register x -o default -a default -e ops
  error: no experiment tracker 'ops'
  hint: looked in workspace 'default'; see: lockwork experiment-tracker list
  [1]
  $ lockwork stack register prod -o default -a default
  error: stack 'prod' already exists in workspace 'default'
  hint: change it with: lockwork stack update prod
  [1]
  $ lockwork stack register 'a b' -o default -a default
  error: 'a b' is not a stack name
  hint: 1 to 128 letters, digits, '-', '_' and '.', beginning with a letter or digit
  [1]
  $ lockwork stack register x -o default -a default --secret 'a b'
  error: what --secret was given is not a secret name
  hint: NAME or NAME=PREFIX, of a secret all of whose keys steps get
  [1]
  $ lockwork stack register x -o default -a default --secret a --secret a=B
  error: secret 'a' is given twice
  [2]
  $ lockwork stack register x -o default -a default hunter2
  error: lockwork stack register: a word too many
  hint: lockwork stack register --help
  [2]
  $ lockwork stack register x -o default -a default -x y
  error: no such option '-x'
  hint: lockwork stack register --help
  [2]
  $ lockwork stack set nope
  error: no stack 'nope'
  hint: looked in workspace 'default'; see: lockwork stack list
  [1]
  $ lockwork stack set
  error: missing argument 'NAME'
  hint: lockwork stack set --help
  [2]
  $ lockwork stack describe prd
  error: no stack 'prd'; did you mean 'prod'?
  hint: looked in workspace 'default'; see: lockwork stack list
  [1]
  $ lockwork stack describe prod default
  error: lockwork stack describe: a word too many
  hint: lockwork stack describe --help
  [2]
  $ lockwork stack list --size x
  error: --size takes a whole number from 1 to 10,000
  hint: lockwork stack list --help
  [2]
  $ lockwork stack list -o csv | cut -d, -f2
  note: page 1 of 1; 2 in all
  name
  default
  prod
