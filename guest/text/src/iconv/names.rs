//! The names of encodings.

use encoding_rs::Encoding as Known;

/// How the units of an encoding are put into bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Little endian, or as a byte order mark says; written with one.
    Marked,
    Little,
    Big,
}

/// An encoding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Encoding {
    Ascii,
    Latin1,
    Utf8,
    Utf16(Order),
    Utf32(Order),
    /// One of those that browsers know.
    Known(&'static Known),
}

/// The names that iconv uses where browsers use others.
const ALIASES: &[(&str, &str)] = &[
    ("BIG5HKSCS", "big5"),
    ("BIG5-HKSCS", "big5"),
    ("CP1250", "windows-1250"),
    ("CP1251", "windows-1251"),
    ("CP1252", "windows-1252"),
    ("CP1253", "windows-1253"),
    ("CP1254", "windows-1254"),
    ("CP1255", "windows-1255"),
    ("CP1256", "windows-1256"),
    ("CP1257", "windows-1257"),
    ("CP1258", "windows-1258"),
    ("CP866", "ibm866"),
    ("CP874", "windows-874"),
    ("CP932", "shift_jis"),
    ("CP936", "gbk"),
    ("CP949", "euc-kr"),
    ("CP950", "big5"),
    ("EUCCN", "gbk"),
    ("EUC-CN", "gbk"),
    ("EUCJP", "euc-jp"),
    ("EUCKR", "euc-kr"),
    ("KOI8R", "koi8-r"),
    ("KOI8U", "koi8-u"),
    ("MAC", "macintosh"),
    ("SJIS", "shift_jis"),
    ("UHC", "euc-kr"),
    ("WINDOWS-31J", "shift_jis"),
];

/// The names that are listed.
const LISTED: &[&str] = &[
    "ANSI_X3.4-1968",
    "ASCII",
    "BIG5",
    "CP1250",
    "CP1251",
    "CP1252",
    "CP1253",
    "CP1254",
    "CP1255",
    "CP1256",
    "CP1257",
    "CP1258",
    "CP866",
    "CP874",
    "CP932",
    "EUC-JP",
    "EUC-KR",
    "GB18030",
    "GBK",
    "ISO-2022-JP",
    "ISO-8859-1",
    "ISO-8859-10",
    "ISO-8859-13",
    "ISO-8859-14",
    "ISO-8859-15",
    "ISO-8859-16",
    "ISO-8859-2",
    "ISO-8859-3",
    "ISO-8859-4",
    "ISO-8859-5",
    "ISO-8859-6",
    "ISO-8859-7",
    "ISO-8859-8",
    "ISO-8859-9",
    "KOI8-R",
    "KOI8-U",
    "LATIN1",
    "MACINTOSH",
    "SHIFT_JIS",
    "SJIS",
    "UCS-2",
    "UCS-2BE",
    "UCS-2LE",
    "UCS-4",
    "UCS-4BE",
    "UCS-4LE",
    "US-ASCII",
    "UTF-16",
    "UTF-16BE",
    "UTF-16LE",
    "UTF-32",
    "UTF-32BE",
    "UTF-32LE",
    "UTF-8",
    "WINDOWS-1252",
];

/// The names of the encodings, for `-l`.
pub fn all() -> impl Iterator<Item = &'static str> {
    LISTED.iter().copied()
}

/// A name in upper case, and what follows its `//`.
pub fn split(name: &[u8]) -> (String, String) {
    let name = String::from_utf8_lossy(name).to_uppercase();
    match name.split_once("//") {
        Some((name, suffix)) => (name.to_owned(), suffix.to_owned()),
        None => (name, String::new()),
    }
}

/// The encoding of a name in upper case.
pub fn find(name: &str) -> Option<Encoding> {
    Some(match name {
        "ASCII" | "US-ASCII" | "ANSI_X3.4-1968" | "646" | "ISO646-US" | "C" => Encoding::Ascii,
        "ISO-8859-1" | "ISO8859-1" | "ISO_8859-1" | "ISO88591" | "LATIN1" | "L1" | "8859_1" => Encoding::Latin1,
        "" | "UTF-8" | "UTF8" => Encoding::Utf8,
        "UTF-16" | "UTF16" => Encoding::Utf16(Order::Marked),
        "UTF-16LE" | "UTF16LE" | "UCS-2LE" | "UCS2" | "UCS-2" => Encoding::Utf16(Order::Little),
        "UTF-16BE" | "UTF16BE" | "UCS-2BE" => Encoding::Utf16(Order::Big),
        "UTF-32" | "UTF32" => Encoding::Utf32(Order::Marked),
        "UTF-32LE" | "UTF32LE" | "UCS-4LE" => Encoding::Utf32(Order::Little),
        "UTF-32BE" | "UTF32BE" | "UCS-4BE" | "UCS-4" | "UCS4" => Encoding::Utf32(Order::Big),
        _ => {
            let alias = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, known)| known);
            Encoding::Known(Known::for_label_no_replacement(alias.as_bytes())?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{all, find};

    #[test]
    fn what_is_listed_is_known() {
        for name in all() {
            assert!(find(name).is_some(), "{name}");
        }
        assert!(find("NOSUCH").is_none());
    }
}
