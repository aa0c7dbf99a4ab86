//! The operations, on each backend.

use super::*;

fn tree(w: &World) {
    w.mkdir("d").unwrap();
    w.put("d/a", "alpha").unwrap();
    w.put("d/b", "beta").unwrap();
    w.mkdir("d/sub").unwrap();
    w.put("d/sub/deep", "deep").unwrap();
    w.symlink("a", "d/link").unwrap();
    w.mkdir("empty").unwrap();
    w.put("one", "linked").unwrap();
    w.link("one", "two").unwrap();
}

#[test]
fn reading() {
    everywhere(tree, |w, name| {
        assert_eq!(w.get("d/a").unwrap(), "alpha", "{name}");
        assert_eq!(w.get("d/link").unwrap(), "alpha", "{name}");
        assert_eq!(w.list("d").unwrap(), ["a", "b", "link", "sub"], "{name}");
        let stat = w.lstat("d/link").unwrap();
        assert_eq!((stat.kind, stat.size), (FileType::Symlink, 1), "{name}");
        assert_eq!(w.ns.readlink(&w.me, &w.start, "d/link").unwrap(), "a", "{name}");
        assert_eq!(w.ns.readlink(&w.me, &w.start, "d/a"), Err(Errno::Inval), "{name}");
        let stat = w.stat("d/a").unwrap();
        assert_eq!((stat.mode, stat.nlink, stat.uid, stat.size), (0o644, 1, AGENT, 5), "{name}");
        assert!(stat.mtime > 0 && w.stat("d").unwrap().kind == FileType::Directory);
        for (path, error) in [
            ("no", Errno::NoEnt),
            ("no/x", Errno::NoEnt),
            ("d/a/x", Errno::NotDir),
            ("d/a/", Errno::NotDir),
            ("d/a/.", Errno::NotDir),
            ("", Errno::NoEnt),
            ("d\0", Errno::Inval),
        ] {
            assert_eq!(w.stat(path).map(drop), Err(error), "{name} {path:?}");
        }
        let entries = w.ns.read_dir(&w.me, &w.start, "d").unwrap();
        for entry in entries {
            let stat = w.lstat(&format!("d/{}", entry.name)).unwrap();
            assert_eq!((entry.kind, entry.ino), (stat.kind, stat.ino), "{name} {}", entry.name);
        }
    });
}

#[test]
fn writing() {
    everywhere(tree, |w, name| {
        let file = w.open("d/a", RDWR).unwrap();
        let before = w.stat("d/a").unwrap();
        assert_eq!(file.write_at(b"XY", 1).unwrap(), 2);
        assert_eq!(w.get("d/a").unwrap(), "aXYha", "{name}");
        assert_eq!(file.append(b"!").unwrap(), (1, 6), "{name}");
        assert_eq!(w.get("d/a").unwrap(), "aXYha!", "{name}");
        file.set_len(2).unwrap();
        file.set_len(4).unwrap();
        assert_eq!(w.get("d/a").unwrap(), "aX\0\0", "{name}");
        assert_eq!(file.len().unwrap(), 4);
        assert_eq!(file.write_at(b"z", 9).unwrap(), 1);
        assert_eq!(w.get("d/a").unwrap(), "aX\0\0\0\0\0\0\0z", "{name}");
        let after = w.stat("d/a").unwrap();
        assert!(after.same_file(&before), "{name}: the inode number changed");
        assert_eq!(file.stat().unwrap().size, 10);
        w.ns.truncate(&w.me, &w.start, "d/a", 1).unwrap();
        assert_eq!(w.get("d/a").unwrap(), "a", "{name}");
        w.put("d/a", "new").unwrap();
        assert_eq!(w.get("d/a").unwrap(), "new", "{name}");
        assert_eq!(file.write_at(b"x", u64::MAX).map_err(|e| e != Errno::NoSpc), Err(true));
    });
}

#[test]
fn creating() {
    everywhere(tree, |w, name| {
        let exclusive = OpenFlags { exclusive: true, ..CREATE };
        assert_eq!(w.open("d/a", exclusive).err(), Some(Errno::Exist), "{name}");
        assert_eq!(w.open("no/x", CREATE).err(), Some(Errno::NoEnt));
        assert_eq!(w.open("d", CREATE).err(), Some(Errno::IsDir));
        assert_eq!(w.open("new/", CREATE).err(), Some(Errno::IsDir));
        assert_eq!(w.open(".", CREATE).err(), Some(Errno::IsDir));
        w.open("d/new", exclusive).unwrap();
        assert_eq!(w.stat("d/new").unwrap().mode, 0o644, "{name}");
        // A file that no later open may write is written by who made it.
        let made = w.ns.open(&w.me, &w.start, "ro", CREATE, 0o444).unwrap();
        let Open::File(handle) = made.file else { panic!("not a file") };
        assert_eq!(handle.write_at(b"x", 0), Ok(1), "{name}");
        assert_eq!(w.open("ro", RDWR).err(), Some(Errno::Acces), "{name}");
        // Through a dangling link, but not exclusively.
        w.symlink("d/made", "dangling").unwrap();
        assert_eq!(w.open("dangling", exclusive).err(), Some(Errno::Exist), "{name}");
        w.put("dangling", "x").unwrap();
        assert_eq!(w.get("d/made").unwrap(), "x", "{name}");
        let nofollow = OpenFlags { nofollow: true, ..RDONLY };
        assert_eq!(w.open("dangling", nofollow).err(), Some(Errno::Loop), "{name}");
        let directory = OpenFlags { directory: true, ..RDONLY };
        assert_eq!(w.open("d/a", directory).err(), Some(Errno::NotDir), "{name}");
        assert_eq!(w.mkdir("d"), Err(Errno::Exist));
        assert_eq!(w.mkdir("d/a"), Err(Errno::Exist));
        assert_eq!(w.mkdir("d/a/x"), Err(Errno::NotDir));
        assert_eq!(w.mkdir("."), Err(Errno::Exist));
        w.mkdir("m/").unwrap();
        assert_eq!(w.stat("m").unwrap().mode, 0o755, "{name}");
        assert_eq!(w.symlink("", "x"), Err(Errno::NoEnt));
        assert_eq!(w.symlink("t", "d/a"), Err(Errno::Exist));
    });
}

#[test]
fn removing() {
    everywhere(tree, |w, name| {
        assert_eq!(w.unlink("d"), Err(Errno::IsDir), "{name}");
        assert_eq!(w.rmdir("d/a"), Err(Errno::NotDir), "{name}");
        assert_eq!(w.rmdir("d"), Err(Errno::NotEmpty), "{name}");
        assert_eq!(w.rmdir("empty/."), Err(Errno::Inval), "{name}");
        assert_eq!(w.unlink("d/a/"), Err(Errno::NotDir), "{name}");
        assert_eq!(w.unlink("no"), Err(Errno::NoEnt), "{name}");
        let open = w.open("d/a", RDWR).unwrap();
        w.unlink("d/a").unwrap();
        assert_eq!(w.stat("d/a"), Err(Errno::NoEnt), "{name}");
        assert_eq!(w.get("d/link"), Err(Errno::NoEnt), "{name}");
        // Open without a name.
        assert_eq!(&open.read_bytes_at(9, 0).unwrap()[..], b"alpha", "{name}");
        assert_eq!(open.write_at(b"A", 0), Ok(1), "{name}");
        assert_eq!(&open.read_bytes_at(9, 0).unwrap()[..], b"Alpha", "{name}");
        assert_eq!(open.stat().unwrap().size, 5, "{name}");
        // The name is free, and what is made has nothing of the old.
        w.put("d/a", "again").unwrap();
        assert_eq!(w.get("d/a").unwrap(), "again");
        for path in ["d/a", "d/b", "d/link", "d/sub/deep"] {
            w.unlink(path).unwrap();
        }
        w.rmdir("d/sub").unwrap();
        w.rmdir("d/").unwrap();
        w.mkdir("d").unwrap();
        assert!(w.list("d").unwrap().is_empty(), "{name}");
    });
}

#[test]
fn a_removed_directory_stays_empty() {
    everywhere(tree, |w, name| {
        let empty = w.ns.resolve(&w.me, &w.start, "empty", true).unwrap();
        w.rmdir("empty").unwrap();
        assert_eq!(w.ns.mkdir(&w.me, &empty, "x", 0o777), Err(Errno::NoEnt), "{name}");
        let made = w.ns.open(&w.me, &empty, "x", CREATE, 0o666);
        assert_eq!(made.err(), Some(Errno::NoEnt), "{name}");
    });
}

#[test]
fn renaming() {
    everywhere(tree, |w, name| {
        w.rename("d/a", "d/c").unwrap();
        assert_eq!(w.get("d/c").unwrap(), "alpha", "{name}");
        assert_eq!(w.stat("d/a"), Err(Errno::NoEnt), "{name}");
        w.rename("d/c", "d/b").unwrap();
        assert_eq!(w.get("d/b").unwrap(), "alpha", "{name}");
        let sub = w.ns.resolve(&w.me, &w.start, "d/sub", true).unwrap();
        w.rename("d/sub", "empty").unwrap();
        assert_eq!(w.get("empty/deep").unwrap(), "deep", "{name}");
        assert_eq!(w.list("d").unwrap(), ["b", "link"], "{name}");
        // Who stands in a directory stays in it when it moves.
        assert_eq!(w.ns.stat(&w.me, &sub, "deep", true).unwrap().size, 4, "{name}");
        w.rename("d", "empty/d").unwrap();
        w.rename("empty", "e2").unwrap();
        assert_eq!(w.get("e2/d/b").unwrap(), "alpha", "{name}");
        assert_eq!(w.list(".").unwrap(), ["e2", "one", "two"], "{name}");
        assert_eq!(w.rename("e2", "e2/d/x"), Err(Errno::Inval), "{name}");
        assert_eq!(w.rename("e2", "e2/x"), Err(Errno::Inval), "{name}");
        assert_eq!(w.rename("one", "e2"), Err(Errno::IsDir), "{name}");
        assert_eq!(w.rename("e2", "one"), Err(Errno::NotDir), "{name}");
        assert_eq!(w.rename("no", "x"), Err(Errno::NoEnt), "{name}");
        assert_eq!(w.rename("one", "x/"), Err(Errno::NotDir), "{name}");
        w.mkdir("full").unwrap();
        w.put("full/x", "").unwrap();
        assert_eq!(w.rename("e2", "full"), Err(Errno::NotEmpty), "{name}");
        // Two names of one file.
        w.rename("one", "two").unwrap();
        assert_eq!(w.list(".").unwrap(), ["e2", "full", "one", "two"], "{name}");
        w.rename("e2", "e2").unwrap();
    });
}

#[test]
fn hard_links() {
    everywhere(tree, |w, name| {
        assert_eq!(w.stat("one").unwrap().nlink, 2, "{name}");
        let other = w.open("two", RDONLY).unwrap();
        w.open("one", RDWR).unwrap().write_at(b"L", 0).unwrap();
        assert_eq!(w.get("two").unwrap(), "Linked", "{name}");
        assert_eq!(&other.read_bytes_at(9, 0).unwrap()[..], b"Linked", "{name}");
        w.link("two", "d/three").unwrap();
        let (a, b) = (w.stat("one").unwrap(), w.stat("d/three").unwrap());
        assert!(a.same_file(&b) && a.nlink == 3 && b.nlink == 3, "{name} {a:?} {b:?}");
        w.unlink("one").unwrap();
        assert_eq!(w.stat("two").unwrap().nlink, 2, "{name}");
        w.chmod("d/three", 0o600).unwrap();
        assert_eq!(w.stat("two").unwrap().mode, 0o600, "{name}");
        w.unlink("two").unwrap();
        assert_eq!(w.get("d/three").unwrap(), "Linked", "{name}");
        assert_eq!(w.link("d", "x"), Err(Errno::Perm), "{name}");
        assert_eq!(w.link("d/three", "d/a"), Err(Errno::Exist), "{name}");
        assert_eq!(w.link("no", "x"), Err(Errno::NoEnt), "{name}");
    });
}

#[test]
fn attributes() {
    everywhere(tree, |w, name| {
        w.chmod("d/a", 0o4755).unwrap();
        assert_eq!(w.stat("d/a").unwrap().mode, 0o4755, "{name}");
        assert_eq!(w.get("d/a").unwrap(), "alpha", "{name}");
        let times = SetAttr { atime: Some(1_500_000_000), mtime: Some(-2_000_000_000), ..SetAttr::default() };
        w.ns.set_attr(&w.me, &w.start, "d/a", true, &times).unwrap();
        let stat = w.stat("d/a").unwrap();
        assert_eq!((stat.atime, stat.mtime), (1_500_000_000, -2_000_000_000), "{name}");
        w.ns.set_attr(&w.me, &w.start, "d", true, &times).unwrap();
        assert_eq!(w.stat("d").unwrap().mtime, -2_000_000_000, "{name}");
        w.ns.set_attr(&w.me, &w.start, "d/link", false, &times).unwrap();
        // A link of the host has no time before the epoch.
        assert!(w.lstat("d/link").unwrap().mtime <= 0, "{name}");
        w.chmod("d", 0o700).unwrap();
        assert_eq!(w.stat("d").unwrap().mode, 0o700, "{name}");
        let owner = SetAttr { uid: Some(0), ..SetAttr::default() };
        assert_eq!(w.ns.set_attr(&w.me, &w.start, "d/a", true, &owner), Err(Errno::Perm));
        let own = SetAttr { uid: Some(AGENT), gid: Some(AGENT), ..SetAttr::default() };
        w.ns.set_attr(&w.me, &w.start, "d/a", true, &own).unwrap();
        let opened = w.ns.open(&w.me, &w.start, "d/b", RDONLY, 0).unwrap();
        let mode = SetAttr { mode: Some(0o640), ..SetAttr::default() };
        w.ns.set_attr_open(&w.me, &opened, &mode).unwrap();
        assert_eq!(w.stat("d/b").unwrap().mode, 0o640, "{name}");
    });
}

#[test]
fn mode_bits_bind_the_owner() {
    everywhere(tree, |w, name| {
        w.chmod("d/a", 0).unwrap();
        assert_eq!(w.get("d/a"), Err(Errno::Acces), "{name}");
        assert_eq!(w.ns.access(&w.me, &w.start, "d/a", 4), Err(Errno::Acces), "{name}");
        w.chmod("d/a", 0o200).unwrap();
        assert!(w.open("d/a", OpenFlags { read: false, ..RDWR }).is_ok(), "{name}");
        assert_eq!(w.open("d/a", RDWR).err(), Some(Errno::Acces), "{name}");
        w.chmod("d", 0o555).unwrap();
        assert_eq!(w.unlink("d/b"), Err(Errno::Acces), "{name}");
        assert_eq!(w.put("d/x", ""), Err(Errno::Acces), "{name}");
        assert_eq!(w.rename("d/b", "b"), Err(Errno::Acces), "{name}");
        assert_eq!(w.get("d/b").unwrap(), "beta", "{name}");
        w.chmod("d", 0o600).unwrap();
        assert_eq!(w.get("d/b"), Err(Errno::Acces), "{name}");
        assert_eq!(w.list("d").unwrap().len(), 4, "{name}");
        w.chmod("d", 0o300).unwrap();
        assert_eq!(w.list("d"), Err(Errno::Acces), "{name}");
        assert_eq!(w.get("d/b").unwrap(), "beta", "{name}");
        w.chmod("d", 0o755).unwrap();
        assert_eq!(w.ns.access(&w.me, &w.start, "d/b", 1), Err(Errno::Acces), "{name}");
        w.chmod("d/b", 0o755).unwrap();
        assert_eq!(w.ns.access(&w.me, &w.start, "d/b", 7), Ok(()), "{name}");
        let embedder = Caller::embedder();
        assert!(w.ns.open(&embedder, &w.start, "d/a", RDONLY, 0).is_ok(), "{name}");
    });
}

#[test]
fn fifos() {
    let w = World::memory();
    w.ns.mkfifo(&w.me, &w.start, "p", 0o666).unwrap();
    assert_eq!(w.stat("p").unwrap().kind, FileType::Fifo);
    let opened = w.ns.open(&w.me, &w.start, "p", RDONLY, 0).unwrap();
    let Open::Device(Device::Fifo(slot)) = opened.file else { panic!("not a fifo") };
    let first = slot.get_or_init(|| 5_u32).unwrap();
    assert!(Arc::ptr_eq(&first, &slot.get_or_init(|| 6_u32).unwrap()));
    assert!(slot.get_or_init(String::new).is_none());
    // A host's pipe would lead out.
    let w = World::host();
    assert_eq!(w.ns.mkfifo(&w.me, &w.start, "p", 0o666), Err(Errno::Perm));
}
