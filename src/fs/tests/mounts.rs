//! Mounts, devices and /proc.

use super::*;

#[test]
fn the_mount_tree() {
    let ns = Namespace::builder()
        .mount("/", Image::builder().build(), "rootfs", "rootfs")
        .mount("/usr/lib/deep", memory(Quota::unlimited(), AGENT, 0o755), "a", "tmpfs")
        .mount("/workspace", memory(Quota::unlimited(), AGENT, 0o755), "b", "tmpfs")
        .mount("/workspace/in/ner", memory(Quota::unlimited(), AGENT, 0o755), "c", "tmpfs")
        .mount("/ro", memory(Quota::unlimited(), AGENT, 0o755), "d", "tmpfs")
        .read_only()
        .build()
        .unwrap();
    let me = Caller::agent(1, 0);
    let root = ns.root();
    let list = |path: &str| {
        let mut names: Vec<String> = ns.read_dir(&me, root, path).unwrap().into_iter().map(|e| e.name).collect();
        names.sort();
        names
    };
    assert_eq!(list("/"), ["ro", "usr", "workspace"]);
    assert_eq!(list("/usr"), ["lib"]);
    assert_eq!(list("/workspace"), ["in"]);
    ns.mkdir(&me, root, "/workspace/in/ner/x", 0o755).unwrap();
    let x = ns.resolve(&me, root, "/workspace/in/ner/x", true).unwrap();
    assert_eq!(x.mount().source, "c");
    assert_eq!(ns.real_path(&me, &x, "../..").unwrap(), "/workspace/in");
    for path in ["/workspace/in", "/workspace/in/ner", "/usr", "/workspace"] {
        assert_eq!(ns.rmdir(&me, root, path), Err(Errno::Busy), "{path}");
        let result = ns.rename(&me, root, path, root, &format!("{path}2"));
        assert_eq!(result, Err(Errno::Busy), "{path}");
        assert_eq!(ns.mkdir(&me, root, path, 0o755), Err(Errno::Exist), "{path}");
    }
    assert_eq!(ns.mkdir(&me, root, "/ro/x", 0o755), Err(Errno::Rofs));
    assert_eq!(ns.mkdir(&me, root, "/usr/x", 0o755), Err(Errno::Acces));
    ns.open(&me, root, "/workspace/f", CREATE, 0o644).unwrap();
    let cross = ns.rename(&me, root, "/workspace/f", root, "/workspace/in/ner/f");
    assert_eq!(cross, Err(Errno::Xdev));
    let cross = ns.link(&me, root, "/workspace/f", false, root, "/workspace/in/ner/f");
    assert_eq!(cross, Err(Errno::Xdev));
    assert_eq!(ns.usage().unwrap().len(), 5);
}

#[test]
fn bad_mounts() {
    let node = || memory(Quota::unlimited(), AGENT, 0o755);
    let relative = Namespace::builder().mount("x", node(), "", "").build();
    assert_eq!(relative.err(), Some(Errno::Inval));
    let rules = Rules::new(&preset("read-only").unwrap(), "/elsewhere").unwrap();
    let unmounted = Namespace::builder().mount("/x", node(), "", "").rules("/y", rules).build();
    assert_eq!(unmounted.err(), Some(Errno::NoEnt));
}

#[test]
fn device_files() {
    let w = World::memory();
    w.put("/dev/null", "gone").unwrap();
    assert_eq!(w.get("/dev/null").unwrap(), "");
    let zero = w.open("/dev/zero", RDONLY).unwrap();
    let mut buf = [1; 8];
    assert_eq!((zero.read_at(&mut buf, 5), buf), (Ok(8), [0; 8]));
    let full = w.open("/dev/full", RDWR).unwrap();
    assert_eq!(full.write_at(b"x", 0), Err(Errno::NoSpc));
    let random = w.open("/dev/urandom", RDONLY).unwrap();
    let mut bytes = [0; 64];
    random.read_at(&mut bytes, 0).unwrap();
    assert_ne!(bytes, [0; 64]);
    let device = |path: &str| match w.ns.open(&w.me, &w.start, path, RDWR, 0).unwrap().file {
        Open::Device(device) => format!("{device:?}"),
        _ => panic!("{path} is no device"),
    };
    assert_eq!(device("/dev/tty"), "Tty");
    assert_eq!(device("/dev/stdin"), "Descriptor(None, 0)");
    assert_eq!(device("/dev/fd/12"), "Descriptor(None, 12)");
    assert_eq!(w.stat("/dev/fd/x"), Err(Errno::NoEnt));
    assert_eq!(w.stat("/dev/fd/01"), Err(Errno::NoEnt));
    assert_eq!(w.stat("/dev/null").unwrap().mode, 0o666);
    assert_eq!(w.put("/dev/x", ""), Err(Errno::Acces));
    assert_eq!(w.unlink("/dev/null"), Err(Errno::Acces));
}

struct Table;

impl ProcSource for Table {
    fn processes(&self) -> Vec<ProcInfo> {
        vec![ProcInfo {
            pid: 7,
            parent: 1,
            group: 7,
            session: 1,
            name: "a-name-longer-than-15-bytes".into(),
            argv: vec!["sh".into(), "-c".into(), "x\u{efff}".into()],
            cwd: "/workspace".into(),
            exe: "/bin/sh".into(),
            state: 'R',
            start: 2_000_000_000,
            cpu: 30_000_000,
            memory: 1 << 20,
            fds: vec![(3, "pipe:[9]".into())],
            ..ProcInfo::default()
        }]
    }
    fn sockets(&self) -> Vec<crate::fs::SocketInfo> {
        Vec::new()
    }
    fn system(&self) -> SystemInfo {
        SystemInfo {
            uptime: 12_340_000_000,
            memory: 1 << 30,
            memory_used: 1 << 29,
            cpus: 2,
            mounts: vec![("a b".into(), "/".into(), "tmpfs".into(), true)],
        }
    }
}

#[test]
fn proc_files() {
    let ns = Namespace::builder().mount("/proc", procfs(Arc::new(Table)), "proc", "proc").build().unwrap();
    let me = Caller::agent(7, 0);
    let start = ns.root().clone();
    let w = World { ns, me, start, overlay: None, host: None };
    assert_eq!(w.get("/proc/uptime").unwrap(), "12.34 24.65\n");
    assert!(w.get("/proc/meminfo").unwrap().contains("MemFree:          524288 kB\n"));
    assert_eq!(w.get("/proc/mounts").unwrap(), "a\\040b / tmpfs ro 0 0\n");
    assert_eq!(w.ns.real_path(&w.me, &w.start, "/proc/self").unwrap(), "/proc/7");
    let stat = w.get("/proc/self/stat").unwrap();
    assert!(stat.starts_with("7 (a-name-longer-t) R 1 7 1 0 -1 "), "{stat}");
    assert_eq!(stat.split(' ').count(), 52);
    assert_eq!(stat.split(' ').nth(21), Some("200"));
    let file = w.open("/proc/7/cmdline", RDONLY).unwrap();
    assert_eq!(&file.read_bytes_at(99, 0).unwrap()[..], b"sh\0-c\0x\xff\0");
    assert_eq!(w.list("/proc/self/fd").unwrap(), ["3"]);
    assert_eq!(w.ns.readlink(&w.me, &w.start, "/proc/self/fd/3").unwrap(), "pipe:[9]");
    let opened = w.ns.open(&w.me, &w.start, "/proc/self/fd/3", RDONLY, 0).unwrap();
    assert!(matches!(opened.file, Open::Device(Device::Descriptor { pid: Some(7), fd: 3 })));
    assert_eq!(w.stat("/proc/self/fd/3").unwrap().kind, FileType::Character);
    assert_eq!(w.stat("/proc/8"), Err(Errno::NoEnt));
    assert_eq!(w.open("/proc/uptime", RDWR).err(), Some(Errno::Acces));
}
