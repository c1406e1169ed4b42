#!/usr/bin/env bash
# Brings the database's statistics up to date, and gives back the room of deleted rows where that pays and no server runs.
#   optimize.sh
set -euo pipefail
HERE=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
source "$HERE/lib/program.sh"
run_program "$HERE" optimize "$@"
