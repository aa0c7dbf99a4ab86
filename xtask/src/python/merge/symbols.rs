//! Where everything is: the numbers that the libraries' names and bases become.

use std::collections::HashMap;

use wasmparser::{ExternalKind, FuncType};

use super::library::{Global, Library};
use super::{evaluate, malformed};
use crate::Result;

/// The start of the heap is aligned for anything.
const HEAP_ALIGNMENT: u32 = 16;

/// A WebAssembly page.
pub(super) const PAGE: u32 = 64 << 10;

/// What a global of a library is in the merged module.
#[derive(Clone, Copy)]
pub(super) enum Value {
    Constant(u32),
    /// The one global that there is.
    StackPointer,
}

/// A function that the merged module imports.
pub(super) struct External<'a> {
    pub(super) module: &'a str,
    pub(super) name: &'a str,
    pub(super) ty: FuncType,
}

/// Names and bases as numbers.
pub(super) struct Symbols<'a> {
    pub(super) stack_bytes: u32,
    /// The first address after the data.
    pub(super) data_end: u32,
    /// Functions that no library has, the first of the merged module.
    pub(super) externals: Vec<External<'a>>,
    /// For each library: the merged number of each of its functions, the imported ones first.
    functions: Vec<Vec<u32>>,
    /// Functions whose own library calls another instead: the two, by their merged numbers.
    intercepted: HashMap<u32, u32>,
    /// For each library: its globals.
    pub(super) globals: Vec<Vec<Value>>,
    /// The table: slot and function, by slot.
    pub(super) table: Vec<(u32, u32)>,
}

impl<'a> Symbols<'a> {
    pub(super) fn resolve(libraries: &[Library<'a>], stack_bytes: u32) -> Result<Symbols<'a>> {
        let (externals, functions) = functions(libraries)?;
        let intercepted = intercepted(libraries, &functions)?;
        // The first slot stays empty: the null pointer.
        let (mut address, mut slot) = (stack_bytes, 1);
        let mut bases = Vec::new();
        for library in libraries {
            let alignment = 1u32.checked_shl(library.memory_alignment).ok_or_else(|| malformed("an alignment"))?;
            address = address.checked_next_multiple_of(alignment).ok_or_else(|| malformed("its size"))?;
            bases.push(Bases { memory: address, table: slot });
            address = address.checked_add(library.memory_size).ok_or_else(|| malformed("its size"))?;
            slot += library.table_size;
        }
        let (data_end, globals, table) = (address, Vec::new(), Vec::new());
        let mut symbols = Symbols { stack_bytes, data_end, externals, functions, intercepted, globals, table };
        let mut slots = HashMap::new();
        for (number, library) in libraries.iter().enumerate() {
            let bases = &bases[number];
            for (offset, elements) in &library.elements {
                let first = evaluate::constant(offset.get_operators_reader(), |global| bases.value(library, global))?;
                for (slot, function) in (first..).zip(elements) {
                    let function = symbols.function(number, *function)?;
                    symbols.table.push((slot, function));
                    slots.entry(function).or_insert(slot);
                }
            }
        }
        for (number, library) in libraries.iter().enumerate() {
            let mut globals = Vec::new();
            for global in &library.globals {
                globals.push(match global {
                    Global::Import { module: "env", name: "__stack_pointer" } => Value::StackPointer,
                    Global::Import { module: "env", name } => Value::Constant(bases[number].base(name)?),
                    Global::Import { module: "GOT.mem", name } => {
                        Value::Constant(symbols.data(libraries, &bases, name)?)
                    }
                    Global::Import { module: "GOT.func", name } => {
                        let function = exporter(libraries, name).ok_or_else(|| undefined(library, name))?;
                        let function = symbols.function(function.0, function.1)?;
                        // One address for a function, whoever asks.
                        let address = *slots.entry(function).or_insert_with(|| {
                            symbols.table.push((slot, function));
                            slot += 1;
                            slot - 1
                        });
                        Value::Constant(address)
                    }
                    Global::Import { module, name } => return Err(malformed(format_args!("import {module} {name}"))),
                    Global::Constant(value) => {
                        Value::Constant(evaluate::constant(value.get_operators_reader(), |global| {
                            bases[number].value(library, global)
                        })?)
                    }
                });
            }
            symbols.globals.push(globals);
        }
        symbols.table.sort_unstable();
        Ok(symbols)
    }

    /// The merged number of a library's function.
    pub(super) fn function(&self, library: usize, function: u32) -> Result<u32> {
        let number = self.functions.get(library).and_then(|functions| functions.get(function as usize));
        number.copied().ok_or_else(|| malformed("an unknown function"))
    }

    /// The merged number of what a library gets when it calls a function.
    pub(super) fn callee(&self, library: usize, function: u32, imports: usize) -> Result<u32> {
        let number = self.function(library, function)?;
        let own = function as usize >= imports;
        Ok(self.intercepted.get(&number).copied().filter(|_| own).unwrap_or(number))
    }

    /// Whether a library calls another function instead of this one of its own.
    pub(super) fn is_intercepted(&self, library: usize, function: u32) -> bool {
        self.function(library, function).is_ok_and(|number| self.intercepted.contains_key(&number))
    }

    /// The constant that a library's global is.
    pub(super) fn constant(&self, library: usize, global: u32) -> Result<u32> {
        match self.globals.get(library).and_then(|globals| globals.get(global as usize)) {
            Some(Value::Constant(value)) => Ok(*value),
            _ => Err(malformed("a constant that is none")),
        }
    }

    /// The pages that hold the stack and the data.
    pub(super) fn pages(&self) -> u32 {
        self.data_end.next_multiple_of(HEAP_ALIGNMENT).div_ceil(PAGE)
    }

    /// The address of a datum.
    fn data(&self, libraries: &[Library<'a>], bases: &[Bases], name: &str) -> Result<u32> {
        for (library, bases) in libraries.iter().zip(bases) {
            let Some((ExternalKind::Global, index)) = library.exports.get(name) else { continue };
            let Some(Global::Constant(value)) = library.globals.get(*index as usize) else { continue };
            let offset = evaluate::constant(value.get_operators_reader(), |_| Err(malformed("an exported address")))?;
            return Ok(bases.memory.wrapping_add(offset));
        }
        match name {
            "__stack_low" => Ok(0),
            "__stack_high" => Ok(self.stack_bytes),
            "__heap_base" => Ok(self.data_end.next_multiple_of(HEAP_ALIGNMENT)),
            "__heap_end" => Ok(self.pages() * PAGE),
            _ => Err(format!("undefined: {name}")),
        }
    }
}

/// Where a library is.
struct Bases {
    memory: u32,
    table: u32,
}

impl Bases {
    fn base(&self, name: &str) -> Result<u32> {
        match name {
            "__memory_base" => Ok(self.memory),
            "__table_base" => Ok(self.table),
            _ => Err(malformed(format_args!("import env {name}"))),
        }
    }

    /// One of a library's bases by the number of its global.
    fn value(&self, library: &Library<'_>, global: u32) -> Result<u32> {
        match library.globals.get(global as usize) {
            Some(Global::Import { module: "env", name }) => self.base(name),
            _ => Err(malformed("an address by what is not a base")),
        }
    }
}

fn undefined(library: &Library<'_>, name: &str) -> String {
    format!("{}: undefined: {name}", library.name)
}

/// The first library that defines a function, and its number there. One that is not exported is found, too: the
/// library that wants it is linked with just these.
fn exporter(libraries: &[Library<'_>], name: &str) -> Option<(usize, u32)> {
    let first = |find: fn(&Library<'_>, &str) -> Option<u32>| {
        libraries.iter().enumerate().find_map(|(number, library)| Some((number, find(library, name)?)))
    };
    first(|library, name| library.exported_function(name))
        .or_else(|| first(|library, name| library.hidden_function(name)))
}

/// What a library calls in place of a function of its own, since another one exports `__intercept_` and its name.
fn intercepted(libraries: &[Library<'_>], functions: &[Vec<u32>]) -> Result<HashMap<u32, u32>> {
    let mut intercepted = HashMap::new();
    for (number, library) in libraries.iter().enumerate() {
        for name in library.exports.keys() {
            let (Some(wanted), Some(instead)) = (name.strip_prefix("__intercept_"), library.exported_function(name))
            else {
                continue;
            };
            let (owner, function) = exporter(libraries, wanted).ok_or_else(|| undefined(library, wanted))?;
            if libraries[owner].function_type(function)? != library.function_type(instead)? {
                return Err(format!("{wanted}: it and what is called instead differ in type"));
            }
            intercepted.insert(functions[owner][function as usize], functions[number][instead as usize]);
        }
    }
    Ok(intercepted)
}

/// Numbers every function: what no library has, then each library's own.
fn functions<'a>(libraries: &[Library<'a>]) -> Result<(Vec<External<'a>>, Vec<Vec<u32>>)> {
    let mut externals: Vec<External<'a>> = Vec::new();
    let mut known = HashMap::new();
    for library in libraries {
        for import in library.imports.iter().filter(|import| import.module != "env") {
            let ty = library.types.get(import.ty as usize).ok_or_else(|| malformed("an unknown type"))?;
            let number = *known.entry((import.module, import.name)).or_insert(externals.len());
            match externals.get(number) {
                Some(external) if external.ty != *ty => {
                    return Err(format!("{} {}: imported with two types", import.module, import.name));
                }
                Some(_) => {}
                None => externals.push(External { module: import.module, name: import.name, ty: ty.clone() }),
            }
        }
    }
    let mut first = Vec::new();
    let mut count = externals.len();
    for library in libraries {
        first.push(count);
        count += library.functions.len();
    }
    let mut functions = Vec::new();
    for library in libraries {
        let mut numbers = Vec::new();
        for import in &library.imports {
            if let Some(&number) = known.get(&(import.module, import.name)) {
                numbers.push(number as u32);
                continue;
            }
            let (owner, index) = exporter(libraries, import.name).ok_or_else(|| undefined(library, import.name))?;
            let wanted = library.types.get(import.ty as usize);
            if Some(libraries[owner].function_type(index)?) != wanted {
                return Err(format!("{}: {} has another type in {}", library.name, import.name, libraries[owner].name));
            }
            let own = (index as usize).checked_sub(libraries[owner].imports.len());
            let own = own.ok_or_else(|| format!("{}: {} is exported and imported", library.name, import.name))?;
            numbers.push((first[owner] + own) as u32);
        }
        let own = first[functions.len()];
        numbers.extend((own..own + library.functions.len()).map(|number| number as u32));
        functions.push(numbers);
    }
    Ok((externals, functions))
}
