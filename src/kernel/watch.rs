//! A word of a guest's memory that the kernel sets while the guest computes.

use std::sync::atomic::{AtomicU32, Ordering};

/// Where the word is, and what is set in it.
pub(crate) struct Watch {
    /// The address in this host process.
    address: usize,
    bits: u32,
}

impl Watch {
    /// # Safety
    /// `word` is a word of the linear memory of an instance, and the value is
    /// kept in the data of that instance's store.
    pub(crate) unsafe fn new(word: *const u32, bits: u32) -> Watch {
        Watch { address: word.expose_provenance(), bits }
    }

    /// Sets the bits. To be called by what runs inside the store: the guest
    /// stands still, and no call of the host looks at its memory.
    pub(crate) fn set(&self) {
        let word = std::ptr::with_exposed_provenance_mut::<u32>(self.address);
        // SAFETY: `new` was promised a word of a linear memory, which wasmtime
        // found to be inside of it and aligned. It still is: the instance lives
        // as long as the store, which this value is part of; a memory does not
        // shrink; and it does not move, since all of its address space was
        // reserved at once (`engine::config`). Rust has no other reference to
        // it, since those that host calls have last no longer than the call.
        // The guest alone decides what the word means.
        let word = unsafe { AtomicU32::from_ptr(word) };
        word.fetch_or(self.bits, Ordering::Relaxed);
    }
}
