//! Statements.

use super::{Interp, Run, Stop, fatal};
use crate::ast::*;
use crate::format::{self, Arguments};
use crate::stream::Mode;
use crate::value::Value;

/// The values that `printf` prints.
pub(super) struct Values<'a>(pub &'a [Value], pub &'a [u8]);

impl Arguments for Values<'_> {
    fn number(&self, index: usize) -> Option<f64> {
        self.0.get(index).map(Value::number)
    }

    fn text(&self, index: usize) -> Option<Vec<u8>> {
        let value = self.0.get(index)?;
        let mut text = Vec::new();
        value.operand().push(&mut text, self.1);
        Some(text)
    }

    fn is_number(&self, index: usize) -> bool {
        match self.0.get(index) {
            Some(Value::Num(_)) => true,
            Some(Value::Input(text)) => crate::number::looks(text).is_some(),
            _ => false,
        }
    }
}

impl<'p> Interp<'p> {
    pub(super) fn block(&mut self, block: &'p [Stmt]) -> Run<()> {
        for statement in block {
            self.line = statement.line;
            self.statement(&statement.kind)?;
        }
        Ok(())
    }

    fn statement(&mut self, statement: &'p StmtKind) -> Run<()> {
        match statement {
            StmtKind::Expr(expr) => match expr {
                // Their values are not wanted: no copy is made.
                Expr::Update(..) | Expr::Step(..) => self.number(expr).map(drop),
                _ => self.eval(expr).map(drop),
            },
            StmtKind::Print(args, redirect) => self.print(args, redirect.as_ref()),
            StmtKind::Printf(args, redirect) => {
                let mut text = Vec::new();
                self.format(args, &mut text)?;
                self.write(&text, redirect.as_ref())
            }
            StmtKind::If(condition, yes, no) => {
                let chosen = if self.truth(condition)? { yes } else { no };
                self.block(chosen)
            }
            StmtKind::While(condition, body) => {
                while self.truth(condition)? {
                    if self.turn(body)? {
                        break;
                    }
                }
                Ok(())
            }
            StmtKind::DoWhile(body, condition) => {
                while !self.turn(body)? && self.truth(condition)? {}
                Ok(())
            }
            StmtKind::For(first, condition, last, body) => {
                if let Some(first) = first {
                    self.statement(&first.kind)?;
                }
                loop {
                    if let Some(condition) = condition
                        && !self.truth(condition)?
                    {
                        return Ok(());
                    }
                    if self.turn(body)? {
                        return Ok(());
                    }
                    if let Some(last) = last {
                        self.statement(&last.kind)?;
                    }
                }
            }
            StmtKind::ForIn(place, array, body) => {
                let array = self.array(array)?;
                for key in self.ordered_keys(&array)? {
                    self.set_place(place, Value::Input(key))?;
                    if self.turn(body)? {
                        break;
                    }
                }
                Ok(())
            }
            StmtKind::Switch(subject, cases) => self.switch(subject, cases),
            StmtKind::Block(block) => self.block(block),
            StmtKind::Next => Err(Stop::Next),
            StmtKind::NextFile => Err(Stop::NextFile),
            StmtKind::Exit(status) => {
                if let Some(status) = status {
                    self.status = self.number(status)? as i64 as u8;
                }
                Err(Stop::Exit)
            }
            StmtKind::Return(value) => {
                let value = match value {
                    Some(value) => self.eval(value)?,
                    None => Value::Unset,
                };
                self.returned = value;
                Err(Stop::Return)
            }
            StmtKind::Break => Err(Stop::Break),
            StmtKind::Continue => Err(Stop::Continue),
            StmtKind::Delete(array, keys) => {
                let (array, key) = self.element(array, keys)?;
                array.borrow_mut().remove(key.as_bytes());
                Ok(())
            }
            StmtKind::DeleteAll(array) => {
                self.array(array)?.borrow_mut().clear();
                Ok(())
            }
        }
    }

    /// Runs a loop's body once; whether it breaks.
    fn turn(&mut self, body: &'p [Stmt]) -> Run<bool> {
        match self.block(body) {
            Ok(()) | Err(Stop::Continue) => Ok(false),
            Err(Stop::Break) => Ok(true),
            Err(stop) => Err(stop),
        }
    }

    fn switch(&mut self, subject: &'p Expr, cases: &'p [Case]) -> Run<()> {
        let subject = self.eval(subject)?;
        let mut start = None;
        for (index, case) in cases.iter().enumerate() {
            let fits = match &case.label {
                None => false,
                Some(Expr::Regex(pattern)) => {
                    let pattern = self.cased(pattern)?.unwrap_or_else(|| pattern.clone());
                    pattern.is_match(subject.operand().bytes(&mut Vec::new(), &self.settings.convfmt))?
                }
                Some(label) => {
                    let label = self.eval(label)?;
                    let order = subject.operand().compare(label.operand(), &self.settings.convfmt);
                    order.is_some_and(|order| order.is_eq())
                }
            };
            if fits {
                start = Some(index);
                break;
            }
        }
        let Some(start) = start.or_else(|| cases.iter().position(|case| case.label.is_none())) else { return Ok(()) };
        for case in &cases[start..] {
            match self.block(&case.body) {
                Err(Stop::Break) => return Ok(()),
                result => result?,
            }
        }
        Ok(())
    }

    /// `print` alone.
    pub(super) fn print_record(&mut self) -> Run<()> {
        self.record.prepare(0, &self.settings.ofs, &self.settings.convfmt)?;
        let out = &mut self.streams.stdout;
        out.buffer.extend_from_slice(self.record.whole());
        out.buffer.extend_from_slice(&self.settings.ors);
        self.written()
    }

    fn written(&mut self) -> Run<()> {
        match self.streams.stdout.written() {
            Ok(()) => Ok(()),
            Err(error) => self.write_failed(&error),
        }
    }

    fn print(&mut self, args: &'p [Expr], redirect: Option<&'p Redirect>) -> Run<()> {
        if redirect.is_none() {
            if args.is_empty() {
                return self.print_record();
            }
            if args.iter().all(|arg| self.is_simple(arg)) {
                for (index, arg) in args.iter().enumerate() {
                    if index > 0 {
                        self.streams.stdout.buffer.extend_from_slice(&self.settings.ofs);
                    }
                    self.print_simple(arg)?;
                }
                self.streams.stdout.buffer.extend_from_slice(&self.settings.ors);
                return self.written();
            }
        }
        let mut text = Vec::new();
        if args.is_empty() {
            self.record.prepare(0, &self.settings.ofs, &self.settings.convfmt)?;
            text.extend_from_slice(self.record.whole());
        }
        for (index, arg) in args.iter().enumerate() {
            let value = self.eval(arg)?;
            if index > 0 {
                text.extend_from_slice(&self.settings.ofs);
            }
            value.operand().push(&mut text, &self.settings.ofmt);
        }
        text.extend_from_slice(&self.settings.ors);
        self.write(&text, redirect)
    }

    /// What `printf` or `sprintf` makes of its arguments.
    fn format(&mut self, args: &'p [Expr], out: &mut Vec<u8>) -> Run<()> {
        let mut values = Vec::with_capacity(args.len());
        for arg in args {
            values.push(self.eval(arg)?);
        }
        self.format_values(values, out)
    }

    pub(super) fn format_values(&mut self, mut values: Vec<Value>, out: &mut Vec<u8>) -> Run<()> {
        if values.is_empty() {
            return fatal("printf: no arguments");
        }
        let format = values.remove(0).into_text(&self.settings.convfmt);
        Ok(format::format(out, &format, &Values(&values, &self.settings.convfmt), self.bytes)?)
    }

    fn write(&mut self, text: &[u8], redirect: Option<&'p Redirect>) -> Run<()> {
        let Some(redirect) = redirect else {
            self.streams.stdout.buffer.extend_from_slice(text);
            return self.written();
        };
        let name = self.eval(&redirect.target)?.into_text(&self.settings.convfmt);
        if name.is_empty() {
            return fatal("expression for redirection has null string value");
        }
        let mode = match redirect.kind {
            RedirectKind::Truncate => Mode::File { append: false },
            RedirectKind::Append => Mode::File { append: true },
            RedirectKind::Pipe => Mode::Pipe,
            RedirectKind::Coprocess => Mode::Coprocess,
        };
        let output = match self.streams.output(self.host, &name, mode) {
            Ok(output) => output,
            Err(error) => {
                let text = self.host.error_text(&error);
                return fatal(format!("cannot redirect to `{}': {text}", String::from_utf8_lossy(&name)));
            }
        };
        output.buffer.extend_from_slice(text);
        match output.written() {
            Ok(()) => Ok(()),
            // A command that stopped reading is no error of the program, as long as it is not told.
            Err(error) => self.write_failed(&error),
        }
    }
}
