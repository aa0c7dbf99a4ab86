//! The variables that a shell starts with.

use bstr::BString;

use super::{Attributes, Dynamic, Value, Variable, Variables, is_name};

/// The version that scripts see: the bash whose behaviour this shell has.
const VERSION: &str = "5.2.15(1)-release";

/// The parts of BASH_VERSINFO.
const VERSION_PARTS: [&str; 6] = ["5", "2", "15", "1", "release", "x86_64-pc-linux-gnu"];

/// Who a process of the sandbox is, for UID and EUID.
const USER_ID: &str = "1000";

impl Variables {
    /// The variables of a fresh shell: bash's own, and what the environment
    /// gives. `parent` is PPID's value; PWD is the caller's matter.
    pub fn start(environment: impl IntoIterator<Item = (BString, BString)>, parent: u32) -> Variables {
        crate::expand::text::locale_changed();
        let mut vars = Variables { dynamic: Dynamic::start(), ..Variables::default() };
        vars.add_computed();
        for (name, value) in [
            ("BASH", "/bin/bash"),
            ("BASH_VERSION", VERSION),
            ("COMP_WORDBREAKS", " \t\n\"'@><=;|&(:"),
            ("HOSTNAME", "sandbox"),
            ("HOSTTYPE", "x86_64"),
            ("IFS", " \t\n"),
            ("MACHTYPE", "x86_64-pc-linux-gnu"),
            ("OPTERR", "1"),
            ("OSTYPE", "linux-gnu"),
            ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
            ("PS4", "+ "),
            ("SHELL", "/bin/bash"),
            ("TERM", "dumb"),
        ] {
            vars.insert(name.as_bytes(), Variable::scalar(value, Attributes::NONE));
        }
        vars.insert(b"OPTIND", Variable::scalar("1", Attributes::INTEGER));
        for (name, value) in environment {
            // The computed ones that scripts may not set keep their meaning;
            // IFS is never taken over: it would change how the script reads.
            let taken = matches!(
                name.as_slice(),
                b"SHELLOPTS"
                    | b"BASHOPTS"
                    | b"IFS"
                    | b"UID"
                    | b"EUID"
                    | b"PPID"
                    | b"BASH_VERSINFO"
                    | b"_"
                    | b"LINENO"
                    | b"RANDOM"
                    | b"SECONDS"
                    | b"OPTIND"
                    | b"BASHPID"
                    | b"BASH_VERSION"
            );
            if taken {
                continue;
            }
            if is_name(&name) {
                vars.insert(&name, Variable::scalar(value, Attributes::EXPORT));
            } else if !name.starts_with(b"BASH_FUNC_") {
                std::rc::Rc::make_mut(&mut vars.foreign).push((name, value));
            }
        }
        let level = vars.plain(b"SHLVL").and_then(|value| std::str::from_utf8(value).ok()?.trim().parse::<i32>().ok());
        let level = level.unwrap_or(0).saturating_add(1).clamp(0, 1000);
        vars.insert(b"SHLVL", Variable::scalar(level.to_string(), Attributes::EXPORT));
        let number = Attributes::INTEGER.with(Attributes::READONLY).with(Attributes::NO_UNSET);
        vars.insert(b"UID", Variable::scalar(USER_ID, number));
        vars.insert(b"EUID", Variable::scalar(USER_ID, number));
        vars.insert(b"PPID", Variable::scalar(parent.max(1).to_string(), number));
        let parts: Vec<BString> = VERSION_PARTS.iter().map(|part| BString::from(*part)).collect();
        vars.insert(
            b"BASH_VERSINFO",
            Variable {
                value: Value::Indexed(parts.into()),
                attributes: Attributes::READONLY.with(Attributes::NO_UNSET),
                level: 0,
            },
        );
        vars
    }
}
