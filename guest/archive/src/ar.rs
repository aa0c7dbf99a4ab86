//! ar: archives of object files, and of Debian packages.

use crate::compress::say;
use crate::input::{CopyError, Input, copy, errno};
use crate::times::{from_seconds, split};
use crate::unpack;
use agentfense_support::output::Stdout;
use agentfense_support::quote::lossy;
use agentfense_support::time::Civil;
use agentfense_support::{Failure, Outcome, complain, fs, mode, stdout};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, OpenFile, OpenFlags, Whence};
use agentfense_sys::processes;
use std::io::{BufRead, BufWriter, Read, Write};

const HELP: &str = "\
Usage: ar [-]{dmpqrstx}[cDoSsTuUv] ARCHIVE [MEMBER]...
  d  delete members          m  move members to the end     p  print members
  q  append files            r  replace or insert files     t  list the members
  x  extract members         s  accepted; there is no index of symbols
 modifiers:
  c  do not warn if the archive had to be created
  D  zero for times and owners (default)     U  the files' own
  o  preserve original dates on extraction   u  only replace what is older (with U)
  v  be verbose
";

const MAGIC: &[u8] = b"!<arch>\n";

/// The table of long names is in memory.
const LONGEST_TABLE: u64 = 64 << 20;

/// Where a member's contents are.
#[derive(Clone, Debug)]
enum Source {
    /// In the old archive, from there on.
    Old(u64),
    /// In a file.
    File(Vec<u8>),
}

/// A member.
#[derive(Clone, Debug)]
struct Member {
    name: Vec<u8>,
    mtime: i64,
    uid: u32,
    gid: u32,
    mode: u32,
    size: u64,
    source: Source,
}

#[derive(Default)]
struct Settings {
    operation: Option<u8>,
    create: bool,
    own: bool,
    dates: bool,
    update: bool,
    verbose: bool,
    archive: Vec<u8>,
    names: Vec<Vec<u8>>,
}

/// Runs ar, or ranlib, which has nothing to do but to look whether the archive is one.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    agentfense_support::options::sole_request(&args, HELP.trim_start_matches("Usage: "))?;
    let mut args = args.into_iter();
    let command = agentfense_support::options::base_name(&args.next().unwrap_or_default());
    let mut settings = Settings::default();
    if command.ends_with("ranlib") {
        settings.operation = Some(b's');
    } else {
        let Some(letters) = args.next() else { return Err(usage()) };
        if letters == b"--help" || letters == b"-h" {
            let mut out = stdout();
            out.write_all(HELP.as_bytes())?;
            out.flush()?;
            return Ok(0);
        }
        for &letter in letters.strip_prefix(b"-").unwrap_or(&letters) {
            match letter {
                b'd' | b'm' | b'p' | b'q' | b'r' | b't' | b'x' => settings.operation = Some(letter),
                b's' => settings.operation = settings.operation.or(Some(b's')),
                b'c' => settings.create = true,
                b'D' => settings.own = false,
                b'U' => settings.own = true,
                b'o' => settings.dates = true,
                b'u' => settings.update = true,
                b'v' => settings.verbose = true,
                b'S' | b'l' | b'f' | b'P' => {}
                other => {
                    complain("ar", format_args!("invalid option -- '{}'", char::from(other)));
                    return Err(usage());
                }
            }
        }
    }
    let (Some(archive), Some(operation)) = (args.next(), settings.operation) else { return Err(usage()) };
    (settings.archive, settings.names) = (archive, args.collect());
    if settings.update && !settings.own {
        complain("ar", "`u' modifier ignored since `D' is the default (see `U')");
    }
    let mut run = Run { settings: &settings, file: None, members: Vec::new(), out: stdout(), status: 0 };
    run.open(matches!(operation, b'r' | b'q'))?;
    match operation {
        b'r' | b'q' => run.insert(operation == b'q')?,
        b'd' | b'm' => run.take(operation == b'm')?,
        b't' | b'p' | b'x' => run.each(operation)?,
        _ => {}
    }
    run.out.flush()?;
    Ok(run.status)
}

fn usage() -> Failure {
    say(HELP);
    Failure::quiet(1)
}

/// The last part of a path, which is what a member is called.
fn base(path: &[u8]) -> &[u8] {
    path.rsplit(|&b| b == b'/').next().unwrap_or_default()
}

/// A field of a header: digits and spaces.
fn number(field: &[u8], radix: u32) -> Option<u64> {
    match std::str::from_utf8(field).ok()?.trim() {
        "" => Some(0),
        digits => u64::from_str_radix(digits, radix).ok(),
    }
}

struct Run<'a> {
    settings: &'a Settings,
    /// The archive that there is.
    file: Option<OpenFile>,
    members: Vec<Member>,
    out: BufWriter<Stdout>,
    status: u8,
}

impl Run<'_> {
    fn fatal(&self, what: &str) -> Failure {
        Failure::new(format!("{}: {what}", lossy(&self.settings.archive)))
    }

    /// Reads the members of the archive, which need not be there when it is `made`.
    fn open(&mut self, made: bool) -> Result<(), Failure> {
        let file = match files::open(&self.settings.archive, OpenFlags::READ, 0) {
            Ok(file) => file,
            Err(Errno::Noent) if made => {
                if !self.settings.create {
                    complain("ar", format_args!("creating {}", lossy(&self.settings.archive)));
                }
                return Ok(());
            }
            Err(errno) => return Err(self.fatal(&errno.to_string()).status(9)),
        };
        let unrecognized = || self.fatal("file format not recognized");
        let mut input = Input::new(file.duplicate());
        let mut magic = [0; MAGIC.len()];
        input.read_exact(&mut magic).map_err(|_| unrecognized())?;
        if magic != MAGIC {
            return Err(unrecognized());
        }
        let (mut members, mut names) = (Vec::new(), Vec::new());
        let mut at = MAGIC.len() as u64;
        while !input.peek(1).map_err(|_| unrecognized())?.is_empty() {
            let malformed = || self.fatal("malformed archive");
            let mut header = [0; 60];
            input.read_exact(&mut header).map_err(|_| malformed())?;
            let size = number(&header[48..58], 10).filter(|_| header.ends_with(b"`\n")).ok_or_else(malformed)?;
            at += 60;
            let raw = header[..16].trim_ascii_end();
            let mut taken = 0;
            let name = match raw {
                b"/" | b"/SYM64/" | b"__.SYMDEF" => None,
                b"//" => {
                    if size > LONGEST_TABLE {
                        return Err(malformed());
                    }
                    (&mut input).take(size).read_to_end(&mut names).map_err(|_| malformed())?;
                    taken = size;
                    None
                }
                [b'/', digits @ ..] => {
                    let start = number(digits, 10).and_then(|at| usize::try_from(at).ok()).ok_or_else(malformed)?;
                    let name = names.get(start..).ok_or_else(malformed)?;
                    let name = name.split(|&b| b == b'\n').next().unwrap_or_default();
                    Some(name.strip_suffix(b"/").unwrap_or(name).to_vec())
                }
                // As the BSDs do it: the name is before the contents.
                [b'#', b'1', b'/', digits @ ..] => {
                    taken = number(digits, 10).filter(|&len| len <= size.min(4096)).ok_or_else(malformed)?;
                    let mut name = vec![0; taken as usize];
                    input.read_exact(&mut name).map_err(|_| malformed())?;
                    name.truncate(name.iter().position(|&b| b == 0).unwrap_or(name.len()));
                    Some(name)
                }
                raw => Some(raw.strip_suffix(b"/").unwrap_or(raw).to_vec()),
            };
            if let Some(name) = name {
                let field = |range: std::ops::Range<usize>, radix| number(&header[range], radix).unwrap_or(0);
                members.push(Member {
                    name,
                    mtime: from_seconds(i64::try_from(field(16..28, 10)).unwrap_or(0)),
                    uid: field(28..34, 10) as u32,
                    gid: field(34..40, 10) as u32,
                    mode: field(40..48, 8) as u32,
                    size: size - taken,
                    source: Source::Old(at + taken),
                });
            }
            let mut left = size - taken;
            while left > 0 {
                let available = input.fill_buf().map_err(|_| malformed())?.len();
                if available == 0 {
                    return Err(malformed());
                }
                let len = available.min(usize::try_from(left).unwrap_or(usize::MAX));
                input.consume(len);
                left -= len as u64;
            }
            at += size;
            if size % 2 == 1 {
                at += 1;
                // The last one may lack its padding.
                if !input.peek(1).map_err(|_| malformed())?.is_empty() {
                    input.consume(1);
                }
            }
        }
        (self.members, self.file) = (members, Some(file));
        Ok(())
    }

    /// `r` and `q`: adds files, in the place of members of their name unless they are `appended`.
    fn insert(&mut self, appended: bool) -> Result<(), Failure> {
        let settings = self.settings;
        let mut told = Vec::new();
        for path in &settings.names {
            let stat = files::stat(path, true).and_then(|stat| match stat.kind {
                FileType::Directory => Err(Errno::Isdir),
                _ => Ok(stat),
            });
            let stat = stat.map_err(|errno| Failure::new(format!("{}: {errno}", lossy(path))))?;
            let own = |value: u32| if settings.own { value } else { 0 };
            let member = Member {
                name: base(path).to_vec(),
                mtime: if settings.own { stat.mtime } else { 0 },
                uid: own(stat.uid),
                gid: own(stat.gid),
                mode: if settings.own { mode::type_bits(stat.kind) | stat.mode & 0o7777 } else { 0o644 },
                size: stat.size,
                source: Source::File(path.clone()),
            };
            let known = self.members.iter().position(|known| !appended && known.name == member.name);
            match known {
                Some(at) => {
                    let newer = split(stat.mtime).0 > split(self.members[at].mtime).0;
                    if settings.update && settings.own && !newer {
                        continue;
                    }
                    self.members[at] = member;
                    told.push((if settings.verbose { 'r' } else { ' ' }, path));
                }
                None => {
                    self.members.push(member);
                    told.push((if settings.verbose { 'a' } else { ' ' }, path));
                }
            }
        }
        for (letter, path) in told.iter().filter(|(letter, _)| *letter != ' ') {
            self.out.write_all(&[format!("{letter} - ").as_bytes(), path.as_slice(), b"\n"].concat())?;
        }
        self.write()
    }

    /// `d` and `m`: takes members away, or to the end when they are `moved`.
    fn take(&mut self, moved: bool) -> Result<(), Failure> {
        let mut taken = Vec::new();
        for name in &self.settings.names {
            match self.members.iter().position(|member| member.name == base(name)) {
                Some(at) => {
                    taken.push(self.members.remove(at));
                    if self.settings.verbose {
                        let letter = if moved { "m - " } else { "d - " };
                        self.out.write_all(&[letter.as_bytes(), name, b"\n"].concat())?;
                    }
                }
                None if moved => {
                    return Err(Failure::new(format!(
                        "no entry {} in archive {}!",
                        lossy(name),
                        lossy(&self.settings.archive)
                    )));
                }
                None if self.settings.verbose => {
                    self.out.write_all(&[b"No member named `", name.as_slice(), b"'\n"].concat())?;
                }
                None => {}
            }
        }
        if moved {
            self.members.extend(taken);
        }
        self.write()
    }

    /// `t`, `p` and `x`: what is to be done with each member that is named.
    fn each(&mut self, operation: u8) -> Result<(), Failure> {
        let settings = self.settings;
        let members = std::mem::take(&mut self.members);
        let mut found = vec![false; settings.names.len()];
        for member in &members {
            let named = settings.names.iter().position(|name| base(name) == member.name || *name == member.name);
            match named {
                Some(at) => found[at] = true,
                None if !settings.names.is_empty() => continue,
                None => {}
            }
            match operation {
                b't' => self.line(member)?,
                b'p' => {
                    if settings.verbose {
                        self.out.write_all(&[b"\n<", member.name.as_slice(), b">\n\n"].concat())?;
                    }
                    self.out.flush()?;
                    let mut stdout = OpenFile::inherited(1).ok_or(Errno::Badf)?;
                    self.contents(member, &mut stdout)?;
                }
                _ => self.extract(member)?,
            }
        }
        for (name, _) in settings.names.iter().zip(&found).filter(|(_, found)| !**found) {
            self.out.flush()?;
            say(format!("no entry {} in archive\n", lossy(name)));
        }
        Ok(())
    }

    fn line(&mut self, member: &Member) -> Result<(), Failure> {
        if self.settings.verbose {
            let text = mode::text(FileType::Regular, member.mode);
            let time = Civil::from_nanoseconds(member.mtime).format("%b %e %H:%M %Y");
            write!(self.out, "{} {}/{} {:6} {time} ", &text[1..], member.uid, member.gid, member.size)?;
        }
        self.out.write_all(&member.name)?;
        Ok(self.out.write_all(b"\n")?)
    }

    /// Copies a member's contents.
    fn contents(&self, member: &Member, out: &mut dyn Write) -> Result<(), Failure> {
        let mut source: Box<dyn Read> = match &member.source {
            Source::File(path) => {
                let opened = files::open(path, OpenFlags::READ, 0);
                Box::new(opened.map_err(|errno| Failure::new(format!("{}: {errno}", lossy(path))))?)
            }
            Source::Old(at) => {
                let file = self.file.as_ref().ok_or(Errno::Badf)?.duplicate();
                file.seek_to(i64::try_from(*at).map_err(|_| Errno::Overflow)?, Whence::Set)?;
                Box::new(file)
            }
        };
        let copied = copy(&mut Read::take(&mut source, member.size), out).map_err(|error| match error {
            CopyError::Read(error) | CopyError::Write(error) => {
                Failure::new(format!("{}: {}", lossy(&member.name), errno(&error)))
            }
        })?;
        // A file that shrank since would leave an archive that nobody can read.
        if copied != member.size {
            return Err(Failure::new(format!("{}: file truncated", lossy(&member.name))));
        }
        Ok(())
    }

    fn extract(&mut self, member: &Member) -> Result<(), Failure> {
        let name = base(&member.name);
        if matches!(name, b"" | b"." | b"..") {
            complain("ar", format_args!("illegal output pathname for archive member: {}", lossy(&member.name)));
            self.status = 1;
            return Ok(());
        }
        if name != member.name {
            let shown = (lossy(&member.name), lossy(name));
            complain(
                "ar",
                format_args!("illegal output pathname for archive member: {}, using '{}' instead", shown.0, shown.1),
            );
        }
        if self.settings.verbose {
            self.out.write_all(&[b"x - ", name, b"\n"].concat())?;
        }
        let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
        let mode = member.mode & 0o777 & !processes::get_umask();
        let made = unpack::make(name, true, |name| files::open(name, flags, mode));
        let mut file = made.map_err(|errno| Failure::new(format!("{}: {errno}", lossy(name))))?;
        self.contents(member, &mut file)?;
        if self.settings.dates {
            file.set_times(None, Some(member.mtime))?;
        }
        Ok(())
    }

    /// Writes the archive anew, beside the old one, which stays until the new one is whole.
    fn write(&mut self) -> Result<(), Failure> {
        let archive = &self.settings.archive;
        let temporary = [archive, format!(".ar{}", processes::get_pid()).as_bytes()].concat();
        let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
        let file = files::open(&temporary, flags, 0o666).map_err(|errno| self.fatal(&errno.to_string()))?;
        let mode = files::stat(archive, true).ok().map(|stat| stat.mode & 0o777);
        let written = self
            .write_to(BufWriter::with_capacity(crate::input::CHUNK, file))
            .and_then(|()| Ok(mode.map_or(Ok(()), |mode| files::set_mode(&temporary, mode, false))?))
            .and_then(|()| Ok(fs::rename(&temporary, archive)?));
        if written.is_err() {
            // The failure that is told is the one that matters.
            let _ = fs::unlink(&temporary);
        }
        written
    }

    fn write_to(&self, mut out: BufWriter<OpenFile>) -> Result<(), Failure> {
        out.write_all(MAGIC)?;
        let mut table = Vec::new();
        let mut fields = Vec::with_capacity(self.members.len());
        for member in &self.members {
            if member.name.len() < 16 && !member.name.contains(&b'/') {
                fields.push([member.name.as_slice(), b"/"].concat());
            } else {
                fields.push(format!("/{}", table.len()).into_bytes());
                table.extend_from_slice(&member.name);
                table.extend_from_slice(b"/\n");
            }
        }
        if !table.is_empty() {
            if table.len() % 2 == 1 {
                table.push(b'\n');
            }
            out.write_all(format!("{:48}{:<10}`\n", "//", table.len()).as_bytes())?;
            out.write_all(&table)?;
        }
        for (member, field) in self.members.iter().zip(&fields) {
            let time = split(member.mtime).0.max(0);
            let Member { uid, gid, mode, size, .. } = member;
            let header = format!("{time:<12}{:<6}{:<6}{mode:<8o}{size:<10}`\n", uid % 1_000_000, gid % 1_000_000);
            if header.len() != 44 {
                return Err(Failure::new(format!("{}: file too large", lossy(&member.name))));
            }
            out.write_all(field)?;
            out.write_all(&b"                "[field.len().min(16)..])?;
            out.write_all(header.as_bytes())?;
            self.contents(member, &mut out)?;
            if size % 2 == 1 {
                out.write_all(b"\n")?;
            }
        }
        Ok(out.flush()?)
    }
}
