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

# What every browser of the last years reads, and rustc writes: more would be asked for with `--all-features`, which has what no
# browser takes yet.
FEATURES=(--mvp-features --enable-mutable-globals --enable-sign-ext --enable-nontrapping-float-to-int --enable-multivalue
  --enable-bulk-memory --enable-bulk-memory-opt --enable-reference-types --enable-call-indirect-overlong)

# Each file as small as it gets, as releases ship it.
made_small() { # FOLDER
  local part said
  for part in "$1"/*.wasm; do
    # It warns of name sections it does not know, once a part.
    said=$(wasm-opt -Oz "${FEATURES[@]}" -o "$part.small" "$part" 2>&1) || {
      printf '%s\n' "$said" >&2
      return 1
    }
    mv "$part.small" "$part" || return
  done
}
