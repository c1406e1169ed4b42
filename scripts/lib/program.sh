# shellcheck shell=bash
# What the wrappers beside the program (backup.sh, restore.sh, …) stand on: it finds the program and becomes it. Sourced;
# it is in the archive too, so that it stands on nothing else of this project.

# run_program FOLDER SUBCOMMAND…   FOLDER: the wrapper's. AJM=/path/to/abaqus-job-manager names the program itself.
run_program() {
  local folder=$1 program prefix owner
  shift
  program=${AJM:-}
  if [ -z "$program" ]; then
    for program in "$folder/abaqus-job-manager" "$folder/../current/abaqus-job-manager" ''; do
      if [ -x "$program" ]; then break; fi
    done
  fi
  if ! [ -x "$program" ]; then
    printf 'error: %s\n' "there is no program ${program:-beside $folder}. Install it (deploy ARCHIVE), or name it: AJM=/path/to/abaqus-job-manager $0 …" >&2
    exit 1
  fi
  program=$(readlink -f "$program")
  # PREFIX/releases/VERSION/abaqus-job-manager, as deploy installs it: `.env` and its relative paths are PREFIX's.
  prefix=${program%/*/*/*}
  if [ "$program" != "${program#"$prefix"/releases/}" ] && [ -e "$prefix/current" ] && [ -e "$prefix/.env" ]; then
    cd "$prefix" || exit
    # What root made in there the service could not write to.
    owner=$(stat -c %U .env)
    if [ "$(id -u)" = 0 ] && [ "$owner" != root ]; then
      umask 027
      exec setpriv --reuid="$owner" --regid="$(id -g "$owner")" --init-groups -- "$program" "$@"
    fi
  fi
  exec "$program" "$@"
}
