//! `test` and `[`, and the checks that they share with `[[ ]]`.

use agentfense_sys::files::{self, Stat};
use agentfense_twins::Dialect;
use agentfense_twins::test::{self, Failure, System};
use bstr::{BString, ByteSlice};

use crate::options::SetOption;
use crate::shell::{Flow, Run, Shell};
use crate::vars::{Attributes, Target, Value};

/// `test expression` and `[ expression ]`
pub fn test(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let name: &[u8] = args.first().map_or(b"test", |name| name);
    let mut operands = args.get(1..).unwrap_or_default();
    if name == b"[" {
        match operands.split_last() {
            Some((last, rest)) if last == "]" => operands = rest,
            _ => {
                shell.error("[: missing `]'");
                return Ok(2);
            }
        }
    }
    let message = match test::evaluate(shell, operands) {
        Ok(truth) => return Ok(i32::from(!truth)),
        Err(Failure::NotUnary(word)) => [word, b": unary operator expected"].concat(),
        Err(Failure::NotBinary(word)) => [word, b": binary operator expected"].concat(),
        Err(Failure::NotInteger(word)) => [word, b": integer expression expected"].concat(),
        Err(Failure::Extra(_)) => b"too many arguments".to_vec(),
        Err(Failure::MissingAfter(_)) => b"argument expected".to_vec(),
        Err(Failure::Unclosed(None)) => b"`)' expected".to_vec(),
        Err(Failure::Unclosed(Some(word))) => [b"`)' expected, found ", word].concat(),
        Err(Failure::TooDeep) => b"expression too deep".to_vec(),
        // It was reported.
        Err(Failure::Stop(Flow::Abort)) => return Ok(2),
        Err(Failure::Stop(flow)) => return Err(flow),
    };
    shell.error([name, b": ", &message].concat());
    Ok(2)
}

impl System for Shell {
    const DIALECT: Dialect = Dialect::Bash;
    type Stop = Flow;

    fn stat(&self, path: &[u8], follow: bool) -> Option<Stat> {
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

    fn of_the_shell(&mut self, letter: u8, operand: &[u8]) -> Run<bool> {
        Ok(match letter {
            b'o' => SetOption::from_name(operand).is_some_and(|option| self.options.get(option)),
            b'v' => return self.is_set(operand),
            _ => {
                let variable = self.vars.get(operand);
                variable.is_some_and(|variable| variable.attributes.any(Attributes::NAMEREF) && variable.is_assigned())
            }
        })
    }
}

impl Shell {
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
