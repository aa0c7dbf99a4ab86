//! Any pattern on any text: a whole match is the longest prefix, too.
#![no_main]

use agentfense_shell::pattern::{Flags, Pattern};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, Vec<u8>, Vec<u8>)| {
    let (choice, pattern, text) = input;
    // Long ones are slow, not different.
    if pattern.len() > 32 || text.len() > 64 {
        return;
    }
    let flags = Flags { extglob: choice & 1 != 0, ignore_case: choice & 2 != 0, ..Flags::default() };
    let pattern = Pattern::new(&pattern, flags);
    if pattern.matches(&text) {
        assert_eq!(pattern.prefix(&text, true), Some(text.len()));
    }
    for at in 0..=text.len() {
        let short = pattern.match_at(&text, at, false);
        let long = pattern.match_at(&text, at, true);
        assert_eq!(short.is_some(), long.is_some());
        assert!(short <= long && long.is_none_or(|end| end <= text.len()));
    }
});
