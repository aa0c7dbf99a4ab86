//! What a command answers to `--version`.
//!
//! Scripts look for words in it: configure takes a `mkdir` whose answer matches `mkdir (*coreutils) *` as one that
//! makes directories without races, and many a script asks `sed --version` for `GNU` before it uses `-i`. So the
//! answer of a command that behaves as GNU's says so, with the version it is compared with, and says what it is.

/// Packages of GNU, with the version that our commands are compared with, and the commands of each.
const GNU: &[(&str, &str, &[&str])] = &[
    (
        "coreutils",
        "9.1",
        &[
            "[",
            "arch",
            "b2sum",
            "base32",
            "base64",
            "basename",
            "basenc",
            "cat",
            "chgrp",
            "chmod",
            "chown",
            "cksum",
            "comm",
            "cp",
            "csplit",
            "cut",
            "date",
            "dd",
            "df",
            "dir",
            "dircolors",
            "dirname",
            "du",
            "echo",
            "env",
            "expand",
            "expr",
            "factor",
            "false",
            "fmt",
            "fold",
            "groups",
            "head",
            "hostid",
            "id",
            "install",
            "join",
            "link",
            "ln",
            "logname",
            "ls",
            "md5sum",
            "mkdir",
            "mkfifo",
            "mknod",
            "mktemp",
            "mv",
            "nice",
            "nl",
            "nohup",
            "nproc",
            "numfmt",
            "od",
            "paste",
            "pathchk",
            "pr",
            "printenv",
            "printf",
            "ptx",
            "pwd",
            "readlink",
            "realpath",
            "rm",
            "rmdir",
            "seq",
            "sha1sum",
            "sha224sum",
            "sha256sum",
            "sha384sum",
            "sha512sum",
            "shred",
            "shuf",
            "sleep",
            "sort",
            "split",
            "stat",
            "stdbuf",
            "stty",
            "sum",
            "sync",
            "tac",
            "tail",
            "tee",
            "test",
            "timeout",
            "touch",
            "tr",
            "true",
            "truncate",
            "tsort",
            "tty",
            "uname",
            "unexpand",
            "uniq",
            "unlink",
            "users",
            "vdir",
            "wc",
            "who",
            "whoami",
            "yes",
        ],
    ),
    ("findutils", "4.9.0", &["find", "xargs"]),
    ("diffutils", "3.8", &["cmp", "diff", "diff3", "sdiff"]),
    ("grep", "3.8", &["egrep", "fgrep", "grep"]),
    ("tar", "1.34", &["tar"]),
    ("cpio", "2.13", &["cpio"]),
    ("patch", "2.7.6", &["patch"]),
    ("ed", "1.19", &["ed"]),
];

/// The line that tells what `command` is.
pub fn of(command: &str) -> String {
    const VERSION: &str = env!("CARGO_PKG_VERSION");
    match GNU.iter().find(|(_, _, commands)| commands.contains(&command)) {
        Some((package, version, _)) => {
            format!("{command} (agentfense {VERSION}, compatible with GNU {package}) {version}")
        }
        None => format!("{command} (agentfense) {VERSION}"),
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn tells_what_scripts_look_for() {
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(of("mkdir"), format!("mkdir (agentfense {version}, compatible with GNU coreutils) 9.1"));
        assert_eq!(of("column"), format!("column (agentfense) {version}"));
    }
}
