//! What a hostile guest tries.

use super::*;
use std::sync::atomic::AtomicBool;

#[test]
fn dots_and_links_stay_inside() {
    everywhere(
        |_| {},
        |w, name| {
            let root = w.ns.stat(&w.me, w.ns.root(), "/", true).unwrap();
            let up = w.stat(&"../".repeat(500)).unwrap();
            assert!(root.same_file(&up), "{name}");
            assert_eq!(w.ns.real_path(&w.me, &w.start, "../../..").unwrap(), "/");
            w.symlink("/", "top").unwrap();
            w.symlink("../../../../..", "up").unwrap();
            w.symlink("/etc/passwd", "passwd").unwrap();
            w.symlink("../../../etc/passwd", "passwd2").unwrap();
            assert!(w.stat("top").unwrap().same_file(&root), "{name}");
            assert!(w.stat("up").unwrap().same_file(&root), "{name}");
            // The sandbox has no /etc here; the host has.
            assert_eq!(w.get("passwd"), Err(Errno::NoEnt), "{name}");
            assert_eq!(w.get("passwd2"), Err(Errno::NoEnt), "{name}");
            assert_eq!(w.put("passwd", "x"), Err(Errno::NoEnt), "{name}");
            assert_eq!(w.stat("top/workspace/passwd"), Err(Errno::NoEnt), "{name}");
            // `..` behind a link is that of the directory it leads to.
            w.mkdir("a").unwrap();
            w.mkdir("a/b").unwrap();
            w.symlink("a/b", "ab").unwrap();
            assert_eq!(w.ns.real_path(&w.me, &w.start, "ab/..").unwrap(), "/workspace/a", "{name}");
        },
    );
}

#[test]
fn loops_end() {
    everywhere(
        |_| {},
        |w, name| {
            w.symlink("b", "a").unwrap();
            w.symlink("a", "b").unwrap();
            w.symlink("self/x", "self").unwrap();
            for path in ["a", "b/x", "self", "self/y"] {
                assert_eq!(w.stat(path), Err(Errno::Loop), "{name} {path}");
                assert_eq!(w.open(path, CREATE).err(), Some(Errno::Loop), "{name} {path}");
            }
            assert_eq!(w.lstat("a").unwrap().kind, FileType::Symlink);
            w.mkdir("l0").unwrap();
            for i in 1..=41 {
                w.symlink(&format!("l{}", i - 1), &format!("l{i}")).unwrap();
            }
            assert!(w.stat("l40").is_ok(), "{name}");
            assert_eq!(w.stat("l41"), Err(Errno::Loop), "{name}");
        },
    );
}

#[test]
fn odd_names() {
    everywhere(
        |_| {},
        |w, name| {
            let long = "n".repeat(255);
            for odd in ["new\nline", " ", "-rf", "\u{1f980}", "a\tb\"c", "...", &long] {
                w.put(odd, odd).unwrap();
                assert_eq!(w.get(odd).unwrap(), odd, "{name}");
            }
            assert_eq!(w.list(".").unwrap().len(), 7, "{name}");
            assert_eq!(w.put(&"n".repeat(256), ""), Err(Errno::NameTooLong), "{name}");
            assert_eq!(w.stat(&"a/".repeat(2048)), Err(Errno::NameTooLong), "{name}");
            assert_eq!(w.put("a\0b", ""), Err(Errno::Inval), "{name}");
        },
    );
}

#[cfg(target_os = "linux")]
#[test]
fn host_names_that_are_not_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let w = World::host();
    let dir = w.host.as_ref().unwrap().path();
    let raw = OsStr::from_bytes(b"caf\xe9");
    std::fs::write(dir.join(raw), "latin").unwrap();
    std::fs::write(dir.join("\u{e9}.key"), "secret").unwrap();
    assert_eq!(w.list(".").unwrap(), ["caf\u{efe9}", "\u{e9}.key"]);
    assert_eq!(w.get("caf\u{efe9}").unwrap(), "latin");
    w.put("new\u{efff}", "x").unwrap();
    assert!(dir.join(OsStr::from_bytes(b"new\xff")).exists());
    // A second spelling of a name would get around the rules.
    assert_eq!(w.get("\u{efc3}\u{efa9}.key"), Err(Errno::Inval));
    assert_eq!(w.put("\u{efc3}\u{efa9}.key", "x"), Err(Errno::Inval));
    w.symlink("x\u{ef80}", "l").unwrap();
    assert_eq!(std::fs::read_link(dir.join("l")).unwrap().as_os_str().as_bytes(), b"x\x80");
}

#[test]
fn deep_trees() {
    // Deeper than any recursion would stand on a test thread's stack.
    for (world, depth) in [(World::memory(), 60_000), (World::host(), 1_500)] {
        let mut at = world.start.clone();
        for _ in 0..depth {
            world.ns.mkdir(&world.me, &at, "d", 0o777).unwrap();
            at = world.ns.resolve(&world.me, &at, "d", true).unwrap();
        }
        world.ns.open(&world.me, &at, "leaf", CREATE, 0o666).unwrap();
        assert_eq!(at.path().len(), "/workspace".len() + 2 * depth);
        // Up again, through handles that were closed meanwhile.
        let mut up = at.clone();
        for _ in 0..depth {
            up = world.ns.resolve(&world.me, &up, "..", true).unwrap();
        }
        assert_eq!(up.path(), "/workspace");
        assert_eq!(world.ns.read_dir(&world.me, &up, ".").unwrap().len(), 1);
        assert!(world.ns.stat(&world.me, &at, "leaf", true).is_ok());
        drop((at, up));
    }
}

#[test]
fn a_deep_overlay() {
    let lower = World::host();
    let mut at = lower.start.clone();
    for _ in 0..700 {
        lower.ns.mkdir(&lower.me, &at, "d", 0o777).unwrap();
        at = lower.ns.resolve(&lower.me, &at, "d", true).unwrap();
    }
    let w = World::overlay_on(host_path(lower.host.as_ref().unwrap().path(), false).unwrap());
    let mut at = w.start.clone();
    for _ in 0..700 {
        at = w.ns.resolve(&w.me, &at, "d", true).unwrap();
    }
    w.ns.open(&w.me, &at, "leaf", CREATE, 0o666).unwrap();
    let overlay = w.overlay.as_ref().unwrap();
    assert_eq!(overlay.diff().unwrap().len(), 1);
    overlay.commit().unwrap();
    assert!(overlay.diff().unwrap().is_empty());
    w.rename("d", "e").unwrap();
    overlay.commit().unwrap();
    assert_eq!(lower.list(".").unwrap(), ["e"]);
}

#[test]
fn a_full_quota_refuses_and_recovers() {
    let quota = Quota::new(256 * 1024, 20);
    let w = World::over(memory(Arc::clone(&quota), AGENT, 0o755));
    let file = w.open("big", CREATE).unwrap();
    let mut at = 0;
    let error = loop {
        match file.write_at(&[1; 10_000], at) {
            Ok(n) => at += n as u64,
            Err(error) => break error,
        }
    };
    assert_eq!(error, Errno::NoSpc);
    assert!(quota.bytes_used() <= 256 * 1024 && at > 100_000);
    file.set_len(1 << 50).unwrap();
    assert_eq!(file.write_at(&[1; 65536], 1 << 49), Err(Errno::NoSpc));
    w.unlink("big").unwrap();
    drop(file);
    assert!(quota.bytes_used() < 1024, "{}", quota.bytes_used());
    // Files without contents, and names without files, end too.
    let made = (0..100).take_while(|i| w.put(&format!("f{i}"), "").is_ok()).count();
    assert_eq!(made, 20);
    let links = (0..100_000).take_while(|i| w.link("f0", &format!("l{i}")).is_ok()).count();
    assert!(links < 5000, "{links}");
    assert_eq!(w.symlink(&"x".repeat(4000), "s"), Err(Errno::NoSpc));
    for i in 0..20 {
        w.unlink(&format!("f{i}")).unwrap();
    }
    assert!(quota.inodes_used() <= 1);
}

#[test]
fn copy_up_keeps_to_the_quota() {
    let lower = memory(Quota::unlimited(), AGENT, 0o755);
    let below = World::over(Arc::clone(&lower));
    below.put("big", &"x".repeat(100_000)).unwrap();
    let overlay = Overlay::new(lower, Quota::new(10_000, 100)).unwrap();
    let w = World::over(overlay.root());
    let file = w.open("big", RDWR).unwrap();
    assert_eq!(file.write_at(b"y", 0), Err(Errno::NoSpc));
    assert_eq!(w.get("big").unwrap().len(), 100_000);
    // Attributes and a cut need no copy.
    w.chmod("big", 0o600).unwrap();
    file.set_len(0).unwrap();
    assert_eq!(w.get("big").unwrap(), "");
    assert_eq!(below.get("big").unwrap().len(), 100_000);
}

/// A directory and a link to the outside are exchanged for one another while
/// others open files through the name.
#[cfg(unix)]
#[test]
fn a_link_swapped_in_leads_nowhere() {
    let outside = TempDir::new();
    std::fs::write(outside.path().join("secret"), "outside").unwrap();
    let w = World::host();
    let dir = w.host.as_ref().unwrap().path().to_path_buf();
    std::fs::create_dir(dir.join("real")).unwrap();
    std::fs::write(dir.join("real/secret"), "inside").unwrap();
    std::os::unix::fs::symlink(outside.path(), dir.join("evil")).unwrap();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let _ = std::fs::rename(dir.join("real"), dir.join("x"));
                let _ = std::fs::rename(dir.join("evil"), dir.join("real"));
                let _ = std::fs::rename(dir.join("real"), dir.join("evil"));
                let _ = std::fs::rename(dir.join("x"), dir.join("real"));
            }
        });
        let mut inside = 0;
        for _ in 0..20_000 {
            if let Ok(text) = w.get("real/secret") {
                assert_eq!(text, "inside");
                inside += 1;
            }
            let _ = w.put("real/made", "x");
        }
        stop.store(true, Ordering::Relaxed);
        assert!(inside > 0);
    });
    let left: Vec<_> = std::fs::read_dir(outside.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "something was written outside");
    assert_eq!(std::fs::read_to_string(outside.path().join("secret")).unwrap(), "outside");
}

#[test]
fn renames_from_many_threads_keep_the_tree_whole() {
    everywhere(
        |w| {
            for d in ["a", "b", "c"] {
                w.mkdir(d).unwrap();
                w.put(&format!("{d}/f-{d}"), d).unwrap();
            }
        },
        |w, name| {
            std::thread::scope(|scope| {
                for t in 0..3_usize {
                    scope.spawn(move || {
                        let dirs = ["a", "b", "c"];
                        for i in 0..300_usize {
                            let (x, y) = (dirs[(t + i) % 3], dirs[(t + 2 * i + 1) % 3]);
                            let _ = w.rename(x, &format!("{y}/{x}"));
                            let _ = w.rename(&format!("{y}/{x}"), x);
                            let _ = w.list(y);
                        }
                    });
                }
            });
            let mut files = 0;
            let mut pending = vec![w.start.clone()];
            let mut steps = 0;
            while let Some(dir) = pending.pop() {
                steps += 1;
                assert!(steps < 100, "{name}: a directory is below itself");
                for entry in w.ns.read_dir_at(&w.me, &dir).unwrap() {
                    if entry.kind == FileType::Directory {
                        pending.push(w.ns.resolve(&w.me, &dir, &entry.name, false).unwrap());
                    } else {
                        files += 1;
                    }
                }
            }
            assert_eq!((files, steps), (3, 4), "{name}");
        },
    );
}

#[cfg(unix)]
#[test]
fn special_files_of_the_host() {
    let w = World::host();
    let path = w.host.as_ref().unwrap().path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    assert_eq!(w.stat("socket").unwrap().kind, FileType::Socket);
    assert_eq!(w.open("socket", RDONLY).err(), Some(Errno::Nxio));
    assert_eq!(w.open("socket", RDWR).err(), Some(Errno::Nxio));
}
