//! `wasi:clocks`.

use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime};

use wasmtime::component::Resource;

use super::io::Pollable;
use crate::kernel::Guest;
use crate::wit::guest::wasi::clocks::{monotonic_clock, wall_clock};

/// Where the monotonic clock starts: it tells nothing of the host's uptime.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

impl monotonic_clock::Host for Guest {
    fn now(&mut self) -> wasmtime::Result<u64> {
        // One second is the earliest time, so that no program takes 0 for "unset".
        let since = START.elapsed() + Duration::from_secs(1);
        Ok(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(1)
    }

    fn subscribe_instant(&mut self, when: u64) -> wasmtime::Result<Resource<Pollable>> {
        let now = monotonic_clock::Host::now(self)?;
        monotonic_clock::Host::subscribe_duration(self, when.saturating_sub(now))
    }

    fn subscribe_duration(&mut self, duration: u64) -> wasmtime::Result<Resource<Pollable>> {
        let when = tokio::time::Instant::now().checked_add(Duration::from_nanos(duration));
        Ok(self.table.push(Pollable::Time(when))?)
    }
}

impl wall_clock::Host for Guest {
    fn now(&mut self) -> wasmtime::Result<wall_clock::Datetime> {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Ok(wall_clock::Datetime { seconds: since.as_secs(), nanoseconds: since.subsec_nanos() })
    }

    fn resolution(&mut self) -> wasmtime::Result<wall_clock::Datetime> {
        Ok(wall_clock::Datetime { seconds: 0, nanoseconds: 1 })
    }
}
