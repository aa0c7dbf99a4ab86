//! The merged module's bytes.

use std::collections::HashMap;

use wasm_encoder::reencode::{self, Reencode, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, DataSection, ElementSection, Elements, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, GlobalSection, GlobalType, ImportSection, Instruction, MemorySection,
    MemoryType, Module, NameMap, NameSection, RefType, TableSection, TableType, TypeSection, ValType,
};
use wasmparser::{BlockType, ContType, FrameKind, FuncType, FunctionBody, ModuleArity, Operator, SubType};

use super::evaluate::{self, Image};
use super::fold::fold;
use super::inline::{self, Inliner};
use super::library::Library;
use super::malformed;
use super::symbols::{Symbols, Value};
use crate::Result;

/// What a library is asked to do before the program: its constructors.
const INITIALIZE: &str = "_initialize";
/// What a loader would call to finish a library's data.
const RELOCATE: &str = "__wasm_apply_data_relocs";
/// Zeros in the data that are worth a segment's end.
const GAP: usize = 256;

pub(super) fn module(libraries: &[Library<'_>], symbols: &Symbols<'_>) -> Result<Vec<u8>> {
    let mut types = Types::default();
    let mut module = Module::new();

    let mut imports = ImportSection::new();
    for external in &symbols.externals {
        imports.import(external.module, external.name, EntityType::Function(types.number(&external.ty)?));
    }
    let (mut functions, mut code, mut names) = (FunctionSection::new(), CodeSection::new(), NameMap::new());
    for (number, library) in libraries.iter().enumerate() {
        // Done here, and never again.
        let done = [library.start, library.exported_function(RELOCATE)];
        let local = library.types.iter().map(|ty| types.number(ty)).collect::<Result<Vec<u32>>>()?;
        let stays = |index| done.contains(&Some(index)) || symbols.is_intercepted(number, index);
        let inliner = Inliner::new(library, stays).map_err(|error| format!("{}: {error}", library.name))?;
        let mut rewriter = Rewriter { library, number, types: &local, symbols, inliner: &inliner };
        for (index, body) in (library.imports.len() as u32..).zip(&library.bodies) {
            functions.function(types.number(library.function_type(index)?)?);
            if done.contains(&Some(index)) {
                let mut nothing = Function::new([]);
                nothing.instructions().end();
                code.function(&nothing);
            } else {
                code.function(&rewriter.function(index, body).map_err(|error| format!("{}: {error}", library.name))?);
            }
            if let Some(name) = library.function_names.get(&index) {
                names.append(symbols.function(number, index)?, name);
            }
        }
    }
    let initialize = symbols.externals.len() as u32 + functions.len();
    functions.function(types.number(&FuncType::new([], []))?);
    let mut body = Function::new([]);
    for (number, library) in libraries.iter().enumerate().rev() {
        if let Some(function) = library.exported_function(INITIALIZE) {
            body.instructions().call(symbols.function(number, function)?);
        }
    }
    body.instructions().end();
    code.function(&body);

    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0).export(INITIALIZE, ExportKind::Func, initialize);
    // Threads begin by a function's place in it.
    exports.export("__indirect_function_table", ExportKind::Table, 0);
    for (name, function) in for_the_component(libraries, symbols)? {
        exports.export(name, ExportKind::Func, function);
    }
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: u64::from(symbols.pages()),
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut globals = GlobalSection::new();
    globals.global(
        GlobalType { val_type: ValType::I32, mutable: true, shared: false },
        &ConstExpr::i32_const(symbols.stack_bytes as i32),
    );
    let (tables, elements) = table(&symbols.table);
    let data = data(&image(libraries, symbols)?);

    module.section(&types.section).section(&imports).section(&functions).section(&tables).section(&memories);
    module.section(&globals).section(&exports).section(&elements).section(&code).section(&data);
    for (name, contents) in libraries.iter().flat_map(|library| &library.component_types) {
        module.section(&CustomSection { name: (*name).into(), data: (*contents).into() });
    }
    let mut section = NameSection::new();
    section.functions(&names);
    module.section(&section);
    Ok(module.finish())
}

/// The functions that the component's exports are made from.
fn for_the_component<'a>(libraries: &[Library<'a>], symbols: &Symbols<'_>) -> Result<Vec<(&'a str, u32)>> {
    let mut found: HashMap<&str, u32> = HashMap::new();
    for (number, library) in libraries.iter().enumerate() {
        for name in library.exports.keys().filter(|name| name.contains('#') || name.starts_with("cabi_")) {
            if let Some(function) = library.exported_function(name) {
                found.entry(name).or_insert(symbols.function(number, function)?);
            }
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_unstable();
    Ok(found)
}

/// The table, as long as it is filled: it never grows.
fn table(slots: &[(u32, u32)]) -> (TableSection, ElementSection) {
    let size = slots.last().map_or(1, |(slot, _)| slot + 1);
    let mut tables = TableSection::new();
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: u64::from(size),
        maximum: Some(u64::from(size)),
        shared: false,
    });
    let mut elements = ElementSection::new();
    for run in slots.chunk_by(|(a, _), (b, _)| a + 1 == *b) {
        let functions: Vec<u32> = run.iter().map(|(_, function)| *function).collect();
        elements.active(None, &ConstExpr::i32_const(run[0].0 as i32), Elements::Functions(functions.into()));
    }
    (tables, elements)
}

/// The data of all libraries, relocated.
fn image(libraries: &[Library<'_>], symbols: &Symbols<'_>) -> Result<Image> {
    let start = symbols.stack_bytes;
    let mut image = Image { start, bytes: vec![0; (symbols.data_end - start) as usize] };
    for (number, library) in libraries.iter().enumerate() {
        let global = |global| symbols.constant(number, global);
        for (offset, bytes) in &library.data {
            let address = evaluate::constant(offset.get_operators_reader(), global)?;
            image.range(address, bytes.len())?.copy_from_slice(bytes);
        }
        // What a library starts with clears memory; then what it points to is filled in.
        for function in [library.start, library.exported_function(RELOCATE)].into_iter().flatten() {
            let body = library.body(function).ok_or_else(|| malformed("an unknown function"))?;
            let operators = body.get_operators_reader().map_err(malformed)?;
            evaluate::function(operators, global, &mut image).map_err(|error| format!("{}: {error}", library.name))?;
        }
    }
    Ok(image)
}

/// The image as segments, without its longer stretches of zeros.
fn data(image: &Image) -> DataSection {
    let mut data = DataSection::new();
    let mut at = 0;
    while let Some(skipped) = image.bytes[at..].iter().position(|byte| *byte != 0) {
        let start = at + skipped;
        let rest = &image.bytes[start..];
        let len = rest.windows(GAP).position(|window| window.iter().all(|byte| *byte == 0)).unwrap_or(rest.len());
        data.active(0, &ConstExpr::i32_const((image.start as usize + start) as i32), rest[..len].iter().copied());
        at = start + len;
    }
    data
}

/// The types of all libraries, each once.
#[derive(Default)]
struct Types {
    section: TypeSection,
    numbers: HashMap<FuncType, u32>,
}

impl Types {
    fn number(&mut self, ty: &FuncType) -> Result<u32> {
        if let Some(number) = self.numbers.get(ty) {
            return Ok(*number);
        }
        let number = self.numbers.len() as u32;
        let encoded = RoundtripReencoder.func_type(ty.clone()).map_err(malformed)?;
        self.section.ty().func_type(&encoded);
        self.numbers.insert(ty.clone(), number);
        Ok(number)
    }
}

/// A library's code with the merged module's numbers.
struct Rewriter<'a> {
    library: &'a Library<'a>,
    /// The library's number.
    number: usize,
    /// The merged number of each of the library's types.
    types: &'a [u32],
    symbols: &'a Symbols<'a>,
    inliner: &'a Inliner<'a>,
}

impl<'a> Rewriter<'a> {
    fn function(
        &mut self,
        index: u32,
        body: &FunctionBody<'a>,
    ) -> std::result::Result<Function, reencode::Error<String>> {
        let operators = body.get_operators_reader()?.into_iter().collect::<std::result::Result<_, _>>()?;
        let mut locals = self.library.function_type(index).map_err(reencode::Error::UserError)?.params().to_vec();
        let parameters = locals.len();
        locals.extend(inline::locals(body).map_err(reencode::Error::UserError)?);
        let operators = self.inliner.expand(operators, &mut locals);
        let locals =
            locals.drain(parameters..).map(|ty| self.val_type(ty)).collect::<std::result::Result<Vec<_>, _>>()?;
        let mut function = Function::new_with_locals_types(locals);
        for operator in fold(operators, |operator| self.arity(operator)) {
            function.instruction(&self.instruction(operator)?);
        }
        Ok(function)
    }

    /// How many operands an operator takes and gives; of those that do not branch.
    fn arity(&self, operator: &Operator<'_>) -> Option<(u32, u32)> {
        let (ty, extra) = match operator {
            Operator::Call { function_index } => (self.library.function_type(*function_index).ok()?, 0),
            // The function's number in the table.
            Operator::CallIndirect { type_index, .. } => (self.library.types.get(*type_index as usize)?, 1),
            _ => return operator.operator_arity(&Flat),
        };
        Some((ty.params().len() as u32 + extra, ty.results().len() as u32))
    }
}

/// What an operator that neither calls nor branches has to know of its module.
struct Flat;

impl ModuleArity for Flat {
    fn sub_type_at(&self, _: u32) -> Option<&SubType> {
        None
    }
    fn tag_type_arity(&self, _: u32) -> Option<(u32, u32)> {
        None
    }
    fn type_index_of_function(&self, _: u32) -> Option<u32> {
        None
    }
    fn func_type_of_cont_type(&self, _: &ContType) -> Option<&FuncType> {
        None
    }
    fn sub_type_of_ref_type(&self, _: &wasmparser::RefType) -> Option<&SubType> {
        None
    }
    fn control_stack_height(&self) -> u32 {
        0
    }
    fn label_block(&self, _: u32) -> Option<(BlockType, FrameKind)> {
        None
    }
}

impl Reencode for Rewriter<'_> {
    type Error = String;

    fn function_index(&mut self, function: u32) -> std::result::Result<u32, reencode::Error<String>> {
        self.symbols.callee(self.number, function, self.library.imports.len()).map_err(reencode::Error::UserError)
    }

    fn type_index(&mut self, ty: u32) -> std::result::Result<u32, reencode::Error<String>> {
        let number = self.types.get(ty as usize).copied();
        number.ok_or_else(|| reencode::Error::UserError(malformed("an unknown type")))
    }

    fn global_index(&mut self, global: u32) -> std::result::Result<u32, reencode::Error<String>> {
        match self.symbols.globals[self.number].get(global as usize) {
            Some(Value::StackPointer) => Ok(0),
            // It is nowhere but where it is read.
            _ => Err(reencode::Error::UserError(malformed("a constant that is written"))),
        }
    }

    fn instruction<'a>(
        &mut self,
        operator: Operator<'a>,
    ) -> std::result::Result<Instruction<'a>, reencode::Error<String>> {
        if let Operator::GlobalGet { global_index } = operator
            && let Ok(value) = self.symbols.constant(self.number, global_index)
        {
            return Ok(Instruction::I32Const(value as i32));
        }
        reencode::utils::instruction(self, operator)
    }
}
