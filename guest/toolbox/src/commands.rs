//! The table of commands: the one place that says which there are.
//!
//! `commands.txt` beside the manifest has the same names for whoever installs them; a test keeps
//! the two the same.

use crate::own;
use agentfense_support::multicall::Command;

macro_rules! table {
    ($($name:literal $path:path $(, $status:literal)?;)*) => {
        /// Every command, in no order.
        pub const COMMANDS: &[Command] = &[
            $(Command {
                name: $name,
                main: $path,
                usage_status: { #[allow(unused_mut, unused_assignments)] let mut status = 1; $(status = $status;)? status },
            },)*
        ];
    };
}

table! {
    "[" own::test::bracket, 2;
    "arch" own::host::arch;
    "awk" own::awk::main, 2;
    "b2sum" own::digest::b2sum;
    "base32" own::base::base32;
    "base64" own::base::base64;
    "basename" own::name::basename;
    "cal" own::cal::main, 64;
    "cat" own::cat::main;
    "chgrp" own::chown::chgrp;
    "chmod" own::chmod::main;
    "chown" own::chown::chown;
    "cmp" own::cmp::main, 2;
    "comm" own::comm::main;
    "cp" own::cp::main;
    "cut" own::cut::main;
    "date" own::date::main;
    "dd" own::dd::main;
    "df" own::df::main;
    "diff" own::diff::main, 2;
    "diff3" own::diff::diff3, 2;
    "dir" own::ls::dir, 2;
    "dirname" own::name::dirname;
    "du" own::du::main;
    "echo" own::echo::main;
    "egrep" own::grep::egrep, 2;
    "env" own::env::main, 125;
    "expr" own::expr::main, 2;
    "false" own::truth::no;
    "fgrep" own::grep::fgrep, 2;
    "find" own::find::main;
    "fold" own::fold::main;
    "gawk" own::awk::main, 2;
    "getopt" own::getopt::main, 2;
    "grep" own::grep::grep, 2;
    "groups" own::id::groups;
    "head" own::head::main;
    "hostid" own::host::hostid;
    "hostname" own::host::hostname;
    "id" own::id::id;
    "install" own::install::main;
    "kill" own::kill::main;
    "ln" own::ln::main;
    "logname" own::id::logname;
    "ls" own::ls::ls, 2;
    "md5sum" own::digest::md5sum;
    "mkdir" own::mkdir::mkdir;
    "mkfifo" own::mkdir::mkfifo;
    "mknod" own::mkdir::mknod;
    "mktemp" own::mktemp::main;
    "mv" own::mv::main;
    "ncal" own::cal::main, 64;
    "nice" own::nice::main, 125;
    "nohup" own::nohup::main, 125;
    "numfmt" own::numfmt::main;
    "paste" own::paste::main;
    "printf" own::printf::main;
    "readlink" own::canonical::readlink;
    "realpath" own::canonical::realpath;
    "rev" own::rev::main;
    "rmdir" own::rmdir::main;
    "sdiff" own::diff::sdiff, 2;
    "sed" own::sed::main;
    "sha1sum" own::digest::sha1sum;
    "sha224sum" own::digest::sha224sum;
    "sha256sum" own::digest::sha256sum;
    "sha384sum" own::digest::sha384sum;
    "sha512sum" own::digest::sha512sum;
    "shasum" own::digest::shasum;
    "sleep" own::sleep::main;
    "split" own::split::main;
    "stat" own::stat::main;
    "stdbuf" own::nice::stdbuf, 125;
    "sync" own::host::sync;
    "tail" own::tail::main;
    "test" own::test::test, 2;
    "time" own::time::main, 125;
    "timeout" own::timeout::main, 125;
    "touch" own::touch::main;
    "tree" own::tree::main;
    "true" own::truth::yes;
    "truncate" own::truncate::main;
    "uname" own::host::uname;
    "uniq" own::uniq::main;
    "uptime" own::host::uptime;
    "users" own::host::users;
    "vdir" own::ls::vdir, 2;
    "watch" own::watch::main;
    "wc" own::wc::main;
    "whereis" own::whereis::main;
    "which" own::which::main, 2;
    "who" own::host::who;
    "whoami" own::id::whoami;
    "xargs" own::xargs::main;
    "xxd" own::xxd::main;
}

#[cfg(test)]
mod tests {
    use super::COMMANDS;

    #[test]
    fn the_list_of_names_is_the_table() {
        let mut names: Vec<_> = COMMANDS.iter().map(|command| command.name).collect();
        names.sort_unstable();
        let listed: Vec<_> = include_str!("../commands.txt").lines().collect();
        assert_eq!(listed, names);
    }
}
