#!/usr/bin/env bash
# Puts a backup back in its place, and keeps what it replaces. The server must not run (systemctl stop abaqus-job-manager).
#   restore.sh NAME|latest
set -euo pipefail
HERE=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
source "$HERE/lib/program.sh"
run_program "$HERE" restore "$@"
