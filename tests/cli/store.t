What is active, and who says so.

  $ lockwork status | sed 's,  *, ,g'
  WHAT IS SAID BY
  workspace default default
  stack default default
  user default default
  store */lockwork/lockwork.db (made when first used) LOCKWORK_HOME (glob)
  root key */lockwork/keyring LOCKWORK_HOME (glob)
  validation level SECRET_AND_KEY_EXISTS default
  configuration */lockwork/config.toml LOCKWORK_HOME (glob)
  project file none this folder or above
  $ lockwork status -o json | head -8
  {
    "workspace": {
      "value": "default",
      "source": "default"
    },
    "stack": {
      "value": "default",
      "source": "default"
  $ test ! -e $LOCKWORK_HOME/lockwork.db

Workspaces are rooms: what is in one is not seen from another.

  $ lockwork workspace create team
  created workspace 'team'
  hint: lockwork workspace set team makes it the active one
  $ lockwork --workspace team secret create db --password=hunter2
  secret db:
    password  ***
  created workspace secret 'db', version 1
  $ lockwork secret get db
  error: no secret 'db'
  hint: looked in the own scope of user 'default' or in workspace 'default'; see: lockwork secret list
  [1]
  $ lockwork workspace set team
  workspace 'team' is kept as the active one
  $ lockwork secret get db --key password
  hunter2 (no-eol)
  $ lockwork workspace list | awk '{print $1, $2, $3}'
  NAME ACTIVE SECRETS
  default no 0
  team yes 1
  $ lockwork workspace describe -o csv | cut -d, -f2,4-
  name,secrets,components,stacks,active
  team,1,2,1,true
  $ lockwork status | grep workspace | sed 's,  *, ,g'
  workspace team */lockwork/config.toml (glob)
  $ LOCKWORK_WORKSPACE=default lockwork status | grep workspace | sed 's,  *, ,g'
  workspace default LOCKWORK_WORKSPACE
  $ LOCKWORK_WORKSPACE=default lockwork workspace set team
  workspace 'team' is kept as the active one
  note: here workspace 'default' is active all the same: LOCKWORK_WORKSPACE says so
  $ lockwork --workspace nope secret list
  error: no workspace 'nope'
  hint: lockwork workspace list
  [1]
  $ lockwork workspace set nope
  error: no workspace 'nope'
  hint: lockwork workspace list
  [1]
  $ lockwork workspace create team
  error: workspace 'team' already exists in this store
  hint: lockwork workspace list
  [1]
  $ lockwork workspace create 'a b'
  error: 'a b' is not a workspace name
  hint: 1 to 128 letters, digits, '-' and '_', beginning with a letter or digit; no dots
  [1]
  $ lockwork workspace describe nope
  error: no workspace 'nope'
  hint: lockwork workspace list
  [1]
  $ lockwork workspace delete team --force
  error: the question whether to go on needs a terminal, and there is none
  hint: --yes goes on without asking
  [2]
  $ lockwork workspace delete team -y
  error: workspace 'team' is not empty: 1 secret
  hint: --force deletes it for good, with all that is in it
  [1]
  $ lockwork workspace delete team -y --force
  deleted workspace 'team'
  note: it was the active one; */lockwork/config.toml still names it (glob)
  hint: lockwork workspace set NAME
  $ lockwork secret list
  error: no workspace 'team'
  hint: lockwork workspace list
  [1]
  $ lockwork workspace set default
  workspace 'default' is kept as the active one

A folder's file says what is active there, and names nothing else.

  $ mkdir project && cd project
  $ lockwork workspace create other > /dev/null 2>&1
  $ lockwork --workspace other init
  */project/.lockwork.toml (glob)
  $ cat .lockwork.toml
  # What `lockwork` uses in this folder and below.
  workspace = "other"
  $ lockwork init
  error: */project/.lockwork.toml exists already (glob)
  hint: --force replaces it
  [1]
  $ lockwork --workspace nope init --force
  error: no workspace 'nope'
  hint: lockwork workspace list
  [1]
  $ mkdir below && cd below && lockwork status | grep workspace | sed 's,  *, ,g'; cd ..
  workspace other */project/.lockwork.toml (glob)
  $ echo 'url = "https://example.com"' > .lockwork.toml
  $ lockwork secret list
  error: */project/.lockwork.toml: 'url' is not for this file (glob)
  hint: it may hold workspace and stack; a server and its token never come from a project's folder, which others can write
  [1]
  $ lockwork --workspace default workspace create unmade 2>&1 | head -1
  error: */project/.lockwork.toml: 'url' is not for this file (glob)
  $ rm .lockwork.toml; lockwork workspace describe unmade
  error: no workspace 'unmade'
  hint: lockwork workspace list
  [1]
  $ cd ..

Users keep names apart, not people, and creating one says so.

  $ lockwork user create anna
  created user 'anna'; lockwork --as anna … acts as them
  note: this keeps names apart, not people: whoever can read the store's folder can act as any user and read every value; people who must not read each other's secrets use a server
  $ lockwork --as anna secret create own -s user --password=hunter2
  secret own:
    password  ***
  created user secret 'own', version 1
  $ lockwork secret get own
  error: no secret 'own'
  hint: looked in the own scope of user 'default' or in workspace 'default'; see: lockwork secret list
  [1]
  $ LOCKWORK_USER=anna lockwork secret get own --key password
  hunter2 (no-eol)
  $ lockwork --as anna user describe -o csv | cut -d, -f2
  name
  anna
  $ lockwork user list | awk '{print $1}'
  NAME
  anna
  default
  $ lockwork user create anna
  error: user 'anna' already exists in this store
  hint: lockwork user list
  [1]
  $ lockwork user create x.y
  error: 'x.y' is not a user name
  hint: 1 to 128 letters, digits, '-' and '_', beginning with a letter or digit; no dots
  [1]
  $ lockwork --as nobody secret list
  error: no user 'nobody'
  hint: lockwork user list
  [1]
  $ lockwork user describe nobody
  error: no user 'nobody'
  hint: lockwork user list
  [1]
  $ lockwork user delete anna --force
  error: the question whether to go on needs a terminal, and there is none
  hint: --yes goes on without asking
  [2]
  $ lockwork user delete anna -y
  error: user 'anna' has secrets of their own: 1 secret
  hint: --force deletes these secrets for good
  [1]
  $ lockwork user delete anna -y --force
  deleted user 'anna'
  $ lockwork user delete anna -y
  error: no user 'anna'
  hint: lockwork user list
  [1]

A server is never stood in for by the store here.

  $ LOCKWORK_URL=https://example.com lockwork secret list
  error: LOCKWORK_URL is set and LOCKWORK_TOKEN is not: one is of no use without the other
  hint: set LOCKWORK_TOKEN too, or unset LOCKWORK_URL
  [3]
  $ LOCKWORK_TOKEN=lkw_hunter2 lockwork secret list
  error: LOCKWORK_TOKEN is set and LOCKWORK_URL is not: one is of no use without the other
  hint: set LOCKWORK_URL too, or unset LOCKWORK_TOKEN
  [3]
  $ LOCKWORK_URL=http://127.0.0.1:9 LOCKWORK_TOKEN=lkw_hunter2 lockwork secret create x --k=v
  error: the server at http://127.0.0.1:9 cannot be reached (ConnectError)
  hint: check the URL and the network: lockwork status
  [3]
  $ LOCKWORK_URL=http://team.example LOCKWORK_TOKEN=lkw_hunter2 lockwork secret list
  error: http://team.example would send the token and every value in the clear
  hint: use https; --insecure allows it all the same
  [1]
  $ LOCKWORK_URL=https://team.example LOCKWORK_TOKEN=lkw_hunter2 lockwork status | head -3
  WHAT +IS +SAID BY (re)
  server +https://team.example +LOCKWORK_URL (re)
  user +whoever the token belongs to +LOCKWORK_URL (re)
