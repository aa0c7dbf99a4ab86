//! Sends libc's file functions to the kernel; see `agentfense_sys::command`.

/// Heap that is there from the start. Most commands need no more, and growing
/// a memory is a system call of the host at the start and at the end of each.
const HEAP_BYTES: u32 = 1 << 20;

fn main() {
    println!("cargo:rerun-if-env-changed=DEP_AGENTFENSE_SYS_WRAP");
    if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("wasm32") {
        println!("cargo:rustc-link-arg=--initial-heap={HEAP_BYTES}");
        let wrapped = std::env::var("DEP_AGENTFENSE_SYS_WRAP").unwrap_or_default();
        for name in wrapped.split(',').filter(|name| !name.is_empty()) {
            println!("cargo:rustc-link-arg=--wrap={name}");
        }
    }
}
