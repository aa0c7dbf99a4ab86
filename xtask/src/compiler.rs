//! A C compiler for WebAssembly, for the programs with parts in C.
//!
//! `CC_wasm32_wasip2` names one that is there. Without it, Zig's (clang with a WASI libc) comes from the Python package
//! index into the target directory, at a fixed version whose files are checked by their hashes.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The variable by which crates' build scripts find it.
pub const VARIABLE: &str = "CC_wasm32_wasip2";

/// The requirement as pip reads it: a hash for each of its files that is for a host of ours.
const REQUIREMENT: &str = "\
ziglang==0.17.1 \\
  --hash=sha256:ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54 \\
  --hash=sha256:b7c5f02fccd40f89b999ee16a1f5ddced56e6182370f8affe494bcf8a28cf07e \\
  --hash=sha256:09953b6af7f64168b915180a42774f520f92d86ef6331b28e33915c7e1f0bb23 \\
  --hash=sha256:4e0b4b9c02b8d0d220e9948010f860b62ff11d96abb39762eca5fa2ef3f7bc97
";

/// Drops the `--target` that the `cc` crate adds: Zig has a name of its own for it.
const WRAPPER: &str = r#"for a; do shift; case $a in --target=*) ;; *) set -- "$@" "$a";; esac; done
PYTHONPATH='@PATH@' exec python3 -m ziglang cc -target wasm32-wasi "$@""#;

fn failed(path: &Path) -> impl Fn(std::io::Error) -> String {
    move |error| format!("{}: {error}", path.display())
}

/// The compiler to name in [`VARIABLE`]; absent when that is set already.
pub fn find(target_dir: &Path) -> Result<Option<PathBuf>, String> {
    if std::env::var_os(VARIABLE).is_some() {
        return Ok(None);
    }
    if !cfg!(unix) {
        return Err("the compiler's wrapper is a shell script".into());
    }
    let directory = target_dir.join("ziglang-0.17.1");
    if !directory.join("ziglang").is_dir() {
        install(&directory)?;
    }
    let body = WRAPPER.replace("@PATH@", &directory.to_string_lossy());
    crate::stand_in(&directory.join("cc"), &body).map(Some)
}

fn install(directory: &Path) -> Result<(), String> {
    std::fs::create_dir_all(directory).map_err(failed(directory))?;
    let requirement = directory.join("requirements.txt");
    std::fs::write(&requirement, REQUIREMENT).map_err(failed(&requirement))?;
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]);
    pip.args(["--require-hashes", "--requirement"]).arg(&requirement).arg("--target").arg(directory);
    eprintln!("+ {pip:?}");
    match pip.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("pip: {status}")),
        Err(error) => Err(format!("python3: {error}")),
    }
}
