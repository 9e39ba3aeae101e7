  $ lockwork orchestrator list
  NAME     FLAVOR  OWNER    VERSION  UPDATED
  default  local   default  1        ????-??-?? ??:??:??Z (glob)
  $ lockwork image-builder list
  note: no component of type image builder
  $ lockwork image-builder list -o json
  []
  note: page 1 of 1; 0 in all
  $ for i in 1 2 3; do lockwork orchestrator register o$i -f local --parallel=$i; done
  registered orchestrator 'o1' of flavor 'local'
  registered orchestrator 'o2' of flavor 'local'
  registered orchestrator 'o3' of flavor 'local'
  $ lockwork orchestrator list --name startswith:o --sort-by desc:name --size 2 -o csv | cut -d, -f2-4,6-9
  note: page 1 of 2; 3 in all
  name,type,flavor,owner,attributes,environment,secrets
  o3,orchestrator,local,default,"{""parallel"": 3}",{},{}
  o2,orchestrator,local,default,"{""parallel"": 2}",{},{}
  $ lockwork orchestrator list --flavor nope
  note: no component of type orchestrator
  $ lockwork orchestrator list --sort-by sideways:name
  error: 'sideways:name' is not an order
  hint: write asc:FIELD or desc:FIELD
  [1]
  $ lockwork orchestrator list --sort-by asc:nope
  error: cannot filter or sort by 'nope'
  hint: it goes by name, owner, created, updated, id, type, flavor
  [1]
  $ lockwork orchestrator list --size 0
  error: --size takes a whole number from 1 to 10,000
  hint: lockwork orchestrator list --help
  [2]
  $ lockwork orchestrator list --name 'near'
  note: no component of type orchestrator
  $ lockwork orchestrator list x
  error: lockwork orchestrator list: a word too many
  hint: lockwork orchestrator list --help
  [2]
  $ lockwork orchestrator describe o1
  id         ????????-????-????-????-???????????? (glob)
  name       o1
  type       orchestrator
  flavor     local
  workspace  default
  owner      default
  version    1
  created    ????-??-?? ??:??:??Z (glob)
  updated    ????-??-?? ??:??:??Z (glob)
  
  parallel  1
  $ lockwork orchestrator describe o1 -o json
  {
    "id": "????????-????-????-????-????????????", (glob)
    "name": "o1",
    "type": "orchestrator",
    "flavor": "local",
    "workspace": "default",
    "owner": "default",
    "attributes": {
      "parallel": 1
    },
    "environment": {},
    "secrets": {},
    "version": 1,
    "created": "????-??-??T*Z", (glob)
    "updated": "????-??-??T*Z" (glob)
  }
  $ lockwork orchestrator describe o9
  error: no orchestrator 'o9'
  hint: looked in workspace 'default'; see: lockwork orchestrator list
  [1]
  $ lockwork orchestrator describe
  error: missing argument 'NAME'
  hint: lockwork orchestrator describe --help
  [2]
  $ lockwork orchestrator describe o1 o2
  error: lockwork orchestrator describe: a word too many
  hint: lockwork orchestrator describe --help
  [2]
  $ lockwork orchestrater list
  error: no such command 'orchestrater'; did you mean 'orchestrator'?
  hint: lockwork --help
  [2]
  $ lockwork experiment_tracker list
  note: no component of type experiment tracker

A component's page tells what it lacks, and which of its secrets hides another.

  $ lockwork secret create db --password=x 2> /dev/null
  created workspace secret 'db', version 1
  $ lockwork secret create db --password=x --scope user 2> /dev/null
  created user secret 'db', version 1
  $ lockwork feature-store register feast -f feast --feast-repo=repo --online-host '{{db.password}}:{{db.port}}'
  registered feature store 'feast' of flavor 'feast'
  note: user secret 'db' hides the 'default' workspace's secret of that name
  warning: feature-store 'feast', online_host: {{db.port}}: user secret 'db' has no key 'port'
  hint: lockwork secret update db --ask port --scope user
  $ lockwork feature-store describe feast
  id         ????????-????-????-????-???????????? (glob)
  name       feast
  type       feature_store
  flavor     feast
  workspace  default
  owner      default
  version    1
  created    ????-??-?? ??:??:??Z (glob)
  updated    ????-??-?? ??:??:??Z (glob)
  
  feast_repo   repo
  online_host  {{db.password}}:{{db.port}}
  note: user secret 'db' hides the 'default' workspace's secret of that name
  warning: feature-store 'feast', online_host: {{db.port}}: user secret 'db' has no key 'port'
  hint: lockwork secret update db --ask port --scope user

A word is completed where the command knows what it may be.

  $ complete() { _LOCKWORK_COMPLETE=bash_complete COMP_WORDS="lockwork $1 " COMP_CWORD=$(set -- $1; expr $# + 1) lockwork; }
  $ complete 'orchestrator describe'
  plain,default
  plain,o1
  plain,o2
  plain,o3
  $ complete 'orchestrator register x --flavor'
  plain,local
  $ complete 'artifact-store register x -f'
  plain,local
  plain,s3
  $ complete 'stack register s -o'
  plain,default
  plain,o1
  plain,o2
  plain,o3
  $ complete 'stack describe'
  plain,default
  $ complete 'flavor describe' | head -3
  plain,local
  plain,s3
  plain,mlflow
  $ complete 'flavor list --type' | head -2
  plain,orchestrator
  plain,artifact-store
