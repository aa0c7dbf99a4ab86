//! Local time: what `TZ` says, for `printf '%(...)T'` and prompts.

use agentfense_calendar::{Civil, Zone, format};
use agentfense_sys::files::{self, OpenFlags};

use crate::shell::Shell;
use crate::vars::Attributes;

/// Larger than any file of a time zone.
const MAX_FILE: u32 = 1 << 20;

impl Shell {
    /// A time in local time, by a format of strftime(3).
    pub(crate) fn format_time(&mut self, pattern: &[u8], seconds: i64) -> Vec<u8> {
        let zone = self.zone();
        format(pattern, &Civil::at(seconds, &zone.at(seconds)))
    }

    /// The time zone that an exported `TZ` names: a file of the sandbox, a zone of the
    /// world, or a rule. A sandbox without `TZ` lives in UTC.
    fn zone(&mut self) -> Zone {
        let exported = self.vars.get(b"TZ").is_some_and(|variable| variable.attributes.any(Attributes::EXPORT));
        let Some(text) = self.var(b"TZ").filter(|_| exported) else { return Zone::utc() };
        Zone::of_variable(&text, |path| {
            files::open(path, OpenFlags::READ, 0).and_then(|file| file.read_some(MAX_FILE)).ok()
        })
    }
}
