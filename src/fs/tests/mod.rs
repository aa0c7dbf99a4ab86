//! Every operation on every backend, and what hostile guests try.

mod attacks;
mod backends;
mod mounts;
mod overlay;
mod permissions;

use super::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// A directory of the host for one test.
pub struct TempDir(PathBuf);

impl TempDir {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("agentfense-fs-{}-{n}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        TempDir(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A namespace with one workspace, and short names for the operations.
pub struct World {
    pub ns: Namespace,
    pub me: Caller,
    pub start: Location,
    pub overlay: Option<Overlay>,
    pub host: Option<TempDir>,
}

impl World {
    pub fn over(node: Arc<dyn Node>) -> Self {
        Self::with_rules(node, &[])
    }

    pub fn with_rules(node: Arc<dyn Node>, rules: &[PermissionRule]) -> Self {
        let rules = Rules::with_case(rules, "/workspace", false).unwrap();
        let ns = Namespace::builder()
            .mount("/workspace", node, "test", "test")
            .mount("/tmp", memory(Quota::unlimited(), 0, 0o1777), "tmpfs", "tmpfs")
            .mount("/dev", devices(), "devtmpfs", "devtmpfs")
            .rules("/workspace", rules)
            .build()
            .unwrap();
        let me = Caller::agent(7, 0o022);
        let start = ns.resolve(&me, ns.root(), "/workspace", true).unwrap();
        World { ns, me, start, overlay: None, host: None }
    }

    pub fn memory() -> Self {
        World::over(memory(Quota::unlimited(), AGENT, 0o755))
    }

    pub fn host() -> Self {
        let dir = TempDir::new();
        let mut world = World::over(host_path(dir.path(), false).unwrap());
        world.host = Some(dir);
        world
    }

    pub fn overlay_on(lower: Arc<dyn Node>) -> Self {
        let overlay = Overlay::new(lower, Quota::unlimited()).unwrap();
        let mut world = World::over(overlay.root());
        world.overlay = Some(overlay);
        world
    }

    pub fn stat(&self, path: &str) -> Result<Stat> {
        self.ns.stat(&self.me, &self.start, path, true)
    }
    pub fn lstat(&self, path: &str) -> Result<Stat> {
        self.ns.stat(&self.me, &self.start, path, false)
    }
    pub fn open(&self, path: &str, flags: OpenFlags) -> Result<Arc<dyn FileHandle>> {
        match self.ns.open(&self.me, &self.start, path, flags, 0o666)?.file {
            Open::File(handle) => Ok(handle),
            Open::Directory => Err(Errno::IsDir),
            Open::Device(_) => Err(Errno::Nxio),
        }
    }
    pub fn put(&self, path: &str, data: &str) -> Result<()> {
        let handle = self.open(path, CREATE)?;
        assert_eq!(handle.write_at(data.as_bytes(), 0)?, data.len());
        Ok(())
    }
    pub fn get(&self, path: &str) -> Result<String> {
        let handle = self.open(path, RDONLY)?;
        let bytes = handle.read_bytes_at(1 << 20, 0)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
    pub fn mkdir(&self, path: &str) -> Result<()> {
        self.ns.mkdir(&self.me, &self.start, path, 0o777)
    }
    pub fn symlink(&self, text: &str, path: &str) -> Result<()> {
        self.ns.symlink(&self.me, text, &self.start, path)
    }
    pub fn link(&self, old: &str, new: &str) -> Result<()> {
        self.ns.link(&self.me, &self.start, old, false, &self.start, new)
    }
    pub fn unlink(&self, path: &str) -> Result<()> {
        self.ns.unlink(&self.me, &self.start, path)
    }
    pub fn rmdir(&self, path: &str) -> Result<()> {
        self.ns.rmdir(&self.me, &self.start, path)
    }
    pub fn rename(&self, old: &str, new: &str) -> Result<()> {
        self.ns.rename(&self.me, &self.start, old, &self.start, new)
    }
    pub fn chmod(&self, path: &str, mode: u32) -> Result<()> {
        let attr = SetAttr { mode: Some(mode), ..SetAttr::default() };
        self.ns.set_attr(&self.me, &self.start, path, true, &attr)
    }
    pub fn list(&self, path: &str) -> Result<Vec<String>> {
        let entries = self.ns.read_dir(&self.me, &self.start, path)?;
        let mut names: Vec<String> = entries.into_iter().map(|entry| entry.name).collect();
        names.sort();
        Ok(names)
    }
}

pub const RDONLY: OpenFlags = OpenFlags {
    read: true,
    write: false,
    append: false,
    create: false,
    exclusive: false,
    truncate: false,
    directory: false,
    nofollow: false,
};
pub const RDWR: OpenFlags = OpenFlags { write: true, ..RDONLY };
pub const CREATE: OpenFlags = OpenFlags { create: true, truncate: true, ..RDWR };

/// Runs a test on memory, a host directory, and overlays on both; `prepare`
/// makes the files that are there before (for an overlay: below it).
pub fn everywhere(prepare: impl Fn(&World), test: impl Fn(&World, &str)) {
    let world = World::memory();
    prepare(&world);
    test(&world, "memory");

    let world = World::host();
    prepare(&world);
    test(&world, "host");

    let lower = memory(Quota::unlimited(), AGENT, 0o755);
    prepare(&World::over(Arc::clone(&lower)));
    test(&World::overlay_on(lower), "overlay on memory");

    let lower = World::host();
    prepare(&lower);
    let node = host_path(lower.host.as_ref().unwrap().path(), true).unwrap();
    let mut world = World::overlay_on(node);
    world.host = lower.host;
    test(&world, "overlay on host");
}
