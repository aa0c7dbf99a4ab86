//! Puts Python together: CPython for WASI and its standard library out of a
//! published wheel, our library in front of it, one component from both.
//!
//! Everything is made under the target directory and kept by what it is made
//! from, so a second run does nothing.

mod link;
mod merge;
mod stacks;
mod tree;
mod wheel;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest as _, Sha256};

use crate::{Result, TARGET, cargo_with, root, target_dir};

/// The image's name, and its package's.
pub(crate) const IMAGE: &str = "python";
/// The commands that the component is.
pub(crate) const COMMANDS: [&str; 6] = ["python", "python3", "python3.14", "pip", "pip3", "pip3.14"];
/// Where the standard library is mounted.
pub(crate) const LIBRARY: &str = "/usr/lib/python3.14";

/// What is installed: a component and the archive of its library.
pub(crate) struct Python {
    pub(crate) component: Vec<u8>,
    pub(crate) library: PathBuf,
}

/// Where everything of this task is.
fn directory() -> PathBuf {
    target_dir().join("python")
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> String + '_ {
    move |error| format!("{}: {error}", path.display())
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether the host has what fetches wheels.
fn has_pip() -> bool {
    let status =
        Command::new("python3").args(["-m", "pip", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Fetches and builds what is not there yet. Where wheels cannot be fetched, it says so and leaves Python out.
pub(crate) fn build() -> Result {
    let left_out = |why: &str| {
        eprintln!("{why}: the sandbox will be without Python; everything else works");
        Ok(())
    };
    let wheels = match wheel::fetch(&directory()) {
        Ok(wheels) => wheels,
        Err(_) if !has_pip() => return left_out("no python3 with pip on this host"),
        Err(error) => return left_out(&error),
    };
    let libraries = directory().join("lib");
    let parts = wheel::extract(&wheels, &libraries)?;
    let ours = compile(&libraries)?;
    let component = link::component(&ours, &libraries)?;
    let path = directory().join("python.wasm");
    std::fs::write(&path, component).map_err(failed(&path))?;
    tree::build(&directory(), &parts)
}

/// What `build` made, with the library as compiled as it is by now.
pub(crate) fn built() -> Option<Python> {
    let component = std::fs::read(directory().join("python.wasm")).ok()?;
    let library = tree::archive(&directory());
    library.is_file().then_some(Python { component, library })
}

/// Compiles the library's modules with the installed Python; whether there is something new to install.
pub(crate) fn compile_library(userland: &Path) -> Result<bool> {
    tree::compile(&directory(), userland)
}

/// Our library, as a module that the component linker takes.
fn compile(libraries: &Path) -> Result<Vec<u8>> {
    // Position-independent code, the standard library's included: the profile
    // compiles that anew from its bitcode. libc is libpython's.
    let search = libraries.to_string_lossy();
    let flags =
        ["-C", "relocation-model=pic", "-C", "target-feature=-crt-static", "-C", "link-self-contained=no", "-L"];
    let flags: Vec<&str> = flags.into_iter().chain([&*search]).collect();
    let target = directory().join("build");
    cargo_with(
        &["build", "--profile", "guest-lto", "--target", TARGET, "-p", "agentfense-python"],
        &[
            ("CARGO_ENCODED_RUSTFLAGS", &flags.join("\u{1f}")),
            ("CARGO_TARGET_DIR", &target.to_string_lossy()),
            // The interpreter is the wheel's; none of this host's is asked.
            ("PYO3_NO_PYTHON", "1"),
        ],
    )?;
    let path = target.join(TARGET).join("guest-lto/agentfense_python.wasm");
    std::fs::read(&path).map_err(failed(&path))
}

/// Runs the host's Python.
fn host_python(args: &[&str]) -> Result {
    crate::run_in(&root(), "python3", args, &[])
}
