#!/usr/bin/env bash
# Makes a backup: the database, what people sent, and the results of the last days. The server may go on meanwhile.
#   backup.sh
set -euo pipefail
HERE=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
source "$HERE/lib/program.sh"
run_program "$HERE" backup "$@"
