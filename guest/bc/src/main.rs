//! bc and dc as one program.
//!
//! [`decimal`] is the arithmetic that both have, with the scales that POSIX gives each operation. bc is compiled
//! line by line to code for a small stack machine ([`lexer`], [`compile`], [`machine`]); dc runs its text as it is.

mod bc;
mod compile;
mod console;
mod dc;
mod decimal;
mod lexer;
mod machine;
mod maths;

use agentfense_support::multicall::{Command, run};

const COMMANDS: &[Command] =
    &[Command { name: "bc", main: bc::main, usage_status: 1 }, Command { name: "dc", main: dc::main, usage_status: 1 }];

fn main() {
    run("agentfense-bc", COMMANDS)
}

#[cfg(test)]
mod tests;
