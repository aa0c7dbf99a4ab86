//! What is mounted where.

use super::{Location, Namespace, Ruled};
use crate::fs::{Errno, Image, Node, Result, Rules, Usage, name};
use std::collections::HashMap;
use std::sync::Arc;

/// A filesystem in the tree.
pub struct Mount {
    /// Where, as an absolute path.
    pub path: String,
    /// The filesystem's root.
    pub node: Arc<dyn Node>,
    /// Whether every change is EROFS.
    pub read_only: bool,
    /// What `df` and `/proc/mounts` call it.
    pub source: String,
    /// Its type: `tmpfs`, `overlay` ...
    pub kind: String,
    pub(super) ruled: bool,
}

impl std::fmt::Debug for Mount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mount({} {} {})", self.path, self.kind, if self.read_only { "ro" } else { "rw" })
    }
}

/// How full a mount is.
#[derive(Clone, Debug)]
pub struct MountUsage {
    /// The mount.
    pub mount: Arc<Mount>,
    /// Its room.
    pub usage: Usage,
}

/// A name on the way to a mount. The mounts form a tree beside the files, so
/// that a walk elsewhere pays nothing for them.
pub(super) struct Point {
    pub(super) children: HashMap<Box<str>, Arc<Point>>,
    pub(super) mount: Option<Arc<Mount>>,
    /// Shown where the filesystem around has no such directory.
    pub(super) fallback: Arc<dyn Node>,
}

/// Collects mounts.
#[derive(Default)]
pub struct NamespaceBuilder {
    mounts: Vec<Mount>,
    rules: Option<(String, Rules)>,
}

#[derive(Default)]
struct Draft {
    children: HashMap<Box<str>, Draft>,
    mount: Option<Arc<Mount>>,
}

impl Draft {
    fn finish(self) -> Point {
        Point {
            children: self.children.into_iter().map(|(n, d)| (n, Arc::new(d.finish()))).collect(),
            mount: self.mount,
            fallback: Image::builder().build(),
        }
    }
}

impl NamespaceBuilder {
    /// Mounts a tree at an absolute path, which need not exist below.
    pub fn mount(mut self, path: &str, node: Arc<dyn Node>, source: &str, kind: &str) -> Self {
        self.mounts.push(Mount {
            path: path.into(),
            node,
            read_only: false,
            source: source.into(),
            kind: kind.into(),
            ruled: false,
        });
        self
    }

    /// Makes the mount that was given last read-only.
    pub fn read_only(mut self) -> Self {
        if let Some(mount) = self.mounts.last_mut() {
            mount.read_only = true;
        }
        self
    }

    /// Applies permission rules below the mount at that path.
    pub fn rules(mut self, path: &str, rules: Rules) -> Self {
        self.rules = (!rules.is_empty()).then(|| (path.into(), rules));
        self
    }

    /// `Inval` for a path that is not absolute, `NoEnt` for rules without
    /// their mount.
    pub fn build(self) -> Result<Namespace> {
        let mut draft = Draft::default();
        let mut mounts = Vec::new();
        let mut rules = self.rules;
        let mut ruled = None;
        for mut mount in self.mounts {
            if !mount.path.starts_with('/') {
                return Err(Errno::Inval);
            }
            let parts: Vec<&str> = mount.path.split('/').filter(|part| !part.is_empty()).collect();
            let path = format!("/{}", parts.join("/"));
            if let Some((_, taken)) = rules.take_if(|(at, _)| same_path(at, &path)) {
                mount.ruled = true;
                ruled = Some(Ruled { rules: taken, depth: parts.len() as u32 });
            }
            let mut at = &mut draft;
            for part in &parts {
                name::check(part)?;
                at = at.children.entry((*part).into()).or_default();
            }
            mount.path = path.clone();
            let mount = Arc::new(mount);
            at.mount = Some(Arc::clone(&mount));
            mounts.push(mount);
        }
        if rules.is_some() {
            return Err(Errno::NoEnt);
        }
        let point = Arc::new(draft.finish());
        let top = match &point.mount {
            Some(mount) => Arc::clone(mount),
            None => Arc::new(Mount {
                path: "/".into(),
                node: Arc::clone(&point.fallback),
                read_only: true,
                source: "none".into(),
                kind: "rootfs".into(),
                ruled: false,
            }),
        };
        let root = Location::root(Arc::clone(&top.node), top, point);
        Ok(Namespace { root, mounts, rules: ruled })
    }
}

fn same_path(a: &str, b: &str) -> bool {
    a.split('/').filter(|p| !p.is_empty()).eq(b.split('/').filter(|p| !p.is_empty()))
}
