//! dc: a calculator in reverse Polish notation.

use crate::console::{Console, Printer, Standard};
use crate::decimal::{Decimal, Fault, MAX_SCALE};
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, read};
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::rc::Rc;

const HELP: &str = "\
{} [OPTION]... [FILE]...
Calculate in reverse Polish notation, with numbers of any length.

  -e, --expression=EXPR  evaluate the expression
  -f, --file=FILE        evaluate the contents of the file
  -h, --help             show this help

Without an expression or a file, standard input is evaluated. `!` does not run commands here.";

const LONGS: &[Long] = &[("expression", Takes::Argument, 'e'), ("file", Takes::Argument, 'f')];

/// The deepest nesting of macros.
const DEEPEST: usize = 200_000;

#[derive(Clone, Debug)]
enum Value {
    Number(Decimal),
    Text(Rc<[u8]>),
}

/// One level of a register: a value and an array of its own.
#[derive(Clone, Default)]
struct Level {
    value: Option<Value>,
    array: BTreeMap<u32, Value>,
}

/// A text that is run.
struct Macro {
    text: Rc<[u8]>,
    at: usize,
}

/// Why running stops.
enum Stop {
    /// `q` at the top.
    Quit,
    Output(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::Output(error)
    }
}

/// A command that cannot be done: its message. The next one goes on.
type Done<T = ()> = Result<T, String>;

/// The state of dc.
pub struct Dc<'a> {
    console: &'a mut dyn Console,
    printer: Printer,
    stack: Vec<Value>,
    registers: HashMap<u8, Vec<Level>>,
    running: Vec<Macro>,
    scale: usize,
    ibase: u32,
    obase: u32,
}

/// What a command leaves to do.
enum After {
    Nothing,
    Quit,
}

impl<'a> Dc<'a> {
    /// A dc on a console.
    pub fn new(console: &'a mut dyn Console, printer: Printer) -> Dc<'a> {
        Dc {
            console,
            printer,
            stack: Vec::new(),
            registers: HashMap::new(),
            running: Vec::new(),
            scale: 0,
            ibase: 10,
            obase: 10,
        }
    }

    /// Runs a text; false once `q` ended it all.
    pub fn run(&mut self, text: &[u8]) -> io::Result<bool> {
        self.running.push(Macro { text: text.into(), at: 0 });
        match self.steps() {
            Ok(()) => Ok(true),
            Err(Stop::Quit) => Ok(false),
            Err(Stop::Output(error)) => Err(error),
        }
    }

    fn steps(&mut self) -> Result<(), Stop> {
        while let Some(current) = self.running.last_mut() {
            let Some(&byte) = current.text.get(current.at) else {
                self.running.pop();
                continue;
            };
            current.at += 1;
            match self.command(byte)? {
                Ok(After::Nothing) => {}
                Ok(After::Quit) => return Err(Stop::Quit),
                Err(message) => self.console.complain(&format!("dc: {message}\n")),
            }
        }
        Ok(())
    }

    /// The byte after the command.
    fn following(&mut self) -> Option<u8> {
        let current = self.running.last_mut()?;
        let byte = current.text.get(current.at).copied();
        current.at += usize::from(byte.is_some());
        byte
    }

    fn register(&mut self) -> Done<u8> {
        self.following().ok_or_else(|| "unexpected end of input".to_owned())
    }

    fn pop(&mut self) -> Done<Value> {
        self.stack.pop().ok_or_else(|| "stack empty".to_owned())
    }

    fn top(&self) -> Done<&Value> {
        self.stack.last().ok_or_else(|| "stack empty".to_owned())
    }

    fn pop_number(&mut self) -> Done<Decimal> {
        match self.pop()? {
            Value::Number(number) => Ok(number),
            text => {
                self.stack.push(text);
                Err("non-numeric value".into())
            }
        }
    }

    /// The two numbers on top, the deeper one first; both stay when they are none.
    fn pop_two(&mut self) -> Done<(Decimal, Decimal)> {
        let [.., a, b] = self.stack.as_slice() else { return Err("stack empty".into()) };
        let (Value::Number(a), Value::Number(b)) = (a, b) else { return Err("non-numeric value".into()) };
        let both = (a.clone(), b.clone());
        self.stack.truncate(self.stack.len() - 2);
        Ok(both)
    }

    fn push(&mut self, number: Decimal) {
        self.stack.push(Value::Number(number));
    }

    fn print(&mut self, value: &Value, newline: bool) -> io::Result<()> {
        match value {
            Value::Number(number) => {
                let text = number.text(self.obase);
                self.printer.number(self.console, &text)?;
            }
            Value::Text(text) => self.printer.text(self.console, text)?,
        }
        if newline { self.printer.text(self.console, b"\n") } else { Ok(()) }
    }

    fn command(&mut self, byte: u8) -> Result<Done<After>, Stop> {
        match byte {
            b'p' | b'n' | b'P' | b'f' => {
                let result = self.show(byte)?;
                Ok(result.map(|()| After::Nothing))
            }
            b'q' => {
                if self.running.len() <= 2 {
                    return Ok(Ok(After::Quit));
                }
                self.running.truncate(self.running.len() - 2);
                Ok(Ok(After::Nothing))
            }
            byte => Ok(self.calculate(byte).map(|()| After::Nothing)),
        }
    }

    fn show(&mut self, byte: u8) -> Result<Done, Stop> {
        if byte == b'f' {
            for value in self.stack.clone().iter().rev() {
                self.print(value, true)?;
            }
            return Ok(Ok(()));
        }
        let value = match if byte == b'p' { self.top().cloned() } else { self.pop() } {
            Ok(value) => value,
            Err(message) => return Ok(Err(message)),
        };
        match (&value, byte) {
            (Value::Number(number), b'P') => self.printer.text(self.console, &number.bytes())?,
            _ => self.print(&value, byte == b'p')?,
        }
        Ok(Ok(()))
    }

    fn calculate(&mut self, byte: u8) -> Done {
        match byte {
            b'0'..=b'9' | b'A'..=b'F' | b'.' | b'_' => self.number(byte),
            b'+' | b'-' | b'*' | b'/' | b'%' | b'~' | b'^' => return self.arithmetic(byte),
            b'|' => {
                let (Some(Value::Number(_)), 3..) = (self.stack.last(), self.stack.len()) else {
                    return Err(if self.stack.len() < 3 { "stack empty" } else { "non-numeric value" }.into());
                };
                let modulus = self.pop_number()?;
                let (base, exponent) = self.pop_two()?;
                let power = base.power_modulo(&exponent, &modulus).map_err(|fault| match fault {
                    Fault::DivideByZero => "remainder by zero".to_owned(),
                    _ => "negative exponent".to_owned(),
                })?;
                self.push(power);
            }
            b'v' => {
                let number = self.pop_number()?;
                let root = number.root(self.scale).map_err(|_| "square root of negative number".to_owned())?;
                self.push(root);
            }
            b'c' => self.stack.clear(),
            b'd' => {
                let top = self.top()?.clone();
                self.stack.push(top);
            }
            b'r' => {
                let count = self.stack.len();
                if count < 2 {
                    return Err("stack empty".into());
                }
                self.stack.swap(count - 1, count - 2);
            }
            b'R' => {
                let turns = self.pop_number()?.to_i64().unwrap_or(0);
                let count = usize::try_from(turns.unsigned_abs()).unwrap_or(usize::MAX).min(self.stack.len());
                let start = self.stack.len() - count;
                if count > 1 {
                    let part = &mut self.stack[start..];
                    if turns > 0 { part.rotate_left(1) } else { part.rotate_right(1) }
                }
            }
            b's' | b'S' | b'l' | b'L' | b':' | b';' => return self.store(byte),
            b'[' => {
                let text = self.text();
                self.stack.push(Value::Text(text));
            }
            b'a' => {
                let text = match self.pop()? {
                    Value::Number(number) => number.bytes().last().copied().into_iter().collect::<Vec<_>>(),
                    Value::Text(text) => text.first().copied().into_iter().collect(),
                };
                self.stack.push(Value::Text(text.into()));
            }
            b'x' => match self.pop()? {
                Value::Text(text) => return self.enter(text),
                number => self.stack.push(number),
            },
            b'<' | b'>' | b'=' => return self.compare(byte, false),
            b'!' => match self.following() {
                Some(sign @ (b'<' | b'>' | b'=')) => return self.compare(sign, true),
                _ => {
                    // The rest of the line is what would have been run.
                    while self.following().is_some_and(|byte| byte != b'\n') {}
                    return Err("commands cannot be run from here".into());
                }
            },
            b'?' => {
                let line = self.console.line().unwrap_or_default();
                return self.enter(line.into());
            }
            b'Q' => {
                let levels = self.pop_number()?.to_i64().unwrap_or(0);
                let levels = usize::try_from(levels).ok().filter(|&levels| levels > 0);
                let Some(levels) = levels else { return Err("Q command requires a number >= 1".into()) };
                if levels >= self.running.len() {
                    self.running.truncate(1);
                    return Err("Q command argument exceeded string execution depth".into());
                }
                self.running.truncate(self.running.len() - levels);
            }
            b'Z' => {
                let length = match self.pop()? {
                    Value::Number(number) => number.digits(),
                    Value::Text(text) => text.len(),
                };
                self.push(Decimal::from(length as i64));
            }
            b'X' => {
                let scale = match self.pop()? {
                    Value::Number(number) => number.scale(),
                    Value::Text(_) => 0,
                };
                self.push(Decimal::from(scale as i64));
            }
            b'z' => self.push(Decimal::from(self.stack.len() as i64)),
            b'i' | b'o' | b'k' => return self.set(byte),
            b'I' => self.push(Decimal::from(i64::from(self.ibase))),
            b'O' => self.push(Decimal::from(i64::from(self.obase))),
            b'K' => self.push(Decimal::from(self.scale as i64)),
            b'#' => while self.following().is_some_and(|byte| byte != b'\n') {},
            b' ' | b'\t' | b'\n' | b'\r' | 0 => {}
            other if other.is_ascii_graphic() => {
                return Err(format!("'{}' (0{other:o}) unimplemented", char::from(other)));
            }
            other => return Err(format!("0{other:o} unimplemented")),
        }
        Ok(())
    }

    fn number(&mut self, first: u8) {
        let mut text = String::new();
        let negative = first == b'_';
        if !negative {
            text.push(char::from(first));
        }
        if let Some(current) = self.running.last_mut() {
            while let Some(&byte) = current.text.get(current.at) {
                let part = byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte);
                if !part && (byte != b'.' || text.contains('.')) {
                    break;
                }
                text.push(char::from(byte));
                current.at += 1;
            }
        }
        let number = self.digits(&text);
        self.push(if negative { number.negated() } else { number });
    }

    /// A number's value: unlike in bc, a digit beyond the base has its own value.
    fn digits(&self, text: &str) -> Decimal {
        if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && self.ibase == 10 {
            return Decimal::parse(text, 10);
        }
        let base = Decimal::from(i64::from(self.ibase));
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let value = |text: &str| {
            text.chars().fold(Decimal::from(0), |value, c| {
                value.times(&base, 0).plus(&Decimal::from(i64::from(c.to_digit(16).unwrap_or(0))))
            })
        };
        let places = fraction.len();
        let unit = base.power(&Decimal::from(places as i64), 0).unwrap_or_else(|_| Decimal::from(1));
        let part = value(fraction).over(&unit, places).unwrap_or_else(|_| Decimal::from(0));
        value(whole).plus(&part)
    }

    /// The text up to the bracket that closes it.
    fn text(&mut self) -> Rc<[u8]> {
        let mut text = Vec::new();
        let mut depth = 1;
        while let Some(byte) = self.following() {
            depth += match byte {
                b'[' => 1,
                b']' => -1,
                _ => 0,
            };
            if depth == 0 {
                break;
            }
            text.push(byte);
        }
        text.into()
    }

    fn arithmetic(&mut self, operator: u8) -> Done {
        let (a, b) = self.pop_two()?;
        let result = match operator {
            b'+' => Ok(a.plus(&b)),
            b'-' => Ok(a.minus(&b)),
            b'*' => Ok(a.times(&b, self.scale)),
            b'/' => a.over(&b, self.scale),
            b'%' => a.divided(&b, self.scale).map(|(_, rest)| rest),
            b'~' => a.divided(&b, self.scale).map(|(quotient, rest)| {
                self.push(quotient);
                rest
            }),
            _ => {
                if b.scale() > 0 {
                    self.console.complain("Runtime warning: non-zero scale in exponent\n");
                }
                a.power(&b, self.scale)
            }
        };
        match result {
            Ok(number) => {
                self.push(number);
                Ok(())
            }
            Err(fault) => {
                // A refused operation leaves its operands.
                self.push(a);
                self.push(b);
                Err(match (fault, operator) {
                    (Fault::DivideByZero, b'%') => "remainder by zero".into(),
                    (Fault::DivideByZero, _) => "divide by zero".into(),
                    _ => "exponent too large".into(),
                })
            }
        }
    }

    fn set(&mut self, byte: u8) -> Done {
        let number = self.pop_number()?.to_i64().unwrap_or(-1);
        match byte {
            b'i' => match u32::try_from(number).ok().filter(|base| (2..=16).contains(base)) {
                Some(base) => self.ibase = base,
                None => return Err("input base must be a number between 2 and 16 (inclusive)".into()),
            },
            b'o' => match u32::try_from(number).ok().filter(|&base| base > 1) {
                Some(base) => self.obase = base,
                None => return Err("output base must be a number greater than 1".into()),
            },
            _ => match usize::try_from(number).ok().filter(|&scale| scale <= MAX_SCALE) {
                Some(scale) => self.scale = scale,
                None => return Err("scale must be a nonnegative integer".into()),
            },
        }
        Ok(())
    }

    fn store(&mut self, byte: u8) -> Done {
        let name = self.register()?;
        match byte {
            b's' => {
                let value = self.pop()?;
                let levels = self.registers.entry(name).or_default();
                if levels.is_empty() {
                    levels.push(Level::default());
                }
                if let Some(level) = levels.last_mut() {
                    level.value = Some(value);
                }
            }
            b'S' => {
                let value = self.pop()?;
                let level = Level { value: Some(value), array: BTreeMap::new() };
                self.registers.entry(name).or_default().push(level);
            }
            b'l' => {
                let level = self.registers.get(&name).and_then(|levels| levels.last());
                let value = level.and_then(|level| level.value.clone());
                self.stack.push(value.unwrap_or_else(|| Value::Number(Decimal::from(0))));
            }
            b'L' => {
                let level = self.registers.get_mut(&name).and_then(Vec::pop);
                match level.and_then(|level| level.value) {
                    Some(value) => self.stack.push(value),
                    None => {
                        return Err(format!("stack register '{}' (0{name:o}) is empty", char::from(name)));
                    }
                }
            }
            _ => {
                let index = self.pop_number()?;
                let index = index.to_i64().and_then(|index| u32::try_from(index).ok());
                let index = index.ok_or("array index must be a nonnegative integer")?;
                if byte == b':' {
                    let value = self.pop()?;
                    let levels = self.registers.entry(name).or_default();
                    if levels.is_empty() {
                        levels.push(Level::default());
                    }
                    if let Some(level) = levels.last_mut() {
                        level.array.insert(index, value);
                    }
                } else {
                    let level = self.registers.get(&name).and_then(|levels| levels.last());
                    let value = level.and_then(|level| level.array.get(&index).cloned());
                    self.stack.push(value.unwrap_or_else(|| Value::Number(Decimal::from(0))));
                }
            }
        }
        Ok(())
    }

    fn compare(&mut self, sign: u8, inverted: bool) -> Done {
        let name = self.register()?;
        let (deeper, top) = self.pop_two()?;
        let holds = match sign {
            b'<' => top < deeper,
            b'>' => top > deeper,
            _ => top == deeper,
        };
        if holds == inverted {
            return Ok(());
        }
        let level = self.registers.get(&name).and_then(|levels| levels.last());
        match level.and_then(|level| level.value.clone()) {
            Some(Value::Text(text)) => self.enter(text),
            Some(number) => {
                self.stack.push(number);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Runs a text next. One that ends just here makes room first: the last call of a macro is a loop.
    fn enter(&mut self, text: Rc<[u8]>) -> Done {
        if self.running.len() > 2 && self.running.last().is_some_and(|current| current.at >= current.text.len()) {
            self.running.pop();
        }
        if self.running.len() >= DEEPEST {
            return Err("macros are nested too deeply".into());
        }
        self.running.push(Macro { text, at: 0 });
        Ok(())
    }
}

/// Runs dc.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "e:f:hV", LONGS, HELP);
    let mut console = Standard::new("dc");
    let mut texts = Vec::new();
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('e', text) => texts.push(text),
            Item::Option('f', name) | Item::Operand(name) => match read::whole(&name) {
                Ok(text) => texts.push(text),
                Err(errno) => {
                    let shown = String::from_utf8_lossy(&name);
                    return Err(Failure::new(format!("Could not open file {shown}: {errno}")));
                }
            },
            Item::Option(letter, _) => {
                let long: &[u8] = if letter == 'h' { b"--help" } else { b"--version" };
                Options::new(vec![b"dc".to_vec(), long.to_vec()], "", LONGS, HELP).next_item()?;
            }
        }
    }
    let to_the_end = calculate(&mut console, &texts, Printer::new(agentfense_sys::var("DC_LINE_LENGTH"), 0))?;
    console.finish()?;
    Ok(u8::from(!to_the_end))
}

/// Runs the texts, or else standard input: a line at a time, and more while a string is open. False if `q` ended it.
pub fn calculate(console: &mut dyn Console, texts: &[Vec<u8>], printer: Printer) -> io::Result<bool> {
    let mut dc = Dc::new(console, printer);
    for text in texts {
        if !dc.run(text)? {
            return Ok(false);
        }
    }
    if !texts.is_empty() {
        return Ok(true);
    }
    let mut pending = Vec::new();
    while let Some(line) = dc.console.line() {
        pending.extend_from_slice(&line);
        if open_brackets(&pending) {
            continue;
        }
        if !dc.run(&std::mem::take(&mut pending))? {
            return Ok(false);
        }
    }
    dc.run(&pending)
}

/// Whether a text ends inside of a string.
fn open_brackets(text: &[u8]) -> bool {
    let mut depth = 0usize;
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            b'#' if depth == 0 => while bytes.next().is_some_and(|&byte| byte != b'\n') {},
            _ => {}
        }
    }
    depth > 0
}
