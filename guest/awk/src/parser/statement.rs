//! Statements, from a block of them to `print` and its redirections.

use super::{Parsed, Parser};
use crate::ast::*;
use crate::lexer::{SyntaxError, Token};

impl Parser {
    pub(super) fn block(&mut self) -> Parsed<Block> {
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

    pub(super) fn statement(&mut self) -> Parsed<Stmt> {
        self.deeper(|parser| {
            let line = parser.line();
            Ok(Stmt { line, kind: parser.statement_kind()? })
        })
    }

    /// The body of a loop or a branch.
    pub(super) fn body(&mut self) -> Parsed<Block> {
        self.skip_newlines();
        if self.is("{") {
            return self.block();
        }
        if self.eat(";") {
            return Ok(Vec::new());
        }
        Ok(vec![self.statement()?])
    }

    pub(super) fn loop_body(&mut self) -> Parsed<Block> {
        self.loops += 1;
        let body = self.body();
        self.loops -= 1;
        body
    }

    pub(super) fn statement_kind(&mut self) -> Parsed<StmtKind> {
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

    pub(super) fn parenthesised(&mut self) -> Parsed<Expr> {
        self.expect("(")?;
        let expr = self.fresh(|parser| parser.expr())?;
        self.skip_newlines();
        self.expect(")")?;
        Ok(expr)
    }

    /// Inside brackets nothing of the outside matters.
    pub(super) fn fresh<T>(&mut self, part: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let outside = (self.no_in, self.no_greater);
        (self.no_in, self.no_greater) = (false, false);
        let result = part(self);
        (self.no_in, self.no_greater) = outside;
        result
    }

    pub(super) fn for_statement(&mut self) -> Parsed<StmtKind> {
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
    pub(super) fn clause(&mut self) -> Parsed<Stmt> {
        let line = self.line();
        let kind = self.fresh(|parser| parser.unended_statement())?;
        Ok(Stmt { line, kind })
    }

    pub(super) fn switch_statement(&mut self) -> Parsed<StmtKind> {
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

    pub(super) fn simple_statement(&mut self) -> Parsed<StmtKind> {
        let kind = self.unended_statement()?;
        self.end_of_statement()?;
        Ok(kind)
    }

    pub(super) fn end_of_statement(&mut self) -> Parsed<()> {
        if *self.peek() == Token::Newline || self.is(";") {
            self.at += 1;
            return Ok(());
        }
        if self.is("}") { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(super) fn at_end_of_statement(&self) -> bool {
        matches!(self.peek(), Token::Newline | Token::End | Token::Op(";" | "}"))
    }

    pub(super) fn unended_statement(&mut self) -> Parsed<StmtKind> {
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

    pub(super) fn optional_expr(&mut self) -> Parsed<Option<Expr>> {
        if self.at_end_of_statement() { Ok(None) } else { Ok(Some(self.expr()?)) }
    }

    pub(super) fn delete_statement(&mut self) -> Parsed<StmtKind> {
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

    pub(super) fn print_statement(&mut self, formatted: bool) -> Parsed<StmtKind> {
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

    pub(super) fn at_redirect(&self) -> bool {
        matches!(self.peek(), Token::Op(">" | ">>" | "|" | "|&"))
    }
}
