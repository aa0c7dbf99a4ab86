//! The virtual filesystem.
//!
//! - A [`Node`] is a file of any kind in some backend: [`memory`], [`host`],
//!   [`Overlay`], [`Image`], [`archive`], [`devices`], [`procfs`].
//! - A [`Namespace`] is the tree that a sandbox sees: mounts, the path walk,
//!   and every check of who may do what ([`Caller`], [`Rules`]).
//! - A [`Location`] is a place in it: a working directory, an open directory.
//!
//! Names and paths are strings; [`name`] says how a host's bytes travel.

mod archive;
mod changes;
mod copy;
mod device;
mod errno;
mod host;
mod image;
mod memory;
pub mod name;
mod namespace;
mod node;
mod overlay;
mod pattern;
mod procfs;
mod quota;
mod rules;
mod sparse;
mod sync;
#[cfg(test)]
mod tests;

pub use archive::archive;
pub use changes::{Edits, Packer, Unpacker};
pub use copy::copy_tree;
pub use device::{Device, FifoSlot, devices};
pub use errno::{Errno, Result};
pub use host::{host, host_path};
pub use image::{Image, ImageBuilder};
pub use memory::memory;
pub use namespace::{Caller, Location, Mount, MountUsage, Namespace, NamespaceBuilder, Open, OpenFlags, Opened};
pub(crate) use node::now;
pub use node::{AGENT, DirEntry, FileHandle, FileType, Found, Node, OpenMode, SetAttr, Stat, Usage};
pub use overlay::{Change, ChangeKind, Overlay};
pub use procfs::{ProcInfo, ProcSource, SocketInfo, SystemInfo, procfs};
pub use quota::Quota;
pub use rules::{PRESETS, PatternType, Permission, PermissionRule, Rules, preset};
