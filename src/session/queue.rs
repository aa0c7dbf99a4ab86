//! The queue of a session's execs: who is next, and what ends an exec from outside.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::error::Error;
use crate::kernel::until;

/// Who wants the shell. The order is that of the lock on it.
#[derive(Default)]
pub(super) struct Queue {
    /// Execs that run or wait for their turn.
    execs: AtomicUsize,
    /// One came.
    wanted: Notify,
}

impl Queue {
    /// Whether anyone has the shell or wants it.
    pub(super) fn is_busy(&self) -> bool {
        self.execs.load(Ordering::Acquire) > 0
    }

    /// Waits until someone wants the shell.
    pub(super) async fn wanted(&self) {
        until(&self.wanted, || self.is_busy()).await;
    }
}

/// An exec's place in the queue.
pub(super) struct Turn<'a>(&'a Queue);

impl<'a> Turn<'a> {
    /// Joins the queue; with `at_once` only an empty one.
    pub(super) fn take(queue: &'a Queue, at_once: bool) -> Result<Self, Error> {
        let before = queue.execs.fetch_add(1, Ordering::AcqRel);
        let turn = Turn(queue);
        if at_once && before > 0 {
            return Err(Error::SessionBusy);
        }
        queue.wanted.notify_waiters();
        Ok(turn)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.execs.fetch_sub(1, Ordering::AcqRel);
    }
}

/// What ends an exec from outside.
#[derive(Clone, Copy)]
pub(super) struct Watch<'a> {
    pub(super) ticket: &'a Ticket,
    pub(super) deadline: Option<Instant>,
}

/// Why an exec must end.
#[derive(PartialEq, Eq)]
pub(super) enum Over {
    Expired,
    Cancelled,
}

impl Watch<'_> {
    pub(super) async fn is_over(self) -> Over {
        match self.deadline {
            Some(deadline) => tokio::select! {
                () = tokio::time::sleep_until(deadline) => Over::Expired,
                () = self.ticket.cancelled() => Over::Cancelled,
            },
            None => {
                self.ticket.cancelled().await;
                Over::Cancelled
            }
        }
    }
}

/// Whether an exec has begun, or was given up before it could.
#[derive(Debug, Default)]
pub(crate) struct Ticket {
    stage: AtomicU8,
    changed: Notify,
}

const WAITING: u8 = 0;
const RUNNING: u8 = 1;
const CANCELLED: u8 = 2;

impl Ticket {
    pub(super) fn start(&self) -> bool {
        self.stage.compare_exchange(WAITING, RUNNING, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Gives the exec up, running or not.
    pub(crate) fn cancel(&self) {
        self.stage.store(CANCELLED, Ordering::Release);
        self.changed.notify_waiters();
    }

    async fn cancelled(&self) {
        until(&self.changed, || self.stage.load(Ordering::Acquire) == CANCELLED).await;
    }
}
