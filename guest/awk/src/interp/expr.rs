//! Expressions.

use super::{Interp, MAX_CALLS, Run, Stop, fatal};
use crate::ast::*;
use crate::number;
use crate::pattern::Pattern;
use crate::text::Text;
use crate::value::{Array, Operand, Value};
use std::rc::Rc;

/// A place whose subscripts are evaluated.
pub(super) enum Target {
    Global(usize),
    Local(usize),
    Field(usize),
    Element(Array, Text),
}

impl<'p> Interp<'p> {
    /// Makes sure that [`Interp::peek`] sees what it is asked for.
    #[inline]
    fn prepare(&mut self, expr: &Expr) -> Run<()> {
        match expr {
            Expr::FieldConst(index) => Ok(self.record.prepare(*index, &self.settings.ofs, &self.settings.convfmt)?),
            Expr::Counter(slot::NF) => self.record.count().map(drop).map_err(Stop::from),
            _ => Ok(()),
        }
    }

    /// The value of the simplest expressions, which most are, without a copy.
    #[inline]
    fn peek(&self, expr: &'p Expr) -> Option<Operand<'_>> {
        Some(match expr {
            Expr::FieldConst(index) => self.record.get(*index),
            Expr::Num(number) => Operand::Num(*number),
            Expr::Str(text) => Operand::Str(text),
            Expr::Global(slot) if !matches!(self.globals[*slot], Value::Array(_)) => self.globals[*slot].operand(),
            Expr::Local(slot) if !matches!(self.stack[self.base + slot], Value::Array(_)) => {
                self.stack[self.base + slot].operand()
            }
            Expr::Counter(counter) => Operand::Num(self.counter(*counter)),
            _ => return None,
        })
    }

    /// A counter; `NF` was prepared.
    fn counter(&self, counter: usize) -> f64 {
        match counter {
            slot::NR => self.nr,
            slot::FNR => self.fnr,
            _ => self.record.len() as f64,
        }
    }

    /// Evaluates.
    pub(super) fn eval(&mut self, expr: &'p Expr) -> Run<Value> {
        Ok(match expr {
            Expr::Num(number) => Value::Num(*number),
            Expr::Str(text) => Value::Str(text.clone()),
            Expr::Global(slot) => match &self.globals[*slot] {
                Value::Array(_) => return self.scalar_wanted(&self.program.globals[*slot]),
                value => value.clone(),
            },
            Expr::Local(slot) => match &self.stack[self.base + slot] {
                Value::Array(_) => return self.scalar_wanted("parameter"),
                value => value.clone(),
            },
            Expr::FieldConst(index) => self.field(*index)?,
            Expr::Field(index) => {
                let index = self.field_index(index)?;
                self.field(index)?
            }
            Expr::Element(array, keys) => {
                let (array, key) = self.element(array, keys)?;
                let mut table = array.borrow_mut();
                match table.get(key.as_bytes()) {
                    Some(Value::Array(_)) => return fatal("attempt to use an array in a scalar context"),
                    Some(value) => value.clone(),
                    None => {
                        table.insert(key, Value::Unset);
                        Value::Unset
                    }
                }
            }
            Expr::Assign(place, value) => return self.assignment(place, value),
            Expr::Cond(parts) => {
                let (condition, yes, no) = &**parts;
                return if self.truth(condition)? { self.eval(yes) } else { self.eval(no) };
            }
            Expr::Concat(parts) => {
                let mut text = std::mem::take(&mut self.scratch);
                text.clear();
                let mut result = Ok(());
                for part in parts {
                    result = self.push_text(part, &mut text);
                    if result.is_err() {
                        break;
                    }
                }
                let value = Value::Str(Text::from(text.as_slice()));
                self.scratch = text;
                result?;
                value
            }
            Expr::Call(function, args) => self.call(*function, args)?,
            Expr::Indirect(name, args) => {
                let name = self.eval(name)?.into_text(&self.settings.convfmt);
                let function = self.function_named(&name)?;
                self.call(function, args)?
            }
            Expr::Builtin(builtin, args) => self.builtin(*builtin, args)?,
            Expr::Getline(place, source) => Value::Num(self.getline(place, source)?),
            Expr::List(_) => return fatal("a list is no value"),
            Expr::Regex(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Not(_)
            | Expr::Compare(..)
            | Expr::Match(..)
            | Expr::In(..) => Value::Num(f64::from(u8::from(self.truth(expr)?))),
            Expr::Counter(_) | Expr::Update(..) | Expr::Step(..) | Expr::Neg(_) | Expr::Plus(_) | Expr::Arith(..) => {
                Value::Num(self.number(expr)?)
            }
        })
    }

    fn scalar_wanted<T>(&self, name: &str) -> Run<T> {
        fatal(format!("attempt to use array `{name}' in a scalar context"))
    }

    pub(super) fn function_named(&self, name: &[u8]) -> Run<usize> {
        let found = self.program.functions.iter().position(|function| function.name.as_bytes() == name);
        found.map_or_else(|| fatal(format!("function `{}' not defined", String::from_utf8_lossy(name))), Ok)
    }

    /// Evaluates to a number.
    pub(super) fn number(&mut self, expr: &'p Expr) -> Run<f64> {
        self.prepare(expr)?;
        if let Some(operand) = self.peek(expr) {
            return Ok(operand.number());
        }
        Ok(match expr {
            Expr::Arith(operator, parts) => {
                let left = self.number(&parts.0)?;
                let right = self.number(&parts.1)?;
                arithmetic(*operator, left, right)?
            }
            Expr::Neg(operand) => -self.number(operand)?,
            Expr::Plus(operand) => self.number(operand)?,
            Expr::Field(index) => {
                let index = self.field_index(index)?;
                self.record.prepare(index, &self.settings.ofs, &self.settings.convfmt)?;
                self.record.get(index).number()
            }
            Expr::Element(array, keys) => {
                let (array, key) = self.element(array, keys)?;
                let mut table = array.borrow_mut();
                match table.get(key.as_bytes()) {
                    Some(Value::Array(_)) => return fatal("attempt to use an array in a scalar context"),
                    Some(value) => value.number(),
                    None => {
                        table.insert(key, Value::Unset);
                        0.0
                    }
                }
            }
            Expr::Update(place, operator, value) => {
                let right = self.number(value)?;
                self.update(place, |left| arithmetic(*operator, left, right))?.1
            }
            Expr::Step(place, step, fix) => {
                let (old, new) = self.update(place, |old| Ok(old + step))?;
                if *fix == Fix::Pre { new } else { old }
            }
            _ => self.eval(expr)?.number(),
        })
    }

    /// Changes a number in place; the old and the new one.
    fn update(&mut self, place: &'p Place, change: impl FnOnce(f64) -> Run<f64>) -> Run<(f64, f64)> {
        match place {
            Place::Global(slot) if *slot >= slot::HOOKED && !matches!(self.globals[*slot], Value::Array(_)) => {
                let old = self.globals[*slot].number();
                let new = change(old)?;
                self.globals[*slot] = Value::Num(new);
                Ok((old, new))
            }
            Place::Element(array, keys) => {
                let (array, key) = self.element(array, keys)?;
                let mut table = array.borrow_mut();
                if let Some(value) = table.get_mut(key.as_bytes()) {
                    if matches!(value, Value::Array(_)) {
                        return fatal("attempt to use an array in a scalar context");
                    }
                    let old = value.number();
                    let new = change(old)?;
                    *value = Value::Num(new);
                    return Ok((old, new));
                }
                let new = change(0.0)?;
                table.insert(key, Value::Num(new));
                Ok((0.0, new))
            }
            _ => {
                let target = self.target(place)?;
                let old = self.load(&target)?.number();
                let new = change(old)?;
                self.store(target, Value::Num(new))?;
                Ok((old, new))
            }
        }
    }

    /// Evaluates to true or false.
    pub(super) fn truth(&mut self, expr: &'p Expr) -> Run<bool> {
        self.prepare(expr)?;
        if let Some(operand) = self.peek(expr) {
            return Ok(operand.truth());
        }
        Ok(match expr {
            Expr::Regex(pattern) => {
                self.record.prepare(0, &self.settings.ofs, &self.settings.convfmt)?;
                let pattern = self.cased(pattern)?;
                pattern.as_deref().unwrap_or(const_pattern(expr)?).is_match(self.record.whole())?
            }
            Expr::And(parts) => self.truth(&parts.0)? && self.truth(&parts.1)?,
            Expr::Or(parts) => self.truth(&parts.0)? || self.truth(&parts.1)?,
            Expr::Not(operand) => !self.truth(operand)?,
            Expr::Compare(relation, parts) => self.compare(*relation, &parts.0, &parts.1)?,
            Expr::Match(positive, text, matcher) => self.matches(text, matcher)? == *positive,
            Expr::In(keys, array) => {
                let key = self.key(keys)?;
                let array = self.array(array)?;
                array.borrow().contains_key(key.as_bytes())
            }
            Expr::Arith(..) | Expr::Neg(_) | Expr::Plus(_) | Expr::Step(..) | Expr::Update(..) => {
                self.number(expr)? != 0.0
            }
            _ => self.eval(expr)?.operand().truth(),
        })
    }

    /// A constant pattern as `IGNORECASE` has it; absent where it stays as it is.
    pub(super) fn cased(&mut self, pattern: &Pattern) -> Run<Option<Rc<Pattern>>> {
        if self.settings.ignore_case { self.pattern(pattern.source()).map(Some) } else { Ok(None) }
    }

    fn matches(&mut self, text: &'p Expr, matcher: &'p Matcher) -> Run<bool> {
        let pattern = self.matcher(matcher)?;
        self.prepare(text)?;
        if let Some(operand) = self.peek(text) {
            return Ok(pattern.is_match(operand.bytes(&mut Vec::new(), &self.settings.convfmt))?);
        }
        let value = self.eval(text)?;
        Ok(pattern.is_match(value.operand().bytes(&mut Vec::new(), &self.settings.convfmt))?)
    }

    /// A regular expression to match with.
    pub(super) fn matcher(&mut self, matcher: &'p Matcher) -> Run<Rc<Pattern>> {
        match matcher {
            Matcher::Const(pattern) => Ok(self.cased(pattern)?.unwrap_or_else(|| pattern.clone())),
            Matcher::Dynamic(expr) => {
                let source = self.eval(expr)?.into_text(&self.settings.convfmt);
                self.pattern(&source)
            }
        }
    }

    fn compare(&mut self, relation: Relation, left: &'p Expr, right: &'p Expr) -> Run<bool> {
        self.prepare(left)?;
        self.prepare(right)?;
        let order = match (self.peek(left), self.peek(right)) {
            (Some(left), Some(right)) => left.compare(right, &self.settings.convfmt),
            _ => {
                let left = self.eval(left)?;
                let right = self.eval(right)?;
                left.operand().compare(right.operand(), &self.settings.convfmt)
            }
        };
        // With a NaN nothing holds but that the two differ.
        Ok(match relation {
            Relation::Lt => order.is_some_and(|order| order.is_lt()),
            Relation::Le => order.is_some_and(|order| order.is_le()),
            Relation::Eq => order.is_some_and(|order| order.is_eq()),
            Relation::Ne => order.is_none_or(|order| order.is_ne()),
            Relation::Gt => order.is_some_and(|order| order.is_gt()),
            Relation::Ge => order.is_some_and(|order| order.is_ge()),
        })
    }

    /// Whether evaluating it does nothing else, such as print.
    pub(super) fn is_simple(&self, expr: &'p Expr) -> bool {
        self.peek(expr).is_some()
    }

    /// Appends the value as a string.
    pub(super) fn push_text(&mut self, expr: &'p Expr, out: &mut Vec<u8>) -> Run<()> {
        self.prepare(expr)?;
        if let Some(operand) = self.peek(expr) {
            operand.push(out, &self.settings.convfmt);
            return Ok(());
        }
        if let Expr::Concat(parts) = expr {
            return parts.iter().try_for_each(|part| self.push_text(part, out));
        }
        let value = self.eval(expr)?;
        value.operand().push(out, &self.settings.convfmt);
        Ok(())
    }

    /// Prints the value of a simple expression to standard output.
    #[inline]
    pub(super) fn print_simple(&mut self, expr: &'p Expr) -> Run<()> {
        self.prepare(expr)?;
        let mut out = std::mem::take(&mut self.streams.stdout.buffer);
        if let Some(operand) = self.peek(expr) {
            operand.push(&mut out, &self.settings.ofmt);
        }
        self.streams.stdout.buffer = out;
        Ok(())
    }

    fn field_index(&mut self, index: &'p Expr) -> Run<usize> {
        let index = self.number(index)?;
        if index < 0.0 {
            return fatal(format!("attempt to access field {}", index.trunc()));
        }
        Ok(index as usize)
    }

    fn field(&mut self, index: usize) -> Run<Value> {
        self.record.prepare(index, &self.settings.ofs, &self.settings.convfmt)?;
        Ok(match self.record.get(index) {
            Operand::Unset => Value::Unset,
            Operand::Num(number) => Value::Num(number),
            Operand::Str(text) => Value::Str(Text::from(text)),
            Operand::Input(text) => Value::Input(Text::from(text)),
        })
    }

    /// The key that subscripts make.
    pub(super) fn key(&mut self, keys: &'p [Expr]) -> Run<Text> {
        if let [key] = keys {
            self.prepare(key)?;
            if let Some(operand) = self.peek(key) {
                return Ok(match operand {
                    Operand::Unset => Text::new(),
                    Operand::Num(number) => crate::value::number_text(number, &self.settings.convfmt),
                    Operand::Str(text) | Operand::Input(text) => Text::from(text),
                });
            }
            return Ok(self.eval(key)?.into_text(&self.settings.convfmt));
        }
        let mut text = Vec::new();
        for (index, key) in keys.iter().enumerate() {
            if index > 0 {
                text.extend_from_slice(&self.settings.subsep);
            }
            self.push_text(key, &mut text)?;
        }
        Ok(Text::from(text))
    }

    pub(super) fn element(&mut self, array: &'p ArrayVar, keys: &'p [Expr]) -> Run<(Array, Text)> {
        let key = self.key(keys)?;
        Ok((self.array(array)?, key))
    }

    /// An array; what was never set becomes one.
    pub(super) fn array(&mut self, array: &'p ArrayVar) -> Run<Array> {
        let value = match array {
            ArrayVar::Global(slot) => &mut self.globals[*slot],
            ArrayVar::Local(slot) => &mut self.stack[self.base + slot],
            ArrayVar::Element(outer, keys) => {
                let (outer, key) = self.element(outer, keys)?;
                let mut table = outer.borrow_mut();
                return into_array(table.entry(key).or_insert(Value::Unset));
            }
        };
        into_array(value)
    }

    pub(super) fn target(&mut self, place: &'p Place) -> Run<Target> {
        Ok(match place {
            Place::Global(slot) => Target::Global(*slot),
            Place::Local(slot) => Target::Local(*slot),
            Place::Field(index) => Target::Field(self.field_index(index)?),
            Place::Element(array, keys) => {
                let (array, key) = self.element(array, keys)?;
                Target::Element(array, key)
            }
        })
    }

    pub(super) fn load(&mut self, target: &Target) -> Run<Value> {
        let value = match target {
            Target::Global(slot @ ..slot::COUNTERS) => {
                if *slot == slot::NF {
                    self.record.count()?;
                }
                return Ok(Value::Num(self.counter(*slot)));
            }
            Target::Global(slot) => self.globals[*slot].clone(),
            Target::Local(slot) => self.stack[self.base + slot].clone(),
            Target::Field(index) => self.field(*index)?,
            Target::Element(array, key) => array.borrow().get(key.as_bytes()).cloned().unwrap_or_default(),
        };
        if matches!(value, Value::Array(_)) {
            return fatal("attempt to use an array in a scalar context");
        }
        Ok(value)
    }

    pub(super) fn store(&mut self, target: Target, value: Value) -> Run<()> {
        match target {
            Target::Global(slot) => self.set_global(slot, value),
            Target::Local(slot) => {
                let local = &mut self.stack[self.base + slot];
                if matches!(local, Value::Array(_)) {
                    return fatal("attempt to use an array in a scalar context");
                }
                *local = value;
                Ok(())
            }
            Target::Field(0) => {
                let text = value.into_text(&self.settings.convfmt);
                self.record.set(text.to_vec());
                Ok(())
            }
            Target::Field(index) => Ok(self.record.set_field(index, value)?),
            Target::Element(array, key) => {
                array.borrow_mut().insert(key, value);
                Ok(())
            }
        }
    }

    pub(super) fn set_place(&mut self, place: &'p Place, value: Value) -> Run<()> {
        let target = self.target(place)?;
        self.store(target, value)
    }

    pub(super) fn set_global(&mut self, slot: usize, value: Value) -> Run<()> {
        match slot {
            slot::NF => {
                let count = value.number();
                if count < 0.0 {
                    return fatal("NF set to negative value");
                }
                return Ok(self.record.set_count(count as usize)?);
            }
            slot::NR => self.nr = value.number(),
            slot::FNR => self.fnr = value.number(),
            _ => {
                if matches!(self.globals[slot], Value::Array(_)) {
                    return self.scalar_wanted(&self.program.globals[slot]);
                }
                self.globals[slot] = value;
                if slot < slot::HOOKED {
                    self.apply_setting(slot)?;
                }
            }
        }
        Ok(())
    }

    fn assignment(&mut self, place: &'p Place, value: &'p Expr) -> Run<Value> {
        // `s = s x` grows the string where it is, else a loop of them takes quadratic time.
        if let (Place::Global(slot), Expr::Concat(parts)) = (place, value)
            && let [Expr::Global(first), rest @ ..] = parts.as_slice()
            && slot == first
            && *slot >= slot::HOOKED
            && matches!(self.globals[*slot], Value::Str(_))
            && rest.iter().all(|part| self.is_simple(part) || matches!(part, Expr::Element(..) | Expr::Field(_)))
        {
            let mut tail = Vec::new();
            for part in rest {
                self.push_text(part, &mut tail)?;
            }
            if let Value::Str(text) = &mut self.globals[*slot] {
                text.push(&tail);
                return Ok(self.globals[*slot].clone());
            }
        }
        let value = self.eval(value)?;
        match place {
            Place::Global(slot) if *slot >= slot::HOOKED && !matches!(self.globals[*slot], Value::Array(_)) => {
                self.globals[*slot] = value.clone();
            }
            place => self.set_place(place, value.clone())?,
        }
        Ok(value)
    }

    fn call(&mut self, function: usize, args: &'p [Expr]) -> Run<Value> {
        let program = self.program;
        let Some(callee) = program.functions.get(function) else { return fatal("function not defined") };
        if args.len() > callee.array_params.len() {
            return fatal(format!("function `{}' called with more arguments than declared", callee.name));
        }
        let mut values = Vec::with_capacity(callee.array_params.len());
        for (arg, is_array) in args.iter().zip(&callee.array_params) {
            values.push(self.argument(arg, *is_array)?);
        }
        self.enter(function, values)
    }

    /// Calls a function with values; what it returns.
    pub(super) fn enter(&mut self, function: usize, values: Vec<Value>) -> Run<Value> {
        let program = self.program;
        let Some(callee) = program.functions.get(function) else { return fatal("function not defined") };
        if self.calls >= MAX_CALLS {
            return fatal(format!("function `{}': calls are nested too deeply", callee.name));
        }
        let outer = self.base;
        let base = self.stack.len();
        self.stack.extend(values);
        self.stack.resize(base + callee.array_params.len(), Value::Unset);
        self.base = base;
        self.calls += 1;
        self.returned = Value::Unset;
        let result = self.block(&callee.body);
        self.calls -= 1;
        self.base = outer;
        self.stack.truncate(base);
        match result {
            Ok(()) => Ok(Value::Unset),
            Err(Stop::Return) => Ok(std::mem::take(&mut self.returned)),
            Err(stop) => Err(stop),
        }
    }

    /// An argument: arrays by reference, and what was never set becomes one where one is wanted.
    fn argument(&mut self, arg: &'p Expr, is_array: bool) -> Run<Value> {
        let value = match arg {
            Expr::Global(slot) => &mut self.globals[*slot],
            Expr::Local(slot) => &mut self.stack[self.base + slot],
            Expr::Element(array, keys) => {
                let (array, key) = self.element(array, keys)?;
                let mut table = array.borrow_mut();
                let value = table.entry(key).or_insert(Value::Unset);
                if is_array {
                    return Ok(Value::Array(into_array(value)?));
                }
                return Ok(value.clone());
            }
            _ => return self.eval(arg),
        };
        if is_array {
            return Ok(Value::Array(into_array(value)?));
        }
        Ok(value.clone())
    }
}

fn const_pattern(expr: &Expr) -> Run<&Pattern> {
    match expr {
        Expr::Regex(pattern) => Ok(pattern),
        _ => fatal("not a regular expression"),
    }
}

fn into_array(value: &mut Value) -> Run<Array> {
    if matches!(value, Value::Unset) {
        *value = Value::new_array();
    }
    match value {
        Value::Array(array) => Ok(array.clone()),
        _ => fatal("attempt to use a scalar value as array"),
    }
}

fn arithmetic(operator: Arith, left: f64, right: f64) -> Run<f64> {
    Ok(match operator {
        Arith::Add => left + right,
        Arith::Sub => left - right,
        Arith::Mul => left * right,
        Arith::Div if right == 0.0 => return fatal("division by zero attempted"),
        Arith::Div => left / right,
        Arith::Mod if right == 0.0 => return fatal("division by zero attempted in `%'"),
        Arith::Mod => left % right,
        Arith::Pow => match number::as_integer(right) {
            Some(power @ -1024..=1024) => left.powi(power as i32),
            _ => left.powf(right),
        },
    })
}
