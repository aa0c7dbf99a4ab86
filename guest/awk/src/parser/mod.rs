//! From tokens to the tree, with names resolved to slots.

mod expression;
mod statement;

use crate::ast::*;
use crate::lexer::{SyntaxError, Token, tokens};
use hashbrown::HashMap;

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
