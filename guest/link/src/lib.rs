//! What the build script of a component with commands tells the linker.
//!
//! The component's package depends on `agentfense-sys` (feature `command`) itself: the list of functions to wrap
//! reaches direct dependents only.

/// Sends libc's file functions to the kernel (see `agentfense_sys::command`) and gives the program `heap_bytes` of
/// heap from the start: growing a memory is a system call of the host at the start and at the end of each process.
///
/// Does nothing on other architectures, where a component is built for its tests.
pub fn command(heap_bytes: u32) {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=DEP_AGENTFENSE_SYS_WRAP");
    if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("wasm32") {
        println!("cargo:rustc-link-arg=--initial-heap={heap_bytes}");
        let wrapped = std::env::var("DEP_AGENTFENSE_SYS_WRAP").unwrap_or_default();
        for name in wrapped.split(',').filter(|name| !name.is_empty()) {
            println!("cargo:rustc-link-arg=--wrap={name}");
        }
    }
}
