//! What CPython needs to be a command of the sandbox.
//!
//! CPython comes as a shared library built for plain WASI. This library is linked in front of it:
//! its functions take the place of libc's where the kernel knows better (`agentfense_sys::command`),
//! and it starts the interpreter with the modules that the build lacks.
#![cfg(target_arch = "wasm32")]

mod start;
