//! Programs, archives, documents and databases.

use super::{Kind, elf, image};
use agentfense_support::time::Civil;

/// Files that their start tells.
const STARTS: &[(&[u8], &str, &str)] = &[
    (b"\xfd7zXZ\0", "XZ compressed data, checksum CRC64", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "Zstandard compressed data (v0.8+), Dictionary ID: None", "application/zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7-zip archive data, version 0.4", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07\x01\0", "RAR archive data, v5", "application/x-rar"),
    (b"\x04\x22\x4d\x18", "LZ4 compressed data (v1.4+)", "application/x-lz4"),
    (b"\x1f\x9d", "compress'd data", "application/x-compress"),
    (b"\x00\x01\x00\x00\x00", "TrueType Font data", "font/sfnt"),
    (b"OTTO", "OpenType font data", "application/vnd.ms-opentype"),
    (b"wOFF", "Web Open Font Format", "font/woff"),
    (b"wOF2", "Web Open Font Format (Version 2)", "font/woff2"),
];

/// What the data is, if it is none that is told by its text.
pub fn identify(data: &[u8]) -> Option<Kind> {
    if let Some(kind) = image::identify(data) {
        return Some(kind);
    }
    if data.starts_with(b"\x7fELF") {
        return Some(elf::identify(data));
    }
    if data.starts_with(b"\0asm") {
        return Some(wasm(data));
    }
    if data.starts_with(b"MZ") {
        return Some(portable_executable(data));
    }
    if data.starts_with(b"%PDF-") {
        return Some(pdf(data));
    }
    if data.starts_with(b"\x1f\x8b") {
        return Some(gzip(data));
    }
    if data.starts_with(b"PK\x05\x06") {
        return Some(Kind::new("Zip archive data (empty)", "application/zip"));
    }
    if data.starts_with(b"PK\x03\x04") {
        return Some(zip(data));
    }
    if data.starts_with(b"SQLite format 3\0") {
        return Some(Kind::new(sqlite(data), "application/vnd.sqlite3"));
    }
    if let Some([level @ b'1'..=b'9', ..]) = data.strip_prefix(b"BZh") {
        let words = format!("bzip2 compressed data, block size = {}00k", char::from(*level));
        return Some(Kind::new(words, "application/x-bzip2"));
    }
    if data.starts_with(b"!<arch>\n") {
        let debian = data.get(8..21) == Some(b"debian-binary");
        return Some(if debian {
            Kind::new("Debian binary package (format 2.0)", "application/vnd.debian.binary-package")
        } else {
            let charset = if data.is_ascii() { "us-ascii" } else { "binary" };
            Kind { charset, ..Kind::new("current ar archive", "application/x-archive") }
        });
    }
    match data.get(257..265) {
        Some(b"ustar  \0") => return Some(Kind::new("POSIX tar archive (GNU)", "application/x-tar")),
        Some([b'u', b's', b't', b'a', b'r', 0, ..]) => {
            return Some(Kind::new("POSIX tar archive", "application/x-tar"));
        }
        _ => {}
    }
    if let Some([0, 0, 0, version, ..]) = data.strip_prefix(b"\xca\xfe\xba\xbe")
        && *version >= 45
    {
        let name = if *version < 49 { format!("1.{}", version - 44) } else { (version - 44).to_string() };
        let name = if *version == 52 { "1.8".to_owned() } else { name };
        let words = format!("compiled Java class data, version {version}.0 (Java {name})");
        return Some(Kind::new(words, "application/x-java-applet"));
    }
    let (_, words, mime) = STARTS.iter().find(|(start, ..)| data.starts_with(start))?;
    Some(Kind::new(*words, *mime))
}

fn le32(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*data.get(at..)?.first_chunk()?))
}

fn le16(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*data.get(at..)?.first_chunk()?))
}

fn wasm(data: &[u8]) -> Kind {
    match le32(data, 4) {
        Some(1) => Kind::new("WebAssembly (wasm) binary module version 0x1 (MVP)", "application/wasm"),
        Some(version) => {
            Kind::new(format!("WebAssembly (wasm) binary module version {version:#x}"), "application/octet-stream")
        }
        None => Kind::new("data", "application/octet-stream"),
    }
}

fn portable_executable(data: &[u8]) -> Kind {
    const MIME: &str = "application/vnd.microsoft.portable-executable";
    let described = || {
        let header = le32(data, 0x3c)? as usize;
        let header = data.get(header..).filter(|header| header.starts_with(b"PE\0\0"))?;
        let (machine, sections, flags) = (le16(header, 4)?, le16(header, 6)?, le16(header, 22)?);
        let (magic, subsystem) = (le16(header, 24)?, le16(header, 92)?);
        let form = if magic == 0x20b { "PE32+" } else { "PE32" };
        let library = if flags & 0x2000 != 0 { " (DLL)" } else { "" };
        let subsystem = match subsystem {
            1 => " (native)",
            2 => " (GUI)",
            3 => " (console)",
            _ => "",
        };
        let machine = match machine {
            0x14c => "Intel 80386",
            0x8664 => "x86-64",
            0xaa64 => "Aarch64",
            0x1c4 => "ARMv7 Thumb",
            _ => "unknown",
        };
        Some(format!("{form} executable{library}{subsystem} {machine}, for MS Windows, {sections} sections"))
    };
    match described() {
        Some(words) => Kind::new(words, MIME),
        None => Kind::new("MS-DOS executable", "application/x-dosexec"),
    }
}

fn pdf(data: &[u8]) -> Kind {
    let version = String::from_utf8_lossy(data[5..].split(u8::is_ascii_whitespace).next().unwrap_or_default());
    let mut words = format!("PDF document, version {version}");
    if let Some(at) = memchr::memmem::find(data, b"/Count ") {
        let digits: String = data[at + 7..].iter().take_while(|b| b.is_ascii_digit()).map(|&b| char::from(b)).collect();
        if !digits.is_empty() {
            words.push_str(&format!(", {digits} page{}", if digits == "1" { "" } else { "s" }));
        }
    }
    let charset = if data.is_ascii() { "us-ascii" } else { "binary" };
    Kind { charset, ..Kind::new(words, "application/pdf") }
}

fn gzip(data: &[u8]) -> Kind {
    let mut words = "gzip compressed data".to_owned();
    let flags = data.get(3).copied().unwrap_or(0);
    if flags & 8 != 0 {
        let extra = if flags & 4 != 0 { 2 + usize::from(le16(data, 10).unwrap_or(0)) } else { 0 };
        let name = data.get(10 + extra..).unwrap_or_default();
        let name = &name[..memchr::memchr(0, name).unwrap_or(0)];
        words.push_str(&format!(", was \"{}\"", String::from_utf8_lossy(name)));
    }
    if let Some(time) = le32(data, 4).filter(|&time| time != 0) {
        let time = Civil::from_nanoseconds(i64::from(time) * 1_000_000_000).format("%a %b %e %H:%M:%S %Y");
        words.push_str(&format!(", last modified: {time}"));
    }
    words.push_str(match data.get(8) {
        Some(2) => ", max compression",
        Some(4) => ", max speed",
        _ => "",
    });
    words.push_str(match data.get(9) {
        Some(0) => ", from FAT filesystem (MS-DOS, OS/2, NT)",
        Some(3) => ", from Unix",
        Some(7) => ", from Macintosh",
        Some(11) => ", from NTFS filesystem (NT)",
        _ => "",
    });
    if let Some(size) = data.len().checked_sub(4).filter(|&at| at >= 18 - 4).and_then(|at| le32(data, at)) {
        words.push_str(&format!(", original size modulo 2^32 {size}"));
    }
    Kind::new(words, "application/gzip")
}

fn zip(data: &[u8]) -> Kind {
    // What is inside may tell more.
    let name = data.get(30..).and_then(|rest| rest.get(..usize::from(le16(data, 26)?))).unwrap_or_default();
    let content = data.get(30 + name.len()..).unwrap_or_default();
    if name == b"mimetype" {
        let open = content.starts_with(b"application/vnd.oasis.opendocument.text");
        if open {
            return Kind::new("OpenDocument Text", "application/vnd.oasis.opendocument.text");
        }
        if content.starts_with(b"application/epub+zip") {
            return Kind::new("EPUB document", "application/epub+zip");
        }
    }
    if name.starts_with(b"META-INF/") {
        return Kind::new("Java archive data (JAR)", "application/java-archive");
    }
    if name == b"[Content_Types].xml" || name.starts_with(b"_rels/") {
        let has = |directory: &[u8]| memchr::memmem::find(data, directory).is_some();
        if has(b"word/") {
            let mime = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
            return Kind::new("Microsoft Word 2007+", mime);
        }
        if has(b"xl/") {
            return Kind::new(
                "Microsoft Excel 2007+",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            );
        }
        if has(b"ppt/") {
            let mime = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
            return Kind::new("Microsoft PowerPoint 2007+", mime);
        }
    }
    let version = le16(data, 4).unwrap_or(0) & 0xff;
    let method = match le16(data, 8) {
        Some(0) => "store",
        Some(8) => "deflate",
        Some(9) => "deflate64",
        Some(12) => "bzip2",
        Some(14) => "lzma",
        Some(93) => "zstd",
        _ => "unknown",
    };
    let words = format!(
        "Zip archive data, at least v{}.{} to extract, compression method={method}",
        version / 10,
        version % 10
    );
    Kind::new(words, "application/zip")
}

fn sqlite(data: &[u8]) -> String {
    let number =
        |at: usize| data.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u32::from_be_bytes(*bytes));
    let encoding = match number(56) {
        1 => ", UTF-8",
        2 => ", UTF-16 little endian",
        3 => ", UTF-16 big endian",
        _ => "",
    };
    format!(
        "SQLite 3.x database, last written using SQLite version {}, file counter {}, database pages {}, cookie {:#x}, \
         schema {}{encoding}, version-valid-for {}",
        number(96),
        number(24),
        number(28),
        number(40),
        number(44),
        number(92)
    )
}
