//! Workspaces, their mounts and the files API.

mod common;

use agentfense::blocking::Sandbox;
use agentfense::{ChangeKind, Error, Mount, Permission, PermissionRule};
use common::{TempDir, all, bash, out, over, sandbox};

#[test]
fn an_overlay_keeps_changes_until_they_are_committed() {
    let directory = TempDir::new();
    directory.write("kept", "old\n").write("gone", "x").write("dir/file", "y");
    let sandbox = over(&directory, Mount::Overlay);
    let session = bash(&sandbox);
    out(&session, "echo new > kept; rm gone; mkdir made; echo made > made/file; mv dir moved");
    assert_eq!(out(&session, "cat kept made/file moved/file; ls"), "new\nmade\nykept\nmade\nmoved\n");
    assert_eq!(directory.read("kept").as_deref(), Some("old\n"));
    assert_eq!(directory.read("gone").as_deref(), Some("x"));
    let changes: Vec<_> = sandbox.diff().unwrap().into_iter().map(|change| (change.path, change.kind)).collect();
    for expected in [
        ("gone", ChangeKind::Deleted),
        ("kept", ChangeKind::Modified),
        ("made", ChangeKind::Added),
        ("dir", ChangeKind::Deleted),
    ] {
        assert!(changes.contains(&(expected.0.into(), expected.1)), "{expected:?} in {changes:?}");
    }
    sandbox.commit().unwrap();
    assert_eq!(directory.read("kept").as_deref(), Some("new\n"));
    assert_eq!(directory.read("gone"), None);
    assert_eq!(directory.read("made/file").as_deref(), Some("made\n"));
    assert_eq!(directory.read("moved/file").as_deref(), Some("y"));
    assert!(sandbox.diff().unwrap().is_empty());
}

#[test]
fn discarded_changes_are_gone() {
    let directory = TempDir::new();
    directory.write("f", "old");
    let sandbox = over(&directory, Mount::Overlay);
    let session = bash(&sandbox);
    out(&session, "echo new > f; echo more > g");
    sandbox.discard().unwrap();
    assert_eq!(out(&session, "cat f; ls"), "oldf\n");
}

#[test]
fn a_direct_mount_changes_the_directory_and_a_copy_does_not() {
    let directory = TempDir::new();
    directory.write("f", "1");
    out(&bash(&over(&directory, Mount::Direct)), "printf 2 > f; chmod 755 f");
    assert_eq!(directory.read("f").as_deref(), Some("2"));
    let copy = over(&directory, Mount::Copy);
    directory.write("f", "3");
    assert_eq!(out(&bash(&copy), "cat f; printf 4 > f; cat f; test -x f && echo x"), "24x\n");
    assert_eq!(directory.read("f").as_deref(), Some("3"));
}

#[test]
fn a_workspace_must_be_a_directory() {
    let directory = TempDir::new();
    directory.write("file", "");
    let error = |path: &str| Sandbox::from_local(directory.path().join(path)).err().unwrap();
    assert!(matches!(error("file"), Error::Workspace { reason, .. } if reason == "it is not a directory"));
    assert!(matches!(error("nowhere"), Error::Workspace { reason, .. } if reason == "No such file or directory"));
}

#[test]
fn files_can_be_read_and_written_from_outside() {
    let sandbox = sandbox();
    sandbox.write_file("a/b/c.txt", "text").unwrap();
    sandbox.write_file("/tmp/t", b"\xff\0").unwrap();
    assert_eq!(sandbox.read_file("/workspace/a/b/c.txt").unwrap(), b"text");
    assert_eq!(out(&bash(&sandbox), "cat a/b/c.txt; wc -c < /tmp/t"), "text2\n");
    assert_eq!(sandbox.list_files("", true).unwrap(), ["a/", "a/b/", "a/b/c.txt"]);
    assert_eq!(sandbox.list_files("a", false).unwrap(), ["b/"]);
    assert_eq!(sandbox.read_file("nowhere").unwrap_err().to_string(), "nowhere: No such file or directory");
}

#[test]
fn permission_rules_bind_every_command() {
    let directory = TempDir::new();
    directory.write("src/main.rs", "code").write(".env", "KEY=1").write("docs/readme", "read me");
    let rules = vec![
        PermissionRule::glob("**/*", Permission::Write, 0),
        PermissionRule::glob("/docs/**", Permission::Read, 5),
        PermissionRule::glob("**/.env*", Permission::None, 10),
    ];
    let builder = Sandbox::builder().workspace(directory.path(), Mount::Overlay).permissions(rules);
    let sandbox = Sandbox::new(builder).unwrap();
    let session = bash(&sandbox);
    assert_eq!(out(&session, "ls -A; cat docs/readme; echo more >> src/main.rs"), "docs\nsrc\nread me");
    let (_, stderr, status) = all(session.exec("cat .env").unwrap());
    assert!(status != 0 && stderr.contains("No such file or directory"), "{stderr}");
    let (_, stderr, status) = all(session.exec("echo x > docs/readme").unwrap());
    assert!(status != 0 && stderr.contains("Permission denied"), "{stderr}");
    assert!(session.exec("mv docs other || ln docs/readme link").unwrap().exit_code != Some(0));
}

#[test]
fn run_is_a_session_of_its_own() {
    let sandbox = sandbox();
    sandbox.run("cd /tmp; x=1; echo f > /workspace/f").unwrap();
    assert_eq!(sandbox.run("pwd; echo [$x]; cat f").unwrap().stdout_text(), "/workspace\n[]\nf\n");
}
