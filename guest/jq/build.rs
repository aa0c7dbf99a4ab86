//! See `agentfense_link`.

fn main() {
    agentfense_link::command(2 << 20);
    if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("wasm32") {
        // A filter recurses with the data: ten thousand levels of it are legal.
        println!("cargo:rustc-link-arg=-zstack-size=8388608");
    }
}
