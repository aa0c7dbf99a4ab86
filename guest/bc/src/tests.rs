//! Programs of bc and dc, and what the native ones answer.

use crate::console::{Console, Printer};
use crate::{bc, dc};
use std::collections::VecDeque;
use std::io;

/// A console of texts: what goes to standard output and to standard error stands in one.
struct Texts {
    lines: VecDeque<Vec<u8>>,
    out: Vec<u8>,
}

impl Console for Texts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    fn complain(&mut self, text: &str) {
        // Addresses are those of our own code.
        let text = match (text.find("adr="), text.find("): ")) {
            (Some(start), Some(end)) if start < end => format!("{}adr=N{}", &text[..start], &text[end..]),
            _ => text.to_owned(),
        };
        self.out.extend_from_slice(text.as_bytes());
    }

    fn line(&mut self) -> Option<Vec<u8>> {
        self.lines.pop_front()
    }
}

fn run(command: &str, program: &str) -> String {
    let program = format!("{program}\n");
    let lines = program.as_bytes().split_inclusive(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
    let mut texts = Texts { lines, out: Vec::new() };
    let printer = Printer::new(None, usize::from(command != "dc"));
    match command {
        "dc" => drop(dc::calculate(&mut texts, &[], printer).unwrap()),
        command => bc::calculate(&mut texts, Vec::new(), true, command == "bc -l", printer).unwrap(),
    }
    String::from_utf8_lossy(&texts.out).into_owned()
}

/// `cases.txt`: a line `#### COMMAND`, the program, a line `----`, what the native command printed.
#[test]
fn programs_give_what_the_native_ones_give() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in include_str!("cases.txt").split("#### ").skip(1) {
        let (command, rest) = case.split_once('\n').unwrap();
        let (program, expected) = rest.split_once("\n----\n").unwrap();
        let got = run(command, program);
        count += 1;
        if got.trim_end() != expected.trim_end() {
            wrong.push(format!("{command}: {program}\n--- native\n{expected}\n--- here\n{got}"));
        }
    }
    assert!(count > 100, "{count}");
    assert!(wrong.is_empty(), "{} of {count}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn recursion_and_nesting_have_an_end() {
    let endless = run("bc", "define f(x) { return f(x) }\nf(1)\n2");
    assert!(endless.contains("nested too deeply") && endless.ends_with("2\n"), "{endless}");
    let nested = run("bc", &format!("{}1{}\n3", "(".repeat(100_000), ")".repeat(100_000)));
    assert!(nested.contains("nested too deeply") && nested.ends_with("3\n"));
    assert!(run("bc", "9^9^9^9\n4").ends_with("4\n"));
    assert!(run("dc", "[lax1]salax").contains("nested too deeply"));
}
