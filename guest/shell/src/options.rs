//! The shell's options: `set -o` and `shopt`, each table in one place.

use bstr::BString;
use serde::{Deserialize, Serialize};

macro_rules! options {
    ($(#[$meta:meta])* $kind:ident { $($(#[$doc:meta])* $variant:ident = $name:literal, $default:expr;)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum $kind { $($(#[$doc])* $variant,)* }

        impl $kind {
            /// Every option, in the order in which bash lists them.
            pub const ALL: &'static [$kind] = &[$($kind::$variant,)*];

            /// The option's name.
            pub fn name(self) -> &'static str {
                match self { $($kind::$variant => $name,)* }
            }

            /// The option of that name.
            pub fn from_name(name: &[u8]) -> Option<Self> {
                Self::ALL.iter().copied().find(|option| option.name().as_bytes() == name)
            }

            fn bit(self) -> u64 {
                1 << (self as u8)
            }

            const fn defaults() -> u64 {
                0 $(| if $default { 1 << ($kind::$variant as u8) } else { 0 })*
            }
        }
    };
}

options! {
    /// The options of `set -o`.
    SetOption {
        /// `-a`
        Allexport = "allexport", false;
        /// `-B`
        Braceexpand = "braceexpand", true;
        /// Line editing as in emacs.
        Emacs = "emacs", false;
        /// `-e`
        Errexit = "errexit", false;
        /// `-E`
        Errtrace = "errtrace", false;
        /// `-T`
        Functrace = "functrace", false;
        /// `-h`
        Hashall = "hashall", true;
        /// `-H`
        Histexpand = "histexpand", false;
        /// Keeping a history.
        History = "history", false;
        /// End of file does not leave an interactive shell.
        Ignoreeof = "ignoreeof", false;
        /// Comments at a prompt.
        InteractiveComments = "interactive-comments", true;
        /// `-k`
        Keyword = "keyword", false;
        /// `-m`
        Monitor = "monitor", false;
        /// `-C`
        Noclobber = "noclobber", false;
        /// `-n`
        Noexec = "noexec", false;
        /// `-f`
        Noglob = "noglob", false;
        /// Accepted, without effect.
        Nolog = "nolog", false;
        /// `-b`
        Notify = "notify", false;
        /// `-u`
        Nounset = "nounset", false;
        /// `-t`
        Onecmd = "onecmd", false;
        /// `-P`
        Physical = "physical", false;
        /// A pipeline fails with its last failing stage.
        Pipefail = "pipefail", false;
        /// POSIX mode.
        Posix = "posix", false;
        /// `-p`
        Privileged = "privileged", false;
        /// `-v`
        Verbose = "verbose", false;
        /// Line editing as in vi.
        Vi = "vi", false;
        /// `-x`
        Xtrace = "xtrace", false;
    }
}

options! {
    /// The options of `shopt`.
    #[allow(missing_docs, reason = "each is the option it names, as bash's manual describes it")]
    Shopt {
        Autocd = "autocd", false;
        AssocExpandOnce = "assoc_expand_once", false;
        CdableVars = "cdable_vars", false;
        Cdspell = "cdspell", false;
        Checkhash = "checkhash", false;
        Checkjobs = "checkjobs", false;
        Checkwinsize = "checkwinsize", true;
        Cmdhist = "cmdhist", true;
        Compat31 = "compat31", false;
        Compat32 = "compat32", false;
        Compat40 = "compat40", false;
        Compat41 = "compat41", false;
        Compat42 = "compat42", false;
        Compat43 = "compat43", false;
        Compat44 = "compat44", false;
        CompleteFullquote = "complete_fullquote", true;
        Direxpand = "direxpand", false;
        Dirspell = "dirspell", false;
        Dotglob = "dotglob", false;
        Execfail = "execfail", false;
        ExpandAliases = "expand_aliases", false;
        Extdebug = "extdebug", false;
        Extglob = "extglob", false;
        Extquote = "extquote", true;
        Failglob = "failglob", false;
        ForceFignore = "force_fignore", true;
        Globasciiranges = "globasciiranges", true;
        Globskipdots = "globskipdots", true;
        Globstar = "globstar", false;
        GnuErrfmt = "gnu_errfmt", false;
        Histappend = "histappend", false;
        Histreedit = "histreedit", false;
        Histverify = "histverify", false;
        Hostcomplete = "hostcomplete", true;
        Huponexit = "huponexit", false;
        InheritErrexit = "inherit_errexit", false;
        InteractiveComments = "interactive_comments", true;
        Lastpipe = "lastpipe", false;
        Lithist = "lithist", false;
        LocalvarInherit = "localvar_inherit", false;
        LocalvarUnset = "localvar_unset", false;
        LoginShell = "login_shell", false;
        Mailwarn = "mailwarn", false;
        NoEmptyCmdCompletion = "no_empty_cmd_completion", false;
        Nocaseglob = "nocaseglob", false;
        Nocasematch = "nocasematch", false;
        NoexpandTranslation = "noexpand_translation", false;
        Nullglob = "nullglob", false;
        PatsubReplacement = "patsub_replacement", true;
        Progcomp = "progcomp", true;
        ProgcompAlias = "progcomp_alias", false;
        Promptvars = "promptvars", true;
        RestrictedShell = "restricted_shell", false;
        ShiftVerbose = "shift_verbose", false;
        Sourcepath = "sourcepath", true;
        VarredirClose = "varredir_close", false;
        XpgEcho = "xpg_echo", false;
    }
}

/// The options that have a letter, as `set -x` takes them.
pub const LETTERS: &[(u8, SetOption)] = &[
    (b'a', SetOption::Allexport),
    (b'b', SetOption::Notify),
    (b'e', SetOption::Errexit),
    (b'f', SetOption::Noglob),
    (b'h', SetOption::Hashall),
    (b'k', SetOption::Keyword),
    (b'm', SetOption::Monitor),
    (b'n', SetOption::Noexec),
    (b'p', SetOption::Privileged),
    (b't', SetOption::Onecmd),
    (b'u', SetOption::Nounset),
    (b'v', SetOption::Verbose),
    (b'x', SetOption::Xtrace),
    (b'B', SetOption::Braceexpand),
    (b'C', SetOption::Noclobber),
    (b'E', SetOption::Errtrace),
    (b'H', SetOption::Histexpand),
    (b'P', SetOption::Physical),
    (b'T', SetOption::Functrace),
];

/// Which options are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    set: u64,
    shopt: u64,
    /// Read commands from standard input (`-s`), or from `-c`: letters of `$-`.
    source: u8,
}

impl Default for Options {
    fn default() -> Self {
        Options { set: SetOption::defaults(), shopt: Shopt::defaults(), source: 0 }
    }
}

impl Options {
    /// Whether a `set` option is on.
    #[inline]
    pub fn get(&self, option: SetOption) -> bool {
        self.set & option.bit() != 0
    }

    /// Turns a `set` option on or off.
    pub fn set(&mut self, option: SetOption, on: bool) {
        let bit = option.bit();
        // The two editing modes exclude each other.
        match option {
            SetOption::Emacs if on => self.set &= !SetOption::Vi.bit(),
            SetOption::Vi if on => self.set &= !SetOption::Emacs.bit(),
            SetOption::InteractiveComments => self.shopt_set(Shopt::InteractiveComments, on),
            _ => {}
        }
        if on {
            self.set |= bit;
        } else {
            self.set &= !bit;
        }
    }

    /// Whether a `shopt` option is on.
    #[inline]
    pub fn shopt(&self, option: Shopt) -> bool {
        self.shopt & option.bit() != 0
    }

    /// Turns a `shopt` option on or off.
    pub fn shopt_set(&mut self, option: Shopt, on: bool) {
        if on {
            self.shopt |= option.bit();
        } else {
            self.shopt &= !option.bit();
        }
    }

    /// Records where the commands come from: `c` for `-c`, `s` for standard input.
    pub fn set_source(&mut self, letter: u8) {
        self.source = letter;
    }

    /// `$-`.
    pub fn flags(&self, interactive: bool) -> BString {
        let mut flags: Vec<u8> =
            LETTERS.iter().filter(|(_, option)| self.get(*option)).map(|(letter, _)| *letter).collect();
        if interactive {
            flags.push(b'i');
        }
        if self.shopt(Shopt::RestrictedShell) {
            flags.push(b'r');
        }
        // bash's table has the capitals after `i`; sorting keeps that order.
        flags.sort_by_key(|letter| (letter.is_ascii_uppercase(), *letter));
        if self.source != 0 {
            flags.push(self.source);
        }
        flags.into()
    }

    /// SHELLOPTS: the `set` options that are on, separated by colons.
    pub fn shellopts(&self) -> BString {
        join(SetOption::ALL.iter().filter(|option| self.get(**option)).map(|option| option.name()))
    }

    /// BASHOPTS: the `shopt` options that are on, separated by colons.
    pub fn bashopts(&self) -> BString {
        join(Shopt::ALL.iter().filter(|option| self.shopt(**option)).map(|option| option.name()))
    }

    /// Turns on the options that SHELLOPTS or BASHOPTS of the environment name.
    pub fn import(&mut self, list: &[u8]) {
        for name in list.split(|byte| *byte == b':') {
            if let Some(option) = SetOption::from_name(name) {
                self.set(option, true);
            } else if let Some(option) = Shopt::from_name(name) {
                self.shopt_set(option, true);
            }
        }
    }
}

fn join<'a>(names: impl Iterator<Item = &'a str>) -> BString {
    names.collect::<Vec<_>>().join(":").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tables_fit_their_bits() {
        assert!(SetOption::ALL.len() <= 64);
        assert!(Shopt::ALL.len() <= 64);
    }

    #[test]
    fn a_fresh_shell_has_bashs_defaults() {
        let options = Options::default();
        assert_eq!(options.shellopts(), "braceexpand:hashall:interactive-comments");
        assert_eq!(options.flags(false), "hB");
    }

    #[test]
    fn the_editing_modes_exclude_each_other() {
        let mut options = Options::default();
        options.set(SetOption::Vi, true);
        options.set(SetOption::Emacs, true);
        assert!(!options.get(SetOption::Vi));
    }
}
