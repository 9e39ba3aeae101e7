  $ lockwork secret create db --password=one --user=anna 2> /dev/null
  created workspace secret 'db', version 1
  $ lockwork secret update db --password=two 2> /dev/null
  updated workspace secret 'db', now version 2
  $ lockwork secret update db -r user 2> /dev/null
  updated workspace secret 'db', now version 3

  $ lockwork secret versions db
  VERSION  STATE    CREATED               BY       KEYS            CHANGED
  3        current  *  default  password (glob)
  2        kept     *  default  password, user  password (glob)
  1        kept     *  default  password, user (glob)
  $ lockwork secret versions db -o json | head -12
  [
    {
      "version": 3,
      "state": "current",
      "created": "*", (glob)
      "by": "default",
      "keys": [
        "password"
      ],
      "changed": []
    },
    {
  $ lockwork secret versions nope
  error: no secret 'nope'
  hint: looked in the own scope of user 'default' or in workspace 'default'; see: lockwork secret list
  [1]

An old version is restored as a new one.

  $ lockwork secret restore db --version 1
  restored version 1 of workspace secret 'db', as version 4
  $ lockwork secret get db --reveal | tail -2
  password  one
  user      anna
  $ lockwork secret restore db --version 9
  error: no version '9'
  hint: lockwork secret versions db
  [1]
  $ lockwork secret restore db
  error: missing option '--version'
  hint: lockwork secret restore --help
  [2]

Destroyed versions keep their number, date and key names, and nothing else.

  $ lockwork secret destroy db --version 2
  VERSION  STATE      CREATED               BY       KEYS            CHANGED
  4        current    *  default  password, user  password (glob)
  3        kept       *  default  password (glob)
  2        destroyed  *  default  password, user  password (glob)
  1        kept       *  default  password, user (glob)
  $ lockwork secret get db --version 2 --reveal
  error: no version '2 (destroyed)'
  hint: lockwork secret versions db
  [1]
  $ lockwork secret restore db --version 2
  error: no version '2 (destroyed)'
  hint: lockwork secret versions db
  [1]
  $ lockwork secret destroy db --version 4
  error: version 4 of secret 'db' is the current one
  hint: update the secret first, or delete it with --purge
  [1]
  $ lockwork secret destroy db
  error: say which versions
  hint: --version N, or --all-but-current
  [2]
  $ lockwork secret destroy db --version 1 --all-but-current
  error: say which versions
  hint: --version N, or --all-but-current
  [2]
  $ lockwork secret destroy db --all-but-current | awk '{print $1, $2}'
  VERSION STATE
  4 current
  3 destroyed
  2 destroyed
  1 destroyed
  $ lockwork secret get db --key password
  one (no-eol)
