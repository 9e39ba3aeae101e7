  $ umask 0
  $ lockwork orchestrator register four -f local --parallel=4
  registered orchestrator 'four' of flavor 'local'
  $ lockwork artifact-store register s3 -f s3 --path='s3://{{aws.bucket}}/x: "y"' --attribute 'secret={{aws.secret}}' --client-kwargs='{"retries": 3, "on": true, "day": "2024-01-01"}' --env REGION=eu --whole-secret aws=AWS_ 2> /dev/null
  registered artifact store 's3' of flavor 's3'
  $ lockwork stack register prod -o four -a s3 --secret openai=OPENAI_ --set 2> /dev/null
  registered stack 'prod', and set it as the active one
  $ lockwork stack export
  prod.yaml
  $ stat -c %a prod.yaml
  600
  $ cat prod.yaml
  format: 1
  stack: prod
  components:
    orchestrator:
      name: four
      flavor: local
      attributes:
        parallel: 4
    artifact_store:
      name: s3
      flavor: s3
      attributes:
        path: 's3://{{aws.bucket}}/x: "y"'
        client_kwargs:
          retries: 3
          'on': true
          day: '2024-01-01'
        secret: '{{aws.secret}}'
      environment:
        REGION: eu
      secrets:
        aws: AWS_
  secrets:
    openai: OPENAI_
  $ lockwork stack export default -f -
  format: 1
  stack: default
  components:
    orchestrator:
      name: default
      flavor: local
    artifact_store:
      name: default
      flavor: local
  $ lockwork stack export
  error: prod.yaml exists already
  hint: --force replaces it; or name another
  [1]
  $ lockwork stack export --force
  prod.yaml
  $ lockwork stack export nope
  error: no stack 'nope'
  hint: looked in workspace 'default'; see: lockwork stack list
  [1]
  $ lockwork stack export -f missing/x.yaml
  error: missing/x.yaml cannot be written: no such file or directory
  [1]
  $ lockwork stack export prod default
  error: lockwork stack export: a word too many
  hint: lockwork stack export --help
  [2]

What export writes, import takes back: here beside what is there, and in another workspace.

  $ lockwork stack import prod.yaml
  error: stack 'prod' already exists in workspace 'default'
  hint: --name NEW calls the imported one otherwise
  [1]
  $ lockwork stack import prod.yaml --name twin 2> /dev/null
  imported stack 'twin'
  $ lockwork workspace create team 2> /dev/null
  created workspace 'team'
  $ lockwork --workspace team stack import - < prod.yaml
  imported stack 'prod', with new orchestrator 'four', artifact store 's3'
  warning: artifact-store 's3', path: {{aws.bucket}}: no secret 'aws' that you can see in the own scope of user 'default' or in workspace 'team'
  hint: lockwork --workspace team secret create aws --ask bucket --ask secret
  warning: artifact-store 's3', secret: {{aws.secret}}: no secret 'aws' that you can see in the own scope of user 'default' or in workspace 'team'
  hint: lockwork --workspace team secret create aws --ask bucket --ask secret
  warning: artifact-store 's3', secrets: aws: no secret 'aws' that you can see in the own scope of user 'default' or in workspace 'team'
  hint: lockwork --workspace team secret create aws --ask bucket --ask secret
  warning: stack 'prod', secrets: openai: no secret 'openai' that you can see in the own scope of user 'default' or in workspace 'team'
  hint: lockwork --workspace team secret create openai -i
  hint: all that is missing, at once: lockwork --workspace team stack register-secrets prod
  $ lockwork --workspace team stack export prod -f - | cmp - prod.yaml
  $ lockwork --workspace team artifact-store describe s3 -o json 2> /dev/null | grep -A 18 '"attributes"'
    "attributes": {
      "path": "s3://{{aws.bucket}}/x: \"y\"",
      "client_kwargs": {
        "retries": 3,
        "on": true,
        "day": "2024-01-01"
      },
      "secret": "{{aws.secret}}"
    },
    "environment": {
      "REGION": "eu"
    },
    "secrets": {
      "aws": "AWS_"
    },
    "version": 1,
    "created": "????-??-??T*Z", (glob)
    "updated": "????-??-??T*Z" (glob)
  }

Components that exist and differ are named, unless they are to be used as they are.

  $ lockwork --workspace team stack delete prod -y
  deleted stack 'prod'
  $ lockwork --workspace team orchestrator update four --parallel=2
  updated orchestrator 'four', now version 2
  $ lockwork --workspace team stack import prod.yaml
  error: there is another orchestrator 'four' here already
  hint: --keep-existing uses what is here; else change a name in the file
  [1]
  $ lockwork --workspace team stack list -o csv | cut -d, -f2
  note: page 1 of 1; 1 in all
  name
  default
  $ lockwork --workspace team stack import prod.yaml --keep-existing --name kept 2> /dev/null
  imported stack 'kept'
  $ lockwork --workspace team orchestrator describe four -o json | grep parallel
      "parallel": 2

A credential in plain text is not written; one in a file becomes a secret.

  $ lockwork alerter register plain -f slack --webhook-url=hunter2 --plaintext 2> /dev/null
  registered alerter 'plain' of flavor 'slack'
  $ lockwork stack update prod -al plain 2> /dev/null
  updated stack 'prod', now version 2
  $ lockwork stack export prod -f plain.yaml
  error: alerter 'plain' keeps webhook_url in plain text, and a file would show it
  hint: lockwork alerter update plain --webhook-url='{{NAME.KEY}}'
  [1]
  $ test -e plain.yaml
  [1]
  $ cat > typed.yaml <<EOF
  > format: 1
  > stack: typed
  > components:
  >   orchestrator: {name: default, flavor: local}
  >   artifact_store: {name: default, flavor: local}
  >   alerter: {name: typed, flavor: slack, attributes: {webhook_url: hunter2}}
  > EOF
  $ lockwork stack import typed.yaml
  imported stack 'typed', with new alerter 'typed'
  note: webhook_url is kept in workspace secret 'typed-alerter', version 1; the component holds {{typed-alerter.webhook_url}}

What is no such file, or does not fit, makes nothing.

  $ try() { cat > wrong.yaml; lockwork stack import wrong.yaml; }
  $ head='format: 1
  > stack: wrong
  > components:
  >   orchestrator: {name: default, flavor: local}'
  $ echo hunter2 | try
  error: wrong.yaml holds no stack
  hint: lockwork stack export writes such a file
  [1]
  $ echo '- hunter2' | try
  error: wrong.yaml holds no stack
  hint: lockwork stack export writes such a file
  [1]
  $ printf 'format: 2\nstack: x\ncomponents: {}\n' | try
  error: wrong.yaml is of format 2; this version reads 1
  [1]
  $ printf 'format: 1\nstack: x\ncomponents: {}\nhunter2: 1\n' | try
  error: wrong.yaml holds no stack: it has a field that no stack has
  hint: lockwork stack export writes such a file
  [1]
  $ echo "$head" | try
  error: a stack needs one artifact store
  hint: name it with --artifact-store NAME
  [1]
  $ echo "$head"'
  >   artifact_store: {name: default, flavor: locl}' | try
  error: no flavor of artifact store 'locl'; did you mean 'local'?
  hint: there are: local, s3
  [1]
  $ echo "$head"'
  >   artifact_store: {name: default, flavor: local}
  >   alerter: {name: new, flavor: slack, attributes: {webhook: x}}' | try
  error: flavor 'slack' of alerter has no attribute 'webhook'; did you mean 'webhook_url'?
  hint: its attributes are: slack_token, slack_channel_id, default_slack_channel_id, webhook_url, base_url
  [1]
  $ echo "$head"'
  >   artifact_store: {name: default, flavor: local}
  >   alerter: {name: new, flavor: slack, attributes: {webhook_url: "{{a.b}}"}}
  >   annotator: {name: "a b", flavor: label_studio}' | try
  error: 'a b' is not a component name
  hint: 1 to 128 letters, digits, '-', '_' and '.', beginning with a letter or digit
  [1]
  $ echo "$head"'
  >   artifact_store: &a {name: default, flavor: local}' | try
  error: wrong.yaml: line 5, column 19 has an anchor
  hint: write the value where it is needed; quote text that begins with &
  [1]
  $ echo "$head"'
  >   artifact_store: {name: 2024-99-99, flavor: local}' | try
  error: wrong.yaml holds a date or number that is none
  hint: put it in quotes to keep it as text
  [1]
  $ echo "$head"'
  >   tracker: {name: default, flavor: local}' | try
  error: wrong.yaml holds no stack: Invalid enum value 'tracker' - at `key` in `$.components`
  hint: lockwork stack export writes such a file
  [1]
  $ lockwork stack import missing.yaml
  error: the stack: cannot read 'missing.yaml': no such file or directory
  [1]
  $ lockwork stack import
  error: missing argument 'FILE'
  hint: lockwork stack import --help
  [2]
  $ lockwork alerter list -o csv | cut -d, -f2
  note: page 1 of 1; 2 in all
  name
  plain
  typed
  $ lockwork stack list -o csv | cut -d, -f2
  note: page 1 of 1; 4 in all
  name
  default
  prod
  twin
  typed
