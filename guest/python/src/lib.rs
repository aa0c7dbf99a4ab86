//! What CPython needs to be a command of the sandbox.
//!
//! CPython comes as a shared library built for plain WASI. This library is linked in front of it:
//! its functions take the place of libc's where the kernel knows better (`agentfense_sys::command`,
//! [`descriptors`], [`sockets`], [`poll`], [`signals`], [`threads`], [`interrupts`]), and it starts the
//! interpreter with what the build lacks in its modules ([`posix`], [`subprocess`], [`compression`]), an allocator for its
//! objects ([`memory`]), a hash function ([`hash`]), and modules at hand ([`frozen`]).
#![cfg(target_arch = "wasm32")]

mod children;
mod compression;
mod descriptors;
mod directories;
mod dynamic;
mod extend;
mod frozen;
mod hash;
mod host;
mod interrupts;
mod memory;
mod mend;
mod poll;
mod posix;
mod signals;
mod sockets;
mod start;
mod subprocess;
mod terminal;
mod threads;
mod tls;
