//! `mapfile`, also called `readarray`

use bstr::{BString, ByteSlice};

use crate::files::File;
use crate::shell::{Run, Shell};
use crate::vars::{Attributes, Indexed, Value, is_name, make_indexed};

const USAGE: &str =
    "mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]";

/// How much is asked for at once.
const CHUNK: u32 = 64 * 1024;

/// The options.
struct Request {
    delimiter: u8,
    count: usize,
    origin: Option<u64>,
    skip: usize,
    trim: bool,
    fd: u32,
    callback: Option<BString>,
    quantum: usize,
}

/// `mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]`
pub fn mapfile(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let builtin = args.first().cloned().unwrap_or_default();
    let mut request = Request {
        delimiter: b'\n',
        count: 0,
        origin: None,
        skip: 0,
        trim: false,
        fd: 0,
        callback: None,
        quantum: 5000,
    };
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
                b't' => request.trim = true,
                b'd' | b'n' | b'O' | b's' | b'u' | b'C' | b'c' => {
                    let value = if !rest.is_empty() {
                        BString::from(rest)
                    } else if let Some(value) = args.get(index) {
                        index += 1;
                        value.clone()
                    } else {
                        shell.error(format!("{builtin}: -{}: option requires an argument", *letter as char));
                        shell.write_error(format!("{builtin}: usage: {USAGE}\n").as_bytes());
                        return Ok(2);
                    };
                    letters = b"";
                    if let Err(message) = request.option(*letter, value) {
                        shell.error([builtin.as_slice(), b": ", &message].concat());
                        return Ok(1);
                    }
                }
                _ => return Ok(shell.invalid_option(&builtin, *letter, USAGE)),
            }
        }
    }
    let name = args.get(index).cloned().unwrap_or_else(|| "MAPFILE".into());
    if !is_name(&name) {
        shell.error([builtin.as_slice(), b": `", &name, b"': not a valid identifier"].concat());
        return Ok(1);
    }
    let name = match shell.vars.resolve(&name) {
        Ok(target) => target.name().clone(),
        Err(_) => name,
    };
    if let Some(variable) = shell.vars.get(&name) {
        if variable.attributes.any(Attributes::READONLY) {
            shell.report_readonly(&name);
            return Ok(1);
        }
        if variable.is_associative() {
            shell.error([builtin.as_slice(), b": ", &name, b": not an indexed array"].concat());
            return Ok(1);
        }
    }
    fill(shell, &builtin, request, &name)
}

impl Request {
    /// What of a record is stored.
    fn element(&self, record: &[u8]) -> BString {
        let record = if self.trim { record.strip_suffix(&[self.delimiter]).unwrap_or(record) } else { record };
        // As bash's strings, it ends at a NUL.
        record.split_once_str(b"\0").map_or(record, |(text, _)| text).into()
    }

    fn option(&mut self, letter: u8, value: BString) -> Result<(), Vec<u8>> {
        let number = |what: &str| {
            let parsed = value.to_str().ok().and_then(|text| text.trim().parse::<u64>().ok());
            parsed.ok_or_else(|| [value.as_slice(), b": ", what.as_bytes()].concat())
        };
        match letter {
            b'd' => self.delimiter = value.first().copied().unwrap_or(0),
            b'n' => self.count = number("invalid line count")? as usize,
            b'O' => self.origin = Some(number("invalid array origin")?),
            b's' => self.skip = number("invalid line count")? as usize,
            b'u' => self.fd = u32::try_from(number("invalid file descriptor specification")?).unwrap_or(u32::MAX),
            b'c' => {
                self.quantum = number("invalid callback quantum")? as usize;
                if self.quantum == 0 {
                    return Err([value.as_slice(), b": invalid callback quantum"].concat());
                }
            }
            _ => self.callback = Some(value),
        }
        Ok(())
    }
}

fn fill(shell: &mut Shell, builtin: &[u8], request: Request, name: &[u8]) -> Run<i32> {
    let Some(file) = shell.files.get(request.fd).cloned() else {
        let text = format!(": {}: invalid file descriptor: Bad file descriptor", request.fd);
        shell.error([builtin, text.as_bytes()].concat());
        return Ok(1);
    };
    let start = request.origin.unwrap_or(0);
    let variable = shell.vars.entry(name);
    if request.origin.is_none() {
        variable.value = Value::Indexed(Indexed::default());
    } else {
        make_indexed(variable);
    }
    variable.attributes.remove(Attributes::INVISIBLE);
    // Only as much as is asked for may be taken from a file that others read on from.
    if request.count == 0 && request.callback.is_none() {
        return fill_whole(shell, &request, &file, name, start);
    }
    let (mut seen, mut stored) = (0usize, 0usize);
    while request.count == 0 || stored < request.count {
        let line = read_record(shell, &file, request.delimiter)?;
        if line.is_empty() {
            break;
        }
        seen += 1;
        if seen <= request.skip {
            continue;
        }
        let line = request.element(&line);
        let at = start + stored as u64;
        stored += 1;
        if let Some(callback) = &request.callback
            && stored % request.quantum == 0
        {
            let mut command = callback.clone();
            command.extend_from_slice(format!(" {at} ").as_bytes());
            command.extend_from_slice(&crate::expand::quote::single(&line));
            let line = shell.line;
            shell.run_text(&command, line.max(1))?;
        }
        let Some(variable) = shell.vars.get_mut(name) else { return Ok(1) };
        make_indexed(variable);
        if let Value::Indexed(elements) = &mut variable.value {
            elements.set(at, line);
        }
    }
    Ok(0)
}

/// Reads to the end of the file.
fn fill_whole(shell: &mut Shell, request: &Request, file: &File, name: &[u8], start: u64) -> Run<i32> {
    let Some(variable) = shell.vars.get_mut(name) else { return Ok(1) };
    // Nothing of the script runs meanwhile but traps, which see it empty.
    let mut elements = match std::mem::take(&mut variable.value) {
        Value::Indexed(elements) => elements,
        _ => Indexed::default(),
    };
    variable.value = Value::Indexed(Indexed::default());
    let mut next = start;
    let mut left_out = request.skip;
    let mut put = |record: &[u8]| {
        if left_out > 0 {
            left_out -= 1;
        } else {
            elements.set(next, request.element(record));
            next += 1;
        }
    };
    // The beginning of a record whose end has not been read.
    let mut begun: Vec<u8> = Vec::new();
    loop {
        let chunk = match file.read_some(CHUNK) {
            Ok(chunk) if chunk.is_empty() => break,
            Ok(chunk) => chunk,
            Err(agentfense_sys::Errno::Intr) => {
                shell.poll_signals_now()?;
                continue;
            }
            Err(_) => break,
        };
        let mut rest = chunk.as_slice();
        while let Some(at) = rest.find_byte(request.delimiter) {
            let (record, after) = rest.split_at(at + 1);
            rest = after;
            if begun.is_empty() {
                put(record);
            } else {
                begun.extend_from_slice(record);
                put(&begun);
                begun.clear();
            }
        }
        begun.extend_from_slice(rest);
    }
    if !begun.is_empty() {
        put(&begun);
    }
    if let Some(variable) = shell.vars.get_mut(name) {
        variable.value = Value::Indexed(elements);
    }
    Ok(0)
}

/// One record, its delimiter included; empty at the end.
fn read_record(shell: &mut Shell, file: &File, delimiter: u8) -> Run<Vec<u8>> {
    let mut line = Vec::new();
    loop {
        match file.read_until(delimiter, CHUNK) {
            Ok(more) => {
                let done = more.is_empty() || more.last() == Some(&delimiter);
                line.extend_from_slice(&more);
                if done {
                    return Ok(line);
                }
            }
            Err(agentfense_sys::Errno::Intr) => shell.poll_signals_now()?,
            Err(_) => return Ok(line),
        }
    }
}
