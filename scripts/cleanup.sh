#!/usr/bin/env bash
# Takes away what is past its days: old results, completed jobs, uploads and folders of no job. The server may go on.
#   cleanup.sh [--dry-run]
set -euo pipefail
HERE=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
source "$HERE/lib/program.sh"
run_program "$HERE" cleanup "$@"
