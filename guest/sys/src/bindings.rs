//! The world `program` of `wit/`, as wit-bindgen writes it.
//!
//! A component with a world of its own (the shell) shares these types by naming them in its
//! `generate!`:
//!
//! ```text
//! with: {
//!     "agentfense:kernel/types@0.1.0": agentfense_sys::bindings::agentfense::kernel::types,
//!     "agentfense:kernel/files@0.1.0": agentfense_sys::bindings::agentfense::kernel::files,
//!     "agentfense:kernel/processes@0.1.0": agentfense_sys::bindings::agentfense::kernel::processes,
//!     "agentfense:kernel/network@0.1.0": agentfense_sys::bindings::agentfense::kernel::network,
//!     "wasi:sockets/network@0.2.12": agentfense_sys::bindings::wasi::sockets::network,
//! }
//! ```
#![allow(missing_docs, clippy::all, clippy::undocumented_unsafe_blocks)]

wit_bindgen::generate!({
    path: "../../wit",
    world: "program",
    generate_all,
    pub_export_macro: false,
});
