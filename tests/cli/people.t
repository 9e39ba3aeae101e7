People and machines, as the owner of the store sees them on its own host.

  $ lockwork user create robot --service
  created service account 'robot'
  hint: lockwork token create NAME --for robot makes a token for it
  note: this keeps names apart, not people: whoever can read the store's folder can act as any user and read every value; people who must not read each other's secrets use a server
  $ lockwork user invite carla --member default=editor > code
  note: the code of 'carla' is shown this once, and good once, until [-0-9]+ [0-9:]+Z (re)
  note: they choose their password by: lockwork login URL --invited
  $ grep -c '^lkc_' code
  1
  $ lockwork user list --sort-by asc:name 2> /dev/null | cut -c1-15
  NAME     KIND  
  carla    person
  default  person
  robot    servic
  $ lockwork user update carla --admin --disable
  user 'carla' administers the server and is kept out
  $ lockwork user update carla --no-admin --enable -o json | grep 'admin\|disabled'
    "admin": false,
    "disabled": null,
  $ lockwork user update carla
  error: nothing to change
  hint: give --admin, --no-admin, --disable or --enable
  [2]
  $ lockwork user invite dora --member default
  error: --member takes WORKSPACE=ROLE, not 'default'
  hint: such as default=editor
  [2]
  $ lockwork user invite dora --member default=boss
  error: 'boss' is not a role
  hint: a role is one of viewer, runner, editor, admin
  [1]
  $ lockwork user password
  error: an embedded store has no passwords
  hint: lockwork login URL asks a server
  [2]

Members of a workspace.

  $ lockwork workspace members -o csv 2> /dev/null | cut -d, -f1,2,4
  user,role,workspace
  carla,editor,default
  $ lockwork workspace add-member default robot --role runner
  user 'robot' is a runner of workspace 'default'
  $ lockwork workspace add-member default carla --role admin
  user 'carla' is an admin of workspace 'default'
  $ lockwork workspace add-member default carla
  error: missing option '--role'. Choose from: viewer, runner, editor, admin
  hint: lockwork workspace add-member --help
  [2]
  $ lockwork workspace add-member default karla --role admin
  error: no user 'karla'; did you mean 'carla'?
  hint: lockwork user list
  [1]
  $ lockwork workspace remove-member default default
  error: no member 'default'
  hint: lockwork workspace members
  [1]

A token is alone on stdout, once; nothing tells it again.

  $ lockwork token create nightly --for robot --role runner --workspace default --pattern 'prod-*' --days 30 > token
  note: token 'nightly' of 'robot' is shown this once; it is good until [-0-9]+ [0-9:]+Z (re)
  $ grep -c '^lkw_' token
  1
  $ wc -l < token
  0
  $ lockwork token list -o json 2> /dev/null | grep -v 'id"\|begins\|created\|expires'
  [
    {
      "name": "nightly",
      "kind": "api",
      "owner": "robot",
      "role": "runner",
      "workspaces": [
        "default"
      ],
      "patterns": [
        "prod-*"
      ],
      "revoked": null,
      "last_used": null
    }
  ]
  $ lockwork token create other --never-expires -o json 2> note | grep -c '"token": "lkw_'
  1
  $ cat note
  note: token 'other' of 'default' is shown this once; it is good until it is revoked
  $ lockwork token create other --days 3 --never-expires
  error: --days and --never-expires cannot go together
  [2]
  $ lockwork token create other
  error: user 'default' has a token called 'other'
  hint: lockwork token revoke other
  [1]
  $ lockwork token create x --pattern 'a b'
  error: 'a b' is not a pattern of secret names
  hint: letters, digits, '-', '_', and '*' for any text, such as 'prod-*'
  [1]
  $ lockwork token create x --for carla
  error: user 'carla' is a person: they mint their tokens themselves
  hint: for a program: lockwork user create NAME --service
  [1]
  $ lockwork token revoke nightly
  revoked token 'nightly' of 'robot', and what it minted
  $ lockwork token revoke nightly
  error: no token 'nightly'
  hint: lockwork token list
  [1]

Someone who is locked out of a server gets a code on its host.

  $ lockwork server reset-password robot
  error: user 'robot' is a service account: it has tokens and no password
  [1]
  $ lockwork server reset-password carla 2> note | cut -c1-4
  lkc_
  $ lockwork audit verify | sed 's/[0-9]*/N/'
  N records, each following from the one before

Whoever upgrades without naming a database hears which store that was.

  $ lockwork server upgrade 2> note | sed 's/in .* has/in HOME has/'
  the store in HOME has schema [0-9]+ already (re)
  $ cat note
  note: no database was named, so this is the store of LOCKWORK_HOME; one on PostgreSQL is named by --database-url or LOCKWORK_DATABASE_URL
