//! The layer's inodes and how they hang together.

use crate::fs::device::FifoSlot;
use crate::fs::node::{next_dev, now};
use crate::fs::quota::{Charge, Quota};
use crate::fs::sparse::Sparse;
use crate::fs::sync::{lock, read, write};
use crate::fs::{AGENT, Errno, FileType, Node, Result, SetAttr, Stat};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock, Weak};

/// A lower file: (dev, ino).
pub(super) type Key = (u64, u64);

/// What the inodes of one overlay share.
pub(crate) struct Layer {
    pub(super) dev: u64,
    pub(super) quota: Arc<Quota>,
    next_ino: AtomicU64,
    lower_dev: Option<u64>,
    /// Held by everything that changes the tree of changes.
    pub(super) structure: Mutex<()>,
    /// Taken for reading around a change of one inode, for writing by commit.
    pub(super) freeze: RwLock<()>,
    live: Mutex<Live>,
    /// The staging directory of a commit that is not through yet.
    pub(super) staging: Mutex<Option<String>>,
}

/// The inodes that stand for a lower file, so that two names of one file
/// are one inode here, too.
#[derive(Default)]
struct Live {
    by_key: HashMap<Key, Weak<Inode>>,
    prune_at: usize,
    /// Changed files with several lower names: whatever name they are looked
    /// up by next, they must be found changed.
    pinned: HashMap<Key, Arc<Inode>>,
}

/// An inode of the layer.
pub(crate) struct Inode {
    pub(super) layer: Arc<Layer>,
    this: Weak<Inode>,
    pub(super) ino: u64,
    pub(super) kind: FileType,
    /// Whether the tree of changes names it (or named it, for a file that is
    /// open without a name).
    attached: AtomicBool,
    /// Locked one at a time, but for a rename, which holds `structure`.
    pub(super) state: RwLock<State>,
    pub(super) place: Mutex<Option<Place>>,
}

pub(super) struct State {
    pub(super) lower: Option<Lower>,
    /// Absent: the lower file's.
    pub(super) attr: Option<Attr>,
    pub(super) body: Body,
    /// A directory that was removed.
    pub(super) dead: bool,
    /// The inode's share of the quota.
    pub(super) charge: Option<Charge>,
}

/// The lower file behind an inode, and where it is.
#[derive(Clone)]
pub(super) struct Lower {
    pub(super) node: Arc<dyn Node>,
    pub(super) key: Key,
    pub(super) linked: bool,
    /// The lower directory with its key, and the name in it.
    pub(super) origin: Option<(Arc<dyn Node>, Key, Box<str>)>,
}

impl Lower {
    pub(super) fn root(node: Arc<dyn Node>, stat: &Stat) -> Self {
        Lower { node, key: (stat.dev, stat.ino), linked: false, origin: None }
    }

    pub(super) fn child(parent: &Lower, name: &str, node: Arc<dyn Node>, stat: &Stat) -> Self {
        Lower {
            node,
            key: (stat.dev, stat.ino),
            linked: stat.kind != FileType::Directory && stat.nlink > 1,
            origin: Some((Arc::clone(&parent.node), parent.key, name.into())),
        }
    }
}

pub(super) enum Body {
    Dir(HashMap<Box<str>, Entry>),
    File(Contents),
    /// Absent: the lower link's text.
    Symlink(Option<Box<str>>),
    Fifo(Arc<FifoSlot>),
    /// A lower file that can only be looked at.
    Special,
}

pub(super) enum Entry {
    /// The lower name is gone.
    Whiteout,
    /// The name is held, with its share of the quota.
    Present(Arc<Inode>, #[allow(dead_code, reason = "held for its drop")] Charge),
}

pub(super) enum Contents {
    Lower,
    Memory(Sparse),
}

/// Where an inode is in the overlay's tree.
#[derive(Clone)]
pub(super) enum Place {
    /// Not attached: keeps the parent, which may be needed to attach.
    Found(Arc<Inode>, Box<str>),
    /// Attached: the parent's changes hold the inode.
    Attached(Weak<Inode>),
}

/// The attributes that the layer keeps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attr {
    pub(super) mode: u32,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) nlink: u64,
    pub(super) atime: i64,
    pub(super) mtime: i64,
    pub(super) ctime: i64,
}

impl Attr {
    pub(crate) fn new(owner: u32, mode: u32, nlink: u64) -> Self {
        let now = now();
        Attr { mode: mode & 0o7777, uid: owner, gid: owner, nlink, atime: now, mtime: now, ctime: now }
    }

    pub(super) fn of(stat: &Stat) -> Self {
        Attr {
            mode: stat.mode,
            uid: stat.uid,
            gid: stat.gid,
            nlink: stat.nlink,
            atime: stat.atime,
            mtime: stat.mtime,
            ctime: stat.ctime,
        }
    }

    pub(super) fn apply(&mut self, set: &SetAttr) {
        if let Some(mode) = set.mode {
            self.mode = mode & 0o7777;
        }
        self.uid = set.uid.unwrap_or(self.uid);
        self.gid = set.gid.unwrap_or(self.gid);
        self.atime = set.atime.unwrap_or(self.atime);
        self.mtime = set.mtime.unwrap_or(self.mtime);
        self.ctime = now();
    }

    /// The contents changed.
    pub(super) fn touch(&mut self) {
        let now = now();
        self.mtime = now;
        self.ctime = now;
    }
}

impl Layer {
    pub(crate) fn without_lower(quota: Arc<Quota>) -> Arc<Self> {
        Layer::new(quota, None)
    }

    pub(super) fn over(quota: Arc<Quota>, lower_dev: u64) -> Arc<Self> {
        Layer::new(quota, Some(lower_dev))
    }

    fn new(quota: Arc<Quota>, lower_dev: Option<u64>) -> Arc<Self> {
        Arc::new(Layer {
            dev: next_dev(),
            quota,
            // Above the numbers that a lower filesystem is likely to use.
            next_ino: AtomicU64::new(if lower_dev.is_some() { 1 << 52 } else { 1 }),
            lower_dev,
            structure: Mutex::default(),
            freeze: RwLock::default(),
            live: Mutex::default(),
            staging: Mutex::default(),
        })
    }

    /// The root of a layer with nothing beneath.
    pub(crate) fn root(self: &Arc<Self>, attr: Attr) -> Arc<Inode> {
        let state = State { lower: None, attr: Some(attr), body: Body::Dir(HashMap::new()), dead: false, charge: None };
        self.inode(self.fresh_ino(), FileType::Directory, true, None, state)
    }

    fn fresh_ino(&self) -> u64 {
        self.next_ino.fetch_add(1, Ordering::Relaxed)
    }

    /// The number under which a lower file is shown.
    pub(super) fn map_ino(&self, (dev, ino): Key) -> u64 {
        if self.lower_dev == Some(dev) { ino } else { ino ^ dev.rotate_left(40) ^ (1 << 51) }
    }

    /// The number under which an entry of a lower directory is shown.
    pub(super) fn map_entry(&self, dir: Key, ino: u64) -> u64 {
        self.map_ino((dir.0, ino))
    }

    fn inode(
        self: &Arc<Self>,
        ino: u64,
        kind: FileType,
        attached: bool,
        place: Option<Place>,
        state: State,
    ) -> Arc<Inode> {
        Arc::new_cyclic(|this| Inode {
            layer: Arc::clone(self),
            this: Weak::clone(this),
            ino,
            kind,
            attached: AtomicBool::new(attached),
            state: RwLock::new(state),
            place: Mutex::new(place),
        })
    }

    /// A new file of the layer, charged to the quota.
    pub(super) fn create(
        self: &Arc<Self>,
        parent: &Inode,
        kind: FileType,
        mode: u32,
        body: Body,
        bytes: u64,
    ) -> Result<Arc<Inode>> {
        let charge = self.quota.charge(bytes, 1)?;
        let nlink = if kind == FileType::Directory { 2 } else { 1 };
        let state =
            State { lower: None, attr: Some(Attr::new(AGENT, mode, nlink)), body, dead: false, charge: Some(charge) };
        let place = Place::Attached(Weak::clone(&parent.this));
        Ok(self.inode(self.fresh_ino(), kind, true, Some(place), state))
    }

    /// The inode for a lower file that was found in `parent`.
    pub(super) fn intern(self: &Arc<Self>, parent: &Arc<Inode>, name: &str, lower: Lower, stat: &Stat) -> Arc<Inode> {
        let key = lower.key;
        let mut live = lock(&self.live);
        if let Some(known) = live.by_key.get(&key).and_then(Weak::upgrade)
            && known.kind == stat.kind
        {
            if !known.attached() {
                let place = Place::Found(Arc::clone(parent), name.into());
                let old = lock(&known.place).replace(place);
                write(&known.state).lower = Some(lower);
                drop(live);
                // Dropping a parent may take the table's lock.
                drop(old);
                return known;
            }
            // A changed file is found through the changes, unless it has
            // other names. Else the host gave its number to another file.
            if lower.linked {
                return known;
            }
        }
        let body = match stat.kind {
            FileType::Directory => Body::Dir(HashMap::new()),
            FileType::Regular => Body::File(Contents::Lower),
            FileType::Symlink => Body::Symlink(None),
            _ => Body::Special,
        };
        let place = Place::Found(Arc::clone(parent), name.into());
        let state = State { lower: Some(lower), attr: None, body, dead: false, charge: None };
        let inode = self.inode(self.map_ino(key), stat.kind, false, Some(place), state);
        live.insert(key, &inode);
        inode
    }

    /// Notes the lower file that a committed inode has now.
    pub(super) fn relocate(&self, key: Key, inode: &Arc<Inode>) {
        lock(&self.live).insert(key, inode);
    }

    /// The changed files with several lower names.
    pub(super) fn pinned(&self) -> Vec<Arc<Inode>> {
        lock(&self.live).pinned.values().cloned().collect()
    }

    pub(super) fn unpin_all(&self) {
        let pinned = std::mem::take(&mut lock(&self.live).pinned);
        drop(pinned);
    }
}

impl Live {
    fn insert(&mut self, key: Key, inode: &Arc<Inode>) {
        if self.by_key.len() >= self.prune_at {
            self.by_key.retain(|_, inode| inode.strong_count() > 0);
            self.prune_at = self.by_key.len() * 2 + 1024;
        }
        self.by_key.insert(key, Arc::downgrade(inode));
    }
}

impl Inode {
    pub(super) fn lower_root(layer: &Arc<Layer>, lower: Lower, stat: &Stat) -> Arc<Self> {
        let ino = layer.map_ino(lower.key);
        let state = State {
            lower: Some(lower),
            attr: Some(Attr::of(stat)),
            body: Body::Dir(HashMap::new()),
            dead: false,
            charge: None,
        };
        layer.inode(ino, FileType::Directory, true, None, state)
    }

    pub(super) fn attached(&self) -> bool {
        self.attached.load(Ordering::Acquire)
    }

    /// The `Arc` that holds this inode; it exists as long as anyone can call.
    pub(super) fn arc(&self) -> Result<Arc<Inode>> {
        self.this.upgrade().ok_or(Errno::Io)
    }

    pub(super) fn parent(&self) -> Option<Arc<Inode>> {
        match &*lock(&self.place) {
            Some(Place::Found(parent, _)) => Some(Arc::clone(parent)),
            Some(Place::Attached(parent)) => parent.upgrade(),
            None => None,
        }
    }

    /// Makes the tree of changes name this inode, from the root down.
    pub(super) fn attach(&self) -> Result<()> {
        if self.attached() {
            return Ok(());
        }
        let _structure = lock(&self.layer.structure);
        self.attach_locked()
    }

    /// The same for who holds `structure`.
    pub(super) fn attach_locked(&self) -> Result<()> {
        let mut chain = Vec::new();
        let mut at = self.arc()?;
        while !at.attached() {
            let place = lock(&at.place).clone();
            // A file without a name any more can still be changed.
            let Some(Place::Found(parent, name)) = place else {
                return Err(Errno::NoEnt);
            };
            let child = std::mem::replace(&mut at, Arc::clone(&parent));
            chain.push((child, parent, name));
        }
        for (child, parent, name) in chain.into_iter().rev() {
            child.attach_to(&parent, &name)?;
        }
        Ok(())
    }

    fn attach_to(self: &Arc<Self>, parent: &Arc<Inode>, name: &str) -> Result<()> {
        let lower = read(&self.state).lower.clone().ok_or(Errno::NoEnt)?;
        let attr = Attr::of(&lower.node.stat()?);
        let charge = self.layer.quota.charge(0, 1)?;
        let ticket = self.layer.charge_name(name)?;
        {
            let mut state = write(&parent.state);
            let entries = state.entries()?;
            match entries.get(name) {
                None => drop(entries.insert(name.into(), Entry::Present(Arc::clone(self), ticket))),
                Some(Entry::Present(other, _)) if Arc::ptr_eq(other, self) => {}
                // Another of its names holds it.
                Some(_) if lower.linked => {}
                // The name was removed or replaced since this was found.
                Some(_) => return Err(Errno::NoEnt),
            }
        }
        {
            let mut state = write(&self.state);
            state.attr.get_or_insert(attr);
            state.charge = Some(charge);
        }
        let old = lock(&self.place).replace(Place::Attached(Arc::downgrade(parent)));
        {
            let mut live = lock(&self.layer.live);
            if lower.linked {
                live.pinned.insert(lower.key, Arc::clone(self));
            } else if self.kind != FileType::Directory {
                live.by_key.remove(&lower.key);
            }
        }
        self.attached.store(true, Ordering::Release);
        drop(old);
        Ok(())
    }

    /// Runs a change of this inode's own state, attached and not while a
    /// commit is under way.
    pub(super) fn change<T>(&self, f: impl FnOnce(&mut State) -> Result<T>) -> Result<T> {
        loop {
            match self.attach() {
                // Open without a name: nothing will ever ask for its changes.
                Err(Errno::NoEnt) if lock(&self.place).is_none() => self.orphan()?,
                other => other?,
            }
            let _freeze = read(&self.layer.freeze);
            // A commit in between makes a file unchanged again.
            if self.attached() {
                return f(&mut write(&self.state));
            }
        }
    }

    /// Lets a file that lost its name before it was changed be changed.
    fn orphan(&self) -> Result<()> {
        let lower = read(&self.state).lower.clone().ok_or(Errno::NoEnt)?;
        let mut attr = Attr::of(&lower.node.stat()?);
        attr.nlink = 0;
        write(&self.state).attr.get_or_insert(attr);
        self.attached.store(true, Ordering::Release);
        Ok(())
    }

    /// Back to what the lower file says: after a commit, or a discard.
    pub(super) fn detach(&self, lower: Option<Lower>, place: Option<Place>) {
        {
            let mut state = write(&self.state);
            if let Some(lower) = lower {
                state.lower = Some(lower);
                state.attr = None;
                state.charge = None;
                if let Body::File(contents) = &mut state.body {
                    *contents = Contents::Lower;
                }
                if let Body::Symlink(text) = &mut state.body {
                    *text = None;
                }
            }
        }
        let old = std::mem::replace(&mut *lock(&self.place), place);
        self.attached.store(false, Ordering::Release);
        drop(old);
    }

    /// The attributes, with `lower` in place of asking the lower file again.
    pub(super) fn stat_with(&self, lower: Option<Stat>) -> Result<Stat> {
        let state = read(&self.state);
        let base = match (&state.lower, lower) {
            (_, Some(stat)) => Some(stat),
            // A changed inode needs the lower file only for its length.
            (Some(lower), None) if state.attr.is_none() || state.length_is_lower() => {
                match lower.node.stat() {
                    Ok(stat) => Some(stat),
                    // Removed from the host: what is known must do.
                    Err(_) if state.attr.is_some() => None,
                    Err(error) => return Err(error),
                }
            }
            _ => None,
        };
        let size = match &state.body {
            Body::Dir(_) => 4096,
            Body::File(Contents::Memory(data)) => data.len(),
            Body::Symlink(Some(text)) => text.len() as u64,
            Body::Fifo(_) => 0,
            _ => base.map_or(0, |stat| stat.size),
        };
        let attr = match (state.attr, base) {
            (Some(attr), _) => attr,
            (None, Some(stat)) => Attr::of(&stat),
            (None, None) => return Err(Errno::NoEnt),
        };
        Ok(Stat {
            dev: self.layer.dev,
            ino: self.ino,
            kind: self.kind,
            mode: attr.mode,
            nlink: attr.nlink,
            uid: attr.uid,
            gid: attr.gid,
            size,
            atime: attr.atime,
            mtime: attr.mtime,
            ctime: attr.ctime,
        })
    }
}

impl Layer {
    /// What a name costs: a flood of links must end at the quota, too.
    pub(super) fn charge_name(&self, name: &str) -> Result<Charge> {
        self.quota.charge(name.len() as u64 + 64, 0)
    }
}

impl State {
    /// The changes of a directory that still exists.
    pub(super) fn entries(&mut self) -> Result<&mut HashMap<Box<str>, Entry>> {
        if self.dead {
            return Err(Errno::NoEnt);
        }
        match &mut self.body {
            Body::Dir(entries) => Ok(entries),
            _ => Err(Errno::NotDir),
        }
    }

    fn length_is_lower(&self) -> bool {
        matches!(&self.body, Body::File(Contents::Lower) | Body::Symlink(None) | Body::Special)
    }
}

impl Drop for Inode {
    /// Trees may be deeper than the stack: takes them apart in a loop.
    fn drop(&mut self) {
        let mut pending = Vec::new();
        self.dismantle(&mut pending);
        while let Some(next) = pending.pop() {
            if let Some(mut inode) = Arc::into_inner(next) {
                inode.dismantle(&mut pending);
            }
        }
    }
}

impl Inode {
    fn dismantle(&mut self, pending: &mut Vec<Arc<Inode>>) {
        let state = self.state.get_mut().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Body::Dir(entries) = &mut state.body {
            pending.extend(entries.drain().filter_map(|(_, entry)| match entry {
                Entry::Present(inode, _) => Some(inode),
                Entry::Whiteout => None,
            }));
        }
        let place = self.place.get_mut().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(Place::Found(parent, _)) = place.take() {
            pending.push(parent);
        }
    }
}
