//! The everyday Unix commands as one program.

mod commands;
mod own;

fn main() {
    agentfense_support::multicall::run("toolbox", commands::COMMANDS)
}
