//! `[[ ]]`.

use bstr::BString;

use crate::ast::{TestExpr, Word};
use crate::options::{SetOption, Shopt};
use crate::regex::Regex;
use crate::shell::{Flow, Run, Shell};
use crate::vars::{Attributes, Indexed, Value, Variable};

impl Shell {
    /// The truth of a `[[ ]]` expression. After an error the answer is no, and
    /// the status says why (1, or 2 for a bad regular expression).
    pub fn eval_test(&mut self, expr: &TestExpr) -> Run<bool> {
        self.eval_term(expr, false)
    }

    /// `negated` is for xtrace alone: a `!` stands before the term.
    fn eval_term(&mut self, expr: &TestExpr, negated: bool) -> Run<bool> {
        self.check_stack()?;
        match expr {
            TestExpr::Word(word) => {
                let operand = self.expand_string(word)?;
                self.trace_term(negated, &[b"-n", &operand]);
                Ok(!operand.is_empty())
            }
            TestExpr::Not(inner) => {
                let result = self.eval_term(inner, !negated)?;
                // An error stays an error.
                Ok(self.status == 0 && !result)
            }
            TestExpr::And(left, right) => Ok(self.eval_term(left, false)? && self.eval_term(right, false)?),
            TestExpr::Or(left, right) => {
                if self.eval_term(left, false)? {
                    return Ok(true);
                }
                if self.status != 0 {
                    return Ok(false);
                }
                self.eval_term(right, false)
            }
            TestExpr::Group(inner) => self.eval_term(inner, false),
            TestExpr::Unary(op, word) => self.eval_test_unary(op, word, negated),
            TestExpr::Binary(op, left, right) => self.eval_test_binary(op, left, right, negated),
        }
    }

    #[inline(never)]
    fn eval_test_unary(&mut self, op: &[u8], word: &Word, negated: bool) -> Run<bool> {
        let operand = self.expand_string(word)?;
        self.trace_term(negated, &[op, &operand]);
        agentfense_twins::test::unary(self, op, &operand).map(|result| result.unwrap_or(false))
    }

    #[inline(never)]
    fn eval_test_binary(&mut self, op: &[u8], left: &Word, right: &Word, negated: bool) -> Run<bool> {
        let left = self.expand_string(left)?;
        match op {
            b"=" | b"==" | b"!=" => {
                let pattern = self.expand_test_pattern(right)?;
                if self.options.get(SetOption::Xtrace) {
                    let shown = self.trace_pattern(right);
                    self.trace_term(negated, &[&left, op, &shown]);
                }
                Ok(pattern.matches(&left) == (op != b"!="))
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
                    Ok((left, right)) => Ok(crate::expand::compare(op, left, right)),
                    Err(Flow::Abort) => {
                        self.status = 1;
                        Ok(false)
                    }
                    Err(flow) => Err(flow),
                }
            }
            _ => {
                let right = self.expand_string(right)?;
                self.trace_term(negated, &[&left, op, &right]);
                Ok(agentfense_twins::test::binary(self, &left, op, &right).unwrap_or(false))
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

    fn match_regex(&mut self, text: &[u8], expression: &[u8]) -> Run<bool> {
        let regex = Regex::new(expression, self.options.shopt(Shopt::Nocasematch));
        let Ok(groups) = regex.and_then(|regex| regex.captures(text)) else {
            self.status = 2;
            return Ok(false);
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
        Ok(found)
    }
}
