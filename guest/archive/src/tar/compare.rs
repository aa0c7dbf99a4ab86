//! `tar -d`: what an archive and the files disagree about.

use super::below;
use super::console::{Console, in_message, shown};
use super::header::{Kind, Member};
use super::names::without_slashes;
use super::reader::Reader;
use super::settings::Settings;
use super::unlisted;
use crate::input::CHUNK;
use crate::times::split;
use agentfense_support::Failure;
use agentfense_sys::files::{self, FileType, OpenFlags};
use std::io::{self, Read};

/// Compares one member with the file of its name.
pub fn member(
    settings: &Settings,
    console: &Console,
    reader: &mut Reader<'_>,
    member: &Member,
    directory: &[u8],
) -> Result<(), Failure> {
    let path = below(directory, without_slashes(&member.name));
    let differs = |what: &str| {
        console.set_differs();
        console.line(format!("{}: {what}", shown(&member.name)).as_bytes()).map_err(unlisted)
    };
    let stat = match files::stat(&path, settings.dereference) {
        Ok(stat) => stat,
        Err(errno) => {
            console.differs(format_args!("{}: Warning: Cannot stat: {errno}", in_message(&member.name)));
            return Ok(());
        }
    };
    let kind = match member.kind {
        Kind::HardLink => {
            let target = files::stat(below(directory, &member.link), false);
            if !target.is_ok_and(|target| (target.dev, target.ino) == (stat.dev, stat.ino)) {
                differs(&format!("Not linked to {}", shown(&member.link)))?;
            }
            return Ok(());
        }
        Kind::Symlink => {
            if files::read_link(&path).ok().as_deref() != Some(&member.link) {
                differs("Symlink differs")?;
            }
            return Ok(());
        }
        Kind::Directory => FileType::Directory,
        Kind::Fifo => FileType::Fifo,
        Kind::Character => FileType::Character,
        Kind::BlockDevice => FileType::Block,
        _ => FileType::Regular,
    };
    if stat.kind != kind {
        return differs("File type differs");
    }
    if stat.mode & 0o7777 != member.mode {
        differs("Mode differs")?;
    }
    if kind != FileType::Regular {
        return Ok(());
    }
    for (differ, what) in [
        (u64::from(stat.uid) != member.uid, "Uid differs"),
        (u64::from(stat.gid) != member.gid, "Gid differs"),
        (split(stat.mtime).0 != split(member.mtime).0, "Mod time differs"),
    ] {
        if differ {
            differs(what)?;
        }
    }
    if stat.size != member.real_size() {
        return differs("Size differs");
    }
    // The parts of a sparse file are not where the archive has them.
    if member.sparse.is_some() {
        return Ok(());
    }
    let mut file = match files::open(&path, OpenFlags::READ, 0) {
        Ok(file) => file,
        Err(errno) => {
            console.error(format_args!("{}: Cannot open: {errno}", in_message(&member.name)));
            return Ok(());
        }
    };
    let (mut stored, mut here) = (vec![0; CHUNK], vec![0; CHUNK]);
    loop {
        let len = match reader.contents().read(&mut stored) {
            Ok(0) => return Ok(()),
            Ok(len) => len,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(reader.failure(&error)),
        };
        if file.read_exact(&mut here[..len]).is_err() || here[..len] != stored[..len] {
            return differs("Contents differ");
        }
    }
}
