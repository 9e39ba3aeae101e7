  $ umask 0
  $ lockwork secret create db --user=anna --password='a: "b" $c
  > second line' 2> /dev/null
  created workspace secret 'db', version 1

An export is readable by its owner alone, and never takes the place of a file.

  $ lockwork secret export db
  db.yaml
  note: db.yaml holds the values in the clear; it is readable by you alone
  $ stat -c %a db.yaml
  600
  $ cat db.yaml
  password: "a: \"b\" $c\nsecond line"
  user: "anna"
  $ lockwork secret export db
  error: db.yaml exists already
  hint: --force replaces it; or name another
  [1]
  $ lockwork secret export db --force 2> /dev/null
  db.yaml
  $ stat -c %a db.yaml
  600

What it writes, create takes back unchanged, in every form.

  $ lockwork secret export db -f db.json 2> /dev/null
  db.json
  $ lockwork secret export db -f db.env 2> /dev/null
  db.env
  $ lockwork secret export db -f copy --format env 2> /dev/null
  copy
  $ cmp db.env copy
  $ lockwork secret create from-yaml -v @db.yaml 2> /dev/null
  created workspace secret 'from-yaml', version 1
  $ lockwork secret create from-json -v @db.json 2> /dev/null
  created workspace secret 'from-json', version 1
  $ lockwork secret create from-env --env-file db.env 2> /dev/null
  created workspace secret 'from-env', version 1
  $ for s in from-yaml from-json from-env; do lockwork secret export $s -f - | cmp - db.yaml; done

  $ lockwork secret export db -f - --format json
  {
    "password": "a: \"b\" $c\nsecond line",
    "user": "anna"
  }

  $ lockwork secret export nope
  error: no secret 'nope'
  hint: looked in the own scope of user 'default' or in workspace 'default'; see: lockwork secret list
  [1]
  $ lockwork secret export db -f missing/db.yaml
  error: missing/db.yaml cannot be written: no such file or directory
  [1]
  $ lockwork secret export db -f .
  error: . is a folder
  hint: name a file
  [1]
  $ lockwork secret export db -f x --format toml
  error: --format takes one of yaml, json, env
  hint: lockwork secret export --help
  [2]
  $ ln -s target link; lockwork secret export db -f link
  error: link is not a regular file
  hint: name another
  [1]

A device, a pipe and a link stay what they are, forced or not.

  $ lockwork stack export default -f default.yaml
  default.yaml
  $ mkfifo pipe; ln -s /dev/null null
  $ for path in pipe null link; do
  >   for words in "secret export db" "stack export default"; do
  >     lockwork $words -f $path 2>&1; lockwork $words --force -f $path 2>&1
  >   done
  > done | sort | uniq -c | sed 's/^ *//'
  4 error: link is not a regular file
  4 error: null is not a regular file
  4 error: pipe is not a regular file
  12 hint: name another
  $ test -p pipe && test -L null && test -L link && test -c /dev/null
  $ ls
  copy
  db.env
  db.json
  db.yaml
  default.yaml
  link
  null
  pipe
