//! What the linker is told when it makes the browser's file.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        // the splitter follows these from each page's entry to what only that page needs
        println!("cargo:rustc-link-arg-cdylib=--emit-relocs");
        // else all pages' data are one piece, which stays in the main file
        println!("cargo:rustc-link-arg-cdylib=--no-merge-data-segments");
    }
}
