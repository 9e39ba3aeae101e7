"""Messages, answers and failures as HTTP carries them, for both of its ends.

`routes` is THE table; `requests` turns a message into a request and back; `answers` does the same for what
comes of it; `problems` for failures. Here alone a `Sensitive` becomes text on a wire.
"""

API = 1
"""Which generation of the table of routes this is: the number in their paths."""
API_HEADER = "lockwork-api"
"""What every answer bears: that number, and the server's version."""
