//! Sandboxes as bytes: files and sessions that continue elsewhere.

mod common;

use agentfense::blocking::Sandbox;
use agentfense::{Error, Limits, Mount};
use common::{TempDir, bash, out, over, sandbox};

/// Everything about files that a script can see.
const LIST: &str = "cd /; find tmp home/agent workspace -mindepth 1 -printf '%p %y %m %n %s %T@ %l\\n' | sort; \
                    find tmp home/agent workspace -type f -exec sha256sum {} + | sort";

/// Files of every kind, names and times that need care.
const FILL: &str = "mkdir -p d/e/f 'a b'; echo one > d/one; ln d/one d/e/two; ln -s ../one d/e/link; ln -s /etc/passwd out; \
                    mkfifo pipe; printf 'x\\0\\377' > 'a b/bin'; chmod 750 d/e; chmod 0 d/e/f; touch -d '1969-01-01 01:02:03.123456789' old; \
                    head -c 3000000 /dev/urandom > big; n=$(printf 'l%.0s' {1..200}); mkdir $n; echo deep > $n/$n; \
                    echo name > $'bad\\xffname'; echo t > /tmp/t; mkdir ~/h; echo h > ~/h/h; touch -d 2001-02-03 d ~/h";

#[test]
fn files_and_sessions_continue_in_another_sandbox() {
    let first = sandbox();
    let session = bash(&first);
    out(&session, FILL);
    out(&session, "cd d/e; x=1; f() { cat link; }");
    let other = bash(&first);
    out(&other, "y=2");
    let closed = bash(&first);
    closed.close();
    let listed = out(&session, &format!("({LIST})"));
    let snapshot = first.snapshot().unwrap();
    drop((session, other, closed, first));
    let (second, sessions) = Sandbox::restore(Sandbox::builder(), &snapshot).unwrap();
    assert_eq!(sessions.len(), 2);
    assert_eq!(out(&sessions[0], &format!("({LIST})")), listed);
    assert!(listed.contains("/two f 644 2 4"), "{listed}");
    assert_eq!(out(&sessions[0], "pwd; echo $x; f"), "/workspace/d/e\n1\none\n");
    assert_eq!(out(&sessions[1], "echo $y"), "2\n");
    // A copy of a copy is the same.
    assert_eq!(second.snapshot().unwrap().len(), snapshot.len());
}

#[test]
fn of_an_overlay_the_changes_are_kept() {
    let directory = TempDir::new();
    directory.write("kept", "kept").write("changed", "old").write("gone/a/b", "b").write("file-to-dir", "f");
    directory.write("dir-to-file/x", "x").write("mode", "m").write("moved", "moved");
    let first = over(&directory, Mount::Overlay);
    let session = bash(&first);
    out(
        &session,
        "echo new > changed; rm -r gone; rm file-to-dir; mkdir file-to-dir; echo in > file-to-dir/in; \
         rm -r dir-to-file; echo now > dir-to-file; chmod 600 mode; mv moved elsewhere; mkdir added; echo a > added/a; touch -d 2001-01-01 added",
    );
    let changes = first.diff().unwrap();
    let snapshot = first.snapshot().unwrap();
    assert!(snapshot.len() < 20_000, "{} bytes: what did not change is not part of it", snapshot.len());
    let builder = || Sandbox::builder().workspace(directory.path(), Mount::Overlay);
    let (second, sessions) = Sandbox::restore(builder(), &snapshot).unwrap();
    let list = "(cd /workspace; find . -printf '%p %y %m %s\\n' | sort; stat -c %Y added; cat kept elsewhere changed)";
    assert_eq!(out(&sessions[0], list), out(&session, list));
    // The directory's own file that moved is there as a new one.
    let summary = |changes: &[agentfense::Change]| -> Vec<String> { changes.iter().map(ToString::to_string).collect() };
    assert_eq!(summary(&second.diff().unwrap()), summary(&changes));
    second.commit().unwrap();
    assert_eq!(directory.read("changed").as_deref(), Some("new\n"));
    assert_eq!(directory.read("elsewhere").as_deref(), Some("moved"));
    assert_eq!((directory.read("gone/a/b"), directory.read("moved")), (None, None));
    // Beneath is another directory now: what it lacks is no error.
    let empty = TempDir::new();
    let (third, _) = Sandbox::restore(Sandbox::builder().workspace(empty.path(), Mount::Overlay), &snapshot).unwrap();
    assert_eq!(third.read_file("added/a").unwrap(), b"a\n");
}

#[test]
fn the_workspace_must_be_of_the_same_kind() {
    let directory = TempDir::new();
    let direct = over(&directory, Mount::Direct);
    out(&bash(&direct), "echo host > file; echo t > /tmp/t");
    let snapshot = direct.snapshot().unwrap();
    let refused = Sandbox::restore(Sandbox::builder(), &snapshot).err().unwrap();
    assert_eq!(
        refused.to_string(),
        "the snapshot cannot be restored: its workspace is of the kind Direct, and the sandbox's is of the kind Memory"
    );
    // What is the host's stays there.
    let elsewhere = TempDir::new();
    let builder = Sandbox::builder().workspace(elsewhere.path(), Mount::Direct);
    let (second, _) = Sandbox::restore(builder, &snapshot).unwrap();
    assert_eq!(second.read_file("/tmp/t").unwrap(), b"t\n");
    assert_eq!(elsewhere.read("file"), None);
}

#[test]
fn limits_hold_for_what_is_restored() {
    let first = sandbox();
    out(&bash(&first), "head -c 2000000 /dev/zero | tr '\\0' x > file");
    let snapshot = first.snapshot().unwrap();
    let mut limits = Limits::default();
    limits.disk_bytes = 1_000_000;
    let refused = Sandbox::restore(Sandbox::builder().limits(limits), &snapshot).err().unwrap();
    assert!(refused.to_string().ends_with("file: No space left on device"), "{refused}");
}

/// An archive as someone would forge it, with a right digest.
fn forged(members: &[(&str, tar::EntryType, &str)]) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let mut archive = tar::Builder::new(Vec::new());
    let about = br#"{"workspace":"memory","edits":{"deleted":[],"attributes":[]}}"#;
    let mut add = |name: &str, kind: tar::EntryType, text: &str| {
        let mut header = tar::Header::new_ustar();
        archive.append_pax_extensions([("mtime", &b"1.000000000"[..])]).unwrap();
        header.set_entry_type(kind);
        header.set_mode(0o7777);
        // Names as they are, which the library would refuse to write.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        let is_link = matches!(kind, tar::EntryType::Symlink | tar::EntryType::Link);
        if is_link {
            header.as_old_mut().linkname[..text.len()].copy_from_slice(text.as_bytes());
        }
        let contents = if is_link { "" } else { text };
        header.set_size(contents.len() as u64);
        header.set_cksum();
        archive.append(&header, contents.as_bytes()).unwrap();
    };
    add("about.json", tar::EntryType::Regular, std::str::from_utf8(about).unwrap());
    for (name, kind, text) in members {
        add(name, *kind, text);
    }
    let archive = archive.into_inner().unwrap();
    let mut bytes = b"afsndbx\0\x01\0".to_vec();
    bytes.extend_from_slice(&Sha256::digest(&archive));
    bytes.extend_from_slice(&archive);
    bytes
}

#[test]
fn no_member_leaves_its_tree() {
    use tar::EntryType::{Directory, Link, Regular, Symlink};
    let host = TempDir::new();
    host.write("secret", "secret");
    let target = host.path().to_str().unwrap();
    let attacks: &[&[(&str, tar::EntryType, &str)]] = &[
        &[("files/workspace/../../etc/passwd", Regular, "x")],
        &[("files/workspace/.", Regular, "x")],
        &[("files/workspace/d/..", Directory, "")],
        &[("files/usr/bin/sh", Regular, "x")],
        &[("/etc/passwd", Regular, "x")],
        &[("files/workspace//etc", Link, "files/tmp/x")],
        &[("files/workspace/l", Symlink, target), ("files/workspace/l/planted", Regular, "x")],
        &[("files/workspace/l", Symlink, "/usr/bin"), ("files/workspace/l/sh", Regular, "x")],
        &[("files/workspace/l", Link, "/etc/passwd")],
        &[("files/workspace/l", Link, "files/workspace/../../etc/passwd")],
        &[("files/workspace/dev", tar::EntryType::Block, "")],
        &[("files/workspace/dev", tar::EntryType::Char, "")],
        &[("sessions/0", Regular, "no state")],
    ];
    for attack in attacks {
        let result = Sandbox::restore(Sandbox::builder(), &forged(attack));
        let error = result.err().unwrap_or_else(|| panic!("{attack:?} was taken"));
        assert!(matches!(error, Error::Configuration(_) | Error::Session(_)), "{error:?}");
        assert_eq!(host.read("planted"), None);
    }
    // A symbolic link to anywhere is a guest's own, and leads nowhere outside.
    let (sandbox, _) =
        Sandbox::restore(Sandbox::builder(), &forged(&[("files/workspace/l", Symlink, target)])).unwrap();
    assert_eq!(
        out(&bash(&sandbox), "cat l/secret 2>&1 || readlink l"),
        format!("cat: l/secret: No such file or directory\n{target}\n")
    );
}

#[test]
fn damaged_snapshots_are_refused() {
    let first = sandbox();
    out(&bash(&first), "echo x > file");
    let snapshot = first.snapshot().unwrap();
    let refused = |bytes: &[u8]| Sandbox::restore(Sandbox::builder(), bytes).err().unwrap().to_string();
    for at in (0..snapshot.len()).step_by(101) {
        let mut damaged = snapshot.clone();
        damaged[at] ^= 1;
        refused(&damaged);
        refused(&snapshot[..at]);
    }
    assert!(refused(b"#!/bin/sh").ends_with("it is not a snapshot of a sandbox"));
    let mut newer = snapshot.clone();
    newer[8] = 9;
    assert!(refused(&newer).ends_with("it has version 9, and this library knows version 1"));
    let destroyed = sandbox();
    destroyed.destroy();
    assert!(matches!(destroyed.snapshot(), Err(Error::SandboxClosed)));
}
