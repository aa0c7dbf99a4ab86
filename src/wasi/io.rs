//! `wasi:io`: streams over open files, and waiting for them.

use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use tokio::time::Instant;
use wasmtime::component::Resource;

use crate::fs::Errno;
use crate::kernel::{Disposition, Ending, Guest, OpenFile, SIGPIPE, SIGTTIN, append, write_at};
use crate::net::Waitable;
use crate::wit::guest::wasi::io::{error, poll, streams};

/// The error behind a failed stream operation.
pub struct IoError(pub(crate) Errno);

/// Something to wait for.
#[allow(private_interfaces, reason = "bindgen wants the type public; the crate does not export it")]
pub enum Pollable {
    /// A read would not wait.
    Readable(Arc<OpenFile>),
    /// A write would not wait.
    Writable(Arc<OpenFile>),
    /// A time on the monotonic clock; absent when it is too far to be told.
    Time(Option<Instant>),
    /// Something of the network.
    Network(Arc<dyn Waitable>),
}

impl Pollable {
    fn is_ready(&self) -> bool {
        match self {
            Pollable::Readable(file) => file.is_readable(),
            Pollable::Writable(file) => file.is_writable(),
            Pollable::Network(event) => event.is_ready(),
            Pollable::Time(when) => when.is_some_and(|when| when <= Instant::now()),
        }
    }

    /// A future of its own, so that no borrow of the guest's table is held.
    fn ready(&self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        match self {
            Pollable::Readable(file) => {
                let file = file.clone();
                Box::pin(async move { file.readable().await })
            }
            Pollable::Writable(file) => {
                let file = file.clone();
                Box::pin(async move { file.writable().await })
            }
            Pollable::Network(event) => {
                let event = event.clone();
                Box::pin(async move { event.ready().await })
            }
            Pollable::Time(Some(when)) => Box::pin(tokio::time::sleep_until(*when)),
            Pollable::Time(None) => Box::pin(std::future::pending()),
        }
    }
}

/// Bytes to read: at the file's shared offset, or at one of the stream's own.
pub struct InputStream {
    pub(crate) file: Arc<OpenFile>,
    pub(crate) offset: Option<u64>,
}

/// Where bytes are written: as above, or at the end of the file.
pub struct OutputStream {
    pub(crate) file: Arc<OpenFile>,
    pub(crate) position: Position,
}

/// Where an output stream writes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Position {
    /// At the open file's shared offset.
    Shared,
    /// At an offset of the stream's own.
    Own(u64),
    /// At the end of the file, wherever that is by then.
    End,
}

/// Why a stream operation did not succeed.
pub(crate) enum StreamFailure {
    /// End of the file, or a pipe without readers.
    Closed,
    /// An error number, which `filesystem-error-code` can tell.
    Errno(Errno),
    /// The process ends here, or the host cannot go on.
    Trap(wasmtime::Error),
}

impl From<wasmtime::component::ResourceTableError> for StreamFailure {
    fn from(error: wasmtime::component::ResourceTableError) -> Self {
        StreamFailure::Trap(error.into())
    }
}

impl InputStream {
    fn try_read(&mut self, max: usize) -> Result<Option<Bytes>, Errno> {
        match &mut self.offset {
            None => self.file.try_read(max),
            Some(offset) => {
                let handle = self.file.handle().ok_or(Errno::SPipe)?;
                let data = handle.read_bytes_at(max.min(crate::kernel::TRANSFER_LIMIT), *offset)?;
                *offset += data.len() as u64;
                Ok(Some(data))
            }
        }
    }
}

impl OutputStream {
    fn try_write(&mut self, data: &Bytes, limit: u64) -> Result<usize, Errno> {
        let Position::Own(offset) = &mut self.position else {
            return match (self.position, self.file.handle()) {
                (Position::End, Some(handle)) => append(handle, data, limit).map(|(n, _)| n),
                _ => self.file.try_write_within(data, limit),
            };
        };
        let handle = self.file.handle().ok_or(Errno::SPipe)?;
        let n = write_at(handle, data, *offset, limit)?;
        *offset += n as u64;
        Ok(n)
    }
}

/// A read's length as the host sees it.
fn length(len: u64) -> usize {
    usize::try_from(len).unwrap_or(usize::MAX).min(crate::kernel::TRANSFER_LIMIT)
}

type Streamed<T> = Result<T, StreamFailure>;

impl Guest {
    /// A failed write: a broken pipe ends a process that did not ask otherwise.
    fn write_failed(&self, file: &OpenFile, errno: Errno) -> StreamFailure {
        if errno != Errno::Pipe {
            return match self.note_file_size(errno) {
                Ok(()) => StreamFailure::Errno(errno),
                Err(ending) => StreamFailure::Trap(ending.into()),
            };
        }
        if !file.raises_sigpipe() {
            return StreamFailure::Closed;
        }
        if self.process.disposition(SIGPIPE) == Disposition::Default {
            return StreamFailure::Trap(Ending::Signaled(SIGPIPE).into());
        }
        self.process.deliver(SIGPIPE);
        StreamFailure::Closed
    }

    async fn write_all(&mut self, stream: &Resource<OutputStream>, data: Vec<u8>) -> Streamed<()> {
        let mut data = Bytes::from(data);
        let limit = self.file_size_limit();
        while !data.is_empty() {
            let stream = self.table.get_mut(stream)?;
            match stream.try_write(&data, limit) {
                Ok(0) => {
                    let file = stream.file.clone();
                    self.process.block_always(file.writable()).await;
                }
                Ok(n) => drop(data.split_to(n)),
                Err(errno) => {
                    let file = stream.file.clone();
                    return Err(self.write_failed(&file, errno));
                }
            }
        }
        Ok(())
    }

    async fn read_some(&mut self, stream: &Resource<InputStream>, len: u64) -> Streamed<Bytes> {
        let max = length(len);
        loop {
            if self.table.get(stream)?.file.is_terminal() {
                self.kernel.await_foreground(&self.process, SIGTTIN).await.map_err(StreamFailure::Errno)?;
            }
            let stream = self.table.get_mut(stream)?;
            match stream.try_read(max) {
                Ok(Some(data)) if data.is_empty() && max > 0 => return Err(StreamFailure::Closed),
                Ok(Some(data)) => return Ok(data),
                Ok(None) => {
                    let file = stream.file.clone();
                    self.process.block_always(file.readable()).await;
                }
                Err(errno) => return Err(StreamFailure::Errno(errno)),
            }
        }
    }

    fn read_now(&mut self, stream: &Resource<InputStream>, len: u64) -> Streamed<Bytes> {
        let max = length(len);
        match self.table.get_mut(stream)?.try_read(max) {
            Ok(Some(data)) if data.is_empty() && max > 0 => Err(StreamFailure::Closed),
            Ok(data) => Ok(data.unwrap_or_default()),
            Err(errno) => Err(StreamFailure::Errno(errno)),
        }
    }
}

impl error::Host for Guest {}

impl error::HostError for Guest {
    fn to_debug_string(&mut self, error: Resource<IoError>) -> wasmtime::Result<String> {
        Ok(self.table.get(&error)?.0.to_string())
    }

    fn drop(&mut self, error: Resource<IoError>) -> wasmtime::Result<()> {
        self.table.delete(error)?;
        Ok(())
    }
}

impl poll::Host for Guest {
    async fn poll(&mut self, pollables: Vec<Resource<Pollable>>) -> wasmtime::Result<Vec<u32>> {
        if pollables.is_empty() {
            return Err(wasmtime::Error::msg("wasi:io/poll was given nothing to wait for"));
        }
        let mut ready = Vec::new();
        for (index, pollable) in (0..).zip(&pollables) {
            if self.table.get(pollable)?.is_ready() {
                ready.push(index);
            }
        }
        if !ready.is_empty() {
            return Ok(ready);
        }
        let mut waits = Vec::with_capacity(pollables.len());
        for pollable in &pollables {
            waits.push(self.table.get(pollable)?.ready());
        }
        let all = std::future::poll_fn(move |cx| {
            let ready: Vec<u32> = (0..)
                .zip(&mut waits)
                .filter_map(|(index, wait)| wait.as_mut().poll(cx).is_ready().then_some(index))
                .collect();
            if ready.is_empty() { Poll::Pending } else { Poll::Ready(ready) }
        });
        // WASI has no word for it: nothing is ready when a signal that the guest handles came first.
        Ok(self.process.block(all).await.unwrap_or_default())
    }
}

impl poll::HostPollable for Guest {
    fn ready(&mut self, pollable: Resource<Pollable>) -> wasmtime::Result<bool> {
        // A guest that asks again and again must not keep its child from starting.
        self.process.start_deferred();
        Ok(self.table.get(&pollable)?.is_ready())
    }

    async fn block(&mut self, pollable: Resource<Pollable>) -> wasmtime::Result<()> {
        let pollable = self.table.get(&pollable)?;
        if !pollable.is_ready() {
            let ready = pollable.ready();
            self.process.block_always(ready).await;
        }
        Ok(())
    }

    fn drop(&mut self, pollable: Resource<Pollable>) -> wasmtime::Result<()> {
        self.table.delete(pollable)?;
        Ok(())
    }
}

impl streams::Host for Guest {
    fn convert_stream_error(&mut self, failure: StreamFailure) -> wasmtime::Result<streams::StreamError> {
        Ok(match failure {
            StreamFailure::Closed => streams::StreamError::Closed,
            StreamFailure::Errno(errno) => streams::StreamError::LastOperationFailed(self.table.push(IoError(errno))?),
            StreamFailure::Trap(error) => return Err(error),
        })
    }
}

impl streams::HostInputStream for Guest {
    fn read(&mut self, stream: Resource<InputStream>, len: u64) -> Streamed<Vec<u8>> {
        Ok(self.read_now(&stream, len)?.into())
    }

    async fn blocking_read(&mut self, stream: Resource<InputStream>, len: u64) -> Streamed<Vec<u8>> {
        Ok(self.read_some(&stream, len).await?.into())
    }

    fn skip(&mut self, stream: Resource<InputStream>, len: u64) -> Streamed<u64> {
        Ok(self.read_now(&stream, len)?.len() as u64)
    }

    async fn blocking_skip(&mut self, stream: Resource<InputStream>, len: u64) -> Streamed<u64> {
        Ok(self.read_some(&stream, len).await?.len() as u64)
    }

    fn subscribe(&mut self, stream: Resource<InputStream>) -> wasmtime::Result<Resource<Pollable>> {
        let file = self.table.get(&stream)?.file.clone();
        Ok(self.table.push(Pollable::Readable(file))?)
    }

    fn drop(&mut self, stream: Resource<InputStream>) -> wasmtime::Result<()> {
        self.table.delete(stream)?;
        Ok(())
    }
}

impl streams::HostOutputStream for Guest {
    fn check_write(&mut self, stream: Resource<OutputStream>) -> Streamed<u64> {
        let file = &self.table.get(&stream)?.file;
        file.write_room().map(|room| room as u64).map_err(|errno| self.write_failed(file, errno))
    }

    fn write(&mut self, stream: Resource<OutputStream>, contents: Vec<u8>) -> Streamed<()> {
        let mut data = Bytes::from(contents);
        let limit = self.file_size_limit();
        while !data.is_empty() {
            let stream = self.table.get_mut(&stream)?;
            match stream.try_write(&data, limit) {
                // The guest was told how much there is room for.
                Ok(0) => return Err(StreamFailure::Trap(wasmtime::Error::msg("a stream was written to without room"))),
                Ok(n) => drop(data.split_to(n)),
                Err(errno) => {
                    let file = stream.file.clone();
                    return Err(self.write_failed(&file, errno));
                }
            }
        }
        Ok(())
    }

    async fn blocking_write_and_flush(&mut self, stream: Resource<OutputStream>, contents: Vec<u8>) -> Streamed<()> {
        self.write_all(&stream, contents).await
    }

    fn flush(&mut self, _: Resource<OutputStream>) -> Streamed<()> {
        // Nothing is buffered on the way.
        Ok(())
    }

    async fn blocking_flush(&mut self, _: Resource<OutputStream>) -> Streamed<()> {
        Ok(())
    }

    fn subscribe(&mut self, stream: Resource<OutputStream>) -> wasmtime::Result<Resource<Pollable>> {
        let file = self.table.get(&stream)?.file.clone();
        Ok(self.table.push(Pollable::Writable(file))?)
    }

    fn write_zeroes(&mut self, stream: Resource<OutputStream>, len: u64) -> Streamed<()> {
        self.write(stream, vec![0; length(len)])
    }

    async fn blocking_write_zeroes_and_flush(&mut self, stream: Resource<OutputStream>, len: u64) -> Streamed<()> {
        self.write_all(&stream, vec![0; length(len)]).await
    }

    fn splice(&mut self, to: Resource<OutputStream>, from: Resource<InputStream>, len: u64) -> Streamed<u64> {
        let room = self.check_write(Resource::new_borrow(to.rep()))?;
        let data = self.read_now(&from, len.min(room))?;
        let n = data.len() as u64;
        self.write(to, data.into())?;
        Ok(n)
    }

    async fn blocking_splice(
        &mut self,
        to: Resource<OutputStream>,
        from: Resource<InputStream>,
        len: u64,
    ) -> Streamed<u64> {
        let data = self.read_some(&from, len).await?;
        let n = data.len() as u64;
        self.write_all(&to, data.into()).await?;
        Ok(n)
    }

    fn drop(&mut self, stream: Resource<OutputStream>) -> wasmtime::Result<()> {
        self.table.delete(stream)?;
        Ok(())
    }
}
