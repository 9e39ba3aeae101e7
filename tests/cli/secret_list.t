  $ lockwork secret list
  note: no secrets found
  $ for n in prod-eu prod-us dev_a 'dev-b'; do lockwork secret create $n --k=v > /dev/null 2>&1; done
  $ lockwork secret create own -s user --k=v > /dev/null 2>&1
  $ names() { lockwork secret list -o csv "$@" 2>&1 | cut -d, -f2 | tr '\n' ' '; echo; }

  $ lockwork secret list
  NAME     SCOPE      OWNER    KEYS  VERSION  UPDATED
  dev-b    workspace  default  k     1        * (glob)
  dev_a    workspace  default  k     1        * (glob)
  own      user       default  k     1        * (glob)
  prod-eu  workspace  default  k     1        * (glob)
  prod-us  workspace  default  k     1        * (glob)
  $ lockwork secret list -o json 2> /dev/null | head -4
  [
    {
      "id": "*", (glob)
      "name": "dev-b",
  $ names --name startswith:prod
  name prod-eu prod-us note: page 1 of 1; 2 in all 
  $ names --name endswith:us
  name prod-us note: page 1 of 1; 1 in all 
  $ names --name contains:_
  name dev_a note: page 1 of 1; 1 in all 
  $ names --name contains:%
  name note: page 1 of 1; 0 in all 
  $ names --name gt:own
  name prod-eu prod-us note: page 1 of 1; 2 in all 
  $ names --name prod
  name note: page 1 of 1; 0 in all 
  $ names --name prod-eu
  name prod-eu note: page 1 of 1; 1 in all 
  $ names --scope user
  name own note: page 1 of 1; 1 in all 
  $ names --scope workspace --name startswith:dev
  name dev-b dev_a note: page 1 of 1; 2 in all 
  $ names --any --scope user --name startswith:dev
  name dev-b dev_a own note: page 1 of 1; 3 in all 
  $ names --owner default --created gte:2020-01-01 --updated lt:2020-01-01
  name note: page 1 of 1; 0 in all 
  $ names --sort-by desc:name
  name prod-us prod-eu own dev_a dev-b note: page 1 of 1; 5 in all 
  $ names --sort_by desc:created --size 2
  name own dev-b note: page 1 of 3; 5 in all 
  $ lockwork secret list --size 2 --page 2 -o csv 2> /dev/null | cut -d, -f2
  name
  own
  prod-eu
  $ lockwork secret list --size 2 --page 9
  note: page 9 of 3; 5 in all
  $ lockwork secret list --size 2 --page 9 -o json
  []
  note: page 9 of 3; 5 in all

  $ lockwork secret list --name begins:x
  error: filter 'name' knows no 'begins:'
  hint: it knows equals:, contains:, startswith:, endswith:, gt:, gte:, lt:, lte:
  [1]
  $ lockwork secret list --deleted --sort-by desc:deleted
  note: no secrets found
  $ lockwork secret list --sort-by deleted
  error: cannot filter or sort by 'deleted'
  hint: it goes by name, scope, owner, created, updated, id
  [1]
  $ lockwork secret list --sort-by colour
  error: cannot filter or sort by 'colour'
  hint: it goes by name, scope, owner, created, updated, id
  [1]
  $ lockwork secret list --sort-by up:name
  error: 'up:name' is not an order
  hint: write asc:FIELD or desc:FIELD
  [1]
  $ lockwork secret list --size 10001
  error: --size takes a whole number from 1 to 10,000
  hint: lockwork secret list --help
  [2]
  $ lockwork secret list --size 0
  error: --size takes a whole number from 1 to 10,000
  hint: lockwork secret list --help
  [2]
  $ lockwork secret list --page 0
  error: --page takes a whole number from 1
  hint: lockwork secret list --help
  [2]
  $ lockwork secret list --created gte:yesterday
  error: filter 'created': 'yesterday' is not a time
  hint: write it as 2026-01-31 or 2026-01-31T18:00:00+01:00; without an offset it is UTC
  [1]
  $ lockwork secret list --scope team
  error: --scope takes one of workspace, user
  hint: lockwork secret list --help
  [2]
  $ lockwork secret list extra
  error: lockwork secret list: a word too many
  hint: lockwork secret list --help
  [2]

  $ lockwork secret delete dev_a -y > /dev/null 2>&1
  $ lockwork secret list --deleted
  ID                                    NAME   SCOPE      OWNER    DELETED
  *  dev_a  workspace  default  * (glob)
  $ lockwork secret list --deleted -o csv 2> /dev/null | head -1
  id,name,scope,workspace,owner,keys,version,created,updated,deleted
