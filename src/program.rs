//! Programs: from the bytes of a file to something that can be started.
//!
//! Installed programs are compiled ahead of time and kept by the digest of
//! their component. The files that show them in the sandbox (`/usr/bin/ls`)
//! are *stubs*: valid, empty components with a custom section that holds the
//! digest. So they can be listed, copied and linked like any file and still
//! start without compiling, and the kernel knows no command by name.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};
#[cfg(feature = "compiler")]
use sha2::{Digest as _, Sha256};
use wasmtime::component::{Component, InstancePre};

use crate::engine::{Engine, Kind, Machine};
use crate::error::Error;
use crate::fs::Node;
use crate::kernel::Guest;
use crate::wit::guest::GuestPre;

/// SHA-256 of a component's bytes.
pub(crate) type Digest = [u8; 32];

/// The start of a component: `\0asm`, version 13, layer 1.
const COMPONENT_HEADER: [u8; 8] = *b"\0asm\x0d\0\x01\0";
/// The start of a core module: `\0asm`, version 1.
const MODULE_HEADER: [u8; 8] = *b"\0asm\x01\0\0\0";
/// A custom section (id 0) of 43 bytes, whose name is 10 long.
const STUB_SECTION: [u8; 13] = *b"\0\x2b\x0aagentfense";
/// The length of a stub file.
pub(crate) const STUB_LEN: usize = COMPONENT_HEADER.len() + STUB_SECTION.len() + 32;

/// The bytes of a file that stands for an installed program.
pub(crate) fn stub(digest: &Digest) -> Vec<u8> {
    [&COMPONENT_HEADER[..], &STUB_SECTION, digest].concat()
}

/// What a file's first bytes say it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// An installed program.
    Stub(Digest),
    /// A component or core module to compile.
    Wasm,
    /// `#!interpreter [argument]`
    Script { interpreter: String, argument: Option<String> },
    /// Nothing the kernel can start.
    Unknown,
}

impl Format {
    /// Looks at the first bytes of a file (`STUB_LEN` or 256, whichever is more).
    pub(crate) fn of(head: &[u8]) -> Format {
        if let Some(rest) = head.strip_prefix(&COMPONENT_HEADER[..])
            && let Some(digest) = rest.strip_prefix(&STUB_SECTION[..])
            && let Ok(digest) = Digest::try_from(digest)
        {
            return Format::Stub(digest);
        }
        if head.starts_with(&COMPONENT_HEADER) || head.starts_with(&MODULE_HEADER) {
            return Format::Wasm;
        }
        if let Some(line) = head.strip_prefix(b"#!") {
            let line = line.split(|&b| b == b'\n').next().unwrap_or_default();
            let line = String::from_utf8_lossy(line);
            let line = line.trim();
            let (interpreter, argument) = match line.split_once([' ', '\t']) {
                Some((interpreter, argument)) => (interpreter, Some(argument.trim().to_owned())),
                None => (line, None),
            };
            if !interpreter.is_empty() {
                return Format::Script { interpreter: interpreter.to_owned(), argument };
            }
        }
        Format::Unknown
    }
}

/// A program that is ready to be instantiated.
pub(crate) struct Program {
    pub(crate) kind: Kind,
    pub(crate) pre: InstancePre<Guest>,
    /// The same with its `wasi:cli/run` looked up.
    pub(crate) run: GuestPre<Guest>,
}

/// An artifact compiled ahead of time, loaded at its first use.
struct Installed {
    artifact: PathBuf,
    kind: Kind,
    loaded: OnceLock<Result<Arc<Program>, String>>,
}

/// The programs of a host process, by digest.
#[derive(Default)]
pub(crate) struct Programs {
    installed: Mutex<HashMap<Digest, Arc<Installed>>>,
    #[cfg(feature = "compiler")]
    compiled: Mutex<HashMap<Digest, Arc<Program>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Programs {
    fn install(&self, digest: Digest, artifact: PathBuf, kind: Kind) {
        lock(&self.installed)
            .entry(digest)
            .or_insert_with(|| Arc::new(Installed { artifact, kind, loaded: OnceLock::new() }));
    }

    /// The installed program with that digest.
    pub(crate) fn get(&self, engine: &Engine, digest: &Digest) -> Result<Arc<Program>, String> {
        let installed = lock(&self.installed).get(digest).cloned();
        let Some(installed) = installed else {
            return Err("the installed program that this file stands for is not there".into());
        };
        installed
            .loaded
            .get_or_init(|| {
                let machine = engine.machine(installed.kind)?;
                let component = load_artifact(machine, &installed.artifact)?;
                Program::new(machine, &component)
            })
            .clone()
    }

    /// Compiles the bytes of a component or module, or finds them compiled.
    /// Takes seconds for large programs: not for a task's thread.
    #[cfg(feature = "compiler")]
    pub(crate) fn compile(&self, engine: &Engine, bytes: &[u8]) -> Result<Arc<Program>, String> {
        /// Programs of guests that are kept compiled; bounds what a guest that
        /// makes ever new ones can take.
        const KEPT: usize = 64;
        let digest: Digest = Sha256::digest(bytes).into();
        if let Some(program) = lock(&self.compiled).get(&digest) {
            return Ok(program.clone());
        }
        let adapted;
        let bytes = if bytes.starts_with(&MODULE_HEADER) {
            adapted = crate::preview1::adapt(bytes)?;
            &adapted
        } else {
            bytes
        };
        // Threads are for what is installed.
        let machine = engine.machine(Kind::Plain)?;
        let component = Component::new(&machine.wasmtime, bytes)
            .map_err(|error| format!("not a valid WebAssembly program: {error:#}"))?;
        let program = Program::new(machine, &component)?;
        let mut compiled = lock(&self.compiled);
        if compiled.len() >= KEPT
            && let Some(&old) = compiled.keys().next()
        {
            compiled.remove(&old);
        }
        compiled.insert(digest, program.clone());
        Ok(program)
    }

    /// Without the compiler only installed programs run.
    #[cfg(not(feature = "compiler"))]
    pub(crate) fn compile(&self, _: &Engine, _: &[u8]) -> Result<Arc<Program>, String> {
        Err("this build has no compiler and runs only installed programs".into())
    }
}

impl Program {
    fn new(machine: &Machine, component: &Component) -> Result<Arc<Program>, String> {
        let pre = machine
            .linker
            .instantiate_pre(component)
            .map_err(|error| format!("it needs what the sandbox does not offer: {error:#}"))?;
        let run = GuestPre::new(pre.clone()).map_err(|error| format!("it is not a command: {error:#}"))?;
        Ok(Arc::new(Program { kind: machine.kind(), pre, run }))
    }
}

fn load_artifact(machine: &Machine, path: &Path) -> Result<Component, String> {
    // SAFETY: the artifact comes from the userland directory that the
    // embedder installed or named, which it must trust as it trusts its own
    // code (`Userland::open` says so); no guest can write there.
    unsafe { Component::deserialize_file(&machine.wasmtime, path) }
        .map_err(|error| format!("{}: {error:#}", path.display()))
}

/// The image that every sandbox has: the shell and the everyday commands.
pub(crate) const BASE: &str = "base";

/// One entry of a userland's manifest.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    /// The image it belongs to.
    image: String,
    /// The artifact's file name, beside the manifest.
    artifact: String,
    /// The component's SHA-256, in hexadecimal.
    digest: String,
    /// The commands it is.
    commands: Vec<String>,
    /// Whether it has threads.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    threads: bool,
    /// The files it comes with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tree: Option<TreeEntry>,
}

/// The files of an entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct TreeEntry {
    /// The archive's file name, beside the manifest.
    archive: String,
    /// Where it is mounted.
    mount: String,
}

/// A program to be installed: a component, the commands that it is, and the
/// read-only files that it comes with. Packages of one name of an image are
/// mounted together, or not at all.
#[derive(Debug, Clone)]
pub struct Package<'a> {
    /// What its files in the userland's directory are called.
    pub name: &'a str,
    /// The image it belongs to; every sandbox has `base`.
    pub image: &'a str,
    /// The component's bytes.
    pub component: &'a [u8],
    /// The names that it has in `/usr/bin`.
    pub commands: Vec<String>,
    /// An uncompressed tar archive, and the absolute path that its contents
    /// are mounted at.
    pub tree: Option<(&'a Path, &'a str)>,
}

/// The manifest's file name.
const MANIFEST: &str = "userland.json";

/// A directory of programs that were compiled ahead of time, and the commands
/// that they are.
///
/// Its artifacts are native code: they must be trusted like the program that
/// embeds this library.
#[derive(Debug, Clone)]
pub struct Userland {
    /// Sorted by name.
    commands: Vec<Installation>,
    trees: Vec<Tree>,
    images: Vec<String>,
}

/// A command of an image.
#[derive(Debug, Clone)]
struct Installation {
    command: String,
    digest: Digest,
    image: String,
}

/// Read-only files of an image.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    image: String,
    pub(crate) mount: String,
    /// Sandboxes share it.
    pub(crate) root: Root,
}

/// The root of a tree. No part of it can be printed.
#[derive(Clone)]
pub(crate) struct Root(pub(crate) Arc<dyn Node>);

impl std::fmt::Debug for Root {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Root")
    }
}

/// The userland that was opened last, with its directory and its manifest: the
/// sandboxes of a program share one.
static LAST: Mutex<Option<(PathBuf, String, Userland)>> = Mutex::new(None);

impl Userland {
    /// Where the userland is: what `AGENTFENSE_USERLAND` names, or
    /// `agentfense-userland` beside the running program, or
    /// `../lib/agentfense` from there.
    pub fn find() -> Result<Userland, Error> {
        let mut tried = Vec::new();
        if let Some(named) = std::env::var_os("AGENTFENSE_USERLAND") {
            tried.push(PathBuf::from(named));
        } else if let Ok(exe) = std::env::current_exe().and_then(std::fs::canonicalize)
            && let Some(dir) = exe.parent()
        {
            tried.push(dir.join("agentfense-userland"));
            tried.push(dir.join("../lib/agentfense"));
        }
        match tried.iter().find(|dir| dir.join(MANIFEST).is_file()) {
            Some(dir) => Userland::open(dir),
            None => Err(Error::Userland(format!(
                "no {MANIFEST} in {}; build it with `cargo xtask setup`, or name its directory in AGENTFENSE_USERLAND",
                tried.iter().map(|dir| dir.display().to_string()).collect::<Vec<_>>().join(" or ")
            ))),
        }
    }

    /// The userland in a directory, as `cargo xtask setup` writes it.
    pub fn open(directory: &Path) -> Result<Userland, Error> {
        let path = directory.join(MANIFEST);
        let failed = |error: &dyn std::fmt::Display| Error::Userland(format!("{}: {error}", path.display()));
        let text = std::fs::read_to_string(&path).map_err(|error| failed(&error))?;
        {
            let last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, _, userland)) =
                last.as_ref().filter(|(dir, manifest, _)| dir == directory && *manifest == text)
            {
                return Ok(userland.clone());
            }
        }
        let entries: Vec<Entry> = serde_json::from_str(&text).map_err(|error| failed(&error))?;
        let engine = Engine::shared()?;
        let mut userland = Userland { commands: Vec::new(), trees: Vec::new(), images: vec![BASE.into()] };
        let beside = |file: &str| match Path::new(file).components().count() {
            1 => Ok(directory.join(file)),
            _ => Err(failed(&"an artifact is not a file of this directory")),
        };
        for entry in entries {
            let digest = parse_hex(&entry.digest).ok_or_else(|| failed(&"a digest is not 64 hexadecimal digits"))?;
            let kind = if entry.threads { Kind::Threaded } else { Kind::Plain };
            engine.programs.install(digest, beside(&entry.artifact)?, kind);
            let image = entry.image;
            userland.commands.extend(entry.commands.into_iter().map(|command| Installation {
                command,
                digest,
                image: image.clone(),
            }));
            if let Some(TreeEntry { archive, mount }) = entry.tree {
                let archive = beside(&archive)?;
                if !archive.is_file() {
                    return Err(failed(&format_args!("{} is missing", archive.display())));
                }
                let root = Root(crate::fs::archive(&archive));
                userland.trees.push(Tree { image: image.clone(), mount, root });
            }
            if !userland.images.contains(&image) {
                userland.images.push(image);
            }
        }
        userland.commands.sort_by(|a, b| a.command.cmp(&b.command));
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some((directory.to_owned(), text, userland.clone()));
        Ok(userland)
    }

    /// The names of the commands, sorted.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        self.commands.iter().map(|installed| installed.command.as_str())
    }

    /// The names of the images: `base`, then what else is installed.
    pub fn images(&self) -> impl Iterator<Item = &str> {
        self.images.iter().map(String::as_str)
    }

    /// Adds the images of another userland; where both have a command, the
    /// other's is taken.
    pub fn with(mut self, other: Userland) -> Userland {
        self.commands.retain(|ours| other.commands.iter().all(|theirs| theirs.command != ours.command));
        self.commands.extend(other.commands);
        self.commands.sort_by(|a, b| a.command.cmp(&b.command));
        self.trees.extend(other.trees);
        for image in other.images {
            if !self.images.contains(&image) {
                self.images.push(image);
            }
        }
        self
    }

    /// Only `base` and the named images.
    pub(crate) fn only(mut self, images: &[String]) -> Result<Userland, Error> {
        if let Some(unknown) = images.iter().find(|name| !self.images.contains(name)) {
            return Err(Error::Configuration(format!("image '{unknown}': there is no such image")));
        }
        let wanted = |image: &String| image == BASE || images.contains(image);
        self.commands.retain(|installed| wanted(&installed.image));
        self.trees.retain(|tree| wanted(&tree.image));
        self.images.retain(wanted);
        Ok(self)
    }

    pub(crate) fn stubs(&self) -> impl Iterator<Item = (&str, Vec<u8>)> {
        self.commands.iter().map(|installed| (installed.command.as_str(), stub(&installed.digest)))
    }

    pub(crate) fn trees(&self) -> impl Iterator<Item = &Tree> {
        self.trees.iter()
    }

    /// Compiles components ahead of time for this machine and writes them with
    /// their manifest to a directory, for [`Userland::open`].
    #[cfg(feature = "compiler")]
    pub fn build<'a>(directory: &Path, packages: impl IntoIterator<Item = Package<'a>>) -> Result<(), Error> {
        /// Writes a file whole or not at all.
        fn put(path: &Path, bytes: &[u8]) -> Result<(), Error> {
            let staged = path.with_extension("new");
            std::fs::write(&staged, bytes)
                .and_then(|()| std::fs::rename(&staged, path))
                .map_err(|error| Error::Userland(format!("{}: {error}", path.display())))
        }
        let hex = |digest: &[u8]| digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        std::fs::create_dir_all(directory)
            .map_err(|error| Error::Userland(format!("{}: {error}", directory.display())))?;
        let engine = Engine::shared()?;
        let mut entries: Vec<Entry> = Vec::new();
        for Package { name, image, component, commands, tree } in packages {
            let digest = hex(&Sha256::digest(component));
            // The name holds the digest: a running program's artifact is never
            // overwritten in place.
            let artifact = format!("{name}-{}.cwasm", &digest[..16]);
            let path = directory.join(&artifact);
            // Compiling takes seconds; an artifact of this component that the
            // engine takes is what compiling it would give.
            let kind = crate::engine::kind(component);
            let machine = engine.machine(kind).map_err(Error::Engine)?;
            if load_artifact(machine, &path).is_err() {
                let compiled = crate::engine::precompile(kind, component)
                    .map_err(|error| Error::Userland(format!("{name}: {error:#}")))?;
                put(&path, &compiled)?;
            }
            let tree = match tree {
                Some((source, mount)) => {
                    let contents = std::fs::read(source)
                        .map_err(|error| Error::Userland(format!("{}: {error}", source.display())))?;
                    let archive = format!("{name}-{}.tar", &hex(&Sha256::digest(&contents))[..16]);
                    if !directory.join(&archive).is_file() {
                        put(&directory.join(&archive), &contents)?;
                    }
                    Some(TreeEntry { archive, mount: mount.into() })
                }
                None => None,
            };
            let threads = kind == Kind::Threaded;
            entries.push(Entry { image: image.into(), artifact, digest, commands, threads, tree });
        }
        let manifest = serde_json::to_vec_pretty(&entries).map_err(|error| Error::Userland(error.to_string()))?;
        put(&directory.join(MANIFEST), &manifest)?;
        // What an earlier build left is of no use to anyone now.
        for file in std::fs::read_dir(directory).into_iter().flatten().flatten() {
            let name = file.file_name();
            let stale = name.to_str().is_some_and(|name| {
                let used = |entry: &Entry| {
                    entry.artifact == name || entry.tree.as_ref().is_some_and(|tree| tree.archive == name)
                };
                (name.ends_with(".cwasm") || name.ends_with(".tar")) && !entries.iter().any(used)
            });
            if stale {
                // A program that still has it mapped may keep it.
                let _ = std::fs::remove_file(file.path());
            }
        }
        Ok(())
    }
}

fn parse_hex(text: &str) -> Option<Digest> {
    let mut digest = Digest::default();
    let digits = text.as_bytes();
    if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stub_names_its_program() {
        let digest = [7; 32];
        let stub = stub(&digest);
        assert_eq!(stub.len(), STUB_LEN);
        assert_eq!(Format::of(&stub), Format::Stub(digest));
    }

    #[test]
    fn an_interpreter_line_has_at_most_one_argument() {
        assert_eq!(
            Format::of(b"#! /usr/bin/env -S  bash -e \nrest"),
            Format::Script { interpreter: "/usr/bin/env".into(), argument: Some("-S  bash -e".into()) }
        );
        assert_eq!(Format::of(b"#!\n"), Format::Unknown);
        assert_eq!(Format::of(b""), Format::Unknown);
    }

    #[test]
    fn digests_are_hexadecimal() {
        assert_eq!(parse_hex(&"0f".repeat(32)), Some([15; 32]));
        assert_eq!(parse_hex(&"+f".repeat(32)), None);
        assert_eq!(parse_hex("0f"), None);
    }
}
