//! Programs and what they give, as jq gives it.

use super::*;
use crate::value::single;

struct Silent;

impl Host for Silent {
    fn input(&self) -> Option<Value> {
        None
    }

    fn input_filename(&self) -> Value {
        Value::Null
    }

    fn input_line_number(&self) -> usize {
        0
    }

    fn complain(&self, _: &str) {}
}

/// The outputs of a program in one line; an error at the end after `!!`.
fn outputs(program: &str) -> String {
    let filter = match compile(program, &[], &[]) {
        Ok(filter) => filter,
        Err(message) => return message,
    };
    let mut texts = Vec::new();
    let stop = filter.run::<()>(&Silent, &[], Value::Null, |value| {
        texts.push(value.to_json());
        Ok(())
    });
    match stop {
        Ok(Some(Stop::Error(value))) => texts.push(format!("!! {}", value.to_text())),
        Ok(Some(Stop::Halt(status))) => texts.push(format!("halt {status}")),
        _ => {}
    }
    texts.join(" ")
}

/// `cases.txt` has a program a line, and below it what jq answers.
#[test]
fn programs_give_what_jq_gives() {
    let mut lines = include_str!("cases.txt").lines();
    let mut wrong = Vec::new();
    while let (Some(program), Some(expected)) = (lines.next(), lines.next()) {
        let got = outputs(program);
        if got != expected {
            wrong.push(format!("{program}\n  jq   {expected}\n  here {got}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn mistakes_in_a_program() {
    let message = |program: &str| compile(program, &[], &[]).err().unwrap_or_default();
    assert_eq!(message("foo"), "jq: error: foo/0 is not defined at <top-level>, line 1:\nfoo\njq: 1 compile error");
    assert_eq!(
        message("1 |\n$x"),
        "jq: error: $x is not defined at <top-level>, line 2:\n1 |\n$x\njq: 1 compile error"
    );
    assert!(message("1 +").starts_with("jq: error: syntax error, unexpected end of file"));
}

#[test]
fn a_deep_value_is_no_danger() {
    // The stack that a guest has.
    let deep = std::thread::Builder::new().stack_size(16 << 20).spawn(|| {
        let text = "[".repeat(9_999) + &"]".repeat(9_999);
        assert_eq!(single(text.as_bytes()).unwrap().to_json(), text);
    });
    deep.unwrap().join().unwrap();
}
