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
      fix: name what is needed instead: --env DB_TLS_CA='{{db.tls.ca}}'
  [1]
  $ ls

What could be meant as a reference and is none is passed as it is, with a warning.

  $ lockwork exec --env 'A={{db}}' -- printenv A
  warning: command 'printenv', --env A: {{db}}: it names no key: after the secret's name come a dot and a key
  hint: write {{name.key}}, or \{{ for two braces meant as text
  {{db}}

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
