//! What makes a program that was written for `std` or libc behave as a Unix command.
//!
//! WASI's libc drops most of an exit status, starts every program in `/`, and knows neither file
//! modes nor owners. The functions here take the place of libc's own at link time and ask the
//! kernel instead, so crates that never heard of it do the right thing. A command turns this
//! feature on, names the crate (`use agentfense_sys as _;` is enough), and has this build script:
//!
//! ```text
//! fn main() {
//!     for name in std::env::var("DEP_AGENTFENSE_SYS_WRAP").unwrap().split(',') {
//!         println!("cargo:rustc-link-arg=--wrap={name}");
//!     }
//! }
//! ```
//!
//! `--wrap=NAME` sends calls of `NAME` to `__wrap_NAME`, from libc's own code too, and leaves
//! libc's function reachable as `__real_NAME`.

#[cfg(target_arch = "wasm32")]
mod descriptors;
#[cfg(target_arch = "wasm32")]
pub mod errno;
#[cfg(target_arch = "wasm32")]
mod identity;
#[cfg(target_arch = "wasm32")]
pub mod metadata;
#[cfg(target_arch = "wasm32")]
mod start;
