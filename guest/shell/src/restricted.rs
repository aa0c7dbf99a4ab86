//! The restricted shell (`rbash`, `bash -r`, `set -r`): what it refuses. As in
//! bash it is a fence for scripts that cooperate, not the sandbox's wall.

use bstr::BString;

use crate::options::Shopt;
use crate::shell::Shell;
use crate::vars::{Attributes, Variable};

/// Variables that a shell that starts restricted cannot change.
const FROZEN: [&[u8]; 5] = [b"PATH", b"SHELL", b"ENV", b"BASH_ENV", b"HISTFILE"];

impl Shell {
    /// Whether the shell is restricted. Nothing ends it.
    #[inline]
    pub(crate) fn is_restricted(&self) -> bool {
        self.options.shopt(Shopt::RestrictedShell)
    }

    /// Restricts a shell after its start files.
    pub(crate) fn start_restricted(&mut self) {
        self.options.shopt_set(Shopt::RestrictedShell, true);
        for name in FROZEN {
            if self.vars.get(name).is_none() {
                let unset = Variable::scalar(BString::default(), Attributes::INVISIBLE);
                self.vars.insert(name, unset);
            }
            if let Some(variable) = self.vars.get_mut(name) {
                variable.attributes.insert(Attributes::READONLY);
            }
        }
    }

    /// Refuses what a restricted shell may not do: whether it was refused, with
    /// `WHAT: restricted`.
    pub(crate) fn refuses(&mut self, what: &[u8]) -> bool {
        if self.is_restricted() {
            self.error([what, b": restricted"].concat());
        }
        self.is_restricted()
    }
}
