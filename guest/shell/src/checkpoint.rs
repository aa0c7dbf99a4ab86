//! A session's state between execs as bytes, from which it goes on here or
//! elsewhere: the shell's state (`state`), its open files, its jobs.
//!
//! A file is opened again by its path, at its offset; one without a path (a
//! pipe) is closed after a restore. Jobs are only for the process that has them.

use std::rc::Rc;

use agentfense_sys::files::{self, OpenFile, OpenFlags, Whence};
use agentfense_sys::processes;
use bstr::BString;
use serde::{Deserialize, Serialize};

use crate::files::{Entry, File, FileTable};
use crate::jobs::Jobs;
use crate::shell::{Role, Shell};
use crate::state;

/// What a process has beside its shell's state.
#[derive(Serialize, Deserialize)]
struct Belongings {
    files: Vec<SavedFile>,
    jobs: Jobs,
}

/// An open file and its descriptors.
#[derive(Serialize, Deserialize)]
struct SavedFile {
    /// Number, and whether commands are not given it.
    fds: Vec<(u32, bool)>,
    source: Source,
}

#[derive(Serialize, Deserialize)]
enum Source {
    /// What the session's process was given under that number.
    Inherited(u32),
    /// A file that was opened.
    Opened { path: BString, read: bool, write: bool, append: bool, offset: u64 },
    /// What is left of a text in memory.
    Text(BString),
}

/// The largest state that is saved: more would cost every exec too much, and
/// the kernel takes no more in one piece.
const MAX: usize = 64 << 20;

/// The state of a shell between execs; empty when it is too large to be kept.
pub fn to_bytes(shell: &Shell) -> Vec<u8> {
    let Some(state) = state::to_bytes_within(shell, MAX) else { return Vec::new() };
    let mut bytes = (state.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(&state);
    let belongings = Belongings { files: save_files(&shell.files), jobs: shell.jobs.clone() };
    // As in `state::to_bytes`: nothing fails here but memory, and what is
    // empty is refused.
    postcard::to_extend(&belongings, bytes).unwrap_or_default()
}

/// A session's shell from its state. `resumed`: in the process that had it.
pub fn from_bytes(bytes: &[u8], resumed: bool) -> Result<Shell, String> {
    let cut = || "the state is cut off".to_owned();
    let (length, rest) = bytes.split_first_chunk::<8>().ok_or_else(cut)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| cut())?;
    let (state, rest) = rest.split_at_checked(length).ok_or_else(cut)?;
    let mut shell = state::from_bytes(state)?;
    let belongings: Belongings =
        postcard::from_bytes(rest).map_err(|error| format!("the state is damaged: {error}"))?;
    shell.role = Role::Session;
    shell.pid = processes::get_pid();
    if resumed {
        shell.jobs = belongings.jobs;
        // Children of what was lost in the middle may be there.
        shell.orphans = true;
    } else {
        shell.last_background = None;
    }
    processes::umask(shell.umask);
    shell.limits.apply();
    // The directory may be gone; the shell then starts where it was put.
    if processes::change_dir(&shell.cwd).is_err() {
        shell.cwd = processes::current_dir().into();
    }
    shell.files = restore_files(belongings.files);
    Ok(shell)
}

fn save_files(table: &FileTable) -> Vec<SavedFile> {
    let mut saved: Vec<(Rc<File>, SavedFile)> = Vec::new();
    for (fd, Entry { file, private }) in table.iter() {
        if let Some((_, same)) = saved.iter_mut().find(|(other, _)| Rc::ptr_eq(other, file)) {
            same.fds.push((fd, *private));
        } else if let Some(source) = source(file) {
            saved.push((file.clone(), SavedFile { fds: vec![(fd, *private)], source }));
        }
    }
    saved.into_iter().map(|(_, file)| file).collect()
}

fn source(file: &File) -> Option<Source> {
    if let Some(fd) = file.inherited_as() {
        return Some(Source::Inherited(fd));
    }
    if let Some(text) = file.unread_text() {
        return Some(Source::Text(text.into()));
    }
    let open = file.opened()?;
    let path = open.path()?.into();
    let flags = open.flags();
    let has = |flag| flags & flag == flag;
    // What cannot seek (a device) has no offset to come back to.
    let offset = open.seek_to(0, Whence::Current).unwrap_or(0);
    Some(Source::Opened {
        path,
        read: has(OpenFlags::READ),
        write: has(OpenFlags::WRITE),
        append: has(OpenFlags::APPEND),
        offset,
    })
}

fn restore_files(saved: Vec<SavedFile>) -> FileTable {
    let mut table = FileTable::default();
    for SavedFile { fds, source } in saved {
        // What is gone stays closed.
        let Some(file) = open_again(source).map(Rc::new) else { continue };
        for (fd, private) in fds {
            table.put(fd, Some(Entry { file: file.clone(), private }));
        }
    }
    table
}

fn open_again(source: Source) -> Option<File> {
    match source {
        Source::Inherited(fd) => Some(File::inherited(fd, OpenFile::inherited(fd)?)),
        Source::Text(text) => Some(File::text(text.into())),
        Source::Opened { path, read, write, append, offset } => {
            let flags = [(read, OpenFlags::READ), (write, OpenFlags::WRITE), (append, OpenFlags::APPEND)]
                .into_iter()
                .filter(|(wanted, _)| *wanted)
                .fold(OpenFlags::empty(), |flags, (_, flag)| flags | flag);
            let open = files::open(&path, flags, 0).ok()?;
            // As above.
            let _ = i64::try_from(offset).map(|offset| open.seek_to(offset, Whence::Set));
            Some(open.into())
        }
    }
}
