#!/usr/bin/env bash
# Says how the server is, once, as one line of JSON; fails where it does not answer or is not well. For cron and a monitor.
#   monitor.sh
set -euo pipefail
HERE=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
source "$HERE/lib/program.sh"
run_program "$HERE" health "$@"
