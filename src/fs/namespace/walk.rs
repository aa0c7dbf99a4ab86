//! From a path to a location.

use super::caller::{Caller, EXECUTE};
use super::{Location, Namespace};
use crate::fs::{Errno, FileType, Permission, Result, Stat, name};
use std::borrow::Cow;
use std::sync::Arc;

/// As on Linux.
const MAX_LINKS: u32 = 40;

/// The last component of a path.
pub(super) enum Last {
    /// `/`, or `.` or `..` at the end: the directory itself.
    Itself,
    /// A name in the directory; `slash` when it must be a directory.
    Name { name: Box<str>, slash: bool },
}

/// A place with its attributes as the walk found them.
pub(super) struct At {
    pub(super) location: Location,
    pub(super) stat: Stat,
}

/// The directory that a path's last component is in.
pub(super) struct Parent {
    pub(super) dir: At,
    pub(super) last: Last,
}

/// Links followed by one operation.
#[derive(Default)]
pub(super) struct Links(u32);

impl Links {
    pub(super) fn follow(&mut self) -> Result<()> {
        self.0 += 1;
        if self.0 > MAX_LINKS { Err(Errno::Loop) } else { Ok(()) }
    }
}

fn check_path(path: &str) -> Result<()> {
    if path.is_empty() {
        return Err(Errno::NoEnt);
    }
    if path.len() >= name::PATH_MAX && name::unescape(path).len() >= name::PATH_MAX {
        return Err(Errno::NameTooLong);
    }
    if path.bytes().any(|byte| byte == 0) {
        return Err(Errno::Inval);
    }
    Ok(())
}

impl Namespace {
    pub(super) fn at(&self, location: &Location) -> Result<At> {
        Ok(At { location: location.clone(), stat: location.node().stat()? })
    }

    /// Walks to the directory of the last component, which is not looked up.
    pub(super) fn walk_parent(
        &self,
        caller: &Caller,
        start: &Location,
        path: &str,
        links: &mut Links,
    ) -> Result<Parent> {
        check_path(path)?;
        let mut at = self.at(if path.starts_with('/') { &self.root } else { start })?;
        // The path, and the rest of it behind each link that is followed.
        let mut texts: Vec<(Cow<'_, str>, usize)> = vec![(Cow::Borrowed(path), 0)];
        loop {
            let Some((text, from)) = texts.last_mut() else {
                return Ok(Parent { dir: at, last: Last::Itself });
            };
            let bytes = text.as_bytes();
            let start = bytes[*from..].iter().position(|&b| b != b'/').map(|n| *from + n);
            let Some(start) = start else {
                texts.pop();
                continue;
            };
            let end = bytes[start..].iter().position(|&b| b == b'/').map_or(bytes.len(), |n| start + n);
            let next = bytes[end..].iter().position(|&b| b != b'/').map(|n| end + n);
            let slash = end < bytes.len();
            *from = next.unwrap_or(bytes.len());
            let name: Box<str> = text[start..end].into();
            // A link's text is only pushed when more of the path follows.
            let last = next.is_none() && texts.len() == 1;
            if at.location.node().kind() != FileType::Directory {
                return Err(Errno::NotDir);
            }
            if &*name == "." || &*name == ".." {
                if !caller.may(&at.stat, EXECUTE) {
                    return Err(Errno::Acces);
                }
                if &*name == ".." {
                    at = self.at(&at.location.parent().clone())?;
                }
                if last {
                    return Ok(Parent { dir: at, last: Last::Itself });
                }
                continue;
            }
            name::check(&name)?;
            if last {
                if !caller.may(&at.stat, EXECUTE) {
                    return Err(Errno::Acces);
                }
                return Ok(Parent { dir: at, last: Last::Name { name, slash } });
            }
            let child = self.step(caller, &at, &name)?;
            if child.stat.kind == FileType::Symlink {
                let (from_root, text) = self.read_target(caller, &child.location, links)?;
                if from_root {
                    at = self.at(&self.root)?;
                }
                texts.push((Cow::Owned(text), 0));
            } else {
                at = child;
            }
        }
    }

    /// A link's text, counted, and whether it starts at the root.
    pub(super) fn read_target(&self, caller: &Caller, link: &Location, links: &mut Links) -> Result<(bool, String)> {
        links.follow()?;
        let text = link.node().readlink(caller.pid)?;
        check_path(&text)?;
        Ok((text.starts_with('/'), text))
    }

    /// The child of a directory: search permission, rules, mounts.
    pub(super) fn step(&self, caller: &Caller, dir: &At, name: &str) -> Result<At> {
        let location = &dir.location;
        if !caller.may(&dir.stat, EXECUTE) {
            return Err(Errno::Acces);
        }
        let point = location.point().and_then(|point| point.children.get(name));
        let (node, stat, mount) = match point {
            None => {
                let (node, stat) = location.node().lookup(name)?;
                (node, stat, location.mount())
            }
            Some(point) => match &point.mount {
                Some(mount) => (Arc::clone(&mount.node), mount.node.stat()?, mount),
                None => {
                    let below = location.node().lookup(name);
                    match below {
                        Ok((node, stat)) if stat.kind == FileType::Directory => (node, stat, location.mount()),
                        _ => (Arc::clone(&point.fallback), point.fallback.stat()?, location.mount()),
                    }
                }
            },
        };
        if let Some((ruled, path)) = self.ruled_path(caller, location, Some(name))
            && point.is_none()
        {
            // Where the walk started was permitted, and each step since.
            let directory = stat.kind == FileType::Directory;
            if ruled.rules.permission(&path, directory) == Permission::None {
                return Err(Errno::NoEnt);
            }
        }
        let location = location.child(name.into(), node, Arc::clone(mount), point.cloned());
        Ok(At { location, stat })
    }

    /// Walks the whole path; a link at its end is followed with `follow`, or
    /// when a slash is behind it.
    pub(super) fn walk(&self, caller: &Caller, start: &Location, path: &str, follow: bool) -> Result<At> {
        let mut links = Links::default();
        let mut start = Cow::Borrowed(start);
        let mut path = Cow::Borrowed(path);
        let mut directory = false;
        loop {
            let Parent { dir, last } = self.walk_parent(caller, &start, &path, &mut links)?;
            let Last::Name { name, slash } = last else {
                return Ok(dir);
            };
            directory |= slash;
            let found = self.step(caller, &dir, &name)?;
            let follows = follow || directory;
            if found.stat.kind == FileType::Symlink && follows {
                if found.location.node().device().is_some() {
                    return Self::magic(found, directory);
                }
                let (_, text) = self.read_target(caller, &found.location, &mut links)?;
                start = Cow::Owned(dir.location);
                path = Cow::Owned(text);
                continue;
            }
            if directory && found.stat.kind != FileType::Directory {
                return Err(Errno::NotDir);
            }
            return Ok(found);
        }
    }

    /// A link that the kernel follows (`/proc/PID/fd/N`): not by its text.
    fn magic(found: At, directory: bool) -> Result<At> {
        if directory {
            return Err(Errno::NotDir);
        }
        let stat = Stat { kind: FileType::Character, mode: 0o600, ..found.stat };
        Ok(At { stat, ..found })
    }
}
