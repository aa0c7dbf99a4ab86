//! Expansion: references to variables and calls of functions in a text.

use crate::functions;
use crate::pattern::substitute_suffix;
use crate::text::{bytes, is_space, join};
use crate::variables::{Text, Variable};
use crate::{Location, Make, Result};
use memchr::memchr;

/// How deep references and calls may nest: what a stack can hold.
const MAX_DEPTH: usize = 6000;

/// A variable whose value is being expanded.
#[derive(Clone, Debug)]
pub(crate) struct Expanding {
    name: Text,
    link: usize,
    location: Option<Location>,
}

impl Make<'_> {
    /// The text with its references replaced.
    pub(crate) fn expand(&mut self, text: &[u8]) -> Result<Vec<u8>> {
        let mut out = Vec::with_capacity(text.len() + 16);
        self.expand_into(text, &mut out)?;
        Ok(out)
    }

    /// Adds the expanded text to `out`.
    pub(crate) fn expand_into(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result {
        self.depth += 1;
        let done = if self.depth > MAX_DEPTH {
            Err(self.fatal("references nest too deeply"))
        } else {
            self.expand_parts(text, out)
        };
        self.depth -= 1;
        done
    }

    fn expand_parts(&mut self, mut text: &[u8], out: &mut Vec<u8>) -> Result {
        while let Some(at) = memchr(b'$', text) {
            out.extend_from_slice(&text[..at]);
            text = &text[at + 1..];
            match text.first() {
                None => out.push(b'$'),
                Some(b'$') => {
                    out.push(b'$');
                    text = &text[1..];
                }
                Some(b'(' | b'{') => text = self.expand_reference(text, out)?,
                Some(&byte) => {
                    if !is_space(byte) {
                        self.value_into(&text[..1], out)?;
                    }
                    text = &text[1..];
                }
            }
        }
        out.extend_from_slice(text);
        Ok(())
    }

    /// A reference in brackets, at whose start the text is; the text after it.
    fn expand_reference<'t>(&mut self, text: &'t [u8], out: &mut Vec<u8>) -> Result<&'t [u8]> {
        let (open, close) = if text[0] == b'(' { (b'(', b')') } else { (b'{', b'}') };
        let body = &text[1..];
        if let Some(function) = functions::find(body) {
            return self.call_function(function, (open, close), body, out);
        }
        let Some(mut end) = memchr(close, body) else {
            return Err(self.fatal_in_variable("unterminated variable reference"));
        };
        let expanded;
        let mut reference = &body[..end];
        if reference.contains(&b'$') {
            // Its end is where the brackets balance.
            let mut depth = 0usize;
            let balanced = body.iter().position(|&byte| {
                depth += usize::from(byte == open);
                let ends = byte == close && depth == 0;
                depth -= usize::from(byte == close && depth > 0);
                ends
            });
            if let Some(balanced) = balanced {
                end = balanced;
                expanded = self.expand(&body[..end])?;
                reference = &expanded;
            }
        }
        let substitution = memchr(b':', reference)
            .and_then(|colon| memchr(b'=', &reference[colon + 1..]).map(|equals| (colon, colon + 1 + equals)));
        match substitution {
            Some((colon, equals)) => {
                let value = self.value(&reference[..colon])?;
                out.extend(substitute_suffix(&value, &reference[colon + 1..equals], &reference[equals + 1..]));
            }
            None => self.value_into(reference, out)?,
        }
        Ok(&body[end + 1..])
    }

    /// A variable's value, expanded.
    pub(crate) fn value(&mut self, name: &[u8]) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        self.value_into(name, &mut out)?;
        Ok(out)
    }

    fn value_into(&mut self, name: &[u8], out: &mut Vec<u8>) -> Result {
        if self.special_value(name, out) {
            return Ok(());
        }
        match self.vars.find(name) {
            Some((link, variable)) => {
                let variable = variable.clone();
                self.value_of(name, &variable, link, out)
            }
            None => {
                self.warn_undefined(name);
                Ok(())
            }
        }
    }

    fn warn_undefined(&mut self, name: &[u8]) {
        // What make itself would set elsewhere is no mistake.
        const KNOWN: [&[u8]; 14] = [
            b"MAKECMDGOALS",
            b"MAKE_RESTARTS",
            b"CURDIR",
            b"GNUMAKEFLAGS",
            b"MAKE_TERMOUT",
            b"MAKE_TERMERR",
            b"MAKEOVERRIDES",
            b".DEFAULT",
            b"-*-command-variables-*-",
            b"-*-eval-flags-*-",
            b"VPATH",
            b"GPATH",
            b"MAKELEVEL",
            b"MAKEFLAGS",
        ];
        if self.options.warn_undefined && !KNOWN.contains(&name) {
            let place = self.location.clone();
            self.complain(place, &bytes!("warning: undefined variable '", name, "'"));
        }
    }

    /// The value of a variable found at that link of the chain.
    pub(crate) fn value_of(&mut self, name: &[u8], variable: &Variable, link: usize, out: &mut Vec<u8>) -> Result {
        if variable.append {
            // The value outside comes first.
            let start = out.len();
            if let Some((outer, below)) = self.vars.find_below(name, link) {
                let below = below.clone();
                self.value_of(name, &below, outer, out)?;
            }
            if out.len() > start {
                out.push(b' ');
            }
        }
        if !variable.recursive {
            out.extend_from_slice(&variable.value);
            return Ok(());
        }
        if memchr(b'$', &variable.value).is_none() {
            out.extend_from_slice(&variable.value);
            return Ok(());
        }
        if self.expanding.iter().any(|e| e.link == link && *e.name == *name) {
            // A child's environment, asked for by $(shell), has the value from outside instead.
            if self.exporting_to_shell > 0 {
                if let Some(value) = self.original_environment(name) {
                    out.extend_from_slice(&value);
                }
                return Ok(());
            }
            return Err(self.fatal_in_variable(&bytes!(
                "Recursive variable '",
                name,
                "' references itself (eventually)"
            )));
        }
        let location = variable.location.clone();
        self.expanding.push(Expanding { name: name.into(), link, location });
        let done = self.expand_into(&variable.value, out);
        self.expanding.pop();
        done
    }

    /// The values that are made when they are asked for.
    fn special_value(&mut self, name: &[u8], out: &mut Vec<u8>) -> bool {
        match name {
            b".VARIABLES" => out.extend(join(self.vars.names())),
            b".TARGETS" => {
                let mut targets: Vec<_> =
                    self.files.iter().filter(|file| file.is_target).map(|file| file.name.clone()).collect();
                targets.dedup();
                out.extend(join(targets));
            }
            _ => return false,
        }
        true
    }

    /// Where the text that is being expanded stands.
    pub(crate) fn place(&self) -> Option<Location> {
        let variable = self.expanding.iter().rev().find_map(|e| e.location.clone());
        variable.or_else(|| self.location.clone())
    }

    fn fatal_in_variable(&self, message: impl AsRef<[u8]>) -> crate::Stop {
        crate::Stop::Fatal(self.place(), message.as_ref().to_vec())
    }
}
