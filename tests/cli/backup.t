  $ lockwork secret create db --password=hunter2 2> /dev/null
  created workspace secret 'db', version 1
  $ echo 'correct horse battery' > passphrase

The whole store goes into one file, for its owner alone; what is not in it is said.

  $ lockwork backup store.backup --passphrase @passphrase | sed 's/2.*Z,/DATE,/; s/[0-9,]* bytes/N bytes/'
  note: not in it: configuration, artifacts, and logs of steps that still run
  note: keep the passphrase elsewhere: nothing opens it without, and nobody can find it out
  store.backup: the whole store of DATE, N bytes, sealed
  $ stat -c %a store.backup
  600
  $ lockwork backup store.backup --passphrase @passphrase
  error: store.backup exists already
  hint: --force replaces it; or name another
  [1]
  $ lockwork backup store.backup --passphrase @passphrase --force -o json 2> /dev/null | grep -v 'made\|store"\|size\|schema'
  {
    "file": "store.backup",
    "has_keyring": true
  }
  $ lockwork audit list --action store.backup -o csv 2> /dev/null | cut -d, -f3,5,6,9
  user,action,outcome,name
  default,store.backup,done,*/store.backup (glob)
  default,store.backup,done,*/store.backup (glob)

A passphrase is never a word of the command line, and is asked for on a terminal alone.

  $ lockwork backup other --passphrase hunter2-hunter2
  error: --passphrase takes @FILE, or @- for standard input: never the passphrase itself
  hint: on a command line it stays in the shell's history and in process lists; leave the option out to be asked
  [2]
  $ lockwork backup other
  error: the passphrase needs a terminal, and there is none
  hint: --passphrase @FILE, --passphrase @- or LOCKWORK_BACKUP_PASSPHRASE gives it without a terminal
  [2]
  $ LOCKWORK_BACKUP_PASSPHRASE=hunter2 lockwork backup other
  error: the passphrase is shorter than 8 characters
  hint: whoever has the file can try as many as they like: take five random words
  [1]
  $ printf '' | lockwork backup other --passphrase @-
  error: the passphrase is empty
  [1]
  $ printf 'one\ntwo\n' | lockwork backup other --passphrase @-
  error: the passphrase is one line, and there are more
  [1]
  $ lockwork backup other --passphrase @nowhere
  error: the passphrase: cannot read 'nowhere': no such file or directory
  [1]
  $ echo hunter2-hunter2 | lockwork backup other --passphrase @- 2>&1 | head -1
  warning: the passphrase is shorter than 16 characters; five random words resist far longer
  $ ls
  other
  passphrase
  store.backup

It can be checked without restoring anything.

  $ lockwork restore store.backup --check --passphrase @passphrase | sed 's/2.*Z/DATE/; s/[0-9]* audit/N audit/'
  store.backup: the store of DATE; N audit records
  $ lockwork restore store.backup --check --passphrase @passphrase -o json | grep -v 'made\|store"\|records\|schema'
  {
    "has_keyring": true,
    "problems": [],
    "ok": true
  }
  $ LOCKWORK_BACKUP_PASSPHRASE=hunter2-hunter2 lockwork restore store.backup --check
  error: store.backup: the passphrase does not open it
  hint: a typing mistake, or another file's passphrase; a changed header looks the same
  [1]
  $ head -c 100000 store.backup > cut
  $ lockwork restore cut --check --passphrase @passphrase
  error: cut: chunk 2 of it was changed, moved, cut or added to
  hint: copy it anew, or take another
  [1]
  $ lockwork restore passphrase --check --passphrase @passphrase
  error: passphrase: it is not a file that Lockwork sealed under a passphrase
  [1]
  $ lockwork restore nowhere --check --passphrase @passphrase
  error: nowhere cannot be read: no such file or directory
  [1]

A store that is here is replaced by force alone, and kept.

  $ lockwork secret update db --password=hunter3 2> /dev/null
  updated workspace secret 'db', now version 2
  $ lockwork restore store.backup --passphrase @passphrase
  error: there is a store already: */lockwork/lockwork.db (glob)
  hint: --force replaces it, and keeps it aside as */lockwork/replaced-DATE (glob)
  [1]
  $ lockwork restore store.backup --passphrase @passphrase --force | sed 's/2.*Z/DATE/; s/[0-9]* audit/N audit/'
  note: the store that was here is kept in */lockwork/replaced-*; LOCKWORK_HOME may name it (glob)
  restored the store of DATE; N audit records verified
  $ lockwork secret get db --key password
  hunter2 (no-eol)
  $ LOCKWORK_HOME=$(echo $LOCKWORK_HOME/replaced-*) lockwork secret get db --key password
  hunter3 (no-eol)
  $ lockwork audit verify > /dev/null
  $ lockwork audit list -o csv 2> /dev/null | grep store.restore | cut -d, -f3,5,6,9
  default,store.restore,done,"store.backup

Both ends may be a pipe.

  $ lockwork backup - --passphrase @passphrase 2> /dev/null | LOCKWORK_HOME=$PWD/new lockwork restore - --passphrase @passphrase | sed 's/2.*Z/DATE/; s/[0-9]* audit/N audit/'
  restored the store of DATE; N audit records verified
  $ LOCKWORK_HOME=$PWD/new lockwork secret get db --key password
  hunter2 (no-eol)
  $ lockwork restore - --passphrase @- < store.backup
  error: standard input cannot be both the backup and its passphrase
  hint: --passphrase @FILE, --passphrase @- or LOCKWORK_BACKUP_PASSPHRASE gives it without a terminal
  [2]

A root key that comes from elsewhere is not in the backup.

  $ export LOCKWORK_ROOT_KEY=$(lockwork key generate 2> /dev/null)
  $ export LOCKWORK_HOME=$PWD/apart
  $ lockwork backup apart.backup --passphrase @passphrase
  error: there is no store in */apart to back up (glob)
  hint: lockwork status
  [1]
  $ lockwork secret create db --password=hunter4 > /dev/null 2>&1
  $ lockwork backup apart.backup --passphrase @passphrase > /dev/null
  warning: its root key is not in it, as that comes from elsewhere: without a copy of that key, nothing in it can be read
  note: not in it: configuration, artifacts, and logs of steps that still run
  note: keep the passphrase elsewhere: nothing opens it without, and nobody can find it out
  $ export LOCKWORK_HOME=$PWD/apart-too
  $ lockwork restore apart.backup --passphrase @passphrase > /dev/null
  $ lockwork secret get db --key password
  hunter4 (no-eol)
  $ unset LOCKWORK_ROOT_KEY
  $ LOCKWORK_HOME=$PWD/third lockwork restore apart.backup --passphrase @passphrase
  error: this backup holds no root key: its store had it from elsewhere
  hint: set LOCKWORK_ROOT_KEY or LOCKWORK_ROOT_KEY_FILE to that root key
  [3]
