Without a store only files are looked at, and none is made.

  $ mkdir project && cd project
  $ printf 'import os\npassword = os.environ["PASSWORD"]\n' > train.py
  $ lockwork scan
  note: there is no store here yet, so none is looked at
  note: nothing is in the clear; looked at 1 file
  $ ls ../lockwork 2>&1 | sed 's/.*No such/No such/'
  No such file or directory
  $ printf 'db:\n  password: hunter2-pw\n  url: "postgresql://{{db.user}}:{{db.password}}@h/app"\n' > config.yaml
  $ lockwork scan
  note: there is no store here yet, so none is looked at
  PLACE          KIND
  config.yaml:2  plain text, named like a credential
  error: 1 credential in the clear; looked at 2 files
  hint: in a file: keep it in a secret and write {{name.key}} there, for `lockwork inject` or `lockwork exec` to fill; where it is no credential, end the line with a comment, lockwork: allow
  [1]
  $ lockwork scan -o json config.yaml 2> /dev/null
  [
    {
      "where": "file",
      "name": "config.yaml",
      "line": 2,
      "attribute": null,
      "kind": "plain text, named like a credential",
      "instead": null,
      "fixed": false
    }
  ]
  [1]
  $ lockwork scan config.yaml nowhere
  error: nowhere: there is no such file or folder
  [2]
  $ lockwork scan ''
  error: an empty text names no file
  hint: for the current folder write . or no path
  [2]
  $ lockwork scan --exclude '*.yaml' -o csv
  note: there is no store here yet, so none is looked at
  where,name,line,attribute,kind,instead,fixed
  note: nothing is in the clear; looked at 1 file

A comment says that a line is meant.

  $ sed -i 's/hunter2-pw/hunter2-pw  # lockwork: allow/' config.yaml
  $ lockwork scan 2>&1 | tail -1
  note: nothing is in the clear; looked at 2 files
  $ sed -i 's/  # lockwork: allow//' config.yaml

Components are looked at, too. What they hold moves into secrets; files stay as they are.

  $ lockwork experiment-tracker register mlflow -f mlflow --tracking-uri=http://h --tracking-password=hunter2-pw --plaintext > /dev/null 2>&1
  $ lockwork scan
  PLACE                                         KIND
  experiment-tracker mlflow: tracking_password  plain text, named like a credential
  config.yaml:2                                 plain text, named like a credential
  error: 2 credentials in the clear; looked at 3 components and 2 files
  hint: lockwork scan --fix moves what components hold into secrets
  hint: in a file: keep it in a secret and write {{name.key}} there, for `lockwork inject` or `lockwork exec` to fill; where it is no credential, end the line with a comment, lockwork: allow
  [1]
  $ lockwork scan --fix
  note: tracking_password is kept in workspace secret 'mlflow-experiment-tracker', version 1; the component holds {{mlflow-experiment-tracker.tracking_password}}
  PLACE                                         KIND                                 INSTEAD                                          FIXED
  experiment-tracker mlflow: tracking_password  plain text, named like a credential  {{mlflow-experiment-tracker.tracking_password}}  yes
  config.yaml:2                                 plain text, named like a credential                                                   no
  error: 1 credential in the clear; looked at 3 components and 2 files
  note: whoever may list components could read it until now: change it where it is used
  hint: in a file: keep it in a secret and write {{name.key}} there, for `lockwork inject` or `lockwork exec` to fill; where it is no credential, end the line with a comment, lockwork: allow
  [1]
  $ lockwork experiment-tracker describe mlflow | grep tracking_
  tracking_uri                   http://h
  tracking_password (sensitive)  {{mlflow-experiment-tracker.tracking_password}}
  $ lockwork scan --only store
  note: nothing is in the clear; looked at 3 components

Values that the store holds are known by name, where that is wished for; reading them is recorded.

  $ lockwork secret create db --password=hunter2-pw --user=app > /dev/null 2>&1
  $ lockwork scan --known --only files
  note: not looked for: 1 value, too short or too ordinary
  PLACE          KIND                  INSTEAD
  config.yaml:2  a value of the store  {{db.password}}
  error: 1 credential in the clear; looked at 2 files
  hint: in a file: keep it in a secret and write {{name.key}} there, for `lockwork inject` or `lockwork exec` to fill; where it is no credential, end the line with a comment, lockwork: allow
  [1]
  $ lockwork audit list --action secret.reveal -o csv 2> /dev/null | cut -d, -f5,9
  action,name
  secret.reveal,mlflow-experiment-tracker
  secret.reveal,db

What a component did not make is not touched.

  $ lockwork secret create other-experiment-tracker --mine=1 > /dev/null 2>&1
  $ lockwork experiment-tracker register other -f mlflow --tracking-uri=http://u:hunter2-pw@h > /dev/null 2>&1
  $ lockwork scan --only store --fix
  warning: experiment tracker 'other' stays as it is: secret 'other-experiment-tracker' already exists in workspace 'default', and experiment tracker 'other' did not make it
  hint: to use it, write {{other-experiment-tracker.KEY}} for tracking_uri; else give the component another name
  PLACE                                   KIND
  experiment-tracker other: tracking_uri  a URL with a password
  error: 1 credential in the clear; looked at 4 components
  hint: what stays: put it into a secret of your own, and write {{name.key}} for it
  [1]
  $ lockwork scan --only files --fix
  error: --fix moves what the store holds, and --only files leaves it out
  [2]
  $ lockwork scan --only store config.yaml
  error: --only store looks at no file
  hint: leave out the paths and what is said of them
  [2]

What cannot be moved is not said to be: text beside a reference.

  $ lockwork experiment-tracker delete other --yes > /dev/null 2>&1
  $ lockwork experiment-tracker register mixed -f mlflow --tracking-uri='http://{{db.user}}:hunter2-pw@h' > /dev/null 2>&1
  $ lockwork scan --only store
  PLACE                                   KIND
  experiment-tracker mixed: tracking_uri  a URL with a password
  error: 1 credential in the clear; looked at 4 components
  hint: what stays: put it into a secret of your own, and write {{name.key}} for it
  [1]
