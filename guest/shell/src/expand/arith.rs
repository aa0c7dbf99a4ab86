//! Arithmetic: evaluating the expressions that the parser made.

use bstr::{BString, ByteVec};

use super::Context;
use super::sink::{Mode, Sink};
use crate::ast::{
    Arith, ArithBinary, ArithExpr, ArithForm, ArithUnary, Parameter, ParameterOp, ParameterSubject, Subscript, Word,
    WordPart,
};
use crate::options::SetOption;
use crate::shell::{Run, Shell};
use crate::syntax;
use crate::vars::{Attributes, Place};

/// How many values may be expressions of other variables in a row.
const MAX_RECURSION: u32 = 1024;

/// A number's decimal digits, in the buffer.
pub fn decimal(value: i64, buffer: &mut [u8; 20]) -> &[u8] {
    let mut rest = value.unsigned_abs();
    let mut at = buffer.len();
    loop {
        at -= 1;
        buffer[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        at -= 1;
        buffer[at] = b'-';
    }
    &buffer[at..]
}

/// What an evaluation needs to know besides the expression.
#[derive(Clone, Copy)]
struct Scene<'a> {
    /// The expression's text, for messages.
    text: &'a [u8],
    /// What a message starts with: `((: `, `let: ` or nothing.
    origin: &'a str,
    /// How many variables' values this is inside of.
    depth: u32,
}

impl Shell {
    /// The value of an expression in a script.
    pub fn eval_arith(&mut self, expression: &Arith) -> Run<i64> {
        self.eval_arith_for(expression, "")
    }

    /// The same for a command whose messages start with its name (`((`).
    pub fn eval_arith_for(&mut self, expression: &Arith, origin: &str) -> Run<i64> {
        let place = Scene { text: &expression.text, origin, depth: 0 };
        match &expression.form {
            ArithForm::Parsed(ArithExpr::Word(word)) => self.eval_expanded(word, place),
            ArithForm::Parsed(expr) => self.eval(expr, place),
            ArithForm::Guarded(expr, word) => {
                if self.operands_are_plain(expr) {
                    self.eval(expr, place)
                } else {
                    self.eval_expanded(word, place)
                }
            }
            ArithForm::Dynamic(word) => self.eval_expanded(word, place),
        }
    }

    /// The value of text as an expression, without expanding it.
    pub fn eval_arith_text(&mut self, text: &[u8]) -> Run<i64> {
        self.eval_arith_text_for(text, "")
    }

    /// The same for a command whose messages start with its name.
    pub fn eval_arith_text_for(&mut self, text: &[u8], origin: &str) -> Run<i64> {
        self.eval_text(text, Scene { text, origin, depth: 0 })
    }

    /// Expands, then parses and evaluates what came out.
    #[inline(never)]
    fn eval_expanded(&mut self, word: &Word, place: Scene) -> Run<i64> {
        let text = self.expand_in(word, Mode::String, Context::QUOTED)?;
        self.eval_text(&text, Scene { text: &text, ..place })
    }

    #[inline(never)]
    fn eval_text(&mut self, text: &[u8], place: Scene) -> Run<i64> {
        if let Some(value) = plain_number(text) {
            return Ok(value);
        }
        if place.depth >= MAX_RECURSION {
            return Err(self.arith_error(place, "expression recursion level exceeded", text));
        }
        match syntax::parse_arith(text) {
            Ok(expr) => self.eval(&expr, Scene { text, depth: place.depth + 1, ..place }),
            Err(error) => {
                let mut message = BString::from(place.origin);
                message.push_str(error.message);
                self.arith_failed = true;
                Err(self.fail(message))
            }
        }
    }

    /// A message in bash's form: the expression, what is wrong, and from where.
    #[cold]
    #[inline(never)]
    fn arith_error(&mut self, place: Scene, what: &str, token: &[u8]) -> crate::shell::Flow {
        let mut message = BString::from(place.origin);
        message.push_str(place.text.trim_ascii_start());
        message.push_str(": ");
        message.push_str(what);
        message.push_str(" (error token is \"");
        message.push_str(token);
        message.push_str("\")");
        self.arith_failed = true;
        self.fail(message)
    }

    fn eval(&mut self, expr: &ArithExpr, place: Scene) -> Run<i64> {
        match expr {
            ArithExpr::Number(value) => Ok(*value),
            ArithExpr::Variable(name, None) => self.eval_variable(name, place),
            ArithExpr::Binary(op, left, right) => {
                let left = self.eval(left, place)?;
                let right_value = self.eval(right, place)?;
                match binary(*op, left, right_value) {
                    Ok(value) => Ok(value),
                    Err(what) => Err(self.arith_operand_error(place, what, right)),
                }
            }
            ArithExpr::Operand(_, inner) => self.eval(inner, place),
            ArithExpr::Unary(op, inner) => {
                let value = self.eval(inner, place)?;
                Ok(match op {
                    ArithUnary::Minus => value.wrapping_neg(),
                    ArithUnary::Plus => value,
                    ArithUnary::Not => i64::from(value == 0),
                    ArithUnary::Complement => !value,
                })
            }
            ArithExpr::And(left, right) => Ok(i64::from(self.eval(left, place)? != 0 && self.eval(right, place)? != 0)),
            ArithExpr::Or(left, right) => Ok(i64::from(self.eval(left, place)? != 0 || self.eval(right, place)? != 0)),
            ArithExpr::Conditional(condition, yes, no) => {
                if self.eval(condition, place)? != 0 {
                    self.eval(yes, place)
                } else {
                    self.eval(no, place)
                }
            }
            ArithExpr::Comma(first, second) => {
                self.eval(first, place)?;
                self.eval(second, place)
            }
            ArithExpr::Assign(op, target, value) => self.eval_assign(*op, target, value, place),
            ArithExpr::Step { delta, prefix, target } => self.eval_step(*delta, *prefix, target, place),
            ArithExpr::Variable(name, Some(subscript)) => self.eval_element(name, subscript, place),
            ArithExpr::Word(word) => self.eval_operand(word, place),
        }
    }

    #[cold]
    #[inline(never)]
    fn arith_operand_error(&mut self, place: Scene, what: &str, operand: &ArithExpr) -> crate::shell::Flow {
        let token = match operand {
            ArithExpr::Operand(at, _) => place.text.get(*at as usize..).unwrap_or_default(),
            _ => place.text,
        };
        self.arith_error(place, what, token)
    }

    #[inline]
    fn eval_variable(&mut self, name: &[u8], place: Scene) -> Run<i64> {
        if let Some(variable) = self.vars.get(name)
            && !variable.attributes.any(Attributes::NAMEREF.with(Attributes::DYNAMIC))
            && let Some(value) = variable.first()
            && let Some(number) = plain_number(value)
        {
            return Ok(number);
        }
        self.eval_variable_slowly(name, place)
    }

    #[inline(never)]
    fn eval_variable_slowly(&mut self, name: &[u8], place: Scene) -> Run<i64> {
        match self.var(name) {
            Some(value) => self.eval_text(&value, place),
            None if self.options.get(SetOption::Nounset) => Err(self.fail_unbound(name)),
            None => Ok(0),
        }
    }

    #[inline(never)]
    fn eval_element(&mut self, name: &[u8], subscript: &Subscript, place: Scene) -> Run<i64> {
        let name = self.array_behind(name).into_owned();
        let at = self.place(&name, subscript)?;
        self.eval_place(&name, &at, place)
    }

    fn eval_place(&mut self, name: &[u8], at: &Place, place: Scene) -> Run<i64> {
        match self.element(name, at) {
            Some(value) => self.eval_text(&value, place),
            None if self.options.get(SetOption::Nounset) => {
                let mut message = BString::from(name);
                match at {
                    Place::Index(index) => message.push_str(format!("[{index}]")),
                    Place::Key(key) => {
                        message.push(b'[');
                        message.push_str(key);
                        message.push(b']');
                    }
                }
                Err(self.fail_unbound(&message))
            }
            None => Ok(0),
        }
    }

    /// An expansion as an operand. Its text was looked at before: a number or
    /// a name; or it is all there is.
    #[inline(never)]
    fn eval_operand(&mut self, word: &Word, place: Scene) -> Run<i64> {
        if let [WordPart::Parameter(parameter)] = word.parts.as_slice()
            && let Some(text) = self.simple_value(parameter)
            && let Some(number) = plain_number(text)
        {
            return Ok(number);
        }
        let text = self.expand_in(word, Mode::String, Context::QUOTED)?;
        self.eval_text(&text, place)
    }

    /// `$x` and `$1` where the value can be seen without work.
    fn simple_value(&self, parameter: &Parameter) -> Option<&BString> {
        if parameter.indirect || !matches!(parameter.op, ParameterOp::Value) {
            return None;
        }
        match &parameter.subject {
            ParameterSubject::Variable(name, None) => {
                let variable = self.vars.get(name)?;
                if variable.attributes.any(Attributes::NAMEREF.with(Attributes::DYNAMIC)) {
                    return None;
                }
                variable.first()
            }
            ParameterSubject::Positional(index) => self.positional.get((*index as usize).checked_sub(1)?),
            _ => None,
        }
    }

    /// Whether each expansion among the operands gives a plain number, so that
    /// what was parsed ahead is what the expanded text would parse to. Those
    /// that cannot be expanded twice say no.
    fn operands_are_plain(&mut self, expr: &ArithExpr) -> bool {
        match expr {
            ArithExpr::Number(_) | ArithExpr::Variable(_, None) => true,
            ArithExpr::Variable(_, Some(subscript)) => is_pure_subscript(subscript),
            ArithExpr::Word(word) => self.operand_is_plain(word),
            ArithExpr::Unary(_, inner) | ArithExpr::Operand(_, inner) => self.operands_are_plain(inner),
            ArithExpr::Step { target, .. } => self.operands_are_plain(target),
            ArithExpr::Binary(_, left, right)
            | ArithExpr::And(left, right)
            | ArithExpr::Or(left, right)
            | ArithExpr::Assign(_, left, right)
            | ArithExpr::Comma(left, right) => self.operands_are_plain(left) && self.operands_are_plain(right),
            ArithExpr::Conditional(condition, yes, no) => {
                self.operands_are_plain(condition) && self.operands_are_plain(yes) && self.operands_are_plain(no)
            }
        }
    }

    fn operand_is_plain(&mut self, word: &Word) -> bool {
        let [part] = word.parts.as_slice() else { return false };
        if let WordPart::Parameter(parameter) = part
            && let Some(text) = self.simple_value(parameter)
        {
            return plain_number(text).is_some();
        }
        if !is_pure(part) {
            return false;
        }
        let mut sink = Sink::string(Mode::String, self.vars.ifs());
        match part {
            // An error would be reported twice: only what exists is tried.
            WordPart::Parameter(parameter) => match self.fetch(&parameter.subject) {
                Ok(super::parameter::Fetched::One(_)) => {}
                _ => return false,
            },
            _ => return true,
        }
        let expanded = self.expand_part(part, Context::QUOTED, &mut sink).is_ok();
        expanded && plain_number(&sink.into_string()).is_some()
    }

    #[inline(never)]
    fn eval_assign(
        &mut self,
        op: Option<ArithBinary>,
        target: &ArithExpr,
        value: &ArithExpr,
        place: Scene,
    ) -> Run<i64> {
        let ArithExpr::Variable(name, subscript) = target else {
            return Err(self.arith_error(place, "attempted assignment to non-variable", place.text));
        };
        let Some(subscript) = subscript else {
            let old = match op {
                Some(_) => self.eval_variable(name, place)?,
                None => 0,
            };
            let right = self.eval(value, place)?;
            let result = self.combine(op, old, right, value, place)?;
            self.store_number(name, result)?;
            return Ok(result);
        };
        let name = self.array_behind(name).into_owned();
        let at = self.place(&name, subscript)?;
        let old = match op {
            Some(_) => self.eval_place(&name, &at, place)?,
            None => 0,
        };
        let right = self.eval(value, place)?;
        let result = self.combine(op, old, right, value, place)?;
        self.store_element(&name, at, result)?;
        Ok(result)
    }

    fn combine(
        &mut self,
        op: Option<ArithBinary>,
        old: i64,
        right: i64,
        operand: &ArithExpr,
        place: Scene,
    ) -> Run<i64> {
        match op {
            None => Ok(right),
            Some(op) => match binary(op, old, right) {
                Ok(value) => Ok(value),
                Err(what) => Err(self.arith_operand_error(place, what, operand)),
            },
        }
    }

    #[inline(never)]
    fn eval_step(&mut self, delta: i64, prefix: bool, target: &ArithExpr, place: Scene) -> Run<i64> {
        let ArithExpr::Variable(name, subscript) = target else {
            return Err(self.arith_error(place, "assignment requires lvalue", place.text));
        };
        let (old, new) = match subscript {
            None => {
                let old = self.eval_variable(name, place)?;
                let new = old.wrapping_add(delta);
                self.store_number(name, new)?;
                (old, new)
            }
            Some(subscript) => {
                let name = self.array_behind(name).into_owned();
                let at = self.place(&name, subscript)?;
                let old = self.eval_place(&name, &at, place)?;
                let new = old.wrapping_add(delta);
                self.store_element(&name, at, new)?;
                (old, new)
            }
        };
        Ok(if prefix { new } else { old })
    }

    fn store_number(&mut self, name: &[u8], value: i64) -> Run {
        let mut buffer = [0; 20];
        self.set_scalar(name, BString::from(decimal(value, &mut buffer)))
    }

    fn store_element(&mut self, name: &[u8], at: Place, value: i64) -> Run {
        let mut buffer = [0; 20];
        self.set_place(name, at, BString::from(decimal(value, &mut buffer)), false)
    }
}

/// A number as most values are: decimal digits, perhaps with a sign and blanks
/// around it, no leading zero, too short to overflow.
#[inline]
fn plain_number(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    match digits {
        [b'0'] => return Some(0),
        [b'1'..=b'9', rest @ ..] if rest.len() < 18 => {}
        _ => return None,
    }
    let mut value = 0i64;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    Some(if negative { -value } else { value })
}

/// The part can be expanded twice without anyone noticing.
fn is_pure(part: &WordPart) -> bool {
    match part {
        WordPart::Parameter(parameter) => {
            let subject = match &parameter.subject {
                ParameterSubject::Variable(_, Some(subscript)) => is_pure_subscript(subscript),
                _ => true,
            };
            subject && !parameter.indirect && matches!(parameter.op, ParameterOp::Value | ParameterOp::Length)
        }
        WordPart::Arith(arith) => match &arith.form {
            ArithForm::Parsed(expr) => is_pure_expr(expr),
            _ => false,
        },
        WordPart::Literal(_) | WordPart::Quoted(..) => true,
        WordPart::DoubleQuoted(parts) => parts.iter().all(is_pure),
        _ => false,
    }
}

fn is_pure_subscript(subscript: &Subscript) -> bool {
    match &subscript.arith {
        Some(Arith { form: ArithForm::Parsed(expr) | ArithForm::Guarded(expr, _), .. }) => is_pure_expr(expr),
        _ => subscript.word.parts.iter().all(is_pure),
    }
}

fn is_pure_expr(expr: &ArithExpr) -> bool {
    match expr {
        ArithExpr::Number(_) | ArithExpr::Variable(_, None) => true,
        ArithExpr::Variable(_, Some(subscript)) => is_pure_subscript(subscript),
        ArithExpr::Word(word) => word.parts.iter().all(is_pure),
        ArithExpr::Unary(_, inner) | ArithExpr::Operand(_, inner) => is_pure_expr(inner),
        ArithExpr::Binary(_, left, right)
        | ArithExpr::And(left, right)
        | ArithExpr::Or(left, right)
        | ArithExpr::Comma(left, right) => is_pure_expr(left) && is_pure_expr(right),
        ArithExpr::Conditional(condition, yes, no) => is_pure_expr(condition) && is_pure_expr(yes) && is_pure_expr(no),
        ArithExpr::Step { .. } | ArithExpr::Assign(..) => false,
    }
}

/// A binary operation, wrapping as bash's does on overflow.
#[inline]
fn binary(op: ArithBinary, left: i64, right: i64) -> Result<i64, &'static str> {
    Ok(match op {
        ArithBinary::Add => left.wrapping_add(right),
        ArithBinary::Subtract => left.wrapping_sub(right),
        ArithBinary::Multiply => left.wrapping_mul(right),
        ArithBinary::Divide | ArithBinary::Remainder if right == 0 => return Err("division by 0"),
        ArithBinary::Divide => left.wrapping_div(right),
        ArithBinary::Remainder => left.wrapping_rem(right),
        ArithBinary::Power if right < 0 => return Err("exponent less than 0"),
        ArithBinary::Power => power(left, right),
        ArithBinary::ShiftLeft => left.wrapping_shl(right as u32),
        ArithBinary::ShiftRight => left.wrapping_shr(right as u32),
        ArithBinary::Less => i64::from(left < right),
        ArithBinary::LessEqual => i64::from(left <= right),
        ArithBinary::Greater => i64::from(left > right),
        ArithBinary::GreaterEqual => i64::from(left >= right),
        ArithBinary::Equal => i64::from(left == right),
        ArithBinary::NotEqual => i64::from(left != right),
        ArithBinary::BitAnd => left & right,
        ArithBinary::BitXor => left ^ right,
        ArithBinary::BitOr => left | right,
    })
}

fn power(mut base: i64, mut exponent: i64) -> i64 {
    let mut result = 1i64;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result.wrapping_mul(base);
        }
        base = base.wrapping_mul(base);
        exponent >>= 1;
    }
    result
}

/// `-eq` and kin, as `test` and `[[ ]]` have them.
pub fn compare(op: &[u8], left: i64, right: i64) -> bool {
    match op {
        b"-eq" => left == right,
        b"-ne" => left != right,
        b"-lt" => left < right,
        b"-le" => left <= right,
        b"-gt" => left > right,
        _ => left >= right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits() {
        let mut buffer = [0; 20];
        assert_eq!(decimal(i64::MIN, &mut buffer), b"-9223372036854775808");
        assert_eq!(decimal(0, &mut buffer), b"0");
        assert_eq!(plain_number(b"-12"), Some(-12));
        assert_eq!(plain_number(b"012"), None);
        assert_eq!(plain_number(b"9223372036854775807"), None);
        assert_eq!(plain_number(b""), None);
    }

    #[test]
    fn operations_wrap() {
        assert_eq!(binary(ArithBinary::Add, i64::MAX, 1), Ok(i64::MIN));
        assert_eq!(binary(ArithBinary::Divide, i64::MIN, -1), Ok(i64::MIN));
        assert_eq!(binary(ArithBinary::Remainder, i64::MIN, -1), Ok(0));
        assert_eq!(binary(ArithBinary::ShiftLeft, 1, 65), Ok(2));
        assert_eq!(binary(ArithBinary::Power, 2, 63), Ok(i64::MIN));
        assert_eq!(binary(ArithBinary::Divide, 1, 0), Err("division by 0"));
    }
}
