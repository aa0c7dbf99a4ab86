//! Dates, time zones, and times as `strftime` prints them: the shell's
//! `printf '%(...)T'`, awk's `strftime`, and the dates of `ls`, `find` and `stat`.
//!
//! ```
//! use agentfense_calendar::{Civil, Zone, format};
//! let zone = Zone::parse(b"CET-1CEST,M3.5.0,M10.5.0/3").expect("a rule");
//! let summer = Civil::at(1_690_000_000, &zone.at(1_690_000_000));
//! assert_eq!(format(b"%F %T %Z", &summer), b"2023-07-22 06:26:40 CEST");
//! ```

mod civil;
mod format;
mod zone;

pub use civil::{Civil, days_from_civil};
pub use format::{MONTHS, format};
pub use zone::{Name, Offset, Zone};
