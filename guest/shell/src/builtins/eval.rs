//! `eval`.

use bstr::BString;

use crate::shell::{Run, Shell};

/// `eval`
pub fn eval(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let words = match args.get(1) {
        Some(first) if first == "--" => args.get(2..),
        Some(first) if first.len() > 1 && first[0] == b'-' => {
            return Ok(shell.invalid_option(b"eval", first[1], "eval [arg ...]"));
        }
        _ => args.get(1..),
    };
    let text = match words.unwrap_or_default() {
        [] => return Ok(0),
        [text] => text.clone(),
        words => bstr::join(" ", words).into(),
    };
    shell.enter()?;
    shell.trace_level += 1;
    let line = shell.line;
    let result = shell.run_evaluated(&text, line.max(1));
    shell.trace_level -= 1;
    shell.line = line;
    shell.leave();
    result?;
    Ok(shell.status)
}
