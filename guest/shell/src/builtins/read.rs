//! `read`

use std::time::{Duration, Instant};

use agentfense_sys::Errno;
use bstr::{BString, ByteSlice};

use crate::expand::text;
use crate::files::File;
use crate::shell::{Flow, Run, Shell};
use crate::terminal::{Reading, Restored};
use crate::vars::{Attributes, Ifs, Indexed, Separator, Target, Value, is_name};

const USAGE: &str =
    "read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]";

/// The most that one call asks for.
const CHUNK: u32 = 64 * 1024;

/// What status a time-out gives, as of a process that SIGALRM ended.
const TIMED_OUT: i32 = 128 + 14;

/// The options.
#[derive(Default)]
struct Request {
    raw: bool,
    silent: bool,
    array: Option<BString>,
    delimiter: u8,
    /// `-n`, `-N`: so many characters.
    count: Option<usize>,
    /// `-N`: the delimiter is a character like any other.
    exact: bool,
    prompt: Option<BString>,
    timeout: Option<Duration>,
    fd: u32,
}

/// What was read: the bytes, and which of them a backslash protects.
#[derive(Default)]
struct Record {
    bytes: Vec<u8>,
    /// Positions of protected bytes, in order.
    protected: Vec<usize>,
    /// The delimiter (or the wanted number of characters) came.
    complete: bool,
    timed_out: bool,
}

/// `read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]`
pub fn read(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let (request, names) = match parse(shell, args) {
        Ok(parsed) => parsed,
        Err(status) => return Ok(status),
    };
    for name in names.iter().chain(&request.array) {
        if Target::parse(name).is_none() || (request.array.is_some() && !is_name(name)) {
            shell.error([b"read: `", name.as_slice(), b"': not a valid identifier"].concat());
            return Ok(1);
        }
    }
    let Some(file) = shell.files.get(request.fd).cloned() else {
        shell.error(format!("read: {}: invalid file descriptor: Bad file descriptor", request.fd));
        return Ok(1);
    };
    if request.timeout == Some(Duration::ZERO) {
        // Only asks whether there is something to read.
        return Ok(i32::from(!file.wait_readable(Some(Duration::ZERO)).unwrap_or(false)));
    }
    if let Some(prompt) = &request.prompt
        && file.is_terminal()
    {
        shell.write_error(prompt);
    }
    let reading = Reading { silent: request.silent, unbuffered: request.count.is_some() || request.delimiter != b'\n' };
    let restored = file.opened().and_then(|open| Restored::reading(open, reading).ok().flatten());
    let record = read_record(shell, &file, &request);
    drop(restored);
    let record = match record? {
        Ok(record) => record,
        Err(error) => {
            shell.error(format!("read: read error: {}: {}", request.fd, error.message()));
            return Ok(1);
        }
    };
    let stored = store(shell, &request, names, &record);
    let stored = match stored {
        Ok(()) => true,
        Err(Flow::Abort) => false,
        Err(flow) => return Err(flow),
    };
    Ok(if record.timed_out { TIMED_OUT } else { i32::from(!(stored && record.complete)) })
}

fn parse<'a>(shell: &mut Shell, args: &'a [BString]) -> Result<(Request, &'a [BString]), i32> {
    let mut request = Request { delimiter: b'\n', ..Request::default() };
    let mut index = 1;
    while let Some(arg) = args.get(index) {
        if arg == "--" {
            index += 1;
            break;
        }
        let Some(letters) = arg.strip_prefix(b"-").filter(|letters| !letters.is_empty()) else { break };
        index += 1;
        let mut letters = letters;
        while let Some((letter, rest)) = letters.split_first() {
            letters = rest;
            match letter {
                b'r' => request.raw = true,
                b's' => request.silent = true,
                // Line editing is the terminal's matter.
                b'e' => {}
                b'a' | b'd' | b'i' | b'n' | b'N' | b'p' | b't' | b'u' => {
                    let value = if !rest.is_empty() {
                        BString::from(rest)
                    } else if let Some(value) = args.get(index) {
                        index += 1;
                        value.clone()
                    } else {
                        shell.error(format!("read: -{}: option requires an argument", *letter as char));
                        shell.write_error(format!("read: usage: {USAGE}\n").as_bytes());
                        return Err(2);
                    };
                    letters = b"";
                    request.option(shell, *letter, value)?;
                }
                _ => return Err(shell.invalid_option(b"read", *letter, USAGE)),
            }
        }
    }
    Ok((request, args.get(index..).unwrap_or_default()))
}

impl Request {
    fn option(&mut self, shell: &mut Shell, letter: u8, value: BString) -> Result<(), i32> {
        let text = value.to_str().unwrap_or_default().trim();
        match letter {
            b'a' => self.array = Some(value),
            b'd' => self.delimiter = value.first().copied().unwrap_or(0),
            b'p' => self.prompt = Some(value),
            b'n' | b'N' => match text.parse::<usize>() {
                Ok(count) => {
                    self.count = Some(count);
                    self.exact = letter == b'N';
                }
                Err(_) => {
                    shell.error([b"read: ", value.as_slice(), b": invalid number"].concat());
                    return Err(1);
                }
            },
            b't' => match text.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
                Some(timeout) => self.timeout = Some(timeout),
                None => {
                    shell.error([b"read: ", value.as_slice(), b": invalid timeout specification"].concat());
                    return Err(1);
                }
            },
            b'u' => match text.parse::<u32>() {
                Ok(fd) => self.fd = fd,
                Err(_) => {
                    shell.error([b"read: ", value.as_slice(), b": invalid file descriptor specification"].concat());
                    return Err(1);
                }
            },
            _ => {}
        }
        Ok(())
    }
}

fn read_record(shell: &mut Shell, file: &File, request: &Request) -> Run<Result<Record, Errno>> {
    let deadline = request.timeout.map(|timeout| Instant::now() + timeout);
    let mut record = Record::default();
    if request.count == Some(0) {
        record.complete = true;
        return Ok(Ok(record));
    }
    let mut escape = false;
    let mut characters = 0;
    loop {
        if let Some(deadline) = deadline {
            let left = deadline.saturating_duration_since(Instant::now());
            match file.wait_readable(Some(left)) {
                Ok(true) => {}
                Ok(false) => {
                    record.timed_out = true;
                    return Ok(Ok(record));
                }
                Err(Errno::Intr) => {
                    shell.poll_signals_now()?;
                    continue;
                }
                Err(_) => {}
            }
        }
        // A file that others read on from must not lose a byte too many. Of a
        // number of characters, each is at least one byte.
        let most = match request.count {
            Some(count) => u32::try_from(count - characters).unwrap_or(u32::MAX).min(CHUNK),
            None if deadline.is_some() => 1,
            None => CHUNK,
        };
        let piece = match request.exact {
            true => file.read_some(most),
            false => file.read_until(request.delimiter, most),
        };
        let piece = match piece {
            Ok(piece) => piece,
            Err(Errno::Intr) => {
                shell.poll_signals_now()?;
                continue;
            }
            Err(error) => return Ok(Err(error)),
        };
        if piece.is_empty() {
            return Ok(Ok(record));
        }
        for byte in piece {
            if escape {
                escape = false;
                // A backslash before the newline joins lines.
                if byte != b'\n' {
                    record.protected.push(record.bytes.len());
                    record.bytes.push(byte);
                }
                continue;
            }
            if byte == request.delimiter && !request.exact {
                record.complete = true;
                return Ok(Ok(record));
            }
            match byte {
                b'\\' if !request.raw => escape = true,
                // A variable cannot hold it.
                0 => {}
                _ => record.bytes.push(byte),
            }
        }
        if let Some(count) = request.count {
            characters = whole_characters(&record.bytes);
            if characters >= count && !escape {
                record.complete = true;
                return Ok(Ok(record));
            }
            characters = characters.min(count - 1);
        }
    }
}

/// The characters that are all there: a UTF-8 sequence that was cut at the end
/// is still to be completed.
fn whole_characters(bytes: &[u8]) -> usize {
    let count = text::char_count(bytes);
    let tail = bytes.iter().rev().take_while(|byte| **byte & 0xc0 == 0x80).count();
    let Some(lead) = bytes.len().checked_sub(tail + 1).map(|at| bytes[at]) else { return count };
    let wanted = match lead {
        0xc2..=0xdf => 1,
        0xe0..=0xef => 2,
        0xf0..=0xf4 => 3,
        _ => return count,
    };
    // Each byte of a cut sequence was counted as a character.
    if tail < wanted { count.saturating_sub(tail + 1) } else { count }
}

fn store(shell: &mut Shell, request: &Request, names: &[BString], record: &Record) -> Run {
    let ifs = shell.vars.ifs();
    if let Some(array) = &request.array {
        if request.exact {
            return set_array(shell, array, vec![record.bytes.as_slice().into()]);
        }
        let mut fields = Vec::new();
        let mut splitter = Splitter::new(record, &ifs);
        while let Some(field) = splitter.field() {
            fields.push(field);
        }
        return set_array(shell, array, fields);
    }
    if request.exact {
        // `-N` does not split: all of it goes to the first name.
        let whole = BString::from(record.bytes.as_slice());
        let Some((first, rest)) = names.split_first() else { return set(shell, b"REPLY", whole) };
        set(shell, first, whole)?;
        for name in rest {
            set(shell, name, BString::default())?;
        }
        return Ok(());
    }
    let Some((last, first)) = names.split_last() else {
        return set(shell, b"REPLY", record.bytes.as_slice().into());
    };
    let mut splitter = Splitter::new(record, &ifs);
    for name in first {
        let field = splitter.field().unwrap_or_default();
        set(shell, name, field)?;
    }
    let rest = splitter.rest();
    set(shell, last, rest)
}

fn set(shell: &mut Shell, name: &[u8], value: BString) -> Run {
    match Target::parse(name) {
        Some(target) => shell.set_target(&target, value),
        None => Ok(()),
    }
}

fn set_array(shell: &mut Shell, name: &[u8], fields: Vec<BString>) -> Run {
    let name = match shell.vars.resolve(name) {
        Ok(target) => target.name().clone(),
        Err(_) => name.into(),
    };
    let (readonly, associative) = match shell.vars.get(&name) {
        Some(variable) => (variable.attributes.any(Attributes::READONLY), variable.is_associative()),
        None => (false, false),
    };
    if readonly {
        shell.report_readonly(&name);
        return Err(Flow::Abort);
    }
    if associative {
        shell.error([b"read: ", name.as_slice(), b": cannot convert associative to indexed array"].concat());
        return Err(Flow::Abort);
    }
    let variable = shell.vars.entry(&name);
    variable.value = Value::Indexed(Indexed::from(fields));
    variable.attributes.remove(Attributes::INVISIBLE);
    Ok(())
}

/// Splits a record at IFS, where a backslash protects.
struct Splitter<'a> {
    record: &'a Record,
    ifs: &'a Ifs,
    at: usize,
    /// The next protected position to pass.
    next: usize,
}

impl<'a> Splitter<'a> {
    fn new(record: &'a Record, ifs: &'a Ifs) -> Self {
        let mut splitter = Splitter { record, ifs, at: 0, next: 0 };
        splitter.skip_space();
        splitter
    }

    fn separator(&mut self) -> Separator {
        while self.record.protected.get(self.next).is_some_and(|at| *at < self.at) {
            self.next += 1;
        }
        if self.record.protected.get(self.next) == Some(&self.at) {
            return Separator::No;
        }
        self.ifs.at(&self.record.bytes[self.at..])
    }

    fn skip_space(&mut self) {
        while self.at < self.record.bytes.len() && self.separator() == Separator::Space {
            self.at += 1;
        }
    }

    /// The next field, with the separator behind it; absent at the end.
    fn field(&mut self) -> Option<BString> {
        let bytes = &self.record.bytes;
        if self.at >= bytes.len() {
            return None;
        }
        let start = self.at;
        while self.at < bytes.len() {
            let separator = self.separator();
            if separator == Separator::No {
                self.at += 1;
                continue;
            }
            let field = BString::from(&bytes[start..self.at]);
            self.skip_space();
            // White space around another separator belongs to it.
            if self.at < bytes.len()
                && let Separator::Other(len) = self.separator()
            {
                self.at += len;
                self.skip_space();
            }
            return Some(field);
        }
        Some(bytes[start..].into())
    }

    /// All that is left, without the white space at its end, and without the
    /// separator if it is a single field that one follows.
    fn rest(mut self) -> BString {
        let start = self.at;
        let (place, next) = (self.at, self.next);
        if let Some(field) = self.field()
            && self.at >= self.record.bytes.len()
        {
            return field;
        }
        (self.at, self.next) = (place, next);
        // Find the last byte that is no unprotected white space.
        let mut end = start;
        while self.at < self.record.bytes.len() {
            let is_space = self.separator() == Separator::Space;
            self.at += 1;
            if !is_space {
                end = self.at;
            }
        }
        self.record.bytes[start..end].into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(ifs: &str, text: &str, names: usize, expected: &[&str]) {
        let record = Record { bytes: text.into(), ..Record::default() };
        let ifs = Ifs::new(Some(ifs.as_bytes()));
        let mut splitter = Splitter::new(&record, &ifs);
        let mut fields: Vec<BString> = (1..names).map(|_| splitter.field().unwrap_or_default()).collect();
        fields.push(splitter.rest());
        assert_eq!(fields, expected, "{text:?} at {ifs:?}");
    }

    #[test]
    fn splits() {
        check(" \t\n", "  a b  c  ", 2, &["a", "b  c"]);
        check(":", "a:b:c", 2, &["a", "b:c"]);
        check(":", "a:b:", 2, &["a", "b"]);
        check(":", "a:b::", 2, &["a", "b::"]);
        check(" :", "a : b", 2, &["a", "b"]);
        check(":", "a", 2, &["a", ""]);
        check("", " a ", 1, &[" a "]);
        check(":", "::a", 3, &["", "", "a"]);
    }

    #[test]
    fn backslashes_protect() {
        let record = Record { bytes: b"a b c".to_vec(), protected: vec![1], ..Record::default() };
        let ifs = Ifs::new(None);
        let mut splitter = Splitter::new(&record, &ifs);
        assert_eq!(splitter.field(), Some("a b".into()));
        assert_eq!(splitter.rest(), "c");
    }

    #[test]
    fn cut_characters() {
        assert_eq!(whole_characters("é".as_bytes()), 1);
        assert_eq!(whole_characters(b"a\xc3"), 1);
        assert_eq!(whole_characters(b"a\xff"), 2);
    }
}
