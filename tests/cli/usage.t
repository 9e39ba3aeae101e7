Wrong usage ends with 2, says what is wrong and where help is, and never repeats what may be a value.

  $ lockwork nope
  error: no such command 'nope'
  hint: lockwork --help
  [2]
  $ lockwork secert list
  error: no such command 'secert'; did you mean 'secret'?
  hint: lockwork --help
  [2]
  $ lockwork create secret x
  error: no such command 'create'; did you mean 'secret create'?
  hint: lockwork secret --help
  [2]
  $ lockwork secret create x -v
  error: option '-v' requires an argument
  hint: lockwork secret create --help
  [2]
  $ lockwork completion
  error: missing argument 'SHELL'. Choose from: bash, zsh, fish
  hint: lockwork completion --help
  [2]
  $ lockwork secret create x --k=@
  error: the value of 'k': @ names no file
  hint: @PATH reads a file; a value that begins with @ is written @@…
  [1]
  $ lockwork secret nope
  error: no such command 'nope'
  hint: lockwork secret --help
  [2]
  $ lockwork --nope
  error: no such option '--nope'
  hint: lockwork --help
  [2]
  $ lockwork --password=hunter2 secret list
  error: no such option '--password'
  hint: lockwork --help
  [2]
  $ lockwork -o
  error: option '-o' requires an argument
  hint: lockwork --help
  [2]
  $ lockwork secret list --workspace team
  error: no such option '--workspace'
  hint: --workspace stands before the group: lockwork --workspace … GROUP COMMAND
  [2]
  $ lockwork secret list hunter2
  error: lockwork secret list: a word too many
  hint: lockwork secret list --help
  [2]
  $ lockwork secret rename db hunter2 -n x
  error: lockwork secret rename: a word too many
  hint: lockwork secret rename --help
  [2]
  $ lockwork secret export db hunter2
  error: lockwork secret export: a word too many
  hint: lockwork secret export --help
  [2]
  $ lockwork user create anna hunter2
  error: lockwork user create: a word too many
  hint: lockwork user create --help
  [2]
  $ lockwork workspace list --password=hunter2
  error: no such option '--password'
  hint: lockwork workspace list --help
  [2]
  $ lockwork secret list --deleted=hunter2
  error: option '--deleted' does not take a value
  hint: lockwork secret list --help
  [2]
  $ lockwork completion tcsh
  error: SHELL takes one of bash, zsh, fish
  hint: lockwork completion --help
  [2]

Help tells everything there is, without a store.

  $ lockwork --help | head -13
  Usage: lockwork [OPTIONS] COMMAND [ARGS]...
  
    Keep the secrets of machine-learning pipelines: named groups of key-value pairs, referenced as
    {{name.key}}, checked before a run and read inside its steps.
  
  Options:
    --workspace W                   Work in this workspace.
    --as USER                       Act as this user of an embedded store.
    -o, --output [table|json|yaml|csv]
                                    How answers are printed.
    --version                       Show the version and exit.
    --help                          Show this message and exit.
  
  $ lockwork secret --help | grep -A30 Commands
  Commands:
    create    Keep a new secret, from any mix of --KEY=VALUE, mappings, files and questions.
    list      List secrets, 20 a page; never reads a value.
    get       Show the keys of a secret; with --reveal or --key its values.
    update    Set and remove keys, as one new version; the other keys stay.
    rename    Call a secret something else; refused while others refer to it by its name.
    delete    Delete a secret.
    undelete  Bring a deleted secret back with its versions.
    export    Write a secret's values into a file that you alone can read.
    versions  List the versions of a secret, newest first: dates, authors and keys, never a value.
    restore   Make the values of an old version the current ones, as a new version.
    destroy   Make old versions unreadable for good; their numbers, dates and key names stay.
    usage     Show what refers to a secret, which last runs used it, and who last read it.
    explain   Say step by step why a reference is found or not.
  $ lockwork secret create --help | tail -7
    --help                          Show this message and exit.
  
    Values on a command line stay in the shell's history and are seen in process lists: prefer --ask
    KEY, -i, --KEY=@FILE, or --KEY=@- for standard input. @@x is the text @x.
  
    The options of `secret create`, of `secret update` and of `lockwork` itself are never taken for
    keys: keys that are called so are given through --values.
  $ lockwork secret 2>&1 | head -1
  Usage: lockwork secret [OPTIONS] COMMAND [ARGS]...
  $ lockwork --version
  lockwork 0.1.0
  $ python -m lockwork --version
  lockwork 0.1.0
  $ test ! -e $LOCKWORK_HOME

A reader that goes away and a full disk are no reasons for a traceback.

  $ for n in 1 2 3; do lockwork secret create n$n --k=v; done > /dev/null 2>&1
  $ (lockwork secret list -o json; echo $? >&2) 2>&1 > /dev/full
  error: reading or writing failed: no space left on device
  1
  $ (lockwork secret list -o json; echo $? > code) 2> said | true; cat code
  141

Words are completed, the names of secrets too; nothing is made by asking.

  $ complete() { COMP_WORDS="$*" COMP_CWORD=$(($# - 1)) _LOCKWORK_COMPLETE=bash_complete lockwork; }
  $ complete lockwork sec
  plain,secret
  $ complete lockwork secret re
  plain,rename
  plain,restore
  $ complete lockwork secret get n
  plain,n1
  plain,n2
  plain,n3
  $ complete lockwork secret update n1 --a=b --if
  plain,--if-version
  $ complete lockwork secret get n1 --key ''
  plain,k
  $ lockwork secret update n1 --k2=v -r k 2> /dev/null; lockwork secret delete n3 -y 2> /dev/null
  updated workspace secret 'n1', now version 2
  deleted workspace secret 'n3'
  $ complete lockwork secret update n1 -r ''
  plain,k2
  $ complete lockwork secret get n1 --version ''
  plain,2
  plain,1
  $ complete lockwork secret restore n1 --version ''
  plain,2
  plain,1
  $ complete lockwork secret undelete ''
  plain,n3
  $ complete lockwork --workspace d
  plain,default
  $ complete lockwork --as ''
  plain,default
  $ complete lockwork secret create x --env-file f
  file,f
  $ complete lockwork secret export n1 -f f
  file,f
  $ complete lockwork stack import f
  file,f
  $ complete lockwork stack register-secrets --from-file f
  file,f
  $ LOCKWORK_HOME=$PWD/none complete lockwork secret get n; test ! -e none
  
  $ for shell in bash zsh fish; do lockwork completion $shell | grep -c _LOCKWORK_COMPLETE; done
  1
  1
  1
  $ lockwork completion bash | bash
