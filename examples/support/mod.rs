//! What the examples share: steps with the time each takes, and packages from the index of this machine's pip.
#![allow(dead_code, reason = "each example uses its part")]

use std::error::Error;
use std::path::PathBuf;
use std::process::Command;

use agentfense::ExecResult;
use agentfense::blocking::{Sandbox, Session};

/// What `main` of an example gives.
pub type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// Runs a script and prints what it took; its failure is only told.
pub fn step(session: &Session, script: &str) -> Result<ExecResult> {
    let result = session.exec(script)?;
    let name = script.lines().next().unwrap_or_default();
    println!("{:8.3} s  {name}", result.duration.as_secs_f64());
    if result.exit_code.is_some_and(|code| code != 0) {
        println!("            status {:?}\n{}{}", result.exit_code, result.stdout_text(), result.stderr_text());
    }
    Ok(result)
}

/// Runs a script that must succeed.
pub fn must(session: &Session, script: &str) -> Result<ExecResult> {
    let result = step(session, script)?;
    if result.exit_code == Some(0) { Ok(result) } else { Err(format!("{script}: failed").into()) }
}

/// Where the sandboxes of the examples have their wheels.
const WHEELS: &str = "/tmp/wheels";

/// Gives a sandbox packages and what they need, so that its `pip install` finds them; false, and a line that says
/// so, where this machine's pip reaches no index.
pub fn packages(sandbox: &Sandbox, names: &[&str]) -> Result<bool> {
    let cache = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/example-wheels").join(names.join("+"));
    if !cache.is_dir() {
        let fresh = cache.with_extension("new");
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--dest"]).arg(&fresh);
        // What runs here is pure Python of the sandbox's version.
        pip.args(["--only-binary=:all:", "--python-version=3.14", "--implementation=py", "--abi=none"]);
        pip.arg("--platform=any").args(names);
        if !pip.status().is_ok_and(|status| status.success()) {
            println!("skipped: pip of this machine cannot fetch {}", names.join(", "));
            return Ok(false);
        }
        std::fs::rename(fresh, &cache)?;
    }
    for wheel in std::fs::read_dir(cache)? {
        let wheel = wheel?;
        let name = wheel.file_name().into_string().map_err(|_| "a wheel with a name that is no text")?;
        sandbox.write_file(&format!("{WHEELS}/{name}"), std::fs::read(wheel.path())?)?;
    }
    Ok(true)
}

/// A sandbox whose pip looks where [`packages`] puts them, with files in its workspace.
pub fn project(files: &[(&str, &str)]) -> Result<Sandbox> {
    let builder = Sandbox::builder().env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", WHEELS);
    let sandbox = Sandbox::new(builder)?;
    for (name, text) in files {
        sandbox.write_file(&format!("/workspace/{name}"), text)?;
    }
    Ok(sandbox)
}
