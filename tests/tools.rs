//! The commands beside the native ones: `tools/COMMAND.sh` holds cases, `tools/COMMAND.out` what the native command
//! answered to each. `tools/README.md` says how to write and record them.

mod common;

use agentfense::blocking::Sandbox;
use agentfense::{Mount, SessionOptions};
use common::TempDir;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// What a case may take. They are small; a machine under load is slow.
const TIMEOUT: Duration = Duration::from_secs(20);

/// What every case sees of the environment, here and there.
const ENVIRONMENT: [(&str, &str); 7] = [
    ("PATH", "/usr/local/bin:/usr/bin:/bin"),
    ("HOME", "/tmp"),
    ("USER", "agent"),
    ("LC_ALL", "C.UTF-8"),
    ("LANG", "C.UTF-8"),
    ("TZ", "UTC0"),
    ("TERM", "dumb"),
];

/// One `### name (flags)` of a file.
struct Case {
    /// The file's name without its ending: the command.
    tool: String,
    name: String,
    script: String,
    /// Standard error is part of the answer.
    stderr: bool,
    /// The answer is written by hand: there is no native one to record.
    ours: bool,
    /// Known to differ, so that the case fails once it no longer does.
    wrong: bool,
}

/// The case's end: status, output and the files it left, as text.
struct Ending {
    status: Option<i32>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools")
}

/// The tools that `AGENTFENSE_TOOLS` names, or all.
fn tools() -> Vec<String> {
    let only = std::env::var("AGENTFENSE_TOOLS").ok();
    let mut tools: Vec<String> = std::fs::read_dir(directory())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "sh"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .filter(|tool| only.as_ref().is_none_or(|only| only.split([',', ' ']).any(|name| name == tool)))
        .collect();
    tools.sort();
    assert!(!tools.is_empty(), "no cases in {}", directory().display());
    tools
}

/// The cases of a tool. What stands before the first is put before each.
fn cases(tool: &str) -> Vec<Case> {
    let text = std::fs::read_to_string(directory().join(format!("{tool}.sh"))).unwrap();
    let text = format!("\n{text}");
    let mut parts = text.split("\n### ");
    let before = parts.next().unwrap_or_default();
    let mut cases: Vec<Case> = Vec::new();
    for part in parts {
        let (head, script) = part.split_once('\n').unwrap_or((part, ""));
        let (name, flags) = match head.strip_suffix(')').and_then(|head| head.rsplit_once(" (")) {
            Some((name, flags)) => (name, flags),
            None => (head, ""),
        };
        let mut case = Case {
            tool: tool.into(),
            name: name.into(),
            script: format!("{before}\n{script}\n"),
            stderr: false,
            ours: false,
            wrong: false,
        };
        for flag in flags.split(", ").filter(|flag| !flag.is_empty()) {
            match flag {
                "stderr" => case.stderr = true,
                "ours" => case.ours = true,
                "wrong" => case.wrong = true,
                _ => panic!("{tool}: {name}: no such flag: {flag}"),
            }
        }
        assert!(cases.iter().all(|other| other.name != case.name), "{tool}: two cases are called {name}");
        cases.push(case);
    }
    assert!(!cases.is_empty(), "no cases for {tool}");
    cases
}

/// The stored answers of a tool by their cases' names.
fn answers(tool: &str) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(directory().join(format!("{tool}.out"))).unwrap_or_default();
    // A line of output cannot be taken for a name: it stands behind a bar.
    format!("\n{text}")
        .split("\n### ")
        .filter_map(|part| part.split_once('\n'))
        .map(|(name, answer)| (name.into(), format!("{}\n", answer.trim_end_matches('\n'))))
        .collect()
}

/// Bytes as lines that a text file can hold, each behind a `|`; `\c` ends one without a newline.
fn lines(into: &mut String, bytes: &[u8]) {
    for line in bytes.split_inclusive(|&b| b == b'\n') {
        into.push('|');
        for chunk in line.strip_suffix(b"\n").unwrap_or(line).utf8_chunks() {
            for c in chunk.valid().chars() {
                match c {
                    '\\' => into.push_str("\\\\"),
                    '\t' => into.push(c),
                    c if c.is_control() => write!(into, "\\x{:02x}", c as u32).unwrap(),
                    c => into.push(c),
                }
            }
            for byte in chunk.invalid() {
                write!(into, "\\x{byte:02x}").unwrap();
            }
        }
        into.push_str(if line.ends_with(b"\n") { "\n" } else { "\\c\n" });
    }
}

/// The files below `directory`: kind, name, mode and contents.
fn files(into: &mut String, directory: &Path, below: &str) {
    let mut entries: Vec<_> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap()).collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().unwrap();
        let mode = entry.metadata().map_or(0, |metadata| mode(&metadata));
        if kind.is_symlink() {
            let target = std::fs::read_link(entry.path()).unwrap_or_default();
            writeln!(into, "link {name} -> {}", target.display()).unwrap();
        } else if kind.is_dir() {
            writeln!(into, "directory {name} {mode:o}").unwrap();
            files(into, &entry.path(), &format!("{name}/"));
        } else if kind.is_file() {
            writeln!(into, "file {name} {mode:o}").unwrap();
            lines(into, &std::fs::read(entry.path()).unwrap());
        }
    }
}

#[cfg(unix)]
fn mode(metadata: &std::fs::Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o7777
}

#[cfg(not(unix))]
fn mode(_: &std::fs::Metadata) -> u32 {
    0o644
}

impl Case {
    /// What became of a run in `directory`.
    fn answer(&self, ending: Ending, directory: &TempDir) -> String {
        let mut answer = match ending.status {
            Some(status) => format!("exit {status}\n"),
            None => "no exit\n".into(),
        };
        // The native directory's name is another in every run; and with UTF-8 some of GNU's messages have other quotes.
        let plain = |bytes: Vec<u8>, title: &str| match String::from_utf8(bytes) {
            Ok(text) => {
                let text = text.replace(&*directory.path().to_string_lossy(), "/workspace");
                if title == "stderr" { text.replace(['‘', '’'], "'").into_bytes() } else { text.into_bytes() }
            }
            Err(error) => error.into_bytes(),
        };
        for (title, bytes) in [("stdout", ending.stdout), ("stderr", ending.stderr)] {
            if !bytes.is_empty() && (title == "stdout" || self.stderr || ending.status.is_none()) {
                answer.push_str(title);
                answer.push('\n');
                lines(&mut answer, &plain(bytes, title));
            }
        }
        files(&mut answer, directory.path(), "");
        answer
    }

    /// Runs it in a sandbox of its own.
    fn inside(&self) -> String {
        let directory = TempDir::new();
        let mut builder = Sandbox::builder().workspace(directory.path(), Mount::Direct);
        for (name, value) in ENVIRONMENT {
            builder = builder.env(name, value);
        }
        let sandbox = Sandbox::new(builder).unwrap();
        let session = sandbox.session_with(SessionOptions::new().shell("/bin/bash")).unwrap();
        let ending = match session.prepare(&self.script).name("case").stdin("").timeout(TIMEOUT).wait() {
            Ok(result) => {
                Ending { status: result.exit_code, stdout: result.stdout.to_vec(), stderr: result.stderr.to_vec() }
            }
            Err(error) => Ending { status: None, stdout: Vec::new(), stderr: error.to_string().into_bytes() },
        };
        self.answer(ending, &directory)
    }

    /// Runs it with the host's bash and commands, as a user of the same number as the sandbox's when that can be.
    #[cfg(unix)]
    fn natively(&self) -> String {
        use std::os::unix::process::CommandExt;
        let directory = TempDir::new();
        let mut command = std::process::Command::new("bash");
        command.arg("-c").arg(format!("umask 022\n{}", self.script)).arg("case");
        command.current_dir(directory.path()).env_clear().envs(ENVIRONMENT).stdin(std::process::Stdio::null());
        if std::os::unix::fs::chown(directory.path(), Some(1000), Some(1000)).is_ok() {
            command.uid(1000).gid(1000);
        }
        let output = command.output().unwrap();
        let ending = Ending { status: output.status.code(), stdout: output.stdout, stderr: output.stderr };
        self.answer(ending, &directory)
    }
}

/// Stores anew what the native tools answer; an answer of ours stays.
#[cfg(unix)]
fn record() {
    for tool in tools() {
        let old = answers(&tool);
        let found = std::process::Command::new("sh").args(["-c", "command -v \"$1\"", "sh", &tool]).output().unwrap();
        let native = found.status.success();
        let mut text = String::new();
        for case in cases(&tool) {
            let answer = match old.get(&case.name) {
                Some(answer) if case.ours || !native => answer.clone(),
                _ if case.ours => case.inside(),
                _ if native => case.natively(),
                None => panic!("{tool}: {}: no native {tool} is here to record it with", case.name),
                Some(answer) => answer.clone(),
            };
            write!(text, "### {}\n{answer}", case.name).unwrap();
        }
        if !native {
            eprintln!("{tool}: not installed here, its answers are kept");
        }
        std::fs::write(directory().join(format!("{tool}.out")), text).unwrap();
    }
}

#[test]
fn commands_answer_as_the_native_ones() {
    #[cfg(unix)]
    if std::env::var_os("AGENTFENSE_RECORD").is_some() {
        return record();
    }
    let all: Vec<(Case, Option<String>)> = tools()
        .into_iter()
        .flat_map(|tool| {
            let mut answers = answers(&tool);
            cases(&tool).into_iter().map(move |case| {
                let answer = answers.remove(&case.name);
                (case, answer)
            })
        })
        .collect();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, |n| n.get()) {
            scope.spawn(|| {
                while let Some((case, wanted)) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let name = format!("{}: {}", case.tool, case.name);
                    let failure = match wanted {
                        None => Some("not recorded".into()),
                        Some(wanted) => {
                            let got = case.inside();
                            match (got == *wanted, case.wrong) {
                                (true, false) | (false, true) => None,
                                (true, true) => Some("is right by now: take its (wrong) away".into()),
                                (false, false) => Some(format!("--- wanted\n{wanted}--- got\n{got}")),
                            }
                        }
                    };
                    if let Some(failure) = failure {
                        failures.lock().unwrap().insert(name, failure);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    let mut report = String::new();
    for (name, failure) in &failures {
        writeln!(report, "##### {name}\n{failure}").unwrap();
    }
    assert!(failures.is_empty(), "{} of {} cases:\n{report}", failures.len(), all.len());
}

#[test]
fn every_command_tells_what_it_is() {
    let session = common::bash(&common::sandbox());
    // `test --help` is the test of a word, and Info-ZIP's unzip has no --version.
    let script = r#"
        for command in /usr/bin/*; do
            name=${command##*/}
            [ "$name" = test ] && continue
            for option in --help --version; do
                [ "$name $option" = "unzip --version" ] && continue
                text=$(timeout 20 "$command" $option < /dev/null 2> /dev/null)
                status=$?
                [ "$name" = false ] && status=$((status - 1))
                [ $status = 0 ] && [ -n "$text" ] || echo "$name $option: status $status, ${#text} characters"
            done
        done
        ls /usr/bin | wc -l"#;
    let told = common::out(&session, script);
    let (problems, count) = told.trim_end().rsplit_once('\n').unwrap_or(("", told.trim_end()));
    assert_eq!(problems, "");
    assert!(count.trim().parse::<u32>().unwrap() >= 170, "{count} commands");
}

#[test]
fn versions_are_what_scripts_look_for() {
    let session = common::bash(&common::sandbox());
    let script = r#"
        # As configure looks for a mkdir -p without races.
        case $(mkdir --version 2>&1) in 'mkdir ('*'coreutils) '*) echo mkdir ;; esac
        for tool in sed tar grep find diff awk make od; do
            $tool --version | head -n 1 | grep -q GNU && echo "$tool"
        done
        tar --version | awk 'NR == 1 { print $NF }'"#;
    let told = common::out(&session, script);
    assert_eq!(told.split_whitespace().collect::<Vec<_>>().join(" "), "mkdir sed tar grep find diff awk make od 1.34");
}
