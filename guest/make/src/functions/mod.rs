//! The functions: their table, and how a call is read.

mod control;
mod files;
mod words;

use crate::text::{bytes, is_space, trim_start};
use crate::{Make, Result};

/// A function gets its arguments, expanded unless it says otherwise, and adds its result.
type Body = fn(&mut Make<'_>, &[Vec<u8>], &mut Vec<u8>) -> Result;

/// A function of the language.
pub(crate) struct Function {
    name: &'static str,
    /// How many arguments it needs.
    least: usize,
    /// How many it takes; commas after that belong to the last. 0: any number.
    most: usize,
    /// Whether its arguments are expanded before the call.
    expand: bool,
    body: Body,
}

const fn plain(name: &'static str, least: usize, most: usize, body: Body) -> Function {
    Function { name, least, most, expand: true, body }
}

const fn lazy(name: &'static str, least: usize, most: usize, body: Body) -> Function {
    Function { name, least, most, expand: false, body }
}

const FUNCTIONS: &[Function] = &[
    plain("abspath", 0, 1, files::abspath),
    plain("addprefix", 2, 2, words::addprefix),
    plain("addsuffix", 2, 2, words::addsuffix),
    lazy("and", 1, 0, control::and),
    plain("basename", 0, 1, words::basename),
    plain("call", 1, 0, control::call),
    plain("dir", 0, 1, words::dir),
    plain("error", 0, 1, control::error),
    plain("eval", 0, 1, control::eval),
    plain("file", 1, 2, files::file),
    plain("filter", 2, 2, words::filter),
    plain("filter-out", 2, 2, words::filter_out),
    plain("findstring", 2, 2, words::findstring),
    plain("firstword", 0, 1, words::firstword),
    plain("flavor", 0, 1, control::flavor),
    lazy("foreach", 3, 3, control::foreach),
    lazy("if", 2, 3, control::r#if),
    plain("info", 0, 1, control::info),
    lazy("intcmp", 2, 5, control::intcmp),
    plain("join", 2, 2, words::join),
    plain("lastword", 0, 1, words::lastword),
    lazy("let", 3, 3, control::r#let),
    plain("notdir", 0, 1, words::notdir),
    lazy("or", 1, 0, control::or),
    plain("origin", 0, 1, control::origin),
    plain("patsubst", 3, 3, words::patsubst),
    plain("realpath", 0, 1, files::realpath),
    plain("shell", 0, 1, files::shell),
    plain("sort", 0, 1, words::sort),
    plain("strip", 0, 1, words::strip),
    plain("subst", 3, 3, words::subst),
    plain("suffix", 0, 1, words::suffix),
    plain("value", 0, 1, control::value),
    plain("warning", 0, 1, control::warning),
    plain("wildcard", 0, 1, files::wildcard),
    plain("word", 2, 2, words::word),
    plain("wordlist", 3, 3, words::wordlist),
    plain("words", 0, 1, words::words),
];

/// The function that the text behind a bracket calls.
pub(crate) fn find(text: &[u8]) -> Option<&'static Function> {
    let end = text.iter().position(|&byte| !(byte.is_ascii_lowercase() || byte == b'-'))?;
    if !is_space(text[end]) {
        return None;
    }
    named(&text[..end])
}

fn named(name: &[u8]) -> Option<&'static Function> {
    let found = FUNCTIONS.binary_search_by(|function| function.name.as_bytes().cmp(name));
    found.ok().and_then(|at| FUNCTIONS.get(at))
}

impl Make<'_> {
    /// Calls a function, whose name starts the text; the text behind the closing bracket.
    pub(crate) fn call_function<'t>(
        &mut self,
        function: &'static Function,
        (open, close): (u8, u8),
        text: &'t [u8],
        out: &mut Vec<u8>,
    ) -> Result<&'t [u8]> {
        let body = trim_start(&text[function.name.len()..]);
        let mut arguments = Vec::new();
        let (mut depth, mut start, mut end) = (0usize, 0, None);
        for (at, &byte) in body.iter().enumerate() {
            if byte == open {
                depth += 1;
            } else if byte == close {
                if depth == 0 {
                    end = Some(at);
                    break;
                }
                depth -= 1;
            } else if byte == b',' && depth == 0 && (function.most == 0 || arguments.len() + 1 < function.most) {
                arguments.push(body[start..at].to_vec());
                start = at + 1;
            }
        }
        let Some(end) = end else {
            let message = bytes!("unterminated call to function '", function.name, "': missing '", [close], "'");
            return Err(crate::Stop::Fatal(self.place(), message));
        };
        arguments.push(body[start..end].to_vec());
        if function.expand {
            for argument in &mut arguments {
                if argument.contains(&b'$') {
                    *argument = self.expand(argument)?;
                }
            }
        }
        self.invoke(function, &arguments, out)?;
        Ok(&body[end + 1..])
    }

    fn invoke(&mut self, function: &'static Function, arguments: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
        if arguments.len() < function.least {
            let message =
                format!("insufficient number of arguments ({}) to function '{}'", arguments.len(), function.name);
            return Err(crate::Stop::Fatal(self.place(), message.into()));
        }
        (function.body)(self, arguments, out)
    }
}

/// An argument that may be absent.
fn argument(arguments: &[Vec<u8>], index: usize) -> &[u8] {
    arguments.get(index).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(FUNCTIONS.windows(2).all(|pair| pair[0].name < pair[1].name));
    }

    #[test]
    fn names_end_at_white_space() {
        assert!(find(b"if a,b)").is_some());
        assert!(find(b"iffy a)").is_none());
        assert!(find(b"if)").is_none());
    }
}
