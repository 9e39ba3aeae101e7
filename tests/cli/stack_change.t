  $ lockwork secret create login --name=not-shown 2> /dev/null
  created workspace secret 'login', version 1
  $ lockwork experiment-tracker register mlflow -f mlflow --tracking-username='{{login.name}}'
  registered experiment tracker 'mlflow' of flavor 'mlflow'
  $ lockwork experiment-tracker register other -f mlflow
  registered experiment tracker 'other' of flavor 'mlflow'
  $ lockwork stack register prod -o default -a default -e mlflow --set
  registered stack 'prod', and set it as the active one

Parts are exchanged, added and taken out; the active stack is meant where none is named.

  $ lockwork stack update -e other --secret login
  updated stack 'prod', now version 2
  $ lockwork stack update prod --remove experiment-tracker --remove-secret login --if-version 2
  updated stack 'prod', now version 3
  $ lockwork stack update prod --experiment_tracker mlflow --secret nothing-yet
  updated stack 'prod', now version 4
  warning: stack 'prod', secrets: nothing-yet: no secret 'nothing-yet' that you can see in the own scope of user 'default' or in workspace 'default'
  hint: lockwork secret create nothing-yet -i
  hint: all that is missing, at once: lockwork stack register-secrets prod
  $ lockwork stack list --name prod
  NAME  ACTIVE  COMPONENTS                                                               OWNER    UPDATED
  prod  yes     orchestrator=default, artifact_store=default, experiment_tracker=mlflow  default  ????-??-?? ??:??:??Z (glob)
  $ lockwork stack update prod
  error: nothing to change in stack 'prod'
  hint: name a component, such as -e NAME
  [1]
  $ lockwork stack update prod -e other --if-version 1
  error: stack 'prod' is at version 4, not 1; nothing was changed
  hint: read it again, then repeat the change with the version you read
  [1]
  $ lockwork stack update prod -e nope
  error: no experiment tracker 'nope'
  hint: looked in workspace 'default'; see: lockwork experiment-tracker list
  [1]
  $ lockwork stack update prod --remove orchestrator
  error: a stack needs one orchestrator
  hint: name it with --orchestrator NAME
  [1]
  $ lockwork stack update prod --remove alerter
  error: stack 'prod' has no alerter
  [1]
  $ lockwork stack update prod --remove tracker
  error: 'tracker' is not a component type
  hint: the types are: orchestrator, artifact-store, experiment-tracker, step-operator, container-registry, alerter, model-registry, model-deployer, data-validator, feature-store, annotator, image-builder
  [1]
  $ lockwork stack update prod --remove-secret nope
  error: no declared secret 'nope'
  hint: stack 'prod' has: nothing-yet
  [1]
  $ lockwork stack update prod -e other --remove experiment-tracker
  error: 'experiment-tracker' cannot be both set and removed in one call
  [1]
  $ lockwork stack update nope -e other
  error: no stack 'nope'
  hint: looked in workspace 'default'; see: lockwork stack list
  [1]
  $ lockwork stack describe prod -o json 2> /dev/null | grep '"version"' | tail -1
    "version": 4,

A stack that is kept as the active one stays so under its new name.

  $ lockwork stack rename prod live
  renamed stack 'prod' to 'live'
  warning: stack 'live', secrets: nothing-yet: no secret 'nothing-yet' that you can see in the own scope of user 'default' or in workspace 'default'
  hint: lockwork secret create nothing-yet -i
  hint: all that is missing, at once: lockwork stack register-secrets live
  $ lockwork stack get
  live
  $ lockwork stack copy live spare
  copied to stack 'spare'
  warning: stack 'spare', secrets: nothing-yet: no secret 'nothing-yet' that you can see in the own scope of user 'default' or in workspace 'default'
  hint: lockwork secret create nothing-yet -i
  hint: all that is missing, at once: lockwork stack register-secrets spare
  $ lockwork stack rename live spare
  error: stack 'spare' already exists in workspace 'default'
  hint: change it with: lockwork stack update spare
  [1]
  $ lockwork stack rename live 'a b'
  error: 'a b' is not a stack name
  hint: 1 to 128 letters, digits, '-', '_' and '.', beginning with a letter or digit
  [1]
  $ lockwork stack rename live
  error: missing argument 'NEW'
  hint: lockwork stack rename --help
  [2]
  $ lockwork stack rename nope x
  error: no stack 'nope'
  hint: looked in workspace 'default'; see: lockwork stack list
  [1]
  $ lockwork stack rename default x
  error: the stack 'default' is not renamed: it is active where nothing says otherwise
  hint: change what is in it with: lockwork stack update default …
  [1]
  $ lockwork stack copy live spare
  error: stack 'spare' already exists in workspace 'default'
  hint: change it with: lockwork stack update spare
  [1]
  $ lockwork stack copy nope x
  error: no stack 'nope'
  hint: looked in workspace 'default'; see: lockwork stack list
  [1]
  $ LOCKWORK_STACK=spare lockwork stack rename spare extra
  renamed stack 'spare' to 'extra'
  warning: stack 'extra', secrets: nothing-yet: no secret 'nothing-yet' that you can see in the own scope of user 'default' or in workspace 'default'
  hint: lockwork secret create nothing-yet -i
  hint: all that is missing, at once: lockwork stack register-secrets extra
  note: LOCKWORK_STACK still names stack 'spare' as the active one
  $ lockwork stack list -o csv | cut -d, -f2,5
  note: page 1 of 1; 3 in all
  name,active
  default,false
  extra,false
  live,true

Deleting asks first. Its components stay; the default stack does too.

  $ lockwork stack delete live
  error: the question whether to go on needs a terminal, and there is none
  hint: --yes goes on without asking
  [2]
  $ lockwork stack delete nope -y
  error: no stack 'nope'
  hint: looked in workspace 'default'; see: lockwork stack list
  [1]
  $ lockwork stack delete default -y
  error: the stack 'default' is not deleted: it is active where nothing says otherwise
  hint: change what is in it with: lockwork stack update default …
  [1]
  $ lockwork stack delete live -y
  deleted stack 'live'
  note: it was the active one; now 'default' is
  $ lockwork stack get
  default
  $ LOCKWORK_STACK=extra lockwork stack delete extra -y
  deleted stack 'extra'
  note: LOCKWORK_STACK still names stack 'extra' as the active one
  $ lockwork experiment-tracker list
  NAME    FLAVOR  OWNER    VERSION  UPDATED
  mlflow  mlflow  default  1        ????-??-?? ??:??:??Z (glob)
  other   mlflow  default  1        ????-??-?? ??:??:??Z (glob)
