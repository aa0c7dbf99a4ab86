//! The host process's own standard streams, as ends of the sandbox's.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use agentfense::Outlet;
use bytes::Bytes;

/// Output that goes to a stream of this process at once.
pub(crate) struct HostOutput<W> {
    stream: Mutex<W>,
    broken: AtomicBool,
}

impl<W: Write + Send + 'static> HostOutput<W> {
    pub(crate) fn new(stream: W) -> Arc<Self> {
        Arc::new(HostOutput { stream: Mutex::new(stream), broken: AtomicBool::new(false) })
    }
}

impl<W: Write + Send + 'static> Outlet for HostOutput<W> {
    fn write(&self, data: &Bytes) -> bool {
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        let written = stream.write_all(data).and_then(|()| stream.flush());
        if written.is_err() {
            self.broken.store(true, Ordering::Relaxed);
        }
        written.is_ok()
    }

    fn is_open(&self) -> bool {
        !self.broken.load(Ordering::Relaxed)
    }
}
