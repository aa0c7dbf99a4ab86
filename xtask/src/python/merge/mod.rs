//! Shared libraries for WebAssembly made one program: what a loader does at every start, done once.
//!
//! A module built as a shared library reaches everything through imports: its memory, the addresses of data and
//! functions (`GOT.mem`, `GOT.func`), every function of another library. Linked as modules beside each other each
//! of these stays an indirection while the program runs, and tens of thousands of relocations are written into its
//! memory before it starts. Here each library is given its place, symbols become numbers, calls become direct, and
//! the relocations are applied to the data that the module comes with.
//!
//! The convention is that of `tool-conventions/DynamicLinking.md`; what it calls `dlopen` has no place here.

mod emit;
mod evaluate;
mod fold;
mod inline;
mod library;
mod symbols;

use crate::Result;
use library::Library;
use symbols::Symbols;

/// One module from shared libraries: of several that define a symbol the first counts, and the last is initialised
/// first. The stack is below the data, so that it overflows into nothing.
pub(super) fn merge(libraries: &[(&str, Vec<u8>)], stack_bytes: u32) -> Result<Vec<u8>> {
    let parsed = libraries
        .iter()
        .map(|(name, module)| Library::parse(name, module).map_err(|error| format!("{name}: {error}")))
        .collect::<Result<Vec<_>>>()?;
    let symbols = Symbols::resolve(&parsed, stack_bytes)?;
    emit::module(&parsed, &symbols)
}

fn malformed(error: impl std::fmt::Display) -> String {
    format!("not a shared library that can be merged: {error}")
}
