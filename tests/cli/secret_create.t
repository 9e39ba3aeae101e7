A secret is made from --KEY=VALUE, before or after its name; what is stored is echoed without values.

  $ lockwork secret create db --username=anna --password=hunter2
  secret db:
    username  ***
    password  ***
  created workspace secret 'db', version 1
  $ lockwork secret create --token=a=b== api --dash=-v --empty=
  secret api:
    token  ***
    dash   ***
    empty  ***
  created workspace secret 'api', version 1
  $ lockwork secret get api --reveal -o json | grep -A3 '"values"'
    "values": {
      "dash": "-v",
      "empty": "",
      "token": "a=b=="

Any key can be given so, with dashes and underscores taken literally.

  $ lockwork secret create keys --a-b=1 --a_b=2 --a.b=3 --page=4
  secret keys:
    a-b   ***
    a_b   ***
    a.b   ***
    page  ***
  created workspace secret 'keys', version 1
  $ lockwork secret get keys --key a-b
  1 (no-eol)
  $ lockwork secret get keys --key a_b
  2 (no-eol)

Nothing is stored of a command that is wrong. A taken name, and what else to do:

  $ lockwork secret create db --password=other
  error: secret 'db' already exists in workspace 'default'
  hint: change it with: lockwork secret update db, or create it with --if-exists update
  [1]
  $ lockwork secret create db --password=hunter3 --if-exists update
  secret db:
    password  ***
  stored workspace secret 'db', now version 2
  $ lockwork secret create db --password=hunter4 --if-exists skip
  workspace secret 'db' is there, at version 2
  $ lockwork secret get db --key password
  hunter3 (no-eol)

The two scopes are namespaces of their own, and one that hides the other says so.

  $ lockwork secret create db --scope user --password=mine
  secret db:
    password  ***
  created user secret 'db', version 1
  note: user secret 'db' hides the 'default' workspace's secret of that name
  $ lockwork secret get db --key password
  mine (no-eol)
  $ lockwork secret get db --key password --scope workspace
  hunter3 (no-eol)
  $ lockwork secret get db --key password -s user
  mine (no-eol)

Names and keys are checked.

  $ lockwork secret create my.db --password=hunter2
  error: 'my.db' is not a secret name
  hint: 1 to 128 letters, digits, '-' and '_', beginning with a letter or digit; no dots
  [1]
  $ lockwork secret create name --password=hunter2
  error: a secret cannot be called 'name'
  hint: choose a name that says what it opens, such as 'db'
  [1]
  $ lockwork secret create 6a56be59-dc4a-48a3-a7ce-22ed8c152d10 --password=hunter2
  error: a secret cannot be called '*': it reads as an id (glob)
  [1]
  $ lockwork secret create x --1st=hunter2
  error: '1st' is not a key
  hint: 1 to 128 letters, digits, '_', '.' and '-', beginning with a letter or '_'
  [1]
  $ lockwork secret create x --=hunter2
  error: '' is not a key
  hint: 1 to 128 letters, digits, '_', '.' and '-', beginning with a letter or '_'
  [1]
  $ lockwork secret create x --password=hunter2 --password=hunter2
  error: 'password' is given twice
  [2]
  $ lockwork secret create x --password hunter2
  error: --password has no value
  hint: write --password=VALUE; --password= gives the empty text
  [2]
  $ lockwork secret create x password=hunter2
  error: lockwork secret create: a word too many
  hint: lockwork secret create --help
  [2]
  $ lockwork secret create x -phunter2
  error: no such option '-p'
  hint: lockwork secret create --help
  [2]
  $ lockwork secret create x
  error: there is nothing to store
  hint: give --KEY=VALUE, --values, --env-file, --ask KEY or -i
  [1]
  $ lockwork secret create
  error: missing argument 'NAME'
  hint: lockwork secret create --help
  [2]
  $ lockwork secret create x --scope team --password=hunter2
  error: --scope takes one of workspace, user
  hint: lockwork secret create --help
  [2]

A word that is an option elsewhere is never guessed to be a key.

  $ lockwork secret create x --workspace=hunter2
  error: --workspace is also an option of lockwork itself, so it is not guessed here
  hint: as an option: lockwork --workspace … GROUP COMMAND, before the group; as a key: through --values
  [2]
  $ lockwork secret create x --force=hunter2
  error: --force is an option of `lockwork secret update` and not of this command, so it is not guessed here
  hint: as an option: lockwork secret update … --force …; as a key: through --values
  [2]
  $ lockwork secret create x --new_scope=user
  error: --new-scope is an option of `lockwork secret update` and not of this command, so it is not guessed here
  hint: as an option: lockwork secret update … --new-scope …; as a key: through --values
  [2]
  $ lockwork secret create others --name=a --page=b --key=c --reveal=d --purge=e 2> /dev/null
  created workspace secret 'others', version 1
  $ lockwork secret create x -v '{"workspace": "w", "force": "f"}'
  secret x:
    workspace  ***
    force      ***
  created workspace secret 'x', version 1
  $ lockwork secret get x --reveal | tail -2
  force      f
  workspace  w

None of the wrong commands stored anything, and none said the value.

  $ lockwork secret list | awk '{print $1, $2}' | sort
  NAME SCOPE
  api workspace
  db user
  db workspace
  keys workspace
  others workspace
  x workspace

Without a terminal nothing asks.

  $ lockwork secret create y --ask password
  error: --ask password needs a terminal, and there is none
  hint: give values as --KEY=@FILE, --KEY=@-, --values @FILE or --env-file FILE
  [2]
  $ lockwork secret create y -i
  error: -i needs a terminal, and there is none
  hint: give values as --KEY=@FILE, --KEY=@-, --values @FILE or --env-file FILE
  [2]
