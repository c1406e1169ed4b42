#!/usr/bin/env bash
# Brings the database's tables up to date, or back to what an older version knows; prints the last change made. The server
# must not run. It is part of deploy, and the server's own start does it too.
#   migrate.sh [--to CHANGE]
set -euo pipefail
HERE=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
source "$HERE/lib/program.sh"
run_program "$HERE" migrate "$@"
