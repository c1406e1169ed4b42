# shellcheck shell=bash
# A PostgreSQL server of one's own for a while: nobody else's data, no port, nothing left. Sourced, never run.

# The programs of Debian's newest, which are in no PATH; elsewhere those of the PATH.
postgres_programs() {
  local folder
  folder=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
  if [ -n "$folder" ]; then
    printf '%s' "$folder"
  elif have initdb && have postgres; then
    dirname "$(command -v initdb)"
  else
    return 1
  fi
}

# PostgreSQL refuses to be root.
postgres_account() {
  if [ "$(id -u)" != 0 ]; then return; fi
  if id postgres >/dev/null 2>&1; then printf postgres; else printf nobody; fi
}

# As that account, where there is one.
as_postgres() {
  local account
  account=$(postgres_account)
  if [ -z "$account" ]; then
    "$@"
  else
    setpriv --reuid="$account" --regid="$(id -g "$account")" --clear-groups env HOME=/ "$@"
  fi
}

# start_postgres FOLDER [durable]: sets POSTGRES_URL. What it is told to keep need not survive a power cut unless `durable`, and
# its language sorts otherwise than by bytes, so that whoever relies on that order is found out.
start_postgres() {
  local folder=$1 programs account language=() quick="-c fsync=off -c full_page_writes=off"
  if [ "${2:-}" = durable ]; then quick=; fi
  programs=$(postgres_programs) || return
  account=$(postgres_account)
  mkdir -p "$folder"
  if [ -n "$account" ]; then chown "$account" "$folder"; fi
  if [ "$("$programs/postgres" --version | grep -oE '[0-9]+' | head -n 1)" -ge 15 ]; then
    language=(--locale-provider=icu --icu-locale=en-US)
  fi
  (
    cd "$folder"
    as_postgres "$programs/initdb" -D "$folder/data" -U ajm -A trust -E UTF8 --locale=C.UTF-8 "${language[@]}" --no-sync \
      >"$folder/initdb.log" || { cat "$folder/initdb.log"; exit 1; }
    as_postgres "$programs/pg_ctl" -D "$folder/data" -l "$folder/data/server.log" -w -s -o \
      "-k $folder -c listen_addresses= $quick -c max_connections=400" start
  ) || return
  # shellcheck disable=SC2034 # for whoever sources this
  POSTGRES_URL="postgres://ajm@localhost/postgres?host=$folder"
}

stop_postgres() { # FOLDER
  as_postgres "$(postgres_programs)/pg_ctl" -D "$1/data" -w -s -m immediate stop
}
