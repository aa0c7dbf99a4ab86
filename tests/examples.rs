//! The examples run. Those with Python are skipped where set-up could not get it.
#![allow(clippy::duplicate_mod, reason = "each example has the module of what they share as its own")]

#[allow(dead_code, reason = "an example's own use of what the examples share")]
#[path = "../examples/ci_pipeline.rs"]
mod ci_pipeline;
#[allow(dead_code, reason = "an example's own use of what the examples share")]
#[path = "../examples/debugger.rs"]
mod debugger;
#[allow(dead_code, reason = "an example's own use of what the examples share")]
#[path = "../examples/http_server.rs"]
mod http_server;
#[path = "../examples/living_session.rs"]
mod living_session;
#[allow(dead_code, reason = "an example's own use of what the examples share")]
#[path = "../examples/virtual_environment.rs"]
mod virtual_environment;

fn python_is_there() -> bool {
    let there = agentfense::Userland::find().unwrap().images().any(|image| image == "python");
    if !there {
        println!("skipped: set-up could not get Python");
    }
    there
}

#[test]
fn a_living_session() {
    living_session::main().unwrap();
}

#[test]
fn a_virtual_environment() {
    if python_is_there() {
        virtual_environment::main().unwrap();
    }
}

#[test]
fn a_pipeline() {
    if python_is_there() {
        ci_pipeline::main().unwrap();
    }
}

#[test]
fn a_debugger() {
    if python_is_there() {
        debugger::main().unwrap();
    }
}

#[test]
fn a_server() {
    if python_is_there() {
        http_server::main().unwrap();
    }
}
