//! What a session's jobs print while no exec runs.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::kernel::{Outlet, until};
use crate::stream::Output;

/// Bytes of standard output and of standard error, each, that are kept; older
/// ones are dropped.
const KEPT: usize = 256 << 10;

/// Pieces of each: bounds the memory of many small ones.
const PIECES: usize = 4096;

/// Small writes that follow one another are one piece up to this size.
const JOINED: usize = 4096;

/// Output in the order in which it came, until an exec or a subscriber takes it.
#[derive(Default)]
pub(super) struct Between {
    state: Mutex<State>,
    /// Something came, or nothing will any more.
    changed: Notify,
}

#[derive(Default)]
struct State {
    streams: [Stream; 2],
    /// The number of the next piece.
    next: u64,
    closed: bool,
}

#[derive(Default)]
struct Stream {
    /// Each with its number.
    pieces: VecDeque<(u64, Vec<u8>)>,
    len: usize,
    dropped: u64,
}

impl Stream {
    fn add(&mut self, number: &mut u64, data: &[u8]) {
        let skipped = data.len().saturating_sub(KEPT);
        self.dropped += skipped as u64;
        let data = &data[skipped..];
        self.len += data.len();
        match self.pieces.back_mut() {
            Some((last, piece)) if *last + 1 == *number && piece.len() + data.len() <= JOINED => {
                piece.extend_from_slice(data);
            }
            _ => {
                self.pieces.push_back((*number, data.to_vec()));
                *number += 1;
            }
        }
        while self.len > KEPT || self.pieces.len() > PIECES {
            let excess = self.len.saturating_sub(KEPT);
            let too_many = self.pieces.len() > PIECES;
            let Some((_, oldest)) = self.pieces.front_mut() else { break };
            let gone = if too_many { oldest.len() } else { excess.min(oldest.len()) };
            self.dropped += gone as u64;
            self.len -= gone;
            if gone < oldest.len() {
                oldest.drain(..gone);
            } else {
                self.pieces.pop_front();
            }
        }
    }

    fn pop(&mut self) -> Option<Vec<u8>> {
        let (_, piece) = self.pieces.pop_front()?;
        self.len -= piece.len();
        Some(piece)
    }
}

impl State {
    /// The oldest piece.
    fn pop(&mut self) -> Option<Output> {
        let numbers = self.streams.each_ref().map(|stream| stream.pieces.front().map(|(number, _)| *number));
        let which = match numbers {
            [None, None] => return None,
            [Some(stdout), Some(stderr)] => usize::from(stderr < stdout),
            [stdout, _] => usize::from(stdout.is_none()),
        };
        let piece = Bytes::from(self.streams[which].pop()?);
        Some(if which == 0 { Output::Stdout(piece) } else { Output::Stderr(piece) })
    }
}

impl Between {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing below panics while it holds the lock, so its contents are whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where standard output (0) or standard error (1) goes.
    pub(super) fn outlet(self: &Arc<Self>, which: usize) -> Arc<dyn Outlet> {
        Arc::new(Side { between: self.clone(), which })
    }

    /// All of it, and how much of each stream had been dropped.
    pub(super) fn take(&self) -> (Vec<Output>, [u64; 2]) {
        let mut state = self.state();
        let pieces = std::iter::from_fn(|| state.pop()).collect();
        let dropped = state.streams.each_mut().map(|stream| std::mem::take(&mut stream.dropped));
        (pieces, dropped)
    }

    /// The next piece, as soon as there is one; `None` when none will come.
    pub(super) async fn next(&self) -> Option<Output> {
        until(&self.changed, || {
            let state = self.state();
            state.closed || state.streams.iter().any(|stream| !stream.pieces.is_empty())
        })
        .await;
        self.state().pop()
    }

    /// Nothing will come any more.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.changed.notify_waiters();
    }
}

struct Side {
    between: Arc<Between>,
    which: usize,
}

impl Outlet for Side {
    fn write(&self, data: &Bytes) -> bool {
        let mut state = self.between.state();
        let State { streams, next, .. } = &mut *state;
        streams[self.which].add(next, data);
        drop(state);
        self.between.changed.notify_waiters();
        true
    }
}

/// What a session's background jobs print while no exec of it runs, as it
/// comes. What comes during an exec is that exec's output.
///
/// What nobody takes is kept for the next exec: the last 256 KiB of standard
/// output and of standard error.
pub struct BackgroundOutput {
    pub(super) between: Arc<Between>,
}

impl BackgroundOutput {
    /// The next piece; `None` when the session has closed.
    pub async fn next(&mut self) -> Option<Output> {
        self.between.next().await
    }
}

impl std::fmt::Debug for BackgroundOutput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BackgroundOutput").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(pieces: &[Output]) -> Vec<String> {
        pieces.iter().map(|piece| String::from_utf8_lossy(piece.bytes()).into_owned()).collect()
    }

    #[test]
    fn the_order_of_arrival_is_kept() {
        let between = Arc::new(Between::default());
        let [stdout, stderr] = [between.outlet(0), between.outlet(1)];
        for (outlet, text) in [(&stdout, "a"), (&stdout, "b"), (&stderr, "c"), (&stdout, "d")] {
            assert!(outlet.write(&Bytes::from_static(text.as_bytes())));
        }
        let (pieces, dropped) = between.take();
        assert_eq!((texts(&pieces), dropped), (vec!["ab".into(), "c".into(), "d".into()], [0, 0]));
        assert!(between.take().0.is_empty());
    }

    #[test]
    fn the_oldest_is_dropped_and_counted() {
        let between = Arc::new(Between::default());
        let [stdout, stderr] = [between.outlet(0), between.outlet(1)];
        stderr.write(&Bytes::from_static(b"error"));
        stdout.write(&Bytes::from(vec![b'a'; KEPT]));
        stdout.write(&Bytes::from(vec![b'b'; 10]));
        let (pieces, dropped) = between.take();
        let kept: usize = pieces[1..].iter().map(|piece| piece.bytes().len()).sum();
        assert_eq!(texts(&pieces[..1]), ["error"]);
        assert_eq!((dropped, kept), ([10, 0], KEPT));
        assert_eq!(pieces[2].bytes(), "bbbbbbbbbb");
        for _ in 0..100_000 {
            stdout.write(&Bytes::from_static(b"x"));
            stderr.write(&Bytes::from_static(b"y"));
        }
        assert!(between.take().0.len() <= 2 * PIECES);
    }
}
