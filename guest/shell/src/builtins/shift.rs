//! `shift`

use bstr::BString;

use crate::options::{SetOption, Shopt};
use crate::shell::{Run, Shell};

/// `shift [n]`
pub fn shift(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let operands = match args.get(1) {
        Some(arg) if arg == "--" => &args[2..],
        _ => args.get(1..).unwrap_or_default(),
    };
    if operands.len() > 1 {
        shell.error("shift: too many arguments");
        return Ok(1);
    }
    let count = match operands.first() {
        None => 1,
        Some(text) => match std::str::from_utf8(text).ok().and_then(|text| text.trim().parse::<i64>().ok()) {
            Some(count) => count,
            None => {
                shell.error([b"shift: ", text.as_slice(), b": numeric argument required"].concat());
                return Ok(1);
            }
        },
    };
    let too_many = usize::try_from(count).ok().filter(|count| *count <= shell.positional.len());
    let Some(count) = too_many else {
        if count < 0 || shell.options.shopt(Shopt::ShiftVerbose) || shell.options.get(SetOption::Posix) {
            shell.error(format!("shift: {count}: shift count out of range"));
        }
        return Ok(1);
    };
    if count > 0 {
        shell.positional.shift(count);
    }
    Ok(0)
}
