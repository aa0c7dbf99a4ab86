//! bc's grammar, compiled as it is read: each complete line becomes code, each function is kept.

use crate::console::Console;
use crate::decimal::Decimal;
use crate::lexer::{Lexer, Token};
use std::collections::HashMap;
use std::rc::Rc;

/// A variable, an array or a function, by the order in which names came up. The three do not know of each other.
pub type Id = usize;

/// What can be assigned to. An element's index is on the stack.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// A variable.
    Variable(Id),
    /// An element of an array.
    Element(Id),
    /// `scale`
    Scale,
    /// `ibase`
    Ibase,
    /// `obase`
    Obase,
    /// `last`, the value that was printed last.
    Last,
}

/// An argument of a call.
#[derive(Clone, Copy, Debug)]
pub enum Argument {
    /// A value on the stack.
    Value,
    /// A whole array.
    Array(Id),
}

/// A parameter of a function.
#[derive(Clone, Copy, Debug)]
pub enum Parameter {
    /// A value.
    Value(Id),
    /// A copy of an array.
    Array(Id),
    /// An array itself.
    Reference(Id),
}

/// One step of the machine.
#[derive(Clone, Debug)]
pub enum Op {
    /// A number as it is written, and its value in base ten.
    Number(Rc<(String, Decimal)>),
    /// The value of a place; takes an element's index.
    Load(Place),
    /// The value of a place; an element's index stays.
    Fetch(Place),
    /// Assigns the value on the stack, which stays.
    Store(Place),
    /// Adds one or takes one away; gives the new value, or the old one.
    Step { place: Place, up: bool, new: bool },
    /// `+ - * / % ^`
    Arithmetic(char),
    /// The other sign.
    Negate,
    /// A comparison: 1 or 0.
    Compare(&'static str),
    /// 1 for zero, 0 for others.
    Not,
    /// 1 for others, 0 for zero.
    Truth,
    /// Forgets a value.
    Drop,
    /// Prints a value and a newline.
    PrintLine,
    /// Prints a value.
    Print,
    /// Prints a text.
    Text(Rc<str>),
    /// Goes on elsewhere.
    Jump(usize),
    /// Goes on elsewhere if the value is zero.
    JumpZero(usize),
    /// Calls a function.
    Call(Id, Rc<[Argument]>),
    /// Ends a function with the value on the stack.
    Return,
    /// The digits of a number.
    Length,
    /// The digits behind the point.
    ScaleOf,
    /// The square root.
    Root,
    /// A number from standard input.
    Read,
    /// Ends the program.
    Halt,
}

/// A function.
#[derive(Debug)]
pub struct Function {
    /// What it is called with.
    pub parameters: Vec<Parameter>,
    /// Variables of its own.
    pub autos: Vec<Parameter>,
    /// What it does.
    pub code: Rc<[Op]>,
    /// It gives no value.
    pub void: bool,
}

/// What one reading gives.
pub enum Unit {
    /// Statements to run now.
    Code(Rc<[Op]>),
    /// A definition.
    Define(Id, Function),
    /// `quit`, or the end of the input.
    End,
}

/// Why reading stopped.
enum Stop {
    /// A mistake, with its message.
    Wrong(String),
    Quit,
}

type Parsed<T = ()> = Result<T, Stop>;

/// The deepest nesting of parentheses and blocks.
const DEEPEST: usize = 500;

/// Compiles bc.
pub struct Compiler<'a> {
    lexer: &'a mut Lexer,
    console: &'a mut dyn Console,
    names: &'a mut HashMap<String, Id>,
    token: Token,
    code: Vec<Op>,
    /// For each loop around here: where `continue` goes, and the jumps of `break` to complete.
    loops: Vec<(Vec<usize>, Vec<usize>)>,
    in_function: bool,
    void: bool,
    depth: usize,
}

/// Reads and compiles the next line, or definition.
pub fn next(lexer: &mut Lexer, console: &mut dyn Console, names: &mut HashMap<String, Id>) -> Unit {
    loop {
        let token = lexer.next(console);
        let mut compiler = Compiler {
            lexer,
            console,
            names,
            token,
            code: Vec::new(),
            loops: Vec::new(),
            in_function: false,
            void: false,
            depth: 0,
        };
        match compiler.unit() {
            Ok(unit) => return unit,
            Err(Stop::Quit) => return Unit::End,
            Err(Stop::Wrong(message)) => {
                let place = compiler.lexer.place();
                compiler.console.complain(&format!("{place}: {message}\n"));
                while !matches!(compiler.token, Token::Newline | Token::End) {
                    compiler.advance();
                }
                if compiler.token == Token::End {
                    return Unit::End;
                }
            }
        }
    }
}

fn syntax() -> Stop {
    Stop::Wrong("syntax error".into())
}

impl Compiler<'_> {
    fn advance(&mut self) -> Token {
        let next = self.lexer.next(self.console);
        std::mem::replace(&mut self.token, next)
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.token, Token::Sign(other) if other == sign)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(&self.token, Token::Name(name) if name == word)
    }

    fn accept(&mut self, sign: &str) -> bool {
        let there = self.is(sign);
        if there {
            self.advance();
        }
        there
    }

    fn expect(&mut self, sign: &str) -> Parsed {
        if self.accept(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&self) -> Stop {
        match self.token {
            Token::Illegal(c) => Stop::Wrong(format!("illegal character: {c}")),
            _ => syntax(),
        }
    }

    fn skip_newlines(&mut self) {
        while self.token == Token::Newline {
            self.advance();
        }
    }

    fn id(&mut self, name: String) -> Id {
        let next = self.names.len();
        *self.names.entry(name).or_insert(next)
    }

    fn name(&mut self) -> Parsed<Id> {
        match &self.token {
            Token::Name(name) if !is_keyword(name) => {
                let name = name.clone();
                self.advance();
                Ok(self.id(name))
            }
            _ => Err(self.unexpected()),
        }
    }

    fn unit(&mut self) -> Parsed<Unit> {
        if self.token == Token::End {
            return Ok(Unit::End);
        }
        if self.is_word("define") {
            return self.define();
        }
        self.line()?;
        Ok(Unit::Code(std::mem::take(&mut self.code).into()))
    }

    /// Statements up to the end of the line.
    fn line(&mut self) -> Parsed {
        loop {
            while self.accept(";") {}
            if matches!(self.token, Token::Newline | Token::End) {
                return Ok(());
            }
            self.statement()?;
            if !self.is(";") && !matches!(self.token, Token::Newline | Token::End) {
                return Err(self.unexpected());
            }
        }
    }

    fn define(&mut self) -> Parsed<Unit> {
        self.advance();
        if self.is_word("void") {
            self.advance();
            self.void = true;
        }
        let name = self.name()?;
        self.expect("(")?;
        let parameters = if self.is(")") { Vec::new() } else { self.parameters(true)? };
        self.expect(")")?;
        self.skip_newlines();
        self.expect("{")?;
        self.skip_newlines();
        self.in_function = true;
        let mut autos = Vec::new();
        while self.is_word("auto") {
            self.advance();
            autos.extend(self.parameters(false)?);
            while self.token == Token::Newline || self.is(";") {
                self.advance();
            }
        }
        self.block()?;
        // What follows on the line is a line of its own.
        let next = std::mem::replace(&mut self.token, Token::Newline);
        self.lexer.give_back(next);
        self.code.push(constant("0"));
        self.code.push(Op::Return);
        let code = std::mem::take(&mut self.code).into();
        Ok(Unit::Define(name, Function { parameters, autos, code, void: self.void }))
    }

    fn parameters(&mut self, references: bool) -> Parsed<Vec<Parameter>> {
        let mut list = Vec::new();
        loop {
            let reference = references && (self.accept("*") || self.accept("&"));
            let name = self.name()?;
            let array = self.accept("[");
            if array {
                self.expect("]")?;
            }
            list.push(match (array, reference) {
                (false, false) => Parameter::Value(name),
                (true, false) => Parameter::Array(name),
                (true, true) => Parameter::Reference(name),
                (false, true) => return Err(syntax()),
            });
            if !self.accept(",") {
                return Ok(list);
            }
            self.skip_newlines();
        }
    }

    /// Statements up to the closing brace.
    fn block(&mut self) -> Parsed {
        loop {
            while self.token == Token::Newline || self.is(";") {
                self.advance();
            }
            if self.accept("}") {
                return Ok(());
            }
            self.statement()?;
            if !self.is("}") && !self.is(";") && self.token != Token::Newline {
                return Err(self.unexpected());
            }
        }
    }

    fn nested(&mut self, parse: fn(&mut Self) -> Parsed) -> Parsed {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Stop::Wrong("nested too deeply".into()));
        }
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn statement(&mut self) -> Parsed {
        self.nested(Self::statement_here)
    }

    fn statement_here(&mut self) -> Parsed {
        if self.accept("{") {
            return self.block();
        }
        if let Token::Text(text) = &self.token {
            self.code.push(Op::Text(text.as_str().into()));
            self.advance();
            return Ok(());
        }
        let Token::Name(word) = &self.token else { return self.expression_statement() };
        match word.as_str() {
            "quit" => return Err(Stop::Quit),
            "halt" => {
                self.advance();
                self.code.push(Op::Halt);
            }
            "limits" => {
                self.advance();
                self.code.push(Op::Text(LIMITS.into()));
            }
            "warranty" => {
                self.advance();
                self.code.push(Op::Text(WARRANTY.into()));
            }
            "print" => return self.print(),
            "if" => return self.if_statement(),
            "while" => return self.while_loop(),
            "for" => return self.for_loop(),
            "break" | "continue" => {
                let breaks = word == "break";
                let at = self.code.len();
                let Some((continues, ends)) = self.loops.last_mut() else {
                    let text = if breaks { "Break outside a for/while" } else { "Continue outside a for" };
                    return Err(Stop::Wrong(text.into()));
                };
                if breaks {
                    ends.push(at)
                } else {
                    continues.push(at)
                }
                self.code.push(Op::Jump(0));
                self.advance();
            }
            "return" => return self.return_statement(),
            "auto" | "define" | "else" => return Err(syntax()),
            _ => return self.expression_statement(),
        }
        Ok(())
    }

    fn expression_statement(&mut self) -> Parsed {
        let assignment = self.expression()?;
        self.code.push(if assignment { Op::Drop } else { Op::PrintLine });
        Ok(())
    }

    fn print(&mut self) -> Parsed {
        self.advance();
        loop {
            if let Token::Text(text) = &self.token {
                self.code.push(Op::Text(unescaped(text).into()));
                self.advance();
            } else {
                self.expression()?;
                self.code.push(Op::Print);
            }
            if !self.accept(",") {
                return Ok(());
            }
        }
    }

    fn return_statement(&mut self) -> Parsed {
        self.advance();
        if self.is(";") || self.is("}") || matches!(self.token, Token::Newline | Token::End) {
            self.code.push(constant("0"));
        } else {
            self.expression()?;
        }
        if !self.in_function {
            return Err(Stop::Wrong("Return outside of a function.".into()));
        }
        self.code.push(Op::Return);
        Ok(())
    }

    /// Completes a jump to come here.
    fn land(&mut self, jump: usize) {
        let here = self.code.len();
        self.aim(jump, here);
    }

    fn aim(&mut self, jump: usize, to: usize) {
        match &mut self.code[jump] {
            Op::Jump(target) | Op::JumpZero(target) => *target = to,
            _ => {}
        }
    }

    fn push_jump(&mut self, op: fn(usize) -> Op) -> usize {
        self.code.push(op(0));
        self.code.len() - 1
    }

    fn if_statement(&mut self) -> Parsed {
        self.advance();
        self.expect("(")?;
        self.expression()?;
        self.expect(")")?;
        let otherwise = self.push_jump(Op::JumpZero);
        self.skip_newlines();
        self.statement()?;
        if self.is_word("else") {
            self.advance();
            let end = self.push_jump(Op::Jump);
            self.land(otherwise);
            self.skip_newlines();
            self.statement()?;
            self.land(end);
        } else {
            self.land(otherwise);
        }
        Ok(())
    }

    /// A loop's body; its jumps of `continue` and of `break`, to complete.
    fn body(&mut self) -> Parsed<(Vec<usize>, Vec<usize>)> {
        self.loops.push((Vec::new(), Vec::new()));
        self.skip_newlines();
        self.statement()?;
        Ok(self.loops.pop().unwrap_or_default())
    }

    fn while_loop(&mut self) -> Parsed {
        self.advance();
        let start = self.code.len();
        self.expect("(")?;
        self.expression()?;
        self.expect(")")?;
        let exit = self.push_jump(Op::JumpZero);
        let (continues, breaks) = self.body()?;
        self.code.push(Op::Jump(start));
        continues.into_iter().for_each(|jump| self.aim(jump, start));
        self.land(exit);
        breaks.into_iter().for_each(|jump| self.land(jump));
        Ok(())
    }

    fn for_loop(&mut self) -> Parsed {
        self.advance();
        self.expect("(")?;
        if !self.is(";") {
            self.expression()?;
            self.code.push(Op::Drop);
        }
        self.expect(";")?;
        let condition = self.code.len();
        if self.is(";") {
            self.code.push(constant("1"));
        } else {
            self.expression()?;
        }
        self.expect(";")?;
        let exit = self.push_jump(Op::JumpZero);
        let enter = self.push_jump(Op::Jump);
        let step = self.code.len();
        if !self.is(")") {
            self.expression()?;
            self.code.push(Op::Drop);
        }
        self.expect(")")?;
        self.code.push(Op::Jump(condition));
        self.land(enter);
        let (continues, breaks) = self.body()?;
        self.code.push(Op::Jump(step));
        continues.into_iter().for_each(|jump| self.aim(jump, step));
        self.land(exit);
        breaks.into_iter().for_each(|jump| self.land(jump));
        Ok(())
    }

    /// An expression; whether it is an assignment and nothing else, which is not printed.
    fn expression(&mut self) -> Parsed<bool> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Stop::Wrong("nested too deeply".into()));
        }
        let mut assignment = self.conjunction()?;
        while self.accept("||") {
            let right = self.push_jump(Op::JumpZero);
            self.code.push(constant("1"));
            let end = self.push_jump(Op::Jump);
            self.land(right);
            self.conjunction()?;
            self.code.push(Op::Truth);
            self.land(end);
            assignment = false;
        }
        self.depth -= 1;
        Ok(assignment)
    }

    fn conjunction(&mut self) -> Parsed<bool> {
        let mut assignment = self.negation()?;
        while self.accept("&&") {
            let no = self.push_jump(Op::JumpZero);
            self.negation()?;
            self.code.push(Op::Truth);
            let end = self.push_jump(Op::Jump);
            self.land(no);
            self.code.push(constant("0"));
            self.land(end);
            assignment = false;
        }
        Ok(assignment)
    }

    fn negation(&mut self) -> Parsed<bool> {
        let mut count = 0;
        while self.accept("!") {
            count += 1;
        }
        let assignment = self.relation()?;
        self.code.extend(std::iter::repeat_n(Op::Not, count));
        Ok(assignment && count == 0)
    }

    fn relation(&mut self) -> Parsed<bool> {
        let mut assignment = self.sum()?;
        while let Token::Sign(sign @ ("==" | "!=" | "<" | ">" | "<=" | ">=")) = self.token {
            self.advance();
            self.sum()?;
            self.code.push(Op::Compare(sign));
            assignment = false;
        }
        Ok(assignment)
    }

    fn sum(&mut self) -> Parsed<bool> {
        let mut assignment = self.product()?;
        while let Token::Sign(sign @ ("+" | "-")) = self.token {
            self.advance();
            self.product()?;
            self.code.push(Op::Arithmetic(first(sign)));
            assignment = false;
        }
        Ok(assignment)
    }

    fn product(&mut self) -> Parsed<bool> {
        let mut assignment = self.power()?;
        while let Token::Sign(sign @ ("*" | "/" | "%")) = self.token {
            self.advance();
            self.power()?;
            self.code.push(Op::Arithmetic(first(sign)));
            assignment = false;
        }
        Ok(assignment)
    }

    fn power(&mut self) -> Parsed<bool> {
        let assignment = self.unary()?;
        if !self.accept("^") {
            return Ok(assignment);
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Stop::Wrong("nested too deeply".into()));
        }
        self.power()?;
        self.depth -= 1;
        self.code.push(Op::Arithmetic('^'));
        Ok(false)
    }

    fn unary(&mut self) -> Parsed<bool> {
        let mut negations = 0;
        while self.accept("-") {
            negations += 1;
        }
        let assignment = if self.is("++") || self.is("--") {
            let up = self.is("++");
            self.advance();
            let place = self.place()?.ok_or_else(syntax)?;
            self.code.push(Op::Step { place, up, new: true });
            false
        } else {
            self.primary()?
        };
        self.code.extend(std::iter::repeat_n(Op::Negate, negations));
        Ok(assignment && negations == 0)
    }

    /// A place to assign to, if the next word begins one; an element's index is computed.
    fn place(&mut self) -> Parsed<Option<Place>> {
        if self.accept(".") {
            return Ok(Some(Place::Last));
        }
        let Token::Name(word) = &self.token else { return Ok(None) };
        let place = match word.as_str() {
            "ibase" => Place::Ibase,
            "obase" => Place::Obase,
            "last" => Place::Last,
            // `scale(x)` is a function.
            "scale" => Place::Scale,
            _ => {
                let name = self.name()?;
                if !self.accept("[") {
                    return Ok(Some(Place::Variable(name)));
                }
                self.expression()?;
                self.expect("]")?;
                return Ok(Some(Place::Element(name)));
            }
        };
        self.advance();
        Ok(Some(place))
    }

    fn primary(&mut self) -> Parsed<bool> {
        match self.token.clone() {
            Token::Number(text) => {
                self.advance();
                self.code.push(constant(&text));
                return Ok(false);
            }
            Token::Sign("(") => {
                self.advance();
                self.expression()?;
                self.expect(")")?;
                return Ok(false);
            }
            Token::Name(word) => {
                let function = match word.as_str() {
                    "length" => Some(Op::Length),
                    "sqrt" => Some(Op::Root),
                    "read" => Some(Op::Read),
                    _ => None,
                };
                if let Some(op) = function {
                    self.advance();
                    self.expect("(")?;
                    if !matches!(op, Op::Read) {
                        self.expression()?;
                    }
                    self.expect(")")?;
                    self.code.push(op);
                    return Ok(false);
                }
            }
            _ => {}
        }
        let place = match self.place()? {
            Some(place) => place,
            None => return Err(self.unexpected()),
        };
        match (place, self.token.clone()) {
            (Place::Scale, Token::Sign("(")) => {
                self.advance();
                self.expression()?;
                self.expect(")")?;
                self.code.push(Op::ScaleOf);
                Ok(false)
            }
            (Place::Variable(name), Token::Sign("(")) => {
                self.call(name)?;
                Ok(false)
            }
            (place, Token::Sign(sign @ ("++" | "--"))) => {
                self.advance();
                self.code.push(Op::Step { place, up: sign == "++", new: false });
                Ok(false)
            }
            (place, Token::Sign("=")) => {
                self.advance();
                self.sum()?;
                self.code.push(Op::Store(place));
                Ok(true)
            }
            (place, Token::Sign(sign @ ("+=" | "-=" | "*=" | "/=" | "%=" | "^="))) => {
                self.advance();
                self.code.push(Op::Fetch(place));
                self.sum()?;
                self.code.push(Op::Arithmetic(first(sign)));
                self.code.push(Op::Store(place));
                Ok(true)
            }
            (place, _) => {
                self.code.push(Op::Load(place));
                Ok(false)
            }
        }
    }

    fn call(&mut self, name: Id) -> Parsed {
        self.advance();
        let mut arguments = Vec::new();
        while !self.is(")") {
            arguments.push(self.argument()?);
            if !self.accept(",") {
                break;
            }
        }
        self.expect(")")?;
        self.code.push(Op::Call(name, arguments.into()));
        Ok(())
    }

    /// `name[]` is a whole array; else an expression.
    fn argument(&mut self) -> Parsed<Argument> {
        if matches!(&self.token, Token::Name(name) if !is_keyword(name)) && self.lexer.is_whole_array() {
            let name = self.name()?;
            self.expect("[")?;
            self.expect("]")?;
            return Ok(Argument::Array(name));
        }
        self.expression()?;
        Ok(Argument::Value)
    }
}

fn is_keyword(name: &str) -> bool {
    matches!(
        name,
        "auto"
            | "break"
            | "continue"
            | "define"
            | "else"
            | "for"
            | "halt"
            | "ibase"
            | "if"
            | "last"
            | "length"
            | "limits"
            | "obase"
            | "print"
            | "quit"
            | "read"
            | "return"
            | "scale"
            | "sqrt"
            | "void"
            | "warranty"
            | "while"
    )
}

fn first(sign: &str) -> char {
    sign.chars().next().unwrap_or('+')
}

fn constant(text: &str) -> Op {
    Op::Number(Rc::new((text.to_owned(), Decimal::parse(text, 10))))
}

/// A string of `print`, with its escapes.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(c) = letters.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match letters.next() {
            Some('a') => out.push('\x07'),
            Some('b') => out.push('\x08'),
            Some('f') => out.push('\x0c'),
            Some('n') => out.push('\n'),
            Some('q') => out.push('"'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('\\') => out.push('\\'),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}

const LIMITS: &str = "\
BC_BASE_MAX     = 2147483647
BC_DIM_MAX      = 16777215
BC_SCALE_MAX    = 10000000
BC_STRING_MAX   = 2147483647
MAX Exponent    = 9223372036854775807
Number of vars  = 4294967295
";

const WARRANTY: &str = "This bc comes with agentfense, under its license and without any warranty.\n";
