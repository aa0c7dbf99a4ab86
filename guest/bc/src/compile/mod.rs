//! bc's grammar, compiled as it is read: each complete line becomes code, each function is kept.

mod expression;
mod statement;

use crate::console::Console;
use crate::decimal::Decimal;
use crate::lexer::{Lexer, Token};
use expression::{constant, unescaped};
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

const LIMITS: &str = "\
BC_BASE_MAX     = 2147483647
BC_DIM_MAX      = 16777215
BC_SCALE_MAX    = 10000000
BC_STRING_MAX   = 2147483647
MAX Exponent    = 9223372036854775807
Number of vars  = 4294967295
";

const WARRANTY: &str = "This bc comes with agentfense, under its license and without any warranty.\n";
