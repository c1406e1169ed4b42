# shellcheck shell=bash
# A node that is a Windows as far as Wine is one, with the stand-in for Abaqus. Sourced after stack.sh, and after `stack_at`.
#
# FOLDER/windows/prefix  Wine's own: its drive C, where the runs are in the account's folder
# FOLDER/windows/ssh     its sshd: keys (the server's is the same), port and log
# FOLDER/windows/up      what keeps it running reads from here

# The account's folder, below drive C.
WINDOWS_HOME='users/研究 室'
# What Wine lacks of a Windows 10, what starts a program as Windows' sshd does, and what an sshd here does with a session.
WINDOWS_SOURCES=$ROOT/crates/testbed/src/wine

windows_at() {
  WINDOWS=$STACK/windows
  export WINEPREFIX=$WINDOWS/prefix WINEDEBUG=-all
  # Of no use without a screen, and long to start.
  export WINEDLLOVERRIDES='mscoree,mshtml,winemenubuilder.exe='
}

# in_windows COMMAND…: what stack.sh knows of an sshd, for this one. SSH_PORT is its port then.
in_windows() { SSH_DIR=$WINDOWS/ssh SSH_EXTRA="ForceCommand sh '$WINDOWS/shell.sh'" "$@"; }

# Names of files are UTF-8 there, whatever this account's locale is.
in_wine() { LC_ALL=C.UTF-8 "$@"; }

make_windows() {
  local system=$WINEPREFIX/drive_c/windows/system32
  mkdir -p "$WINDOWS/ssh"
  chmod 700 "$WINDOWS/ssh"
  if [ ! -e "$WINEPREFIX/.made" ]; then
    rm -rf "$WINEPREFIX"
    in_wine wine wineboot --init >"$WINDOWS/wineboot.log" 2>&1 || return
    in_wine wineserver -w || return
    mkdir -p "$WINEPREFIX/drive_c/$WINDOWS_HOME" "$WINEPREFIX/root"
    : >"$WINEPREFIX/.made"
  fi
  x86_64-w64-mingw32-gcc -Os -s -shared -o "$system/bcryptprimitives.dll" "$WINDOWS_SOURCES/bcryptprimitives.c" -ladvapi32 &&
    x86_64-w64-mingw32-gcc -Os -s -municode -o "$system/session.exe" "$WINDOWS_SOURCES/session.c" || return
  {
    printf "export WINEPREFIX='%s' WINEDEBUG='%s' WINEDLLOVERRIDES='%s'\n" "$WINEPREFIX" "$WINEDEBUG" "$WINEDLLOVERRIDES"
    printf "export LC_ALL=C.UTF-8 WINE_HOME='%s'\n" "$WINDOWS_HOME"
    cat "$WINDOWS_SOURCES/shell.sh"
  } >"$WINDOWS/shell.sh"
}

# As Abaqus has one there. Its runs are played: no solver computes.
write_windows_standin() {
  local commands=$WINEPREFIX/drive_c/SIMULIA/Commands
  mkdir -p "$commands"
  cp "$STANDIN_EXE" "$commands/SMALauncher.exe.new"
  mv "$commands/SMALauncher.exe.new" "$commands/SMALauncher.exe"
  printf '%s\r\n' '@echo off' 'setlocal' 'set STANDIN_LICENSE_DIR=C:\SIMULIA\licence' \
    "set STANDIN_LICENSE_TOTAL=${STANDIN_LICENSE_TOTAL:-$TOTAL_LICENSE_TOKENS}" \
    "set STANDIN_LICENSE_POLL_MS=${STANDIN_LICENSE_POLL_MS:-30000}" "set STANDIN_MODE=${STANDIN_MODE:-}" \
    "set STANDIN_LICENSE_DAYS=${STANDIN_LICENSE_DAYS:-3650}" '"%~dp0SMALauncher.exe" %*' >"$commands/abaqus.bat"
}

# Without a program of its own Wine goes down between two commands, and is another machine when it comes back. It reads
# from a pipe that it holds open itself; in a session of its own, so that Ctrl-C on the terminal does not reach it.
keep_windows_up() {
  [ -p "$WINDOWS/up" ] || mkfifo "$WINDOWS/up"
  LC_ALL=C.UTF-8 setsid wine cmd.exe /c 'set /p word=' <>"$WINDOWS/up" >/dev/null 2>&1 &
  echo $! >"$WINDOWS/up.pid"
  # the shell need not tell of its end
  disown
}

start_windows() {
  make_windows || die "Wine does not start (log: $WINDOWS/wineboot.log)"
  # the server has one key for all nodes
  cp "$SSH_DIR/id_ed25519" "$SSH_DIR/id_ed25519.pub" "$WINDOWS/ssh/"
  keep_windows_up
  local port=$SSH_PORT
  in_windows start_sshd
  WINDOWS_PORT=$SSH_PORT
  SSH_PORT=$port
}

# Its id is what every page names a node by.
enter_windows_node() {
  [ -x "$STANDIN_EXE" ] || die "the stand-in for Windows is not built: scripts/build demo windows"
  write_windows_standin
  "$SERVER" node add --id stand-in-windows --host 127.0.0.1 --port "$WINDOWS_PORT" --user "$(id -un)" \
    --hostname 'Windows (Wine), スタンドイン (代役)' --host-key "$(cut -d' ' -f1,2 "$WINDOWS/ssh/host_ed25519.pub")" \
    --cores 8 --max-tokens "$TOTAL_LICENSE_TOKENS" --work-dir work --abaqus 'C:\SIMULIA\Commands\abaqus.bat' \
    >>"$STACK/logs/node-add.log" 2>&1 ||
    {
      tail -n 20 "$STACK/logs/node-add.log" >&2
      die "the Windows node could not be entered into the database"
    }
}

# How many of its runs have a process: each has a wrapper that is called with the run's token.
windows_runs() {
  local run line count=0
  for run in "$WINEPREFIX/drive_c/$WINDOWS_HOME"/work/runs/*/; do
    for line in /proc/[0-9]*/cmdline; do
      if { tr '\0' ' ' <"$line"; } 2>/dev/null | grep -qF " wrap $(basename "$run")"; then
        count=$((count + 1))
        break
      fi
    done
  done
  echo "$count"
}

# Its sshd and what keeps it running; runs go on, and Wine with them.
leave_windows() {
  local pid
  in_windows stop_sshd
  pid=$(cat "$WINDOWS/up.pid" 2>/dev/null) || return 0
  # a pid may have been given to somebody else since
  if grep -qzxF "WINEPREFIX=$WINEPREFIX" "/proc/$pid/environ" 2>/dev/null; then kill -KILL "$pid" 2>/dev/null || true; fi
  rm -f "$WINDOWS/up.pid"
}

# All that runs in it.
stop_windows() {
  leave_windows
  have wineserver || return 0
  # says with 1 that nothing ran
  wineserver -k || true
  wineserver -w
}
