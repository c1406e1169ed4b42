# shellcheck shell=bash
# One whole installation in one folder: a throw-away sshd as the node, the server, its data. Shared by the demo and by
# everything that tests the real thing. Sourced after ground.sh; `stack_at FOLDER` first.
#
# FOLDER/ssh     the sshd's keys, port and log, and the key the server signs in with
# FOLDER/node    the node's work folder: the runner and the runs
# FOLDER/abaqus  the same for the node that runs Abaqus or its stand-in, where ABAQUS asks for it
# FOLDER/data, uploads, results, logs, secret    the server's own
# FOLDER/people  who may sign in, and with what; FOLDER/token the admin's token

stack_at() {
  STACK=$1
  NODE_DIR=$STACK/node
  SSH_DIR=$STACK/ssh
  mkdir -p "$STACK"
  STACK=$(cd "$STACK" && pwd -P)
  NODE_DIR=$STACK/node
  SSH_DIR=$STACK/ssh
  chmod 700 "$STACK"
  mkdir -p "$SSH_DIR" "$NODE_DIR" "$STACK/data" "$STACK/uploads" "$STACK/results" "$STACK/logs"
  # Nothing here is for others on this machine: keys, and the decks of whoever uses it.
  chmod 700 "$SSH_DIR"
  chmod 750 "$STACK/data" "$STACK/uploads" "$STACK/results" "$STACK/logs"
}

port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A loopback port nobody listens on, below the range the system takes for outgoing connections.
free_port() {
  local port
  for _ in {1..50}; do
    port=$((20000 + RANDOM % 12000))
    if ! port_taken "$port"; then
      echo "$port"
      return 0
    fi
  done
  die "found no free port on 127.0.0.1"
}

# --- the node ---------------------------------------------------------------------------------------------------------

sshd_pid() { # prints the listener's pid while it runs, and is our own
  local pid
  pid=$(cat "$SSH_DIR/sshd.pid" 2>/dev/null) || return 1
  # A pid may have been given to somebody else since; the listener's command line names its configuration.
  { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qF "$SSH_DIR/sshd_config" || return 1
  echo "$pid"
}

write_sshd_config() { # PORT; SSH_EXTRA has lines that win over ours
  # Without PAM an account without any password ("!", as Ubuntu's root has) is refused, keys or no keys. An sshd that is
  # not root cannot see that, and needs no PAM.
  local pam=no
  if [ "$(id -u)" = 0 ] && [ "$(getent shadow root | cut -d: -f2 | cut -c1)" = '!' ]; then pam=yes; fi
  cat >"$SSH_DIR/sshd_config" <<CONFIG
${SSH_EXTRA:-}
Port $1
ListenAddress 127.0.0.1
HostKey $SSH_DIR/host_ed25519
PidFile $SSH_DIR/sshd.pid
AuthorizedKeysFile $SSH_DIR/authorized_keys
AuthenticationMethods publickey
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM $pam
StrictModes no
PermitRootLogin prohibit-password
AllowUsers $(id -un)
Subsystem sftp internal-sftp
PrintMotd no
UseDNS no
CONFIG
}

# Starts the sshd on the port it had before, or on a new one where that is taken by now.
start_sshd() {
  local port key
  for key in host_ed25519 id_ed25519; do
    [ -e "$SSH_DIR/$key" ] || ssh-keygen -q -t ed25519 -N '' -C "abaqus-job-manager" -f "$SSH_DIR/$key"
  done
  cp "$SSH_DIR/id_ed25519.pub" "$SSH_DIR/authorized_keys"
  # sshd as root refuses to start without its folder, which the distribution makes when its service starts.
  if [ "$(id -u)" = 0 ]; then mkdir -p /run/sshd; fi
  stop_sshd
  for _ in {1..10}; do
    port=$(cat "$SSH_DIR/port" 2>/dev/null || free_port)
    if port_taken "$port"; then port=$(free_port); fi
    write_sshd_config "$port"
    # By its absolute path: sshd re-executes itself for each connection.
    if /usr/sbin/sshd -f "$SSH_DIR/sshd_config" -E "$SSH_DIR/sshd.log"; then
      echo "$port" >"$SSH_DIR/port"
      SSH_PORT=$port
      for _ in {1..100}; do
        if sshd_pid >/dev/null && port_taken "$port"; then return 0; fi
        sleep 0.05
      done
    fi
    stop_sshd
    rm -f "$SSH_DIR/port"
  done
  tail -n 5 "$SSH_DIR/sshd.log" >&2 || true
  die "the throw-away sshd does not start (log: $SSH_DIR/sshd.log)"
}

children_of() { # PID
  local line fields
  for line in /proc/[0-9]*/stat; do
    # the second field, a name in brackets, may hold blanks
    read -r line 2>/dev/null <"$line" || continue
    read -r -a fields <<<"${line##*) }"
    if [ "${fields[1]}" = "$1" ]; then echo "${line%% *}"; fi
  done
}

# The listener and the sessions it has open; a solver that runs detached is in neither and goes on.
stop_sshd() {
  local pid child
  pid=$(sshd_pid) || return 0
  # Standing still it takes no new connection, so that none is missed. The kernel's own list of children may leave some
  # out while others end; the process table does not.
  kill -STOP "$pid" 2>/dev/null || true
  for child in $(children_of "$pid"); do kill -KILL "$child" 2>/dev/null || true; done
  kill -TERM "$pid" 2>/dev/null || true
  kill -CONT "$pid" 2>/dev/null || true
  for _ in {1..100}; do
    if ! sshd_pid >/dev/null; then return 0; fi
    sleep 0.05
  done
  kill -KILL "$pid" 2>/dev/null || true
}

# --- the solvers ------------------------------------------------------------------------------------------------------

# The pids of everything that runs for a run of this stack: each carries its run's token in its environment.
solver_pids() {
  local runs=() run pid
  for run in "$NODE_DIR"/runs/*/ "$STACK"/abaqus/runs/*/; do
    [ -d "$run" ] && runs+=("AJM_RUN=$(basename "$run")")
  done
  [ ${#runs[@]} -gt 0 ] || return 0
  for pid in /proc/[0-9]*; do
    if grep -qzxF -f <(printf '%s\n' "${runs[@]}") "$pid/environ" 2>/dev/null; then basename "$pid"; fi
  done
}

# How many runs still have a process.
solvers_running() {
  local pid
  for pid in $(solver_pids); do
    { tr '\0' '\n' <"/proc/$pid/environ" | grep '^AJM_RUN='; } 2>/dev/null || true
  done | sort -u | wc -l
}

stop_solvers() {
  local pids signal
  for signal in TERM KILL; do
    pids=$(solver_pids)
    [ -n "$pids" ] || return 0
    # shellcheck disable=SC2086 # several pids
    kill -s "$signal" $pids 2>/dev/null || true
    # Asked to end, the runner's wrapper still writes down how its solver ended.
    for _ in {1..60}; do
      [ -n "$(solver_pids)" ] || return 0
      sleep 0.05
    done
  done
}

# --- the server -------------------------------------------------------------------------------------------------------

server_env() { # PORT; exports what the server is configured with
  if [ ! -e "$STACK/secret" ]; then (umask 077 && od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$STACK/secret"); fi
  export DATABASE_PATH=$STACK/data/abaqus-jobs.db UPLOAD_DIR=$STACK/uploads RESULTS_DIR=$STACK/results
  export BACKUP_DIR=$STACK/backups METRICS_DIR=$STACK/metrics
  export LOG_DIR=$STACK/logs LOG_LEVEL=${LOG_LEVEL:-info} PORT=$1 LISTEN=127.0.0.1
  export SSH_PRIVATE_KEY_PATH=$SSH_DIR/id_ed25519 SESSION_SECRET MAX_FILE_SIZE_MB=${MAX_FILE_SIZE_MB:-100}
  export TOTAL_LICENSE_TOKENS=${TOTAL_LICENSE_TOKENS:-50}
  SESSION_SECRET=$(cat "$STACK/secret")
  export RUNNER_LINUX=$RUNNER RUNNER_WINDOWS=$RUNNER_EXE NO_COLOR=1
  export LEPTOS_SITE_ROOT=$SITE/site LEPTOS_SITE_PKG_DIR=pkg LEPTOS_HASH_FILES=true LEPTOS_ENV=PROD
  export LEPTOS_SITE_ADDR=127.0.0.1:$1
}

# The node as the server knows it. The host key is handed over here, so there is nothing to accept by hand.
enter_node() {
  local cores
  # 8 at least, whatever this machine has: otherwise a job with 8 CPUs, the largest choice, could never start here.
  cores=$(nproc)
  if [ "$cores" -lt 8 ]; then cores=8; fi
  "$SERVER" node add --id node-01 --host 127.0.0.1 --port "$SSH_PORT" --user "$(id -un)" \
    --host-key "$(cut -d' ' -f1,2 "$SSH_DIR/host_ed25519.pub")" --cores "$cores" --max-tokens "$TOTAL_LICENSE_TOKENS" \
    --work-dir "$NODE_DIR" --calculix "$(command -v ccx)" >>"$STACK/logs/node-add.log" 2>&1 ||
    {
      tail -n 20 "$STACK/logs/node-add.log" >&2
      die "the node could not be entered into the database"
    }
}

# The people of this stack: an admin, a professor, two students. Each has a password of its own, made here and kept in
# FOLDER/people, which only its owner reads; the admin has a token as well.
enter_people() {
  local id name role password
  [ ! -e "$STACK/people" ] || return 0
  (
    umask 077
    : >"$STACK/people.new"
    while read -r id role name; do
      password=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
      if ! "$SERVER" user add "$id" --name "$name" --role "$role" --password-stdin <<<"$password" >>"$STACK/logs/people.log" 2>&1; then
        # known from an earlier try that was broken off
        "$SERVER" user passwd "$id" --password-stdin <<<"$password" >>"$STACK/logs/people.log" 2>&1 ||
          { tail -n 20 "$STACK/logs/people.log" >&2 && die "the account $id could not be made"; }
      fi
      printf '%s %s %s %s\n' "$id" "$password" "$role" "$name" >>"$STACK/people.new"
    done <<PEOPLE
ito admin 伊藤 健
takahashi faculty 高橋 正
sato student 佐藤 花子
suzuki student 鈴木 一郎
PEOPLE
    "$SERVER" user token ito --scope all --name "$(basename "$STACK")" 2>>"$STACK/logs/people.log" |
      sed -n 's/^TOKEN=//p' >"$STACK/token"
    [ -s "$STACK/token" ] || die "the admin's token could not be made (log: $STACK/logs/people.log)"
    mv "$STACK/people.new" "$STACK/people"
  )
}

# Writes the command by which the node calls the stand-in; the pool of tokens and its scratch files lie beside it.
write_standin() {
  mkdir -p "$STACK/standin/scratch"
  cat >"$STACK/standin/abaqus" <<COMMAND
#!/bin/sh
export STANDIN_LICENSE_DIR='$STACK/standin/licence' STANDIN_LICENSE_TOTAL='${STANDIN_LICENSE_TOTAL:-$TOTAL_LICENSE_TOKENS}'
export STANDIN_LICENSE_POLL_MS='${STANDIN_LICENSE_POLL_MS:-30000}' STANDIN_MODE='${STANDIN_MODE:-}'
export STANDIN_LICENSE_DAYS='${STANDIN_LICENSE_DAYS:-3650}'
export STANDIN_CCX='$(command -v ccx)' TMPDIR='$STACK/standin/scratch'
exec '$STANDIN' "\$@"
COMMAND
  chmod 755 "$STACK/standin/abaqus"
}

# A second node for Abaqus: ABAQUS=standin, or the command that starts a real one. The same sshd, a folder of its own.
enter_abaqus_node() {
  local command=$ABAQUS id=node-02 name=abaqus
  if [ "$ABAQUS" = standin ]; then
    [ -x "$STANDIN" ] || die "the stand-in is not built: scripts/build demo standin"
    write_standin
    command=$STACK/standin/abaqus
    # its id is what every page names a node by
    id=stand-in name='スタンドイン (代役)'
  fi
  mkdir -p "$STACK/abaqus"
  "$SERVER" node add --id "$id" --host 127.0.0.1 --port "$SSH_PORT" --user "$(id -un)" --hostname "$name" \
    --host-key "$(cut -d' ' -f1,2 "$SSH_DIR/host_ed25519.pub")" --cores 8 --max-tokens "$TOTAL_LICENSE_TOKENS" \
    --work-dir "$STACK/abaqus" --abaqus "$command" >>"$STACK/logs/node-add.log" 2>&1 ||
    {
      tail -n 20 "$STACK/logs/node-add.log" >&2
      die "the node for Abaqus could not be entered into the database"
    }
}

# start_server PORT: sets SERVER_PID. In a session of its own, so that Ctrl-C on the terminal reaches only the script,
# which then asks the server to stop.
start_server() {
  server_env "$1"
  if [ -z "${BARE:-}" ]; then
    enter_node
    enter_people
  fi
  if [ -n "${ABAQUS:-}" ]; then enter_abaqus_node; fi
  if [ -n "${WITH_WINDOWS:-}" ]; then enter_windows_node; fi
  # What the server says on its console is all it writes of a log. Commands that it tells are run from its folder.
  env -C "$STACK" setsid "$SERVER" serve >"$STACK/logs/server.out" 2>&1 </dev/null &
  SERVER_PID=$!
  URL=http://127.0.0.1:$1
}

# wait_ready [SECONDS]: until the server answers, or it has died, or the time is up.
wait_ready() {
  local until=$((EPOCHSECONDS + ${1:-60}))
  while ! curl -fsS -o /dev/null --max-time 2 "$URL/api/health/live" 2>/dev/null; do
    if ! kill -0 "$SERVER_PID" 2>/dev/null; then
      tail -n 20 "$STACK/logs/server.out" >&2
      die "the server ended while starting (log: $STACK/logs/server.out)"
    fi
    if [ "$EPOCHSECONDS" -ge "$until" ]; then
      tail -n 20 "$STACK/logs/server.out" >&2
      die "the server does not answer at $URL (log: $STACK/logs/server.out)"
    fi
    sleep 0.1
  done
}

is_server() { # PID: also after a newer build has replaced the file it was started from
  [ -n "${1:-}" ] && [ "$(readlink "/proc/$1/exe" 2>/dev/null | sed 's/ (deleted)$//')" = "$(readlink -f "$SERVER")" ]
}

# Asks the server to end, and waits for it; what it does not finish in 20 s is ended.
stop_server() { # PID
  is_server "${1:-}" || return 0
  kill -TERM "$1" 2>/dev/null || return 0
  for _ in {1..200}; do
    if ! is_server "$1"; then return 0; fi
    sleep 0.1
  done
  warn "the server did not end within 20 s and is killed"
  kill -KILL "$1" 2>/dev/null || true
}

# What drives this stack from outside: where it is, who serves it, and how its admin signs in.
write_env() { # FILE
  (
    umask 077
    {
      printf 'URL=%s\nSERVER_PID=%s\n' "$URL" "$SERVER_PID"
      if [ -e "$STACK/people" ]; then
        # the first line is the admin's
        read -r id password _ <"$STACK/people"
        printf 'USER_ID=%s\nPASSWORD=%s\nTOKEN=%s\n' "$id" "$password" "$(cat "$STACK/token")"
      fi
    } >"$1.new"
    mv "$1.new" "$1"
  )
}

# The program as the server was told to be: for commands of people who try it. Only its owner reads it, for the secret in it.
write_command() { # FILE
  (
    umask 077
    {
      printf '#!/usr/bin/env bash\n'
      for name in DATABASE_PATH UPLOAD_DIR RESULTS_DIR BACKUP_DIR METRICS_DIR LOG_DIR LOG_LEVEL PORT LISTEN \
        SSH_PRIVATE_KEY_PATH SESSION_SECRET MAX_FILE_SIZE_MB TOTAL_LICENSE_TOKENS RUNNER_LINUX RUNNER_WINDOWS \
        LEPTOS_SITE_ROOT LEPTOS_SITE_PKG_DIR LEPTOS_HASH_FILES LEPTOS_ENV LEPTOS_SITE_ADDR; do
        printf 'export %s=%q\n' "$name" "${!name}"
      done
      printf 'exec %q "$@"\n' "$SERVER"
    } >"$1.new"
    chmod 700 "$1.new"
    mv "$1.new" "$1"
  )
}

read_env() { # FILE KEY
  sed -n "s/^$2=//p" "$1" 2>/dev/null
}
