#!/usr/bin/env bash
# What tests need of the system: installed where that is allowed (root, and apt), else the one command is said.
# No service is started by it: tests start servers of their own from the programs, in folders of their own.
set -euo pipefail

missing=()
command -v mariadbd >/dev/null || missing+=(mariadb-server-core)
command -v my_print_defaults >/dev/null || missing+=(mariadb-client-core)
command -v chromium >/dev/null || missing+=(chromium fonts-dejavu-core)
command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
[ ${#missing[@]} -eq 0 ] && exit 0

# Debian's postgresql would make a cluster and start it.
keep_quiet() {
  case " ${missing[*]} " in *" postgresql "*) ;; *) return 0 ;; esac
  [ -e /etc/postgresql-common/createcluster.conf ] && return 0
  mkdir -p /etc/postgresql-common
  echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
}

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  keep_quiet
  apt-get update -qq >/dev/null || true  # what is known already may do
  if apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold "${missing[@]}" >/dev/null; then
    exit 0
  fi
fi
echo "tests against real databases and in a real browser need: sudo apt-get install --no-install-recommends ${missing[*]}" >&2
[ -z "${CI:-}" ]  # on CI nothing may be skipped
