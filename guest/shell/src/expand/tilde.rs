//! Tilde expansion.

use agentfense_sys::files;
use bstr::{BString, ByteSlice};

use super::Sink;
use crate::shell::{Run, Shell};

impl Shell {
    /// `~user`, without the `~`. What means nothing stays as it is.
    #[inline(never)]
    pub(super) fn expand_tilde(&mut self, user: &[u8], sink: &mut Sink) -> Run {
        match self.tilde(user) {
            Some(directory) => sink.quoted_part(&directory),
            None => {
                sink.literal(b"~");
                sink.literal(user);
            }
        }
        Ok(())
    }

    /// The directory that `~user` means.
    pub fn tilde(&mut self, user: &[u8]) -> Option<BString> {
        match user {
            b"" => self.var(b"HOME").or_else(|| home_of(b"agent")),
            b"+" => self.var(b"PWD"),
            b"-" => self.var(b"OLDPWD"),
            _ => match user.strip_prefix(b"-") {
                Some(number) if is_number(number) => self.stack_entry(number, true),
                _ => {
                    let number = user.strip_prefix(b"+").unwrap_or(user);
                    if is_number(number) { self.stack_entry(number, false) } else { home_of(user) }
                }
            },
        }
    }

    fn stack_entry(&self, number: &[u8], from_end: bool) -> Option<BString> {
        let number: usize = number.to_str().ok()?.parse().ok()?;
        let len = self.dir_stack.len() + 1;
        let index = if from_end { len.checked_sub(number + 1)? } else { number };
        match index {
            0 => Some(self.cwd.clone()),
            _ => self.dir_stack.get(index - 1).cloned(),
        }
    }
}

fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

/// No password file of a sandbox is longer.
const MAX_PASSWD: u32 = 1 << 20;

/// The home directory that /etc/passwd gives a user.
fn home_of(user: &[u8]) -> Option<BString> {
    let file = files::open("/etc/passwd", files::OpenFlags::READ, 0).ok()?;
    let mut text = Vec::new();
    while let Ok(more) = file.read_some(MAX_PASSWD) {
        if more.is_empty() || text.len() > MAX_PASSWD as usize {
            break;
        }
        text.extend_from_slice(&more);
    }
    text.lines().find_map(|line| {
        let mut fields = line.split(|byte| *byte == b':');
        (fields.next() == Some(user)).then(|| fields.nth(4).map(BString::from))?
    })
}
