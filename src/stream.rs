//! Output as it comes.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::error::Error;
use crate::exec::{Exec, ExecResult};
use crate::kernel::{Outlet, until};
use crate::session::Ticket;

/// Bytes of output that wait to be read before commands wait. Bounds the
/// memory that a slow reader costs.
const CAPACITY: usize = 64 << 10;

/// A piece of an exec's output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Of standard output.
    Stdout(Bytes),
    /// Of standard error.
    Stderr(Bytes),
}

impl Output {
    /// The bytes, whichever stream they are of.
    pub fn bytes(&self) -> &Bytes {
        match self {
            Output::Stdout(bytes) | Output::Stderr(bytes) => bytes,
        }
    }
}

/// A running exec's output, both streams in the order in which they were
/// written. Commands wait when it is not read.
///
/// Dropping it ends the exec, as a time limit would; the session stays usable.
pub struct ExecStream {
    queue: Arc<Queue>,
    result: tokio::task::JoinHandle<Result<ExecResult, Error>>,
    ticket: Arc<Ticket>,
}

impl ExecStream {
    /// Starts an exec on the library's runtime.
    pub(crate) fn start(exec: Exec) -> ExecStream {
        let queue = Arc::new(Queue::default());
        let ticket = Arc::new(Ticket::default());
        let runtime = exec.runtime();
        let stream = |which| Arc::new(Stream { queue: queue.clone(), which });
        let exec = exec.stdout(stream(Output::Stdout)).stderr(stream(Output::Stderr));
        let (own, queue_end) = (ticket.clone(), queue.clone());
        let result = runtime.spawn(async move {
            let result = exec.run(&own).await;
            queue_end.finish();
            result
        });
        ExecStream { queue, result, ticket }
    }

    /// The next piece; `None` when the exec has ended and everything was read.
    pub async fn next(&mut self) -> Option<Output> {
        until(&self.queue.changed, || {
            let pieces = self.queue.pieces();
            !pieces.list.is_empty() || pieces.finished
        })
        .await;
        self.queue.take()
    }

    /// Waits for the exec's end; what was not read of its output is dropped.
    /// The result holds no output.
    ///
    /// # Errors
    /// As awaiting the [`Exec`] itself.
    pub async fn result(mut self) -> Result<ExecResult, Error> {
        self.queue.discard();
        let gone = || Err(Error::SessionClosed { reason: "the library's runtime was shut down".into() });
        // By reference: dropping the stream afterwards cancels what is over.
        Pin::new(&mut self.result).await.unwrap_or_else(|_| gone())
    }
}

impl Drop for ExecStream {
    fn drop(&mut self) {
        self.ticket.cancel();
        self.queue.discard();
    }
}

#[derive(Default)]
struct Queue {
    pieces: Mutex<Pieces>,
    /// Something to read, or the end; room to write.
    changed: Notify,
}

#[derive(Default)]
struct Pieces {
    list: VecDeque<Output>,
    len: usize,
    finished: bool,
    /// Nobody reads any more.
    discards: bool,
}

impl Queue {
    fn pieces(&self) -> MutexGuard<'_, Pieces> {
        // Nothing below panics while it holds the lock, so its contents are whole.
        self.pieces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<Output> {
        let mut pieces = self.pieces();
        let output = pieces.list.pop_front()?;
        pieces.len -= output.bytes().len();
        drop(pieces);
        self.changed.notify_waiters();
        Some(output)
    }

    fn finish(&self) {
        self.pieces().finished = true;
        self.changed.notify_waiters();
    }

    fn discard(&self) {
        let mut pieces = self.pieces();
        pieces.discards = true;
        pieces.list.clear();
        pieces.len = 0;
        drop(pieces);
        self.changed.notify_waiters();
    }
}

/// One of the two streams as what commands write to.
struct Stream {
    queue: Arc<Queue>,
    which: fn(Bytes) -> Output,
}

impl Outlet for Stream {
    fn write(&self, data: &Bytes) -> bool {
        let mut pieces = self.queue.pieces();
        if pieces.discards {
            return true;
        }
        if pieces.len >= CAPACITY {
            return false;
        }
        pieces.len += data.len();
        pieces.list.push_back((self.which)(data.clone()));
        drop(pieces);
        self.queue.changed.notify_waiters();
        true
    }

    fn writable(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(until(&self.queue.changed, || {
            let pieces = self.queue.pieces();
            pieces.discards || pieces.len < CAPACITY
        }))
    }
}

/// See [`ExecStream`]; for callers without a runtime.
pub struct BlockingStream(pub(crate) ExecStream);

impl BlockingStream {
    /// See [`ExecStream::result`].
    ///
    /// # Errors
    /// As [`ExecStream::result`].
    pub fn result(self) -> Result<ExecResult, Error> {
        crate::blocking::block_on(self.0.result())?
    }
}

impl Iterator for BlockingStream {
    type Item = Output;

    fn next(&mut self) -> Option<Output> {
        // Without an engine there is no exec, and this stream was not made.
        crate::blocking::block_on(self.0.next()).ok().flatten()
    }
}

impl std::fmt::Debug for ExecStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExecStream").finish_non_exhaustive()
    }
}
