  $ lockwork secret create db --user=anna --password=correct-horse --tls.ca=cert-text 2> /dev/null
  created workspace secret 'db', version 1
  $ lockwork secret create openai --API_KEY=sk-openai-123 2> /dev/null
  created workspace secret 'openai', version 1

A command gets every key of a secret, or texts in which references are filled. What it prints is masked.

  $ lockwork exec --secret openai -- sh -c 'echo "the key is $API_KEY"'
  the key is ***
  $ lockwork exec --secret openai=OPEN_ --env 'DSN=pg://{{db.user}}:{{db.password}}@host' -- sh -c 'echo $OPEN_API_KEY $DSN'
  *** pg://***:***@host
  $ lockwork exec --secret openai --no-masking -- printenv API_KEY
  sk-openai-123

The words after the command are its own, with and without --.

  $ lockwork exec --secret openai printenv -0 API_KEY | tr '\0' '\n'
  ***
  $ echo 'from a pipe' | lockwork exec -- cat
  from a pipe

Its exit code is the command's.

  $ lockwork exec -- sh -c 'exit 7'
  [7]
  $ lockwork exec -- sh -c 'kill -TERM $$'
  [143]
  $ lockwork exec -- no-such-command
  error: no command 'no-such-command'
  hint: it is in no folder of PATH
  [127]
  $ lockwork exec -- /etc/passwd
  error: '/etc/passwd' cannot be started: permission denied
  [126]

Whatever is wrong is told together, and nothing is started.

  $ lockwork exec --secret db --secret opanai --env 'A={{db.pasword}}' -- touch started
  error: command 'touch' cannot run: 3 things to mend; nothing has run
    {{db.pasword}}  (command 'touch', --env A)
      workspace secret 'db' has no key 'pasword'; did you mean 'password'?
      its keys are: password, tls.ca, user
      fix: lockwork secret update db --ask pasword --scope workspace
    opanai  (command 'touch', --secret)
      no secret 'opanai' that you can see in the own scope of user 'default' or in workspace 'default'; did you mean 'openai'?
      fix: lockwork secret create opanai -i
    --secret takes 'db' whole, and 'tls.ca' is not a variable's name
      fix: in place of --secret db: --env password='{{db.password}}' --env DB_TLS_CA='{{db.tls.ca}}' --env user='{{db.user}}'
  [1]
  $ ls

What could be meant as a reference and is none is passed as it is, with a warning.

  $ lockwork exec --env 'A={{db}}' -- printenv A
  warning: command 'printenv', --env A: {{db}}: it names no key: after the secret's name come a dot and a key
  hint: write {{name.key}}, or \{{ for two braces meant as text
  {{db}}
  $ lockwork exec --env 'A={{db:user}' --env 'B={{db.user}' --env 'C={{db/user}}' -- printenv C
  warning: command 'printenv', --env B: {{db.user: only spaces or tabs, then }}, may follow the key
  hint: write {{db.user}}, or \{{ for two braces meant as text
  warning: command 'printenv', --env C: {{db/user}}: it names no key: after the secret's name come a dot and a key
  hint: write {{db.user}}, or \{{ for two braces meant as text
  {{db/user}}

A reference where a name belongs is no secret that is missing: what was meant is told.

  $ lockwork exec --secret '{{db.user}}' -- ls
  error: --secret takes a secret's name, and this is a reference to one of its values
  hint: that value alone: --env user='{{db.user}}'; all keys: --secret db
  [2]
  $ lockwork exec --secret db.tls.ca -- ls
  error: --secret takes a secret's name, and this is a reference to one of its values
  hint: that value alone: --env DB_TLS_CA='{{db.tls.ca}}'; all keys: --secret db
  [2]
  $ lockwork exec --secret 'DSN=pg://{{db.user}}' -- ls
  error: --secret takes a secret's name, and this is a reference to one of its values
  hint: that value alone: --env DSN='{{db.user}}'; all keys: --secret db
  [2]
  $ lockwork exec --secret '{{db}}' -- ls
  error: --secret takes NAME or NAME=PREFIX, and no secret can be called so
  hint: --secret db
  [2]
  $ lockwork exec --secret 'correct horse' -- ls
  error: --secret takes NAME or NAME=PREFIX, and no secret can be called so
  hint: lockwork secret list
  [2]
  $ lockwork exec --env '{{db.user}}' -- ls
  error: --env takes NAME=VALUE, with a name of letters, digits and '_'
  hint: --env user='{{db.user}}'
  [2]
  $ lockwork exec --env 'A={{name.key}}' -- ls
  error: command 'ls' cannot run: 1 thing to mend; nothing has run
    {{name.key}}  (command 'ls', --env A)
      no secret 'name' that you can see in the own scope of user 'default' or in workspace 'default'; none can be called so: write the name of one that is there
      fix: lockwork secret list
  [1]

Root keys, tokens and values meant for `stack register-secrets` stay with us.

  $ export LOCKWORK_SECRET_DB__PASSWORD=x LOCKWORK_WORKSPACE=default
  $ lockwork exec -- env | grep ^LOCKWORK | cut -d= -f1 | sort
  LOCKWORK_HOME
  LOCKWORK_WORKSPACE

  $ lockwork exec --secret db
  error: there is no command to run
  hint: lockwork exec --secret NAME -- COMMAND ARG …
  [2]
  $ lockwork exec --secret db --secret db -- ls
  error: secret 'db' is given twice
  [2]
  $ lockwork exec --env correct-horse -- ls
  error: --env takes NAME=VALUE, with a name of letters, digits and '_'
  [2]
