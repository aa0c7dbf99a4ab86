//! A writable layer in memory over another tree, which is only read until
//! [`Overlay::commit`]. With nothing beneath it is the memory filesystem.
//!
//! The layer is a tree of [`Inode`]s. One that was found in the lower tree
//! and not changed is made at lookup and forgotten with its last user; a
//! changed one is *attached*: its parent's changes name it, up to the root.
//! So the changes are a tree of their own, and a lower directory that moves
//! is one entry, whatever it holds.

mod commit;
mod diff;
mod directory;
mod file;
mod inode;

pub use diff::{Change, ChangeKind};
pub(crate) use inode::{Attr, Layer};

use super::{Errno, Node, Quota, Result};
use inode::{Inode, Lower};
use std::sync::Arc;

/// An overlay: its root, and what can be done with its changes.
#[derive(Clone)]
pub struct Overlay {
    layer: Arc<Layer>,
    root: Arc<Inode>,
}

impl Overlay {
    /// A layer over the directory `lower`, whose changes may take up `quota`.
    pub fn new(lower: Arc<dyn Node>, quota: Arc<Quota>) -> Result<Self> {
        let stat = lower.stat()?;
        let layer = Layer::over(quota, stat.dev);
        let root = Inode::lower_root(&layer, Lower::root(lower, &stat), &stat);
        Ok(Overlay { layer, root })
    }

    /// The tree to mount.
    pub fn root(&self) -> Arc<dyn Node> {
        Arc::clone(&self.root) as Arc<dyn Node>
    }

    /// What differs from the lower tree, sorted by path.
    pub fn diff(&self) -> Result<Vec<Change>> {
        diff::diff(&self.layer, &self.root)
    }

    /// Applies every change to the lower tree. After an error part of them
    /// may be applied; the overlay still shows the same files, and the commit
    /// can be repeated.
    pub fn commit(&self) -> Result<()> {
        commit::commit(&self.layer, &self.root)
    }

    /// Forgets every change. Files that are open keep what they hold, without
    /// a name.
    pub fn discard(&self) -> Result<()> {
        commit::discard(&self.layer, &self.root)
    }
}

impl std::fmt::Debug for Overlay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Overlay").finish_non_exhaustive()
    }
}

/// What a node of another backend answers.
fn same_layer<'a>(layer: &Arc<Layer>, node: &'a Arc<dyn Node>) -> Result<&'a Inode> {
    node.as_any().downcast_ref::<Inode>().filter(|inode| Arc::ptr_eq(&inode.layer, layer)).ok_or(Errno::Xdev)
}
