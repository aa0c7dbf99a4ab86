//! Lines of `tar -tv`.

use super::console::shown;
use super::header::{Kind, Member};
use crate::times::split;
use agentfense_support::mode;
use agentfense_support::time::Civil;
use agentfense_sys::files::FileType;

/// How members are listed. The columns grow with what is in them.
#[derive(Debug)]
pub struct Lister {
    /// Names only, or all.
    verbose: bool,
    numeric: bool,
    full_time: bool,
    width: usize,
    time_width: usize,
}

impl Lister {
    /// Lists with everything when `verbose`.
    pub fn new(verbose: bool, numeric: bool, full_time: bool) -> Lister {
        Lister { verbose, numeric, full_time, width: 19, time_width: 16 }
    }

    /// The line of a member.
    pub fn line(&mut self, member: &Member) -> Vec<u8> {
        let name = shown(&member.name);
        if !self.verbose {
            return name.into_bytes();
        }
        let letter = match member.kind {
            Kind::File | Kind::Sparse => '-',
            Kind::HardLink => 'h',
            Kind::Symlink => 'l',
            Kind::Character => 'c',
            Kind::BlockDevice => 'b',
            Kind::Directory => 'd',
            Kind::Fifo => 'p',
            Kind::Other(flag) => char::from(flag),
        };
        let owner = |name: &[u8], number: u64| {
            if name.is_empty() || self.numeric { number.to_string() } else { shown(name) }
        };
        let (user, group) = (owner(&member.user, member.uid), owner(&member.group, member.gid));
        let size = match member.kind {
            Kind::Character | Kind::BlockDevice => format!("{},{}", member.device.0, member.device.1),
            _ => member.real_size().to_string(),
        };
        let pad = user.chars().count() + 1 + group.chars().count() + 1 + size.len();
        self.width = self.width.max(pad);
        let size_width = self.width - pad + size.len();
        let civil = Civil::from_nanoseconds(member.mtime);
        let mut time = civil.format(if self.full_time { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d %H:%M" });
        let fraction = split(member.mtime).1;
        if self.full_time && fraction != 0 {
            time.push_str(format!(".{fraction:09}").trim_end_matches('0'));
        }
        self.time_width = self.time_width.max(time.len());
        let time_width = self.time_width;
        let link = match member.kind {
            Kind::Symlink => format!(" -> {}", shown(&member.link)),
            Kind::HardLink => format!(" link to {}", shown(&member.link)),
            Kind::Other(flag) => format!(" unknown file type '{}'", char::from(flag).escape_default()),
            _ => String::new(),
        };
        // The type's letter comes first, whatever type is asked for here.
        let permissions = mode::text(FileType::Regular, member.mode);
        format!("{letter}{} {user}/{group} {size:>size_width$} {time:time_width$} {name}{link}", &permissions[1..])
            .into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::times::from_seconds;

    #[test]
    fn columns_grow() {
        let mut lister = Lister::new(true, false, false);
        let mut member = Member {
            name: b"a".to_vec(),
            mode: 0o4755,
            user: b"me".to_vec(),
            group: b"us".to_vec(),
            size: 6,
            mtime: from_seconds(1_577_934_245),
            ..Member::default()
        };
        assert_eq!(lister.line(&member), b"-rwsr-xr-x me/us             6 2020-01-02 03:04 a");
        member.user = b"a-rather-long-name".to_vec();
        assert_eq!(lister.line(&member), b"-rwsr-xr-x a-rather-long-name/us 6 2020-01-02 03:04 a");
        member = Member { kind: Kind::Symlink, link: b"b".to_vec(), user: b"me".to_vec(), size: 0, ..member };
        assert_eq!(lister.line(&member), b"lrwsr-xr-x me/us                 0 2020-01-02 03:04 a -> b");
    }
}
