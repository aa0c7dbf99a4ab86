//! `[[ ]]`.

use bstr::BString;

use crate::ast::{TestExpr, Word};
use crate::options::{SetOption, Shopt};
use crate::regex::Regex;
use crate::shell::{Flow, Run, Shell};
use crate::vars::{Attributes, Indexed, Value, Variable};

/// What a `[[ ]]` expression says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// There is no answer, which counts as no; the error has been told, and this is the status.
    Error(i32),
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

impl Shell {
    /// The truth of a `[[ ]]` expression. `$?` in it is what it was before.
    pub fn eval_test(&mut self, expr: &TestExpr) -> Run<Truth> {
        self.eval_term(expr, false)
    }

    /// `negated` is for xtrace alone: a `!` stands before the term.
    fn eval_term(&mut self, expr: &TestExpr, negated: bool) -> Run<Truth> {
        self.check_stack()?;
        match expr {
            TestExpr::Word(word) => {
                let operand = self.expand_string(word)?;
                self.trace_term(negated, &[b"-n", &operand]);
                Ok(Truth::from(!operand.is_empty()))
            }
            TestExpr::Not(inner) => Ok(match self.eval_term(inner, !negated)? {
                Truth::Yes => Truth::No,
                Truth::No | Truth::Error(_) => Truth::Yes,
            }),
            TestExpr::And(left, right) => match self.eval_term(left, false)? {
                Truth::Yes => self.eval_term(right, false),
                other => Ok(other),
            },
            TestExpr::Or(left, right) => match self.eval_term(left, false)? {
                Truth::Yes => Ok(Truth::Yes),
                Truth::No | Truth::Error(_) => self.eval_term(right, false),
            },
            TestExpr::Group(inner) => self.eval_term(inner, false),
            TestExpr::Unary(op, word) => self.eval_test_unary(op, word, negated),
            TestExpr::Binary(op, left, right) => self.eval_test_binary(op, left, right, negated),
        }
    }

    #[inline(never)]
    fn eval_test_unary(&mut self, op: &[u8], word: &Word, negated: bool) -> Run<Truth> {
        let operand = self.expand_string(word)?;
        self.trace_term(negated, &[op, &operand]);
        agentfense_twins::test::unary(self, op, &operand).map(|result| result.unwrap_or(false).into())
    }

    #[inline(never)]
    fn eval_test_binary(&mut self, op: &[u8], left: &Word, right: &Word, negated: bool) -> Run<Truth> {
        let left = self.expand_string(left)?;
        match op {
            b"=" | b"==" | b"!=" => {
                let pattern = self.expand_test_pattern(right)?;
                if self.options.get(SetOption::Xtrace) {
                    let shown = self.trace_pattern(right);
                    self.trace_term(negated, &[&left, op, &shown]);
                }
                Ok(Truth::from(pattern.matches(&left) == (op != b"!=")))
            }
            b"=~" => {
                let expression = self.expand_regex(right)?;
                self.trace_term(negated, &[&left, op, &expression]);
                self.match_regex(&left, &expression)
            }
            b"-eq" | b"-ne" | b"-lt" | b"-le" | b"-gt" | b"-ge" => {
                let right = self.expand_string(right)?;
                self.trace_term(negated, &[&left, op, &right]);
                let compared = self.compare_arith(&left, &right);
                match compared {
                    Ok((left, right)) => Ok(crate::expand::compare(op, left, right).into()),
                    Err(Flow::Abort) => Ok(Truth::Error(1)),
                    Err(flow) => Err(flow),
                }
            }
            _ => {
                let right = self.expand_string(right)?;
                self.trace_term(negated, &[&left, op, &right]);
                Ok(agentfense_twins::test::binary(self, &left, op, &right).unwrap_or(false).into())
            }
        }
    }

    /// Extended globs are always patterns in `[[ ]]`.
    fn expand_test_pattern(&mut self, word: &Word) -> Run<crate::pattern::Pattern> {
        let had = self.options.shopt(Shopt::Extglob);
        self.options.shopt_set(Shopt::Extglob, true);
        let pattern = self.expand_pattern(word);
        self.options.shopt_set(Shopt::Extglob, had);
        pattern
    }

    fn compare_arith(&mut self, left: &[u8], right: &[u8]) -> Run<(i64, i64)> {
        let left = self.eval_arith_text_for(left, "[[: ")?;
        Ok((left, self.eval_arith_text_for(right, "[[: ")?))
    }

    fn match_regex(&mut self, text: &[u8], expression: &[u8]) -> Run<Truth> {
        let regex = Regex::new(expression, self.options.shopt(Shopt::Nocasematch));
        let Ok(groups) = regex.and_then(|regex| regex.captures(text)) else {
            return Ok(Truth::Error(2));
        };
        let found = groups.is_some();
        let matched: Vec<BString> = groups
            .unwrap_or_default()
            .into_iter()
            .map(|group| group.map_or_else(BString::default, |(start, end)| text[start..end].into()))
            .collect();
        let readonly = self.vars.get(b"BASH_REMATCH").is_some_and(|old| old.attributes.any(Attributes::READONLY));
        if !readonly {
            let level = self.vars.get(b"BASH_REMATCH").map_or(0, |old| old.level);
            let value = Value::Indexed(Indexed::from(matched));
            self.vars.insert(b"BASH_REMATCH", Variable { value, attributes: Attributes::NONE, level });
        }
        Ok(found.into())
    }
}
