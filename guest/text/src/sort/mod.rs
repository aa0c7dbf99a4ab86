//! sort: lines in order.

mod key;
mod lines;
mod merge;
mod number;
mod options;

use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Outcome, complain, fs, read, stdout};
use agentfense_sys::files::{self, OpenFile, OpenFlags};
use agentfense_sys::{Errno, error_text};
use key::Order;
use lines::Lines;
use merge::Source;
use options::{Check, Settings};
use std::io::{BufWriter, Read, Write};

/// Runs sort.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut settings = options::read(args)?;
    settings.order.seed = seed(&settings)?;
    if let Some(how) = settings.check {
        return check(&settings, how);
    }
    // All are opened before anything is read: one that is missing leaves the output as it is.
    let mut inputs = Vec::with_capacity(settings.files.len());
    for name in &settings.files {
        inputs.push((name.as_slice(), open(name)?));
    }
    if settings.merge { merged(&settings, inputs) } else { sorted(&settings, inputs) }
}

fn cannot_read(name: &[u8], errno: Errno) -> Failure {
    Failure::new(format!("cannot read: {}: {errno}", lossy(name))).status(2)
}

fn open(name: &[u8]) -> Result<OpenFile, Failure> {
    read::open(name).map_err(|errno| cannot_read(name, errno))
}

/// What random keys start from.
fn seed(settings: &Settings) -> Result<u64, Failure> {
    use std::hash::{BuildHasher, Hasher};
    let Some(name) = &settings.random_source else {
        return Ok(std::hash::RandomState::new().build_hasher().finish());
    };
    let mut bytes = [0; 8];
    let failed = |errno| Failure::new(format!("open failed: {}: {errno}", lossy(name))).status(2);
    let mut file = read::open(name).map_err(failed)?;
    file.read_exact(&mut bytes).map_err(|_| Failure::new(format!("{}: end of file", lossy(name))).status(2))?;
    Ok(u64::from_le_bytes(bytes))
}

/// Where the result goes.
struct Output<W: Write> {
    to: W,
    /// The last line, where equal ones are left out.
    last: Option<Vec<u8>>,
    debug: bool,
}

impl<W: Write> Output<W> {
    fn line(&mut self, order: &Order, line: &[u8]) -> std::io::Result<()> {
        if order.unique {
            if self.last.as_ref().is_some_and(|last| order.compare(last, line).is_eq()) {
                return Ok(());
            }
            let last = self.last.get_or_insert_default();
            last.clear();
            last.extend_from_slice(line);
        }
        if self.debug {
            let shown: Vec<u8> = line.iter().map(|&b| if b == b'\t' { b'>' } else { b }).collect();
            self.to.write_all(&shown)?;
            self.to.write_all(&[order.end])?;
            return self.to.write_all(&order.annotation(line));
        }
        self.to.write_all(line)?;
        self.to.write_all(&[order.end])
    }
}

fn write_failed(error: std::io::Error) -> Failure {
    Failure::new(format!("write failed: {}", error_text(&error))).status(2)
}

fn output(settings: &Settings) -> Result<Output<Box<dyn Write>>, Failure> {
    let to: Box<dyn Write> = match &settings.output {
        None => Box::new(stdout()),
        Some(name) => {
            let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE;
            let file = files::open(name, flags, 0o666)
                .map_err(|errno| Failure::new(format!("open failed: {}: {errno}", lossy(name))).status(2))?;
            Box::new(BufWriter::with_capacity(64 * 1024, file))
        }
    };
    Ok(Output { to, last: None, debug: settings.debug })
}

/// Reads, sorts and writes; parts that do not fit in memory go through files.
fn sorted(settings: &Settings, inputs: Vec<(&[u8], OpenFile)>) -> Outcome {
    let order = &settings.order;
    let mut held = Lines::new(order);
    let mut parts: Vec<Temporary> = Vec::new();
    for (name, file) in inputs {
        loop {
            let data = match file.read_some(1024 * 1024) {
                Err(Errno::Intr) => continue,
                result => {
                    result.map_err(|errno| Failure::new(format!("read failed: {}: {errno}", lossy(name))).status(2))?
                }
            };
            if data.is_empty() {
                break;
            }
            held.add(&data);
            if held.size() >= settings.memory {
                parts.push(spill(settings, &mut held, parts.len())?);
            }
        }
        held.end_file();
    }
    held.sort();
    let mut out = output(settings)?;
    if parts.is_empty() {
        held.each(|line| out.line(order, line)).map_err(write_failed)?;
    } else {
        parts.push(spill(settings, &mut held, parts.len())?);
        let mut sources = Vec::with_capacity(parts.len());
        for part in &parts {
            let file = files::open(&part.0, OpenFlags::READ, 0).map_err(|errno| cannot_read(&part.0, errno))?;
            sources.push(Source::new(part.0.clone(), file, order.end));
        }
        merge_into(order, sources, &mut out)?;
    }
    out.to.flush().map_err(write_failed)?;
    Ok(0)
}

/// A file that goes away with the value.
struct Temporary(Vec<u8>);

impl Drop for Temporary {
    fn drop(&mut self) {
        // Nobody is left to tell; it stands where temporary files do.
        let _ = fs::unlink(&self.0);
    }
}

/// Sorts what is held and moves its whole lines to a file.
fn spill(settings: &Settings, held: &mut Lines<'_>, number: usize) -> Result<Temporary, Failure> {
    let directory = match &settings.temporary {
        Some(directory) => directory.clone(),
        None => agentfense_sys::var("TMPDIR").filter(|d| !d.is_empty()).unwrap_or_else(|| b"/tmp".to_vec()),
    };
    let name = format!("sort-{}-{number}", agentfense_sys::processes::get_pid());
    let path = agentfense_support::walk::join(&directory, name.as_bytes());
    let failed = |errno: Errno| {
        Failure::new(format!("cannot create temporary file in {}: {errno}", agentfense_support::quote(&directory)))
            .status(2)
    };
    let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
    let file = files::open(&path, flags, 0o600).map_err(failed)?;
    let part = Temporary(path);
    let mut out = BufWriter::with_capacity(256 * 1024, file);
    held.sort();
    held.each(|line| {
        out.write_all(line)?;
        out.write_all(&[settings.order.end])
    })
    .and_then(|()| out.flush())
    .map_err(write_failed)?;
    held.keep_open_line();
    Ok(part)
}

/// `-m`.
fn merged(settings: &Settings, inputs: Vec<(&[u8], OpenFile)>) -> Outcome {
    let order = &settings.order;
    let target = settings.output.as_ref().and_then(|name| files::stat(name, true).ok());
    let mut sources = Vec::with_capacity(inputs.len());
    for (name, file) in inputs {
        let same = match (&target, file.stat()) {
            (Some(target), Ok(stat)) => (target.dev, target.ino) == (stat.dev, stat.ino),
            _ => false,
        };
        let mut source = Source::new(name.to_vec(), file, order.end);
        if same {
            // The output is about to be emptied.
            source.read_all().map_err(|errno| cannot_read(name, errno))?;
        }
        sources.push(source);
    }
    let mut out = output(settings)?;
    merge_into(order, sources, &mut out)?;
    out.to.flush().map_err(write_failed)?;
    Ok(0)
}

fn merge_into(order: &Order, sources: Vec<Source>, out: &mut Output<impl Write>) -> Result<(), Failure> {
    let mut merge = merge::Merge::new(order, sources).map_err(|(name, errno)| cannot_read(&name, errno))?;
    while let Some(line) = merge.next_line().map_err(|(name, errno)| cannot_read(&name, errno))? {
        out.line(order, &line).map_err(write_failed)?;
    }
    Ok(())
}

/// `-c` and `-C`.
fn check(settings: &Settings, how: Check) -> Outcome {
    let order = &settings.order;
    let name = settings.files.first().map_or(&b"-"[..], Vec::as_slice);
    let mut source = Source::new(name.to_vec(), open(name)?, order.end);
    let mut previous: Option<Vec<u8>> = None;
    let mut number = 0u64;
    while let Some(line) = source.next_line().map_err(|errno| cannot_read(name, errno))? {
        number += 1;
        let disorder = previous.as_ref().is_some_and(|previous| {
            let comparison = order.compare(previous, &line);
            comparison.is_gt() || (order.unique && comparison.is_eq())
        });
        if disorder {
            if how == Check::Told {
                complain("sort", format_args!("{}:{number}: disorder: {}", lossy(name), lossy(&line)));
            }
            return Ok(1);
        }
        previous = Some(line);
    }
    Ok(0)
}
