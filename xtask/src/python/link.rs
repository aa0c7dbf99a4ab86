//! One component from libpython, libc and our library.

use std::path::Path;

use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, CustomSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
    MemArg, Module, RawSection, TypeSection, ValType,
};
use wasmparser::{Parser, Payload};

use super::failed;
use super::merge::merge;
use crate::{Result, root};

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

/// What WASI modules of the network start with.
const SOCKETS: &str = "wasi:sockets/";

/// Links the component.
pub(super) fn component(ours: &[u8], libraries: &Path) -> Result<Vec<u8>> {
    // Only what our library replaces, by the names it has for that.
    let replaced: Vec<String> = exports(ours)?.into_iter().filter(|name| name.starts_with("__wrap_")).collect();
    let mut modules = vec![("libagentfense_python.so", ours.to_vec())];
    // A kernel without a network: its functions are there, and every one fails.
    let offline = !root().join("wit/deps/sockets.wit").is_file();
    for name in LIBRARIES {
        let path = libraries.join(name);
        let mut module = std::fs::read(&path).map_err(failed(&path))?;
        if name == "libpython3.14.so" {
            module = rename_imports(&module, |from, import| {
                // What is for Python alone goes before what every command has.
                let names = [format!("__wrap_python_{import}"), format!("__wrap_{import}")];
                let wrapper = names.into_iter().find(|name| from == "env" && replaced.contains(name))?;
                Some((from.to_owned(), wrapper))
            })?;
        }
        if name == "libc.so" && offline {
            modules.push(("libno-sockets.so", no_sockets(&module)?));
            module = rename_imports(&module, |from, import| {
                from.starts_with(SOCKETS).then(|| ("env".to_owned(), format!("{from}#{import}")))
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

/// A library that has every function of the network that `libc` imports.
///
/// Those that make or look up something answer `not-supported`, so no other is
/// ever called with a handle.
fn no_sockets(libc: &[u8]) -> Result<Vec<u8>> {
    /// `error-code.not-supported` in `wasi:sockets/network`.
    const NOT_SUPPORTED: i32 = 2;
    let (mut types, mut functions, mut exports, mut code) =
        (TypeSection::new(), FunctionSection::new(), ExportSection::new(), CodeSection::new());
    let mut known = Vec::new();
    let mut count = 0;
    for payload in Parser::new(0).parse_all(libc) {
        match payload.map_err(malformed)? {
            Payload::TypeSection(section) => {
                for kind in section.into_iter_err_on_gc_types() {
                    known.push(kind.map_err(malformed)?);
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.map_err(malformed)?;
                    let wasmparser::TypeRef::Func(index) = import.ty else { continue };
                    if !import.module.starts_with(SOCKETS) {
                        continue;
                    }
                    let kind = known.get(index as usize).ok_or_else(|| malformed("an unknown type"))?;
                    let convert = |kinds: &[wasmparser::ValType]| {
                        kinds
                            .iter()
                            .map(|&kind| RoundtripReencoder.val_type(kind))
                            .collect::<std::result::Result<Vec<ValType>, _>>()
                    };
                    types.ty().function(
                        convert(kind.params()).map_err(malformed)?,
                        convert(kind.results()).map_err(malformed)?,
                    );
                    functions.function(count);
                    exports.export(&format!("{}#{}", import.module, import.name), ExportKind::Func, count);
                    let mut body = Function::new([]);
                    match import.name {
                        "create-tcp-socket" | "create-udp-socket" | "resolve-addresses" => {
                            // An error as the last parameter's memory has it: a tag, then its code.
                            let result = kind.params().len() as u32 - 1;
                            let at = |offset| MemArg { offset, align: 0, memory_index: 0 };
                            body.instructions().local_get(result).i32_const(1).i32_store8(at(0));
                            body.instructions().local_get(result).i32_const(NOT_SUPPORTED).i32_store8(at(4)).end();
                        }
                        "instance-network" => {
                            body.instructions().i32_const(0).end();
                        }
                        // The network's handle, which is no resource.
                        "[resource-drop]network" => {
                            body.instructions().end();
                        }
                        _ => {
                            body.instructions().unreachable().end();
                        }
                    }
                    code.function(&body);
                    count += 1;
                }
            }
            _ => {}
        }
    }
    let mut imports = ImportSection::new();
    imports.import(
        "env",
        "memory",
        EntityType::Memory(wasm_encoder::MemoryType {
            minimum: 0,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        }),
    );
    // No memory, no table, of any alignment.
    let dylink = CustomSection { name: "dylink.0".into(), data: (&[1, 4, 0, 0, 0, 0][..]).into() };
    let mut module = Module::new();
    module.section(&dylink).section(&types).section(&imports).section(&functions).section(&exports).section(&code);
    Ok(module.finish())
}
