//! Expressions, by what binds least to what binds most.

use super::*;

impl Compiler<'_> {
    /// An expression; whether it is an assignment and nothing else, which is not printed.
    pub(super) fn expression(&mut self) -> Parsed<bool> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Stop::Wrong("nested too deeply".into()));
        }
        let mut assignment = self.conjunction()?;
        while self.accept("||") {
            let right = self.push_jump(Op::JumpZero);
            self.code.push(constant("1"));
            let end = self.push_jump(Op::Jump);
            self.land(right);
            self.conjunction()?;
            self.code.push(Op::Truth);
            self.land(end);
            assignment = false;
        }
        self.depth -= 1;
        Ok(assignment)
    }

    pub(super) fn conjunction(&mut self) -> Parsed<bool> {
        let mut assignment = self.negation()?;
        while self.accept("&&") {
            let no = self.push_jump(Op::JumpZero);
            self.negation()?;
            self.code.push(Op::Truth);
            let end = self.push_jump(Op::Jump);
            self.land(no);
            self.code.push(constant("0"));
            self.land(end);
            assignment = false;
        }
        Ok(assignment)
    }

    pub(super) fn negation(&mut self) -> Parsed<bool> {
        let mut count = 0;
        while self.accept("!") {
            count += 1;
        }
        let assignment = self.relation()?;
        self.code.extend(std::iter::repeat_n(Op::Not, count));
        Ok(assignment && count == 0)
    }

    pub(super) fn relation(&mut self) -> Parsed<bool> {
        let mut assignment = self.sum()?;
        while let Token::Sign(sign @ ("==" | "!=" | "<" | ">" | "<=" | ">=")) = self.token {
            self.advance();
            self.sum()?;
            self.code.push(Op::Compare(sign));
            assignment = false;
        }
        Ok(assignment)
    }

    pub(super) fn sum(&mut self) -> Parsed<bool> {
        let mut assignment = self.product()?;
        while let Token::Sign(sign @ ("+" | "-")) = self.token {
            self.advance();
            self.product()?;
            self.code.push(Op::Arithmetic(first(sign)));
            assignment = false;
        }
        Ok(assignment)
    }

    pub(super) fn product(&mut self) -> Parsed<bool> {
        let mut assignment = self.power()?;
        while let Token::Sign(sign @ ("*" | "/" | "%")) = self.token {
            self.advance();
            self.power()?;
            self.code.push(Op::Arithmetic(first(sign)));
            assignment = false;
        }
        Ok(assignment)
    }

    pub(super) fn power(&mut self) -> Parsed<bool> {
        let assignment = self.unary()?;
        if !self.accept("^") {
            return Ok(assignment);
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Stop::Wrong("nested too deeply".into()));
        }
        self.power()?;
        self.depth -= 1;
        self.code.push(Op::Arithmetic('^'));
        Ok(false)
    }

    pub(super) fn unary(&mut self) -> Parsed<bool> {
        let mut negations = 0;
        while self.accept("-") {
            negations += 1;
        }
        let assignment = if self.is("++") || self.is("--") {
            let up = self.is("++");
            self.advance();
            let place = self.place()?.ok_or_else(syntax)?;
            self.code.push(Op::Step { place, up, new: true });
            false
        } else {
            self.primary()?
        };
        self.code.extend(std::iter::repeat_n(Op::Negate, negations));
        Ok(assignment && negations == 0)
    }

    /// A place to assign to, if the next word begins one; an element's index is computed.
    pub(super) fn place(&mut self) -> Parsed<Option<Place>> {
        if self.accept(".") {
            return Ok(Some(Place::Last));
        }
        let Token::Name(word) = &self.token else { return Ok(None) };
        let place = match word.as_str() {
            "ibase" => Place::Ibase,
            "obase" => Place::Obase,
            "last" => Place::Last,
            // `scale(x)` is a function.
            "scale" => Place::Scale,
            _ => {
                let name = self.name()?;
                if !self.accept("[") {
                    return Ok(Some(Place::Variable(name)));
                }
                self.expression()?;
                self.expect("]")?;
                return Ok(Some(Place::Element(name)));
            }
        };
        self.advance();
        Ok(Some(place))
    }

    pub(super) fn primary(&mut self) -> Parsed<bool> {
        match self.token.clone() {
            Token::Number(text) => {
                self.advance();
                self.code.push(constant(&text));
                return Ok(false);
            }
            Token::Sign("(") => {
                self.advance();
                self.expression()?;
                self.expect(")")?;
                return Ok(false);
            }
            Token::Name(word) => {
                let function = match word.as_str() {
                    "length" => Some(Op::Length),
                    "sqrt" => Some(Op::Root),
                    "read" => Some(Op::Read),
                    _ => None,
                };
                if let Some(op) = function {
                    self.advance();
                    self.expect("(")?;
                    if !matches!(op, Op::Read) {
                        self.expression()?;
                    }
                    self.expect(")")?;
                    self.code.push(op);
                    return Ok(false);
                }
            }
            _ => {}
        }
        let place = match self.place()? {
            Some(place) => place,
            None => return Err(self.unexpected()),
        };
        match (place, self.token.clone()) {
            (Place::Scale, Token::Sign("(")) => {
                self.advance();
                self.expression()?;
                self.expect(")")?;
                self.code.push(Op::ScaleOf);
                Ok(false)
            }
            (Place::Variable(name), Token::Sign("(")) => {
                self.call(name)?;
                Ok(false)
            }
            (place, Token::Sign(sign @ ("++" | "--"))) => {
                self.advance();
                self.code.push(Op::Step { place, up: sign == "++", new: false });
                Ok(false)
            }
            (place, Token::Sign("=")) => {
                self.advance();
                self.sum()?;
                self.code.push(Op::Store(place));
                Ok(true)
            }
            (place, Token::Sign(sign @ ("+=" | "-=" | "*=" | "/=" | "%=" | "^="))) => {
                self.advance();
                self.code.push(Op::Fetch(place));
                self.sum()?;
                self.code.push(Op::Arithmetic(first(sign)));
                self.code.push(Op::Store(place));
                Ok(true)
            }
            (place, _) => {
                self.code.push(Op::Load(place));
                Ok(false)
            }
        }
    }

    pub(super) fn call(&mut self, name: Id) -> Parsed {
        self.advance();
        let mut arguments = Vec::new();
        while !self.is(")") {
            arguments.push(self.argument()?);
            if !self.accept(",") {
                break;
            }
        }
        self.expect(")")?;
        self.code.push(Op::Call(name, arguments.into()));
        Ok(())
    }

    /// `name[]` is a whole array; else an expression.
    pub(super) fn argument(&mut self) -> Parsed<Argument> {
        if matches!(&self.token, Token::Name(name) if !is_keyword(name)) && self.lexer.is_whole_array() {
            let name = self.name()?;
            self.expect("[")?;
            self.expect("]")?;
            return Ok(Argument::Array(name));
        }
        self.expression()?;
        Ok(Argument::Value)
    }
}

pub(super) fn first(sign: &str) -> char {
    sign.chars().next().unwrap_or('+')
}

pub(super) fn constant(text: &str) -> Op {
    Op::Number(Rc::new((text.to_owned(), Decimal::parse(text, 10))))
}

/// A string of `print`, with its escapes.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(c) = letters.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match letters.next() {
            Some('a') => out.push('\x07'),
            Some('b') => out.push('\x08'),
            Some('f') => out.push('\x0c'),
            Some('n') => out.push('\n'),
            Some('q') => out.push('"'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('\\') => out.push('\\'),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}
