//! `agentfense:kernel/interrupts`.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, WasmList};

use crate::kernel::{Guest, Watch};

/// By hand: what is generated from `wit/` would copy the list, whose place is meant.
pub(super) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    let watch = |mut store: StoreContextMut<'_, Guest>, (word, bits): (WasmList<u32>, u32)| {
        let word = word.as_le_slice(&store).first().map(std::ptr::from_ref);
        // SAFETY: the list lies in the caller's memory, and `Guest` is its store's data.
        store.data_mut().watch = word.map(|word| unsafe { Watch::new(word, bits) });
        Ok(())
    };
    linker.instance("agentfense:kernel/interrupts@0.1.0")?.func_wrap("watch", watch)
}
