//! `test` and `[`, and the checks that they share with `[[ ]]`.

use std::ops::ControlFlow;

use agentfense_sys::files::{self, AccessMode, FileType, Stat};
use bstr::{BString, ByteSlice};

use crate::expand::compare;
use crate::options::SetOption;
use crate::shell::{Run, Shell};
use crate::vars::{Attributes, Target, Value};

/// Who every process of the sandbox is.
const USER: u32 = 1000;

/// `test expression` and `[ expression ]`
pub fn test(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let name = args.first().cloned().unwrap_or_default();
    let mut operands = args.get(1..).unwrap_or_default();
    if name == "[" {
        match operands.split_last() {
            Some((last, rest)) if last == "]" => operands = rest,
            _ => {
                shell.error("[: missing `]'");
                return Ok(2);
            }
        }
    }
    let mut evaluator = Evaluator { shell, args: operands, at: 0, depth: 0 };
    let result = evaluator.by_count();
    match result {
        Ok(truth) => Ok(i32::from(!truth)),
        Err(ControlFlow::Break(flow)) => Err(flow),
        Err(ControlFlow::Continue(message)) => {
            if !message.is_empty() {
                shell.error([name.as_slice(), b": ", &message].concat());
            }
            Ok(2)
        }
    }
}

/// An error to report, or a flow that goes on up.
type Failure = ControlFlow<crate::shell::Flow, BString>;

/// Parentheses and `!` deeper than this are refused.
const MAX_DEPTH: u32 = 1000;

struct Evaluator<'a> {
    shell: &'a mut Shell,
    args: &'a [BString],
    at: usize,
    depth: u32,
}

fn message(parts: &[&[u8]]) -> Failure {
    ControlFlow::Continue(parts.concat().into())
}

impl Evaluator<'_> {
    /// POSIX decides by the number of arguments, up to four of them.
    fn by_count(&mut self) -> Result<bool, Failure> {
        let args = self.args;
        match args {
            [] => Ok(false),
            [one] => Ok(!one.is_empty()),
            [first, second] => self.two(first, second),
            [first, second, third] => self.three(first, second, third),
            [bang, rest @ ..] if rest.len() == 3 && bang == "!" => {
                self.three(&rest[0], &rest[1], &rest[2]).map(|truth| !truth)
            }
            [open, first, second, close] if open == "(" && close == ")" => self.two(first, second),
            _ => {
                let truth = self.or()?;
                if self.at < args.len() {
                    return Err(message(&[b"too many arguments"]));
                }
                Ok(truth)
            }
        }
    }

    fn two(&mut self, first: &BString, second: &BString) -> Result<bool, Failure> {
        if first == "!" {
            return Ok(second.is_empty());
        }
        if is_unary(first) {
            return self.unary(first, second);
        }
        Err(message(&[first, b": unary operator expected"]))
    }

    fn three(&mut self, first: &BString, second: &BString, third: &BString) -> Result<bool, Failure> {
        if is_binary(second) {
            return self.binary(first, second, third);
        }
        match second.as_slice() {
            b"-a" => return Ok(!first.is_empty() && !third.is_empty()),
            b"-o" => return Ok(!first.is_empty() || !third.is_empty()),
            _ => {}
        }
        if first == "!" {
            return self.two(second, third).map(|truth| !truth);
        }
        if first == "(" && third == ")" {
            return Ok(!second.is_empty());
        }
        Err(message(&[second, b": binary operator expected"]))
    }

    fn or(&mut self) -> Result<bool, Failure> {
        let mut truth = self.and()?;
        while self.args.get(self.at).is_some_and(|arg| arg == "-o") {
            self.at += 1;
            truth |= self.and()?;
        }
        Ok(truth)
    }

    fn and(&mut self) -> Result<bool, Failure> {
        let mut truth = self.term()?;
        while self.args.get(self.at).is_some_and(|arg| arg == "-a") {
            self.at += 1;
            truth &= self.term()?;
        }
        Ok(truth)
    }

    fn term(&mut self) -> Result<bool, Failure> {
        let args = self.args;
        let Some(first) = args.get(self.at) else { return Err(message(&[b"argument expected"])) };
        let more = args.len() - self.at;
        if self.depth >= MAX_DEPTH {
            return Err(message(&[b"expression too deep"]));
        }
        if first == "!" {
            self.at += 1;
            self.depth += 1;
            let truth = self.term()?;
            self.depth -= 1;
            return Ok(!truth);
        }
        if first == "(" && more >= 2 {
            self.at += 1;
            self.depth += 1;
            let truth = self.or()?;
            self.depth -= 1;
            match args.get(self.at) {
                Some(close) if close == ")" => self.at += 1,
                Some(other) => return Err(message(&[b"`)' expected, found ", other])),
                None => return Err(message(&[b"`)' expected"])),
            }
            return Ok(truth);
        }
        if more >= 3 && is_binary(&args[self.at + 1]) {
            let (op, right) = (&args[self.at + 1], &args[self.at + 2]);
            self.at += 3;
            return self.binary(first, op, right);
        }
        if more >= 2 && is_unary(first) {
            let operand = &args[self.at + 1];
            self.at += 2;
            return self.unary(first, operand);
        }
        self.at += 1;
        Ok(!first.is_empty())
    }

    fn unary(&mut self, op: &[u8], operand: &[u8]) -> Result<bool, Failure> {
        match self.shell.test_unary(op, operand) {
            Ok(truth) => Ok(truth.unwrap_or(false)),
            Err(crate::shell::Flow::Abort) => Err(ControlFlow::Continue(BString::default())),
            Err(flow) => Err(ControlFlow::Break(flow)),
        }
    }

    fn binary(&mut self, left: &[u8], op: &[u8], right: &[u8]) -> Result<bool, Failure> {
        match op {
            b"=" | b"==" => Ok(left == right),
            b"!=" => Ok(left != right),
            b"-eq" | b"-ne" | b"-lt" | b"-le" | b"-gt" | b"-ge" => {
                let number =
                    |text: &[u8]| integer(text).ok_or_else(|| message(&[text, b": integer expression expected"]));
                Ok(compare(op, number(left)?, number(right)?))
            }
            _ => match self.shell.test_binary(left, op, right) {
                Ok(truth) => Ok(truth.unwrap_or(false)),
                Err(flow) => Err(ControlFlow::Break(flow)),
            },
        }
    }
}

/// A decimal integer with white space before it, blanks behind it.
fn integer(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii_start().to_str().ok()?.trim_end_matches([' ', '\t']);
    text.strip_prefix('+').unwrap_or(text).parse().ok()
}

fn is_unary(op: &[u8]) -> bool {
    matches!(op, [b'-', letter] if b"abcdefghknoprstuvwxzGLNORS".contains(letter))
}

fn is_binary(op: &[u8]) -> bool {
    matches!(
        op,
        b"=" | b"=="
            | b"!="
            | b"<"
            | b">"
            | b"-eq"
            | b"-ne"
            | b"-lt"
            | b"-le"
            | b"-gt"
            | b"-ge"
            | b"-nt"
            | b"-ot"
            | b"-ef"
    )
}

impl Shell {
    /// A check of one operand; absent for an operator that there is not.
    pub(crate) fn test_unary(&mut self, op: &[u8], operand: &[u8]) -> Run<Option<bool>> {
        let [b'-', letter] = op else { return Ok(None) };
        let kind = |wanted: FileType| self.test_stat(operand, true).is_some_and(|stat| stat.kind == wanted);
        let mode = |bit: u32| self.test_stat(operand, true).is_some_and(|stat| stat.mode & bit != 0);
        let truth = match letter {
            b'z' => operand.is_empty(),
            b'n' => !operand.is_empty(),
            b'a' | b'e' => self.test_stat(operand, true).is_some(),
            b'f' => kind(FileType::Regular),
            b'd' => kind(FileType::Directory),
            b'b' => kind(FileType::Block),
            b'c' => kind(FileType::Character),
            b'p' => kind(FileType::Fifo),
            b'S' => kind(FileType::Socket),
            b'h' | b'L' => self.test_stat(operand, false).is_some_and(|stat| stat.kind == FileType::Symlink),
            b's' => self.test_stat(operand, true).is_some_and(|stat| stat.size > 0),
            b'g' => mode(0o2000),
            b'u' => mode(0o4000),
            b'k' => mode(0o1000),
            b'r' => files::access(operand, AccessMode::READ).is_ok(),
            b'w' => files::access(operand, AccessMode::WRITE).is_ok(),
            b'x' => files::access(operand, AccessMode::EXECUTE).is_ok(),
            b'O' => self.test_stat(operand, true).is_some_and(|stat| stat.uid == USER),
            b'G' => self.test_stat(operand, true).is_some_and(|stat| stat.gid == USER),
            b'N' => self.test_stat(operand, true).is_some_and(|stat| stat.mtime > stat.atime),
            b't' => integer(operand).and_then(|fd| u32::try_from(fd).ok()).is_some_and(|fd| self.is_terminal(fd)),
            b'o' => SetOption::from_name(operand).is_some_and(|option| self.options.get(option)),
            b'v' => return self.is_set(operand).map(Some),
            b'R' => self
                .vars
                .get(operand)
                .is_some_and(|variable| variable.attributes.any(Attributes::NAMEREF) && variable.is_assigned()),
            _ => return Ok(None),
        };
        Ok(Some(truth))
    }

    /// A check of two operands, other than `=` and numbers.
    pub(crate) fn test_binary(&mut self, left: &[u8], op: &[u8], right: &[u8]) -> Run<Option<bool>> {
        let truth = match op {
            b"<" => left < right,
            b">" => left > right,
            b"-nt" => match (self.test_stat(left, true), self.test_stat(right, true)) {
                (Some(left), Some(right)) => left.mtime > right.mtime,
                (left, _) => left.is_some(),
            },
            b"-ot" => match (self.test_stat(left, true), self.test_stat(right, true)) {
                (Some(left), Some(right)) => left.mtime < right.mtime,
                (_, right) => right.is_some(),
            },
            b"-ef" => match (self.test_stat(left, true), self.test_stat(right, true)) {
                (Some(left), Some(right)) => left.dev == right.dev && left.ino == right.ino,
                _ => false,
            },
            _ => return Ok(None),
        };
        Ok(Some(truth))
    }

    fn test_stat(&self, path: &[u8], follow: bool) -> Option<Stat> {
        if path.is_empty() {
            return None;
        }
        // A descriptor of this shell may be one that its process does not have.
        if let Some(number) = path.strip_prefix(b"/dev/fd/")
            && let Some(fd) = number.to_str().ok().and_then(|number| number.parse().ok())
        {
            return self.files.get(fd)?.stat().ok();
        }
        files::stat(path, follow).ok()
    }

    fn is_terminal(&self, fd: u32) -> bool {
        self.files.get(fd).is_some_and(|file| file.is_terminal())
    }

    /// `-v name`
    fn is_set(&mut self, name: &[u8]) -> Run<bool> {
        if !name.is_empty() && name.iter().all(u8::is_ascii_digit) {
            let index = name.to_str().ok().and_then(|text| text.parse::<usize>().ok());
            return Ok(match index {
                Some(0) => true,
                Some(index) => index <= self.positional.len(),
                None => false,
            });
        }
        match Target::parse(name) {
            None => Ok(false),
            // Behind a nameref bash looks for a variable of just that name.
            Some(Target::Variable(name)) if matches!(self.vars.resolve(&name), Ok(Target::Element(..))) => Ok(false),
            Some(Target::Variable(name)) => Ok(self.var(&name).is_some()),
            Some(Target::Element(name, subscript)) => {
                let name = match self.vars.resolve(&name) {
                    Ok(target) => target.name().clone(),
                    Err(_) => return Ok(false),
                };
                let associative = self.vars.get(&name).is_some_and(|variable| variable.is_associative());
                if matches!(subscript.as_slice(), b"@" | b"*") && !associative {
                    return Ok(!self.values(&name).is_empty());
                }
                if let Some(Value::Associative(elements)) = self.vars.get(&name).map(|variable| &variable.value)
                    && matches!(subscript.as_slice(), b"@" | b"*")
                {
                    return Ok(elements.get(&subscript).is_some());
                }
                let place = self.place_of_text(&name, &subscript)?;
                Ok(self.element(&name, &place).is_some())
            }
        }
    }
}
