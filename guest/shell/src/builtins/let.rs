//! `let`

use bstr::BString;

use crate::shell::{Flow, Run, Shell};

/// `let arg [arg ...]`: each is an expression; fails if the last one is 0.
pub fn let_(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let first = if args.get(1).is_some_and(|arg| arg == "--") { 2 } else { 1 };
    if args.len() <= first {
        shell.error("let: expression expected");
        return Ok(1);
    }
    let mut last = 0;
    for arg in &args[first..] {
        last = match shell.eval_arith_text_for(arg, "let: ") {
            Ok(value) => value,
            Err(Flow::Abort) => return Ok(1),
            Err(flow) => return Err(flow),
        };
    }
    Ok(i32::from(last == 0))
}
