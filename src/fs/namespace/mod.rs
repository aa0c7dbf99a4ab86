//! The tree that a sandbox sees, and the one place where access is checked.

mod caller;
mod location;
mod mount;
mod operations;
mod walk;

pub use caller::Caller;
pub use location::Location;
pub use mount::{Mount, MountUsage, NamespaceBuilder};
pub use operations::{Open, OpenFlags, Opened};

use crate::fs::{Permission, Rules};
use std::sync::Arc;

/// The mounts of a sandbox and the rules for its workspace.
pub struct Namespace {
    root: Location,
    mounts: Vec<Arc<Mount>>,
    rules: Option<Ruled>,
}

/// Rules, and how deep below the root their directory is.
struct Ruled {
    rules: Rules,
    depth: u32,
}

impl Namespace {
    /// Starts without a mount; the root is an empty read-only directory.
    pub fn builder() -> NamespaceBuilder {
        NamespaceBuilder::default()
    }

    /// `/`.
    pub fn root(&self) -> &Location {
        &self.root
    }

    /// Every mount, in the order they were given.
    pub fn mounts(&self) -> &[Arc<Mount>] {
        &self.mounts
    }

    /// What the rules permit at a location (with `name`: at that child).
    fn permission(&self, caller: &Caller, location: &Location, name: Option<&str>, directory: bool) -> Permission {
        match self.ruled_path(caller, location, name) {
            Some((ruled, path)) => ruled.rules.effective(&path, directory),
            None => Permission::Write,
        }
    }

    /// The path below the rules' directory, when rules apply.
    fn ruled_path<'a>(
        &'a self,
        caller: &Caller,
        location: &'a Location,
        name: Option<&'a str>,
    ) -> Option<(&'a Ruled, Vec<&'a str>)> {
        let ruled = self.rules.as_ref()?;
        if caller.unrestricted || !location.is_ruled() {
            return None;
        }
        let mut path: Vec<&str> = name.into_iter().collect();
        path.extend(location.names_above(ruled.depth));
        path.reverse();
        Some((ruled, path))
    }
}

impl std::fmt::Debug for Namespace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Namespace").field("mounts", &self.mounts).finish_non_exhaustive()
    }
}
