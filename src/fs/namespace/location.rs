//! Places in the tree.

use super::mount::{Mount, Point};
use crate::fs::{Node, name};
use std::sync::Arc;

/// A file together with the directories it was reached through, so that `..`
/// is the directory it was found in. Cheap to clone.
#[derive(Clone)]
pub struct Location(Arc<Inner>);

struct Inner {
    parent: Option<Location>,
    name: Box<str>,
    node: Arc<dyn Node>,
    mount: Arc<Mount>,
    /// Mounts at or below this place; absent nearly everywhere.
    point: Option<Arc<Point>>,
    depth: u32,
    ruled: bool,
}

impl Location {
    pub(super) fn root(node: Arc<dyn Node>, mount: Arc<Mount>, point: Arc<Point>) -> Self {
        let ruled = mount.ruled;
        let point = Some(point);
        Location(Arc::new(Inner { parent: None, name: "".into(), node, mount, point, depth: 0, ruled }))
    }

    pub(super) fn child(
        &self,
        name: Box<str>,
        node: Arc<dyn Node>,
        mount: Arc<Mount>,
        point: Option<Arc<Point>>,
    ) -> Self {
        let ruled = self.0.ruled || mount.ruled;
        let depth = self.0.depth.saturating_add(1);
        let parent = Some(self.clone());
        Location(Arc::new(Inner { parent, name, node, mount, point, depth, ruled }))
    }

    /// The file.
    pub fn node(&self) -> &Arc<dyn Node> {
        &self.0.node
    }

    /// The directory that holds it; the root is its own.
    pub fn parent(&self) -> &Location {
        self.0.parent.as_ref().unwrap_or(self)
    }

    /// The last component; empty for the root.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The mount that the file belongs to.
    pub fn mount(&self) -> &Arc<Mount> {
        &self.0.mount
    }

    pub(super) fn point(&self) -> Option<&Arc<Point>> {
        self.0.point.as_ref()
    }

    pub(super) fn is_ruled(&self) -> bool {
        self.0.ruled
    }

    /// The names from here up to that depth, the innermost first.
    pub(super) fn names_above(&self, depth: u32) -> impl Iterator<Item = &str> {
        let mut at = Some(self);
        std::iter::from_fn(move || {
            let here = at.filter(|here| here.0.depth > depth)?;
            at = here.0.parent.as_ref();
            Some(&*here.0.name)
        })
    }

    /// Whether `ancestor` is this place or one above it.
    pub(super) fn is_below(&self, ancestor: &Location) -> bool {
        let mut at = Some(self);
        while let Some(here) = at {
            if Arc::ptr_eq(&here.0, &ancestor.0) || Arc::ptr_eq(&here.0.node, &ancestor.0.node) {
                return true;
            }
            at = here.0.parent.as_ref();
        }
        false
    }

    /// The path from the sandbox's root, without links, `.` and `..`.
    pub fn path(&self) -> String {
        let names: Vec<&str> = self.names_above(0).collect();
        if names.is_empty() {
            return "/".into();
        }
        let mut path = String::with_capacity(names.iter().map(|name| name.len() + 1).sum());
        for name in names.iter().rev() {
            path.push('/');
            path.push_str(name);
        }
        path
    }

    /// The same as the bytes that the path stands for.
    pub fn path_bytes(&self) -> Vec<u8> {
        name::unescape(&self.path()).into_owned()
    }
}

impl std::fmt::Debug for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Location({:?})", self.path())
    }
}

impl Drop for Inner {
    /// Paths may be longer than the stack is deep.
    fn drop(&mut self) {
        let mut next = self.parent.take();
        while let Some(location) = next {
            next = Arc::into_inner(location.0).and_then(|mut inner| inner.parent.take());
        }
    }
}
