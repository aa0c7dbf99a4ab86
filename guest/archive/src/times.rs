//! File times: nanoseconds in the kernel, seconds in archives.

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;

/// Whole seconds of a time, and the nanoseconds after them.
pub fn split(time: i64) -> (i64, u32) {
    (time.div_euclid(SECOND), time.rem_euclid(SECOND) as u32)
}

/// A time of whole seconds; the nearest that can be told where it is too far away.
pub fn from_seconds(seconds: i64) -> i64 {
    seconds.saturating_mul(SECOND)
}
