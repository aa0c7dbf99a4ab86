//! Statements and the jumps in them.

use super::*;

impl Compiler<'_> {
    pub(super) fn statement(&mut self) -> Parsed {
        self.nested(Self::statement_here)
    }

    pub(super) fn statement_here(&mut self) -> Parsed {
        if self.accept("{") {
            return self.block();
        }
        if let Token::Text(text) = &self.token {
            self.code.push(Op::Text(text.as_str().into()));
            self.advance();
            return Ok(());
        }
        let Token::Name(word) = &self.token else { return self.expression_statement() };
        match word.as_str() {
            "quit" => return Err(Stop::Quit),
            "halt" => {
                self.advance();
                self.code.push(Op::Halt);
            }
            "limits" => {
                self.advance();
                self.code.push(Op::Text(LIMITS.into()));
            }
            "warranty" => {
                self.advance();
                self.code.push(Op::Text(WARRANTY.into()));
            }
            "print" => return self.print(),
            "if" => return self.if_statement(),
            "while" => return self.while_loop(),
            "for" => return self.for_loop(),
            "break" | "continue" => {
                let breaks = word == "break";
                let at = self.code.len();
                let Some((continues, ends)) = self.loops.last_mut() else {
                    let text = if breaks { "Break outside a for/while" } else { "Continue outside a for" };
                    return Err(Stop::Wrong(text.into()));
                };
                if breaks {
                    ends.push(at)
                } else {
                    continues.push(at)
                }
                self.code.push(Op::Jump(0));
                self.advance();
            }
            "return" => return self.return_statement(),
            "auto" | "define" | "else" => return Err(syntax()),
            _ => return self.expression_statement(),
        }
        Ok(())
    }

    pub(super) fn expression_statement(&mut self) -> Parsed {
        let assignment = self.expression()?;
        self.code.push(if assignment { Op::Drop } else { Op::PrintLine });
        Ok(())
    }

    pub(super) fn print(&mut self) -> Parsed {
        self.advance();
        loop {
            if let Token::Text(text) = &self.token {
                self.code.push(Op::Text(unescaped(text).into()));
                self.advance();
            } else {
                self.expression()?;
                self.code.push(Op::Print);
            }
            if !self.accept(",") {
                return Ok(());
            }
        }
    }

    pub(super) fn return_statement(&mut self) -> Parsed {
        self.advance();
        if self.is(";") || self.is("}") || matches!(self.token, Token::Newline | Token::End) {
            self.code.push(constant("0"));
        } else {
            self.expression()?;
        }
        if !self.in_function {
            return Err(Stop::Wrong("Return outside of a function.".into()));
        }
        self.code.push(Op::Return);
        Ok(())
    }

    /// Completes a jump to come here.
    pub(super) fn land(&mut self, jump: usize) {
        let here = self.code.len();
        self.aim(jump, here);
    }

    pub(super) fn aim(&mut self, jump: usize, to: usize) {
        match &mut self.code[jump] {
            Op::Jump(target) | Op::JumpZero(target) => *target = to,
            _ => {}
        }
    }

    pub(super) fn push_jump(&mut self, op: fn(usize) -> Op) -> usize {
        self.code.push(op(0));
        self.code.len() - 1
    }

    pub(super) fn if_statement(&mut self) -> Parsed {
        self.advance();
        self.expect("(")?;
        self.expression()?;
        self.expect(")")?;
        let otherwise = self.push_jump(Op::JumpZero);
        self.skip_newlines();
        self.statement()?;
        if self.is_word("else") {
            self.advance();
            let end = self.push_jump(Op::Jump);
            self.land(otherwise);
            self.skip_newlines();
            self.statement()?;
            self.land(end);
        } else {
            self.land(otherwise);
        }
        Ok(())
    }

    /// A loop's body; its jumps of `continue` and of `break`, to complete.
    pub(super) fn body(&mut self) -> Parsed<(Vec<usize>, Vec<usize>)> {
        self.loops.push((Vec::new(), Vec::new()));
        self.skip_newlines();
        self.statement()?;
        Ok(self.loops.pop().unwrap_or_default())
    }

    pub(super) fn while_loop(&mut self) -> Parsed {
        self.advance();
        let start = self.code.len();
        self.expect("(")?;
        self.expression()?;
        self.expect(")")?;
        let exit = self.push_jump(Op::JumpZero);
        let (continues, breaks) = self.body()?;
        self.code.push(Op::Jump(start));
        continues.into_iter().for_each(|jump| self.aim(jump, start));
        self.land(exit);
        breaks.into_iter().for_each(|jump| self.land(jump));
        Ok(())
    }

    pub(super) fn for_loop(&mut self) -> Parsed {
        self.advance();
        self.expect("(")?;
        if !self.is(";") {
            self.expression()?;
            self.code.push(Op::Drop);
        }
        self.expect(";")?;
        let condition = self.code.len();
        if self.is(";") {
            self.code.push(constant("1"));
        } else {
            self.expression()?;
        }
        self.expect(";")?;
        let exit = self.push_jump(Op::JumpZero);
        let enter = self.push_jump(Op::Jump);
        let step = self.code.len();
        if !self.is(")") {
            self.expression()?;
            self.code.push(Op::Drop);
        }
        self.expect(")")?;
        self.code.push(Op::Jump(condition));
        self.land(enter);
        let (continues, breaks) = self.body()?;
        self.code.push(Op::Jump(step));
        continues.into_iter().for_each(|jump| self.aim(jump, step));
        self.land(exit);
        breaks.into_iter().for_each(|jump| self.land(jump));
        Ok(())
    }
}
