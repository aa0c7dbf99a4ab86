//! `declare`, `typeset`, `local`, `export`, `readonly`

use std::rc::Rc;

use bstr::{BString, ByteSlice, ByteVec};

use super::DeclArg;
use crate::ast::{ArrayElement, AssignedValue, Assignment, Subscript, Word};
use crate::expand::quote;
use crate::options::{SetOption, Shopt};
use crate::shell::{Flow, Run, Shell};
use crate::syntax;
use crate::vars::{
    Associative, Attributes, Elements, Target, Value, Variable, declaration, is_name, make_indexed, value_text,
};

const DECLARE_USAGE: &str = "declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]";
const EXPORT_USAGE: &str = "export [-fn] [name[=value] ...] or export -p";
const READONLY_USAGE: &str = "readonly [-aAf] [name[=value] ...] or readonly -p";
const LOCAL_USAGE: &str = "local [option] name[=value] ...";

/// Which of the builtins it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Declare,
    Local,
    Export,
    Readonly,
}

/// What the options say.
#[derive(Debug, Clone, Copy)]
struct Request {
    kind: Kind,
    on: Attributes,
    off: Attributes,
    indexed: bool,
    not_indexed: bool,
    associative: bool,
    not_associative: bool,
    functions: bool,
    names_only: bool,
    global: bool,
    inherit: bool,
    print: bool,
    /// The builtin's name, for messages.
    name: &'static str,
}

/// A value to assign.
enum NewValue<'a> {
    None,
    Text(BString),
    Word(&'a Word),
    Array(&'a [ArrayElement]),
}

/// `declare [-aAfFgiIlnprtux] [name[=value] ...]`, also `typeset`
pub fn declare(shell: &mut Shell, args: &[DeclArg]) -> Run<i32> {
    let name = match args.first() {
        Some(DeclArg::Word(name)) if name == "typeset" => "typeset",
        _ => "declare",
    };
    run(shell, args, Kind::Declare, name)
}

/// `local [option] name[=value] ...`
pub fn local(shell: &mut Shell, args: &[DeclArg]) -> Run<i32> {
    if shell.vars.function_level() == 0 {
        shell.error("local: can only be used in a function");
        return Ok(1);
    }
    run(shell, args, Kind::Local, "local")
}

/// `export [-fn] [name[=value] ...]`
pub fn export(shell: &mut Shell, args: &[DeclArg]) -> Run<i32> {
    run(shell, args, Kind::Export, "export")
}

/// `readonly [-aAf] [name[=value] ...]`
pub fn readonly(shell: &mut Shell, args: &[DeclArg]) -> Run<i32> {
    run(shell, args, Kind::Readonly, "readonly")
}

fn run(shell: &mut Shell, args: &[DeclArg], kind: Kind, name: &'static str) -> Run<i32> {
    let mut request = Request {
        kind,
        on: match kind {
            Kind::Export => Attributes::EXPORT,
            Kind::Readonly => Attributes::READONLY,
            _ => Attributes::NONE,
        },
        off: Attributes::NONE,
        indexed: false,
        not_indexed: false,
        associative: false,
        not_associative: false,
        functions: false,
        names_only: false,
        global: false,
        inherit: false,
        print: false,
        name,
    };
    let mut first = 1;
    while let Some(DeclArg::Word(arg)) = args.get(first) {
        if arg == "--" {
            first += 1;
            break;
        }
        let (on, letters) = match arg.split_first() {
            Some((b'-', letters)) if !letters.is_empty() => (true, letters),
            Some((b'+', letters)) if !letters.is_empty() && matches!(kind, Kind::Declare | Kind::Local) => {
                (false, letters)
            }
            _ => break,
        };
        for letter in letters {
            if !request.letter(*letter, on) {
                let usage = match kind {
                    Kind::Declare => DECLARE_USAGE,
                    Kind::Local => LOCAL_USAGE,
                    Kind::Export => EXPORT_USAGE,
                    Kind::Readonly => READONLY_USAGE,
                };
                let usage = usage.replacen("declare", name, 2);
                return Ok(shell.invalid_option(name.as_bytes(), *letter, &usage));
            }
        }
        first += 1;
    }
    // More than one change of case is none.
    let changes = [Attributes::LOWER, Attributes::UPPER, Attributes::CAPITALIZE];
    if changes.iter().filter(|change| request.on.any(**change)).count() > 1 {
        changes.iter().for_each(|change| request.on.remove(*change));
    }
    let operands = args.get(first..).unwrap_or_default();
    if operands.is_empty() {
        return list_all(shell, request);
    }
    let mut status = 0;
    for operand in operands {
        let ok = if request.functions || request.names_only {
            function_operand(shell, request, operand)?
        } else if request.print && matches!(kind, Kind::Declare | Kind::Local) {
            print_operand(shell, request, operand)?
        } else {
            declare_operand(shell, request, operand)?
        };
        if !ok {
            status = 1;
        }
    }
    Ok(status)
}

impl Request {
    fn letter(&mut self, letter: u8, on: bool) -> bool {
        match (self.kind, letter) {
            (Kind::Export, b'f' | b'p') | (Kind::Readonly, b'f' | b'p') => {}
            (Kind::Export, b'n') => {
                self.on.remove(Attributes::EXPORT);
                self.off.insert(Attributes::EXPORT);
                return true;
            }
            (Kind::Export, _) => return false,
            (Kind::Readonly, b'a') => self.indexed = true,
            (Kind::Readonly, b'A') => self.associative = true,
            (Kind::Readonly, _) => return false,
            _ => {}
        }
        let attribute = match letter {
            b'i' => Attributes::INTEGER,
            b'l' => Attributes::LOWER,
            b'u' => Attributes::UPPER,
            b'c' => Attributes::CAPITALIZE,
            b'n' => Attributes::NAMEREF,
            b'r' => Attributes::READONLY,
            b't' => Attributes::TRACE,
            b'x' => Attributes::EXPORT,
            b'a' => {
                *(if on { &mut self.indexed } else { &mut self.not_indexed }) = true;
                return true;
            }
            b'A' => {
                *(if on { &mut self.associative } else { &mut self.not_associative }) = true;
                return true;
            }
            b'f' => {
                self.functions = true;
                return true;
            }
            b'F' => {
                self.names_only = true;
                return true;
            }
            b'g' => {
                self.global = true;
                return true;
            }
            b'I' => {
                self.inherit = true;
                return true;
            }
            b'p' => {
                self.print = true;
                return true;
            }
            _ => return false,
        };
        if on {
            self.on.insert(attribute);
        } else {
            self.off.insert(attribute);
        }
        true
    }

    /// Whether it makes variables of the running function's own.
    fn is_local(&self, shell: &Shell) -> bool {
        match self.kind {
            Kind::Local => true,
            Kind::Declare => !self.global && shell.vars.function_level() > 0,
            _ => false,
        }
    }
}

/// One operand: a name, maybe with a value.
fn declare_operand(shell: &mut Shell, request: Request, operand: &DeclArg) -> Run<bool> {
    shell.arith_failed = false;
    let result = match operand {
        DeclArg::Assign(assignment) => declare_assignment(shell, request, assignment),
        DeclArg::Word(text) => declare_text(shell, request, text),
    };
    match result {
        // The message was printed; the other operands still count, except after wrong arithmetic.
        Err(Flow::Abort) if !shell.arith_failed => Ok(false),
        result => result,
    }
}

fn declare_assignment(shell: &mut Shell, request: Request, assignment: &Assignment) -> Run<bool> {
    let value = match &assignment.value {
        AssignedValue::Scalar(word) => NewValue::Word(word),
        AssignedValue::Array(elements) => NewValue::Array(elements),
    };
    declare_name(shell, request, &assignment.name, assignment.index.as_ref(), value, assignment.append)
}

fn declare_text(shell: &mut Shell, request: Request, text: &BString) -> Run<bool> {
    if request.kind == Kind::Local && text == "-" {
        let options = shell.options.shellopts();
        shell.vars.save_options(options);
        return Ok(true);
    }
    let invalid = |shell: &mut Shell| {
        shell.error([request.name.as_bytes(), b": `", text, b"': not a valid identifier"].concat());
        Ok(false)
    };
    let Some((name, subscript, rest)) = syntax::split_lvalue(text) else { return invalid(shell) };
    let (append, value) = match rest {
        [] => (false, None),
        [b'=', value @ ..] => (false, Some(value)),
        [b'+', b'=', value @ ..] => (true, Some(value)),
        _ => return invalid(shell),
    };
    if let Some(subscript) = subscript
        && matches!(request.kind, Kind::Export | Kind::Readonly)
    {
        let element = [name, b"[", subscript, b"]"].concat();
        shell.error([request.name.as_bytes(), b": `", &element, b"': not a valid identifier"].concat());
        return Ok(false);
    }
    let subscript = match subscript {
        None => None,
        Some(text) => match syntax::parse_subscript(text) {
            Ok(subscript) => Some(subscript),
            Err(_) => return invalid(shell),
        },
    };
    let Some(value) = value else {
        return declare_name(shell, request, name, subscript.as_ref(), NewValue::None, false);
    };
    // Text in parentheses is a list only where an array is meant already.
    if (subscript.is_none() || request.indexed || request.associative)
        && means_array(shell, request, name)
        && let Some(elements) = list_elements(shell, value)
    {
        return declare_name(shell, request, name, None, NewValue::Array(&elements), append);
    }
    declare_name(shell, request, name, subscript.as_ref(), NewValue::Text(value.into()), append)
}

/// Whether a declaration of `name` is one of an array.
fn means_array(shell: &Shell, request: Request, name: &[u8]) -> bool {
    if request.indexed || request.associative {
        return true;
    }
    let seen = if request.global { shell.vars.global(name) } else { shell.vars.get(name) };
    seen.is_some_and(|variable| {
        variable.is_array() && (!request.is_local(shell) || variable.level == shell.vars.function_level())
    })
}

/// The elements of text in parentheses.
fn list_elements(shell: &mut Shell, text: &[u8]) -> Option<Vec<ArrayElement>> {
    if text.first() != Some(&b'(') || text.last() != Some(&b')') {
        return None;
    }
    match syntax::parse_array(text, &shell.syntax_options()) {
        Ok(elements) => Some(elements),
        Err(error) => {
            shell.error(error.message);
            None
        }
    }
}

/// A value after its expansion.
enum Expanded<'a> {
    None,
    Text(BString),
    Array(Elements<'a>),
}

fn declare_name(
    shell: &mut Shell,
    mut request: Request,
    name: &[u8],
    subscript: Option<&Subscript>,
    value: NewValue,
    append: bool,
) -> Run<bool> {
    if request.indexed && request.associative {
        let what = b": cannot convert associative to indexed array";
        shell.error([request.name.as_bytes(), b": ", name, what].concat());
        return Ok(false);
    }
    if request.on.any(Attributes::NAMEREF) && request.on.any(Attributes::INTEGER) && !matches!(value, NewValue::None) {
        // A reference takes no number: as in bash, nothing comes of it.
        return Ok(false);
    }
    if request.indexed || request.associative {
        // There are no arrays of references.
        request.on.remove(Attributes::NAMEREF);
    }
    // A quoted list as the value of what is an array is read as a list.
    if let NewValue::Word(word) = value
        && subscript.is_none()
        && means_array(shell, request, name)
    {
        let text = shell.expand_assigned(word)?;
        if let Some(elements) = list_elements(shell, &text) {
            return declare_name(shell, request, name, None, NewValue::Array(&elements), append);
        }
        return declare_name(shell, request, name, None, NewValue::Text(text), append);
    }
    let local = request.is_local(shell);
    let mut name = BString::from(name);
    if subscript.is_some() && matches!(request.kind, Kind::Export | Kind::Readonly) {
        let source = subscript.map(|subscript| crate::expand::word_source(&subscript.word)).unwrap_or_default();
        let message = [request.name.as_bytes(), b": `", &name, b"[", &source, b"]': not a valid identifier"].concat();
        shell.error(message);
        return Ok(false);
    }
    // Only a new local hides a nameref; everything else works on its target.
    let reference = request.on.with(request.off).any(Attributes::NAMEREF);
    let own = shell.vars.get(&name).is_some_and(|variable| variable.level == shell.vars.function_level());
    if !reference
        && (!local || own)
        && let Ok(target) = shell.vars.resolve(&name)
    {
        // Of a reference to an element, attributes go to the whole array.
        let target = match target {
            Target::Variable(target) => target,
            Target::Element(..) if !matches!(value, NewValue::None) => name.clone(),
            // `export` and `readonly` leave an element's array alone.
            Target::Element(..) if matches!(request.kind, Kind::Export | Kind::Readonly) => return Ok(true),
            Target::Element(target, _) => target,
        };
        if !is_name(&target) {
            shell.error([request.name.as_bytes(), b": `", &target, b"': not a valid identifier"].concat());
            return Ok(false);
        }
        name = target;
    }
    let seen = shell.vars.get(&name);
    // The value is expanded before the new variable hides the old one.
    let associative = request.associative
        || (seen.is_some_and(Variable::is_associative) && (!local || own || request.inherit) && !request.indexed);
    let expanded = match value {
        NewValue::None => Expanded::None,
        NewValue::Text(text) => Expanded::Text(text),
        NewValue::Word(word) => Expanded::Text(shell.expand_assigned(word)?),
        NewValue::Array(elements) => Expanded::Array(shell.expand_elements(&name, elements, associative)?),
    };
    let seen = shell.vars.get(&name);
    let assigns = !matches!(expanded, Expanded::None);
    let blocked = seen.is_some_and(|variable| {
        variable.attributes.any(Attributes::READONLY)
            && (assigns
                || (local && variable.level != shell.vars.function_level())
                || request.off.any(Attributes::READONLY)
                || request.on.any(Attributes::INTEGER.with(Attributes::LOWER).with(Attributes::UPPER)))
    });
    if blocked && !request.global {
        match request.kind {
            Kind::Export | Kind::Readonly => {
                shell.report_readonly(&name);
                shell.misused = true;
            }
            _ => shell.error([request.name.as_bytes(), b": ", name.as_slice(), b": readonly variable"].concat()),
        }
        return Ok(false);
    }
    if request.on.any(Attributes::NAMEREF)
        && let Expanded::Text(target) = &expanded
    {
        if target == &name || Target::parse(target).is_some_and(|target| *target.name() == name) {
            if !local {
                let mut message = BString::from(request.name);
                message.push_str(": ");
                message.push_str(&name);
                message.push_str(": nameref variable self references not allowed");
                shell.error(message);
                return Ok(false);
            }
            shell.warn_circular(&name);
        } else if !target.is_empty() && Target::parse(target).is_none() {
            let mut message = BString::from(request.name);
            message.push_str(": `");
            message.push_str(target);
            message.push_str("': invalid variable name for name reference");
            shell.error(message);
            return Ok(false);
        }
    }
    if request.on.any(Attributes::NAMEREF)
        && !local
        && matches!(expanded, Expanded::None)
        && let Some(old) = shell
            .vars
            .get(&name)
            .and_then(Variable::first)
            .filter(|old| !old.is_empty() && Target::parse(old).is_none())
    {
        let old = old.clone();
        shell.error([request.name.as_bytes(), b": `", &old, b"': invalid variable name for name reference"].concat());
        return Ok(false);
    }
    if local {
        let inherit = request.inherit || shell.options.shopt(Shopt::LocalvarInherit);
        shell.vars.make_local(&name, inherit);
    }
    let swap = request.global && shell.vars.get(&name).is_some_and(|variable| variable.level > 0);
    if swap {
        shell.vars.swap_global(&name);
    }
    if subscript.is_some() && !request.associative {
        request.indexed = !shell.vars.get(&name).is_some_and(Variable::is_associative);
    }
    let result = change_variable(shell, request, &name, subscript, expanded, append);
    if swap {
        shell.vars.swap_global(&name);
    }
    result
}

/// Gives the visible variable its attributes and value.
fn change_variable(
    shell: &mut Shell,
    request: Request,
    name: &BString,
    subscript: Option<&Subscript>,
    value: Expanded<'_>,
    append: bool,
) -> Run<bool> {
    let array = matches!(value, Expanded::Array(_));
    if !shell.vars.contains(name)
        && request.on.without(Attributes::EXPORT).is_empty()
        && !request.off.is_empty()
        && matches!(value, Expanded::None)
    {
        // `export -n x` makes no variable.
        return Ok(true);
    }
    let allexport = shell.options.get(SetOption::Allexport) && matches!(value, Expanded::Text(_));
    let variable = shell.vars.entry(name);
    let conversion = match &variable.value {
        Value::Associative(_) if request.indexed => Some("cannot convert associative to indexed array"),
        Value::Indexed(_) if request.associative && variable.is_assigned() => {
            Some("cannot convert indexed to associative array")
        }
        Value::Indexed(_) if request.not_indexed => Some("cannot destroy array variables in this way"),
        Value::Associative(_) if request.not_associative => Some("cannot destroy array variables in this way"),
        _ => None,
    };
    if let Some(what) = conversion {
        shell.error([request.name.as_bytes(), b": ", name.as_slice(), b": ", what.as_bytes()].concat());
        return Ok(false);
    }
    if request.associative {
        make_associative(variable);
    } else if (request.indexed || array) && !variable.is_associative() {
        make_indexed(variable);
    }
    let case = Attributes::LOWER.with(Attributes::UPPER).with(Attributes::CAPITALIZE);
    if request.on.any(case) {
        variable.attributes.remove(case);
    }
    let mut on = request.on.without(Attributes::READONLY).without(Attributes::NAMEREF);
    if name == "_" && variable.attributes.any(Attributes::DYNAMIC) {
        // The next command gives it another value, which is not exported.
        on.remove(Attributes::EXPORT);
    }
    variable.attributes.insert(on);
    variable.attributes.remove(request.off);
    if allexport {
        variable.attributes.insert(Attributes::EXPORT);
    }
    if request.on.any(Attributes::NAMEREF) {
        if let Expanded::Text(target) = value {
            variable.value = Value::Scalar(target);
            variable.attributes.remove(Attributes::INVISIBLE);
        }
        variable.attributes.insert(request.on);
        shell.vars.environment_changed();
        return Ok(true);
    }
    let result = match (value, subscript) {
        (Expanded::None, _) => Ok(()),
        (Expanded::Array(elements), _) => shell.store_elements(name, elements, append),
        (Expanded::Text(text), Some(subscript)) => shell.set_element(name, subscript, text, append),
        (Expanded::Text(text), None) if append => shell.append_scalar(name, &text),
        (Expanded::Text(text), None) => shell.set_scalar(name, text),
    };
    if request.on.any(Attributes::READONLY) {
        let frozen = (name == "_").then(|| shell.last_argument.clone());
        let variable = shell.vars.entry(name);
        if let Some(value) = frozen {
            // Readonly, it no longer follows the commands.
            variable.value = Value::Scalar(value);
            variable.attributes.remove(Attributes::DYNAMIC);
        }
        variable.attributes.insert(Attributes::READONLY);
    }
    shell.vars.environment_changed();
    result.map(|()| true)
}

fn make_associative(variable: &mut Variable) {
    if variable.is_associative() {
        return;
    }
    let mut elements = Associative::default();
    if let (Value::Scalar(value), true) = (&variable.value, variable.is_assigned()) {
        elements.set(b"0", value.clone());
    }
    variable.value = Value::Associative(elements);
}

/// `declare -f name` and kin.
fn function_operand(shell: &mut Shell, request: Request, operand: &DeclArg) -> Run<bool> {
    let name = match operand {
        DeclArg::Word(name) => name.clone(),
        DeclArg::Assign(assignment) => assignment.name.clone(),
    };
    let Some(function) = shell.functions.get(&name).cloned() else {
        if matches!(request.kind, Kind::Export | Kind::Readonly) {
            shell.error([request.name.as_bytes(), b": ", name.as_slice(), b": not a function"].concat());
        }
        return Ok(false);
    };
    let mut changed = false;
    if request.on.any(Attributes::EXPORT) {
        Rc::make_mut(&mut shell.exported_functions).insert(name.clone());
        changed = true;
    }
    if request.off.any(Attributes::EXPORT) {
        Rc::make_mut(&mut shell.exported_functions).remove(&name);
        changed = true;
    }
    if request.on.any(Attributes::READONLY) {
        Rc::make_mut(&mut shell.readonly_functions).insert(name.clone());
        changed = true;
    }
    if request.on.any(Attributes::TRACE) {
        Rc::make_mut(&mut shell.traced_functions).insert(name.clone());
        changed = true;
    }
    if request.off.any(Attributes::TRACE) {
        Rc::make_mut(&mut shell.traced_functions).remove(&name);
        changed = true;
    }
    if changed {
        return Ok(true);
    }
    if request.names_only {
        let mut line = BString::from(if request.print { "declare -f " } else { "" });
        line.push_str(&name);
        if shell.options.shopt(Shopt::Extdebug) {
            line.push_str(format!(" {} ", function.line));
            line.push_str(&function.source);
        }
        line.push(b'\n');
        shell.out(&line)?;
    } else {
        let mut text = syntax::print::function(&function);
        text.push(b'\n');
        shell.out(&text)?;
    }
    Ok(true)
}

/// `declare -p name`
fn print_operand(shell: &mut Shell, request: Request, operand: &DeclArg) -> Run<bool> {
    let name = match operand {
        DeclArg::Word(name) => name.clone(),
        // Here an assignment is a name like any other, and none that exists.
        DeclArg::Assign(assignment) => shell.expand_assignment(assignment)?,
    };
    let Some(variable) = shell.variable_to_print(&name) else {
        shell.error([request.name.as_bytes(), b": ", name.as_slice(), b": not found"].concat());
        return Ok(false);
    };
    let mut line = declaration(&name, &variable);
    line.push(b'\n');
    shell.out(&line)?;
    Ok(true)
}

impl Shell {
    /// A variable as `declare -p` shows it: a computed one with its value.
    pub(crate) fn variable_to_print(&mut self, name: &[u8]) -> Option<Variable> {
        let mut variable = self.vars.get(name)?.clone();
        if variable.attributes.any(Attributes::DYNAMIC) {
            match self.computed(name) {
                Some(value) => variable.value = value,
                None => variable.attributes.insert(Attributes::INVISIBLE),
            }
        }
        Some(variable)
    }

    /// `name=value`, as `set` prints a variable.
    pub(crate) fn variable_line(&mut self, name: &[u8]) -> Option<BString> {
        let variable = self.variable_to_print(name).filter(Variable::is_assigned)?;
        let mut line = BString::from(name);
        line.push(b'=');
        line.push_str(value_text(&variable.value, quote::when_needed));
        Some(line)
    }
}

/// Without operands: everything that fits.
fn list_all(shell: &mut Shell, request: Request) -> Run<i32> {
    if request.functions || request.names_only {
        return list_functions(shell, request);
    }
    let names = if request.kind == Kind::Local { shell.vars.local_names() } else { shell.vars.names() };
    let filter = request.on;
    let plain = !request.print
        && filter.is_empty()
        && !request.indexed
        && !request.associative
        && request.kind == Kind::Declare;
    for name in names {
        let Some(variable) = shell.variable_to_print(&name) else { continue };
        if plain {
            if let Some(mut line) = shell.variable_line(&name) {
                line.push(b'\n');
                shell.out(&line)?;
            }
            continue;
        }
        let fits = request.kind == Kind::Local
            || (filter.is_empty() || variable.attributes.any(filter))
                && (!request.indexed || matches!(variable.value, Value::Indexed(_)))
                && (!request.associative || variable.is_associative());
        let hidden = !variable.is_assigned() && filter.is_empty() && !variable.is_array();
        if !fits || (hidden && !request.print && request.kind != Kind::Local) {
            continue;
        }
        let mut line = declaration(&name, &variable);
        if shell.options.get(SetOption::Posix) && matches!(request.kind, Kind::Export | Kind::Readonly) {
            let tail = line.splitn_str(3, " ").nth(2).unwrap_or_default().to_vec();
            line = BString::from(request.name);
            line.push(b' ');
            line.push_str(tail);
        }
        line.push(b'\n');
        shell.out(&line)?;
    }
    if plain {
        return list_functions(shell, request);
    }
    Ok(0)
}

fn list_functions(shell: &mut Shell, request: Request) -> Run<i32> {
    let mut functions: Vec<_> = shell.functions.values().cloned().collect();
    functions.sort_by(|a, b| a.name.cmp(&b.name));
    for function in functions {
        let exported = shell.exported_functions.contains(&function.name);
        let readonly = shell.readonly_functions.contains(&function.name);
        let traced = shell.traced_functions.contains(&function.name);
        if (request.on.any(Attributes::EXPORT) && !exported) || (request.on.any(Attributes::READONLY) && !readonly) {
            continue;
        }
        let mut letters = String::from("f");
        if readonly {
            letters.push('r');
        }
        if traced {
            letters.push('t');
        }
        if exported {
            letters.push('x');
        }
        let mut text = BString::default();
        if !request.names_only {
            text.push_str(syntax::print::function(&function));
            text.push(b'\n');
        }
        if request.names_only || letters.len() > 1 {
            text.push_str(format!("declare -{letters} "));
            text.push_str(&function.name);
            text.push(b'\n');
        }
        shell.out(&text)?;
    }
    Ok(0)
}
