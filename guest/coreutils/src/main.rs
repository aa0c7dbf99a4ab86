//! The utilities of the uutils project as one program: those whose behaviour is GNU's as they are.

mod commands;

fn main() {
    agentfense_support::multicall::run("coreutils", commands::COMMANDS)
}
