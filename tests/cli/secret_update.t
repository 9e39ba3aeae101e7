  $ lockwork secret create db --username=anna --password=hunter2 2> /dev/null
  created workspace secret 'db', version 1

An update sets the keys that are given, removes what it is told to, and leaves the rest.

  $ lockwork secret update db --password=hunter3 --port=5432 --remove-keys username
  secret db:
    password  ***
    port      ***
    username  removed
  updated workspace secret 'db', now version 2
  $ lockwork secret get db --reveal | tail -2
  password  hunter3
  port      5432

A key that is not there cannot be removed, nor set and removed at once; nothing changes then.

  $ lockwork secret update db -r usernam -r port --password=hunter4
  error: no key 'usernam'
  hint: secret 'db' has the keys: password, port
  [1]
  $ lockwork secret update db -r port --port=1
  secret db:
    port  ***
    port  removed
  error: key 'port' cannot be both set and removed in one call
  [1]
  $ lockwork secret update db
  error: nothing to change in secret 'db'
  hint: give --KEY=VALUE, --remove-keys KEY, a new name or a new scope
  [1]
  $ lockwork secret update db -r port -r password
  error: secret 'db' would have no key left
  hint: lockwork secret delete db
  [1]
  $ lockwork secret update nope --k=hunter2
  error: no secret 'nope'
  hint: looked in the own scope of user 'default' or in workspace 'default'; see: lockwork secret list
  [1]
  $ lockwork secret update db --k hunter2
  error: --k has no value
  hint: did you mean --ask?
  [2]
  $ lockwork secret update db --if-exists=skip
  error: --if-exists is an option of `lockwork secret create` and not of this command, so it is not guessed here
  hint: as an option: lockwork secret create … --if-exists …; as a key: through --values
  [2]
  $ lockwork secret update db --ask password
  error: --ask password needs a terminal, and there is none
  hint: give values as --KEY=@FILE, --KEY=@-, --values @FILE or --env-file FILE
  [2]
  $ lockwork secret get db 2> /dev/null | grep version
  version    2

Who read an old version changes nothing.

  $ lockwork secret update db --password=hunter5 --if-version 1
  error: secret 'db' is at version 2, not 1; nothing was changed
  hint: read it again, then repeat the change with the version you read
  [1]
  $ lockwork secret update db --password=hunter5 --if_version 2 -o csv 2> /dev/null | cut -d, -f2,7
  name,version
  db,3

A name in both scopes must be told apart when writing.

  $ lockwork secret create db -s user --password=mine
  secret db:
    password  ***
  created user secret 'db', version 1
  note: user secret 'db' hides the 'default' workspace's secret of that name
  $ lockwork secret update db --password=hunter6
  secret db:
    password  ***
  error: secret 'db' exists in the own scope of user 'default' and in workspace 'default'
  hint: add --scope user or --scope workspace
  [1]
  $ lockwork secret update db --password=hunter6 --scope user
  secret db:
    password  ***
  updated user secret 'db', now version 2
  note: user secret 'db' hides the 'default' workspace's secret of that name
  $ lockwork secret delete db -y
  error: secret 'db' exists in the own scope of user 'default' and in workspace 'default'
  hint: add --scope user or --scope workspace
  [1]
  $ lockwork secret delete db -y --scope user
  deleted user secret 'db'
  hint: lockwork secret undelete * brings it back (glob)

A change of scope is a new version; what was private before cannot be read there.

  $ lockwork secret update db --new-scope user
  updated user secret 'db', now version 4
  $ lockwork secret get db --version 1 --reveal
  error: no version '1'
  hint: lockwork secret versions db
  [1]
  $ lockwork secret versions db | awk '{print $1, $2}'
  VERSION STATE
  4 current
  3 out
  2 out
  1 out
  $ lockwork secret update db -s workspace --extra=1
  secret db:
    extra  ***
  updated workspace secret 'db', now version 5
  $ lockwork secret update db -s workspace
  error: nothing to change in secret 'db'
  hint: give --KEY=VALUE, --remove-keys KEY, a new name or a new scope
  [1]

Another name.

  $ lockwork secret rename db -n prod-db
  renamed workspace secret 'db' to 'prod-db', now version 6
  $ lockwork secret rename db -n other
  error: no secret 'db'
  hint: looked in the own scope of user 'default' or in workspace 'default'; see: lockwork secret list
  [1]
  $ lockwork secret rename prod-db -n 'a b'
  error: 'a b' is not a secret name
  hint: 1 to 128 letters, digits, '-' and '_', beginning with a letter or digit; no dots
  [1]
  $ lockwork secret rename prod-db
  error: missing option '-n' / '--new-name'
  hint: lockwork secret rename --help
  [2]
  $ lockwork secret create taken --k=v 2> /dev/null
  created workspace secret 'taken', version 1
  $ lockwork secret rename prod-db -n taken
  error: secret 'taken' already exists in workspace 'default'
  hint: nothing was changed; choose another name
  [1]
  $ lockwork secret rename prod-db --new-name x --force --update-references
  error: --update-references and --force cannot go together
  [2]
  $ lockwork secret list | awk '{print $1, $2}'
  NAME SCOPE
  prod-db workspace
  taken workspace
