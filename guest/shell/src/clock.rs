//! Local time: what `TZ` says, for `printf '%(...)T'` and prompts.

use agentfense_calendar::{Civil, Zone, format};
use agentfense_sys::files::{self, OpenFlags};

use crate::shell::Shell;

/// Where a system keeps its time zones.
const ZONES: &[u8] = b"/usr/share/zoneinfo/";

/// Larger than any file of a time zone.
const MAX_FILE: u32 = 1 << 20;

impl Shell {
    /// A time in local time, by a format of strftime(3).
    pub(crate) fn format_time(&mut self, pattern: &[u8], seconds: i64) -> Vec<u8> {
        let zone = self.zone();
        format(pattern, &Civil::at(seconds, &zone.at(seconds)))
    }

    /// The time zone that `TZ` names: a file of the sandbox, a zone of the
    /// world, or a rule. A sandbox without `TZ` lives in UTC.
    fn zone(&mut self) -> Zone {
        let Some(text) = self.var(b"TZ") else { return Zone::utc() };
        let name = text.strip_prefix(b":").unwrap_or(&text);
        if name.is_empty() {
            return Zone::utc();
        }
        let path = if name.starts_with(b"/") { name.to_vec() } else { [ZONES, name].concat() };
        let file = files::open(&path, OpenFlags::READ, 0).and_then(|file| file.read_some(MAX_FILE));
        file.ok()
            .and_then(|bytes| Zone::from_file(&bytes))
            .or_else(|| Zone::named(std::str::from_utf8(name).ok()?))
            .or_else(|| Zone::parse(name))
            .unwrap_or_else(|| Zone::unknown(name))
    }
}
