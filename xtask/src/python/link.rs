//! One component from libpython, libc and our library.

use std::path::Path;

use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{ImportSection, Module, RawSection};
use wasmparser::{Parser, Payload};

use super::merge::merge;
use super::{failed, stacks};
use crate::Result;

/// The stack, for Python code that nests deeply: below the host's own limit,
/// so that CPython's recursion limit is met first.
const STACK_BYTES: u32 = 8 << 20;

/// The libraries of the wheel, after ours: of several that define a symbol the first counts.
const LIBRARIES: [&str; 5] = [
    "libpython3.14.so",
    "libwasi-emulated-getpid.so",
    "libwasi-emulated-process-clocks.so",
    "libwasi-emulated-signal.so",
    "libc.so",
];

/// Links the component.
pub(super) fn component(ours: &[u8], libraries: &Path) -> Result<Vec<u8>> {
    // Only what our library replaces, by the names it has for that.
    let replaced: Vec<String> = exports(ours)?.into_iter().filter(|name| name.starts_with("__wrap_")).collect();
    let mut modules = vec![("libagentfense_python.so", ours.to_vec()), ("libstacks.so", stacks::library())];
    for name in LIBRARIES {
        let path = libraries.join(name);
        let mut module = std::fs::read(&path).map_err(failed(&path))?;
        if name == "libpython3.14.so" {
            module = rename_imports(&module, |from, import| {
                // What is for Python alone goes before what every command has.
                let names = [format!("__wrap_python_{import}"), format!("__wrap_{import}")];
                // The function itself, or its address.
                let wrapper =
                    names.into_iter().find(|name| (from == "env" || from == "GOT.func") && replaced.contains(name))?;
                Some((from.to_owned(), wrapper))
            })?;
        }
        modules.push((name, module));
    }
    let merged = merge(&modules, STACK_BYTES).map_err(|error| format!("linking Python: {error}"))?;
    wit_component::ComponentEncoder::default()
        .validate(true)
        .module(&merged)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| format!("linking Python: {error:#}"))
}

fn malformed(error: impl std::fmt::Display) -> String {
    format!("a library of the wheel: {error}")
}

/// The names that a module exports.
fn exports(module: &[u8]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ExportSection(section) = payload.map_err(malformed)? {
            for export in section {
                names.push(export.map_err(malformed)?.name.to_owned());
            }
        }
    }
    Ok(names)
}

/// The module with imports under other names: what the linker's `--wrap` does
/// to a program, done to one that is linked already.
fn rename_imports(module: &[u8], rename: impl Fn(&str, &str) -> Option<(String, String)>) -> Result<Vec<u8>> {
    let mut renamed = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.map_err(malformed)?;
        if let Payload::ImportSection(section) = &payload {
            let mut imports = ImportSection::new();
            for import in section.clone().into_imports() {
                let import = import.map_err(malformed)?;
                let kind = RoundtripReencoder.entity_type(import.ty).map_err(malformed)?;
                match rename(import.module, import.name) {
                    Some((module, name)) => imports.import(&module, &name, kind),
                    None => imports.import(import.module, import.name, kind),
                };
            }
            renamed.section(&imports);
        } else if let Some((id, range)) = payload.as_section() {
            renamed.section(&RawSection { id, data: &module[range] });
        }
    }
    Ok(renamed.finish())
}
