//! The table of the utilities: the one place that says which there are.
//!
//! `commands.txt` beside the manifest has the same names for whoever installs them; a test keeps
//! the two the same.

use agentfense_support::multicall::Command;
#[cfg(target_arch = "wasm32")]
use agentfense_support::{Outcome, complain};
#[cfg(target_arch = "wasm32")]
use std::{ffi::OsString, io::Write};

/// Off wasm32 the program is built for its tests only, and without the utilities, which take
/// minutes to compile.
#[cfg(not(target_arch = "wasm32"))]
macro_rules! main_of {
    ($util:ident $krate:ident) => {
        |_| Err(agentfense_support::Failure::new("runs inside a sandbox only"))
    };
}

#[cfg(target_arch = "wasm32")]
macro_rules! main_of {
    ($util:ident $krate:ident) => {
        |arguments| run(stringify!($util), &arguments, |args| $krate::uumain(args))
    };
}

macro_rules! table {
    ($($util:ident $krate:ident)*) => {
        /// Every utility, in no order.
        pub const COMMANDS: &[Command] = &[
            $(Command { name: stringify!($util), main: main_of!($util $krate), usage_status: 1 },)*
        ];
    };
}

table! {
    basenc uu_basenc
    cksum uu_cksum
    csplit uu_csplit
    dircolors uu_dircolors
    expand uu_expand
    factor uu_factor
    fmt uu_fmt
    join uu_join
    link uu_link
    nl uu_nl
    nproc uu_nproc
    od uu_od
    pathchk uu_pathchk
    pr uu_pr
    printenv uu_printenv
    ptx uu_ptx
    pwd uu_pwd
    rm uu_rm
    seq uu_seq
    shred uu_shred
    shuf uu_shuf
    sum uu_sum
    tee uu_tee
    tr uu_tr
    tsort uu_tsort
    unexpand uu_unexpand
    unlink uu_unlink
    yes uu_yes
}

/// Runs a utility, whose first argument is its name.
#[cfg(target_arch = "wasm32")]
fn run(name: &str, arguments: &[Vec<u8>], main: fn(std::vec::IntoIter<OsString>) -> i32) -> Outcome {
    if let [_, only] = arguments
        && only == b"--version"
    {
        let mut out = agentfense_support::stdout();
        writeln!(out, "{}", agentfense_support::identity::of(name))?;
        out.flush()?;
        return Ok(0);
    }
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
