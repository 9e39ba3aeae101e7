  $ lockwork secret create db --password=hunter2 2> /dev/null
  created workspace secret 'db', version 1
  $ lockwork secret update db --password=hunter3 2> /dev/null
  updated workspace secret 'db', now version 2
  $ lockwork secret get db --key password > /dev/null

The trail says who did what; its head, kept elsewhere, proves later that nothing was cut off.

  $ lockwork audit list --action startswith:secret. -o csv 2> /dev/null | cut -d, -f3,5-7,9,11
  user,action,outcome,workspace,name,version
  default,secret.reveal,done,default,db,2
  default,secret.update,done,default,db,2
  default,secret.create,done,default,db,1
  $ lockwork audit list --action secret.reveal --outcome done -o csv 2> /dev/null | cut -d, -f9,11
  name,version
  db,2
  $ lockwork audit list --sort-by colour
  error: cannot filter or sort by 'colour'
  hint: it goes by number, at, user, system_user, action, outcome, workspace, kind, name, id, run, step, token, address, request
  [1]
  $ lockwork audit head > head
  $ lockwork audit verify | sed 's/[0-9]*/N/'
  N records, each following from the one before
  $ lockwork audit verify --expect $(cat head) -o json | grep -v 'head\|records'
  {
    "ok": true,
    "problems": []
  }
  $ lockwork audit verify --expect $(sed 's/[0-9a-f]\{4\}$/0000/' head) 2>&1 | sed "s/record [0-9]*/record N/; s|$HOME|~|"
  the expected head, record N, is not in this chain
  error: the store in ~/lockwork is not as its trail left it: 1 found
  hint: lockwork restore FILE --force puts a backup in its place, and keeps aside what is there
  $ lockwork audit verify --expect hunter2
  error: --expect takes a head as `lockwork audit head` prints it
  hint: lockwork audit head
  [2]

A rotation seals everything under a new root key and retires the old one.

  $ lockwork key list -o csv | cut -d, -f2,4,5
  state,present,wraps
  active,true,2
  $ lockwork key add 2> /dev/null | sed 's/[0-9a-f]\{32\}/KEY/'
  added root key KEY; it waits for `lockwork key rotate`
  $ lockwork key list -o csv | cut -d, -f2,4,5
  state,present,wraps
  active,true,2
  waiting,true,0
  $ lockwork key rotate 2> /dev/null | sed 's/[0-9a-f]\{32\}/KEY/'
  root key KEY is active; 2 versions rewrapped, 1 retired
  $ lockwork key list -o csv | cut -d, -f2,4,5
  state,present,wraps
  retired,true,0
  active,true,2
  $ lockwork key rotate --reseal -o json 2> /dev/null | grep -v '[0-9a-f]\{32\}'
  {
    "retired": [
    ],
    "versions": 2,
    "resealed": true
  }
  $ lockwork secret get db --key password
  hunter3 (no-eol)
  $ lockwork secret get db --key password --version 1
  hunter2 (no-eol)

A key is destroyed only when it protects nothing.

  $ old=$(lockwork key list -o csv | grep retired | head -1 | cut -d, -f1)
  $ active=$(lockwork key list -o csv | grep active | cut -d, -f1)
  $ lockwork key destroy $active -y | sed "s/$active/KEY/"
  error: root key * is active and protects 2 versions (glob)
  hint: only a retired key can be destroyed; first: lockwork key rotate --reseal
  $ lockwork key destroy 0000 -y
  error: no root key '0000'
  hint: lockwork key list
  [1]
  $ lockwork key destroy $old
  error: the question whether to go on needs a terminal, and there is none
  hint: --yes goes on without asking
  [2]
  $ lockwork key destroy $old -y 2> /dev/null | sed "s/$old/KEY/"
  destroyed root key KEY
  $ lockwork key list -o csv | cut -d, -f2,4,5
  state,present,wraps
  retired,true,0
  active,true,2
  $ lockwork audit verify | sed 's/[0-9]*/N/'
  N records, each following from the one before

Nothing opens without its key, and no other is made in its place.

  $ mv $LOCKWORK_HOME/keyring kept
  $ lockwork secret get db --key password | sed "s/$active/KEY/"
  error: the store needs root key *, and there is no keyring at */lockwork/keyring (glob)
  hint: put the keyring back, or name it in LOCKWORK_ROOT_KEY_FILE; nothing opens without it
  $ LOCKWORK_ROOT_KEY=hunter2 lockwork secret get db --key password
  error: word 1 of LOCKWORK_ROOT_KEY is not a root key
  hint: a root key is lwk1_ and 43 characters; a passphrase cannot stand in for one
  [3]
  $ LOCKWORK_ROOT_KEY_FILE=kept lockwork secret get db --key password
  hunter3 (no-eol)
  $ LOCKWORK_ROOT_KEY_FILE=kept lockwork status | grep 'root key' | sed 's,  .*/, ,; s,  *, ,g'
  root key kept LOCKWORK_ROOT_KEY_FILE
  $ LOCKWORK_ROOT_KEY_FILE=kept lockwork key rotate > /dev/null 2>&1
