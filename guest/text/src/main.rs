//! Commands that convert, lay out, patch and inspect text, in one program. See `agentfense_support::multicall`.

mod colrm;
mod column;
mod commands;
mod ed;
mod envsubst;
mod file;
mod hexdump;
mod iconv;
mod input;
mod less;
mod line_ends;
mod look;
mod patch;
mod rg;
mod strings;
mod tac;

fn main() {
    agentfense_support::multicall::run("agentfense-text", commands::COMMANDS);
}
