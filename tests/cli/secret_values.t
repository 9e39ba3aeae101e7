Values come from files and standard input, byte for byte.

  $ printf 'first\nsecond \x27"$HOME`\\n\t' > value
  $ lockwork secret create files --a=@value --b=@- --c=@@value < value
  secret files:
    a  ***
    b  ***
    c  ***
  created workspace secret 'files', version 1
  $ lockwork secret get files --key a | cmp - value
  $ lockwork secret get files --key b | cmp - value
  $ lockwork secret get files --key c
  @value (no-eol)

A file that ends in a newline is kept so, and said; --strip drops it.

  $ echo hunter2 > line
  $ lockwork secret create lines --a=@line
  note: the value of 'a' ends in a newline, as line does; --strip drops it
  secret lines:
    a  ***
  created workspace secret 'lines', version 1
  $ lockwork secret get lines --key a | od -c | head -1
  0000000   h   u   n   t   e   r   2  \n
  $ lockwork secret create lines2 --strip --a=@line
  secret lines2:
    a  ***
  created workspace secret 'lines2', version 1
  $ lockwork secret get lines2 --key a | od -c | head -1
  0000000   h   u   n   t   e   r   2

In a shell the newline is the shell's to drop, and none is added.

  $ test "$(lockwork secret get lines2 --key a)" = hunter2

What cannot be read is an error with its path, and nothing is stored.

  $ lockwork secret create bad --a=@missing
  error: the value of 'a': cannot read 'missing': no such file or directory
  hint: @PATH reads a file; a value that begins with @ is written @@…
  [1]
  $ lockwork secret create bad --a=@.
  error: the value of 'a': cannot read '.': is a directory
  hint: @PATH reads a file; a value that begins with @ is written @@…
  [1]
  $ printf '\377hunter2' > latin; lockwork secret create bad --a=@latin
  error: the value of 'a': latin is not UTF-8 (at byte 0)
  hint: only text can be kept and filled; encode other data first, for example with base64
  [1]
  $ printf 'a\000b' > nul; lockwork secret create bad --a=@nul
  error: the value of 'a' holds a NUL character, which cannot be stored
  [1]
  $ head -c 1048577 /dev/zero | tr '\0' x > large; lockwork secret create bad --a=@large
  error: the value of 'a': large holds more than 1,048,576 bytes
  [1]
  $ head -c 1048576 /dev/zero | tr '\0' x > limit; lockwork secret create limit --a=@limit
  secret limit:
    a  ***
  created workspace secret 'limit', version 1
  $ lockwork secret create bad --a=@- --b=@- < value
  error: the value of 'b': standard input can be read once in a command
  hint: use a file for the other
  [2]
  $ lockwork secret get bad
  error: no secret 'bad'
  hint: looked in the own scope of user 'default' or in workspace 'default'; see: lockwork secret list
  [1]

Mappings are JSON or YAML; numbers and booleans are kept as they are written.

  $ lockwork secret create json2 -v '{"port": 123, "price": 1.50, "ok": true, "text": "x"}'
  secret json2:
    port   ***
    price  ***
    ok     ***
    text   ***
  created workspace secret 'json2', version 1
  $ lockwork secret get json2 --reveal | tail -4
  ok     true
  port   123
  price  1.50
  text   x
  $ cat > db.yaml << EOF
  > port: 0123
  > answer: yes
  > text: "with: colon"
  > EOF
  $ lockwork secret create yaml --values @db.yaml
  secret yaml:
    port    ***
    answer  ***
    text    ***
  created workspace secret 'yaml', version 1
  $ lockwork secret get yaml --reveal | tail -3
  answer  yes
  port    0123
  text    with: colon
  $ lockwork secret create yaml2 --values @- --text=wins < db.yaml
  secret yaml2:
    port    ***
    answer  ***
    text    ***
  created workspace secret 'yaml2', version 1
  $ lockwork secret get yaml2 --key text
  wins (no-eol)

Null, lists and mappings are refused, by key; what a parser could do more is refused, by place.

  $ lockwork secret create bad -v '{"password": null}'
  error: --values: the value of 'password' is null, not text
  hint: write "" for the empty text, or "null" in quotes for the word
  [1]
  $ lockwork secret create bad -v 'password: [hunter2]'
  error: --values: the value of 'password' is a list, not text
  hint: quote it as a whole to keep it as one text
  [1]
  $ lockwork secret create bad -v 'password: {a: hunter2}'
  error: --values: the value of 'password' is a mapping, not text
  hint: quote it as a whole to keep it as one text
  [1]
  $ lockwork secret create bad -v 'a: &x hunter2
  > b: *x'
  error: --values: line 1, column 4 has an anchor
  hint: write the value where it is needed; quote text that begins with &
  [1]
  $ lockwork secret create bad -v 'a: !!python/object hunter2'
  error: --values: line 1, column 4 has a tag
  hint: values are text without one; quote text that begins with !
  [1]
  $ lockwork secret create bad -v '{"a": "hunter2", "a": "hunter2"}'
  error: --values: key 'a' is given twice
  [1]
  $ lockwork secret create bad -v '{"a": "hunter2"'
  error: --values: not valid JSON or YAML at line 2, column 1
  hint: write "KEY: TEXT" lines or {"KEY": "TEXT"}, or @FILE to read them from a file
  [1]
  $ lockwork secret create bad -v '["hunter2"]'
  error: --values: not a mapping of keys to texts
  hint: write "KEY: TEXT" lines or {"KEY": "TEXT"}, or @FILE to read them from a file
  [1]
  $ lockwork secret create bad -v @missing.yaml
  error: --values: cannot read 'missing.yaml': no such file or directory
  [1]

An env file is KEY=VALUE lines; nothing in it is interpolated.

  $ cat > .env << 'EOF'
  > # a comment
  > export USER_NAME=anna
  > PASSWORD='hun$ter2'
  > GREETING="a b"
  > EOF
  $ lockwork secret create env --env-file .env
  secret env:
    USER_NAME  ***
    PASSWORD   ***
    GREETING   ***
  created workspace secret 'env', version 1
  $ lockwork secret get env --reveal | tail -3
  GREETING   a b
  PASSWORD   hun$ter2
  USER_NAME  anna
  $ lockwork secret create bad --env-file missing.env
  error: --env-file: cannot read 'missing.env': no such file or directory
  [1]
  $ lockwork secret create bad --env-file .env -v 'PASSWORD: hunter2'
  error: 'PASSWORD' is given by --values and by --env-file
  hint: --PASSWORD=… wins over both
  [1]
