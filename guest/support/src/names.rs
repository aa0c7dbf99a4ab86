//! Users and groups by name.

use agentfense_sys::files::{self, OpenFlags};
use std::io::Read;

/// Everything in a sandbox runs as this user.
pub const UID: u32 = 1000;
/// And this group.
pub const GID: u32 = 1000;

/// A line of `/etc/passwd` or `/etc/group`.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its number.
    pub id: u32,
    /// The other fields, from the one after the number.
    pub rest: Vec<String>,
}

/// A table of names and numbers.
#[derive(Clone, Debug, Default)]
pub struct Names(Vec<Entry>);

impl Names {
    /// The users of `/etc/passwd`.
    pub fn users() -> Names {
        Names::read("/etc/passwd")
    }

    /// The groups of `/etc/group`.
    pub fn groups() -> Names {
        Names::read("/etc/group")
    }

    fn read(path: &str) -> Names {
        let mut text = Vec::new();
        if let Ok(mut file) = files::open(path, OpenFlags::READ, 0) {
            // A table that cannot be read whole is used as far as it goes.
            let _ = file.read_to_end(&mut text);
        }
        Names::parse(&String::from_utf8_lossy(&text))
    }

    fn parse(text: &str) -> Names {
        let entry = |line: &str| {
            let mut fields = line.split(':').map(str::to_owned);
            let (name, _password, id) = (fields.next()?, fields.next()?, fields.next()?);
            Some(Entry { name, id: id.parse().ok()?, rest: fields.collect() })
        };
        Names(text.lines().filter_map(entry).collect())
    }

    /// The name of a number.
    pub fn name(&self, id: u32) -> Option<&str> {
        self.0.iter().find(|entry| entry.id == id).map(|entry| entry.name.as_str())
    }

    /// The name of a number, or the number.
    pub fn name_or_number(&self, id: u32) -> String {
        self.name(id).map_or_else(|| id.to_string(), str::to_owned)
    }

    /// The entry of a name.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.name == name)
    }

    /// The number of a name, or of a number in digits.
    pub fn id(&self, name: &str) -> Option<u32> {
        match self.entry(name) {
            Some(entry) => Some(entry.id),
            None => name.parse().ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn tables() {
        let users = Names::parse("root:x:0:0:root:/root:/bin/sh\nbroken\nagent:x:1000:1000::/:/bin/sh\n");
        assert_eq!(users.name(1000), Some("agent"));
        assert_eq!(users.id("root"), Some(0));
        assert_eq!(users.id("77"), Some(77));
        assert_eq!(users.name_or_number(5), "5");
        assert_eq!(users.entry("agent").map(|e| e.rest[2].as_str()), Some("/"));
    }
}
