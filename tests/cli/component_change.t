  $ lockwork secret create slack --webhook=not-shown --token=not-shown 2> /dev/null
  created workspace secret 'slack', version 1
  $ lockwork alerter register ops -f slack --webhook-url '{{slack.webhook}}' --env A=1 --secret slack
  registered alerter 'ops' of flavor 'slack'

Update sets and removes attributes, variables and declared secrets; the others stay.

  $ lockwork alerter update ops --base-url https://slack.example.com --env B=2 --remove-env A --remove-secret slack
  updated alerter 'ops', now version 2
  $ lockwork alerter describe ops -o json | grep -A 8 '"attributes"'
    "attributes": {
      "webhook_url": "{{slack.webhook}}",
      "base_url": "https://slack.example.com"
    },
    "environment": {
      "B": "2"
    },
    "secrets": {},
    "version": 2,
  $ lockwork alerter update --slack-token '{{slack.token}}' --default-slack-channel-id=C1 --remove-attribute webhook-url ops --if-version 2
  updated alerter 'ops', now version 3
  $ lockwork alerter remove-attribute ops base_url
  updated alerter 'ops', now version 4
  $ lockwork alerter describe ops -o json | grep -A 4 '"attributes"'
    "attributes": {
      "default_slack_channel_id": "C1",
      "slack_token": "{{slack.token}}"
    },
    "environment": {

What cannot be changes nothing.

  $ lockwork alerter update ops
  error: nothing to change in alerter 'ops'
  hint: give --ATTRIBUTE=VALUE, --env or --secret
  [1]
  $ lockwork alerter update ops --base-url=x --if-version 2
  error: alerter 'ops' is at version 4, not 2; nothing was changed
  hint: read it again, then repeat the change with the version you read
  [1]
  $ lockwork alerter update ops --bas-url=x
  error: flavor 'slack' of alerter has no attribute 'bas_url'; did you mean 'base_url'?
  hint: its attributes are: slack_token, slack_channel_id, default_slack_channel_id, webhook_url, base_url
  [1]
  $ lockwork alerter update ops --base-url=x --remove-attribute base-url
  error: 'base_url' cannot be both set and removed in one call
  [1]
  $ lockwork alerter update ops --remove-env NOPE
  error: no variable 'NOPE'
  hint: alerter 'ops' has: B
  [1]
  $ lockwork alerter update ops --remove-secret slak
  error: no declared secret 'slak'
  hint: alerter 'ops' has: none
  [1]
  $ lockwork alerter update ops --flavor=slack
  error: flavor 'slack' of alerter has no attribute 'flavor'
  hint: its attributes are: slack_token, slack_channel_id, default_slack_channel_id, webhook_url, base_url
  [1]
  $ lockwork alerter update nope --base-url=x
  error: no alerter 'nope'
  hint: looked in workspace 'default'; see: lockwork alerter list
  [1]
  $ lockwork alerter update ops --base-url=x hunter2
  error: lockwork alerter update: a word too many
  hint: lockwork alerter update --help
  [2]
  $ lockwork alerter remove-attribute ops webhook_url
  error: attribute 'webhook_url' is not set
  hint: it has: default_slack_channel_id, slack_token
  [1]
  $ lockwork alerter remove-attribute ops slack-token
  error: flavor 'slack' of alerter needs slack_token and slack_channel_id, or slack_token and default_slack_channel_id, or webhook_url
  hint: add --slack-token=… --slack-channel-id=…
  [1]
  $ lockwork alerter remove-attribute ops
  error: missing argument 'ATTR...'
  hint: lockwork alerter remove-attribute --help
  [2]
  $ lockwork alerter remove-attribute
  error: missing argument 'NAME'
  hint: lockwork alerter remove-attribute --help
  [2]
  $ lockwork alerter describe ops -o json | grep '"version"'
    "version": 4,

Another name, and another one like it.

  $ lockwork alerter rename ops night
  renamed alerter 'ops' to 'night', now version 5
  $ lockwork alerter copy night day
  copied to alerter 'day'
  $ lockwork alerter list
  NAME   FLAVOR  OWNER    VERSION  UPDATED
  day    slack   default  1        ????-??-?? ??:??:??Z (glob)
  night  slack   default  5        ????-??-?? ??:??:??Z (glob)
  $ lockwork alerter rename night day
  error: alerter 'day' already exists in workspace 'default'
  hint: change it with: lockwork alerter update day
  [1]
  $ lockwork alerter rename night 'a b'
  error: 'a b' is not a component name
  hint: 1 to 128 letters, digits, '-', '_' and '.', beginning with a letter or digit
  [1]
  $ lockwork alerter rename night
  error: missing argument 'NEW'
  hint: lockwork alerter rename --help
  [2]
  $ lockwork alerter rename nigth x
  error: no alerter 'nigth'; did you mean 'night'?
  hint: looked in workspace 'default'; see: lockwork alerter list
  [1]
  $ lockwork alerter copy night day
  error: alerter 'day' already exists in workspace 'default'
  hint: change it with: lockwork alerter update day
  [1]
  $ lockwork alerter copy nope x
  error: no alerter 'nope'
  hint: looked in workspace 'default'; see: lockwork alerter list
  [1]
  $ lockwork alerter list -o csv | cut -d, -f2,4,10
  note: page 1 of 1; 2 in all
  name,flavor,version
  day,slack,{}
  night,slack,{}

One that a stack holds stays; what it was told of is said when it goes.

  $ lockwork stack register alerting -o default -a default -al day
  registered stack 'alerting'
  $ lockwork alerter delete day -y
  error: alerter 'day' is part of a stack: stack 'alerting'
  hint: give the stack another one, or take it out: lockwork stack update alerting …
  [1]
  $ lockwork alerter delete night
  error: the question whether to go on needs a terminal, and there is none
  hint: --yes goes on without asking
  [2]
  $ lockwork alerter delete night -y
  deleted alerter 'night'
  $ lockwork alerter delete night -y
  error: no alerter 'night'
  hint: looked in workspace 'default'; see: lockwork alerter list
  [1]
  $ lockwork alerter register own -f slack --webhook-url=hunter2 2> /dev/null
  registered alerter 'own' of flavor 'slack'
  $ lockwork alerter delete own -y
  deleted alerter 'own'
  note: secret 'own-alerter' stays; when nothing needs it: lockwork secret delete own-alerter --scope workspace
