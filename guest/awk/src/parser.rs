//! From tokens to the tree, with names resolved to slots.

use crate::ast::*;
use crate::lexer::{SyntaxError, Token, tokens};
use crate::pattern::Pattern;
use crate::text::Text;
use hashbrown::HashMap;
use std::rc::Rc;

/// Deeper nesting than that is refused: the tree is walked by recursion.
const MAX_DEPTH: usize = 100;

type Parsed<T> = Result<T, SyntaxError>;

/// Parses a program. `bytes` says whether characters are bytes.
pub fn parse(source: &[u8], bytes: bool) -> Parsed<Program> {
    let mut parser = Parser {
        tokens: tokens(source)?,
        at: 0,
        program: Program::default(),
        globals: HashMap::new(),
        functions: HashMap::new(),
        locals: None,
        passed: Vec::new(),
        no_in: false,
        no_greater: false,
        list_at: usize::MAX,
        depth: 0,
        loops: 0,
        bytes,
    };
    for name in SPECIALS {
        parser.global(name);
    }
    parser.whole()?;
    Ok(parser.program)
}

struct Locals {
    names: Vec<String>,
    arrays: Vec<bool>,
    function: usize,
}

/// A parameter that is passed on: if the callee takes an array there, the caller's is one.
struct Passed {
    function: usize,
    param: usize,
    callee: usize,
    position: usize,
}

struct Parser {
    tokens: Vec<(Token, u32)>,
    at: usize,
    program: Program,
    globals: HashMap<String, usize>,
    /// By name: the number, and whether it is defined and since which line it is used.
    functions: HashMap<String, (usize, Option<u32>)>,
    locals: Option<Locals>,
    passed: Vec<Passed>,
    /// `in` ends the expression: in the head of a `for`.
    no_in: bool,
    /// `>` ends the expression: it is `print`'s.
    no_greater: bool,
    /// The place where `(a, b)` may stand for what is printed.
    list_at: usize,
    depth: usize,
    loops: usize,
    bytes: bool,
}

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(token, _)| token)
    }

    fn peek_at(&self, ahead: usize) -> &Token {
        self.tokens.get(self.at + ahead).map_or(&Token::End, |(token, _)| token)
    }

    fn line(&self) -> u32 {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(1, |(_, line)| *line)
    }

    fn take(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn is(&self, operator: &str) -> bool {
        matches!(self.peek(), Token::Op(found) if *found == operator)
    }

    fn eat(&mut self, operator: &str) -> bool {
        let found = self.is(operator);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, operator: &str) -> Parsed<()> {
        if self.eat(operator) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn error(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError { line: self.line(), message: message.into() }
    }

    fn unexpected(&self) -> SyntaxError {
        self.error(match self.peek() {
            Token::Newline | Token::End => "syntax error: unexpected newline or end of string".to_owned(),
            Token::Op(operator) => format!("syntax error at or near {operator}"),
            Token::Name(name) | Token::Call(name) => format!("syntax error at or near {name}"),
            Token::Num(number) => format!("syntax error at or near {number}"),
            Token::Str(text) => format!("syntax error at or near \"{}\"", text.escape_ascii()),
            Token::Regex(text) => format!("syntax error at or near /{}/", text.escape_ascii()),
            Token::Builtin(builtin) => format!("syntax error at or near {}", builtin.signature().0),
        })
    }

    fn skip_newlines(&mut self) {
        while *self.peek() == Token::Newline {
            self.at += 1;
        }
    }

    fn skip_terminators(&mut self) {
        while *self.peek() == Token::Newline || self.is(";") {
            self.at += 1;
        }
    }

    /// Runs a part one level deeper.
    fn deeper<T>(&mut self, part: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            return Err(self.error("program is nested too deeply"));
        }
        self.depth += 1;
        let result = part(self);
        self.depth -= 1;
        result
    }

    fn global(&mut self, name: &str) -> usize {
        if let Some(&slot) = self.globals.get(name) {
            return slot;
        }
        let slot = self.program.globals.len();
        self.program.globals.push(name.to_owned());
        self.globals.insert(name.to_owned(), slot);
        slot
    }

    fn function(&mut self, name: &str) -> usize {
        if let Some(&(index, _)) = self.functions.get(name) {
            return index;
        }
        let index = self.program.functions.len();
        self.program.functions.push(Function { name: name.to_owned(), ..Function::default() });
        self.functions.insert(name.to_owned(), (index, Some(self.line())));
        index
    }

    // ---- the program ----

    fn whole(&mut self) -> Parsed<()> {
        loop {
            self.skip_terminators();
            if *self.peek() == Token::End {
                break;
            }
            self.item()?;
        }
        for (name, (_, used)) in &self.functions {
            if let Some(line) = used {
                return Err(SyntaxError { line: *line, message: format!("fatal: function `{name}' not defined") });
            }
            if self.globals.contains_key(name) {
                return Err(SyntaxError { line: 1, message: format!("function `{name}' called as a variable") });
            }
        }
        // Until nothing changes: a parameter is an array if it is passed on as one.
        loop {
            let mut changed = false;
            for passed in &self.passed {
                let array = self.program.functions[passed.callee].array_params.get(passed.position);
                if array == Some(&true)
                    && let Some(param) = self.program.functions[passed.function].array_params.get_mut(passed.param)
                    && !*param
                {
                    *param = true;
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        self.program.uses_rt = self.tokens.iter().any(|(token, _)| matches!(token, Token::Name(name) if name == "RT"));
        Ok(())
    }

    fn item(&mut self) -> Parsed<()> {
        if self.eat("function") {
            return self.definition();
        }
        for name in ["BEGIN", "END", "BEGINFILE", "ENDFILE"] {
            if self.eat(name) {
                if !self.is("{") {
                    return Err(self.error(format!("{name} blocks must have an action part")));
                }
                let block = self.block()?;
                match name {
                    "BEGIN" => self.program.begin.push(block),
                    "END" => self.program.end.push(block),
                    "BEGINFILE" => self.program.begin_file.push(block),
                    _ => self.program.end_file.push(block),
                }
                return Ok(());
            }
        }
        if self.is("@") && matches!(self.peek_at(1), Token::Name(_)) {
            return Err(self.error("@include and @load are not supported"));
        }
        let line = self.line();
        let selector = if self.is("{") {
            Selector::Always
        } else {
            let from = self.expr()?;
            if self.eat(",") {
                self.skip_newlines();
                let to = self.expr()?;
                self.program.ranges += 1;
                Selector::Range(from, to, self.program.ranges - 1)
            } else {
                Selector::When(from)
            }
        };
        let action = if self.is("{") {
            Some(self.block()?)
        } else {
            if !matches!(self.peek(), Token::Newline | Token::End | Token::Op(";")) {
                return Err(self.unexpected());
            }
            None
        };
        self.program.rules.push(Rule { line, selector, action });
        Ok(())
    }

    fn definition(&mut self) -> Parsed<()> {
        let name = match self.take() {
            Token::Name(name) | Token::Call(name) => name,
            _ => {
                self.at -= 1;
                return Err(self.unexpected());
            }
        };
        let function = self.function(&name);
        match self.functions.get_mut(&name) {
            Some((_, used @ Some(_))) => *used = None,
            _ => return Err(self.error(format!("function name `{name}' previously defined"))),
        }
        self.expect("(")?;
        let mut names: Vec<String> = Vec::new();
        self.skip_newlines();
        while !self.eat(")") {
            match self.take() {
                Token::Name(param) => {
                    if names.contains(&param) {
                        return Err(self.error(format!("function `{name}': parameter `{param}' duplicates another")));
                    }
                    names.push(param);
                }
                _ => {
                    self.at -= 1;
                    return Err(self.unexpected());
                }
            }
            self.skip_newlines();
            if !self.is(")") {
                self.expect(",")?;
                self.skip_newlines();
            }
        }
        self.skip_newlines();
        let arrays = vec![false; names.len()];
        // Known before the body, which may call the function itself.
        self.program.functions[function].array_params = arrays.clone();
        self.locals = Some(Locals { names, arrays, function });
        let body = self.block();
        let locals = self.locals.take();
        let definition = &mut self.program.functions[function];
        definition.body = body?;
        definition.array_params = locals.map(|locals| locals.arrays).unwrap_or_default();
        Ok(())
    }

    // ---- statements ----

    fn block(&mut self) -> Parsed<Block> {
        self.expect("{")?;
        let mut statements = Vec::new();
        loop {
            self.skip_terminators();
            if self.eat("}") {
                return Ok(statements);
            }
            if *self.peek() == Token::End {
                return Err(self.unexpected());
            }
            statements.push(self.statement()?);
        }
    }

    fn statement(&mut self) -> Parsed<Stmt> {
        self.deeper(|parser| {
            let line = parser.line();
            Ok(Stmt { line, kind: parser.statement_kind()? })
        })
    }

    /// The body of a loop or a branch.
    fn body(&mut self) -> Parsed<Block> {
        self.skip_newlines();
        if self.is("{") {
            return self.block();
        }
        if self.eat(";") {
            return Ok(Vec::new());
        }
        Ok(vec![self.statement()?])
    }

    fn loop_body(&mut self) -> Parsed<Block> {
        self.loops += 1;
        let body = self.body();
        self.loops -= 1;
        body
    }

    fn statement_kind(&mut self) -> Parsed<StmtKind> {
        let Token::Op(keyword) = *self.peek() else { return self.simple_statement() };
        match keyword {
            "{" => Ok(StmtKind::Block(self.block()?)),
            "if" => {
                self.at += 1;
                let condition = self.parenthesised()?;
                let yes = self.body()?;
                let before = self.at;
                self.skip_terminators();
                let no = if self.eat("else") {
                    self.body()?
                } else {
                    self.at = before;
                    Vec::new()
                };
                Ok(StmtKind::If(condition, yes, no))
            }
            "while" => {
                self.at += 1;
                let condition = self.parenthesised()?;
                Ok(StmtKind::While(condition, self.loop_body()?))
            }
            "do" => {
                self.at += 1;
                let body = self.loop_body()?;
                self.skip_terminators();
                self.expect("while")?;
                let condition = self.parenthesised()?;
                self.end_of_statement()?;
                Ok(StmtKind::DoWhile(body, condition))
            }
            "for" => self.for_statement(),
            "switch" => self.switch_statement(),
            _ => self.simple_statement(),
        }
    }

    fn parenthesised(&mut self) -> Parsed<Expr> {
        self.expect("(")?;
        let expr = self.fresh(|parser| parser.expr())?;
        self.skip_newlines();
        self.expect(")")?;
        Ok(expr)
    }

    /// Inside brackets nothing of the outside matters.
    fn fresh<T>(&mut self, part: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let outside = (self.no_in, self.no_greater);
        (self.no_in, self.no_greater) = (false, false);
        let result = part(self);
        (self.no_in, self.no_greater) = outside;
        result
    }

    fn for_statement(&mut self) -> Parsed<StmtKind> {
        self.at += 1;
        self.expect("(")?;
        if matches!(self.peek(), Token::Name(_)) && *self.peek_at(1) == Token::Op("in") {
            let before = self.at;
            let place = self.name_place()?;
            self.at += 1;
            if matches!(self.peek(), Token::Name(_)) {
                let array = self.array_var()?;
                if self.eat(")") {
                    return Ok(StmtKind::ForIn(place, array, self.loop_body()?));
                }
            }
            self.at = before;
        }
        let first = if self.is(";") { None } else { Some(Box::new(self.clause()?)) };
        self.expect(";")?;
        self.skip_newlines();
        let condition = if self.is(";") { None } else { Some(self.fresh(|parser| parser.expr())?) };
        self.expect(";")?;
        self.skip_newlines();
        let last = if self.is(")") { None } else { Some(Box::new(self.clause()?)) };
        self.expect(")")?;
        Ok(StmtKind::For(first, condition, last, self.loop_body()?))
    }

    /// A simple statement without its end, in the head of a `for`.
    fn clause(&mut self) -> Parsed<Stmt> {
        let line = self.line();
        let kind = self.fresh(|parser| parser.unended_statement())?;
        Ok(Stmt { line, kind })
    }

    fn switch_statement(&mut self) -> Parsed<StmtKind> {
        self.at += 1;
        let subject = self.parenthesised()?;
        self.skip_newlines();
        self.expect("{")?;
        let mut cases: Vec<Case> = Vec::new();
        self.loops += 1;
        loop {
            self.skip_terminators();
            if self.eat("}") {
                break;
            }
            let label = if self.eat("default") {
                None
            } else {
                self.expect("case")?;
                Some(self.unary()?)
            };
            self.expect(":")?;
            let mut body = Vec::new();
            loop {
                self.skip_terminators();
                if self.is("case") || self.is("default") || self.is("}") {
                    break;
                }
                body.push(self.statement()?);
            }
            cases.push(Case { label, body });
        }
        self.loops -= 1;
        Ok(StmtKind::Switch(subject, cases))
    }

    fn simple_statement(&mut self) -> Parsed<StmtKind> {
        let kind = self.unended_statement()?;
        self.end_of_statement()?;
        Ok(kind)
    }

    fn end_of_statement(&mut self) -> Parsed<()> {
        if *self.peek() == Token::Newline || self.is(";") {
            self.at += 1;
            return Ok(());
        }
        if self.is("}") { Ok(()) } else { Err(self.unexpected()) }
    }

    fn at_end_of_statement(&self) -> bool {
        matches!(self.peek(), Token::Newline | Token::End | Token::Op(";" | "}"))
    }

    fn unended_statement(&mut self) -> Parsed<StmtKind> {
        let Token::Op(keyword) = *self.peek() else { return Ok(StmtKind::Expr(self.expr()?)) };
        if !matches!(
            keyword,
            "next" | "nextfile" | "break" | "continue" | "exit" | "return" | "delete" | "print" | "printf"
        ) {
            return Ok(StmtKind::Expr(self.expr()?));
        }
        let outside = self.error("");
        self.at += 1;
        Ok(match keyword {
            "next" => StmtKind::Next,
            "nextfile" => StmtKind::NextFile,
            "break" | "continue" if self.loops == 0 => {
                return Err(SyntaxError {
                    message: format!("`{keyword}' is not allowed outside a loop or switch"),
                    ..outside
                });
            }
            "break" => StmtKind::Break,
            "continue" => StmtKind::Continue,
            "exit" => StmtKind::Exit(self.optional_expr()?),
            "return" => {
                if self.locals.is_none() {
                    return Err(SyntaxError { message: "`return' used outside function context".into(), ..outside });
                }
                StmtKind::Return(self.optional_expr()?)
            }
            "delete" => self.delete_statement()?,
            _ => self.print_statement(keyword == "printf")?,
        })
    }

    fn optional_expr(&mut self) -> Parsed<Option<Expr>> {
        if self.at_end_of_statement() { Ok(None) } else { Ok(Some(self.expr()?)) }
    }

    fn delete_statement(&mut self) -> Parsed<StmtKind> {
        let grouped = self.eat("(");
        let array = self.array_var()?;
        if grouped {
            self.expect(")")?;
        }
        Ok(match array {
            ArrayVar::Element(array, keys) => StmtKind::Delete(*array, keys),
            array => StmtKind::DeleteAll(array),
        })
    }

    fn print_statement(&mut self, formatted: bool) -> Parsed<StmtKind> {
        let mut args = Vec::new();
        if !self.at_end_of_statement() && !self.at_redirect() {
            self.list_at = self.at;
            let outside = std::mem::replace(&mut self.no_greater, true);
            let list = self.expr_list();
            self.no_greater = outside;
            self.list_at = usize::MAX;
            args = list?;
            if args.len() == 1
                && let Some(Expr::List(inner)) = args.pop_if(|arg| matches!(arg, Expr::List(_)))
            {
                args = inner;
            }
            if args.iter().any(|arg| matches!(arg, Expr::List(_))) {
                return Err(self.unexpected());
            }
        }
        if formatted && args.is_empty() {
            return Err(self.unexpected());
        }
        let kind = match self.peek() {
            Token::Op(">") => Some(RedirectKind::Truncate),
            Token::Op(">>") => Some(RedirectKind::Append),
            Token::Op("|") => Some(RedirectKind::Pipe),
            Token::Op("|&") => Some(RedirectKind::Coprocess),
            _ => None,
        };
        let mut redirect = None;
        if let Some(kind) = kind {
            self.at += 1;
            let outside = std::mem::replace(&mut self.no_greater, true);
            let target = self.concatenation();
            self.no_greater = outside;
            redirect = Some(Redirect { kind, target: target? });
        }
        Ok(if formatted { StmtKind::Printf(args, redirect) } else { StmtKind::Print(args, redirect) })
    }

    fn at_redirect(&self) -> bool {
        matches!(self.peek(), Token::Op(">" | ">>" | "|" | "|&"))
    }

    fn expr_list(&mut self) -> Parsed<Vec<Expr>> {
        let mut list = vec![self.expr()?];
        while self.eat(",") {
            self.skip_newlines();
            list.push(self.expr()?);
        }
        Ok(list)
    }

    // ---- expressions, loosest first ----

    fn expr(&mut self) -> Parsed<Expr> {
        self.deeper(|parser| parser.conditional())
    }

    fn conditional(&mut self) -> Parsed<Expr> {
        let condition = self.disjunction()?;
        if !self.eat("?") {
            return Ok(condition);
        }
        self.skip_newlines();
        let yes = self.expr()?;
        self.skip_newlines();
        self.expect(":")?;
        self.skip_newlines();
        let no = self.expr()?;
        Ok(Expr::Cond(Box::new((condition, yes, no))))
    }

    fn disjunction(&mut self) -> Parsed<Expr> {
        let mut left = self.conjunction()?;
        while self.eat("||") {
            self.skip_newlines();
            left = Expr::Or(Box::new((left, self.conjunction()?)));
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> Parsed<Expr> {
        let mut left = self.membership()?;
        while self.eat("&&") {
            self.skip_newlines();
            left = Expr::And(Box::new((left, self.membership()?)));
        }
        Ok(left)
    }

    fn membership(&mut self) -> Parsed<Expr> {
        let mut left = self.matching()?;
        while !self.no_in && self.eat("in") {
            left = Expr::In(vec![left], self.array_var()?);
        }
        Ok(left)
    }

    fn matching(&mut self) -> Parsed<Expr> {
        let mut left = self.comparison()?;
        loop {
            let positive = match self.peek() {
                Token::Op("~") => true,
                Token::Op("!~") => false,
                _ => return Ok(left),
            };
            self.at += 1;
            let right = matcher(self.comparison()?);
            left = Expr::Match(positive, Box::new(left), right);
        }
    }

    fn comparison(&mut self) -> Parsed<Expr> {
        let mut left = self.concatenation()?;
        loop {
            let relation = match self.peek() {
                Token::Op("<") => Relation::Lt,
                Token::Op("<=") => Relation::Le,
                Token::Op("==") => Relation::Eq,
                Token::Op("!=") => Relation::Ne,
                Token::Op(">") if !self.no_greater => Relation::Gt,
                Token::Op(">=") => Relation::Ge,
                Token::Op(pipe @ ("|" | "|&")) if *self.peek_at(1) == Token::Op("getline") => {
                    let both = *pipe == "|&";
                    self.at += 2;
                    let place = self.optional_place()?;
                    let command = Box::new(left);
                    let source = if both { Source::Coprocess(command) } else { Source::Command(command) };
                    left = Expr::Getline(place, source);
                    continue;
                }
                _ => return Ok(left),
            };
            self.at += 1;
            let right = self.concatenation()?;
            left = Expr::Compare(relation, Box::new((left, right)));
        }
    }

    fn concatenation(&mut self) -> Parsed<Expr> {
        let first = self.additive()?;
        if !self.starts_operand() {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.starts_operand() {
            parts.push(self.additive()?);
        }
        Ok(Expr::Concat(parts))
    }

    fn starts_operand(&self) -> bool {
        match self.peek() {
            Token::Num(_) | Token::Str(_) | Token::Regex(_) | Token::Name(_) | Token::Call(_) | Token::Builtin(_) => {
                true
            }
            Token::Op(operator) => matches!(*operator, "$" | "(" | "!" | "-" | "+" | "++" | "--" | "@"),
            _ => false,
        }
    }

    fn additive(&mut self) -> Parsed<Expr> {
        let mut left = self.multiplicative()?;
        loop {
            let operator = match self.peek() {
                Token::Op("+") => Arith::Add,
                Token::Op("-") => Arith::Sub,
                _ => return Ok(left),
            };
            self.at += 1;
            left = Expr::Arith(operator, Box::new((left, self.multiplicative()?)));
        }
    }

    fn multiplicative(&mut self) -> Parsed<Expr> {
        let mut left = self.unary()?;
        loop {
            let operator = match self.peek() {
                Token::Op("*") => Arith::Mul,
                Token::Op("/") => Arith::Div,
                Token::Op("%") => Arith::Mod,
                _ => return Ok(left),
            };
            self.at += 1;
            left = Expr::Arith(operator, Box::new((left, self.unary()?)));
        }
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let Token::Op(operator @ ("!" | "-" | "+")) = *self.peek() else { return self.power() };
        self.at += 1;
        let operand = Box::new(self.deeper(|parser| parser.unary())?);
        Ok(match (operator, *operand) {
            ("!", operand) => Expr::Not(Box::new(operand)),
            ("-", Expr::Num(number)) => Expr::Num(-number),
            ("-", operand) => Expr::Neg(Box::new(operand)),
            (_, operand) => Expr::Plus(Box::new(operand)),
        })
    }

    fn power(&mut self) -> Parsed<Expr> {
        let base = self.postfix()?;
        if !self.eat("^") {
            return Ok(base);
        }
        // A sign binds weaker than the power on its left, but may stand on its right.
        let exponent = self.deeper(|parser| parser.unary())?;
        Ok(Expr::Arith(Arith::Pow, Box::new((base, exponent))))
    }

    fn postfix(&mut self) -> Parsed<Expr> {
        let operand = self.primary()?;
        let Token::Op(operator) = *self.peek() else { return Ok(operand) };
        let update = match operator {
            "++" | "--" => {
                return match place(operand) {
                    Ok(place) => {
                        self.at += 1;
                        let step = if operator == "++" { 1.0 } else { -1.0 };
                        Ok(Expr::Step(place, step, Fix::Post))
                    }
                    Err(operand) => Ok(operand),
                };
            }
            "=" => None,
            "+=" => Some(Arith::Add),
            "-=" => Some(Arith::Sub),
            "*=" => Some(Arith::Mul),
            "/=" => Some(Arith::Div),
            "%=" => Some(Arith::Mod),
            "^=" => Some(Arith::Pow),
            _ => return Ok(operand),
        };
        let Ok(place) = place(operand) else { return Err(self.unexpected()) };
        self.at += 1;
        self.skip_newlines();
        let value = Box::new(self.expr()?);
        Ok(match update {
            None => Expr::Assign(place, value),
            Some(operator) => Expr::Update(place, operator, value),
        })
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let at = self.at;
        match self.take() {
            Token::Num(number) => Ok(Expr::Num(number)),
            Token::Str(text) => Ok(Expr::Str(Text::from(text))),
            Token::Regex(source) => {
                let pattern = Pattern::new(&source, false, self.bytes).map_err(|message| {
                    self.at = at;
                    self.error(message)
                })?;
                Ok(Expr::Regex(Rc::new(pattern)))
            }
            Token::Op("$") => self.deeper(|parser| parser.field()),
            Token::Op(operator @ ("++" | "--")) => {
                let operand = self.deeper(|parser| parser.primary())?;
                let Ok(place) = place(operand) else { return Err(self.unexpected()) };
                Ok(Expr::Step(place, if operator == "++" { 1.0 } else { -1.0 }, Fix::Pre))
            }
            Token::Op("(") => self.group(at),
            Token::Op("getline") => {
                let place = self.optional_place()?;
                let source = if self.eat("<") { Source::File(Box::new(self.file_operand()?)) } else { Source::Main };
                Ok(Expr::Getline(place, source))
            }
            Token::Op("@") => {
                let Token::Call(name) = self.take() else {
                    self.at = at;
                    return Err(self.unexpected());
                };
                let variable = self.variable(&name);
                Ok(Expr::Indirect(Box::new(variable), self.arguments()?))
            }
            // A sign where only an operand is meant, as in `$-1`.
            Token::Op("-") => Ok(Expr::Neg(Box::new(self.deeper(|parser| parser.primary())?))),
            Token::Op("+") => Ok(Expr::Plus(Box::new(self.deeper(|parser| parser.primary())?))),
            Token::Op("!") => Ok(Expr::Not(Box::new(self.deeper(|parser| parser.primary())?))),
            Token::Name(_) => {
                self.at = at;
                self.name_expr()
            }
            Token::Call(name) => self.call(&name),
            Token::Builtin(builtin) => self.builtin(builtin),
            _ => {
                self.at = at;
                Err(self.unexpected())
            }
        }
    }

    fn field(&mut self) -> Parsed<Expr> {
        let index = if self.is("++") || self.is("--") { self.primary()? } else { self.field_index()? };
        Ok(match index {
            Expr::Num(number) if (0.0..1e6).contains(&number) => Expr::FieldConst(number as usize),
            index => Expr::Field(Box::new(index)),
        })
    }

    fn field_index(&mut self) -> Parsed<Expr> {
        self.primary()
    }

    /// The file of `getline < file`: no operator after it is its own.
    fn file_operand(&mut self) -> Parsed<Expr> {
        self.primary()
    }

    fn group(&mut self, at: usize) -> Parsed<Expr> {
        let printed = at == self.list_at;
        let mut list = self.fresh(|parser| parser.expr_list())?;
        self.skip_newlines();
        self.expect(")")?;
        if list.len() > 1 {
            if self.eat("in") {
                return Ok(Expr::In(list, self.array_var()?));
            }
            let ends = self.at_end_of_statement() || self.at_redirect() || self.is(")");
            return if printed && ends { Ok(Expr::List(list)) } else { Err(self.unexpected()) };
        }
        let Some(inner) = list.pop() else { return Err(self.unexpected()) };
        // What is in parentheses cannot be assigned to, save that a field or a variable can.
        Ok(inner)
    }

    fn variable(&mut self, name: &str) -> Expr {
        if let Some(locals) = &self.locals
            && let Some(slot) = locals.names.iter().position(|local| local == name)
        {
            return Expr::Local(slot);
        }
        let slot = self.global(name);
        if slot < slot::COUNTERS { Expr::Counter(slot) } else { Expr::Global(slot) }
    }

    fn name_expr(&mut self) -> Parsed<Expr> {
        let Token::Name(name) = self.peek().clone() else { return Err(self.unexpected()) };
        if *self.peek_at(1) == Token::Op("[") {
            return match self.array_var()? {
                ArrayVar::Element(array, keys) => Ok(Expr::Element(*array, keys)),
                _ => Err(self.unexpected()),
            };
        }
        self.at += 1;
        Ok(self.variable(&name))
    }

    fn name_place(&mut self) -> Parsed<Place> {
        let expr = self.name_expr()?;
        place(expr).map_err(|_| self.unexpected())
    }

    /// A name that is an array, or an element that is: `a`, `a[1]`.
    fn array_var(&mut self) -> Parsed<ArrayVar> {
        let Token::Name(name) = self.peek().clone() else { return Err(self.unexpected()) };
        self.at += 1;
        let mut array = match self.variable(&name) {
            Expr::Local(slot) => {
                if let Some(locals) = &mut self.locals {
                    locals.arrays[slot] |= true;
                }
                ArrayVar::Local(slot)
            }
            Expr::Global(slot) if slot >= slot::HOOKED => ArrayVar::Global(slot),
            _ => return Err(self.error(format!("attempt to use scalar `{name}' as an array"))),
        };
        while self.eat("[") {
            let keys = self.fresh(|parser| parser.expr_list())?;
            self.expect("]")?;
            array = ArrayVar::Element(Box::new(array), keys);
        }
        Ok(array)
    }

    fn optional_place(&mut self) -> Parsed<Option<Place>> {
        let expr = match self.peek() {
            Token::Op("$") => {
                self.at += 1;
                self.deeper(|parser| parser.field())?
            }
            Token::Name(_) => self.name_expr()?,
            _ => return Ok(None),
        };
        place(expr).map(Some).map_err(|_| self.unexpected())
    }

    fn arguments(&mut self) -> Parsed<Vec<Expr>> {
        self.expect("(")?;
        self.skip_newlines();
        if self.eat(")") {
            return Ok(Vec::new());
        }
        self.fresh(|parser| {
            let mut list = Vec::new();
            loop {
                list.push(parser.expr()?);
                parser.skip_newlines();
                if parser.eat(")") {
                    return Ok(list);
                }
                parser.expect(",")?;
                parser.skip_newlines();
            }
        })
    }

    fn call(&mut self, name: &str) -> Parsed<Expr> {
        if let Some(locals) = &self.locals
            && locals.names.iter().any(|local| local == name)
        {
            return Err(self.error(format!("attempt to use parameter `{name}' as a function")));
        }
        let callee = self.function(name);
        let args = self.arguments()?;
        if let Some(locals) = &self.locals {
            for (position, arg) in args.iter().enumerate() {
                if let Expr::Local(param) = arg {
                    self.passed.push(Passed { function: locals.function, param: *param, callee, position });
                }
            }
        }
        Ok(Expr::Call(callee, args))
    }

    fn builtin(&mut self, builtin: Builtin) -> Parsed<Expr> {
        let (name, min, max) = builtin.signature();
        if !self.is("(") {
            if builtin == Builtin::Length {
                return Ok(Expr::Builtin(builtin, Vec::new()));
            }
            return Err(self.unexpected());
        }
        let start = self.at;
        let args = self.arguments()?;
        if args.len() < min || args.len() > max {
            return Err(self.error(format!("{} is invalid as number of arguments for {name}", args.len())));
        }
        let mut arguments = Vec::with_capacity(args.len());
        for (position, arg) in args.into_iter().enumerate() {
            let argument = match (builtin, position) {
                (Builtin::Split | Builtin::Patsplit, 1 | 3)
                | (Builtin::Match, 2)
                | (Builtin::Asort | Builtin::Asorti, 0 | 1) => match self.as_array(arg) {
                    Ok(array) => Argument::Array(array),
                    Err(_) => {
                        self.at = start;
                        return Err(self.error(format!("{name}: argument {} is not an array", position + 1)));
                    }
                },
                // Whether it is one shows only when it runs.
                (Builtin::Length | Builtin::Isarray | Builtin::Typeof, 0) => match place(arg) {
                    Ok(place) => Argument::Place(place),
                    Err(arg) => Argument::Value(arg),
                },
                (Builtin::Split | Builtin::Patsplit, 2)
                | (Builtin::Match, 1)
                | (Builtin::Sub | Builtin::Gsub | Builtin::Gensub, 0) => Argument::Matcher(matcher(arg)),
                (Builtin::Sub | Builtin::Gsub, 2) => match place(arg) {
                    Ok(place) => Argument::Place(place),
                    Err(arg) => Argument::Value(arg),
                },
                _ => Argument::Value(arg),
            };
            arguments.push(argument);
        }
        Ok(Expr::Builtin(builtin, arguments))
    }

    fn as_array(&mut self, arg: Expr) -> Result<ArrayVar, Expr> {
        Ok(match arg {
            Expr::Global(slot) if slot >= slot::HOOKED => ArrayVar::Global(slot),
            Expr::Local(slot) => {
                if let Some(locals) = &mut self.locals {
                    locals.arrays[slot] |= true;
                }
                ArrayVar::Local(slot)
            }
            Expr::Element(array, keys) => ArrayVar::Element(Box::new(array), keys),
            other => return Err(other),
        })
    }
}

/// A regular expression as an operand or argument.
fn matcher(expr: Expr) -> Matcher {
    match expr {
        Expr::Regex(pattern) => Matcher::Const(pattern),
        other => Matcher::Dynamic(Box::new(other)),
    }
}

/// What can be assigned to, or the expression back.
fn place(expr: Expr) -> Result<Place, Expr> {
    Ok(match expr {
        Expr::Global(slot) | Expr::Counter(slot) => Place::Global(slot),
        Expr::Local(slot) => Place::Local(slot),
        Expr::FieldConst(index) => Place::Field(Box::new(Expr::Num(index as f64))),
        Expr::Field(index) => Place::Field(index),
        Expr::Element(array, keys) => Place::Element(array, keys),
        other => return Err(other),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(source: &str) -> Program {
        parse(source.as_bytes(), false).unwrap_or_else(|error| panic!("{source}: {error:?}"))
    }

    #[test]
    fn grammar_corners_parse() {
        for source in [
            "BEGIN { while ((\"cmd\" | getline line) > 0) n++ }",
            "{ print $1, $2 > \"/tmp/x\" \".y\"; print (1,2) > \"z\"; print (1)(2) }",
            "{ if (x) print; else print \"a\"\n }",
            "{ if (x) { print } else if (y) print 1; else { print 2 } }",
            "function f(a, b,\n c)\n{ return a+b }\nBEGIN { print f(1, 2) }",
            "($1, $2) in seen { next } { seen[$1, $2]++ }",
            "!seen[$0]++",
            "NR==1, /x/ { print; }; END { print NR }",
            "BEGIN { for (;;) break; for (i in a) delete a[i]; do x++; while (x < 3) }",
            "BEGIN { $3 = \"x\" ; $i++; $++i; $NF--; print -1 \" \" -1 }",
            "BEGIN { a = b ~ c && d = 1; x = y == z ? 1 : 2 }",
            "BEGIN { getline line < \"file\" \".x\"; \"date\" | getline; getline }",
            "BEGIN { print length, length $0; print length / 2 }",
            "BEGIN { switch (x) { case 1: case /a/: print; break; default: print 2 } }",
            "BEGIN { print a[1][2]; print 2^3^2, -2^2, !x + 1 }",
            "BEGIN { if (!(3 in a)) print \"no\"; if (! /x/) print }",
            "BEGIN{printf(\"%s\\n\", \"x\") > \"/dev/stderr\"}",
            "{ x = $1 ; y = x / 2 / 3 }  # comment",
        ] {
            ok(source);
        }
    }

    #[test]
    fn mistakes_are_found() {
        for source in
            ["BEGIN { print 1 + }", "{", "BEGIN", "BEGIN { f() }", "BEGIN { next = 1 }", "{ return }", "(1,2)"]
        {
            assert!(parse(source.as_bytes(), false).is_err(), "{source}");
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        // Frames are large without optimisation.
        let run = || {
            let deep = format!("BEGIN {{ x = {}1{} }}", "(".repeat(5000), ")".repeat(5000));
            parse(deep.as_bytes(), false).map(drop).map_err(|error| error.message)
        };
        let result = std::thread::Builder::new().stack_size(32 << 20).spawn(run).unwrap().join().unwrap();
        assert_eq!(result, Err("program is nested too deeply".to_owned()));
    }

    #[test]
    fn arrays_are_inferred_through_calls() {
        let program = ok("function f(a) { g(a, 1) } function g(b, c) { b[c] = 1 } BEGIN { f(x) }");
        assert_eq!(program.functions[0].array_params, [true]);
        assert_eq!(program.functions[1].array_params, [true, false]);
    }
}
