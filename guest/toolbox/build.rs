//! Sends libc's file functions to the kernel; see `agentfense_sys::command`.

fn main() {
    println!("cargo:rerun-if-env-changed=DEP_AGENTFENSE_SYS_WRAP");
    if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("wasm32") {
        let wrapped = std::env::var("DEP_AGENTFENSE_SYS_WRAP").unwrap_or_default();
        for name in wrapped.split(',').filter(|name| !name.is_empty()) {
            println!("cargo:rustc-link-arg=--wrap={name}");
        }
    }
}
