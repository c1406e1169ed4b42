# shellcheck shell=bash
# What becomes of the browser's WASM after cargo: a main file and one for some pages together, with their JavaScript. Sourced after
# ground.sh.

split_and_bind() { # WASM FOLDER
  local parts
  rm -rf "$2"
  parts=$(mktemp -d)
  # Both warn of name sections they do not know, once a part.
  if wasm-split-cli "$1" "$parts" --out-name app >"$parts/log" 2>&1 &&
    wasm-bindgen --target=web --no-typescript --keep-lld-exports --no-demangle --out-name app --out-dir "$2" \
      "$parts/app.wasm" >>"$parts/log" 2>&1 &&
    rm "$parts/app.wasm" &&
    mv "$parts"/*.js "$parts"/*.wasm "$2"/; then
    rm -rf "$parts"
  else
    cat "$parts/log" >&2
    # a folder that is half there would pass for whole
    rm -rf "$parts" "$2"
    return 1
  fi
}

# Each file as small as it gets, as releases ship it.
made_small() { # FOLDER
  local part
  for part in "$1"/*.wasm; do
    wasm-opt -Oz --all-features -o "$part.small" "$part" && mv "$part.small" "$part" || return
  done
}
