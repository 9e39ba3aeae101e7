  $ lockwork secret create db --user=anna --password=correct-horse 2> /dev/null
  created workspace secret 'db', version 1
  $ cat > app.conf.in <<'END'
  > user = {{db.user}}
  > password = "{{db.password}}"
  > github = ${{ secrets.TOKEN }}, braces = \{{db.user}}
  > END

  $ lockwork inject app.conf.in
  user = anna
  password = "correct-horse"
  github = ${{ secrets.TOKEN }}, braces = {{db.user}}
  $ lockwork inject - < app.conf.in | cmp - <(lockwork inject app.conf.in)

A file of values is readable by its owner alone, and never takes the place of another unless forced.

  $ umask 0
  $ lockwork inject app.conf.in -f app.conf
  app.conf
  note: app.conf holds values in the clear; it is readable by you alone
  $ stat -c %a app.conf
  600
  $ lockwork inject app.conf.in -f app.conf
  error: app.conf exists already
  hint: --force replaces it; or name another
  [1]
  $ lockwork inject app.conf.in -f app.conf --force 2> /dev/null
  app.conf
  $ grep -c correct-horse app.conf
  1

All that is missing is told together, with its lines; --check looks without reading a value.

  $ lockwork inject --check app.conf.in
  template 'app.conf.in': 2 references checked, all is there
  $ printf '{{db.user}}\n{{nope.x}} {{db}}\n{{db.pass}}\n' > wrong
  $ lockwork inject wrong -f out
  warning: template 'wrong', line 2: {{db}}: it names no key: after the secret's name come a dot and a key
  hint: write {{name.key}}, or \{{ for two braces meant as text
  error: template 'wrong' cannot be filled: 2 things to mend; nothing was written
    {{nope.x}}  (template 'wrong', line 2)
      no secret 'nope' that you can see in the own scope of user 'default' or in workspace 'default'
      fix: lockwork secret create nope --ask x
    {{db.pass}}  (template 'wrong', line 3)
      workspace secret 'db' has no key 'pass'; did you mean 'password'?
      its keys are: password, user
      fix: lockwork secret update db --ask pass --scope workspace
  [1]
  $ ls
  app.conf
  app.conf.in
  wrong

  $ lockwork inject nope.in
  error: the template: cannot read 'nope.in': no such file or directory
  [1]
  $ printf '\377{{db.user}}' | lockwork inject -
  error: the template: standard input is not UTF-8 (at byte 0)
  hint: only text can be kept and filled; encode other data first, for example with base64
  [1]
