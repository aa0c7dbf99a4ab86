//! The table of commands: the one place that says which there are.
//!
//! `commands.txt` beside the manifest has the same names for whoever installs them; a test keeps
//! the two the same.

use crate::compress::{bzip2, gzip, xz, zstd};
use crate::{ar, cpio, tar, zip};
use agentfense_support::multicall::Command;

macro_rules! table {
    ($($name:literal $path:path $(, $status:literal)?;)*) => {
        /// Every command, in order of name.
        pub const COMMANDS: &[Command] = &[
            $(Command { name: $name, main: $path, usage_status: { #[allow(unused_mut, unused_assignments)] let mut status = 1; $(status = $status;)? status } },)*
        ];
    };
}

table! {
    "ar" ar::main;
    "bunzip2" bzip2::main;
    "bzcat" bzip2::main;
    "bzip2" bzip2::main;
    "cpio" cpio::main, 2;
    "gunzip" gzip::main;
    "gzip" gzip::main;
    "lzcat" xz::main;
    "lzma" xz::main;
    "ranlib" ar::main;
    "tar" tar::main;
    "unlzma" xz::main;
    "unxz" xz::main;
    "unzip" zip::unzip::main, 10;
    "unzstd" zstd::main;
    "xz" xz::main;
    "xzcat" xz::main;
    "zcat" gzip::main;
    "zip" zip::zip::main, 16;
    "zstd" zstd::main;
    "zstdcat" zstd::main;
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
