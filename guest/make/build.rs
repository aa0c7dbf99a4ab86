//! See `agentfense_link`. Makefiles nest: functions that call functions need more stack than a flat command.

fn main() {
    agentfense_link::command(1 << 20);
    if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("wasm32") {
        println!("cargo:rustc-link-arg-bins=-zstack-size={}", 16 << 20);
    }
}
