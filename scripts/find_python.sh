#!/bin/bash
# Prints a Python of 3.11 or newer that can make environments, or says what is missing.
# PYTHON, when set, is the only one tried.
set -euo pipefail

too_old=""
without_venv=""
for python in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
  # A name on PATH may be a shim that only prints an error: run it before trusting it.
  version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
  if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    too_old="$python ($version)"
  elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    without_venv="$python"
  else
    echo "$python"
    exit 0
  fi
done

if [ -n "$without_venv" ]; then
  echo "error: $without_venv cannot make environments: its venv or ensurepip module is missing" >&2
  echo "hint: on Debian and Ubuntu, install python3-venv" >&2
elif [ -n "$too_old" ]; then
  echo "error: Lockwork needs Python 3.11 or newer; the newest found is $too_old" >&2
  echo "hint: install one, or name it: make PYTHON=/path/to/python3.12 demo" >&2
else
  echo "error: no Python found${PYTHON:+ at $PYTHON}; Lockwork needs 3.11 or newer" >&2
  echo "hint: install one, or name it: make PYTHON=/path/to/python3.12 demo" >&2
fi
exit 1
