  $ lockwork secret create db --username=anna --password=hunter2 2> /dev/null
  created workspace secret 'db', version 1

A secret is shown by its keys; its values only when asked for.

  $ lockwork secret get db
  id         * (glob)
  name       db
  scope      workspace
  workspace  default
  owner      default
  version    1
  created    * (glob)
  updated    * (glob)
  
  password  ***
  username  ***
  hint: lockwork secret get db --reveal shows the values; --key KEY prints one
  $ lockwork secret get db --reveal
  id         * (glob)
  name       db
  scope      workspace
  workspace  default
  owner      default
  version    1
  created    * (glob)
  updated    * (glob)
  
  password  hunter2
  username  anna
  $ lockwork secret get db --key password
  hunter2 (no-eol)

Every form has the same fields; `values` only with --reveal.

  $ lockwork secret get db -o json
  {
    "id": "*", (glob)
    "name": "db",
    "scope": "workspace",
    "workspace": "default",
    "owner": "default",
    "keys": [
      "password",
      "username"
    ],
    "version": 1,
    "created": "*", (glob)
    "updated": "*" (glob)
  }
  $ lockwork --output json secret get db --reveal | grep -A4 '"values"'
    "values": {
      "password": "hunter2",
      "username": "anna"
    }
  }
  $ lockwork secret get db -o yaml --reveal | tail -3
  values:
    password: hunter2
    username: anna
  $ lockwork secret get db -o csv
  id,name,scope,workspace,owner,keys,version,created,updated
  *,db,workspace,default,default,password username,1,*,* (glob)
  $ lockwork secret get db -o xml
  error: --output takes one of table, json, yaml, csv
  hint: lockwork secret get --help
  [2]

By id, by an unambiguous beginning of the name or the id; but where a value is shown, exactly.

  $ id=$(lockwork secret get db -o json | sed -n 's/.*"id": "\(.*\)",/\1/p')
  $ lockwork secret get $id -o csv | cut -d, -f2
  name
  db
  $ lockwork secret get $(echo $id | cut -c1-8) -o csv | cut -d, -f2
  note: '*' matched 'db' (glob)
  name
  db
  $ lockwork secret get d -o csv | cut -d, -f2
  note: 'd' matched 'db'
  name
  db
  $ lockwork secret get d --reveal
  error: no secret 'd'; did you mean 'db'?
  hint: looked in the own scope of user 'default' or in workspace 'default'; see: lockwork secret list
  [1]
  $ lockwork secret get d --key password
  error: no secret 'd'; did you mean 'db'?
  hint: looked in the own scope of user 'default' or in workspace 'default'; see: lockwork secret list
  [1]
  $ lockwork secret create dc --k=v
  secret dc:
    k  ***
  created workspace secret 'dc', version 1
  $ lockwork secret get d
  error: 'd' could be several secrets: 'db', 'dc' …
  hint: write the whole name or id
  [1]
  $ lockwork secret get b
  error: no secret 'b'; did you mean 'db'?
  hint: looked in the own scope of user 'default' or in workspace 'default'; see: lockwork secret list
  [1]

What is not there, with what may have been meant.

  $ lockwork secret get bd
  error: no secret 'bd'
  hint: looked in the own scope of user 'default' or in workspace 'default'; see: lockwork secret list
  [1]
  $ lockwork secret get db --key pasword
  error: no key 'pasword'; did you mean 'password'?
  hint: secret 'db' has the keys: password, username
  [1]
  $ lockwork secret get db --version 7
  error: no version '7'
  hint: lockwork secret versions db
  [1]
  $ lockwork secret get db --version 7 --reveal
  error: no version '7'
  hint: lockwork secret versions db
  [1]
  $ lockwork secret get db --version none
  error: --version takes a whole number from 1
  hint: lockwork secret get --help
  [2]
  $ lockwork secret get db --reveal --key password
  error: --reveal and --key cannot go together
  hint: --key KEY prints that one value
  [2]
  $ lockwork secret get db dc
  error: lockwork secret get: a word too many
  hint: lockwork secret get --help
  [2]
  $ lockwork secret get
  error: missing argument 'NAME_OR_ID'
  hint: lockwork secret get --help
  [2]
  $ lockwork secret get db --revael
  error: no such option '--revael'. Did you mean '--reveal'?
  hint: lockwork secret get --help
  [2]

Old versions.

  $ lockwork secret update db --password=hunter3 -r username
  secret db:
    password  ***
    username  removed
  updated workspace secret 'db', now version 2
  $ lockwork secret get db --version 1 2> /dev/null | tail -2
  password  ***
  username  ***
  $ lockwork secret get db --version 1 --key password
  hunter2 (no-eol)
  $ lockwork secret get db --version 1 --reveal | tail -2
  password  hunter2
  username  anna
  $ lockwork secret get db --key password
  hunter3 (no-eol)
