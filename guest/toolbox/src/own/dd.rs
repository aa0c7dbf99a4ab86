//! dd: copies and converts.

use agentfense_support::options::size;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Outcome, quote};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, OpenFile, OpenFlags, Whence};
use std::time::Instant;

const HELP: &str = "\
{} [OPERAND]...
Copy a file, converting and formatting according to the operands.

  bs=BYTES        read and write up to BYTES bytes at a time (default: 512)
  cbs=BYTES       the length of a record for conv=block and conv=unblock
  conv=CONVS      ascii-free conversions: block unblock lcase ucase swab sync noerror notrunc nocreat
                  excl fsync fdatasync sparse
  count=N         copy only N input blocks
  ibs=BYTES       read up to BYTES bytes at a time (default: 512)
  if=FILE         read from FILE instead of stdin
  iflag=FLAGS     fullblock count_bytes skip_bytes nonblock
  obs=BYTES       write BYTES bytes at a time (default: 512)
  of=FILE         write to FILE instead of stdout
  oflag=FLAGS     append seek_bytes nonblock
  seek=N          skip N obs-sized output blocks (also oseek=N)
  skip=N          skip N ibs-sized input blocks (also iseek=N)
  status=LEVEL    none, noxfer or progress
";

#[derive(Default)]
struct Settings {
    input: Option<Vec<u8>>,
    output: Option<Vec<u8>>,
    input_size: usize,
    output_size: usize,
    /// Set by bs=: what is read is written as it is.
    same_size: bool,
    /// The length of a record, for conv=block and conv=unblock.
    record: usize,
    count: Option<u64>,
    skip: u64,
    seek: u64,
    flags: Vec<String>,
    conversions: Vec<String>,
    status: String,
}

impl Settings {
    fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|other| other == flag)
    }

    fn converts(&self, conversion: &str) -> bool {
        self.conversions.iter().any(|other| other == conversion)
    }
}

/// What was copied.
#[derive(Default)]
struct Counts {
    full_in: u64,
    partial_in: u64,
    full_out: u64,
    partial_out: u64,
    bytes: u64,
}

/// The largest block: a guest's memory is limited.
const MAX_BLOCK: u64 = 1 << 28;

fn read_settings(args: &[Vec<u8>]) -> Result<Settings, Failure> {
    let mut settings = Settings { input_size: 512, output_size: 512, ..Settings::default() };
    for arg in args.iter().skip(1) {
        if arg == b"--" {
            continue;
        }
        let Some(at) = arg.iter().position(|&b| b == b'=') else {
            return Err(Failure::usage(format!("unrecognized operand {}", quote(arg))));
        };
        let (name, value) = (lossy(&arg[..at]), &arg[at + 1..]);
        let invalid = || Failure::new(format!("invalid number: {}", quote(value)));
        let number = || {
            let factors = value.split(|&b| b == b'x').map(size);
            factors.reduce(|a, b| a?.checked_mul(b?)).flatten().ok_or_else(invalid)
        };
        let block = || {
            let bytes = number()?;
            if bytes == 0 {
                return Err(invalid());
            }
            if bytes > MAX_BLOCK {
                return Err(Failure::new(format!("memory exhausted by input buffer of size {bytes} bytes")));
            }
            Ok(bytes as usize)
        };
        // A trailing B counts bytes, not blocks.
        let in_bytes = value.ends_with(b"B") && !value.ends_with(b"iB") && size(value).is_none();
        let list = || lossy(value).split(',').map(str::to_owned).collect::<Vec<_>>();
        match name.as_str() {
            "if" => settings.input = Some(value.to_vec()),
            "of" => settings.output = Some(value.to_vec()),
            "bs" => {
                let bytes = block()?;
                (settings.input_size, settings.output_size) = (bytes, bytes);
                settings.same_size = true;
            }
            "ibs" => settings.input_size = block()?,
            "obs" => settings.output_size = block()?,
            "cbs" => settings.record = block()?,
            "count" | "skip" | "iseek" | "seek" | "oseek" => {
                let amount = if in_bytes { size(&value[..value.len() - 1]).ok_or_else(invalid)? } else { number()? };
                let (flag, slot) = match name.as_str() {
                    "count" => {
                        settings.count = Some(amount);
                        ("count_bytes", None)
                    }
                    "skip" | "iseek" => ("skip_bytes", Some(&mut settings.skip)),
                    _ => ("seek_bytes", Some(&mut settings.seek)),
                };
                if let Some(slot) = slot {
                    *slot = amount;
                }
                if in_bytes {
                    settings.flags.push(flag.to_owned());
                }
            }
            "conv" => {
                for conversion in list() {
                    if !matches!(
                        conversion.as_str(),
                        "lcase"
                            | "ucase"
                            | "swab"
                            | "block"
                            | "unblock"
                            | "sync"
                            | "noerror"
                            | "notrunc"
                            | "nocreat"
                            | "excl"
                            | "fsync"
                            | "fdatasync"
                            | "sparse"
                    ) {
                        return Err(Failure::usage(format!("invalid conversion: {}", quote(conversion))));
                    }
                    settings.conversions.push(conversion);
                }
            }
            "iflag" | "oflag" => {
                for flag in list() {
                    if !matches!(
                        flag.as_str(),
                        "append"
                            | "count_bytes"
                            | "direct"
                            | "directory"
                            | "dsync"
                            | "fullblock"
                            | "nocache"
                            | "noatime"
                            | "nofollow"
                            | "nonblock"
                            | "seek_bytes"
                            | "skip_bytes"
                            | "sync"
                    ) {
                        return Err(Failure::usage(format!(
                            "invalid {} flag: {}",
                            if name == "iflag" { "input" } else { "output" },
                            quote(flag)
                        )));
                    }
                    settings.flags.push(flag);
                }
            }
            "status" => {
                settings.status = lossy(value);
                if !matches!(settings.status.as_str(), "none" | "noxfer" | "progress") {
                    return Err(Failure::usage(format!("invalid status level: {}", quote(value))));
                }
            }
            _ => return Err(Failure::usage(format!("unrecognized operand {}", quote(arg)))),
        }
    }
    Ok(settings)
}

/// Runs dd.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    agentfense_support::options::sole_request(&args, HELP)?;
    let settings = read_settings(&args)?;
    let cannot_open = |path: &[u8], errno| Failure::new(format!("failed to open {}: {errno}", quote(path)));
    let input = match &settings.input {
        Some(path) => files::open(path, OpenFlags::READ, 0).map_err(|errno| cannot_open(path, errno))?,
        None => OpenFile::inherited(0).ok_or_else(|| cannot_open(b"standard input", Errno::Badf))?,
    };
    let seek_unit = if settings.has("seek_bytes") { 1 } else { settings.output_size as u64 };
    let skip_unit = if settings.has("skip_bytes") { 1 } else { settings.input_size as u64 };
    let too_far = || Failure::new("offset too large");
    let seek = settings.seek.checked_mul(seek_unit).ok_or_else(too_far)?;
    let skip = settings.skip.checked_mul(skip_unit).ok_or_else(too_far)?;
    let output = match &settings.output {
        Some(path) => {
            let mut flags = OpenFlags::WRITE;
            if !settings.converts("nocreat") {
                flags = flags | OpenFlags::CREATE;
            }
            if settings.converts("excl") {
                flags = flags | OpenFlags::EXCLUSIVE;
            }
            if settings.has("append") {
                flags = flags | OpenFlags::APPEND;
            }
            if !settings.converts("notrunc") && seek == 0 && !settings.has("append") {
                flags = flags | OpenFlags::TRUNCATE;
            }
            let file = files::open(path, flags, 0o666).map_err(|errno| cannot_open(path, errno))?;
            if seek > 0 && !settings.converts("notrunc") {
                // What lies before is kept, the rest is cut; a device has no size to set.
                let _ = file.set_size(seek);
            }
            file
        }
        None => OpenFile::inherited(1).ok_or_else(|| cannot_open(b"standard output", Errno::Badf))?,
    };
    let started = Instant::now();
    let mut counts = Counts::default();
    let name = settings.output.clone().unwrap_or_else(|| b"standard output".to_vec());
    if seek > 0 {
        let offset = i64::try_from(seek).map_err(|_| too_far())?;
        output
            .seek_to(offset, Whence::Current)
            .map_err(|errno| Failure::new(format!("{}: cannot seek: {errno}", quote(&name))))?;
    }
    let result =
        skip_input(&input, skip, settings.input_size).and_then(|()| copy(&input, &output, &settings, &mut counts));
    if settings.status != "none" {
        report(&counts, &settings, started);
    }
    match result {
        Ok(status) => Ok(status),
        Err((reading, errno)) => {
            let input_name = settings.input.clone().unwrap_or_else(|| b"standard input".to_vec());
            Err(Failure::new(if reading {
                format!("error reading {}: {errno}", quote(input_name))
            } else {
                format!("error writing {}: {errno}", quote(name))
            }))
        }
    }
}

/// Whether it was the input, and what was wrong.
type CopyError = (bool, Errno);

fn read_block(input: &OpenFile, length: usize) -> Result<Vec<u8>, CopyError> {
    loop {
        match input.read_some(u32::try_from(length).unwrap_or(u32::MAX)) {
            Err(Errno::Intr) => {}
            result => return result.map_err(|errno| (true, errno)),
        }
    }
}

fn skip_input(input: &OpenFile, skip: u64, block: usize) -> Result<(), CopyError> {
    if skip == 0 {
        return Ok(());
    }
    if let Ok(offset) = i64::try_from(skip)
        && input.seek_to(offset, Whence::Current).is_ok()
    {
        return Ok(());
    }
    let mut left = skip;
    while left > 0 {
        let data = read_block(input, left.min(block.max(65536) as u64) as usize)?;
        if data.is_empty() {
            break;
        }
        left -= data.len() as u64;
    }
    Ok(())
}

fn copy(input: &OpenFile, output: &OpenFile, settings: &Settings, counts: &mut Counts) -> Result<u8, CopyError> {
    // The kernel may give a large block in pieces; only a stream has short reads of its own.
    let stream = input.stat().is_ok_and(|stat| stat.kind == FileType::Fifo) || input.is_terminal();
    let full = settings.has("fullblock") || !stream;
    let mut left = settings.count.map(|count| {
        if settings.has("count_bytes") { count } else { count.saturating_mul(settings.input_size as u64) }
    });
    let mut blocks_left = settings.count.filter(|_| !settings.has("count_bytes"));
    let mut pending: Vec<u8> = Vec::new();
    let mut records = Records::new(settings);
    let mut status = 0;
    loop {
        if left == Some(0) || blocks_left == Some(0) {
            break;
        }
        let want = left.map_or(settings.input_size, |left| (settings.input_size as u64).min(left) as usize);
        let mut data = match read_block(input, want) {
            Ok(data) => data,
            Err((_, errno)) if settings.converts("noerror") && errno == Errno::Io => {
                agentfense_support::complain("dd", format_args!("error reading: {errno}"));
                status = 1;
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        if data.is_empty() {
            break;
        }
        while full && data.len() < want {
            let more = read_block(input, want - data.len())?;
            if more.is_empty() {
                break;
            }
            data.extend(more);
        }
        if data.len() == settings.input_size {
            counts.full_in += 1;
        } else {
            counts.partial_in += 1;
        }
        left = left.map(|left| left.saturating_sub(data.len() as u64));
        blocks_left = blocks_left.map(|left| left - 1);
        if settings.converts("sync") {
            data.resize(settings.input_size, 0);
        }
        convert(&mut data, settings);
        if let Some(records) = &mut records {
            records.add(&data, &mut pending);
        } else if settings.same_size && !settings.converts("sync") {
            write_block(output, &data, settings.output_size, counts)?;
            continue;
        } else {
            pending.extend(data);
        }
        let whole = pending.len() / settings.output_size * settings.output_size;
        for block in pending[..whole].chunks(settings.output_size) {
            write_block(output, block, settings.output_size, counts)?;
        }
        pending.drain(..whole);
    }
    if let Some(records) = &mut records {
        records.end(&mut pending);
    }
    for block in pending.chunks(settings.output_size) {
        write_block(output, block, settings.output_size, counts)?;
    }
    Ok(status)
}

fn write_block(output: &OpenFile, block: &[u8], size: usize, counts: &mut Counts) -> Result<(), CopyError> {
    output.write_bytes(block).map_err(|errno| (false, errno))?;
    counts.bytes += block.len() as u64;
    if block.len() == size {
        counts.full_out += 1;
    } else {
        counts.partial_out += 1;
    }
    Ok(())
}

/// Lines that become records of one length, filled up with spaces, or the other way around.
struct Records {
    length: usize,
    /// Records become lines.
    lines: bool,
    /// How much of the line or record was seen.
    column: usize,
    /// Spaces that are none of the line unless something comes behind them.
    spaces: usize,
}

impl Records {
    fn new(settings: &Settings) -> Option<Records> {
        let lines = settings.converts("unblock");
        let wanted = settings.record > 0 && (lines || settings.converts("block"));
        wanted.then_some(Records { length: settings.record, lines, column: 0, spaces: 0 })
    }

    fn add(&mut self, data: &[u8], to: &mut Vec<u8>) {
        for &byte in data {
            if !self.lines {
                match byte {
                    b'\n' => self.end_record(to),
                    _ => {
                        if self.column < self.length {
                            to.push(byte);
                        }
                        self.column += 1;
                    }
                }
                continue;
            }
            if self.column == self.length {
                self.end_line(to);
            }
            self.column += 1;
            if byte == b' ' {
                self.spaces += 1;
            } else {
                to.extend(std::iter::repeat_n(b' ', std::mem::take(&mut self.spaces)));
                to.push(byte);
            }
        }
    }

    fn end_record(&mut self, to: &mut Vec<u8>) {
        to.extend(std::iter::repeat_n(b' ', self.length.saturating_sub(self.column)));
        self.column = 0;
    }

    fn end_line(&mut self, to: &mut Vec<u8>) {
        to.push(b'\n');
        (self.column, self.spaces) = (0, 0);
    }

    fn end(&mut self, to: &mut Vec<u8>) {
        match (self.column, self.lines) {
            (0, _) => {}
            (_, true) => self.end_line(to),
            (_, false) => self.end_record(to),
        }
    }
}

fn convert(data: &mut [u8], settings: &Settings) {
    if settings.converts("lcase") {
        data.make_ascii_lowercase();
    }
    if settings.converts("ucase") {
        data.make_ascii_uppercase();
    }
    if settings.converts("swab") {
        for pair in data.chunks_exact_mut(2) {
            pair.swap(0, 1);
        }
    }
}

/// A number of bytes with three digits or so: `1.5 kB`, `1.5 KiB`.
fn human(bytes: f64, base: f64, units: [&str; 6]) -> String {
    let (mut value, mut unit) = (bytes, 0);
    while value >= base - 0.05 && unit < 5 {
        value /= base;
        unit += 1;
    }
    if unit == 0 || value >= 9.95 {
        format!("{value:.0} {}", units[unit])
    } else {
        format!("{value:.1} {}", units[unit])
    }
}

fn report(counts: &Counts, settings: &Settings, started: Instant) {
    let mut text = format!(
        "{}+{} records in\n{}+{} records out\n",
        counts.full_in, counts.partial_in, counts.full_out, counts.partial_out
    );
    if settings.status != "noxfer" {
        let seconds = started.elapsed().as_secs_f64().max(1e-9);
        let bytes = counts.bytes as f64;
        let decimal = ["B", "kB", "MB", "GB", "TB", "PB"];
        let plural = if counts.bytes == 1 { "byte" } else { "bytes" };
        let mut amounts = String::new();
        if counts.bytes >= 1000 {
            amounts = format!(" ({}", human(bytes, 1000.0, decimal));
            if counts.bytes >= 1024 {
                amounts.push_str(&format!(", {}", human(bytes, 1024.0, ["B", "KiB", "MiB", "GiB", "TiB", "PiB"])));
            }
            amounts.push(')');
        }
        let took = if seconds < 0.001 { format!("{seconds:.6}") } else { format!("{seconds:.4}") };
        text.push_str(&format!(
            "{} {plural}{amounts} copied, {took} s, {}/s\n",
            counts.bytes,
            human(bytes / seconds, 1000.0, decimal)
        ));
    }
    if let Some(stderr) = OpenFile::inherited(2) {
        let _ = stderr.write_bytes(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(args: &[&str]) -> Result<Settings, String> {
        let args: Vec<_> = std::iter::once(&"dd").chain(args).map(|arg| arg.as_bytes().to_vec()).collect();
        read_settings(&args).map_err(|failure| failure.message)
    }

    #[test]
    fn operands() {
        let read = settings(&["bs=1k", "count=2x3", "skip=10B", "conv=notrunc,ucase"]).unwrap();
        assert_eq!((read.input_size, read.count, read.skip), (1024, Some(6), 10));
        assert!(read.has("skip_bytes") && read.converts("ucase") && !read.converts("swab"));
        for bad in ["bs=0", "bs=x", "nope=1", "x", "conv=what", "bs=999999999999", "status=loud"] {
            assert!(settings(&[bad]).is_err(), "{bad}");
        }
    }

    #[test]
    fn conversions() {
        let mut data = *b"abCd5";
        convert(&mut data, &settings(&["conv=swab,ucase"]).unwrap());
        assert_eq!(&data, b"BADC5");
    }
}
