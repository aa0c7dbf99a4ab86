//! The variables that change how the interpreter works, in the form in which it uses them.

use super::{Interp, Run, slot};
use crate::fields::{Splitter, parse_widths};
use crate::reader::Separator;
use crate::value::Value;
use std::rc::Rc;

/// Taken over from the variables whenever those are set.
#[derive(Debug)]
pub struct Settings {
    pub ofs: Vec<u8>,
    pub ors: Vec<u8>,
    pub subsep: Vec<u8>,
    pub convfmt: Vec<u8>,
    pub ofmt: Vec<u8>,
    pub separator: Separator,
    pub ignore_case: bool,
    /// Which of `FS`, `FIELDWIDTHS` and `FPAT` was set last.
    pub split_by: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            ofs: b" ".to_vec(),
            ors: b"\n".to_vec(),
            subsep: b"\x1c".to_vec(),
            convfmt: b"%.6g".to_vec(),
            ofmt: b"%.6g".to_vec(),
            separator: Separator::Byte(b'\n'),
            ignore_case: false,
            split_by: slot::FS,
        }
    }
}

impl Interp<'_> {
    fn setting(&self, slot: usize) -> Vec<u8> {
        self.globals[slot].clone().into_text(b"%.6g").to_vec()
    }

    /// After one of those variables was set.
    pub(super) fn apply_setting(&mut self, changed: usize) -> Run<()> {
        match changed {
            slot::OFS => {
                // A record to be put together still gets the separator of its time.
                let (ofs, format) = (&self.settings.ofs, &self.settings.convfmt);
                self.record.prepare(0, ofs, format)?;
                self.settings.ofs = self.setting(changed);
            }
            slot::ORS => self.settings.ors = self.setting(changed),
            slot::SUBSEP => self.settings.subsep = self.setting(changed),
            slot::CONVFMT => self.settings.convfmt = self.setting(changed),
            slot::OFMT => self.settings.ofmt = self.setting(changed),
            slot::RS => {
                self.settings.separator = self.record_separator()?;
                self.update_splitter()?;
            }
            slot::IGNORECASE => {
                self.settings.ignore_case = self.globals[slot::IGNORECASE].operand().truth();
                self.patterns.clear();
                self.settings.separator = self.record_separator()?;
                self.update_splitter()?;
            }
            slot::FS | slot::FIELDWIDTHS | slot::FPAT => {
                self.settings.split_by = changed;
                self.update_splitter()?;
                let by = self.program.globals[changed].clone();
                if let Value::Array(info) = &self.globals[slot::PROCINFO] {
                    let by = Value::Str(by.as_str().into());
                    info.borrow_mut().insert("FS".into(), by);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn record_separator(&mut self) -> Run<Separator> {
        let text = self.setting(slot::RS);
        Ok(match text.as_slice() {
            [] => Separator::Paragraph,
            [byte] if !(self.settings.ignore_case && byte.is_ascii_alphabetic()) => Separator::Byte(*byte),
            _ => Separator::Pattern(self.pattern(&text)?),
        })
    }

    fn update_splitter(&mut self) -> Run<()> {
        let text = self.setting(self.settings.split_by);
        let splitter = match self.settings.split_by {
            slot::FIELDWIDTHS => Splitter::Widths(Rc::new(parse_widths(&text)?)),
            slot::FPAT => Splitter::Content(self.pattern(&text)?),
            _ => self.splitter(&text, matches!(self.settings.separator, Separator::Paragraph))?,
        };
        Ok(self.record.set_splitter(splitter)?)
    }

    /// The way to split that `FS`, or the last argument of `split`, asks for.
    pub(super) fn splitter(&mut self, text: &[u8], paragraph: bool) -> Run<Splitter> {
        Ok(match text {
            b" " => Splitter::Blank,
            [] if paragraph => Splitter::Byte(b'\n'),
            [] => Splitter::Chars,
            b"\\" => Splitter::Byte(b'\\'),
            [byte] if paragraph => Splitter::ByteOrNewline(*byte),
            [byte] if !(self.settings.ignore_case && byte.is_ascii_alphabetic()) => Splitter::Byte(*byte),
            _ if paragraph => {
                let mut either = b"(".to_vec();
                either.extend_from_slice(text);
                either.extend_from_slice(b")|\n");
                Splitter::Pattern(self.pattern(&either)?)
            }
            _ => Splitter::Pattern(self.pattern(text)?),
        })
    }
}
