//! File modes: what chmod(1) is told, and what `ls -l` shows.

use agentfense_sys::files::FileType;

/// A change of permission bits: octal digits or symbolic clauses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModeChange(Vec<Clause>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Clause {
    /// All bits; those of `keep` stay as they are for a directory.
    Octal {
        bits: u32,
        keep: u32,
    },
    Symbolic {
        who: u32,
        explicit_who: bool,
        actions: Vec<(Operator, Permissions)>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Add,
    Remove,
    Set,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Permissions {
    /// `rwxst` as bits for all three, and whether `X` was there.
    Bits { bits: u32, search: bool },
    /// The file's own bits of user, group or other (a shift of 6, 3 or 0).
    Copy(u32),
    /// Octal digits after the operator: `+755`.
    Octal(u32),
}

const SPECIAL: u32 = 0o6000;

impl ModeChange {
    /// Reads the mode argument of chmod(1), `mkdir -m` or `find -perm`.
    pub fn parse(text: &str) -> Option<ModeChange> {
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            let bits = octal(text)?;
            // Four digits or fewer keep a directory's set-id bits, as GNU does.
            let keep = if text.len() > 4 { 0 } else { SPECIAL & !bits };
            return Some(ModeChange(vec![Clause::Octal { bits, keep }]));
        }
        text.split(',').map(clause).collect::<Option<Vec<_>>>().map(ModeChange)
    }

    /// The new mode of a file that has `mode`.
    pub fn apply(&self, mode: u32, directory: bool, umask: u32) -> u32 {
        self.0.iter().fold(mode & 0o7777, |mode, clause| clause.apply(mode, directory, umask))
    }
}

fn octal(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|b| (b'0'..=b'7').contains(&b));
    u32::from_str_radix(text, 8).ok().filter(|&bits| digits && bits <= 0o7777)
}

fn clause(text: &str) -> Option<Clause> {
    let operators = text.find(['+', '-', '='])?;
    let mut who = 0;
    for c in text[..operators].chars() {
        who |= match c {
            'u' => 0o4700,
            'g' => 0o2070,
            'o' => 0o1007,
            'a' => 0o7777,
            _ => return None,
        };
    }
    let explicit_who = who != 0;
    if !explicit_who {
        who = 0o7777;
    }
    let mut actions = Vec::new();
    let mut rest = &text[operators..];
    while let Some(first) = rest.chars().next() {
        let operator = match first {
            '+' => Operator::Add,
            '-' => Operator::Remove,
            '=' => Operator::Set,
            _ => return None,
        };
        let end = rest[1..].find(['+', '-', '=']).map_or(rest.len(), |at| at + 1);
        let permissions = match &rest[1..end] {
            "u" => Permissions::Copy(6),
            "g" => Permissions::Copy(3),
            "o" => Permissions::Copy(0),
            digits if digits.starts_with(|c: char| c.is_ascii_digit()) && !explicit_who => {
                Permissions::Octal(octal(digits)?)
            }
            letters => {
                let (mut bits, mut search) = (0, false);
                for c in letters.chars() {
                    match c {
                        'r' => bits |= 0o444,
                        'w' => bits |= 0o222,
                        'x' => bits |= 0o111,
                        's' => bits |= 0o6000,
                        't' => bits |= 0o1000,
                        'X' => search = true,
                        _ => return None,
                    }
                }
                Permissions::Bits { bits, search }
            }
        };
        actions.push((operator, permissions));
        rest = &rest[end..];
    }
    Some(Clause::Symbolic { who, explicit_who, actions })
}

impl Clause {
    fn apply(&self, mut mode: u32, directory: bool, umask: u32) -> u32 {
        match self {
            Clause::Octal { bits, keep } => bits | if directory { mode & keep } else { 0 },
            Clause::Symbolic { who, explicit_who, actions } => {
                for (operator, permissions) in actions {
                    let mut bits = match *permissions {
                        Permissions::Octal(bits) => bits,
                        Permissions::Copy(shift) => (mode >> shift & 0o7) * 0o111,
                        Permissions::Bits { bits, search } => {
                            let any = directory || mode & 0o111 != 0;
                            bits | if search && any { 0o111 } else { 0 }
                        }
                    } & who;
                    if !explicit_who && !matches!(permissions, Permissions::Octal(_)) {
                        bits &= !umask;
                    }
                    mode = match operator {
                        Operator::Add => mode | bits,
                        Operator::Remove => mode & !bits,
                        Operator::Set => {
                            // Without `s` a directory keeps its set-id bits.
                            let kept = if directory { SPECIAL & !bits } else { 0 };
                            let replaced = if *explicit_who { *who } else { 0o7777 };
                            mode & (!replaced | kept) | bits
                        }
                    };
                }
                mode
            }
        }
    }
}

/// The first letter of `ls -l`.
pub fn type_letter(kind: FileType) -> char {
    match kind {
        FileType::Regular => '-',
        FileType::Directory => 'd',
        FileType::Symlink => 'l',
        FileType::Fifo => 'p',
        FileType::Character => 'c',
        FileType::Block => 'b',
        FileType::Socket => 's',
    }
}

/// The type's bits of `st_mode` on Linux.
pub fn type_bits(kind: FileType) -> u32 {
    match kind {
        FileType::Fifo => 0o010000,
        FileType::Character => 0o020000,
        FileType::Directory => 0o040000,
        FileType::Block => 0o060000,
        FileType::Regular => 0o100000,
        FileType::Symlink => 0o120000,
        FileType::Socket => 0o140000,
    }
}

/// The ten letters of `ls -l`.
pub fn text(kind: FileType, mode: u32) -> String {
    let mut text = String::with_capacity(10);
    text.push(type_letter(kind));
    for (shift, special, letter) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
        let bits = mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (bits & 1 != 0, mode & special != 0) {
            (true, false) => 'x',
            (false, false) => '-',
            (true, true) => letter,
            (false, true) => letter.to_ascii_uppercase(),
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(text: &str, mode: u32) -> u32 {
        ModeChange::parse(text).unwrap().apply(mode, false, 0o022)
    }

    #[test]
    fn octal_modes() {
        assert_eq!(change("755", 0o644), 0o755);
        assert_eq!(change("4755", 0), 0o4755);
        let directory = ModeChange::parse("755").unwrap().apply(0o2700, true, 0);
        assert_eq!(directory, 0o2755);
    }

    #[test]
    fn symbolic_modes() {
        assert_eq!(change("+x", 0o644), 0o755);
        assert_eq!(change("u+x", 0o644), 0o744);
        assert_eq!(change("a+rwx", 0), 0o777);
        assert_eq!(change("+w", 0o444), 0o644);
        assert_eq!(change("go-r,u+s", 0o644), 0o4600);
        assert_eq!(change("u=rw,go=", 0o777), 0o600);
        assert_eq!(change("g=u", 0o640), 0o660);
        assert_eq!(change("u+r-x+w", 0o100), 0o600);
        assert_eq!(change("a+X", 0o644), 0o644);
        assert_eq!(change("a+X", 0o744), 0o755);
        assert_eq!(change("+t", 0o777), 0o1777);
        assert_eq!(change("=", 0o777), 0);
        for bad in ["", "z", "u", "u+q", "8", "77777", "u+x,", "+rwxq"] {
            assert_eq!(ModeChange::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn letters() {
        assert_eq!(text(FileType::Directory, 0o1777), "drwxrwxrwt");
        assert_eq!(text(FileType::Regular, 0o4644), "-rwSr--r--");
        assert_eq!(text(FileType::Symlink, 0o777), "lrwxrwxrwx");
    }
}
