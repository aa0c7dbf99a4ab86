//! The shell's behaviour as scripts: each `shell/TOPIC.sh` runs in a fresh
//! session and must print what `shell/TOPIC.out` holds. A first line
//! `# status: N` names another exit status than 0.

mod common;

use agentfense::SessionOptions;

#[test]
fn scripts_print_what_is_expected() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shell");
    let mut scripts: Vec<_> = std::fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "sh"))
        .collect();
    scripts.sort();
    assert!(!scripts.is_empty(), "no scripts in {}", directory.display());
    let mut failures = Vec::new();
    for path in &scripts {
        let script = std::fs::read(path).unwrap();
        let expected = std::fs::read(path.with_extension("out")).unwrap();
        let status = script
            .strip_prefix(b"# status: ")
            .and_then(|rest| std::str::from_utf8(rest.split(|&b| b == b'\n').next()?).ok()?.trim().parse().ok())
            .unwrap_or(0);
        let sandbox = common::sandbox();
        let session = sandbox.session_with(SessionOptions::new().shell("/bin/bash")).unwrap();
        let name = path.file_name().unwrap().to_string_lossy();
        let result =
            session.prepare(script).name(name.clone()).timeout(std::time::Duration::from_secs(60)).wait().unwrap();
        if result.stdout != expected || result.exit_code != Some(status) {
            let (output, expected) = (result.stdout_text(), String::from_utf8_lossy(&expected));
            let difference = output
                .lines()
                .zip(expected.lines())
                .position(|(got, wanted)| got != wanted)
                .unwrap_or_else(|| output.lines().count().min(expected.lines().count()));
            failures.push(format!(
                "{name}: status {:?}, line {}:\n  wanted {:?}\n  got    {:?}\n{}",
                result.exit_code,
                difference + 1,
                expected.lines().nth(difference),
                output.lines().nth(difference),
                result.stderr_text()
            ));
        }
    }
    assert!(failures.is_empty(), "{} of {} scripts:\n{}", failures.len(), scripts.len(), failures.join("\n"));
}
