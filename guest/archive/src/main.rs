//! Archives and compression as one program.

mod ar;
mod codec;
mod commands;
mod compress;
mod cpio;
mod input;
mod tar;
mod times;
mod unpack;
mod zip;

fn main() {
    agentfense_support::multicall::run("archive", commands::COMMANDS)
}
