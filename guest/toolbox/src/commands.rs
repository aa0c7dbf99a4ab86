//! The table of commands: the one place that says which there are.
//!
//! `commands.txt` beside the manifest has the same names for whoever installs them; a test keeps
//! the two the same.

use crate::own;
#[cfg(target_arch = "wasm32")]
use agentfense_support::Outcome;
#[cfg(target_arch = "wasm32")]
use agentfense_support::complain;
use agentfense_support::multicall::Command;
#[cfg(target_arch = "wasm32")]
use std::{ffi::OsString, io::Write};

/// A utility of uutils.
#[cfg(target_arch = "wasm32")]
macro_rules! uutils {
    ($util:ident $krate:ident) => {
        |arguments| run_uutils(stringify!($util), &arguments, |args| $krate::uumain(args))
    };
}

/// Off wasm32 the program is built for its tests only, and without the utilities, which take
/// minutes to compile.
#[cfg(not(target_arch = "wasm32"))]
macro_rules! uutils {
    ($util:ident $krate:ident) => {
        |_| Err(agentfense_support::Failure::new("runs inside a sandbox only"))
    };
}

macro_rules! table {
    (
        own { $($name:literal $path:path $(, $status:literal)?;)* }
        uutils { $($util:ident $krate:ident)* }
    ) => {
        /// Every command, in no order.
        pub const COMMANDS: &[Command] = &[
            $(Command {
                name: $name,
                main: $path,
                usage_status: { #[allow(unused_mut, unused_assignments)] let mut status = 1; $(status = $status;)? status },
            },)*
            $(Command {
                name: stringify!($util),
                main: uutils!($util $krate),
                usage_status: 1,
            },)*
        ];
    };
}

table! {
    own {
        "[" own::test::bracket, 2;
        "arch" own::host::arch;
        "awk" own::awk::main, 2;
        "basename" own::name::basename;
        "cat" own::cat::main;
        "chgrp" own::chown::chgrp;
        "chmod" own::chmod::main;
        "chown" own::chown::chown;
        "cmp" own::cmp::main, 2;
        "dd" own::dd::main;
        "df" own::df::main;
        "diff" own::diff::main, 2;
        "dirname" own::name::dirname;
        "dir" own::ls::dir, 2;
        "du" own::du::main;
        "egrep" own::grep::egrep, 2;
        "env" own::env::main, 125;
        "false" own::truth::no;
        "fgrep" own::grep::fgrep, 2;
        "find" own::find::main;
        "gawk" own::awk::main, 2;
        "grep" own::grep::grep, 2;
        "groups" own::id::groups;
        "head" own::head::main;
        "hostid" own::host::hostid;
        "hostname" own::host::hostname;
        "id" own::id::id;
        "install" own::install::main;
        "kill" own::kill::main;
        "logname" own::id::logname;
        "ls" own::ls::ls, 2;
        "mkdir" own::mkdir::mkdir;
        "mkfifo" own::mkdir::mkfifo;
        "mknod" own::mkdir::mknod;
        "mv" own::mv::main;
        "nice" own::nice::main, 125;
        "nohup" own::nohup::main, 125;
        "pgrep" own::ps::pgrep, 2;
        "pkill" own::ps::pkill, 2;
        "ps" own::ps::ps;
        "rev" own::rev::main;
        "sed" own::sed::main;
        "sleep" own::sleep::main;
        "stat" own::stat::main;
        "stdbuf" own::nice::stdbuf, 125;
        "stty" own::terminal::stty;
        "sync" own::host::sync;
        "tail" own::tail::main;
        "test" own::test::test, 2;
        "timeout" own::timeout::main, 125;
        "touch" own::touch::main;
        "tree" own::tree::main;
        "true" own::truth::yes;
        "tty" own::terminal::tty, 2;
        "uname" own::host::uname;
        "uptime" own::host::uptime;
        "users" own::host::users;
        "vdir" own::ls::vdir, 2;
        "wc" own::wc::main;
        "which" own::which::main, 2;
        "who" own::host::who;
        "whoami" own::id::whoami;
        "xargs" own::xargs::main;
        "xxd" own::xxd::main;
    }
    uutils {
        b2sum uu_b2sum
        base32 uu_base32
        base64 uu_base64
        basenc uu_basenc
        cksum uu_cksum
        comm uu_comm
        cp uu_cp
        csplit uu_csplit
        cut uu_cut
        date uu_date
        dircolors uu_dircolors
        echo uu_echo
        expand uu_expand
        expr uu_expr
        factor uu_factor
        fmt uu_fmt
        fold uu_fold
        join uu_join
        link uu_link
        ln uu_ln
        md5sum uu_md5sum
        mktemp uu_mktemp
        nl uu_nl
        nproc uu_nproc
        numfmt uu_numfmt
        od uu_od
        paste uu_paste
        pathchk uu_pathchk
        pr uu_pr
        printenv uu_printenv
        printf uu_printf
        ptx uu_ptx
        pwd uu_pwd
        readlink uu_readlink
        realpath uu_realpath
        rm uu_rm
        rmdir uu_rmdir
        seq uu_seq
        sha1sum uu_sha1sum
        sha224sum uu_sha224sum
        sha256sum uu_sha256sum
        sha384sum uu_sha384sum
        sha512sum uu_sha512sum
        shred uu_shred
        shuf uu_shuf
        sort uu_sort
        split uu_split
        sum uu_sum
        tac uu_tac
        tee uu_tee
        tr uu_tr
        truncate uu_truncate
        tsort uu_tsort
        unexpand uu_unexpand
        uniq uu_uniq
        unlink uu_unlink
        yes uu_yes
    }
}

/// Runs a utility, whose first argument is its name.
#[cfg(target_arch = "wasm32")]
fn run_uutils(name: &str, arguments: &[Vec<u8>], main: fn(std::vec::IntoIter<OsString>) -> i32) -> Outcome {
    if let Err(error) = uucore::locale::setup_localization(name) {
        complain(name, format_args!("messages: {error}"));
    }
    // These read and write through libc, which speaks escaped names: see `escape`.
    let args: Vec<OsString> = std::env::args_os().collect();
    let skip = args.len().saturating_sub(arguments.len());
    let status = main(args.into_iter().skip(skip).collect::<Vec<_>>().into_iter()) as u8;
    if let Err(error) = std::io::stdout().flush() {
        complain(name, format_args!("write error: {}", agentfense_sys::error_text(&error)));
        return Ok(status.max(1));
    }
    Ok(status)
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
