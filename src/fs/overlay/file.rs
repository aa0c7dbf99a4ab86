//! Regular files of the layer: read from below until the first write.

use super::inode::{Body, Contents, Inode, State};
use crate::fs::sparse::Sparse;
use crate::fs::sync::read;
use crate::fs::{Errno, FileHandle, OpenMode, Result, SetAttr, Stat};
use std::sync::Arc;

pub(super) struct Open {
    inode: Arc<Inode>,
    /// Opened with the file, so that it reads on when the name below goes.
    lower: Option<Arc<dyn FileHandle>>,
}

const READ: OpenMode = OpenMode { read: true, write: false };

pub(super) fn open(inode: &Inode) -> Result<Arc<dyn FileHandle>> {
    let lower = match &*read(&inode.state) {
        State { body: Body::File(Contents::Lower), lower: Some(lower), .. } => Some(lower.node.open(READ)?),
        _ => None,
    };
    Ok(Arc::new(Open { inode: inode.arc()?, lower }))
}

impl Open {
    /// The lower file; a file that was committed since its opening has one now.
    fn lower(&self, state: &State) -> Result<Arc<dyn FileHandle>> {
        match (&self.lower, &state.lower) {
            (Some(handle), _) => Ok(Arc::clone(handle)),
            (None, Some(lower)) => lower.node.open(READ),
            (None, None) => Err(Errno::Io),
        }
    }

    /// Changes the contents; the first `keep` bytes below are needed.
    fn edit<T>(&self, keep: Option<u64>, f: impl FnOnce(&mut Sparse) -> Result<T>) -> Result<T> {
        self.inode.change(|state| {
            if let Body::File(Contents::Lower) = &state.body {
                let lower = self.lower(state)?;
                let data = copy(&self.inode, &*lower, keep)?;
                state.body = Body::File(Contents::Memory(data));
            }
            let Body::File(Contents::Memory(data)) = &mut state.body else {
                return Err(Errno::Inval);
            };
            let result = f(data)?;
            if let Some(attr) = &mut state.attr {
                attr.touch();
                // As on Linux, a write drops set-user-id and set-group-id.
                attr.mode &= !0o6000;
            }
            Ok(result)
        })
    }
}

/// Copies a lower file up, or as much of it as will stay.
fn copy(inode: &Inode, lower: &dyn FileHandle, keep: Option<u64>) -> Result<Sparse> {
    let len = lower.len()?;
    let keep = keep.map_or(len, |keep| keep.min(len));
    let mut data = Sparse::new(&inode.layer.quota)?;
    let mut buf = vec![0; keep.clamp(1, 64 * 1024) as usize];
    let mut at = 0;
    while at < keep {
        let want = buf.len().min((keep - at) as usize);
        let n = lower.read_at(&mut buf[..want], at)?;
        if n == 0 {
            break;
        }
        // A part that does not fit must not be lost silently.
        if data.write_at(&buf[..n], at)? < n {
            return Err(Errno::NoSpc);
        }
        at += n as u64;
    }
    Ok(data)
}

impl FileHandle for Open {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> Result<usize> {
        let state = read(&self.inode.state);
        match &state.body {
            Body::File(Contents::Memory(data)) => Ok(data.read_at(buf, offset)),
            _ => self.lower(&state)?.read_at(buf, offset),
        }
    }

    fn read_bytes_at(&self, len: usize, offset: u64) -> Result<bytes::Bytes> {
        let state = read(&self.inode.state);
        match &state.body {
            Body::File(Contents::Memory(data)) => {
                let rest = data.len().saturating_sub(offset);
                let mut buf = vec![0; usize::try_from(rest).map_or(len, |rest| rest.min(len))];
                data.read_at(&mut buf, offset);
                Ok(buf.into())
            }
            _ => self.lower(&state)?.read_bytes_at(len, offset),
        }
    }

    fn write_at(&self, data: &[u8], offset: u64) -> Result<usize> {
        if data.is_empty() {
            return Ok(0);
        }
        self.edit(None, |file| file.write_at(data, offset))
    }

    fn append(&self, data: &[u8]) -> Result<(usize, u64)> {
        if data.is_empty() {
            return Ok((0, self.len()?));
        }
        self.edit(None, |file| {
            let n = file.write_at(data, file.len())?;
            Ok((n, file.len()))
        })
    }

    fn set_len(&self, len: u64) -> Result<()> {
        self.edit(Some(len), |file| file.set_len(len))
    }

    fn len(&self) -> Result<u64> {
        let state = read(&self.inode.state);
        match &state.body {
            Body::File(Contents::Memory(data)) => Ok(data.len()),
            _ => self.lower(&state)?.len(),
        }
    }

    fn stat(&self) -> Result<Stat> {
        let lower = match &self.lower {
            Some(lower) if !self.inode.attached() => Some(lower.stat()?),
            _ => None,
        };
        self.inode.stat_with(lower)
    }

    fn set_attr(&self, attr: &SetAttr) -> Result<()> {
        self.inode.set(attr)
    }
}
