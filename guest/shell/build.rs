//! Link arguments of the component.

/// The stack in linear memory (C's and Rust's locals whose address is taken):
/// deep recursion in a script is recursion here.
const STACK_BYTES: u32 = 20 << 20;

/// Heap that is there from the start, so that a small session or a forked
/// subshell never has to grow its memory.
const HEAP_BYTES: u32 = 1 << 20;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../wit");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        println!("cargo::rustc-link-arg-cdylib=-zstack-size={STACK_BYTES}");
        println!("cargo::rustc-link-arg-cdylib=--initial-heap={HEAP_BYTES}");
        // The stack comes first, so that an overflow traps instead of writing
        // over the data above it.
        println!("cargo::rustc-link-arg-cdylib=--stack-first");
    }
}
