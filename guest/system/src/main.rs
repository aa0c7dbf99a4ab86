//! The commands that look at the sandbox itself: its processes, memory, mounts, names and terminal; and small ones that
//! start others. What they ask of the kernel no small command has to import.

mod capabilities;
mod conf;
mod flock;
mod free;
mod identity;
mod killall;
mod locale;
mod logger;
mod lsof;
mod mounts;
mod pgrep;
mod process;
mod ps;
mod pstree;
mod rename;
mod setsid;
mod sponge;
mod streams;
mod stty;
mod terminal;
mod top;
mod ts;
mod uuid;

use agentfense_support::multicall::Command;

/// A row of the table: the status is that of a wrong call.
const fn command(
    name: &'static str,
    main: fn(Vec<Vec<u8>>) -> agentfense_support::Outcome,
    usage_status: u8,
) -> Command {
    Command { name, main, usage_status }
}

/// Every command. `commands.txt` beside the manifest has the same names; a test keeps the two the same.
const COMMANDS: &[Command] = &[
    command("chronic", streams::chronic, 1),
    command("clear", capabilities::main, 1),
    command("combine", streams::combine, 1),
    command("flock", flock::main, 64),
    command("free", free::main, 1),
    command("fuser", lsof::fuser, 1),
    command("getconf", conf::main, 1),
    command("getent", identity::getent, 1),
    command("ifne", streams::ifne, 1),
    command("killall", killall::main, 1),
    command("locale", locale::main, 1),
    command("logger", logger::main, 1),
    command("lsof", lsof::lsof, 1),
    command("mcookie", uuid::mcookie, 1),
    command("mount", mounts::mount, 1),
    command("mountpoint", mounts::mountpoint, 1),
    command("pee", streams::pee, 1),
    command("pgrep", pgrep::pgrep, 2),
    command("pidof", pgrep::pidof, 1),
    command("pidwait", pgrep::pidwait, 2),
    command("pkill", pgrep::pkill, 2),
    command("ps", ps::ps, 1),
    command("pstree", pstree::main, 1),
    command("pwdx", lsof::pwdx, 1),
    command("rename", rename::main, 1),
    command("reset", capabilities::main, 1),
    command("setsid", setsid::main, 1),
    command("sponge", sponge::main, 1),
    command("stty", stty::stty, 1),
    command("top", top::main, 1),
    command("tput", capabilities::main, 2),
    command("ts", ts::main, 1),
    command("tty", terminal::tty, 2),
    command("umount", mounts::umount, 1),
    command("uuidgen", uuid::uuidgen, 1),
    command("w", top::w, 1),
];

fn main() {
    agentfense_support::multicall::run("system", COMMANDS)
}

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
