//! The library that changes stacks: what `guest/python/src/threads` cannot say in Rust.
//!
//! A thread has two stacks. The engine changes its own; the one in linear memory is a global of
//! the module, and this changes it.

use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, ElementSection, Elements, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, GlobalType, ImportSection, MemArg, MemoryType, Module, RefType, TableType, TypeSection, ValType,
};

// The types, by their index.
const TAKES: u32 = 0;
const GIVES: u32 = 1;
const TAKES_AND_GIVES: u32 = 2;
const TAKES_TWO_AND_GIVES: u32 = 3;

// The imported functions, by their index.
const MAIN: u32 = 0;
const NEW: u32 = 1;
const SWITCH: u32 = 2;
const NEXT: u32 = 3;
const SELF: u32 = 4;

// The imported globals, by their index.
const TABLE_BASE: u32 = 0;
const STACK_POINTER: u32 = 1;

/// The library, as the component linker takes it.
pub(super) fn library() -> Vec<u8> {
    let i32 = ValType::I32;
    let mut types = TypeSection::new();
    types.ty().function([i32], []);
    types.ty().function([], [i32]);
    types.ty().function([i32], [i32]);
    types.ty().function([i32, i32], [i32]);

    let mut imports = ImportSection::new();
    let memory = MemoryType { minimum: 0, maximum: None, memory64: false, shared: false, page_size_log2: None };
    let table = TableType { element_type: RefType::FUNCREF, table64: false, minimum: 1, maximum: None, shared: false };
    let global = |mutable| GlobalType { val_type: i32, mutable, shared: false };
    imports
        .import("env", "memory", EntityType::Memory(memory))
        .import("env", TABLE, EntityType::Table(table))
        .import("env", "__table_base", EntityType::Global(global(false)))
        .import("env", "__stack_pointer", EntityType::Global(global(true)))
        .import("env", "agentfense_thread_main", EntityType::Function(TAKES))
        .import("$root", "[thread-new-indirect-v0]", EntityType::Function(TAKES_TWO_AND_GIVES))
        .import("$root", "[thread-suspend-then-resume]", EntityType::Function(TAKES_AND_GIVES))
        .import("$root", "[thread-resume-later]", EntityType::Function(TAKES))
        .import("$root", "[thread-index]", EntityType::Function(GIVES));

    let (mut functions, mut code, mut exports) = (FunctionSection::new(), CodeSection::new(), ExportSection::new());
    let mut add = |name: Option<&str>, kind: u32, body: Function| {
        let index = SELF + 1 + functions.len();
        functions.function(kind);
        code.function(&body);
        if let Some(name) = name {
            exports.export(name, ExportKind::Func, index);
        }
        index
    };
    // The first word of what a thread begins with is where its stack ends, the second who it is.
    let word = |offset| MemArg { offset, align: 2, memory_index: 0 };
    let mut start = Function::new([]);
    start.instructions().local_get(0).i32_load(word(0)).global_set(STACK_POINTER);
    start.instructions().local_get(0).i32_load(word(4)).call(MAIN).end();
    let start = add(None, TAKES, start);
    let mut new = Function::new([]);
    new.instructions().global_get(TABLE_BASE).local_get(0).call(NEW).end();
    add(Some("agentfense_thread_new"), TAKES_AND_GIVES, new);
    let mut switch = Function::new([(1, i32)]);
    switch.instructions().global_get(STACK_POINTER).local_set(1);
    switch.instructions().local_get(0).call(SWITCH).drop();
    switch.instructions().local_get(1).global_set(STACK_POINTER).end();
    add(Some("agentfense_thread_switch"), TAKES, switch);
    let mut next = Function::new([]);
    next.instructions().local_get(0).call(NEXT).end();
    add(Some("agentfense_thread_next"), TAKES, next);
    let mut own = Function::new([]);
    own.instructions().call(SELF).end();
    add(Some("agentfense_thread_self"), GIVES, own);
    let mut elements = ElementSection::new();
    elements.active(Some(0), &ConstExpr::global_get(TABLE_BASE), Elements::Functions((&[start][..]).into()));

    // No memory; one place in the table.
    let dylink = CustomSection { name: "dylink.0".into(), data: (&[1, 4, 0, 0, 1, 0][..]).into() };
    let mut module = Module::new();
    module.section(&dylink).section(&types).section(&imports).section(&functions).section(&exports);
    module.section(&elements).section(&code);
    module.finish()
}

/// The table's name, for every library.
const TABLE: &str = "__indirect_function_table";
