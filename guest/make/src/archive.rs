//! Members of archives: `lib.a(member.o)`.

use crate::Make;
use crate::text::trim;

/// The archive and the member that a name means.
pub(crate) fn split(name: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = name.strip_suffix(b")")?;
    let open = memchr::memchr(b'(', inside).filter(|&open| open > 0)?;
    Some((&inside[..open], &inside[open + 1..]))
}

/// When the member was modified, in seconds, as its header in the archive says.
fn member_date(archive: &[u8], member: &[u8]) -> Option<i64> {
    let mut rest = archive.strip_prefix(b"!<arch>\n")?;
    let mut long_names: &[u8] = &[];
    loop {
        let header = rest.get(..60)?;
        let number = |field: &[u8]| std::str::from_utf8(trim(field)).ok()?.parse::<i64>().ok();
        let size = usize::try_from(number(&header[48..58])?).ok()?;
        let data = rest.get(60..60usize.checked_add(size)?)?;
        let name = trim(&header[..16]);
        if name == b"//" {
            long_names = data;
        } else {
            let name = match name.strip_prefix(b"/").and_then(number) {
                Some(offset) => {
                    let name = long_names.get(usize::try_from(offset).ok()?..)?;
                    let end = name.iter().position(|&byte| byte == b'\n').unwrap_or(name.len());
                    &name[..end]
                }
                None => name,
            };
            if name.strip_suffix(b"/").unwrap_or(name) == member {
                return number(&header[16..28]);
            }
        }
        // Members start at even places.
        rest = rest.get(60 + size + size % 2..)?;
    }
}

impl Make<'_> {
    /// When the archive's member was modified.
    pub(crate) fn member_time(&mut self, archive: &[u8], member: &[u8]) -> Option<i64> {
        let text = self.system.read(archive).ok()?;
        member_date(&text, member).map(|seconds| seconds.saturating_mul(1_000_000_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members() {
        let mut archive = b"!<arch>\n".to_vec();
        for (name, date, data) in [("//", "0", "a-very-long-name.o/\n"), ("a.o/", "12", "xyz"), ("/0", "34", "")] {
            archive.extend(format!("{name:<16}{date:<12}0     0     644     {:<10}`\n", data.len()).bytes());
            archive.extend(data.bytes());
            archive.resize(archive.len().next_multiple_of(2), b'\n');
        }
        assert_eq!(member_date(&archive, b"a.o"), Some(12));
        assert_eq!(member_date(&archive, b"a-very-long-name.o"), Some(34));
        assert_eq!(member_date(&archive, b"b.o"), None);
        assert_eq!(split(b"lib.a(x.o)"), Some((&b"lib.a"[..], &b"x.o"[..])));
    }
}
