//! Arithmetic expressions.
//!
//! An expression is expanded like text in double quotes before it is parsed,
//! so `$(( $x * 2 ))` with `x=1+2` is `1+2*2`. What has no expansions is parsed
//! once, ahead. So is what has them only where an operand may stand, on the
//! condition that they turn out to be plain operands when it runs.

use bstr::{BString, ByteSlice};

use super::MAX_NESTING;
use super::error::{ArithSyntaxError, Result as SyntaxResult};
use super::lexer::{name_byte, name_start};
use super::parser::Reader;
use super::word::{ArithEnd, Mode};
use crate::ast::{
    Arith, ArithBinary, ArithExpr, ArithForm, ArithUnary, ParameterOp, ParameterSubject, QuoteStyle, Subscript, Word,
    WordPart,
};
use crate::stack;

/// How deep an expression's tree may be: also `1+1+1...` is one level each.
pub const MAX_ARITH_DEPTH: u32 = 10_000;

impl Reader<'_, '_> {
    /// The expression from here to what ends it, which is left.
    pub(crate) fn arith(&mut self, end: ArithEnd) -> SyntaxResult<Arith> {
        let start = self.lex.pos;
        let parts = self.parts(Mode::Arith(end))?;
        let text = self.without_continuations(start);
        Ok(form(text, Word { parts }, self.depth))
    }

    /// What follows `((` (which opened at `open`) up to `))`. `None`, and the
    /// position is back, when it does not end so: then it is `( (`.
    pub(crate) fn double_parentheses(&mut self, open: usize) -> SyntaxResult<Option<Arith>> {
        if self.not_arith.contains(&open) {
            return Ok(None);
        }
        let inside = self.lex.pos;
        let depth = self.depth;
        self.enter()?;
        let arith = self.arith(ArithEnd::Parenthesis);
        self.depth = depth;
        if let Ok(arith) = arith
            && self.lex.current() == Some(b')')
        {
            self.lex.pos += 1;
            if self.lex.eat(b')') {
                return Ok(Some(arith));
            }
        }
        self.lex.pos = inside;
        self.alias_checked = None;
        self.not_arith.insert(open);
        Ok(None)
    }
}

/// An expression with its form.
pub(crate) fn form(text: BString, word: Word, depth: u32) -> Arith {
    let form = match parsed_ahead(&word, depth) {
        Some((expr, false)) => ArithForm::Parsed(expr),
        Some((expr, true)) => ArithForm::Guarded(expr, word),
        None => ArithForm::Dynamic(word),
    };
    Arith { text, form }
}

/// A subscript as an expression, if that can be parsed ahead.
pub(crate) fn ahead(text: BString, word: &Word, depth: u32) -> Option<Arith> {
    if word.parts.is_empty() || word.as_literal().is_some_and(|text| text == "@" || text == "*") {
        return None;
    }
    let form = match parsed_ahead(word, depth)? {
        (expr, false) => ArithForm::Parsed(expr),
        (expr, true) => ArithForm::Guarded(expr, word.clone()),
    };
    Some(Arith { text, form })
}

/// The expression, and whether it needs a guard.
fn parsed_ahead(word: &Word, depth: u32) -> Option<(ArithExpr, bool)> {
    match word.parts.as_slice() {
        [] => return Some((ArithExpr::Number(0), false)),
        [WordPart::Literal(text)] => {
            return parse_within(text, &[], depth).ok().map(|expr| (expr, false));
        }
        [part @ (WordPart::Parameter(_) | WordPart::Arith(_))] => {
            return is_small(part, SMALL_DEPTH).then(|| (ArithExpr::Word(word.clone()), false));
        }
        _ => {}
    }
    let mut text = Vec::new();
    let mut operands = Vec::new();
    if !flatten(&word.parts, &mut text, &mut operands) {
        return None;
    }
    let expr = parse_within(&text, &operands, depth).ok()?;
    Some((expr, !operands.is_empty()))
}

/// The text with a NUL for each expansion.
fn flatten<'w>(parts: &'w [WordPart], text: &mut Vec<u8>, operands: &mut Vec<&'w WordPart>) -> bool {
    parts.iter().all(|part| match part {
        WordPart::Literal(literal) => {
            text.extend_from_slice(literal);
            !literal.contains(&0)
        }
        WordPart::DoubleQuoted(inner) => flatten(inner, text, operands),
        WordPart::Parameter(_) | WordPart::Arith(_) => {
            text.push(0);
            operands.push(part);
            is_small(part, SMALL_DEPTH)
        }
        _ => false,
    })
}

/// How deep an expansion may be that is copied into an expression's tree.
const SMALL_DEPTH: u32 = 2;

/// Whether an expansion is worth a copy in the expression's tree. A limit is
/// needed: expansions nest in expressions which nest in expansions, and a copy
/// at each level would double the tree each time. A command substitution never
/// is: its cost is not in the parsing.
fn is_small(part: &WordPart, depth: u32) -> bool {
    const TEXT: usize = 32;
    let words = |words: &[&Word]| {
        depth > 0
            && words.iter().all(|word| word.parts.len() <= 4 && word.parts.iter().all(|part| is_small(part, depth - 1)))
    };
    match part {
        WordPart::Literal(text) | WordPart::Quoted(text, _) => text.len() <= TEXT,
        WordPart::Arith(arith) => arith.text.len() <= TEXT,
        WordPart::DoubleQuoted(parts) => {
            depth > 0 && parts.len() <= 4 && parts.iter().all(|part| is_small(part, depth - 1))
        }
        WordPart::Parameter(parameter) => {
            let subject = match &parameter.subject {
                ParameterSubject::Variable(_, Some(subscript)) => words(&[&subscript.word]),
                _ => true,
            };
            subject
                && match &parameter.op {
                    ParameterOp::Value | ParameterOp::Length => true,
                    ParameterOp::Default { word, .. } | ParameterOp::Alternative { word, .. } => words(&[word]),
                    ParameterOp::RemovePrefix { pattern, .. } | ParameterOp::RemoveSuffix { pattern, .. } => {
                        words(&[pattern])
                    }
                    ParameterOp::Substring { offset, length } => {
                        let rest = length.as_ref().map_or(0, |length| length.text.len());
                        offset.text.len() + rest <= TEXT
                    }
                    _ => false,
                }
        }
        _ => false,
    }
}

/// Parses an expression's text as it is, with no expansions.
pub fn parse_arith(text: &[u8]) -> Result<ArithExpr, ArithSyntaxError> {
    parse_within(text, &[], 0)
}

fn parse_within(text: &[u8], operands: &[&WordPart], depth: u32) -> Result<ArithExpr, ArithSyntaxError> {
    let mut parser =
        Parser { text, operands, pos: 0, counted: (0, 0), last: 0, token: Token::Start, after_step: false, depth };
    parser.advance()?;
    if matches!(parser.token, Token::End) {
        return Ok(ArithExpr::Number(0));
    }
    let (expr, _) = parser.comma()?;
    if !matches!(parser.token, Token::End) {
        return Err(parser.error("syntax error in expression"));
    }
    Ok(expr)
}

/// Reads a number as bash does: `12`, `014`, `0xc`, `3#110`. The error is the
/// reason alone.
pub fn parse_number(text: &[u8]) -> Result<i64, &'static str> {
    let mut base = 10i64;
    let mut based = false;
    let mut rest = text;
    if let [b'0', tail @ ..] = text {
        based = true;
        match tail {
            [] => return Ok(0),
            [b'x' | b'X'] => return Err("invalid number"),
            [b'x' | b'X', digits @ ..] => {
                base = 16;
                rest = digits;
            }
            _ => {
                base = 8;
                rest = tail;
            }
        }
    }
    let mut value = 0i64;
    for (index, &byte) in rest.iter().enumerate() {
        if byte == b'#' {
            if based {
                return Err("invalid number");
            }
            if !(2..=64).contains(&value) {
                return Err("invalid arithmetic base");
            }
            base = std::mem::take(&mut value);
            based = true;
            if !rest.get(index + 1).is_some_and(|&next| name_byte(next) || next == b'@') {
                return Err("invalid integer constant");
            }
            continue;
        }
        let digit = i64::from(match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'z' => byte - b'a' + 10,
            b'A'..=b'Z' if base <= 36 => byte - b'A' + 10,
            b'A'..=b'Z' => byte - b'A' + 36,
            b'@' => 62,
            _ => 63,
        });
        if digit >= base {
            return Err("value too great for base");
        }
        value = value.wrapping_mul(base).wrapping_add(digit);
    }
    Ok(value)
}

#[derive(Debug)]
enum Token {
    Start,
    End,
    Number(i64),
    Variable(BString, Option<Box<Subscript>>),
    Operand(Word),
    Binary(ArithBinary),
    And,
    Or,
    Not,
    Complement,
    Assign(Option<ArithBinary>),
    /// `++` or `--` before a name.
    Before(i64),
    /// `++` or `--` behind one.
    After(i64),
    Question,
    Colon,
    Comma,
    Open,
    Close,
}

/// An expression and the depth of its tree.
type Node = Result<(ArithExpr, u32), ArithSyntaxError>;

struct Parser<'t> {
    text: &'t [u8],
    /// What the NULs of the text stand for.
    operands: &'t [&'t WordPart],
    pos: usize,
    /// A position, and the number of operands before it.
    counted: (usize, usize),
    /// Where the last token started.
    last: usize,
    token: Token,
    /// The token follows `++` or `--` and its name.
    after_step: bool,
    depth: u32,
}

impl Parser<'_> {
    fn error(&self, message: &str) -> ArithSyntaxError {
        self.error_in(self.text.len(), message)
    }

    /// Bash cuts the text behind a token it is still looking at.
    fn error_in(&self, end: usize, message: &str) -> ArithSyntaxError {
        let shown = &self.text[..end];
        let mut text = BString::from(shown.trim_ascii_start());
        text.extend_from_slice(format!(": {message} (error token is \"").as_bytes());
        text.extend_from_slice(shown.get(self.last..).unwrap_or_default());
        text.extend_from_slice(b"\")");
        ArithSyntaxError { message: text }
    }

    fn at(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(b' ')
    }

    fn advance(&mut self) -> Result<(), ArithSyntaxError> {
        while matches!(self.text.get(self.pos), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.pos += 1;
        }
        let Some(&byte) = self.text.get(self.pos) else {
            self.token = Token::End;
            return Ok(());
        };
        self.last = self.pos;
        self.token = if name_start(byte) {
            self.variable()?
        } else if byte.is_ascii_digit() {
            self.number()?
        } else if byte == 0 && !self.operands.is_empty() {
            self.operand()?
        } else {
            self.symbol(byte)?
        };
        Ok(())
    }

    /// The run of bytes from `pos` that fulfil the condition.
    fn run(&self, belongs: impl Fn(u8) -> bool) -> usize {
        let rest = &self.text[self.pos..];
        self.pos + rest.iter().position(|&byte| !belongs(byte)).unwrap_or(rest.len())
    }

    /// How many of the operands stand before a position. Positions only grow.
    fn operands_before(&mut self, at: usize) -> usize {
        let (from, count) = self.counted;
        let passed = self.text[from.min(at)..at].iter().filter(|&&byte| byte == 0).count();
        self.counted = (at, count + passed);
        self.counted.1
    }

    fn joins_operand(&self, end: usize) -> bool {
        !self.operands.is_empty() && self.text.get(end) == Some(&0)
    }

    fn number(&mut self) -> Result<Token, ArithSyntaxError> {
        let end = self.run(|byte| name_byte(byte) || byte == b'#' || byte == b'@');
        if self.joins_operand(end) {
            return Err(self.error("syntax error in expression"));
        }
        let value = parse_number(&self.text[self.pos..end]).map_err(|message| self.error_in(end, message))?;
        self.pos = end;
        Ok(Token::Number(value))
    }

    fn operand(&mut self) -> Result<Token, ArithSyntaxError> {
        let index = self.operands_before(self.pos);
        self.pos += 1;
        let next = self.at(self.pos);
        let joined = name_byte(next) || matches!(next, 0 | b'[' | b'#' | b'@');
        let stepped = self.text[self.pos..].trim_ascii_start();
        let stepped = stepped.starts_with(b"++") || stepped.starts_with(b"--");
        let before = self.text[..self.pos - 1].trim_ascii_end();
        let stepped = stepped || before.ends_with(b"++") || before.ends_with(b"--");
        match self.operands.get(index) {
            Some(&part) if !joined && !stepped => Ok(Token::Operand(Word { parts: vec![part.clone()] })),
            _ => Err(self.error("syntax error in expression")),
        }
    }

    fn variable(&mut self) -> Result<Token, ArithSyntaxError> {
        let end = self.run(name_byte);
        let name = BString::from(&self.text[self.pos..end]);
        if self.joins_operand(end) {
            return Err(self.error("syntax error in expression"));
        }
        self.pos = end;
        if self.text.get(end) != Some(&b'[') {
            return Ok(Token::Variable(name, None));
        }
        let Some(close) = closing_bracket(self.text, end) else {
            return Err(self.error("bad array subscript"));
        };
        let subscript = self.subscript(end + 1, close)?;
        self.pos = close + 1;
        if self.joins_operand(self.pos) {
            return Err(self.error("syntax error in expression"));
        }
        Ok(Token::Variable(name, Some(Box::new(subscript))))
    }

    fn subscript(&mut self, from: usize, to: usize) -> Result<Subscript, ArithSyntaxError> {
        let inside = &self.text[from..to];
        if self.depth >= MAX_NESTING.min(MAX_ARITH_DEPTH) {
            return Err(self.error("expression recursion level exceeded"));
        }
        // Text that is parsed when it runs may hold expansions in subscripts.
        if self.operands.is_empty() && inside.find_byteset(b"$`").is_some() {
            return super::subscript_at_depth(inside, self.depth + 1).map_err(|_| self.error("bad array subscript"));
        }
        let first = self.operands_before(from);
        let mut operands = self.operands.get(first..).unwrap_or_default().iter();
        let word = subscript_word(inside, || operands.next().map(|&part| part.clone()));
        let arith = ahead(inside.into(), &word, self.depth + 1);
        Ok(Subscript { word, arith })
    }

    fn symbol(&mut self, byte: u8) -> Result<Token, ArithSyntaxError> {
        use ArithBinary::*;
        let next = self.text.get(self.pos + 1).copied().unwrap_or(0);
        let third = self.text.get(self.pos + 2).copied().unwrap_or(0);
        let (length, token) = match (byte, next) {
            (b'=', b'=') => (2, Token::Binary(Equal)),
            (b'!', b'=') => (2, Token::Binary(NotEqual)),
            (b'>', b'=') => (2, Token::Binary(GreaterEqual)),
            (b'<', b'=') => (2, Token::Binary(LessEqual)),
            (b'<', b'<') if third == b'=' => (3, Token::Assign(Some(ShiftLeft))),
            (b'<', b'<') => (2, Token::Binary(ShiftLeft)),
            (b'>', b'>') if third == b'=' => (3, Token::Assign(Some(ShiftRight))),
            (b'>', b'>') => (2, Token::Binary(ShiftRight)),
            (b'&', b'&') => (2, Token::And),
            (b'|', b'|') => (2, Token::Or),
            (b'*', b'*') => (2, Token::Binary(Power)),
            (b'+' | b'-', _) if next == byte => self.step(byte)?,
            (b'*', b'=') => (2, Token::Assign(Some(Multiply))),
            (b'/', b'=') => (2, Token::Assign(Some(Divide))),
            (b'%', b'=') => (2, Token::Assign(Some(Remainder))),
            (b'+', b'=') => (2, Token::Assign(Some(Add))),
            (b'-', b'=') => (2, Token::Assign(Some(Subtract))),
            (b'&', b'=') => (2, Token::Assign(Some(BitAnd))),
            (b'^', b'=') => (2, Token::Assign(Some(BitXor))),
            (b'|', b'=') => (2, Token::Assign(Some(BitOr))),
            (b'=', _) => (1, Token::Assign(None)),
            (b'<', _) => (1, Token::Binary(Less)),
            (b'>', _) => (1, Token::Binary(Greater)),
            (b'+', _) => (1, Token::Binary(Add)),
            (b'-', _) => (1, Token::Binary(Subtract)),
            (b'*', _) => (1, Token::Binary(Multiply)),
            (b'/', _) => (1, Token::Binary(Divide)),
            (b'%', _) => (1, Token::Binary(Remainder)),
            (b'&', _) => (1, Token::Binary(BitAnd)),
            (b'|', _) => (1, Token::Binary(BitOr)),
            (b'^', _) => (1, Token::Binary(BitXor)),
            (b'!', _) => (1, Token::Not),
            (b'~', _) => (1, Token::Complement),
            (b'?', _) => (1, Token::Question),
            (b':', _) => (1, Token::Colon),
            (b',', _) => (1, Token::Comma),
            (b'(', _) => (1, Token::Open),
            (b')', _) => (1, Token::Close),
            _ => {
                let operand =
                    matches!(self.token, Token::Number(_) | Token::Variable(..) | Token::Operand(_) | Token::After(_));
                return Err(self.error(if operand {
                    "syntax error: invalid arithmetic operator"
                } else {
                    "syntax error: operand expected"
                }));
            }
        };
        self.pos += length;
        Ok(token)
    }

    /// `++` or `--`: of the name before or behind it, or two signs.
    fn step(&mut self, byte: u8) -> Result<(usize, Token), ArithSyntaxError> {
        let delta = if byte == b'+' { 1 } else { -1 };
        if matches!(self.token, Token::Variable(..)) {
            if self.after_step {
                let sign = char::from(byte);
                return Err(self.error(&format!("{sign}{sign}: assignment requires lvalue")));
            }
            return Ok((2, Token::After(delta)));
        }
        let rest = self.text[self.pos + 2..].trim_ascii_start();
        if rest.first().is_some_and(|&byte| name_start(byte)) {
            return Ok((2, Token::Before(delta)));
        }
        let sign = if byte == b'+' { ArithBinary::Add } else { ArithBinary::Subtract };
        Ok((1, Token::Binary(sign)))
    }

    fn deeper(&mut self) -> Result<(), ArithSyntaxError> {
        self.depth += 1;
        if self.depth > MAX_NESTING.min(MAX_ARITH_DEPTH) || stack::is_low(stack::FOR_PARSING) {
            return Err(self.error("expression recursion level exceeded"));
        }
        Ok(())
    }

    fn join(&self, left: u32, right: u32) -> Result<u32, ArithSyntaxError> {
        let depth = left.max(right) + 1;
        if depth > MAX_ARITH_DEPTH {
            return Err(self.error("expression recursion level exceeded"));
        }
        Ok(depth)
    }

    fn comma(&mut self) -> Node {
        let (mut left, mut depth) = self.assignment()?;
        while matches!(self.token, Token::Comma) {
            self.advance()?;
            let (right, other) = self.assignment()?;
            depth = self.join(depth, other)?;
            left = ArithExpr::Comma(Box::new(left), Box::new(right));
        }
        Ok((left, depth))
    }

    fn assignment(&mut self) -> Node {
        let (left, depth) = self.conditional()?;
        let Token::Assign(op) = self.token else { return Ok((left, depth)) };
        if !matches!(left, ArithExpr::Variable(..)) {
            return Err(self.error("attempted assignment to non-variable"));
        }
        self.advance()?;
        self.deeper()?;
        let at = self.last;
        let (right, other) = self.assignment()?;
        self.depth -= 1;
        let right = match op {
            Some(op) => located(op, at, right),
            None => right,
        };
        Ok((ArithExpr::Assign(op, Box::new(left), Box::new(right)), self.join(depth, other)?))
    }

    fn conditional(&mut self) -> Node {
        let (condition, depth) = self.binary(1)?;
        if !matches!(self.token, Token::Question) {
            return Ok((condition, depth));
        }
        self.advance()?;
        if matches!(self.token, Token::End | Token::Colon) {
            return Err(self.error("expression expected"));
        }
        self.deeper()?;
        let (yes, first) = self.comma()?;
        if !matches!(self.token, Token::Colon) {
            return Err(self.error("`:' expected for conditional expression"));
        }
        self.advance()?;
        if matches!(self.token, Token::End) {
            return Err(self.error("expression expected"));
        }
        let (no, second) = self.conditional()?;
        self.depth -= 1;
        let depth = self.join(depth, first.max(second))?;
        Ok((ArithExpr::Conditional(Box::new(condition), Box::new(yes), Box::new(no)), depth))
    }

    /// The binary operators of at least this precedence.
    fn binary(&mut self, least: u8) -> Node {
        let (mut left, mut depth) = self.power()?;
        loop {
            let precedence = precedence(&self.token);
            if precedence < least {
                return Ok((left, depth));
            }
            let token = std::mem::replace(&mut self.token, Token::Start);
            self.token = Token::Comma; // for `symbol`: an operator came before
            self.advance()?;
            let at = self.last;
            let (right, other) = self.binary(precedence + 1)?;
            depth = self.join(depth, other)?;
            let (left_box, right_box) = (Box::new(left), right);
            left = match token {
                Token::And => ArithExpr::And(left_box, Box::new(right_box)),
                Token::Or => ArithExpr::Or(left_box, Box::new(right_box)),
                Token::Binary(op) => ArithExpr::Binary(op, left_box, Box::new(located(op, at, right_box))),
                _ => return Err(self.error("syntax error in expression")),
            };
        }
    }

    /// `a ** b`, to the right.
    fn power(&mut self) -> Node {
        let (left, depth) = self.unary()?;
        if !matches!(self.token, Token::Binary(ArithBinary::Power)) {
            return Ok((left, depth));
        }
        self.advance()?;
        let at = self.last;
        self.deeper()?;
        let (right, other) = self.power()?;
        self.depth -= 1;
        let op = ArithBinary::Power;
        let depth = self.join(depth, other)?;
        Ok((ArithExpr::Binary(op, Box::new(left), Box::new(located(op, at, right))), depth))
    }

    fn unary(&mut self) -> Node {
        let op = match self.token {
            Token::Not => ArithUnary::Not,
            Token::Complement => ArithUnary::Complement,
            Token::Binary(ArithBinary::Add) => ArithUnary::Plus,
            Token::Binary(ArithBinary::Subtract) => ArithUnary::Minus,
            _ => return self.primary(),
        };
        self.advance()?;
        self.deeper()?;
        let (operand, depth) = self.unary()?;
        self.depth -= 1;
        Ok((ArithExpr::Unary(op, Box::new(operand)), self.join(depth, 0)?))
    }

    fn primary(&mut self) -> Node {
        match std::mem::replace(&mut self.token, Token::Comma) {
            Token::Before(delta) => {
                self.advance()?;
                let Token::Variable(name, subscript) = &mut self.token else {
                    return Err(self.error("identifier expected after pre-increment or pre-decrement"));
                };
                let target = ArithExpr::Variable(std::mem::take(name), subscript.take());
                self.after_step = true;
                let result = self.advance();
                self.after_step = false;
                result?;
                Ok((ArithExpr::Step { delta, prefix: true, target: Box::new(target) }, 2))
            }
            Token::Open => {
                self.advance()?;
                self.deeper()?;
                let (inner, depth) = self.comma()?;
                self.depth -= 1;
                if !matches!(self.token, Token::Close) {
                    return Err(self.error("missing `)'"));
                }
                self.advance()?;
                // `(x) = 1` is no assignment.
                let inner = match inner {
                    ArithExpr::Variable(..) => ArithExpr::Unary(ArithUnary::Plus, Box::new(inner)),
                    inner => inner,
                };
                Ok((inner, depth + 1))
            }
            Token::Number(value) => {
                self.token = Token::Number(value);
                self.advance()?;
                Ok((ArithExpr::Number(value), 1))
            }
            Token::Operand(word) => {
                self.token = Token::Number(0);
                self.advance()?;
                Ok((ArithExpr::Word(word), 1))
            }
            Token::Variable(name, subscript) => {
                self.token = Token::Variable(BString::default(), None);
                self.advance()?;
                let target = ArithExpr::Variable(name, subscript);
                let Token::After(delta) = self.token else { return Ok((target, 1)) };
                self.advance()?;
                Ok((ArithExpr::Step { delta, prefix: false, target: Box::new(target) }, 2))
            }
            token => {
                self.token = token;
                Err(self.error("syntax error: operand expected"))
            }
        }
    }
}

/// Remembers where an operand starts that may be refused when it runs.
fn located(op: ArithBinary, at: usize, operand: ArithExpr) -> ArithExpr {
    let refusable = match (op, &operand) {
        (ArithBinary::Divide | ArithBinary::Remainder, ArithExpr::Number(value)) => *value == 0,
        (ArithBinary::Power, ArithExpr::Number(value)) => *value < 0,
        (ArithBinary::Divide | ArithBinary::Remainder | ArithBinary::Power, _) => true,
        _ => false,
    };
    if !refusable {
        return operand;
    }
    ArithExpr::Operand(u32::try_from(at).unwrap_or(u32::MAX), Box::new(operand))
}

fn precedence(token: &Token) -> u8 {
    use ArithBinary::*;
    match token {
        Token::Or => 1,
        Token::And => 2,
        Token::Binary(op) => match op {
            BitOr => 3,
            BitXor => 4,
            BitAnd => 5,
            Equal | NotEqual => 6,
            Less | LessEqual | Greater | GreaterEqual => 7,
            ShiftLeft | ShiftRight => 8,
            Add | Subtract => 9,
            Multiply | Divide | Remainder => 10,
            Power => 0,
        },
        _ => 0,
    }
}

/// The `]` that closes the `[` at a position, over quotes and nested brackets.
pub(crate) fn closing_bracket(text: &[u8], open: usize) -> Option<usize> {
    let mut level = 0usize;
    let mut at = open;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'[' => level += 1,
            b']' => {
                level -= 1;
                if level == 0 {
                    return Some(at);
                }
            }
            b'\\' => at += 1,
            b'\'' | b'"' => {
                if let Some(length) = text[at + 1..].find_byte(byte) {
                    at += length + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// A subscript's text as a word; its NULs are expansions.
fn subscript_word(text: &[u8], mut operand: impl FnMut() -> Option<WordPart>) -> Word {
    let mut parts = Vec::new();
    let mut literal: Vec<u8> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        let rest = &text[at..];
        let quoted = match byte {
            0 => operand().map(|part| (part, 0)),
            b'\'' | b'"' => rest.find_byte(byte).map(|end| {
                let inside = BString::from(&rest[..end]);
                let part = if byte == b'\'' {
                    WordPart::Quoted(inside, QuoteStyle::Single)
                } else {
                    WordPart::DoubleQuoted(vec![WordPart::Literal(inside)])
                };
                (part, end + 1)
            }),
            b'\\' => rest.first().map(|&next| (WordPart::Quoted(vec![next].into(), QuoteStyle::Backslash), 1)),
            _ => None,
        };
        match quoted {
            Some((part, length)) => {
                if !literal.is_empty() {
                    parts.push(WordPart::Literal(std::mem::take(&mut literal).into()));
                }
                parts.push(part);
                at += length;
            }
            None => literal.push(byte),
        }
    }
    if !literal.is_empty() {
        parts.push(WordPart::Literal(literal.into()));
    }
    Word { parts }
}
