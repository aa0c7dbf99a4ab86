//! The task of a process: runs its instance, obeys signals, reports its end.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::Kernel;
use super::process::{Ending, Pid, Process, poll_timed};
use super::signal::SIGKILL;

/// A running process as a future. Whoever polls it drives the process: a task
/// of its own, or the parent that waits for it.
pub(crate) struct Supervised {
    kernel: Arc<Kernel>,
    process: Arc<Process>,
    /// The instance at work. Gone once the process has ended.
    run: Option<Pin<Box<dyn Future<Output = Ending> + Send>>>,
    _running: crate::engine::Running,
}

impl Supervised {
    pub(crate) fn new(
        kernel: Arc<Kernel>,
        process: Arc<Process>,
        run: impl Future<Output = Ending> + Send + 'static,
    ) -> Self {
        let running = kernel.engine.running();
        Supervised { kernel, process, run: Some(Box::pin(run)), _running: running }
    }

    pub(crate) fn pid(&self) -> Pid {
        self.process.pid
    }

    /// Gives the process a task of its own.
    pub(crate) fn start(self) {
        let runtime = self.kernel.engine.runtime();
        runtime.spawn(self);
    }

    fn end(&mut self, ending: Ending) {
        // The instance goes first: its end closes what it held before anyone
        // can see the process's status.
        self.run = None;
        self.process.start_deferred();
        self.process.end_threads();
        self.process.close_files();
        self.kernel.process_ended(&self.process, ending);
    }
}

impl Future for Supervised {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let Some(run) = this.run.as_mut() else { return Poll::Ready(()) };
        let process = &this.process;
        let polled = process.poll(cx, |cx| match process.control() {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Some(signal)) => Poll::Ready(Ending::Signaled(signal)),
            Poll::Ready(None) => poll_timed(process, run.as_mut(), cx),
        });
        match polled {
            Poll::Pending => Poll::Pending,
            Poll::Ready(ending) => {
                this.end(ending);
                Poll::Ready(())
            }
        }
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        // Dropped before its end: the runtime is going down. Nobody may wait
        // for ever for a process without a task.
        if self.run.is_some() {
            self.end(Ending::Signaled(SIGKILL));
        }
    }
}

/// Polls a child on its parent's task; a parent that goes away first leaves
/// the child a task of its own.
pub(crate) struct Inline(pub(crate) Option<Supervised>);

impl Future for Inline {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(child) = self.0.as_mut() else { return Poll::Ready(()) };
        if Pin::new(child).poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.0 = None;
        Poll::Ready(())
    }
}

impl Drop for Inline {
    fn drop(&mut self) {
        if let Some(child) = self.0.take() {
            child.start();
        }
    }
}
