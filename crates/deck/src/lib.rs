//! Reads what solvers read and write: decks, status files, console texts. Pure, compiles to WASM.
