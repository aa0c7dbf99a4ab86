//! WASI preview-1 modules: made components through the published adapter.

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
};
use wasm_encoder::reencode::{self, Reencode};
use wasmparser::{Import, Imports};
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

/// The adapter knows only success and failure as a module's end. Its
/// `proc_exit` has the type of the kernel's `exit`, so the module is given that
/// one, and keeps its status.
const EXIT_WORLD: &str = "
    package agentfense:kernel@0.1.0;
    interface processes { exit: func(status: u8); }
    world preview1 { import processes; }
";
const EXIT_MODULE: &str = "agentfense:kernel/processes@0.1.0";
const EXIT_NAME: &str = "exit";

/// A component that does what the module does.
pub(crate) fn adapt(module: &[u8]) -> Result<Vec<u8>, String> {
    let failed = |error: &dyn std::fmt::Display| format!("not a WASI program: {error:#}");
    // Checked first: what is rewritten below may be taken to be valid.
    wasmparser::validate(module).map_err(|error| failed(&error))?;
    let mut rename = RenameExit { found: false };
    let mut renamed = wasm_encoder::Module::new();
    rename.parse_core_module(&mut renamed, wasmparser::Parser::new(0), module).map_err(|error| failed(&error))?;
    let mut module = renamed.finish();
    if rename.found {
        let mut resolve = Resolve::default();
        let package = resolve.push_str("exit.wit", EXIT_WORLD).map_err(|error| failed(&error))?;
        let world = resolve.select_world(&[package], Some("preview1")).map_err(|error| failed(&error))?;
        wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
            .map_err(|error| failed(&error))?;
    }
    ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .and_then(|encoder| {
            encoder.adapter(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER)
        })
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| failed(&error))
}

/// Makes the import of `proc_exit` the kernel's `exit`.
struct RenameExit {
    found: bool,
}

impl Reencode for RenameExit {
    type Error = std::convert::Infallible;

    fn parse_imports(
        &mut self,
        section: &mut wasm_encoder::ImportSection,
        imports: Imports<'_>,
    ) -> Result<(), reencode::Error<Self::Error>> {
        match imports {
            Imports::Single(index, import)
                if import.module == WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME && import.name == "proc_exit" =>
            {
                self.found = true;
                let import = Import { module: EXIT_MODULE, name: EXIT_NAME, ty: import.ty };
                reencode::utils::parse_imports(self, section, Imports::Single(index, import))
            }
            other => reencode::utils::parse_imports(self, section, other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_modules_exit_is_the_kernels() {
        let module = wat::parse_str(
            r#"(module
                (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
                (memory (export "memory") 1)
                (func (export "_start") (call $exit (i32.const 7))))"#,
        )
        .unwrap();
        let component = adapt(&module).unwrap();
        assert!(wasmparser::Parser::is_component(&component));
        assert!(component.windows(EXIT_MODULE.len()).any(|window| window == EXIT_MODULE.as_bytes()));
    }

    #[test]
    fn what_is_no_module_is_refused() {
        assert!(adapt(b"\0asm\x01\0\0\0garbage").is_err());
    }
}
