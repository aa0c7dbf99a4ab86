//! `case`.

use crate::ast::{CaseArm, CaseEnd, Word};
use crate::options::Shopt;
use crate::shell::{Run, Shell};

impl Shell {
    /// Runs `case word in ... esac`.
    #[inline(never)]
    pub(crate) fn run_case(&mut self, line: u32, word: &Word, arms: &[CaseArm]) -> Run {
        self.line = line;
        let head = || [b"case ".as_slice(), &crate::syntax::print::word_text(word), b" in "].concat();
        if !self.debug_trap(head)? {
            return Ok(());
        }
        let subject = self.expand_string(word)?;
        self.trace_case(&subject);
        let ignore_case = self.options.shopt(Shopt::Nocasematch);
        let mut arms = arms.iter();
        // That of the last body; `$?` in the next is still what it was.
        let mut status = 0;
        'arms: while let Some(mut arm) = arms.next() {
            let mut matched = false;
            for pattern in &arm.patterns {
                if self.case_matches(pattern, &subject, ignore_case)? {
                    matched = true;
                    break;
                }
            }
            if !matched {
                continue;
            }
            loop {
                status = 0;
                if !arm.body.items.is_empty() {
                    self.run_program(&arm.body)?;
                    status = self.status;
                }
                match arm.end {
                    CaseEnd::Break => break 'arms,
                    CaseEnd::Continue => break,
                    CaseEnd::FallThrough => match arms.next() {
                        Some(next) => arm = next,
                        None => break 'arms,
                    },
                }
            }
        }
        self.status = status;
        Ok(())
    }

    fn case_matches(&mut self, pattern: &Word, subject: &[u8], ignore_case: bool) -> Run<bool> {
        // Most patterns are plain words, which need no compiling.
        if !ignore_case
            && let Some(text) = pattern.as_literal()
            && !text.iter().any(|byte| matches!(byte, b'*' | b'?' | b'[' | b'\\'))
        {
            return Ok(text.as_slice() == subject);
        }
        Ok(self.expand_pattern(pattern)?.matches(subject))
    }
}
