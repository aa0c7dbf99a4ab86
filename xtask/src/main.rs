//! What cargo cannot say: building the userland for WebAssembly, compiling it
//! ahead of time for this machine, and the checks that need more than one
//! cargo command. See `usage` for the tasks.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The target that the userland is built for.
const TARGET: &str = "wasm32-wasip2";

/// A guest program: its package, its artifact, and where its commands are named.
const PROGRAMS: [(&str, &str, &str); 2] = [
    ("agentfense-shell", "agentfense_shell.wasm", "guest/shell/commands.txt"),
    ("agentfense-toolbox", "agentfense-toolbox.wasm", "guest/toolbox/commands.txt"),
];

type Result<T = ()> = std::result::Result<T, String>;

fn usage() -> String {
    "usage: cargo xtask TASK\n\
     \n\
     setup    installs the WebAssembly target, builds the userland and the command\n\
     userland builds the userland only\n\
     install  compiles the built userland ahead of time for this machine\n\
     test     sets up, then runs every test and check\n\
     bench    sets up, then prints the benchmark table"
        .into()
}

fn main() -> ExitCode {
    let task = std::env::args().nth(1);
    let done = match task.as_deref() {
        Some("setup") => setup(),
        Some("userland") => userland(),
        Some("install") => install(),
        Some("test") => setup().and_then(|()| test()),
        Some("bench") => setup().and_then(|()| cargo(&["bench", "-p", "agentfense"])),
        _ => Err(usage()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace's root, whichever folder of it the task is run in.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

fn target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

fn run(program: &str, args: &[&str]) -> Result {
    eprintln!("+ {program} {}", args.join(" "));
    let status = Command::new(program)
        .args(args)
        .current_dir(root())
        // Set by the cargo that runs this task; not meant for the one it runs.
        .env_remove("CARGO_MANIFEST_DIR")
        .status()
        .map_err(|error| format!("{program}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{program} {}: {status}", args.join(" "))) }
}

fn cargo(args: &[&str]) -> Result {
    run(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()), args)
}

fn setup() -> Result {
    userland()?;
    cargo(&["build", "--release", "-p", "agentfense"])
}

fn userland() -> Result {
    // Without rustup the target must have come with the toolchain.
    if Command::new("rustup").arg("--version").output().is_ok() {
        run("rustup", &["target", "add", TARGET])?;
    }
    let mut build = vec!["build", "--profile", "guest", "--target", TARGET];
    for (package, _, _) in PROGRAMS {
        build.extend(["-p", package]);
    }
    cargo(&build)?;
    install()
}

/// Compiles the built components ahead of time, beside the command.
fn install() -> Result {
    let built = target_dir().join(TARGET).join("guest");
    let mut programs = Vec::new();
    for (package, artifact, commands) in PROGRAMS {
        let path = built.join(artifact);
        let component = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let path = root().join(commands);
        let commands = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        programs.push((package, component, commands.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>()));
    }
    let directory = target_dir().join("release/agentfense-userland");
    // Compiling takes seconds: what is there already fits if it was made of
    // the same components by the same engine, which the stamp tells.
    agentfense::Userland::build(&directory, programs.iter().map(|(name, component, commands)| (*name, component.as_slice(), commands.clone())))
        .map_err(|error| error.to_string())
}

fn test() -> Result {
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    // In release, so that the engine is compiled once for the command and the tests.
    cargo(&["test", "--release", "-p", "agentfense"])?;
    // The guests' pure parts, natively.
    cargo(&["test", "--release", "--lib", "-p", "agentfense-shell", "-p", "agentfense-sys", "-p", "agentfense-regex"])
}
