//! Tells the build scripts of commands which libc functions to wrap.
//!
//! A library cannot pass arguments to the linker of the binaries that use it, so the list travels
//! as metadata: a command's build script reads `DEP_AGENTFENSE_SYS_WRAP` (comma separated) and
//! prints `cargo:rustc-link-arg=--wrap=NAME` for each.

/// Every function that `src/command/` defines a `__wrap_` for.
const WRAPPED: &[&str] = &[
    "__main_void",
    "open",
    "close",
    "stat",
    "lstat",
    "fstat",
    "fstatat",
    "access",
    "faccessat",
    "chmod",
    "fchmod",
    "fchmodat",
    "chdir",
    "__wasilibc_open_nomode",
];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=../../wit");
    if std::env::var_os("CARGO_FEATURE_COMMAND").is_some() {
        println!("cargo:wrap={}", WRAPPED.join(","));
    }
}
