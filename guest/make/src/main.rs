//! make as a program of a sandbox.

mod kernel;

use agentfense_support::multicall::{self, Command};
use agentfense_support::{Failure, Outcome, exec};
use agentfense_sys::Signal;
use agentfense_sys::process::ExitStatus;

const COMMANDS: &[Command] =
    &[Command { name: "gmake", main: make, usage_status: 2 }, Command { name: "make", main: make, usage_status: 2 }];

fn main() {
    multicall::run("agentfense-make", COMMANDS)
}

fn make(arguments: Vec<Vec<u8>>) -> Outcome {
    let mut kernel = kernel::Kernel::new();
    match agentfense_make::run(&mut kernel, &arguments, &agentfense_sys::env()) {
        Ok(0) => Ok(0),
        Ok(status) => Err(Failure::quiet(status)),
        // The signal that ended make is what its parent sees.
        Err(number) => match Signal::new(number) {
            Some(signal) => exec::end_as(ExitStatus::Signaled(signal)),
            None => Err(Failure::quiet(2)),
        },
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_list_of_names_is_the_table() {
        let names: Vec<_> = super::COMMANDS.iter().map(|command| command.name).collect();
        let listed: Vec<_> = include_str!("../commands.txt").lines().collect();
        assert_eq!(listed, names);
    }
}
