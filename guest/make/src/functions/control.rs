//! Functions that choose, repeat, define, ask and tell.

use super::argument;
use super::words::push;
use crate::text::{bytes, trim, trim_start, words};
use crate::variables::Origin;
use crate::{Make, Result, Stop, Stream};
use std::cmp::Ordering;

pub(super) fn r#if(make: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    let condition = make.expand(trim(argument(args, 0)))?;
    make.expand_into(argument(args, if condition.is_empty() { 2 } else { 1 }), out)
}

pub(super) fn or(make: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    for condition in args {
        let value = make.expand(trim(condition))?;
        if !value.is_empty() {
            out.extend(value);
            break;
        }
    }
    Ok(())
}

pub(super) fn and(make: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    let mut last = Vec::new();
    for condition in args {
        last = make.expand(trim(condition))?;
        if last.is_empty() {
            return Ok(());
        }
    }
    out.extend(last);
    Ok(())
}

/// A number of any size: its sign and its digits without leading zeros.
fn integer(make: &Make<'_>, value: &[u8], which: &str) -> Result<(bool, Vec<u8>)> {
    let text = trim(value);
    let problem = |text: Vec<u8>| {
        Stop::Fatal(make.place(), bytes!("non-numeric ", which, " argument to 'intcmp' function: ", text))
    };
    if text.is_empty() {
        return Err(problem(b"empty value".to_vec()));
    }
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(problem(bytes!("'", value, "'")));
    }
    let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
    let digits = digits[zeros..].to_vec();
    Ok((text.starts_with(b"-") && !digits.is_empty(), digits))
}

pub(super) fn intcmp(make: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    let (left, right) = (make.expand(argument(args, 0))?, make.expand(argument(args, 1))?);
    let left = integer(make, &left, "first")?;
    let right = integer(make, &right, "second")?;
    let size = left.1.len().cmp(&right.1.len()).then_with(|| left.1.cmp(&right.1));
    let order = match (left.0, right.0) {
        (false, false) => size,
        (true, true) => size.reverse(),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    };
    if args.len() == 2 {
        if order == Ordering::Equal {
            out.extend(bytes!(if left.0 { "-" } else { "" }, if left.1.is_empty() { b"0" } else { &left.1[..] }));
        }
        return Ok(());
    }
    let index = match order {
        Ordering::Less => 2,
        Ordering::Equal => 3,
        // Without a fifth argument, what is greater is treated as equal.
        Ordering::Greater => {
            if args.len() > 4 {
                4
            } else {
                3
            }
        }
    };
    make.expand_into(argument(args, index), out)
}

pub(super) fn foreach(make: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    let name = make.expand(argument(args, 0))?;
    let list = make.expand(argument(args, 1))?;
    let set = make.vars.push_scope();
    let mut first = true;
    let mut done = Ok(());
    for word in words(&list) {
        make.vars.define(set, trim(&name), word, Origin::Automatic, false, None);
        push(out, &mut first, b"");
        done = make.expand_into(argument(args, 2), out);
        if done.is_err() {
            break;
        }
    }
    make.vars.pop_scope();
    done
}

pub(super) fn r#let(make: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    let names = make.expand(argument(args, 0))?;
    let list = make.expand(argument(args, 1))?;
    let set = make.vars.push_scope();
    let names: Vec<&[u8]> = words(&names).collect();
    let mut rest = trim_start(&list);
    for (index, name) in names.iter().enumerate() {
        let value = if index + 1 == names.len() {
            // The last one takes all that is left.
            trim(rest)
        } else {
            let (word, after) = crate::text::first_word(rest);
            rest = after;
            word
        };
        make.vars.define(set, name, value, Origin::Automatic, false, None);
    }
    let done = make.expand_into(argument(args, 2), out);
    make.vars.pop_scope();
    done
}

pub(super) fn call(make: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    let name = trim(argument(args, 0));
    if name.is_empty() {
        return Ok(());
    }
    if let Some(function) = super::named(name) {
        return make.invoke(function, &args[1..], out);
    }
    let Some((link, variable)) = make.vars.find(name) else { return Ok(()) };
    let mut variable = variable.clone();
    // A call may call itself, and a value that is called is a body however it was defined.
    variable.recursive = true;
    let set = make.vars.push_scope();
    for (index, value) in args.iter().enumerate() {
        let number = index.to_string();
        let value = if index == 0 { name } else { value };
        make.vars.define(set, number.as_bytes(), value, Origin::Automatic, false, None);
    }
    // A call inside a call does not see the arguments of the outer one.
    let hidden = make.call_arguments.max(args.len());
    for index in args.len()..hidden {
        make.vars.define(set, index.to_string().as_bytes(), b"", Origin::Automatic, false, None);
    }
    let outer = std::mem::replace(&mut make.call_arguments, hidden);
    let done = if variable.append {
        make.value_of(name, &variable, link, out)
    } else {
        make.expand_into(&variable.value, out)
    };
    make.call_arguments = outer;
    make.vars.pop_scope();
    done
}

pub(super) fn value(make: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    if let Some(variable) = make.vars.get(argument(args, 0)) {
        out.extend_from_slice(&variable.value);
    }
    Ok(())
}

pub(super) fn eval(make: &mut Make<'_>, args: &[Vec<u8>], _: &mut Vec<u8>) -> Result {
    make.eval_text(argument(args, 0))
}

pub(super) fn origin(make: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    let origin = make.vars.get(argument(args, 0)).map_or("undefined", |variable| variable.origin.name());
    out.extend(origin.bytes());
    Ok(())
}

pub(super) fn flavor(make: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    let flavor = match make.vars.get(argument(args, 0)) {
        None => "undefined",
        Some(variable) if variable.recursive => "recursive",
        Some(_) => "simple",
    };
    out.extend(flavor.bytes());
    Ok(())
}

pub(super) fn error(make: &mut Make<'_>, args: &[Vec<u8>], _: &mut Vec<u8>) -> Result {
    Err(make.fatal(argument(args, 0)))
}

pub(super) fn warning(make: &mut Make<'_>, args: &[Vec<u8>], _: &mut Vec<u8>) -> Result {
    let location = make.location.clone();
    make.complain(location, argument(args, 0));
    Ok(())
}

pub(super) fn info(make: &mut Make<'_>, args: &[Vec<u8>], _: &mut Vec<u8>) -> Result {
    make.print(Stream::Out, &bytes!(argument(args, 0), "\n"));
    Ok(())
}
