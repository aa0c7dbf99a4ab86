//! Links the crate as a shared library, beside libpython and libc.

/// What the library wraps besides; what `agentfense-sys` does.
const WRAPPED: &str =
    "read,write,pread,lseek,__wasilibc_tell,ftruncate,fsync,fdatasync,isatty,fcntl,futimens,poll,select";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=DEP_AGENTFENSE_SYS_WRAP");
    if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() != Ok("wasm32") {
        return;
    }
    let wrapped = std::env::var("DEP_AGENTFENSE_SYS_WRAP").unwrap_or_default();
    for name in wrapped.split(',').chain(WRAPPED.split(',')).filter(|name| !name.is_empty()) {
        println!("cargo:rustc-link-arg=--wrap={name}");
    }
    // A module for the component linker, not yet a component.
    for argument in ["-shared", "--experimental-pic", "--unresolved-symbols=import-dynamic", "--skip-wit-component"] {
        println!("cargo:rustc-link-arg={argument}");
    }
}
