//! Pictures and sound.

use super::Kind;

fn be16(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*data.get(at..)?.first_chunk()?))
}

fn be32(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*data.get(at..)?.first_chunk()?))
}

fn le16(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*data.get(at..)?.first_chunk()?))
}

fn le32(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*data.get(at..)?.first_chunk()?))
}

/// What kind of picture or sound it is, if any.
pub fn identify(data: &[u8]) -> Option<Kind> {
    if data.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(Kind::new(png(data).unwrap_or_else(|| "PNG image data".into()), "image/png"));
    }
    if data.starts_with(b"GIF8") {
        let version = String::from_utf8_lossy(data.get(3..6)?);
        let size = le16(data, 6).zip(le16(data, 8)).map_or(String::new(), |(x, y)| format!(", {x} x {y}"));
        return Some(Kind::new(format!("GIF image data, version {version}{size}"), "image/gif"));
    }
    if data.starts_with(b"\xff\xd8\xff") {
        return Some(Kind::new(jpeg(data), "image/jpeg"));
    }
    if data.starts_with(b"BM") && matches!(le32(data, 14), Some(40 | 108 | 124)) {
        let (x, y, bits) = (le32(data, 18)?, le32(data, 22)?, le16(data, 28)?);
        let (size, offset) = (le32(data, 2)?, le32(data, 10)?);
        let version = match le32(data, 14)? {
            40 => "Windows 3.x",
            108 => "Windows 95/NT4 and newer",
            _ => "Windows 98/2000 and newer",
        };
        let words = format!("PC bitmap, {version} format, {x} x {y} x {bits}, cbSize {size}, bits offset {offset}");
        return Some(Kind::new(words, "image/bmp"));
    }
    if data.starts_with(b"RIFF") {
        return Some(match data.get(8..12) {
            Some(b"WEBP") => Kind::new("RIFF (little-endian) data, Web/P image", "image/webp"),
            Some(b"WAVE") => Kind::new(wave(data), "audio/x-wav"),
            Some(b"AVI ") => Kind::new("RIFF (little-endian) data, AVI", "video/x-msvideo"),
            _ => Kind::new("RIFF (little-endian) data", "application/octet-stream"),
        });
    }
    if data.starts_with(b"II*\0") {
        return Some(Kind::new("TIFF image data, little-endian", "image/tiff"));
    }
    if data.starts_with(b"MM\0*") {
        return Some(Kind::new("TIFF image data, big-endian", "image/tiff"));
    }
    if let Some([major, minor, ..]) = data.strip_prefix(b"ID3") {
        return Some(Kind::new(format!("Audio file with ID3 version 2.{major}.{minor}"), "audio/mpeg"));
    }
    if data.starts_with(b"OggS") {
        return Some(Kind::new("Ogg data", "application/ogg"));
    }
    if data.starts_with(b"fLaC") {
        return Some(Kind::new("FLAC audio bitstream data", "audio/flac"));
    }
    if data.get(4..8) == Some(b"ftyp") {
        return Some(Kind::new("ISO Media", "video/mp4"));
    }
    None
}

fn png(data: &[u8]) -> Option<String> {
    let (x, y, depth, color, interlace) =
        (be32(data, 16)?, be32(data, 20)?, data.get(24)?, data.get(25)?, data.get(28)?);
    let color = match color {
        0 => "grayscale",
        2 => "/color RGB",
        3 => " colormap",
        4 => " gray+alpha",
        6 => "/color RGBA",
        _ => "",
    };
    let color = if color == "grayscale" { " grayscale" } else { color };
    let interlace = if *interlace == 0 { "non-interlaced" } else { "interlaced" };
    Some(format!("PNG image data, {x} x {y}, {depth}-bit{color}, {interlace}"))
}

fn jpeg(data: &[u8]) -> String {
    let mut words = "JPEG image data".to_owned();
    if data.get(6..10) == Some(b"JFIF")
        && let (Some(length), Some(&[major, minor, unit])) =
            (be16(data, 4), data.get(11..14).and_then(|d| d.first_chunk::<3>()))
    {
        let unit = match unit {
            0 => "aspect ratio",
            1 => "resolution (DPI)",
            _ => "resolution (DPCM)",
        };
        words.push_str(&format!(", JFIF standard {major}.{minor:02}, {unit}"));
        if let Some((x, y)) = be16(data, 14).zip(be16(data, 16)) {
            words.push_str(&format!(", density {x}x{y}, segment length {length}"));
        }
    }
    let mut at = 2;
    while let (Some([0xff, marker]), Some(length)) = (data.get(at..at + 2), be16(data, at + 2)) {
        if matches!(marker, 0xc0..=0xc2) {
            let kind = ["baseline", "extended sequential", "progressive"][usize::from(marker - 0xc0)];
            if let (Some(precision), Some(y), Some(x), Some(components)) =
                (data.get(at + 4), be16(data, at + 5), be16(data, at + 7), data.get(at + 9))
            {
                words.push_str(&format!(", {kind}, precision {precision}, {x}x{y}, components {components}"));
            }
            break;
        }
        at += 2 + usize::from(length.max(2));
    }
    words
}

fn wave(data: &[u8]) -> String {
    let mut words = "RIFF (little-endian) data, WAVE audio".to_owned();
    if let (Some(format), Some(channels), Some(rate), Some(bits)) =
        (le16(data, 20), le16(data, 22), le32(data, 24), le16(data, 34))
    {
        if format == 1 {
            words.push_str(", Microsoft PCM");
        }
        if bits > 0 {
            words.push_str(&format!(", {bits} bit"));
        }
        let channels = match channels {
            1 => "mono".to_owned(),
            2 => "stereo".to_owned(),
            channels => format!("{channels} channels"),
        };
        words.push_str(&format!(", {channels} {rate} Hz"));
    }
    words
}
