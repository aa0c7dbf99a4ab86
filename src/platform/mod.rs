//! What depends on the host's operating system. Nothing else may use an
//! interface that only one system has.

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub use other::*;
#[cfg(unix)]
pub use unix::*;

/// What the host knows about a file beyond the portable metadata.
#[derive(Clone, Copy, Debug)]
pub struct HostAttr {
    /// (device, inode), where the host numbers its files.
    pub id: Option<(u64, u64)>,
    /// Permission bits, where the host has them.
    pub mode: Option<u32>,
    /// Hard links.
    pub nlink: u64,
    /// Last change of the attributes, in nanoseconds since the Unix epoch.
    pub ctime: Option<i64>,
    /// A kind that the portable metadata does not tell.
    pub special: Option<crate::fs::FileType>,
}
