//! The stack machine that runs bc's code. Calls are frames of its own, so a script's recursion is bounded by a number
//! here and not by the process's stack.

use crate::compile::{Argument, Function, Id, Op, Parameter, Place};
use crate::console::{Console, Printer};
use crate::decimal::{Decimal, Fault, MAX_SCALE};
use crate::maths;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::rc::Rc;

type Array = Rc<RefCell<BTreeMap<u32, Decimal>>>;

/// The highest index of an array, as POSIX has it at least.
const HIGHEST_INDEX: i64 = 16_777_215;
/// The deepest recursion.
const DEEPEST: usize = 200_000;

/// What ends a run.
pub enum Stop {
    /// A mistake of the script: its message was shown, and the next line goes on.
    Failed,
    /// `halt`
    Halt,
    /// Output is gone.
    Output(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::Output(error)
    }
}

/// A running function, or the main program.
struct Frame {
    code: Rc<[Op]>,
    next: usize,
    function: Option<Id>,
    void: bool,
    /// What the function's own variables stand in front of.
    variables: Vec<(Id, Decimal)>,
    arrays: Vec<(Id, Array)>,
}

/// The state of bc.
pub struct Machine {
    variables: Vec<Decimal>,
    arrays: Vec<Array>,
    functions: HashMap<Id, Rc<Function>>,
    /// Names by their numbers, for messages.
    names: Vec<String>,
    library: bool,
    scale: usize,
    ibase: u32,
    obase: u32,
    last: Decimal,
    stack: Vec<Decimal>,
    frames: Vec<Frame>,
    /// The value on the stack came from a function without one.
    nothing: bool,
    printer: Printer,
}

impl Machine {
    /// A machine; with `library` it knows the functions of `-l`.
    pub fn new(library: bool, printer: Printer) -> Machine {
        Machine {
            variables: Vec::new(),
            arrays: Vec::new(),
            functions: HashMap::new(),
            names: Vec::new(),
            library,
            scale: if library { 20 } else { 0 },
            ibase: 10,
            obase: 10,
            last: Decimal::from(0),
            stack: Vec::new(),
            frames: Vec::new(),
            nothing: false,
            printer,
        }
    }

    /// Makes room for names that came up.
    pub fn know(&mut self, names: &HashMap<String, Id>) {
        if names.len() > self.names.len() {
            self.names.resize(names.len(), String::new());
            for (name, &id) in names {
                self.names[id].clone_from(name);
            }
            self.variables.resize(names.len(), Decimal::from(0));
            self.arrays.resize_with(names.len(), Array::default);
        }
    }

    /// Keeps a function.
    pub fn define(&mut self, name: Id, function: Function) {
        self.functions.insert(name, Rc::new(function));
    }

    /// Runs the code of a line.
    pub fn run(&mut self, console: &mut dyn Console, code: Rc<[Op]>) -> Result<(), Stop> {
        let main = Frame { code, next: 0, function: None, void: false, variables: Vec::new(), arrays: Vec::new() };
        self.frames.push(main);
        let result = self.steps(console);
        while let Some(frame) = self.frames.pop() {
            self.restore(frame);
        }
        self.stack.clear();
        result
    }

    fn steps(&mut self, console: &mut dyn Console) -> Result<(), Stop> {
        while let Some(frame) = self.frames.last_mut() {
            let Some(op) = frame.code.get(frame.next).cloned() else { return Ok(()) };
            frame.next += 1;
            let nothing = std::mem::take(&mut self.nothing);
            match op {
                Op::Drop => {
                    self.stack.pop();
                }
                Op::PrintLine if nothing => {
                    self.stack.pop();
                }
                op => self.step(console, op)?,
            }
        }
        Ok(())
    }

    /// `Runtime error` or `Runtime warning` with the place in the code.
    fn report(&self, console: &mut dyn Console, kind: &str, text: &str) {
        let frame = self.frames.last();
        let function = frame.and_then(|frame| frame.function).map_or("(main)", |id| self.names[id].as_str());
        let address = frame.map_or(0, |frame| frame.next);
        console.complain(&format!("Runtime {kind} (func={function}, adr={address}): {text}\n"));
    }

    fn fail<T>(&self, console: &mut dyn Console, text: &str) -> Result<T, Stop> {
        self.report(console, "error", text);
        Err(Stop::Failed)
    }

    fn pop(&mut self) -> Decimal {
        self.stack.pop().unwrap_or_else(|| Decimal::from(0))
    }

    fn step(&mut self, console: &mut dyn Console, op: Op) -> Result<(), Stop> {
        match op {
            Op::Number(number) => {
                let value = if self.ibase == 10 { number.1.clone() } else { Decimal::parse(&number.0, self.ibase) };
                self.stack.push(value);
            }
            Op::Load(place) => {
                let index = self.index(console, place, false)?;
                let value = self.load(place, index);
                self.stack.push(value);
            }
            Op::Fetch(place) => {
                let index = self.index(console, place, true)?;
                let value = self.load(place, index);
                self.stack.push(value);
            }
            Op::Store(place) => {
                let value = self.pop();
                let index = self.index(console, place, false)?;
                self.store(console, place, index, value.clone());
                self.stack.push(value);
            }
            Op::Step { place, up, new } => {
                let index = self.index(console, place, false)?;
                let old = self.load(place, index);
                let value = old.plus(&Decimal::from(if up { 1 } else { -1 }));
                self.store(console, place, index, value.clone());
                self.stack.push(if new { value } else { old });
            }
            Op::Arithmetic(operator) => {
                let right = self.pop();
                let left = self.pop();
                let value = self.arithmetic(console, operator, &left, &right)?;
                self.stack.push(value);
            }
            Op::Negate => {
                let value = self.pop().negated();
                self.stack.push(value);
            }
            Op::Compare(sign) => {
                let right = self.pop();
                let order = self.pop().cmp(&right);
                let holds = match sign {
                    "==" => order.is_eq(),
                    "!=" => order.is_ne(),
                    "<" => order.is_lt(),
                    "<=" => order.is_le(),
                    ">" => order.is_gt(),
                    _ => order.is_ge(),
                };
                self.stack.push(Decimal::from(i64::from(holds)));
            }
            Op::Not => {
                let zero = self.pop().is_zero();
                self.stack.push(Decimal::from(i64::from(zero)));
            }
            Op::Truth => {
                let zero = self.pop().is_zero();
                self.stack.push(Decimal::from(i64::from(!zero)));
            }
            Op::Drop => {}
            Op::PrintLine => {
                self.print(console)?;
                self.printer.text(console, b"\n")?;
            }
            Op::Print => self.print(console)?,
            Op::Text(text) => self.printer.text(console, text.as_bytes())?,
            Op::Jump(target) => self.go(target),
            Op::JumpZero(target) => {
                if self.pop().is_zero() {
                    self.go(target);
                }
            }
            Op::Call(name, arguments) => self.call(console, name, &arguments)?,
            Op::Return => {
                if let Some(frame) = self.frames.pop() {
                    self.nothing = frame.void;
                    self.restore(frame);
                }
            }
            Op::Length => {
                let digits = self.pop().digits();
                self.stack.push(Decimal::from(digits as i64));
            }
            Op::ScaleOf => {
                let scale = self.pop().scale();
                self.stack.push(Decimal::from(scale as i64));
            }
            Op::Root => {
                let value = self.pop();
                match value.root(self.scale) {
                    Ok(root) => self.stack.push(root),
                    Err(_) => return self.fail(console, "Square root of a negative number"),
                }
            }
            Op::Read => {
                let line = console.line().unwrap_or_default();
                let line = String::from_utf8_lossy(&line);
                let text = line.trim();
                let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
                let end = digits.find(|c: char| !(c.is_ascii_digit() || c.is_ascii_uppercase() || c == '.'));
                let value = Decimal::parse(&digits[..end.unwrap_or(digits.len())], self.ibase);
                self.stack.push(if negative { value.negated() } else { value });
            }
            Op::Halt => return Err(Stop::Halt),
        }
        Ok(())
    }

    fn go(&mut self, target: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.next = target;
        }
    }

    fn print(&mut self, console: &mut dyn Console) -> Result<(), Stop> {
        let value = self.pop();
        let text = value.text(self.obase);
        self.last = value;
        Ok(self.printer.number(console, &text)?)
    }

    fn arithmetic(&self, console: &mut dyn Console, operator: char, a: &Decimal, b: &Decimal) -> Result<Decimal, Stop> {
        let result = match operator {
            '+' => return Ok(a.plus(b)),
            '-' => return Ok(a.minus(b)),
            '*' => return Ok(a.times(b, self.scale)),
            '/' => a.over(b, self.scale),
            '%' => a.divided(b, self.scale).map(|(_, rest)| rest),
            _ => {
                if b.scale() > 0 {
                    self.report(console, "warning", "non-zero scale in exponent");
                }
                a.power(b, self.scale)
            }
        };
        match (result, operator) {
            (Ok(value), _) => Ok(value),
            (Err(Fault::DivideByZero), '/') => self.fail(console, "Divide by zero"),
            (Err(Fault::DivideByZero), '%') => self.fail(console, "Modulo by zero"),
            (Err(Fault::DivideByZero), _) => self.fail(console, "divide by zero"),
            (Err(_), _) => self.fail(console, "exponent too large in raise"),
        }
    }

    /// The index of an element, from the stack; 0 for other places.
    fn index(&mut self, console: &mut dyn Console, place: Place, keep: bool) -> Result<u32, Stop> {
        let Place::Element(name) = place else { return Ok(0) };
        let index = if keep { self.stack.last().cloned() } else { self.stack.pop() };
        let index = index.filter(|index| !index.is_negative()).and_then(|index| index.to_i64());
        match index.filter(|&index| index <= HIGHEST_INDEX) {
            Some(index) => Ok(index as u32),
            None => self.fail(console, &format!("Array {} subscript out of bounds.", self.names[name])),
        }
    }

    fn load(&self, place: Place, index: u32) -> Decimal {
        match place {
            Place::Variable(name) => self.variables[name].clone(),
            Place::Element(name) => self.arrays[name].borrow().get(&index).cloned().unwrap_or_else(|| Decimal::from(0)),
            Place::Scale => Decimal::from(self.scale as i64),
            Place::Ibase => Decimal::from(i64::from(self.ibase)),
            Place::Obase => Decimal::from(i64::from(self.obase)),
            Place::Last => self.last.clone(),
        }
    }

    fn store(&mut self, console: &mut dyn Console, place: Place, index: u32, value: Decimal) {
        let whole = value.to_i64().unwrap_or(if value.is_negative() { i64::MIN } else { i64::MAX });
        let mut bounded = |name: &str, least: i64, most: i64| {
            if (least..=most).contains(&whole) {
                return whole;
            }
            let (fault, set) = if whole < least { ("small", least) } else { ("large", most) };
            self.report(console, "warning", &format!("{name} too {fault}, set to {set}"));
            set
        };
        match place {
            Place::Variable(name) => self.variables[name] = value,
            Place::Element(name) => {
                self.arrays[name].borrow_mut().insert(index, value);
            }
            Place::Scale if value.is_negative() => {
                self.report(console, "warning", "negative scale, set to 0");
                self.scale = 0;
            }
            Place::Scale => self.scale = bounded("scale", 0, MAX_SCALE as i64) as usize,
            Place::Ibase => self.ibase = bounded("ibase", 2, 36) as u32,
            Place::Obase => self.obase = bounded("obase", 2, i64::from(i32::MAX)) as u32,
            Place::Last => self.last = value,
        }
    }

    /// Puts back what a function's own variables stood in front of.
    fn restore(&mut self, frame: Frame) {
        for (name, value) in frame.variables.into_iter().rev() {
            self.variables[name] = value;
        }
        for (name, array) in frame.arrays.into_iter().rev() {
            self.arrays[name] = array;
        }
    }

    fn call(&mut self, console: &mut dyn Console, name: Id, arguments: &[Argument]) -> Result<(), Stop> {
        let Some(function) = self.functions.get(&name).cloned() else {
            return self.call_library(console, name, arguments);
        };
        let mismatch = |(parameter, argument): (&Parameter, &Argument)| {
            matches!((parameter, argument), (Parameter::Value(_), Argument::Array(_)))
                || matches!((parameter, argument), (Parameter::Array(_) | Parameter::Reference(_), Argument::Value))
        };
        if function.parameters.len() != arguments.len() {
            return self.fail(console, "Parameter number mismatch");
        }
        if function.parameters.iter().zip(arguments).any(mismatch) {
            return self.fail(console, &format!("Parameter type mismatch, parameter to {}.", self.names[name]));
        }
        if self.frames.len() >= DEEPEST {
            return self.fail(console, "functions are nested too deeply");
        }
        let count = arguments.iter().filter(|argument| matches!(argument, Argument::Value)).count();
        let mut values = self.stack.split_off(self.stack.len().saturating_sub(count)).into_iter();
        // All are taken before any is set: an array may be passed under another's name.
        let whole: Vec<Array> = arguments
            .iter()
            .filter_map(|argument| match argument {
                Argument::Array(name) => Some(self.arrays[*name].clone()),
                Argument::Value => None,
            })
            .collect();
        let mut whole = whole.into_iter();
        let (mut variables, mut arrays) = (Vec::new(), Vec::new());
        let zero = || Decimal::from(0);
        for (parameter, given) in
            function.parameters.iter().map(|p| (p, true)).chain(function.autos.iter().map(|p| (p, false)))
        {
            match *parameter {
                Parameter::Value(id) => {
                    let value = if given { values.next().unwrap_or_else(zero) } else { zero() };
                    variables.push((id, std::mem::replace(&mut self.variables[id], value)));
                }
                Parameter::Array(id) => {
                    let copy = if given { whole.next() } else { None };
                    let copy = copy.map(|array| Rc::new(RefCell::new(array.borrow().clone()))).unwrap_or_default();
                    arrays.push((id, std::mem::replace(&mut self.arrays[id], copy)));
                }
                Parameter::Reference(id) => {
                    let array = whole.next().unwrap_or_default();
                    arrays.push((id, std::mem::replace(&mut self.arrays[id], array)));
                }
            }
        }
        self.frames.push(Frame {
            code: function.code.clone(),
            next: 0,
            function: Some(name),
            void: function.void,
            variables,
            arrays,
        });
        Ok(())
    }

    fn call_library(&mut self, console: &mut dyn Console, name: Id, arguments: &[Argument]) -> Result<(), Stop> {
        let function = self.names[name].clone();
        let takes = match function.as_str() {
            "e" | "l" | "s" | "c" | "a" if self.library => 1,
            "j" if self.library => 2,
            _ => return self.fail(console, &format!("Function {function} not defined.")),
        };
        if arguments.len() != takes || arguments.iter().any(|argument| matches!(argument, Argument::Array(_))) {
            return self.fail(console, "Parameter number mismatch");
        }
        let x = self.pop();
        let result = match function.as_str() {
            "e" => maths::e(&x, self.scale),
            "l" => Ok(maths::l(&x, self.scale)),
            "s" => Ok(maths::s(&x, self.scale)),
            "c" => Ok(maths::c(&x, self.scale)),
            "a" => Ok(maths::a(&x, self.scale)),
            _ => {
                let order = self.pop();
                maths::j(&order, &x, self.scale)
            }
        };
        match result {
            Ok(value) => {
                self.stack.push(if value.is_zero() { Decimal::from(0) } else { value });
                Ok(())
            }
            Err(_) => self.fail(console, "exponent too large in raise"),
        }
    }
}
