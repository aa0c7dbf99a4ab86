//! The table of commands. `commands.txt` has the same names for whoever installs them.

use agentfense_support::Outcome;
use agentfense_support::multicall::Command;

const fn row(name: &'static str, main: fn(Vec<Vec<u8>>) -> Outcome, usage_status: u8) -> Command {
    Command { name, main, usage_status }
}

/// Every command, by name.
pub const COMMANDS: &[Command] = &[
    row("colrm", crate::colrm::main, 1),
    row("column", crate::column::main, 1),
    row("dos2unix", crate::line_ends::dos2unix, 1),
    row("ed", crate::ed::main, 1),
    row("envsubst", crate::envsubst::main, 1),
    row("file", crate::file::main, 1),
    row("hd", crate::hexdump::hd, 1),
    row("hexdump", crate::hexdump::hexdump, 1),
    row("iconv", crate::iconv::main, 1),
    row("less", crate::less::main, 1),
    row("look", crate::look::main, 2),
    row("more", crate::less::main, 1),
    row("patch", crate::patch::main, 2),
    row("rg", crate::rg::main, 2),
    row("sort", crate::sort::main, 2),
    row("strings", crate::strings::main, 1),
    row("tac", crate::tac::main, 1),
    row("unix2dos", crate::line_ends::unix2dos, 1),
];

#[cfg(test)]
mod tests {
    use super::COMMANDS;

    #[test]
    fn the_list_of_names_is_the_table() {
        let names: Vec<_> = COMMANDS.iter().map(|command| command.name).collect();
        let listed: Vec<_> = include_str!("../commands.txt").lines().collect();
        assert_eq!(listed, names);
    }
}
