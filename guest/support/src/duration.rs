//! Times to wait: `10`, `0.5s`, `2m`, `1h`, `1d`.

use std::time::Duration;

/// Reads a duration of `sleep` or `timeout`; absent where it is none.
pub fn parse(text: &[u8]) -> Option<Duration> {
    let text = std::str::from_utf8(text).ok()?;
    if matches!(text, "inf" | "infinity") {
        return Some(Duration::MAX);
    }
    let (number, unit) = match text.as_bytes().last()? {
        b's' => (&text[..text.len() - 1], 1.0),
        b'm' => (&text[..text.len() - 1], 60.0),
        b'h' => (&text[..text.len() - 1], 3600.0),
        b'd' => (&text[..text.len() - 1], 86400.0),
        _ => (text, 1.0),
    };
    // `parse` also takes `nan` and signs.
    if !number.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let seconds = number.parse::<f64>().ok()? * unit;
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use std::time::Duration;

    #[test]
    fn durations() {
        assert_eq!(parse(b"1.5"), Some(Duration::from_millis(1500)));
        assert_eq!(parse(b"2m"), Some(Duration::from_secs(120)));
        assert_eq!(parse(b".1s"), Some(Duration::from_millis(100)));
        assert_eq!(parse(b"1e300"), Some(Duration::MAX));
        for bad in ["", "s", "-1", "nan", "1x", "1 s"] {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
    }
}
