//! tar.

mod archive;
mod compare;
mod console;
mod create;
mod edit;
mod extract;
mod header;
mod list;
mod names;
mod options;
mod pax;
mod reader;
mod settings;
mod transform;
mod writer;

use agentfense_support::{Failure, Outcome};
use console::{Console, in_message};
use extract::Extractor;
use header::Member;
use list::Lister;
use names::Stripper;
use reader::Reader;
use settings::{Operation, Settings};
use transform::Subject;

/// Runs tar.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut settings = options::parse(args)?;
    let edits = matches!(settings.operation, Operation::Delete | Operation::Concatenate);
    let writes = matches!(settings.operation, Operation::Create | Operation::Append | Operation::Update);
    let console = Console::new(settings.to_stdout || (writes && settings.file.is_none()));
    if edits {
        edit::run(&mut settings, &console)?;
    } else if writes {
        create::run(&settings, &console)?;
    } else {
        read(&mut settings, &console)?;
    }
    Ok(console.finish()?)
}

/// A listing cannot be written.
fn unlisted(error: std::io::Error) -> Failure {
    Failure::from(error).status(2)
}

/// Lists, extracts or compares.
fn read(settings: &mut Settings, console: &Console) -> Result<(), Failure> {
    let opened = archive::open(settings, console)?;
    for directory in &settings.directories {
        if let Err(errno) = agentfense_sys::files::read_dir(directory) {
            return Err(console.fatal(format_args!("{}: Cannot open: {errno}", in_message(directory))));
        }
    }
    let (mut reader, child) = (opened.reader, opened.child);
    let mut wanted = std::mem::replace(&mut settings.wanted, names::Wanted::new());
    let settings = &*settings;
    let listing = settings.operation == Operation::List;
    let mut lister = Lister::new(settings.verbose > u32::from(!listing), settings.numeric, settings.full_time);
    let stripper = Stripper::default();
    let mut extractor = Extractor::new(settings, console);
    while let Some(mut member) = reader.next_member()? {
        let Some(directory) = wanted.finds(&member.name) else { continue };
        if settings.excludes.iter().any(|pattern| pattern.matches(&member.name)) {
            continue;
        }
        let stored = member.name.clone();
        let Some(name) = local_name(settings, console, &stripper, &member) else { continue };
        let link = local_link(settings, console, &stripper, &member);
        if settings.show_transformed {
            member.name.clone_from(&name);
        }
        if !listing && !settings.absolute && names::has_dot_dot(&stored) {
            console.error(format_args!("{}: Member name contains '..'", in_message(&stored)));
            continue;
        }
        if listing || settings.verbose > 0 {
            console.line(&lister.line(&member)).map_err(unlisted)?;
        }
        let directory = directory.unwrap_or_else(|| settings.directory.clone());
        match settings.operation {
            Operation::List => {}
            Operation::Compare => {
                (member.name, member.link) = (name, link);
                compare::member(settings, console, &mut reader, &member, &directory)?;
            }
            _ => {
                (member.name, member.link) = (name, link);
                extractor.member(&mut reader, &member, &directory)?;
            }
        }
    }
    extractor.finish();
    if let Some(child) = child {
        // The program's output was read to its end.
        drop(reader);
        archive::wait(child, console)?;
    }
    wanted.report(console);
    Ok(())
}

/// The name that a member has here; absent when nothing is left of it.
fn local_name(settings: &Settings, console: &Console, stripper: &Stripper, member: &Member) -> Option<Vec<u8>> {
    let name = settings.transform.apply(&member.name, Subject::Member);
    let name = if settings.absolute { &name[..] } else { stripper.strip(console, &name, false) };
    names::strip_components(name, settings.strip).map(<[u8]>::to_vec)
}

/// What a link points at here.
fn local_link(settings: &Settings, console: &Console, stripper: &Stripper, member: &Member) -> Vec<u8> {
    match member.kind {
        header::Kind::Symlink => settings.transform.apply(&member.link, Subject::Symlink),
        header::Kind::HardLink => {
            let link = settings.transform.apply(&member.link, Subject::HardLink);
            let link = if settings.absolute { &link[..] } else { stripper.strip(console, &link, true) };
            names::strip_components(link, settings.strip).unwrap_or_default().to_vec()
        }
        _ => Vec::new(),
    }
}

/// A name below a directory; below the working directory when it is empty.
fn below(directory: &[u8], name: &[u8]) -> Vec<u8> {
    if directory.is_empty() || name.starts_with(b"/") {
        return name.to_vec();
    }
    agentfense_support::walk::join(directory, name)
}

/// The reader of a whole archive.
struct Opened<'a> {
    reader: Reader<'a>,
    /// The program that decompresses it.
    child: Option<agentfense_sys::process::Child>,
}
