//! `printf`

use agentfense_twins::Dialect;
use agentfense_twins::printf::{Complaint, System};
use bstr::BString;

use crate::expand::{quote, text};
use crate::shell::{Flow, Run, Shell};
use crate::vars::{Target, now};

const USAGE: &str = "printf [-v var] format [arguments]";

/// `printf [-v var] format [arguments]`
pub fn printf(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let mut target = None;
    let mut first = 1;
    while let Some(arg) = args.get(first) {
        if arg == "--" {
            first += 1;
            break;
        }
        let Some(letters) = arg.strip_prefix(b"-").filter(|letters| !letters.is_empty()) else { break };
        if letters[0] != b'v' {
            return Ok(shell.invalid_option(b"printf", letters[0], USAGE));
        }
        let name = if letters.len() > 1 {
            BString::from(&letters[1..])
        } else {
            first += 1;
            match args.get(first) {
                Some(name) => name.clone(),
                None => {
                    shell.error("printf: -v: option requires an argument");
                    shell.write_error(format!("printf: usage: {USAGE}\n").as_bytes());
                    return Ok(2);
                }
            }
        };
        match Target::parse(&name) {
            Some(parsed) => target = Some(parsed),
            None => {
                shell.error([b"printf: `", name.as_slice(), b"': not a valid identifier"].concat());
                return Ok(2);
            }
        }
        first += 1;
    }
    let Some(format) = args.get(first) else {
        shell.write_error(format!("printf: usage: {USAGE}\n").as_bytes());
        return Ok(2);
    };
    let printed = agentfense_twins::printf::printf(shell, format, &args[first + 1..]);
    match target {
        None => shell.out(&printed.text)?,
        Some(target) => {
            let value = BString::from(printed.text.into_iter().filter(|byte| *byte != 0).collect::<Vec<u8>>());
            match shell.set_target(&target, value) {
                Ok(()) => {}
                Err(Flow::Abort) => return Ok(1),
                Err(flow) => return Err(flow),
            }
        }
    }
    Ok(i32::from(printed.status))
}

impl System for Shell {
    const DIALECT: Dialect = Dialect::Bash;

    fn complain(&mut self, complaint: Complaint<'_>) {
        let message = match complaint {
            Complaint::NoDigits(b'x') => b"missing hex digit for \\x".to_vec(),
            Complaint::NoDigits(letter) | Complaint::NoCharacter(letter, _) => {
                [b"missing unicode digit for \\", &[letter][..]].concat()
            }
            Complaint::NoLetter(conversion) => [b"`%", conversion, b"': missing format character"].concat(),
            Complaint::Letter(letter, _) => [b"`", &[letter][..], b"': invalid format character"].concat(),
            Complaint::NoParenthesis(text) => [b"`", text, b"': missing `)'"].concat(),
            Complaint::NoNumber(word) | Complaint::NotAllNumber(word) => {
                let kind: &[u8] = match word {
                    [b'0', b'0'..=b'9', ..] => b": invalid octal number",
                    [b'0', b'x', ..] => b": invalid hex number",
                    _ => b": invalid number",
                };
                [word, kind].concat()
            }
            Complaint::OutOfRange(word) | Complaint::Width(word) => {
                [b"warning: ", word, b": Numerical result out of range"].concat()
            }
            // bash says nothing of these.
            Complaint::Ignored(_) | Complaint::Excess(_) => return,
        };
        self.error([b"printf: ", message.as_slice()].concat());
    }

    fn character(&self, value: &[u8]) -> (i64, usize) {
        let (code, length) = text::decode(value);
        (i64::from(code.checked_sub(text::INVALID).unwrap_or(code)), length)
    }

    fn quoted(&self, value: &[u8]) -> Vec<u8> {
        quote::printf_q(value).into()
    }

    fn time(&mut self, format: &[u8], seconds: Option<i64>) -> Vec<u8> {
        self.format_time(format, seconds.unwrap_or_else(|| now().0))
    }

    fn store(&mut self, variable: &[u8], count: usize) -> bool {
        let Some(target) = Target::parse(variable) else { return true };
        self.set_target(&target, count.to_string().into()).is_ok()
    }
}
