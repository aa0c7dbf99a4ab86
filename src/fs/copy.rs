//! Copying a tree from one filesystem to another.

use std::sync::Arc;

use super::{FileType, Node, OpenMode, Result, SetAttr, Stat};

/// Bytes copied at a time.
const CHUNK: usize = 1 << 20;

/// Copies everything below a directory to below another, with modes and
/// times. What is no file, directory or link (a socket, a device) is left out.
/// A file with several names becomes several files.
pub fn copy_tree(from: &Arc<dyn Node>, to: &Arc<dyn Node>) -> Result<()> {
    let mut open = vec![(Arc::clone(from), Arc::clone(to))];
    // Directories get their times when all is in them, the innermost first.
    let mut finished = Vec::new();
    while let Some((from, to)) = open.pop() {
        for entry in from.read_dir()? {
            let (node, stat) = from.lookup(&entry.name)?;
            match stat.kind {
                FileType::Directory => {
                    to.mkdir(&entry.name, 0o700)?;
                    let (copy, _) = to.lookup(&entry.name)?;
                    finished.push((Arc::clone(&copy), stat));
                    open.push((node, copy));
                }
                FileType::Symlink => to.symlink(&entry.name, &node.readlink(0)?)?,
                FileType::Regular => {
                    let (copy, target) = to.create(&entry.name, stat.mode)?;
                    let source = node.open(OpenMode { read: true, write: false })?;
                    let mut offset = 0;
                    loop {
                        let data = source.read_bytes_at(CHUNK, offset)?;
                        if data.is_empty() {
                            break;
                        }
                        let mut rest = &data[..];
                        while !rest.is_empty() {
                            let n = target.write_at(rest, offset)?;
                            offset += n as u64;
                            rest = &rest[n..];
                        }
                    }
                    copy.set_attr(&times(&stat))?;
                }
                FileType::Fifo | FileType::Character | FileType::Block | FileType::Socket => {}
            }
        }
    }
    for (copy, stat) in finished.iter().rev() {
        copy.set_attr(&SetAttr { mode: Some(stat.mode), ..times(stat) })?;
    }
    Ok(())
}

fn times(stat: &Stat) -> SetAttr {
    SetAttr { atime: Some(stat.atime), mtime: Some(stat.mtime), ..SetAttr::default() }
}
