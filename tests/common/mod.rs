//! What the tests of the API share.
#![allow(dead_code, reason = "each test program uses its part")]

use std::path::{Path, PathBuf};

use agentfense::blocking::{Sandbox, Session};
use agentfense::{ExecResult, Limits, Mount, SessionOptions};

/// A directory of the host that goes away with the value.
pub struct TempDir(PathBuf);

impl TempDir {
    pub fn new() -> TempDir {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("agentfense-test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        TempDir(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> &Self {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, contents).unwrap();
        self
    }

    pub fn read(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.0.join(name)).ok()
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A sandbox with an empty workspace in memory.
pub fn sandbox() -> Sandbox {
    Sandbox::new(Sandbox::builder()).unwrap()
}

pub fn sandbox_with(limit: impl FnOnce(&mut Limits)) -> Sandbox {
    let mut limits = Limits::default();
    limit(&mut limits);
    Sandbox::new(Sandbox::builder().limits(limits)).unwrap()
}

pub fn over(directory: &TempDir, mount: Mount) -> Sandbox {
    Sandbox::new(Sandbox::builder().workspace(directory.path(), mount)).unwrap()
}

/// A session with bash.
pub fn bash(sandbox: &Sandbox) -> Session {
    sandbox.session_with(SessionOptions::new().shell("/bin/bash")).unwrap()
}

/// Standard output of a script that must succeed.
#[track_caller]
pub fn out(session: &Session, script: &str) -> String {
    let result = session.exec(script).unwrap();
    assert_eq!(
        result.exit_code,
        Some(0),
        "{script}\nstdout: {}\nstderr: {}",
        result.stdout_text(),
        result.stderr_text()
    );
    result.stdout_text().into_owned()
}

/// Standard output, standard error and status.
#[track_caller]
pub fn all(result: ExecResult) -> (String, String, i32) {
    (result.stdout_text().into_owned(), result.stderr_text().into_owned(), result.exit_code.unwrap())
}

/// The processes of a sandbox, a line each.
pub fn processes(sandbox: &Sandbox) -> String {
    let names = sandbox.list_files("/proc", false).unwrap_or_default();
    let numbers = names.iter().filter(|name| name.starts_with(|c: char| c.is_ascii_digit()));
    numbers.filter_map(|name| String::from_utf8(sandbox.read_file(&format!("/proc/{name}stat")).ok()?).ok()).collect()
}
