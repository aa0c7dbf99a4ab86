//! The component's exports, as `wit/` declares them.
#![allow(missing_docs, clippy::all, clippy::undocumented_unsafe_blocks)]

use agentfense_sys::escape::from_wasi_string;
use agentfense_sys::processes;
use bstr::BString;

use crate::invoke;
use crate::session::{self, Request};

wit_bindgen::generate!({
    path: "../../wit",
    world: "shell",
    generate_all,
    with: {
        "agentfense:kernel/types@0.1.0": agentfense_sys::bindings::agentfense::kernel::types,
        "agentfense:kernel/files@0.1.0": agentfense_sys::bindings::agentfense::kernel::files,
        "agentfense:kernel/processes@0.1.0": agentfense_sys::bindings::agentfense::kernel::processes,
        "agentfense:kernel/network@0.1.0": agentfense_sys::bindings::agentfense::kernel::network,
        "wasi:sockets/network@0.2.12": agentfense_sys::bindings::wasi::sockets::network,
    },
});

use exports::agentfense::kernel::session as wit;

struct Component;

impl exports::wasi::cli::run::Guest for Component {
    fn run() -> Result<(), ()> {
        let payload = processes::payload();
        let status = if payload.is_empty() { invoke::main() } else { invoke::fork_main(&payload) };
        processes::exit(status)
    }
}

impl wit::Guest for Component {
    fn open(options: wit::Options) -> Result<(), String> {
        let name = BString::from(from_wasi_string(options.name));
        session::open(name, options.state.as_deref(), options.resumed, options.interactive)
    }

    fn exec(request: wit::Request) -> wit::Outcome {
        let name = |text: String| BString::from(from_wasi_string(text));
        let outcome = session::exec(Request {
            script: request.script,
            name: request.name.map(name),
            arguments: request.arguments.map(|list| list.into_iter().map(name).collect()),
            env: request.env.into_iter().map(|(key, value)| (name(key), name(value))).collect(),
            cwd: request.cwd.map(name),
        });
        wit::Outcome { status: outcome.status, exited: outcome.exited }
    }

    fn save() -> Vec<u8> {
        session::save()
    }

    fn prompt() -> String {
        String::from_utf8_lossy(&session::prompt()).into_owned()
    }

    fn complete(script: Vec<u8>) -> bool {
        session::complete(&script)
    }
}

export!(Component);
