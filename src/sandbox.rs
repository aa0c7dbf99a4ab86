//! Sandboxes: a filesystem, a process table and limits, and sessions in them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::engine::Engine;
use crate::error::Error;
use crate::exec::{ExecResult, Input};
use crate::fs::{self, Caller, Errno, FileType, Image, Namespace, Node, Open, OpenFlags, Overlay, Quota, Rules};
use crate::fs::{Change, PermissionRule};
use crate::kernel::{Kernel, ProcTable};
use crate::limits::Limits;
use crate::net::{EgressEvent, EgressLog, Network, NetworkPolicy};
use crate::program::Userland;
use crate::session::{self, Session, SessionOptions};
use crate::snapshot::{self, Tree, Workspace};

/// Where the workspace is in the sandbox.
pub(crate) const WORKSPACE: &str = "/workspace";

/// How a host directory becomes the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mount {
    /// Reads come from the directory; writes stay in the sandbox until
    /// [`Sandbox::commit`].
    #[default]
    Overlay,
    /// Writes go to the directory at once.
    Direct,
    /// The sandbox has a copy in memory, and the directory is not touched again.
    Copy,
}

/// Describes a sandbox that is to be made.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct SandboxBuilder {
    workspace: Option<(PathBuf, Mount)>,
    limits: Limits,
    permissions: Vec<PermissionRule>,
    env: Vec<(String, String)>,
    userland: Option<Userland>,
    images: Option<Vec<String>>,
    hostname: Option<String>,
    network: NetworkPolicy,
    egress_log: Option<EgressLog>,
}

impl SandboxBuilder {
    /// The host directory that is the workspace. Without one the workspace is
    /// empty, in memory.
    pub fn workspace(mut self, path: impl Into<PathBuf>, mount: Mount) -> Self {
        self.workspace = Some((path.into(), mount));
        self
    }

    /// What the sandbox may use.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Permission rules for the workspace's files. Without any, all of it may
    /// be read and written.
    pub fn permissions(mut self, rules: Vec<PermissionRule>) -> Self {
        self.permissions = rules;
        self
    }

    /// An environment variable of every session.
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// The commands of the sandbox; [`Userland::find`] if not given.
    pub fn userland(mut self, userland: Userland) -> Self {
        self.userland = Some(userland);
        self
    }

    /// An image of the userland that the sandbox has, besides `base`. Without
    /// any call it has all of them; with `base` alone it has no other.
    pub fn image(mut self, name: impl Into<String>) -> Self {
        self.images.get_or_insert_default().push(name.into());
        self
    }

    /// The sandbox's host name; `sandbox` if not given.
    pub fn hostname(mut self, name: impl Into<String>) -> Self {
        self.hostname = Some(name.into());
        self
    }

    /// What may leave the sandbox; nothing if not given. The loopback is the
    /// sandbox's own, whatever the policy says.
    pub fn network(mut self, policy: NetworkPolicy) -> Self {
        self.network = policy;
        self
    }

    /// A function that is told of everything that leaves the sandbox, or was
    /// kept from it. It is called where that happens, so it must not wait.
    pub fn on_egress(mut self, log: impl Fn(&EgressEvent) + Send + Sync + 'static) -> Self {
        self.egress_log = Some(EgressLog(Arc::new(log)));
        self
    }

    /// Makes the sandbox.
    ///
    /// # Errors
    /// `Workspace` when the directory cannot be used, `Userland` when there
    /// are no commands, `Configuration` when a setting is not usable.
    pub fn build(self) -> Result<Sandbox, Error> {
        let engine = Engine::shared()?;
        let userland = match self.userland {
            Some(userland) => userland,
            None => Userland::find()?,
        };
        let userland = match &self.images {
            Some(images) => userland.only(images)?,
            None => userland,
        };
        let hostname = self.hostname.unwrap_or_else(|| "sandbox".into());
        if hostname.is_empty()
            || hostname.len() > 64
            || !hostname.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
        {
            return Err(Error::Configuration(format!(
                "host name '{hostname}': expected 1 to 64 letters, digits, '-' or '.'"
            )));
        }
        let quota = Quota::new(self.limits.disk_bytes, self.limits.disk_files);
        let (workspace, overlay) = match &self.workspace {
            None => (fs::memory(quota.clone(), fs::AGENT, 0o755), None),
            Some((path, mount)) => mount_workspace(path, *mount, &quota)?,
        };
        let rules = Rules::new(&self.permissions, WORKSPACE).map_err(Error::Configuration)?;
        let proc = Arc::new(ProcTable::default());
        let [tmp, home] = [(0, 0o1777), (fs::AGENT, 0o755)].map(|(uid, mode)| fs::memory(quota.clone(), uid, mode));
        let (workspace_kind, has_files) = match &self.workspace {
            Some((_, Mount::Direct)) => (Workspace::Direct, false),
            _ if overlay.is_some() => (Workspace::Overlay, true),
            _ => (Workspace::Memory, true),
        };
        let mut trees = vec![("tmp", tmp.clone()), ("home/agent", home.clone())];
        trees.extend(has_files.then(|| (&WORKSPACE[1..], workspace.clone())));
        let kind = if overlay.is_some() { "overlay" } else { "workspace" };
        let mut mounts = Namespace::builder()
            .mount("/", base_image(&hostname), "base", "image")
            .mount("/usr/bin", commands_image(&userland), "userland", "image")
            .mount("/dev", fs::devices(), "dev", "devtmpfs")
            .mount("/proc", fs::procfs(proc.clone()), "proc", "proc")
            .mount("/tmp", tmp, "tmpfs", "tmpfs")
            .mount("/home/agent", home, "tmpfs", "tmpfs")
            .mount(WORKSPACE, workspace, "workspace", kind)
            .rules(WORKSPACE, rules);
        for tree in userland.trees() {
            mounts = mounts.mount(&tree.mount, tree.root.0.clone(), "userland", "image");
        }
        let namespace =
            mounts.build().map_err(|errno| Error::Configuration(format!("the sandbox's mounts: {errno}")))?;
        let mut env = vec![
            ("HOME".to_owned(), "/home/agent".to_owned()),
            ("USER".to_owned(), "agent".to_owned()),
            ("LOGNAME".to_owned(), "agent".to_owned()),
            // What is installed for the user comes last: it hides no command, and costs other lookups nothing.
            ("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin:/home/agent/.local/bin".to_owned()),
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
            ("TMPDIR".to_owned(), "/tmp".to_owned()),
        ];
        merge(&mut env, self.env);
        let network = Network::new(&hostname, self.limits.sockets, &self.network, self.egress_log)?;
        let kernel = Kernel::new(engine, namespace, network, self.limits);
        proc.attach(&kernel);
        Ok(Sandbox {
            inner: Arc::new(Inner {
                kernel,
                overlay,
                env,
                workspace: workspace_kind,
                trees,
                sessions: Mutex::new(Some(Vec::new())),
            }),
        })
    }
}

/// Puts variables over others of the same name.
fn merge(env: &mut Vec<(String, String)>, more: Vec<(String, String)>) {
    for (name, value) in more {
        match env.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => env.push((name, value)),
        }
    }
}

fn mount_workspace(path: &Path, mount: Mount, quota: &Arc<Quota>) -> Result<(Arc<dyn Node>, Option<Overlay>), Error> {
    let failed = |reason: String| Error::Workspace { path: path.to_owned(), reason };
    let metadata = std::fs::metadata(path).map_err(|error| failed(Errno::from(error).to_string()))?;
    if !metadata.is_dir() {
        return Err(failed("it is not a directory".into()));
    }
    let host = |read_only| fs::host_path(path, read_only).map_err(|errno| failed(errno.to_string()));
    match mount {
        Mount::Direct => Ok((host(false)?, None)),
        Mount::Overlay => {
            // Writable beneath: `commit` writes there, guests never do.
            let overlay = Overlay::new(host(false)?, quota.clone()).map_err(|errno| failed(errno.to_string()))?;
            Ok((overlay.root(), Some(overlay)))
        }
        Mount::Copy => {
            let copy = fs::memory(quota.clone(), fs::AGENT, 0o755);
            fs::copy_tree(&host(true)?, &copy).map_err(|errno| failed(format!("it cannot be copied: {errno}")))?;
            Ok((copy, None))
        }
    }
}

/// The contents of an opened regular file.
fn file_handle(opened: fs::Opened) -> Result<Arc<dyn fs::FileHandle>, Errno> {
    match opened.file {
        Open::File(handle) => Ok(handle),
        Open::Directory => Err(Errno::IsDir),
        Open::Device(_) => Err(Errno::Nxio),
    }
}

/// The root directory: what a program expects to find on a Unix.
fn base_image(hostname: &str) -> Arc<dyn Node> {
    let mut image = Image::builder();
    image
        .file("etc/passwd", 0o644, "root:x:0:0:root:/root:/bin/sh\nagent:x:1000:1000:agent:/home/agent:/bin/bash\n")
        .file("etc/group", 0o644, "root:x:0:\nagent:x:1000:agent\n")
        .file("etc/hosts", 0o644, format!("127.0.0.1\tlocalhost\n::1\tlocalhost\n127.0.1.1\t{hostname}\n"))
        .file("etc/hostname", 0o644, format!("{hostname}\n"))
        .file("etc/nsswitch.conf", 0o644, "passwd: files\ngroup: files\nhosts: files\n")
        .file("etc/os-release", 0o644, "NAME=agentfense\nID=agentfense\nPRETTY_NAME=\"agentfense\"\n")
        .file("etc/shells", 0o644, "/bin/sh\n/bin/bash\n")
        .symlink("bin", "usr/bin")
        .symlink("sbin", "usr/bin")
        .dir("usr/lib")
        .dir("usr/local/bin")
        .dir("usr/share")
        .dir("var/tmp")
        .dir("root")
        .dir("home");
    image.build()
}

fn commands_image(userland: &Userland) -> Arc<dyn Node> {
    let mut image = Image::builder();
    for (name, stub) in userland.stubs() {
        image.file(name, 0o755, stub);
    }
    image.build()
}

/// A sandbox: one filesystem, one process table, one set of limits. Clones are
/// handles to the same one; when the last handle (sessions are handles, too)
/// is gone, all its processes end and what was not committed is gone.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

/// What the handles of a sandbox share.
pub(crate) struct Inner {
    kernel: Arc<Kernel>,
    overlay: Option<Overlay>,
    env: Vec<(String, String)>,
    workspace: Workspace,
    /// What a snapshot has of the files: not what is the host's or an image's.
    trees: Vec<Tree>,
    /// Absent once the sandbox is destroyed.
    sessions: Mutex<Option<Vec<Weak<session::Inner>>>>,
}

impl Inner {
    fn sessions(&self) -> MutexGuard<'_, Option<Vec<Weak<session::Inner>>>> {
        // Only list operations run under the lock, so a poisoned one is whole.
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check(&self) -> Result<(), Error> {
        if self.sessions().is_some() { Ok(()) } else { Err(Error::SandboxClosed) }
    }

    /// Notes a session, which the sandbox's end will close.
    pub(crate) fn note(&self, session: &Arc<session::Inner>) -> Result<(), Error> {
        let mut sessions = self.sessions();
        let list = sessions.as_mut().ok_or(Error::SandboxClosed)?;
        list.retain(|session| session.strong_count() > 0);
        list.push(Arc::downgrade(session));
        Ok(())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.kernel.kill_all(|_| true);
    }
}

impl Sandbox {
    /// A sandbox over a host directory, mounted as an overlay.
    ///
    /// # Errors
    /// See [`SandboxBuilder::build`].
    pub fn from_local(path: impl AsRef<Path>) -> Result<Sandbox, Error> {
        Sandbox::builder().workspace(path.as_ref(), Mount::Overlay).build()
    }

    /// Describes a sandbox.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    /// A session with `/bin/sh` in `/workspace`.
    ///
    /// # Errors
    /// `Session` when the shell cannot be started.
    pub async fn session(&self) -> Result<Session, Error> {
        self.session_with(SessionOptions::default()).await
    }

    /// A session.
    ///
    /// # Errors
    /// `Session` when the shell cannot be started, `File` when the working
    /// directory is not there.
    pub async fn session_with(&self, mut options: SessionOptions) -> Result<Session, Error> {
        self.inner.check()?;
        let mut env = self.inner.env.clone();
        if options.terminal.is_some() && !env.iter().any(|(name, _)| name == "TERM") {
            env.push(("TERM".into(), "xterm".into()));
        }
        merge(&mut env, std::mem::take(&mut options.env));
        self.make_own_directories(&env);
        session::Inner::open(self.inner.kernel.clone(), self.inner.clone(), env, options, None).await
    }

    /// Makes the directories that a session's environment calls its own, where
    /// they are in the sandbox's memory: a home and a place for temporary
    /// files are there from the start, wherever the embedder wants them.
    fn make_own_directories(&self, env: &[(String, String)]) {
        for (name, path) in env {
            if matches!(name.as_str(), "HOME" | "TMPDIR" | "TMP" | "TEMP")
                && (path.starts_with("/tmp/") || path.starts_with("/home/"))
            {
                // One that cannot be made is simply not there.
                let _ = self.make_directories(path);
            }
        }
    }

    /// Makes a directory and those that lead to it, as the agent would.
    fn make_directories(&self, path: &str) -> Result<(), Errno> {
        let kernel = &self.inner.kernel;
        let caller = Caller::agent(0, 0o022);
        for (end, _) in path.match_indices('/').skip(1).chain([(path.len(), "")]) {
            match kernel.namespace.mkdir(&caller, kernel.namespace.root(), &path[..end], 0o777) {
                Ok(()) | Err(Errno::Exist) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }

    /// Runs a script in a session of its own, which is closed again.
    ///
    /// # Errors
    /// As `session` and [`Session::exec`].
    pub async fn run(&self, script: impl AsRef<[u8]>) -> Result<ExecResult, Error> {
        let session = self.session().await?;
        let shell = session.shell().to_owned();
        session.exec(script).name(shell).stdin(Input::Empty).await
    }

    /// A session from the bytes that [`Session::snapshot`] gave, here or in
    /// another sandbox, process or machine.
    ///
    /// # Errors
    /// `Session` when the bytes are damaged or from another version, or the
    /// shell cannot be started.
    pub async fn restore_session(&self, snapshot: &[u8]) -> Result<Session, Error> {
        self.inner.check()?;
        Session::restore(self.inner.kernel.clone(), self.inner.clone(), snapshot).await
    }

    /// A file's contents. Relative paths start at the workspace.
    pub fn read_file(&self, path: &str) -> Result<Vec<u8>, Error> {
        self.read(path).map_err(|errno| Error::file(path, errno))
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Errno> {
        let (caller, start) = self.workspace()?;
        let flags = OpenFlags { read: true, ..OpenFlags::default() };
        let handle = file_handle(self.inner.kernel.namespace.open(&caller, &start, path, flags, 0)?)?;
        let mut contents = Vec::new();
        loop {
            let chunk = handle.read_bytes_at(1 << 20, contents.len() as u64)?;
            if chunk.is_empty() {
                return Ok(contents);
            }
            contents.extend_from_slice(&chunk);
        }
    }

    /// Writes a file, with the directories that lead to it.
    pub fn write_file(&self, path: &str, contents: impl AsRef<[u8]>) -> Result<(), Error> {
        self.write(path, contents.as_ref()).map_err(|errno| Error::file(path, errno))
    }

    fn write(&self, path: &str, contents: &[u8]) -> Result<(), Errno> {
        let (caller, start) = self.workspace()?;
        let namespace = &self.inner.kernel.namespace;
        for (slash, _) in path.match_indices('/').filter(|&(slash, _)| slash > 0) {
            match namespace.mkdir(&caller, &start, &path[..slash], 0o777) {
                Ok(()) | Err(Errno::Exist) => {}
                // What leads there may be a directory that is only not writable.
                Err(errno) => {
                    if self.inner.kernel.directory(&caller, &start, &path[..slash]).is_err() {
                        return Err(errno);
                    }
                }
            }
        }
        let flags = OpenFlags { write: true, create: true, truncate: true, ..OpenFlags::default() };
        let handle = file_handle(namespace.open(&caller, &start, path, flags, 0o666)?)?;
        let mut written = 0;
        while written < contents.len() {
            written += handle.write_at(&contents[written..], written as u64)?;
        }
        Ok(())
    }

    /// The names in a directory, sorted; with `recursive`, the paths of all
    /// that is below it, relative to it. Directories end in `/`.
    pub fn list_files(&self, path: &str, recursive: bool) -> Result<Vec<String>, Error> {
        let list = || {
            let (caller, start) = self.workspace()?;
            let namespace = &self.inner.kernel.namespace;
            let top = if path.is_empty() { start } else { self.inner.kernel.directory(&caller, &start, path)? };
            let mut names = Vec::new();
            let mut open = vec![(top, String::new())];
            while let Some((directory, prefix)) = open.pop() {
                for entry in namespace.read_dir_at(&caller, &directory)? {
                    let name = format!("{prefix}{}", entry.name);
                    if entry.kind != FileType::Directory {
                        names.push(name);
                        continue;
                    }
                    let name = format!("{name}/");
                    if recursive {
                        // What vanished or may not be read meanwhile is not listed.
                        if let Ok(below) = self.inner.kernel.directory(&caller, &directory, &entry.name) {
                            open.push((below, name.clone()));
                        }
                    }
                    names.push(name);
                }
            }
            names.sort();
            Ok(names)
        };
        list().map_err(|errno| Error::file(path, errno))
    }

    fn workspace(&self) -> Result<(Caller, fs::Location), Errno> {
        let caller = Caller::embedder();
        let kernel = &self.inner.kernel;
        let start = kernel.directory(&caller, kernel.namespace.root(), WORKSPACE)?;
        Ok((caller, start))
    }

    fn overlay(&self) -> Result<&Overlay, Error> {
        self.inner.overlay.as_ref().ok_or_else(|| {
            Error::Configuration("the workspace is not mounted as an overlay: there are no pending changes".into())
        })
    }

    /// The changes to an overlaid workspace, sorted by path.
    ///
    /// # Errors
    /// `Configuration` when the workspace is not an overlay.
    pub fn diff(&self) -> Result<Vec<Change>, Error> {
        self.overlay()?.diff().map_err(|errno| Error::file(WORKSPACE, errno))
    }

    /// Writes the changes to the host directory. After an error part of them
    /// may be written; the commit can then be repeated.
    ///
    /// # Errors
    /// `Configuration` when the workspace is not an overlay, `File` when the
    /// host refuses.
    pub fn commit(&self) -> Result<(), Error> {
        self.overlay()?.commit().map_err(|errno| Error::file(WORKSPACE, errno))
    }

    /// Forgets the changes.
    ///
    /// # Errors
    /// `Configuration` when the workspace is not an overlay.
    pub fn discard(&self) -> Result<(), Error> {
        self.overlay()?.discard().map_err(|errno| Error::file(WORKSPACE, errno))
    }

    /// The sandbox's files and sessions as bytes: `/tmp`, `/home/agent`, and of
    /// the workspace what an overlay changed, or all of it where it is in
    /// memory; nothing of one that is mounted directly. Each open session is in
    /// it as [`Session::snapshot`] has it. The form is documented in
    /// `src/snapshot.rs` and has a version.
    ///
    /// What runs at the time goes on, and may write some of its files before
    /// they are read and some after.
    ///
    /// # Errors
    /// `SandboxClosed`; `Session` when the state of one is over 64 MiB;
    /// `Configuration` when a file cannot be read.
    pub fn snapshot(&self) -> Result<Vec<u8>, Error> {
        let sessions: Vec<_> = {
            let list = self.inner.sessions();
            list.as_ref().ok_or(Error::SandboxClosed)?.iter().filter_map(Weak::upgrade).collect()
        };
        let open = sessions.iter().filter(|session| !session.is_closed());
        let states = open.map(|session| session.snapshot()).collect::<Result<Vec<_>, _>>()?;
        let whole: Vec<Tree> = match self.inner.workspace {
            Workspace::Overlay => {
                self.inner.trees.iter().filter(|(path, _)| *path != &WORKSPACE[1..]).cloned().collect()
            }
            Workspace::Memory | Workspace::Direct => self.inner.trees.clone(),
        };
        snapshot::pack(self.inner.workspace, self.inner.overlay.as_ref(), &WORKSPACE[1..], &whole, &states)
            .map_err(|error| Error::Configuration(format!("the sandbox's files cannot be kept: {error}")))
    }

    /// A sandbox like the builder's with the files of a snapshot, and its
    /// sessions in the order in which they were opened. The workspace must be
    /// mounted in the same way; of an overlay, the directory beneath may be
    /// another one, on another machine.
    ///
    /// # Errors
    /// As [`SandboxBuilder::build`]; `Configuration` when the bytes are damaged,
    /// from another version or of another kind of workspace, or do not fit into
    /// the limits; `Session` when a session cannot be started.
    pub async fn restore(builder: SandboxBuilder, snapshot: &[u8]) -> Result<(Sandbox, Vec<Session>), Error> {
        let sandbox = builder.build()?;
        let Inner { workspace, trees, .. } = &*sandbox.inner;
        let states = snapshot::unpack(snapshot, *workspace, &WORKSPACE[1..], trees)
            .map_err(|reason| Error::Configuration(format!("the snapshot cannot be restored: {reason}")))?;
        let mut sessions = Vec::with_capacity(states.len());
        for state in states {
            sessions.push(sandbox.restore_session(&state).await?);
        }
        Ok((sandbox, sessions))
    }

    /// Makes a port of the sandbox reachable from the host, at `host_port` of
    /// its loopback (0: any that is free), for as long as the sandbox lives.
    /// Gives the address on the host.
    ///
    /// # Errors
    /// `Configuration` when the host's port cannot be had.
    pub fn forward(&self, host_port: u16, port: u16) -> Result<std::net::SocketAddr, Error> {
        self.inner.kernel.network.forward(host_port, port)
    }

    /// Processes that are running or waiting to be waited for.
    pub fn process_count(&self) -> usize {
        self.inner.kernel.processes().len()
    }

    /// Linear memory of all its processes together, in bytes.
    pub fn memory_used(&self) -> u64 {
        self.inner.kernel.memory_used()
    }

    /// Ends every process of the sandbox and closes its sessions. Its files
    /// stay readable; new sessions are refused.
    pub fn destroy(&self) {
        let sessions = self.inner.sessions().take();
        for session in sessions.iter().flatten().filter_map(Weak::upgrade) {
            session.close("its sandbox was destroyed");
        }
        self.inner.kernel.kill_all(|_| true);
    }
}
