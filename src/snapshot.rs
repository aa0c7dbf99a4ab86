//! A sandbox as bytes: its files and its sessions.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `afsndbx` and a zero byte |
//! | 2 | the version of this form, little endian |
//! | 32 | SHA-256 of all that follows |
//! | the rest | a tar archive |
//!
//! The archive's members:
//!
//! - `about.json`: whether the workspace's files are an overlay's changes, and
//!   those changes that need no contents
//! - `sessions/N`: the state of each session, as `Session::snapshot` gives it
//! - `files/PATH`: the files of `/tmp`, `/home/agent` and the workspace

use std::io::{self, Read};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::fs::{Edits, Node, Overlay, Packer, Unpacker};

const MAGIC: &[u8; 8] = b"afsndbx\0";

/// Goes up with every change of the form above.
const VERSION: u16 = 1;

/// The bytes before the archive.
const HEAD: usize = 42;

/// A tree that is the sandbox's own, and where it is mounted (without the
/// slash in front).
pub(crate) type Tree = (&'static str, Arc<dyn Node>);

/// What kind of workspace the files are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Workspace {
    /// The changes to a directory of the host's.
    Overlay,
    /// All of it.
    Memory,
    /// None: the directory is the host's.
    Direct,
}

#[derive(Serialize, Deserialize)]
struct About {
    workspace: Workspace,
    edits: Edits,
}

/// A sandbox's files and sessions as bytes.
pub(crate) fn pack(
    workspace: Workspace,
    overlay: Option<&Overlay>,
    mount: &str,
    trees: &[Tree],
    sessions: &[Vec<u8>],
) -> io::Result<Vec<u8>> {
    let mut packer = Packer::new(vec![0; HEAD]);
    let mut edits = Edits::default();
    if let Some(overlay) = overlay {
        let changes = overlay.diff().map_err(io::Error::other)?;
        edits = packer.changes(&format!("files/{mount}"), &overlay.root(), &changes)?;
    }
    for (path, root) in trees {
        packer.tree(&format!("files/{path}"), root)?;
    }
    for (number, session) in sessions.iter().enumerate() {
        packer.bytes(&format!("sessions/{number}"), session)?;
    }
    packer.bytes("about.json", &serde_json::to_vec(&About { workspace, edits })?)?;
    let mut bytes = packer.finish()?;
    let digest = Sha256::digest(&bytes[HEAD..]);
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..10].copy_from_slice(&VERSION.to_le_bytes());
    bytes[10..HEAD].copy_from_slice(&digest);
    Ok(bytes)
}

/// Puts a snapshot's files into a new sandbox's trees, the workspace's among
/// them; the states of its sessions.
///
/// # Errors
/// What is wrong with the bytes or cannot be written, in words.
pub(crate) fn unpack(bytes: &[u8], workspace: Workspace, mount: &str, trees: &[Tree]) -> Result<Vec<Vec<u8>>, String> {
    let rest = bytes.strip_prefix(MAGIC).ok_or("it is not a snapshot of a sandbox")?;
    let cut = || "it is cut off".to_owned();
    let (version, rest) = rest.split_first_chunk::<2>().ok_or_else(cut)?;
    let version = u16::from_le_bytes(*version);
    if version != VERSION {
        return Err(format!("it has version {version}, and this library knows version {VERSION}"));
    }
    let (digest, archive) = rest.split_first_chunk::<32>().ok_or_else(cut)?;
    if Sha256::digest(archive)[..] != digest[..] {
        return Err("it is damaged".into());
    }
    let about = about(archive).map_err(|error| error.to_string())?;
    if about.workspace != workspace {
        return Err(format!(
            "its workspace is of the kind {:?}, and the sandbox's is of the kind {workspace:?}",
            about.workspace
        ));
    }
    files(archive, &about.edits, mount, trees).map_err(|error| error.to_string())
}

fn about(archive: &[u8]) -> io::Result<About> {
    for entry in tar::Archive::new(archive).entries()? {
        let entry = entry?;
        if *entry.path_bytes() == *b"about.json" {
            return Ok(serde_json::from_reader(entry)?);
        }
    }
    Err(io::Error::other("about.json is missing"))
}

fn files(archive: &[u8], edits: &Edits, mount: &str, trees: &[Tree]) -> io::Result<Vec<Vec<u8>>> {
    let mut sessions = Vec::new();
    let mut unpackers: Vec<(String, Unpacker)> =
        trees.iter().map(|(path, root)| (format!("files/{path}/"), Unpacker::new(root.clone()))).collect();
    let workspace = format!("files/{mount}/");
    for (prefix, unpacker) in &mut unpackers {
        if *prefix == workspace {
            unpacker.delete(&edits.deleted).map_err(io::Error::other)?;
        }
    }
    for entry in tar::Archive::new(archive).entries()? {
        let mut entry = entry?;
        let path = String::from_utf8(entry.path_bytes().into_owned())
            .map_err(|_| io::Error::other("a member's name is not UTF-8"))?;
        if path == "about.json" {
            continue;
        }
        if path.starts_with("sessions/") {
            let mut state = Vec::new();
            entry.read_to_end(&mut state)?;
            sessions.push(state);
            continue;
        }
        let place = unpackers.iter_mut().find_map(|(prefix, unpacker)| {
            path.strip_prefix(&**prefix).map(|below| (prefix.clone(), below.to_owned(), unpacker))
        });
        let Some((prefix, below, unpacker)) = place else {
            return Err(io::Error::other(format!("it has a member '{path}' that no sandbox has")));
        };
        unpacker.member(&below, &mut entry, |target| target.strip_prefix(&prefix).map(str::to_owned))?;
    }
    for (prefix, unpacker) in unpackers {
        let attributes = if prefix == workspace { &edits.attributes[..] } else { &[] };
        unpacker.finish(attributes).map_err(io::Error::other)?;
    }
    Ok(sessions)
}
