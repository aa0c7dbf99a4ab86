//! The tree back to text, laid out as bash lays out functions (`declare -f`,
//! `type`) and commands (`jobs`, `BASH_COMMAND`).
//!
//! Bash's layout follows from how its printer walks its own tree; this one
//! keeps its rules, the odd ones too (what follows a here-document, `elif` as a
//! nested `if`, `[[ x ]]` as `[[ -n x ]]`), so that the text is the same.

use bstr::BString;

use super::parser::Keyword;
use crate::ast::{
    AndOr, Argument, Arith, AssignedValue, Assignment, Brace, CaseEnd, CaseMode, Command, Compound, CompoundKind,
    Connective, Function, HereDocument, Item, Parameter, ParameterOp, ParameterSubject, Pipeline, ProcessDirection,
    Program, QuoteStyle, Redirect, RedirectFd, RedirectKind, ReplaceMode, Simple, Subscript, TestExpr, TimeFormat,
    Word, WordPart,
};

/// How far each level is indented.
const INDENT: usize = 4;

/// A function's definition as `declare -f` prints it, without a newline at the
/// end.
pub fn function(function: &Function) -> BString {
    let mut printer = Printer::default();
    if Keyword::of(&function.name).is_some() {
        printer.text("function ");
    }
    printer.bytes(&function.name);
    printer.text(" () \n{ \n");
    printer.function_body(function);
    printer.out.into()
}

/// A program as bash prints a command outside of functions.
pub fn program(program: &Program) -> BString {
    let mut printer = Printer::default();
    printer.program(program);
    printer.deferred("");
    printer.out.into()
}

/// One command, as for `BASH_COMMAND` and job lists.
pub fn command(command: &Command) -> BString {
    let mut printer = Printer::default();
    printer.command(command);
    printer.deferred("");
    printer.out.into()
}

/// One pipeline, as for job lists.
pub fn pipeline(pipeline: &Pipeline) -> BString {
    let mut printer = Printer::default();
    printer.pipeline(pipeline);
    printer.deferred("");
    printer.out.into()
}

/// One and-or list, as for job lists.
pub fn and_or(list: &AndOr) -> BString {
    let mut printer = Printer::default();
    printer.and_or(list);
    printer.deferred("");
    printer.out.into()
}

/// A word as it was written.
pub fn word_text(word: &Word) -> BString {
    let mut out = Vec::new();
    parts(&mut out, &word.parts, false);
    out.into()
}

/// An assignment as it was written.
pub fn assignment_text(assignment: &Assignment) -> BString {
    let mut out = Vec::new();
    write_assignment(&mut out, assignment);
    out.into()
}

#[derive(Default)]
struct Printer<'t> {
    out: Vec<u8>,
    indentation: usize,
    /// The next command goes on the line we are on.
    skip_indent: bool,
    /// How many function definitions we are inside.
    functions: usize,
    /// How many lists and pipelines of more than one command we are inside.
    connections: usize,
    /// Here-documents whose bodies follow the connector.
    documents: Vec<&'t HereDocument>,
    /// A body was the last thing printed: no `;` then.
    after_document: bool,
    /// Inside `$( )` commands keep to their own lines.
    substitution: bool,
}

impl<'t> Printer<'t> {
    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    fn word(&mut self, word: &Word) {
        parts(&mut self.out, &word.parts, false);
    }

    fn words<'w>(&mut self, words: impl IntoIterator<Item = &'w Word>, between: &str) {
        for (index, word) in words.into_iter().enumerate() {
            if index > 0 {
                self.text(between);
            }
            self.word(word);
        }
    }

    fn indent(&mut self) {
        self.out.resize(self.out.len() + self.indentation, b' ');
    }

    /// Starts a command: indented, unless it goes on this line.
    fn begin(&mut self) {
        if !std::mem::take(&mut self.skip_indent) {
            self.indent();
        }
    }

    fn newline(&mut self, text: &str) {
        self.out.push(b'\n');
        self.indent();
        self.text(text);
    }

    fn semicolon(&mut self) {
        if !matches!(self.out.last(), Some(b'&' | b'\n')) {
            self.out.push(b';');
        }
    }

    /// Prints a connector, and the here-documents that wait for it.
    fn deferred(&mut self, connector: &str) {
        self.text(connector);
        if self.documents.is_empty() {
            return;
        }
        let documents = std::mem::take(&mut self.documents);
        self.bodies(&documents);
        if !connector.is_empty() {
            self.out.push(b' ');
        }
    }

    fn bodies(&mut self, documents: &[&'t HereDocument]) {
        self.out.push(b'\n');
        for document in documents {
            for part in &document.body.parts {
                match part {
                    WordPart::Quoted(text, QuoteStyle::Single) if document.quoted => {
                        self.out.extend_from_slice(text);
                    }
                    part => parts(&mut self.out, std::slice::from_ref(part), true),
                }
            }
            self.out.extend_from_slice(&document.delimiter);
            self.out.push(b'\n');
        }
        self.after_document = true;
    }

    fn nested(&mut self, body: &'t Program) {
        self.indentation += INDENT;
        self.program(body);
        self.deferred("");
        self.indentation -= INDENT;
    }

    fn program(&mut self, program: &'t Program) {
        let items = &program.items;
        let connected = items.len() > 1 || items.iter().any(|item| item.background);
        self.connections += usize::from(connected);
        for (index, Item { list, background }) in items.iter().enumerate() {
            self.and_or(list);
            if index > 0 {
                self.deferred("");
            }
            let last = index + 1 == items.len();
            if *background {
                self.deferred(" &");
                if !last {
                    self.out.push(b' ');
                    self.skip_indent = true;
                }
            } else if !last {
                let next = &items[index + 1].list.first;
                self.list_separator(self.substitution && next.line > list.first.line);
            }
        }
        if connected {
            self.deferred("");
            self.connections -= 1;
        }
    }

    /// `newline`: the commands stood on different lines.
    fn list_separator(&mut self, newline: bool) {
        if self.documents.is_empty() {
            if !std::mem::take(&mut self.after_document) {
                self.out.push(if newline { b'\n' } else { b';' });
            }
        } else {
            self.deferred("");
            // A line of its own ended the body.
            if self.functions == 0 {
                self.skip_indent = true;
                return;
            }
        }
        if self.functions > 0 {
            self.out.push(b'\n');
            return;
        }
        if !newline {
            self.out.push(b' ');
        }
        self.skip_indent = true;
    }

    fn and_or(&mut self, list: &'t AndOr) {
        let connected = !list.rest.is_empty();
        self.connections += usize::from(connected);
        self.pipeline(&list.first);
        for (connective, pipeline) in &list.rest {
            self.deferred(match connective {
                Connective::And => " && ",
                Connective::Or => " || ",
            });
            self.skip_indent = true;
            self.pipeline(pipeline);
            self.deferred("");
        }
        self.connections -= usize::from(connected);
    }

    fn pipeline(&mut self, pipeline: &'t Pipeline) {
        let Pipeline { negated, time, stages, .. } = pipeline;
        if *negated || time.is_some() || stages.is_empty() {
            self.begin();
            self.skip_indent = true;
            if let Some(format) = time {
                self.text(if *format == TimeFormat::Posix { "time -p " } else { "time " });
            }
            if *negated {
                self.text("! ");
            }
        }
        if stages.is_empty() {
            self.skip_indent = false;
        }
        let connected = stages.len() > 1;
        self.connections += usize::from(connected);
        for (index, stage) in stages.iter().enumerate() {
            if index > 0 {
                self.deferred(" |");
                self.out.push(b' ');
                self.skip_indent = true;
            }
            self.command(stage);
        }
        if connected {
            self.deferred("");
            self.connections -= 1;
        }
    }

    fn command(&mut self, command: &'t Command) {
        self.begin();
        match command {
            Command::Simple(simple) => self.simple(simple),
            Command::Compound(compound, redirects) => {
                self.compound(compound);
                if !redirects.is_empty() {
                    self.out.push(b' ');
                    self.redirects(redirects);
                }
            }
            Command::Function(function) => {
                self.text("function ");
                self.bytes(&function.name);
                self.text(" () \n");
                self.indent();
                self.text("{ \n");
                self.function_body(function);
            }
            Command::Coproc(name, command) => {
                self.text("coproc ");
                self.bytes(name);
                self.out.push(b' ');
                self.skip_indent = true;
                self.command(command);
            }
        }
    }

    fn function_body(&mut self, function: &'t Function) {
        self.functions += 1;
        self.indentation += INDENT;
        let mut redirects: &[Redirect] = &[];
        match &function.body {
            Command::Compound(compound, behind) => match &compound.kind {
                CompoundKind::Group(body) => {
                    redirects = behind;
                    self.program(body);
                }
                _ => self.command(&function.body),
            },
            body => self.command(body),
        }
        self.deferred("");
        self.indentation -= INDENT;
        self.functions -= 1;
        if redirects.is_empty() {
            self.newline("}");
            self.after_document = false;
        } else {
            self.newline("} ");
            self.redirects(redirects);
        }
    }

    fn simple(&mut self, simple: &'t Simple) {
        let start = self.out.len();
        for assignment in &simple.assignments {
            self.space_after(start);
            write_assignment(&mut self.out, assignment);
        }
        for argument in &simple.words {
            self.space_after(start);
            match argument {
                Argument::Word(word) => self.word(word),
                Argument::Assignment(assignment) => write_assignment(&mut self.out, assignment),
            }
        }
        if !simple.redirects.is_empty() {
            self.space_after(start);
            self.redirects(&simple.redirects);
        }
    }

    fn space_after(&mut self, start: usize) {
        if self.out.len() > start {
            self.out.push(b' ');
        }
    }

    fn redirects(&mut self, redirects: &'t [Redirect]) {
        self.after_document = false;
        let mut documents = Vec::new();
        for (index, redirect) in redirects.iter().enumerate() {
            if index > 0 {
                self.out.push(b' ');
            }
            self.redirect(redirect);
            if let RedirectKind::HereDocument(document) = &redirect.kind {
                documents.push(document);
            }
        }
        if documents.is_empty() {
            return;
        }
        if self.connections > 0 {
            self.documents.extend(documents);
        } else {
            self.bodies(&documents);
        }
    }

    fn redirect(&mut self, redirect: &Redirect) {
        let (default, operator, word) = match &redirect.kind {
            RedirectKind::Read(word) => (0, "< ", word),
            RedirectKind::Write(word) => (1, "> ", word),
            RedirectKind::Clobber(word) => (1, ">| ", word),
            RedirectKind::Append(word) => (1, ">> ", word),
            // Bash leaves out 1 here, not the 0 that it means.
            RedirectKind::ReadWrite(word) if redirect.fd == RedirectFd::Default => {
                self.text("0<> ");
                return self.word(word);
            }
            RedirectKind::ReadWrite(word) => (1, "<> ", word),
            RedirectKind::HereString(word) => (0, "<<< ", word),
            RedirectKind::WriteBoth(word) => (1, "&> ", word),
            RedirectKind::AppendBoth(word) => (1, "&>> ", word),
            RedirectKind::DuplicateInput(word) => return self.duplicate(redirect, 0, "<&", word),
            RedirectKind::DuplicateOutput(word) => return self.duplicate(redirect, 1, ">&", word),
            RedirectKind::HereDocument(document) => return self.here_operator(redirect, document),
        };
        self.descriptor(redirect, default);
        self.text(operator);
        self.word(word);
    }

    /// The left side, where it is not what the operator means anyway.
    fn descriptor(&mut self, redirect: &Redirect, default: u32) {
        match &redirect.fd {
            RedirectFd::Default => {}
            RedirectFd::Number(number) if *number == default => {}
            RedirectFd::Number(number) => self.text(&number.to_string()),
            RedirectFd::Variable(name) => {
                self.out.push(b'{');
                self.bytes(name);
                self.out.push(b'}');
            }
        }
    }

    /// `1>&2`: the left side is always printed before a number, and closing is
    /// `>&-` in either direction.
    fn duplicate(&mut self, redirect: &Redirect, default: u32, operator: &str, word: &Word) {
        let text = word.as_literal().map(|text| text.as_slice()).unwrap_or_default();
        let digits = text.strip_suffix(b"-").unwrap_or(text);
        let descriptor = !text.is_empty() && digits.iter().all(u8::is_ascii_digit);
        match redirect.fd {
            RedirectFd::Default if descriptor => self.text(&default.to_string()),
            RedirectFd::Number(number) if descriptor => self.text(&number.to_string()),
            _ => self.descriptor(redirect, default),
        }
        self.text(if text == b"-" { ">&" } else { operator });
        self.word(word);
    }

    fn here_operator(&mut self, redirect: &Redirect, document: &HereDocument) {
        self.descriptor(redirect, 0);
        self.text(if document.strip_tabs { "<<-" } else { "<<" });
        if document.quoted {
            single_quote(&mut self.out, &document.delimiter);
        } else {
            self.bytes(&document.delimiter);
        }
    }

    fn compound(&mut self, compound: &'t Compound) {
        match &compound.kind {
            CompoundKind::Group(body) => self.group(body),
            CompoundKind::Subshell(body) => {
                self.text("( ");
                self.skip_indent = true;
                self.program(body);
                self.deferred("");
                self.text(" )");
            }
            CompoundKind::If(arms, otherwise) => self.if_clause(arms, otherwise.as_ref()),
            CompoundKind::While { until, condition, body } => {
                self.text(if *until { "until " } else { "while " });
                self.skip_indent = true;
                self.program(condition);
                self.deferred("");
                self.semicolon();
                self.text(" do\n");
                self.nested(body);
                self.semicolon();
                self.newline("done");
            }
            CompoundKind::For { name, words, body } => self.loop_over("for ", name, words, body),
            CompoundKind::Select { name, words, body } => {
                self.loop_over("select ", name, words, body);
            }
            CompoundKind::ArithFor { init, condition, update, body } => {
                self.text("for ((");
                let mut between = "";
                for part in [init, condition, update] {
                    self.text(between);
                    between = "; ";
                    match part {
                        Some(part) => self.bytes(&part.text),
                        None => self.text("1"),
                    }
                }
                self.text("))");
                self.newline("do\n");
                self.nested(body);
                self.semicolon();
                self.newline("done");
            }
            CompoundKind::Case { word, arms } => {
                self.text("case ");
                self.word(word);
                self.text(" in ");
                self.indentation += INDENT;
                for arm in arms {
                    self.newline("");
                    self.words(&arm.patterns, " | ");
                    self.text(")\n");
                    self.nested(&arm.body);
                    self.newline(match arm.end {
                        CaseEnd::Break => ";;",
                        CaseEnd::FallThrough => ";&",
                        CaseEnd::Continue => ";;&",
                    });
                }
                self.indentation -= INDENT;
                self.newline("esac");
            }
            CompoundKind::Arith(arith) => {
                self.text("((");
                self.bytes(&arith.text);
                self.text("))");
            }
            CompoundKind::Test(expr) => {
                self.text("[[ ");
                self.test(expr);
                self.text(" ]]");
            }
        }
    }

    fn group(&mut self, body: &'t Program) {
        self.text("{ ");
        if self.functions == 0 {
            self.skip_indent = true;
            self.program(body);
            self.deferred("");
            self.semicolon();
            self.text(" }");
        } else {
            self.out.push(b'\n');
            self.nested(body);
            self.newline("}");
        }
    }

    fn if_clause(&mut self, arms: &'t [(Program, Program)], otherwise: Option<&'t Program>) {
        for (index, (condition, body)) in arms.iter().enumerate() {
            if index > 0 {
                // `elif` is an `if` inside an `else`.
                self.semicolon();
                self.newline("else\n");
                self.indentation += INDENT;
                self.indent();
            }
            self.text("if ");
            self.skip_indent = true;
            self.program(condition);
            self.semicolon();
            self.text(" then\n");
            self.nested(body);
        }
        if let Some(body) = otherwise {
            self.semicolon();
            self.newline("else\n");
            self.nested(body);
        }
        self.semicolon();
        self.newline("fi");
        for _ in 1..arms.len() {
            self.indentation -= INDENT;
            self.semicolon();
            self.newline("fi");
        }
    }

    fn loop_over(&mut self, keyword: &str, name: &BString, words: &Option<Vec<Word>>, body: &'t Program) {
        self.text(keyword);
        self.bytes(name);
        self.text(" in ");
        match words {
            Some(words) => self.words(words, " "),
            None => self.text("\"$@\""),
        }
        self.text(";");
        self.newline("do\n");
        self.nested(body);
        self.semicolon();
        self.newline("done");
    }

    fn test(&mut self, expr: &TestExpr) {
        match expr {
            TestExpr::Word(word) => {
                self.text("-n ");
                self.word(word);
            }
            TestExpr::Unary(operator, word) => {
                self.bytes(operator);
                self.out.push(b' ');
                self.word(word);
            }
            TestExpr::Binary(operator, left, right) => {
                self.word(left);
                self.out.push(b' ');
                self.bytes(operator);
                self.out.push(b' ');
                self.word(right);
            }
            TestExpr::Not(inner) => {
                self.text("! ");
                self.test(inner);
            }
            TestExpr::And(left, right) => {
                self.test(left);
                self.text(" && ");
                self.test(right);
            }
            TestExpr::Or(left, right) => {
                self.test(left);
                self.text(" || ");
                self.test(right);
            }
            TestExpr::Group(inner) => {
                self.text("( ");
                self.test(inner);
                self.text(" )");
            }
        }
    }
}

fn write_assignment(out: &mut Vec<u8>, assignment: &Assignment) {
    out.extend_from_slice(&assignment.name);
    if let Some(index) = &assignment.index {
        subscript(out, index);
    }
    out.extend_from_slice(if assignment.append { b"+=" } else { b"=" });
    match &assignment.value {
        AssignedValue::Scalar(word) => parts(out, &word.parts, false),
        AssignedValue::Array(elements) => {
            out.push(b'(');
            for (position, element) in elements.iter().enumerate() {
                if position > 0 {
                    out.push(b' ');
                }
                if let Some((index, append)) = &element.index {
                    subscript(out, index);
                    out.extend_from_slice(if *append { b"+=" } else { b"=" });
                }
                parts(out, &element.value.parts, false);
            }
            out.push(b')');
        }
    }
}

fn subscript(out: &mut Vec<u8>, index: &Subscript) {
    out.push(b'[');
    parts(out, &index.word.parts, false);
    out.push(b']');
}

/// `'...'`, with quotes inside written as bash writes them.
fn single_quote(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'\'');
    for &byte in text {
        match byte {
            b'\'' => out.extend_from_slice(b"'\\''"),
            _ => out.push(byte),
        }
    }
    out.push(b'\'');
}

/// `quoted`: inside double quotes or a here-document.
fn parts(out: &mut Vec<u8>, list: &[WordPart], quoted: bool) {
    for part in list {
        match part {
            WordPart::Literal(text) => out.extend_from_slice(text),
            WordPart::Quoted(text, QuoteStyle::Backslash) => {
                out.push(b'\\');
                out.extend_from_slice(text);
            }
            WordPart::Quoted(text, QuoteStyle::Ansi) if quoted => {
                // Plain single quotes would be text here.
                out.extend_from_slice(b"$'");
                for &byte in text.iter() {
                    if matches!(byte, b'\'' | b'\\') {
                        out.push(b'\\');
                    }
                    out.push(byte);
                }
                out.push(b'\'');
            }
            WordPart::Quoted(text, _) => single_quote(out, text),
            WordPart::DoubleQuoted(inner) => {
                out.push(b'"');
                parts(out, inner, true);
                out.push(b'"');
            }
            WordPart::Tilde(name) => {
                out.push(b'~');
                out.extend_from_slice(name);
            }
            WordPart::Parameter(inner) => parameter(out, inner, quoted),
            WordPart::Command(substitution) => match &substitution.source {
                Some(source) => {
                    out.push(b'`');
                    if substitution.failed {
                        for &byte in source.iter() {
                            if matches!(byte, b'`' | b'\\' | b'$') {
                                out.push(b'\\');
                            }
                            out.push(byte);
                        }
                    } else {
                        out.extend_from_slice(source);
                    }
                    out.push(b'`');
                }
                None => {
                    out.push(b'$');
                    parenthesised(out, &substitution.program);
                }
            },
            WordPart::Arith(arith) => {
                out.extend_from_slice(b"$((");
                out.extend_from_slice(&arith.text);
                out.extend_from_slice(b"))");
            }
            WordPart::Process(direction, program) => {
                out.push(if *direction == ProcessDirection::Read { b'<' } else { b'>' });
                parenthesised(out, program);
            }
            WordPart::Brace(inner) => brace(out, inner),
            WordPart::ExtGlob(operator, words) => {
                out.push(*operator);
                out.push(b'(');
                for (index, word) in words.iter().enumerate() {
                    if index > 0 {
                        out.push(b'|');
                    }
                    parts(out, &word.parts, false);
                }
                out.push(b')');
            }
        }
    }
}

fn parenthesised(out: &mut Vec<u8>, commands: &Program) {
    let mut printer = Printer { substitution: true, ..Printer::default() };
    printer.program(commands);
    printer.deferred("");
    let text = printer.out;
    out.push(b'(');
    // `$((` would be arithmetic.
    if text.first() == Some(&b'(') {
        out.push(b' ');
    }
    out.extend_from_slice(&text);
    out.push(b')');
}

fn brace(out: &mut Vec<u8>, brace: &Brace) {
    out.push(b'{');
    match brace {
        Brace::List(words) => {
            for (index, word) in words.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                parts(out, &word.parts, false);
            }
        }
        Brace::Range { from, to, step } => {
            out.extend_from_slice(from);
            out.extend_from_slice(b"..");
            out.extend_from_slice(to);
            if *step != 1 {
                out.extend_from_slice(format!("..{step}").as_bytes());
            }
        }
    }
    out.push(b'}');
}

fn parameter(out: &mut Vec<u8>, parameter: &Parameter, quoted: bool) {
    out.push(b'$');
    if parameter.braces {
        out.push(b'{');
    }
    match &parameter.op {
        ParameterOp::Bad(text) => {
            out.extend_from_slice(text);
            out.push(b'}');
            return;
        }
        ParameterOp::Length => out.push(b'#'),
        ParameterOp::Names(_) | ParameterOp::Keys => out.push(b'!'),
        _ if parameter.indirect => out.push(b'!'),
        _ => {}
    }
    match &parameter.subject {
        ParameterSubject::Variable(name, index) => {
            out.extend_from_slice(name);
            if let Some(index) = index {
                subscript(out, index);
            }
        }
        ParameterSubject::Positional(number) => out.extend_from_slice(number.to_string().as_bytes()),
        ParameterSubject::Special(byte) => out.push(*byte),
    }
    operation(out, &parameter.op, quoted);
    if parameter.braces {
        out.push(b'}');
    }
}

fn operation(out: &mut Vec<u8>, op: &ParameterOp, quoted: bool) {
    let mut with_word = |colon: bool, operator: u8, word: &Word| {
        if colon {
            out.push(b':');
        }
        out.push(operator);
        parts(out, &word.parts, quoted);
    };
    match op {
        ParameterOp::Value | ParameterOp::Length | ParameterOp::Keys | ParameterOp::Bad(_) => {}
        ParameterOp::Default { colon, word } => with_word(*colon, b'-', word),
        ParameterOp::Assign { colon, word } => with_word(*colon, b'=', word),
        ParameterOp::Alternative { colon, word } => with_word(*colon, b'+', word),
        ParameterOp::Error { colon, word } => match word {
            Some(word) => with_word(*colon, b'?', word),
            None => with_word(*colon, b'?', &Word::default()),
        },
        ParameterOp::RemovePrefix { longest, pattern } => {
            out.extend_from_slice(if *longest { b"##" } else { b"#" });
            parts(out, &pattern.parts, false);
        }
        ParameterOp::RemoveSuffix { longest, pattern } => {
            out.extend_from_slice(if *longest { b"%%" } else { b"%" });
            parts(out, &pattern.parts, false);
        }
        ParameterOp::Replace { mode, pattern, replacement } => {
            out.extend_from_slice(match mode {
                ReplaceMode::First => b"/",
                ReplaceMode::All => b"//",
                ReplaceMode::Prefix => b"/#",
                ReplaceMode::Suffix => b"/%",
            });
            parts(out, &pattern.parts, false);
            if let Some(replacement) = replacement {
                out.push(b'/');
                parts(out, &replacement.parts, false);
            }
        }
        ParameterOp::Substring { offset, length } => {
            let mut piece = |arith: &Arith| {
                out.push(b':');
                out.extend_from_slice(&arith.text);
            };
            piece(offset);
            if let Some(length) = length {
                piece(length);
            }
        }
        ParameterOp::Case { mode, all, pattern } => {
            let operator = match mode {
                CaseMode::Upper => b'^',
                CaseMode::Lower => b',',
                CaseMode::Toggle => b'~',
            };
            out.push(operator);
            if *all {
                out.push(operator);
            }
            if let Some(pattern) = pattern {
                parts(out, &pattern.parts, false);
            }
        }
        ParameterOp::Transform(letter) => out.extend([b'@', *letter]),
        ParameterOp::Names(at) => out.push(if *at { b'@' } else { b'*' }),
    }
}
