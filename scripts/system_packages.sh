#!/usr/bin/env bash
# What tests need of the system: installed where that is allowed (root, and apt), else the one command is said.
# No service is started by it: these packages hold programs alone.
set -euo pipefail

missing=()
command -v mariadbd >/dev/null || missing+=(mariadb-server-core)
command -v my_print_defaults >/dev/null || missing+=(mariadb-client-core)
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null || true  # what is known already may do
  if apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; then
    exit 0
  fi
fi
echo "tests against a MySQL server need: sudo apt-get install --no-install-recommends ${missing[*]}" >&2
[ -z "${CI:-}" ]  # on CI nothing may be skipped
