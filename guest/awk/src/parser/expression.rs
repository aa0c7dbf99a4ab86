//! Expressions, by what binds least to what binds most.

use super::{Parsed, Parser, Passed};
use crate::ast::*;
use crate::lexer::Token;
use crate::pattern::Pattern;
use crate::text::Text;
use std::rc::Rc;

impl Parser {
    pub(super) fn expr_list(&mut self) -> Parsed<Vec<Expr>> {
        let mut list = vec![self.expr()?];
        while self.eat(",") {
            self.skip_newlines();
            list.push(self.expr()?);
        }
        Ok(list)
    }

    // ---- expressions, loosest first ----

    pub(super) fn expr(&mut self) -> Parsed<Expr> {
        self.deeper(|parser| parser.conditional())
    }

    pub(super) fn conditional(&mut self) -> Parsed<Expr> {
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

    pub(super) fn disjunction(&mut self) -> Parsed<Expr> {
        let mut left = self.conjunction()?;
        while self.eat("||") {
            self.skip_newlines();
            left = Expr::Or(Box::new((left, self.conjunction()?)));
        }
        Ok(left)
    }

    pub(super) fn conjunction(&mut self) -> Parsed<Expr> {
        let mut left = self.membership()?;
        while self.eat("&&") {
            self.skip_newlines();
            left = Expr::And(Box::new((left, self.membership()?)));
        }
        Ok(left)
    }

    pub(super) fn membership(&mut self) -> Parsed<Expr> {
        let mut left = self.matching()?;
        while !self.no_in && self.eat("in") {
            left = Expr::In(vec![left], self.array_var()?);
        }
        Ok(left)
    }

    pub(super) fn matching(&mut self) -> Parsed<Expr> {
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

    pub(super) fn comparison(&mut self) -> Parsed<Expr> {
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

    pub(super) fn concatenation(&mut self) -> Parsed<Expr> {
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

    pub(super) fn starts_operand(&self) -> bool {
        match self.peek() {
            Token::Num(_) | Token::Str(_) | Token::Regex(_) | Token::Name(_) | Token::Call(_) | Token::Builtin(_) => {
                true
            }
            Token::Op(operator) => matches!(*operator, "$" | "(" | "!" | "-" | "+" | "++" | "--" | "@"),
            _ => false,
        }
    }

    pub(super) fn additive(&mut self) -> Parsed<Expr> {
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

    pub(super) fn multiplicative(&mut self) -> Parsed<Expr> {
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

    pub(super) fn unary(&mut self) -> Parsed<Expr> {
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

    pub(super) fn power(&mut self) -> Parsed<Expr> {
        let base = self.postfix()?;
        if !self.eat("^") {
            return Ok(base);
        }
        // A sign binds weaker than the power on its left, but may stand on its right.
        let exponent = self.deeper(|parser| parser.unary())?;
        Ok(Expr::Arith(Arith::Pow, Box::new((base, exponent))))
    }

    pub(super) fn postfix(&mut self) -> Parsed<Expr> {
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

    pub(super) fn primary(&mut self) -> Parsed<Expr> {
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

    pub(super) fn field(&mut self) -> Parsed<Expr> {
        let index = if self.is("++") || self.is("--") { self.primary()? } else { self.field_index()? };
        Ok(match index {
            Expr::Num(number) if (0.0..1e6).contains(&number) => Expr::FieldConst(number as usize),
            index => Expr::Field(Box::new(index)),
        })
    }

    pub(super) fn field_index(&mut self) -> Parsed<Expr> {
        self.primary()
    }

    /// The file of `getline < file`: no operator after it is its own.
    pub(super) fn file_operand(&mut self) -> Parsed<Expr> {
        self.primary()
    }

    pub(super) fn group(&mut self, at: usize) -> Parsed<Expr> {
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

    pub(super) fn variable(&mut self, name: &str) -> Expr {
        if let Some(locals) = &self.locals
            && let Some(slot) = locals.names.iter().position(|local| local == name)
        {
            return Expr::Local(slot);
        }
        let slot = self.global(name);
        if slot < slot::COUNTERS { Expr::Counter(slot) } else { Expr::Global(slot) }
    }

    pub(super) fn name_expr(&mut self) -> Parsed<Expr> {
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

    pub(super) fn name_place(&mut self) -> Parsed<Place> {
        let expr = self.name_expr()?;
        place(expr).map_err(|_| self.unexpected())
    }

    /// A name that is an array, or an element that is: `a`, `a[1]`.
    pub(super) fn array_var(&mut self) -> Parsed<ArrayVar> {
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

    pub(super) fn optional_place(&mut self) -> Parsed<Option<Place>> {
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

    pub(super) fn arguments(&mut self) -> Parsed<Vec<Expr>> {
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

    pub(super) fn call(&mut self, name: &str) -> Parsed<Expr> {
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

    pub(super) fn builtin(&mut self, builtin: Builtin) -> Parsed<Expr> {
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

    pub(super) fn as_array(&mut self, arg: Expr) -> Result<ArrayVar, Expr> {
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
pub(super) fn matcher(expr: Expr) -> Matcher {
    match expr {
        Expr::Regex(pattern) => Matcher::Const(pattern),
        other => Matcher::Dynamic(Box::new(other)),
    }
}

/// What can be assigned to, or the expression back.
pub(super) fn place(expr: Expr) -> Result<Place, Expr> {
    Ok(match expr {
        Expr::Global(slot) | Expr::Counter(slot) => Place::Global(slot),
        Expr::Local(slot) => Place::Local(slot),
        Expr::FieldConst(index) => Place::Field(Box::new(Expr::Num(index as f64))),
        Expr::Field(index) => Place::Field(index),
        Expr::Element(array, keys) => Place::Element(array, keys),
        other => return Err(other),
    })
}
