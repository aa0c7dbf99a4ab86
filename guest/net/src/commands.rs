//! The table of commands: the one place that says which there are.
//!
//! `commands.txt` beside the manifest has the same names for whoever installs them; a test keeps
//! the two the same.

use crate::{curl, names, nc, ping, ss, wget};
use agentfense_support::multicall::Command;

macro_rules! table {
    ($($name:literal $path:path, $usage:literal;)*) => {
        /// Every command, in order of name.
        pub const COMMANDS: &[Command] = &[
            $(Command { name: $name, main: $path, usage_status: $usage },)*
        ];
    };
}

table! {
    "curl" curl::main, 2;
    "host" names::host, 1;
    "nc" nc::main, 1;
    "netcat" nc::main, 1;
    "netstat" ss::netstat, 3;
    "nslookup" names::nslookup, 1;
    "ping" ping::main, 2;
    "ss" ss::main, 255;
    "wget" wget::main, 2;
}

#[cfg(test)]
mod tests {
    use super::COMMANDS;

    #[test]
    fn the_list_of_names_is_the_table() {
        let names: Vec<_> = COMMANDS.iter().map(|command| command.name).collect();
        let listed: Vec<_> = include_str!("../commands.txt").lines().collect();
        assert_eq!(listed, names);
        assert!(names.is_sorted());
    }
}
