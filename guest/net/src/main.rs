//! Commands of the network as one program.

mod commands;
mod curl;
mod http;
mod names;
mod nc;
mod ping;
mod socket;
mod ss;
mod tls;
mod url;
mod wget;

fn main() {
    agentfense_support::multicall::run("net", commands::COMMANDS)
}
