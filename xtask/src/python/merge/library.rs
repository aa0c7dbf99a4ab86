//! A shared library as it is read.

use std::collections::HashMap;

use wasmparser::{
    ConstExpr, DataKind, Dylink0Subsection, ElementItems, ElementKind, ExternalKind, FuncType, FunctionBody,
    KnownCustom, Name, Parser, Payload, TypeRef,
};

use super::malformed;
use crate::Result;

/// An imported function.
pub(super) struct FunctionImport<'a> {
    pub(super) module: &'a str,
    pub(super) name: &'a str,
    /// Into the library's types.
    pub(super) ty: u32,
}

/// A global of the library's index space.
pub(super) enum Global<'a> {
    Import { module: &'a str, name: &'a str },
    Constant(ConstExpr<'a>),
}

/// The parts of a shared library's module.
#[derive(Default)]
pub(super) struct Library<'a> {
    pub(super) name: &'a str,
    pub(super) memory_size: u32,
    /// As a power of two.
    pub(super) memory_alignment: u32,
    pub(super) table_size: u32,
    pub(super) types: Vec<FuncType>,
    pub(super) imports: Vec<FunctionImport<'a>>,
    pub(super) globals: Vec<Global<'a>>,
    /// The types of its own functions.
    pub(super) functions: Vec<u32>,
    pub(super) bodies: Vec<FunctionBody<'a>>,
    pub(super) exports: HashMap<&'a str, (ExternalKind, u32)>,
    pub(super) start: Option<u32>,
    /// Where in the table, and which functions.
    pub(super) elements: Vec<(ConstExpr<'a>, Vec<u32>)>,
    pub(super) data: Vec<(ConstExpr<'a>, &'a [u8])>,
    /// Sections that say what the imports mean to a component.
    pub(super) component_types: Vec<(&'a str, &'a [u8])>,
    pub(super) function_names: HashMap<u32, &'a str>,
}

impl<'a> Library<'a> {
    pub(super) fn parse(name: &'a str, module: &'a [u8]) -> Result<Library<'a>> {
        let mut library = Library { name, ..Library::default() };
        for payload in Parser::new(0).parse_all(module) {
            library.take(payload.map_err(malformed)?)?;
        }
        Ok(library)
    }

    fn take(&mut self, payload: Payload<'a>) -> Result {
        match payload {
            Payload::TypeSection(section) => {
                for ty in section.into_iter_err_on_gc_types() {
                    self.types.push(ty.map_err(malformed)?);
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.map_err(malformed)?;
                    let (module, name) = (import.module, import.name);
                    match import.ty {
                        TypeRef::Func(ty) => self.imports.push(FunctionImport { module, name, ty }),
                        TypeRef::Global(_) => self.globals.push(Global::Import { module, name }),
                        // The one memory and the one table that there are.
                        TypeRef::Memory(_) | TypeRef::Table(_) if module == "env" => {}
                        _ => return Err(malformed(format_args!("import {module} {name}"))),
                    }
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    self.functions.push(ty.map_err(malformed)?);
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let global = global.map_err(malformed)?;
                    if global.ty.mutable {
                        return Err(malformed("a mutable global"));
                    }
                    self.globals.push(Global::Constant(global.init_expr));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export.map_err(malformed)?;
                    self.exports.insert(export.name, (export.kind, export.index));
                }
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(section) => {
                for element in section {
                    let element = element.map_err(malformed)?;
                    let (ElementKind::Active { offset_expr, .. }, ElementItems::Functions(functions)) =
                        (element.kind, element.items)
                    else {
                        return Err(malformed("an element segment that is not a list of functions"));
                    };
                    let functions = functions.into_iter().collect::<std::result::Result<_, _>>().map_err(malformed)?;
                    self.elements.push((offset_expr, functions));
                }
            }
            Payload::DataSection(section) => {
                for data in section {
                    let data = data.map_err(malformed)?;
                    let DataKind::Active { offset_expr, .. } = data.kind else {
                        return Err(malformed("a passive data segment"));
                    };
                    self.data.push((offset_expr, data.data));
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::CustomSection(section) => match section.as_known() {
                KnownCustom::Dylink0(subsections) => {
                    for subsection in subsections {
                        if let Dylink0Subsection::MemInfo(info) = subsection.map_err(malformed)? {
                            self.memory_size = info.memory_size;
                            self.memory_alignment = info.memory_alignment;
                            self.table_size = info.table_size;
                        }
                    }
                }
                KnownCustom::Name(subsections) => {
                    for subsection in subsections {
                        if let Name::Function(names) = subsection.map_err(malformed)? {
                            for name in names {
                                let name = name.map_err(malformed)?;
                                self.function_names.insert(name.index, name.name);
                            }
                        }
                    }
                }
                _ if section.name().starts_with("component-type") => {
                    self.component_types.push((section.name(), section.data()));
                }
                _ => {}
            },
            Payload::TagSection(_) | Payload::TableSection(_) | Payload::MemorySection(_) => {
                return Err(malformed("a tag, table or memory of its own"));
            }
            _ => {}
        }
        Ok(())
    }

    /// The library's own number of an exported function.
    pub(super) fn exported_function(&self, name: &str) -> Option<u32> {
        self.exports.get(name).filter(|(kind, _)| *kind == ExternalKind::Func).map(|(_, index)| *index)
    }

    /// The library's own number of a function that only it can name, if there is but one of that name.
    pub(super) fn hidden_function(&self, name: &str) -> Option<u32> {
        let mut found =
            self.function_names.iter().filter(|(index, known)| **known == name && self.body(**index).is_some());
        match (found.next(), found.next()) {
            (Some((index, _)), None) => Some(*index),
            _ => None,
        }
    }

    /// The type of a function of its index space.
    pub(super) fn function_type(&self, index: u32) -> Result<&FuncType> {
        let index = index as usize;
        let ty = match self.imports.get(index) {
            Some(import) => Some(import.ty),
            None => self.functions.get(index - self.imports.len()).copied(),
        };
        ty.and_then(|ty| self.types.get(ty as usize)).ok_or_else(|| malformed("an unknown function"))
    }

    /// The body of a function of its index space, if it is its own.
    pub(super) fn body(&self, index: u32) -> Option<&FunctionBody<'a>> {
        self.bodies.get((index as usize).checked_sub(self.imports.len())?)
    }
}
