What others refer to is not taken away unasked; the refusal names who refers to it, and changes nothing.

  $ lockwork secret create login --username=anna --password=hunter2 --spare=1 > /dev/null 2>&1
  $ lockwork experiment-tracker register mlflow -f mlflow --tracking-uri=http://localhost --tracking-username='{{login.username}}' --tracking-password='{{login.password}}' > /dev/null 2>&1
  $ lockwork secret usage login
  KIND                NAME    PATH               KEY       WORKSPACE  WHEN
  experiment-tracker  mlflow  tracking_password  password  default
  experiment-tracker  mlflow  tracking_username  username  default

  $ lockwork secret delete login -y
  error: secret 'login' is referred to, and deleting it would break: experiment-tracker 'mlflow' (tracking_password), experiment-tracker 'mlflow' (tracking_username)
  hint: add --force
  [1]
  $ lockwork secret rename login -n other
  error: secret 'login' is referred to, and renaming it would break: experiment-tracker 'mlflow' (tracking_password), experiment-tracker 'mlflow' (tracking_username)
  hint: add --update-references or --force
  [1]
  $ lockwork secret update login -r password
  secret login:
    password  removed
  error: secret 'login' is referred to, and removing a key would break: experiment-tracker 'mlflow' (tracking_password)
  hint: add --force
  [1]
  $ lockwork secret update login --new-scope user
  error: secret 'login' is referred to, and moving it would break: experiment-tracker 'mlflow' (tracking_password), experiment-tracker 'mlflow' (tracking_username)
  hint: add --force
  [1]
  $ lockwork secret update login -r spare
  secret login:
    spare  removed
  updated workspace secret 'login', now version 2
  $ lockwork secret get login -o csv | cut -d, -f2,3,6,7
  name,scope,keys,version
  login,workspace,password username,2

A rename can take the references along, in the same step.

  $ lockwork secret rename login -n mlflow-login --update-references
  renamed workspace secret 'login' to 'mlflow-login', now version 3
  note: 2 references in 1 component now name 'mlflow-login'
  $ lockwork experiment-tracker describe mlflow -o json | grep login
      "tracking_username": "{{mlflow-login.username}}",
      "tracking_password": "{{mlflow-login.password}}"
  $ lockwork secret rename mlflow-login -n login --force
  renamed workspace secret 'mlflow-login' to 'login', now version 4
  $ lockwork secret delete login -y --force
  deleted workspace secret 'login'
  hint: lockwork secret undelete * brings it back (glob)

Of a secret of one's own, taking it away is only warned of.

  $ lockwork secret create mlflow-login -s user --username=anna --password=hunter2 > /dev/null 2>&1
  $ lockwork secret update mlflow-login -r password
  secret mlflow-login:
    password  removed
  updated user secret 'mlflow-login', now version 2
  note: experiment-tracker 'mlflow' (tracking_password) refers to 'mlflow-login' and may have meant this secret of yours
  $ lockwork secret delete mlflow-login -y
  deleted user secret 'mlflow-login'
  note: experiment-tracker 'mlflow' (tracking_password) refers to 'mlflow-login' and may have meant this secret of yours
  note: experiment-tracker 'mlflow' (tracking_username) refers to 'mlflow-login' and may have meant this secret of yours
  hint: lockwork secret undelete * brings it back (glob)
