  $ lockwork secret create db --password=hunter2 2> /dev/null
  created workspace secret 'db', version 1

Deleting asks first; without a terminal it names the flag.

  $ lockwork secret delete db
  error: the question whether to go on needs a terminal, and there is none
  hint: --yes goes on without asking
  [2]
  $ lockwork secret delete nope
  error: no secret 'nope'
  hint: looked in the own scope of user 'default' or in workspace 'default'; see: lockwork secret list
  [1]
  $ lockwork secret delete nope -y
  error: no secret 'nope'
  hint: looked in the own scope of user 'default' or in workspace 'default'; see: lockwork secret list
  [1]
  $ lockwork secret delete db -y
  deleted workspace secret 'db'
  hint: lockwork secret undelete * brings it back (glob)
  $ lockwork secret get db
  error: no secret 'db'
  hint: looked in the own scope of user 'default' or in workspace 'default'; see: lockwork secret list
  [1]
  $ lockwork secret list --deleted | awk '{print $2}'
  NAME
  db

Its name is free at once; it is brought back by name, or by id where the name is taken again.

  $ lockwork secret create db --password=new 2> /dev/null
  created workspace secret 'db', version 1
  $ lockwork secret undelete db
  error: secret 'db' already exists in workspace 'default'
  hint: lockwork secret undelete * --new-name NAME (glob)
  [1]
  $ lockwork secret undelete db --new-name old-db
  brought back workspace secret 'old-db', version 1
  $ lockwork secret get old-db --key password
  hunter2 (no-eol)
  $ lockwork secret undelete db
  error: no deleted secret 'db'
  hint: lockwork secret list --deleted
  [1]
  $ lockwork secret undelete db --new-name 'a b'
  error: no deleted secret 'db'
  hint: lockwork secret list --deleted
  [1]

Purging is final, also of what was deleted already.

  $ id=$(lockwork secret get old-db -o json | sed -n 's/.*"id": "\(.*\)",/\1/p')
  $ lockwork secret delete old-db -y > /dev/null 2>&1
  $ lockwork secret delete $id -y --purge
  purged workspace secret 'old-db'
  $ lockwork secret undelete $id
  error: no deleted secret '*' (glob)
  hint: lockwork secret list --deleted
  [1]
  $ lockwork secret delete db -y --purge
  purged workspace secret 'db'
  $ lockwork secret list --deleted
  note: no secrets found
