//! What cargo cannot say: building the userland for WebAssembly, compiling it
//! ahead of time for this machine, and the checks that need more than one
//! cargo command. See `usage` for the tasks.

mod compiler;
mod python;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The target that the userland is built for.
const TARGET: &str = "wasm32-wasip2";

/// A guest program.
struct Program {
    package: &'static str,
    /// The cargo profile it is built with; it names the directory, too.
    profile: &'static str,
    component: &'static str,
    /// The file that lists its commands, one a line.
    commands: &'static str,
}

const PROGRAMS: &[Program] = &[
    Program {
        package: "agentfense-shell",
        profile: "guest-lto",
        component: "agentfense_shell.wasm",
        commands: "guest/shell/commands.txt",
    },
    Program {
        package: "agentfense-toolbox",
        profile: "guest",
        component: "agentfense-toolbox.wasm",
        commands: "guest/toolbox/commands.txt",
    },
    Program {
        package: "agentfense-coreutils",
        profile: "guest",
        component: "agentfense-coreutils.wasm",
        commands: "guest/coreutils/commands.txt",
    },
    Program {
        package: "agentfense-system",
        profile: "guest",
        component: "agentfense-system.wasm",
        commands: "guest/system/commands.txt",
    },
    Program {
        package: "agentfense-archive",
        profile: "guest",
        component: "agentfense-archive.wasm",
        commands: "guest/archive/commands.txt",
    },
    Program {
        package: "agentfense-text",
        profile: "guest",
        component: "agentfense-text.wasm",
        commands: "guest/text/commands.txt",
    },
    Program {
        package: "agentfense-make",
        profile: "guest",
        component: "agentfense-make.wasm",
        commands: "guest/make/commands.txt",
    },
    Program {
        package: "agentfense-jq",
        profile: "guest",
        component: "agentfense-jq.wasm",
        commands: "guest/jq/commands.txt",
    },
    Program {
        package: "agentfense-net",
        profile: "guest",
        component: "agentfense-net.wasm",
        commands: "guest/net/commands.txt",
    },
    Program {
        package: "agentfense-openssl",
        profile: "guest",
        component: "agentfense-openssl.wasm",
        commands: "guest/openssl/commands.txt",
    },
    Program {
        package: "agentfense-bc",
        profile: "guest",
        component: "agentfense-bc.wasm",
        commands: "guest/bc/commands.txt",
    },
    Program {
        package: "agentfense-sqlite",
        profile: "guest",
        component: "agentfense-sqlite.wasm",
        commands: "guest/sqlite/commands.txt",
    },
];

/// The programs with parts in C, which need a compiler that not every machine has.
const WITH_C: [&str; 1] = ["agentfense-sqlite"];

/// Hosts that the library is checked for, besides this one.
const HOSTS: [&str; 3] = ["x86_64-pc-windows-gnu", "aarch64-apple-darwin", "aarch64-unknown-linux-gnu"];

type Result<T = ()> = std::result::Result<T, String>;

fn usage() -> String {
    "usage: cargo xtask TASK\n\
     \n\
     setup    installs the WebAssembly target, builds the userland and the command\n\
     userland builds the userland only\n\
     python   fetches, builds and installs Python\n\
     install  compiles the built userland ahead of time for this machine\n\
     test     sets up, then runs every test and check\n\
     cross    checks the library for other hosts\n\
     bench    sets up, then prints the benchmark table"
        .into()
}

fn main() -> ExitCode {
    let task = std::env::args().nth(1);
    let done = match task.as_deref() {
        Some("setup") => setup(),
        Some("userland") => userland(),
        Some("python") => python::build().and_then(|()| install()),
        Some("install") => install(),
        Some("test") => test(),
        Some("cross") => cross(),
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
    run_in(&root(), program, args, &[])
}

fn run_in(directory: &Path, program: &str, args: &[&str], env: &[(&str, &str)]) -> Result {
    eprintln!("+ {program} {}", args.join(" "));
    let status = Command::new(program)
        .args(args)
        .current_dir(directory)
        .envs(env.iter().copied())
        // Set by the cargo that runs this task; not meant for the one it runs.
        .env_remove("CARGO_MANIFEST_DIR")
        .status()
        .map_err(|error| format!("{program}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{program} {}: {status}", args.join(" "))) }
}

fn cargo(args: &[&str]) -> Result {
    cargo_with(args, &[])
}

fn cargo_with(args: &[&str], env: &[(&str, &str)]) -> Result {
    run_in(&root(), &std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()), args, env)
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
    // One at a time: together cargo would give both the features of each, and
    // the shell is no command in the sense of `agentfense-sys`.
    for program in PROGRAMS {
        if WITH_C.contains(&program.package)
            && let Err(why) = prepare_compiler()
        {
            eprintln!("no C compiler for WebAssembly ({why}): {} is left out", program.package);
            continue;
        }
        cargo(&["build", "--profile", program.profile, "--target", TARGET, "-p", program.package])?;
    }
    python::build()?;
    install()
}

/// Names a C compiler for WebAssembly to the build scripts of crates.
fn prepare_compiler() -> Result {
    if let Some(path) = compiler::find(&target_dir())? {
        // SAFETY: this program has one thread.
        unsafe { std::env::set_var(compiler::VARIABLE, path) };
    }
    Ok(())
}

/// Compiles the components that are built ahead of time, beside the command.
fn install() -> Result {
    let mut programs = Vec::new();
    for program in PROGRAMS {
        let path = target_dir().join(TARGET).join(program.profile).join(program.component);
        let component = match std::fs::read(&path) {
            Ok(component) => component,
            // `userland` has built them all; whoever works on one need not.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                eprintln!("{} is not built: its commands are left out", program.package);
                continue;
            }
            Err(error) => return Err(format!("{}: {error}", path.display())),
        };
        let path = root().join(program.commands);
        let commands = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        programs.push((program.package, component, commands.lines().map(str::to_owned).collect::<Vec<_>>()));
    }
    let directory = target_dir().join("release/agentfense-userland");
    let install = || {
        let python = python::built();
        let base = programs.iter().map(|(name, component, commands)| agentfense::Package {
            name,
            image: "base",
            component,
            commands: commands.clone(),
            tree: None,
        });
        let python = python.as_ref().map(|python| agentfense::Package {
            name: python::IMAGE,
            image: python::IMAGE,
            component: &python.component,
            commands: python::COMMANDS.map(str::to_owned).into(),
            tree: Some((&python.library, python::LIBRARY)),
        });
        agentfense::Userland::build(&directory, base.chain(python)).map_err(|error| error.to_string())
    };
    install()?;
    if python::built().is_some() && python::compile_library(&directory)? {
        install()?;
    }
    Ok(())
}

/// Everything that must hold. Ordered so that what is quick fails first.
fn test() -> Result {
    cargo(&["fmt", "--all", "--check"])?;
    setup()?;
    // In release, so that the engine is compiled once for the command and the tests.
    cargo(&["test", "--release", "-p", "agentfense"])?;
    // The guests' pure parts, natively.
    cargo(&[
        "test",
        "--release",
        "-p",
        "agentfense-sys",
        "-p",
        "agentfense-regex",
        "-p",
        "agentfense-shell",
        "-p",
        "agentfense-awk",
        "-p",
        "agentfense-calendar",
        "-p",
        "agentfense-sed",
        "-p",
        "agentfense-sqlite",
        "-p",
        "agentfense-openssl",
        "-p",
        "agentfense-bc",
        "-p",
        "agentfense-jq",
        "-p",
        "agentfense-make",
        "-p",
        "agentfense-support",
    ])?;
    cargo(&[
        "test",
        "--release",
        "-p",
        "agentfense-toolbox",
        "-p",
        "agentfense-text",
        "-p",
        "agentfense-coreutils",
        "-p",
        "agentfense-archive",
        "-p",
        "agentfense-net",
    ])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    // The build without the compiler, with what was compiled ahead of time.
    cargo(&["test", "--release", "-p", "agentfense", "--no-default-features", "--features", "cli"])?;
    // Leaves the command as `setup` makes it.
    cargo(&["build", "--release", "-p", "agentfense"])?;
    cross()
}

/// Checks that the library compiles for other hosts. Nothing is linked, so
/// the C parts of dependencies are not needed: where there is no compiler for
/// them, stand-ins make empty objects.
fn cross() -> Result {
    if !cfg!(unix) {
        eprintln!("the stand-in compilers are shell scripts: skipped on this host");
        return Ok(());
    }
    let directory = target_dir().join("cross");
    std::fs::create_dir_all(&directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let compiler = stand_in(
        &directory.join("cc"),
        "while [ $# -gt 0 ]; do case $1 in -o) : > \"$2\";; -E) exec cc -E -x c /dev/null;; esac; shift; done",
    )?;
    let archiver = stand_in(&directory.join("ar"), "for a; do case $a in *.a) : > \"$a\";; esac; done")?;
    for target in HOSTS {
        run("rustup", &["target", "add", target])?;
        let variable = |tool: &str| format!("{tool}_{}", target.replace('-', "_"));
        // SAFETY: this program has one thread.
        unsafe {
            std::env::set_var(variable("CC"), &compiler);
            std::env::set_var(variable("AR"), &archiver);
        }
        let target_dir = directory.to_string_lossy().into_owned();
        cargo(&[
            "check",
            "-p",
            "agentfense",
            "--lib",
            "--no-default-features",
            "--target",
            target,
            "--target-dir",
            &target_dir,
        ])?;
    }
    Ok(())
}

/// An executable shell script.
fn stand_in(path: &Path, body: &str) -> Result<PathBuf> {
    std::fs::write(path, format!("#!/bin/sh\n{body}\nexit 0\n"))
        .map_err(|error| format!("{}: {error}", path.display()))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(path.to_path_buf())
}
