//! Commands that sort, convert, lay out, patch and inspect text, in one program, apart from the small commands that
//! scripts start most: what one process has used of a slot of the engine's pool is gone through at the end of each later
//! one in it, and these use much. See `agentfense_support::multicall`.

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
mod sort;
mod strings;
mod tac;

fn main() {
    agentfense_support::multicall::run("agentfense-text", commands::COMMANDS);
}
