//! Diff, commit and discard.

use super::*;

fn lower(w: &World) {
    w.mkdir("src").unwrap();
    w.put("src/a", "alpha").unwrap();
    w.put("src/b", "beta").unwrap();
    w.mkdir("src/deep").unwrap();
    w.put("src/deep/x", "ex").unwrap();
    w.put("one", "linked").unwrap();
    w.link("one", "two").unwrap();
    w.put("gone", "bye").unwrap();
    w.symlink("src/a", "link").unwrap();
}

fn changes(w: &World) -> Vec<String> {
    let diff = w.overlay.as_ref().unwrap().diff().unwrap();
    diff.into_iter().map(|c| format!("{:?} {}", c.kind, c.path)).collect()
}

/// Runs on overlays over memory and over the host; `below` sees the lower tree.
fn overlays(test: impl Fn(&World, &World, &str)) {
    let node = memory(Quota::unlimited(), AGENT, 0o755);
    let below = World::over(Arc::clone(&node));
    lower(&below);
    test(&World::overlay_on(node), &below, "memory");

    let below = World::host();
    lower(&below);
    let node = host_path(below.host.as_ref().unwrap().path(), false).unwrap();
    test(&World::overlay_on(node), &below, "host");
}

/// Every path with what is there.
fn dump(w: &World) -> Vec<String> {
    let mut all = Vec::new();
    let mut pending = vec![String::new()];
    while let Some(dir) = pending.pop() {
        for name in w.list(&format!("./{dir}")).unwrap() {
            let path = format!("{dir}{name}");
            let stat = w.lstat(&path).unwrap();
            let text = match stat.kind {
                FileType::Directory => {
                    pending.push(format!("{path}/"));
                    String::new()
                }
                FileType::Symlink => w.ns.readlink(&w.me, &w.start, &path).unwrap(),
                _ => w.get(&path).unwrap(),
            };
            all.push(format!("{path} {:?} {:o} {} {text}", stat.kind, stat.mode, stat.nlink));
        }
    }
    all.sort();
    // Backends count a directory's links each in their own way.
    all.into_iter().map(|l| if l.contains("Directory") { l.split(' ').take(3).collect() } else { l }).collect()
}

#[test]
fn reading_changes_nothing() {
    overlays(|w, below, name| {
        dump(w);
        w.open("src/a", RDWR).unwrap();
        assert!(changes(w).is_empty(), "{name}");
        assert_eq!(dump(w), dump(below), "{name}");
    });
}

#[test]
fn the_diff() {
    overlays(|w, below, name| {
        let before = dump(below);
        w.put("src/a", "ALPHA").unwrap();
        w.put("src/new", "n").unwrap();
        w.mkdir("dir").unwrap();
        w.put("dir/f", "").unwrap();
        w.unlink("gone").unwrap();
        w.chmod("src/b", 0o600).unwrap();
        w.put("temporary", "").unwrap();
        w.unlink("temporary").unwrap();
        assert_eq!(
            changes(w),
            ["Added dir", "Added dir/f", "Deleted gone", "Modified src/a", "Metadata src/b", "Added src/new"],
            "{name}"
        );
        assert_eq!(dump(below), before, "{name}: the lower tree was written");
        w.rename("src/deep", "moved").unwrap();
        let all = changes(w);
        for change in ["Added moved", "Added moved/x", "Deleted src/deep"] {
            assert!(all.contains(&change.to_string()), "{name} {all:?}");
        }
        w.overlay.as_ref().unwrap().discard().unwrap();
        assert!(changes(w).is_empty(), "{name}");
        assert_eq!(dump(w), before, "{name}");
    });
}

#[test]
fn commits() {
    overlays(|w, below, name| {
        let overlay = w.overlay.as_ref().unwrap();
        let held = w.open("src/a", RDWR).unwrap();
        w.put("src/a", "ALPHA").unwrap();
        w.chmod("src/b", 0o600).unwrap();
        w.unlink("gone").unwrap();
        w.mkdir("gone").unwrap();
        w.put("gone/inside", "i").unwrap();
        w.open("one", RDWR).unwrap().write_at(b"L", 0).unwrap();
        w.link("one", "src/three").unwrap();
        w.symlink("src/a", "link2").unwrap();
        w.put("exe", "#!").unwrap();
        w.chmod("exe", 0o755).unwrap();
        let shown = dump(w);
        overlay.commit().unwrap();
        assert_eq!(dump(w), shown, "{name}");
        assert_eq!(dump(below), shown, "{name}");
        assert!(changes(w).is_empty(), "{name} {:?}", changes(w));
        // What was open goes on, and a second round works like the first.
        held.write_at(b"x", 0).unwrap();
        assert_eq!(w.get("src/a").unwrap(), "xLPHA", "{name}");
        assert_eq!(below.get("src/a").unwrap(), "ALPHA", "{name}");
        assert_eq!(changes(w), ["Modified src/a"], "{name}");
        overlay.commit().unwrap();
        assert_eq!(below.get("src/a").unwrap(), "xLPHA", "{name}");
        overlay.commit().unwrap();
    });
}

#[test]
fn moves_are_committed_in_any_order() {
    overlays(|w, below, name| {
        // Each needs what the other's place would overwrite.
        w.rename("src/a", "t").unwrap();
        w.rename("src/b", "src/a").unwrap();
        w.rename("t", "src/b").unwrap();
        w.rename("src/deep", "gone2").unwrap();
        w.unlink("gone").unwrap();
        w.rename("gone2", "gone").unwrap();
        w.rename("gone/x", "src/deep").unwrap();
        w.rename("src", "gone/src").unwrap();
        w.put("src", "a file now").unwrap();
        let shown = dump(w);
        w.overlay.as_ref().unwrap().commit().unwrap();
        assert_eq!(dump(below), shown, "{name}");
        assert_eq!(dump(w), shown, "{name}");
        assert!(changes(w).is_empty(), "{name} {:?}", changes(w));
        assert_eq!(w.get("gone/src/a").unwrap(), "beta", "{name}");
        assert_eq!(w.get("gone/src/deep").unwrap(), "ex", "{name}");
    });
}

#[test]
fn a_failed_commit_can_be_repeated() {
    let quota = Quota::new(3_000, 100);
    let node = memory(Arc::clone(&quota), AGENT, 0o755);
    let below = World::over(Arc::clone(&node));
    below.put("ballast", &"b".repeat(1500)).unwrap();
    below.put("small", "s").unwrap();
    let w = World::overlay_on(node);
    for i in 0..4 {
        w.put(&format!("f{i}"), &"x".repeat(600)).unwrap();
    }
    w.rename("small", "moved").unwrap();
    let shown = dump(&w);
    let overlay = w.overlay.as_ref().unwrap();
    assert_eq!(overlay.commit(), Err(Errno::NoSpc));
    assert_eq!(dump(&w), shown);
    // Room is made below, where the overlay did not change anything.
    w.unlink("ballast").unwrap();
    below.unlink("ballast").unwrap();
    let shown = dump(&w);
    overlay.commit().unwrap();
    assert_eq!(dump(&below), shown);
    assert_eq!(dump(&w), shown);
}

#[test]
fn a_replaced_directory_is_opaque() {
    overlays(|w, below, name| {
        for path in ["src/a", "src/b", "src/deep/x"] {
            w.unlink(path).unwrap();
        }
        w.rmdir("src/deep").unwrap();
        w.rmdir("src").unwrap();
        w.mkdir("src").unwrap();
        w.put("src/b", "other").unwrap();
        assert_eq!(w.list("src").unwrap(), ["b"], "{name}");
        assert_eq!(changes(w), ["Deleted src/a", "Modified src/b", "Deleted src/deep"], "{name}");
        w.overlay.as_ref().unwrap().commit().unwrap();
        assert_eq!(below.list("src").unwrap(), ["b"], "{name}");
        assert_eq!(below.get("src/b").unwrap(), "other", "{name}");
    });
}

#[test]
fn the_host_changes_below() {
    let below = World::host();
    lower(&below);
    let w = World::overlay_on(host_path(below.host.as_ref().unwrap().path(), true).unwrap());
    assert_eq!(w.get("src/a").unwrap(), "alpha");
    below.put("src/a", "edited").unwrap();
    below.put("src/new", "n").unwrap();
    assert_eq!(w.get("src/a").unwrap(), "edited");
    assert_eq!(w.get("src/new").unwrap(), "n");
    w.put("src/a", "mine").unwrap();
    below.put("src/a", "theirs").unwrap();
    assert_eq!(w.get("src/a").unwrap(), "mine");
    // A read-only lower tree takes no commit, and the changes stay.
    assert_eq!(w.overlay.as_ref().unwrap().commit(), Err(Errno::Rofs));
    assert_eq!(w.get("src/a").unwrap(), "mine");
}

#[test]
fn what_a_host_cannot_hold_does_not_stop_a_commit() {
    let below = World::host();
    lower(&below);
    let w = World::overlay_on(host_path(below.host.as_ref().unwrap().path(), false).unwrap());
    w.ns.mkfifo(&w.me, &w.start, "pipe", 0o666).unwrap();
    assert_eq!(w.put("\u{efc3}\u{efa9}", ""), Err(Errno::Inval));
    assert_eq!(w.symlink("\u{efc3}\u{efa9}", "l"), Err(Errno::Inval));
    w.put("ok", "x").unwrap();
    w.overlay.as_ref().unwrap().commit().unwrap();
    assert_eq!(below.get("ok").unwrap(), "x");
    assert_eq!(below.stat("pipe"), Err(Errno::NoEnt));
}

#[test]
fn a_name_removed_while_its_file_is_changed_stays_removed() {
    overlays(|w, _, name| {
        let held = w.open("src/a", RDWR).unwrap();
        let at = w.ns.resolve(&w.me, &w.start, "src/a", true).unwrap();
        w.unlink("src/a").unwrap();
        held.write_at(b"late", 0).unwrap();
        let mode = SetAttr { mode: Some(0o600), ..SetAttr::default() };
        let _ = at.node().set_attr(&mode);
        assert_eq!(w.stat("src/a"), Err(Errno::NoEnt), "{name}");
        assert_eq!(changes(w), ["Deleted src/a"], "{name}");
        // A second name below, seen or not, keeps what was written by the first.
        w.open("one", RDWR).unwrap().write_at(b"L", 0).unwrap();
        w.unlink("one").unwrap();
        assert_eq!(w.get("two").unwrap(), "Linked", "{name}");
        w.overlay.as_ref().unwrap().commit().unwrap();
        assert_eq!(w.get("two").unwrap(), "Linked", "{name}");
        assert_eq!(w.stat("one"), Err(Errno::NoEnt), "{name}");
    });
}
