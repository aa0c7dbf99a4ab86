//! `getopts`

use bstr::{BString, ByteSlice};

use crate::shell::{Flow, Run, Shell};
use crate::vars::is_name;

/// `getopts optstring name [arg ...]`
pub fn getopts(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let args = match args.get(1) {
        Some(arg) if arg == "--" => &args[1..],
        Some(arg) if arg.len() > 1 && arg[0] == b'-' => {
            return Ok(shell.invalid_option(b"getopts", arg[1], "getopts optstring name [arg ...]"));
        }
        _ => args,
    };
    let (Some(letters), Some(name)) = (args.get(1), args.get(2)) else {
        shell.write_error(b"getopts: usage: getopts optstring name [arg ...]\n");
        return Ok(2);
    };
    let operands = if args.len() > 3 { args[3..].to_vec() } else { shell.positional.to_vec() };
    let silent = letters.first() == Some(&b':');
    let index = shell.var(b"OPTIND").and_then(|text| text.to_str().ok()?.trim().parse::<usize>().ok()).unwrap_or(1);
    let mut index = index.clamp(1, operands.len() + 1);
    // Where in a word of several letters we are is known to nobody but us; an
    // assignment to OPTIND (to start again) makes it void.
    let mut offset = match shell.vars.option_offset {
        (at, offset) if at == index => offset,
        _ => 0,
    };
    let mut argument: Option<BString> = None;
    let mut found = None;
    if let Some(word) = operands.get(index - 1) {
        if offset == 0 {
            if word == "--" {
                index += 1;
            } else if word.len() > 1 && word[0] == b'-' {
                offset = 1;
            }
        }
        if offset > 0 && offset < word.len() {
            let letter = word[offset];
            offset += 1;
            let at_end = offset >= word.len();
            let wants =
                letters.find_byte(letter).filter(|_| letter != b':').map(|at| letters.get(at + 1) == Some(&b':'));
            let mut result = letter;
            match wants {
                None => {
                    if silent {
                        argument = Some(BString::from(vec![letter]));
                    } else {
                        complain(shell, "illegal option", letter);
                    }
                    result = b'?';
                    if at_end {
                        index += 1;
                        offset = 0;
                    }
                }
                Some(false) => {
                    if at_end {
                        index += 1;
                        offset = 0;
                    }
                }
                Some(true) => {
                    if !at_end {
                        argument = Some(word[offset..].into());
                        index += 1;
                    } else if let Some(next) = operands.get(index) {
                        argument = Some(next.clone());
                        index += 2;
                    } else {
                        if silent {
                            result = b':';
                            argument = Some(BString::from(vec![letter]));
                        } else {
                            complain(shell, "option requires an argument", letter);
                            result = b'?';
                        }
                        index += 1;
                    }
                    offset = 0;
                }
            }
            found = Some(result);
        }
    }
    if found.is_none() {
        offset = 0;
    }
    let store = |shell: &mut Shell, name: &[u8], value: BString| match shell.set_scalar(name, value) {
        Ok(()) => Ok(true),
        Err(Flow::Abort) => Ok(false),
        Err(flow) => Err(flow),
    };
    store(shell, b"OPTIND", index.to_string().into())?;
    shell.vars.option_offset = (index, offset);
    match argument {
        Some(argument) => {
            store(shell, b"OPTARG", argument)?;
        }
        None => shell.vars.unset(b"OPTARG"),
    }
    if !is_name(name) {
        shell.error([b"getopts: `", name.as_slice(), b"': not a valid identifier"].concat());
        return Ok(1);
    }
    let value = BString::from(vec![found.unwrap_or(b'?')]);
    if !store(shell, name, value)? {
        return Ok(1);
    }
    Ok(i32::from(found.is_none()))
}

fn complain(shell: &mut Shell, what: &str, letter: u8) {
    if shell.var(b"OPTERR").is_some_and(|value| value == "0") {
        return;
    }
    let mut message = shell.name.to_vec();
    message.extend_from_slice(format!(": {what} -- ").as_bytes());
    message.extend_from_slice(&[letter, b'\n']);
    shell.write_error(&message);
}
