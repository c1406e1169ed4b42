# shellcheck shell=bash
# What every script stands on: where things are, and how a step is announced. Sourced, never run.
# shellcheck disable=SC2034 # what is set here is used by whoever sources it
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/abaqus-job-manager

# Outside the clone, so that a fresh clone finds what an earlier one has compiled.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target}
# Programs built from source for these scripts (wasm-bindgen, cargo-deny, …).
TOOLS=$CACHE/tools
# The second is there only where the machine's own Node is too old, the third for releases.
export PATH=$TOOLS/bin:$TOOLS/node/node_modules/.bin:$TOOLS/binaryen/node_modules/.bin:$ROOT/node_modules/.bin:$PATH
# cargo leaves this to us when it is called without cargo-leptos.
export LEPTOS_OUTPUT_NAME=app

# What `scripts/build` makes and the stack runs: of the demo profile, unless SITE_PROFILE names another.
use_site() { # demo|dev|release
  SITE=$CARGO_TARGET_DIR/site-$1
  SERVER=$SITE/server
  RUNNER=$SITE/runner-linux-x86_64
  RUNNER_EXE=$SITE/runner-windows-x86_64.exe
  STANDIN=$SITE/abaqus-standin
  STANDIN_EXE=$SITE/abaqus-standin.exe
}
use_site "${SITE_PROFILE:-demo}"

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# step "what it does" "usual length" command…   Announces, runs, tells the time it took; stops everything when it fails.
step() {
  local what=$1 usual=$2 from=$EPOCHSECONDS
  shift 2
  say "→ $what (usually $usual)"
  "$@" || die "$what failed"
  say "  done in $((EPOCHSECONDS - from)) s"
}

have() { command -v "$1" >/dev/null 2>&1; }

# Builds share the machine with whoever is using it.
gently() { nice -n 10 "$@"; }

# A toolchain of the right version under another name is as good as the named one: nothing is downloaded twice,
# and machines that can download no toolchain still build.
use_toolchain() {
  have rustup || return 0
  local wanted
  wanted=$(sed -n 's/^channel *= *"\(.*\)"/\1/p' "$ROOT/rust-toolchain.toml")
  if rustup toolchain list 2>/dev/null | grep -q "^$wanted"; then return 0; fi
  if [ "$(rustup run stable rustc --version 2>/dev/null | cut -d' ' -f2)" = "$wanted" ]; then
    export RUSTUP_TOOLCHAIN=stable
  fi
}
use_toolchain
