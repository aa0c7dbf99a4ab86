//! Commands that convert, lay out, patch and inspect text, in one program. See `agentfense_support::multicall`.

mod colrm;
mod column;
mod commands;
mod ed;
mod envsubst;
mod hexdump;
mod input;
mod line_ends;
mod look;
mod patch;
mod strings;
mod tac;

fn main() {
    agentfense_support::multicall::run("agentfense-text", commands::COMMANDS);
}
