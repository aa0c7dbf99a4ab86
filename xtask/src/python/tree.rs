//! The standard library as one archive, its modules compiled.

use std::fs::File;
use std::path::{Path, PathBuf};

use agentfense::blocking::Sandbox;
use agentfense::{Limits, Mount, Userland};

use super::wheel::{Parts, ZONES};
use super::{LIBRARY, failed, host_python, sha256};
use crate::Result;

/// What needs a display.
const LEFT_OUT: [&str; 4] = ["idlelib", "tkinter", "turtle.py", "turtledemo"];

/// Our modules, for what CPython has in C and the build lacks: name and text.
const OURS: [(&str, &str); 14] = [
    ("_ssl.py", include_str!("../../../guest/python/lib/_ssl.py")),
    ("_x509.py", include_str!("../../../guest/python/lib/_x509.py")),
    ("ssl.py", include_str!("../../../guest/python/lib/ssl.py")),
    ("_user_packages.py", include_str!("../../../guest/python/lib/_user_packages.py")),
    ("site-packages/user.pth", "import _user_packages\n"),
    ("ctypes/__init__.py", include_str!("../../../guest/python/lib/ctypes.py")),
    ("ensurepip/_copy.py", include_str!("../../../guest/python/lib/ensurepip_copy.py")),
    ("fcntl.py", include_str!("../../../guest/python/lib/fcntl.py")),
    ("grp.py", include_str!("../../../guest/python/lib/grp.py")),
    ("mmap.py", include_str!("../../../guest/python/lib/mmap.py")),
    ("pwd.py", include_str!("../../../guest/python/lib/pwd.py")),
    ("resource.py", include_str!("../../../guest/python/lib/resource.py")),
    ("_termios_numbers.py", include_str!("../../../guest/python/lib/_termios_numbers.py")),
    ("termios.py", include_str!("../../../guest/python/lib/termios.py")),
];

/// Places where the library asks what WASI alone could do: file, text, and what stands there instead.
const CHANGES: [(&str, &str, &str); 7] = [
    (
        "subprocess.py",
        r#"_can_fork_exec = sys.platform not in {"emscripten", "wasi", "#,
        r#"_can_fork_exec = sys.platform not in {"emscripten", "#,
    ),
    // A user has a home; `site` is part of the program, and has its own file for that.
    ("sysconfig/__init__.py", r#""vxworks", "wasi", "watchos"}"#, r#""vxworks", "watchos"}"#),
    // The kernel speaks TLS below the socket: what the transport reads and writes is in the clear.
    (
        "asyncio/selector_events.py",
        "        ssl_protocol = sslproto.SSLProtocol(
            self, protocol, sslcontext, waiter,
            server_side, server_hostname,
            ssl_handshake_timeout=ssl_handshake_timeout,
            ssl_shutdown_timeout=ssl_shutdown_timeout
        )
        _SelectorSocketTransport(self, rawsock, ssl_protocol,
                                 extra=extra, server=server)
        return ssl_protocol._app_transport
",
        "        facts = sslproto._begin(rawsock, sslcontext, server_side, server_hostname)
        return _SelectorSocketTransport(
            self, rawsock, protocol, waiter, dict(extra or {}, **facts), server)
",
    ),
    (
        "asyncio/base_events.py",
        "        waiter = self.create_future()
        ssl_protocol = sslproto.SSLProtocol(
            self, protocol, sslcontext, waiter,
            server_side, server_hostname,
            ssl_handshake_timeout=ssl_handshake_timeout,
            ssl_shutdown_timeout=ssl_shutdown_timeout,
            call_connection_made=False)

        # Pause early so that \"ssl_protocol.data_received()\" doesn't
        # have a chance to get called before \"ssl_protocol.connection_made()\".
        transport.pause_reading()

        transport.set_protocol(ssl_protocol)
        conmade_cb = self.call_soon(ssl_protocol.connection_made, transport)
        resume_cb = self.call_soon(transport.resume_reading)

        try:
            await waiter
        except BaseException:
            transport.close()
            conmade_cb.cancel()
            resume_cb.cancel()
            raise

        return ssl_protocol._app_transport
",
        "        try:
            transport._extra.update(sslproto._begin(transport._sock, sslcontext, server_side, server_hostname))
        except BaseException:
            transport.close()
            raise
        transport.set_protocol(protocol)
        return transport
",
    ),
    (
        "asyncio/sslproto.py",
        "class SSLProtocolState(enum.Enum):",
        "def _begin(sock, sslcontext, server_side, server_hostname):
    sslcontext = sslcontext or _create_transport_context(server_side, server_hostname)
    ssl_object = ssl.SSLObject._begin(sslcontext, sock, server_side, server_hostname)
    return dict(sslcontext=sslcontext, ssl_object=ssl_object, peercert=ssl_object.getpeercert(),
                cipher=ssl_object.cipher(), compression=None)


class SSLProtocolState(enum.Enum):",
    ),
    // What pip would unpack and compile is there.
    (
        "ensurepip/__init__.py",
        "    with tempfile.TemporaryDirectory() as tmpdir:
        # Put",
        "    if not root and not user and not verbosity:
        from . import _copy
        names = ['pip', 'pip3', 'pip3.%d' % sys.version_info.minor]
        if _copy.install(version(), names[2 if altinstall else 0 if default_pip else 1:]):
            print(f'Successfully installed pip-{version()}')
            return 0

    with tempfile.TemporaryDirectory() as tmpdir:
        # Put",
    ),
    // The wheel that is there.
    ("ensurepip/__init__.py", "_PIP_VERSION = \"25.2\"", "_PIP_VERSION = \"26.3\""),
];

/// The module that compiles, and how it does.
const COMPILE: &str = "compileall -q --invalidation-mode unchecked-hash";

/// What then puts the modules of every start together.
const FREEZE: &str = include_str!("../../../guest/python/lib/freeze.py");

/// Where the library is laid out.
fn layout(directory: &Path) -> PathBuf {
    directory.join("tree")
}

/// The archive that is installed.
pub(super) fn archive(directory: &Path) -> PathBuf {
    directory.join("library.tar")
}

/// Lays the library out and packs it, if what it is made from has changed.
pub(super) fn build(directory: &Path, parts: &Parts) -> Result {
    let tree = layout(directory);
    let stamp = directory.join("tree.stamp");
    let read = |path: &Path| std::fs::read(path).map_err(failed(path));
    let mut made_from = sha256(&read(&parts.library)?) + &sha256(&read(&parts.pip)?);
    made_from.push_str(&sha256(&read(&parts.zones)?));
    made_from.push_str(&sha256(COMPILE.as_bytes()));
    made_from.push_str(&sha256(FREEZE.as_bytes()));
    made_from.extend(OURS.iter().map(|(_, text)| sha256(text.as_bytes())));
    made_from.extend(CHANGES.iter().map(|(_, _, to)| sha256(to.as_bytes())));
    if std::fs::read_to_string(&stamp).is_ok_and(|stamp| stamp == made_from) && archive(directory).is_file() {
        return Ok(());
    }
    if tree.exists() {
        std::fs::remove_dir_all(&tree).map_err(failed(&tree))?;
    }
    std::fs::create_dir_all(&tree).map_err(failed(&tree))?;
    let library = File::open(&parts.library).map_err(failed(&parts.library))?;
    tar::Archive::new(library).unpack(&tree).map_err(failed(&tree))?;
    for name in LEFT_OUT {
        let path = tree.join(name);
        let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        removed.map_err(failed(&path))?;
    }
    let make = |name: &str| {
        let path = tree.join(name);
        std::fs::create_dir_all(&path).map_err(failed(&path)).map(|()| path)
    };
    // Where CPython looks for what shows it its installation.
    make("lib-dynload")?;
    // For virtual environments, and as a command of the sandbox.
    let bundled = make("ensurepip/_bundled")?;
    let name = parts.pip.file_name().ok_or("pip's wheel has no name")?;
    std::fs::copy(&parts.pip, bundled.join(name)).map_err(failed(&parts.pip))?;
    let packages = make("site-packages")?;
    host_python(&["-m", "zipfile", "-e", &parts.pip.to_string_lossy(), &packages.to_string_lossy()])?;
    // Where `zoneinfo` looks for what a system may lack; part of the library, not a package of the user's.
    let zones = make("zones")?;
    host_python(&["-m", "zipfile", "-e", &parts.zones.to_string_lossy(), &zones.to_string_lossy()])?;
    let (from, to) = (zones.join("tzdata"), tree.join("tzdata"));
    std::fs::rename(&from, &to).map_err(failed(&from))?;
    let licenses = zones.join(format!("tzdata-{ZONES}.dist-info/licenses"));
    std::fs::rename(&licenses, to.join("licenses")).map_err(failed(&licenses))?;
    std::fs::remove_dir_all(&zones).map_err(failed(&zones))?;
    for (name, text) in OURS {
        let path = tree.join(name);
        std::fs::write(&path, text).map_err(failed(&path))?;
    }
    for (name, from, to) in CHANGES {
        let path = tree.join(name);
        let text = std::fs::read_to_string(&path).map_err(failed(&path))?;
        if text.matches(from).count() != 1 {
            return Err(format!("{name} of Python's library is not what it was"));
        }
        std::fs::write(&path, text.replace(from, to)).map_err(failed(&path))?;
    }
    pack(directory)?;
    std::fs::write(&stamp, made_from).map_err(failed(&stamp))
}

/// Compiles the modules by the Python that they belong to, inside a sandbox;
/// whether that was to be done.
pub(super) fn compile(directory: &Path, userland: &Path) -> Result<bool> {
    let tree = layout(directory);
    if tree.join("startup.bin").is_file() {
        return Ok(false);
    }
    eprintln!("+ compiling Python's library");
    let userland = Userland::open(userland).map_err(|error| error.to_string())?;
    let mut limits = Limits::default();
    limits.memory_bytes = 4 << 30;
    let builder = Sandbox::builder().userland(userland).workspace(&tree, Mount::Direct).limits(limits);
    // The installed files never change, so there is nothing to check at an import.
    // Isolated: what the compiler itself imports is not to be compiled in passing, by the time of its file.
    let script = format!(
        "python3 -I -m {COMPILE} -s /workspace -p {LIBRARY} /workspace\n\
         python3 -I - /workspace << 'END'\n{FREEZE}END\n"
    );
    let result = Sandbox::new(builder).and_then(|sandbox| sandbox.run(script)).map_err(|error| error.to_string())?;
    if !tree.join("startup.bin").is_file() {
        return Err(format!("Python's library was not compiled:\n{}{}", result.stdout_text(), result.stderr_text()));
    }
    pack(directory)?;
    Ok(true)
}

/// Writes the archive: sorted, without times and owners, so that the same tree gives the same bytes.
fn pack(directory: &Path) -> Result {
    let path = archive(directory);
    let mut archive = tar::Builder::new(File::create(&path).map_err(failed(&path))?);
    archive.mode(tar::HeaderMode::Deterministic);
    archive.follow_symlinks(false);
    add(&mut archive, &layout(directory), Path::new(""))?;
    archive.finish().map_err(failed(&path))
}

fn add(archive: &mut tar::Builder<File>, directory: &Path, name: &Path) -> Result {
    let mut entries: Vec<_> = std::fs::read_dir(directory).map_err(failed(directory))?.flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let (path, name) = (entry.path(), name.join(entry.file_name()));
        archive.append_path_with_name(&path, &name).map_err(failed(&path))?;
        if path.is_dir() {
            add(archive, &path, &name)?;
        }
    }
    Ok(())
}
