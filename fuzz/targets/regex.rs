//! Any pattern on any text: matches lie within the text and in order, in every syntax.
#![no_main]

use agentfense_regex::{Flags, Regex, Syntax};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, Vec<u8>, Vec<u8>)| {
    let (choice, pattern, text) = input;
    // Long ones are slow, not different.
    if pattern.len() > 64 || text.len() > 256 {
        return;
    }
    let syntax = [Syntax::Basic, Syntax::Extended, Syntax::Fixed, Syntax::Perl][usize::from(choice & 3)];
    let bit = |n: u8| choice >> n & 1 != 0;
    let flags = Flags { ignore_case: bit(2), lines: bit(3), bytes: bit(4), whole: bit(5), word: bit(6) };
    let Ok(regex) = Regex::new(&pattern, syntax, flags) else { return };
    let mut at = 0;
    while let Ok(Some(captures)) = regex.captures_at(&text, at) {
        let whole = captures.get(0).expect("a match has a range");
        assert!(whole.start >= at && whole.start <= whole.end && whole.end <= text.len());
        for group in 1..=regex.groups() {
            if let Some(range) = captures.get(group) {
                assert!(range.start <= range.end && range.end <= text.len());
            }
        }
        at = whole.end.max(at + 1);
        if at > text.len() {
            break;
        }
    }
});
