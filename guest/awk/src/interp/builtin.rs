//! The functions of the language.

use super::replace::{Which, replace};
use super::{Interp, Run, fatal, slot};
use crate::ast::*;
use crate::fields::{Cursor, Splitter};
use crate::host::Pipes;
use crate::number;
use crate::random::Random;
use crate::text::{Text, char_count, char_offset};
use crate::time;
use crate::value::{Table, Value};

impl<'p> Interp<'p> {
    fn arg(&mut self, args: &'p [Argument], index: usize) -> Run<Value> {
        match args.get(index) {
            Some(Argument::Value(expr)) => self.eval(expr),
            Some(Argument::Place(place)) => {
                let target = self.target(place)?;
                self.load(&target)
            }
            _ => Ok(Value::Unset),
        }
    }

    fn text_arg(&mut self, args: &'p [Argument], index: usize) -> Run<Text> {
        Ok(self.arg(args, index)?.into_text(&self.settings.convfmt))
    }

    fn number_arg(&mut self, args: &'p [Argument], index: usize) -> Run<f64> {
        match args.get(index) {
            Some(Argument::Value(expr)) => self.number(expr),
            _ => Ok(self.arg(args, index)?.number()),
        }
    }

    pub(super) fn builtin(&mut self, builtin: Builtin, args: &'p [Argument]) -> Run<Value> {
        let number = match builtin {
            Builtin::Length => self.length(args)?,
            Builtin::Substr => return self.substr(args),
            Builtin::Index => {
                let text = self.text_arg(args, 0)?;
                let wanted = self.text_arg(args, 1)?;
                match memchr::memmem::find(&text, &wanted) {
                    Some(at) => (char_count(&text[..at], self.bytes) + 1) as f64,
                    None => 0.0,
                }
            }
            Builtin::Split => self.split(args)?,
            Builtin::Patsplit => self.patsplit(args)?,
            Builtin::Sub => self.substitute(args, Which::Nth(1))?,
            Builtin::Gsub => self.substitute(args, Which::All)?,
            Builtin::Gensub => return self.gensub(args),
            Builtin::Match => self.match_function(args)?,
            Builtin::Sprintf => {
                let mut values = Vec::with_capacity(args.len());
                for index in 0..args.len() {
                    values.push(self.arg(args, index)?);
                }
                let mut text = Vec::new();
                self.format_values(values, &mut text)?;
                return Ok(Value::Str(Text::from(text)));
            }
            Builtin::Tolower => {
                return self.change_case(args, u8::to_ascii_lowercase, |c, out| out.extend(c.to_lowercase()));
            }
            Builtin::Toupper => {
                return self.change_case(args, u8::to_ascii_uppercase, |c, out| out.extend(c.to_uppercase()));
            }
            Builtin::Sin => self.number_arg(args, 0)?.sin(),
            Builtin::Cos => self.number_arg(args, 0)?.cos(),
            Builtin::Atan2 => {
                let y = self.number_arg(args, 0)?;
                y.atan2(self.number_arg(args, 1)?)
            }
            Builtin::Exp => self.number_arg(args, 0)?.exp(),
            Builtin::Log => self.number_arg(args, 0)?.ln(),
            Builtin::Sqrt => self.number_arg(args, 0)?.sqrt(),
            Builtin::Int => self.number_arg(args, 0)?.trunc(),
            Builtin::Rand => self.random.fraction(),
            Builtin::Srand => {
                let seed = if args.is_empty() { time::now() as f64 } else { self.number_arg(args, 0)? };
                self.random = Random::new(seed as i64 as u32);
                std::mem::replace(&mut self.seed, seed)
            }
            Builtin::Systime => time::now() as f64,
            Builtin::Mktime => time::make(&self.text_arg(args, 0)?).map_or(-1.0, |seconds| seconds as f64),
            Builtin::Strftime => {
                let format = if args.is_empty() { Text::from(time::DEFAULT_FORMAT) } else { self.text_arg(args, 0)? };
                let seconds = if args.len() > 1 { self.number_arg(args, 1)?.floor() as i64 } else { time::now() };
                if args.len() > 2 {
                    // There is only UTC; the argument may still do something.
                    self.arg(args, 2)?;
                }
                return Ok(Value::Str(Text::from(time::format(&format, seconds).unwrap_or_default())));
            }
            Builtin::And => self.bits(builtin, args, |a, b| a & b)?,
            Builtin::Or => self.bits(builtin, args, |a, b| a | b)?,
            Builtin::Xor => self.bits(builtin, args, |a, b| a ^ b)?,
            Builtin::Compl => (!self.bit_arg(builtin, args, 0)? & ((1 << 53) - 1)) as f64,
            Builtin::Lshift => {
                let value = self.bit_arg(builtin, args, 0)?;
                value.checked_shl(self.bit_arg(builtin, args, 1)?.min(64) as u32).unwrap_or(0) as f64
            }
            Builtin::Rshift => {
                let value = self.bit_arg(builtin, args, 0)?;
                value.checked_shr(self.bit_arg(builtin, args, 1)?.min(64) as u32).unwrap_or(0) as f64
            }
            Builtin::Strtonum => match self.arg(args, 0)? {
                Value::Num(number) => number,
                value => number::with_base(&value.into_text(&self.settings.convfmt)),
            },
            Builtin::Asort => self.asort(args, false)?,
            Builtin::Asorti => self.asort(args, true)?,
            Builtin::Isarray => f64::from(u8::from(matches!(self.raw(args)?, Value::Array(_)))),
            Builtin::Typeof => {
                let name = match self.raw(args)? {
                    Value::Unset => "untyped",
                    Value::Num(_) => "number",
                    Value::Str(_) => "string",
                    Value::Input(text) if number::looks(&text).is_some() => "strnum",
                    Value::Input(_) => "string",
                    Value::Array(_) => "array",
                };
                return Ok(Value::Str(Text::from(name)));
            }
            Builtin::System => self.system(args)?,
            Builtin::Close => self.close(args)?,
            Builtin::Fflush => self.fflush(args)?,
        };
        Ok(Value::Num(number))
    }

    /// The argument as it is, an array too.
    fn raw(&mut self, args: &'p [Argument]) -> Run<Value> {
        match args.first() {
            Some(Argument::Place(Place::Global(slot))) if *slot >= slot::COUNTERS => Ok(self.globals[*slot].clone()),
            Some(Argument::Place(Place::Local(slot))) => Ok(self.stack[self.base + slot].clone()),
            Some(Argument::Place(Place::Element(array, keys))) => {
                let (array, key) = self.element(array, keys)?;
                let value = array.borrow().get(key.as_bytes()).cloned();
                Ok(value.unwrap_or_default())
            }
            _ => self.arg(args, 0),
        }
    }

    fn length(&mut self, args: &'p [Argument]) -> Run<f64> {
        if args.is_empty() {
            self.record.prepare(0, &self.settings.ofs, &self.settings.convfmt)?;
            return Ok(char_count(self.record.whole(), self.bytes) as f64);
        }
        Ok(match self.raw(args)? {
            Value::Array(array) => array.borrow().len() as f64,
            value => char_count(value.operand().bytes(&mut Vec::new(), &self.settings.convfmt), self.bytes) as f64,
        })
    }

    fn substr(&mut self, args: &'p [Argument]) -> Run<Value> {
        let text = self.text_arg(args, 0)?;
        // As gawk has it: cut to integers, and a start before the text is its start.
        let start = self.number_arg(args, 1)?.trunc();
        let first = if start.is_nan() { 1.0 } else { start.max(1.0) };
        let count = if args.len() > 2 { self.number_arg(args, 2)?.trunc() } else { f64::INFINITY };
        if count.is_nan() || count < 1.0 {
            return Ok(Value::Str(Text::new()));
        }
        // A cast stops at the largest number, and an offset at the end of the text.
        let from = char_offset(&text, (first - 1.0) as usize, self.bytes);
        let rest = &text[from..];
        let len = char_offset(rest, count as usize, self.bytes);
        Ok(Value::Str(Text::from(&rest[..len])))
    }

    fn change_case(&mut self, args: &'p [Argument], ascii: fn(&u8) -> u8, wide: fn(char, &mut String)) -> Run<Value> {
        let text = self.text_arg(args, 0)?;
        if self.bytes || text.is_ascii() {
            return Ok(Value::Str(Text::from(text.iter().map(ascii).collect::<Vec<u8>>())));
        }
        let mut out = Vec::with_capacity(text.len());
        for chunk in text.utf8_chunks() {
            let mut changed = String::with_capacity(chunk.valid().len());
            for c in chunk.valid().chars() {
                wide(c, &mut changed);
            }
            out.extend_from_slice(changed.as_bytes());
            out.extend_from_slice(chunk.invalid());
        }
        Ok(Value::Str(Text::from(out)))
    }

    fn bit_arg(&mut self, builtin: Builtin, args: &'p [Argument], index: usize) -> Run<u64> {
        let number = self.number_arg(args, index)?;
        if number < 0.0 {
            return fatal(format!(
                "{}: argument {} negative value {number} is not allowed",
                builtin.signature().0,
                index + 1
            ));
        }
        Ok(number as u64)
    }

    fn bits(&mut self, builtin: Builtin, args: &'p [Argument], operation: fn(u64, u64) -> u64) -> Run<f64> {
        let mut bits = self.bit_arg(builtin, args, 0)?;
        for index in 1..args.len() {
            bits = operation(bits, self.bit_arg(builtin, args, index)?);
        }
        Ok(bits as f64)
    }

    /// Fills an array with numbered values.
    fn fill(&mut self, array: &'p ArrayVar, from: usize, values: Vec<Value>) -> Run<()> {
        let array = self.array(array)?;
        let mut table = Table::with_capacity(values.len());
        for (index, value) in values.into_iter().enumerate() {
            let mut key = Vec::new();
            number::push_integer(&mut key, (index + from) as i64);
            table.insert(Text::from(key), value);
        }
        *array.borrow_mut() = table;
        Ok(())
    }

    fn split(&mut self, args: &'p [Argument]) -> Run<f64> {
        let text = self.text_arg(args, 0)?;
        let splitter = match args.get(2) {
            None if self.settings.split_by == slot::FS => self.record.splitter.clone(),
            None => {
                let separator = self.globals[slot::FS].clone().into_text(&self.settings.convfmt);
                self.splitter(&separator, false)?
            }
            Some(Argument::Matcher(Matcher::Dynamic(expr))) => {
                let separator = self.eval(expr)?.into_text(&self.settings.convfmt);
                self.splitter(&separator, false)?
            }
            Some(Argument::Matcher(matcher)) => Splitter::Pattern(self.matcher(matcher)?),
            Some(_) => return fatal("split: third argument is not a separator"),
        };
        self.split_by(args, &text, &splitter)
    }

    fn patsplit(&mut self, args: &'p [Argument]) -> Run<f64> {
        let text = self.text_arg(args, 0)?;
        let pattern = match args.get(2) {
            Some(Argument::Matcher(matcher)) => self.matcher(matcher)?,
            _ => {
                let source = self.globals[slot::FPAT].clone().into_text(&self.settings.convfmt);
                self.pattern(&source)?
            }
        };
        self.split_by(args, &text, &Splitter::Content(pattern))
    }

    fn split_by(&mut self, args: &'p [Argument], text: &[u8], splitter: &Splitter) -> Run<f64> {
        let (mut values, mut separators) = (Vec::new(), Vec::new());
        let mut cursor = Cursor::default();
        let mut last = 0;
        while let Some(found) = splitter.next(text, &mut cursor, self.bytes)? {
            separators.push(Value::Str(Text::from(&text[last..found.start])));
            last = found.end;
            values.push(Value::Input(Text::from(&text[found])));
        }
        separators.push(Value::Str(Text::from(&text[last..])));
        let count = values.len();
        if let Some(Argument::Array(array)) = args.get(1) {
            self.fill(array, 1, values)?;
        }
        if let Some(Argument::Array(array)) = args.get(3) {
            // What is before the first field and after the last counts only where it may be there.
            if !matches!(splitter, Splitter::Blank | Splitter::Content(_)) {
                separators.truncate(count);
                if !separators.is_empty() {
                    separators.remove(0);
                }
                self.fill(array, 1, separators)?;
            } else {
                self.fill(array, 0, separators)?;
            }
        }
        Ok(count as f64)
    }

    fn substitute(&mut self, args: &'p [Argument], which: Which) -> Run<f64> {
        let Some(Argument::Matcher(matcher)) = args.first() else { return fatal("sub: no regular expression") };
        let pattern = self.matcher(matcher)?;
        let replacement = self.text_arg(args, 1)?;
        match args.get(2) {
            None => {
                self.record.prepare(0, &self.settings.ofs, &self.settings.convfmt)?;
                let replaced = replace(self.record.whole(), &pattern, &replacement, which, false, self.bytes)?;
                let Some((text, count)) = replaced else { return Ok(0.0) };
                self.record.set(text);
                Ok(count as f64)
            }
            Some(Argument::Place(place)) => {
                let target = self.target(place)?;
                let old = self.load(&target)?.into_text(&self.settings.convfmt);
                let Some((text, count)) = replace(&old, &pattern, &replacement, which, false, self.bytes)? else {
                    return Ok(0.0);
                };
                self.store(target, Value::Str(Text::from(text)))?;
                Ok(count as f64)
            }
            Some(_) => {
                // There is nowhere to put the result, but how many there are is known.
                let text = self.text_arg(args, 2)?;
                let replaced = replace(&text, &pattern, &replacement, which, false, self.bytes)?;
                Ok(replaced.map_or(0.0, |(_, count)| count as f64))
            }
        }
    }

    fn gensub(&mut self, args: &'p [Argument]) -> Run<Value> {
        let Some(Argument::Matcher(matcher)) = args.first() else { return fatal("gensub: no regular expression") };
        let pattern = self.matcher(matcher)?;
        let replacement = self.text_arg(args, 1)?;
        let how = self.text_arg(args, 2)?;
        let which = match how.first() {
            Some(b'g' | b'G') => Which::All,
            _ => Which::Nth((number::value(&how) as usize).max(1)),
        };
        let text = if args.len() > 3 {
            self.text_arg(args, 3)?
        } else {
            self.record.prepare(0, &self.settings.ofs, &self.settings.convfmt)?;
            Text::from(self.record.whole())
        };
        let replaced = replace(&text, &pattern, &replacement, which, true, self.bytes)?;
        Ok(Value::Str(replaced.map_or(text, |(text, _)| Text::from(text))))
    }

    fn match_function(&mut self, args: &'p [Argument]) -> Run<f64> {
        let text = self.text_arg(args, 0)?;
        let Some(Argument::Matcher(matcher)) = args.get(1) else { return fatal("match: no regular expression") };
        let pattern = self.matcher(matcher)?;
        let bytes = self.bytes;
        let position = |at: usize| (char_count(&text[..at], bytes) + 1) as f64;
        let length = |range: &std::ops::Range<usize>| char_count(&text[range.clone()], bytes) as f64;
        let mut found = pattern.find_at(&text, 0)?;
        if let Some(Argument::Array(array)) = args.get(2) {
            let mut table = Table::new();
            if let Some(captures) = pattern.captures_at(&text, 0)? {
                found = captures.get(0);
                for group in 0..=pattern.groups() {
                    let Some(range) = captures.get(group) else { continue };
                    let key = |what: &[u8]| {
                        let mut key = group.to_string().into_bytes();
                        if !what.is_empty() {
                            key.extend_from_slice(&self.settings.subsep);
                            key.extend_from_slice(what);
                        }
                        Text::from(key)
                    };
                    table.insert(key(b""), Value::Input(Text::from(&text[range.clone()])));
                    table.insert(key(b"start"), Value::Num(position(range.start)));
                    table.insert(key(b"length"), Value::Num(length(&range)));
                }
            }
            *self.array(array)?.borrow_mut() = table;
        }
        let (start, len) = found.map_or((0.0, -1.0), |range| (position(range.start), length(&range)));
        self.globals[slot::RSTART] = Value::Num(start);
        self.globals[slot::RLENGTH] = Value::Num(len);
        Ok(start)
    }

    fn asort(&mut self, args: &'p [Argument], keys: bool) -> Run<f64> {
        let Some(Argument::Array(source)) = args.first() else { return fatal("asort: not an array") };
        let array = self.array(source)?;
        let pairs = array.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        let how = match args.len() {
            3 => self.text_arg(args, 2)?,
            _ => Text::from(if keys { "@ind_str_asc" } else { "@val_type_asc" }),
        };
        let sorted = self.sorted(pairs, &how)?;
        let values: Vec<_> =
            sorted.into_iter().map(|(key, value)| if keys { Value::Input(key) } else { value }).collect();
        let count = values.len();
        let target = match args.get(1) {
            Some(Argument::Array(target)) => target,
            _ => source,
        };
        self.fill(target, 1, values)?;
        Ok(count as f64)
    }

    fn system(&mut self, args: &'p [Argument]) -> Run<f64> {
        let command = self.text_arg(args, 0)?;
        if let Err(error) = self.streams.flush_all() {
            return self.write_failed(&error);
        }
        let ended = self.host.spawn(&command, Pipes::None).and_then(|process| (process.wait)());
        match ended {
            Ok(status) => Ok(status.number()),
            Err(error) => {
                let text = self.host.error_text(&error);
                self.warn(&format!("warning: system: {text}"));
                Ok(-1.0)
            }
        }
    }

    fn close(&mut self, args: &'p [Argument]) -> Run<f64> {
        let name = self.text_arg(args, 0)?;
        let to_only = args.len() > 1 && self.text_arg(args, 1)?.as_bytes() == b"to";
        let closed = self.streams.close(&name, to_only);
        Ok(match closed.status {
            _ if !closed.found || closed.failed => -1.0,
            Some(status) => status.number(),
            None => 0.0,
        })
    }

    fn fflush(&mut self, args: &'p [Argument]) -> Run<f64> {
        if !args.is_empty() {
            let name = self.text_arg(args, 0)?;
            if !name.is_empty() {
                return Ok(if self.streams.flush(&name) { 0.0 } else { -1.0 });
            }
        }
        match self.streams.flush_all() {
            Ok(()) => Ok(0.0),
            Err(error) => self.write_failed(&error),
        }
    }
}
