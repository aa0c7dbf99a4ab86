//! What a command line of tar says.

use super::header::Dialect;
use super::names::{Pattern, Wanted};
use super::transform::Transform;
use crate::codec::Format;
use agentfense_support::mode::ModeChange;

/// The main operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Make an archive.
    Create,
    /// Add to an archive.
    Append,
    /// Add what is newer to an archive.
    Update,
    /// List an archive.
    List,
    /// Unpack an archive.
    Extract,
    /// Compare an archive with the files.
    Compare,
    /// Take members out of an archive.
    Delete,
    /// Put archives behind an archive.
    Concatenate,
}

/// How an archive is compressed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// Not, or as is found out on reading.
    #[default]
    Unsaid,
    /// As the suffix says.
    Suffix,
    /// So.
    Known(Format),
    /// By a program.
    Program(Vec<u8>),
}

/// What becomes of a file that is where a member goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existing {
    /// It is removed.
    #[default]
    Replace,
    /// It stays, and that is an error.
    Keep,
    /// It stays.
    Skip,
    /// It stays if it is newer.
    KeepNewer,
    /// It is written into.
    Overwrite,
    /// It is removed before anything else is tried.
    UnlinkFirst,
}

/// The order of a directory's files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// As the kernel gives them.
    #[default]
    None,
    /// By name.
    Name,
    /// By number.
    Inode,
}

/// An owner that is stored instead of the file's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// The name, where one is given.
    pub name: Option<Vec<u8>>,
    /// The number, where one is given or known.
    pub id: Option<u64>,
}

/// A file of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operand {
    /// The directory that `-C` had changed to; empty for the working directory.
    pub directory: Vec<u8>,
    /// As it was written.
    pub name: Vec<u8>,
}

/// Everything that a command line says.
pub struct Settings {
    /// What to do.
    pub operation: Operation,
    /// The archive; absent for the standard streams.
    pub file: Option<Vec<u8>>,
    /// How it is compressed.
    pub compression: Compression,
    /// How often `-v` was there.
    pub verbose: u32,
    /// Blocks of a record.
    pub blocks: u32,
    /// See [`Dialect`].
    pub dialect: Dialect,
    /// Zero blocks are no end.
    pub ignore_zeros: bool,
    /// The files to store.
    pub operands: Vec<Operand>,
    /// The members to read.
    pub wanted: Wanted,
    /// Where members go that no operand put elsewhere.
    pub directory: Vec<u8>,
    /// The directories of all `-C`.
    pub directories: Vec<Vec<u8>>,
    /// What is left out.
    pub excludes: Vec<Pattern>,
    /// Go into directories.
    pub recursion: bool,
    /// Parts of the names that go away.
    pub strip: usize,
    /// How names change.
    pub transform: Transform,
    /// Follow symbolic links.
    pub dereference: bool,
    /// Store hard links as files.
    pub hard_dereference: bool,
    /// Names stay as they are.
    pub absolute: bool,
    /// Stored instead of the files' own.
    pub owner: Option<Owner>,
    /// Stored instead of the files' own.
    pub group: Option<Owner>,
    /// Changes the stored modes.
    pub mode: Option<ModeChange>,
    /// Stored instead of the files' own.
    pub mtime: Option<i64>,
    /// Only for files that are newer than it.
    pub clamp_mtime: bool,
    /// Numbers for owners.
    pub numeric: bool,
    /// The order of what is stored.
    pub sort: Sort,
    /// Modes are restored whole.
    pub same_permissions: bool,
    /// Owners are restored.
    pub same_owner: bool,
    /// Times are not restored.
    pub touch: bool,
    /// See [`Existing`].
    pub existing: Existing,
    /// Files go away once they are stored.
    pub remove: bool,
    /// Contents go to standard output.
    pub to_stdout: bool,
    /// Times are listed to the second and further.
    pub full_time: bool,
    /// Names are listed as they are stored or extracted.
    pub show_transformed: bool,
    /// Tell how much was written.
    pub totals: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            operation: Operation::List,
            file: None,
            compression: Compression::Unsaid,
            verbose: 0,
            blocks: 20,
            dialect: Dialect::Gnu,
            ignore_zeros: false,
            operands: Vec::new(),
            wanted: Wanted::new(),
            directory: Vec::new(),
            directories: Vec::new(),
            excludes: Vec::new(),
            recursion: true,
            strip: 0,
            transform: Transform::default(),
            dereference: false,
            hard_dereference: false,
            absolute: false,
            owner: None,
            group: None,
            mode: None,
            mtime: None,
            clamp_mtime: false,
            numeric: false,
            sort: Sort::None,
            same_permissions: false,
            same_owner: false,
            touch: false,
            existing: Existing::Replace,
            remove: false,
            to_stdout: false,
            full_time: false,
            show_transformed: false,
            totals: false,
        }
    }
}
