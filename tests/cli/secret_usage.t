  $ lockwork secret create db --password=hunter2 2> /dev/null
  created workspace secret 'db', version 1

What refers to a secret, and who read it last.

  $ lockwork secret usage db
  note: nothing refers to workspace secret 'db'
  $ lockwork secret get db --key password > /dev/null
  $ lockwork secret usage db
  note: nothing refers to workspace secret 'db'
  
  last read * by default (glob)
  $ lockwork secret usage db -o json | tail -5
    },
    "uses": [],
    "last_read": "*", (glob)
    "last_read_by": "default"
  }
  $ lockwork secret usage nope
  error: no secret 'nope'
  hint: looked in the own scope of user 'default' or in workspace 'default'; see: lockwork secret list
  [1]

Where a reference is looked for, and why it is found or not.

  $ lockwork secret explain '{{db.password}}'
  1. it is a reference: secret 'db', key 'password'
  2. in the own scope of user 'default': no secret 'db'
  3. in workspace 'default': secret 'db', version 1
  4. it has the key 'password': the reference stands for that value
  $ lockwork secret explain '{{db.pasword}}'
  1. it is a reference: secret 'db', key 'pasword'
  2. in the own scope of user 'default': no secret 'db'
  3. in workspace 'default': secret 'db', version 1
  4. it has no key 'pasword'; its keys are: password
  5. near misses: password
  hint: lockwork secret update db --ask pasword --scope workspace
  [1]
  $ lockwork secret explain '{{bd.password}}'
  1. it is a reference: secret 'bd', key 'password'
  2. in the own scope of user 'default': no secret 'bd'
  3. in workspace 'default': no secret 'bd'
  hint: lockwork secret create bd --ask password
  [1]
  $ lockwork secret explain '{{db}}'
  1. not a reference: it names no key: after the secret's name come a dot and a key
  hint: write {{name.key}}, or \{{ for two braces meant as text
  [1]
  $ lockwork secret explain '${{db.password}}'
  1. not a reference: ${{ is plain text, an expression of GitHub's
  hint: write {{name.key}}, or \{{ for two braces meant as text
  [1]
  $ lockwork secret explain '{{db.password}}' -o json
  {
    "text": "{{db.password}}",
    "found": true,
    "steps": [
      "it is a reference: secret 'db', key 'password'",
      "in the own scope of user 'default': no secret 'db'",
      "in workspace 'default': secret 'db', version 1",
      "it has the key 'password': the reference stands for that value"
    ],
    "fix": null
  }
  $ lockwork secret create db -s user --password=mine 2> /dev/null
  created user secret 'db', version 1
  $ lockwork secret explain '{{ db.password }}'
  1. it is a reference: secret 'db', key 'password'
  2. in the own scope of user 'default': secret 'db', version 1
  3. it hides the secret of that name in workspace 'default'
  4. it has the key 'password': the reference stands for that value
  $ lockwork secret explain
  error: missing argument 'REFERENCE'
  hint: lockwork secret explain --help
  [2]

None of this read a value.

  $ lockwork audit list --action startswith:secret. -o csv 2> /dev/null | cut -d, -f5 | sort | uniq -c | sed 's/^ *//'
  1 action
  2 secret.create
  1 secret.reveal
