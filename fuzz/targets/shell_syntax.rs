//! Any bytes as a script: the parser ends, and so it does on what it prints of a program. (That this is the same
//! program cannot be asked: as in bash, `>file }` is printed `} >file`.)
#![no_main]

use agentfense_shell::syntax::{Options, Parser, parse_program, print};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &[u8]| {
    for options in [Options::default(), Options { posix: true, extglob: true, ..Options::default() }] {
        let mut parser = Parser::new(script, b"fuzz", 1);
        while let Ok(Some(_)) = parser.next_command(&options, &|_| None) {
            assert!(parser.position() <= script.len());
        }
        if let Ok(program) = parse_program(script, &options) {
            let _ = parse_program(&print::program(&program), &options);
        }
    }
});
