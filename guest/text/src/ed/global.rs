//! The commands `g`, `v`, `G` and `V`.

use super::address::Range;
use super::cursor::Cursor;
use super::{Editor, Next, Problem, Result, Suffix};
use std::collections::VecDeque;
use std::io::Write;

impl Editor {
    /// Marks the lines that match (or do not), then runs commands on each that is still there.
    pub(super) fn global(&mut self, letter: u8, range: Range, line: &mut Cursor) -> Result<Next> {
        if self.in_global() {
            return Err(Problem::new("Cannot nest global commands"));
        }
        let (wanted, interactive) = (letter == b'g' || letter == b'G', letter == b'G' || letter == b'V');
        let range = self.or_default(range, 1.min(self.buffer.last()), self.buffer.last())?;
        let delimiter = match line.next() {
            None | Some(b' ' | b'\n' | b'\\') => return Err(Problem::new("Invalid pattern delimiter")),
            Some(delimiter) => delimiter,
        };
        let (pattern, _) = line.pattern(delimiter);
        let regex = self.regex(pattern, false)?;
        let commands = if interactive {
            if !line.rest().is_empty() {
                return Err(Problem::new("Invalid command suffix"));
            }
            Vec::new()
        } else {
            self.command_list(line)?
        };
        let mut lines = Vec::new();
        for number in range.first.max(1)..=range.last {
            if regex.is_match(&self.buffer.text(number)).map_err(Problem::pattern)? == wanted {
                lines.extend(self.buffer.id(number));
            }
        }
        self.change();
        for id in lines {
            // Near the current line, as a rule: right after the last one that was worked on.
            let Some(number) = self.buffer.find(id, self.buffer.current.saturating_sub(1)) else { continue };
            self.buffer.current = number;
            let commands = if interactive {
                self.print(number, number, Suffix::default())?;
                self.out.flush()?;
                let Some(typed) = self.read_line()? else { return Err(Problem::new("Unexpected end-of-file")) };
                match typed.as_slice() {
                    b"" => continue,
                    b"&" if self.last_global.is_empty() => return Err(Problem::new("No previous command")),
                    b"&" => self.last_global.clone(),
                    _ => {
                        self.last_global = self.command_list(&mut Cursor::new(typed))?;
                        self.last_global.clone()
                    }
                }
            } else {
                commands.clone()
            };
            self.script = Some(commands.split(|&b| b == b'\n').map(<[u8]>::to_vec).collect::<VecDeque<_>>());
            let done = self.script_commands();
            self.script = None;
            if done? == Next::Quit {
                return Ok(Next::Quit);
            }
        }
        Ok(Next::Command)
    }

    fn script_commands(&mut self) -> Result<Next> {
        while let Some(line) = self.read_line()? {
            if self.command(&mut Cursor::new(line))? == Next::Quit {
                return Ok(Next::Quit);
            }
        }
        Ok(Next::Command)
    }

    /// The rest of the line, and the lines after it while they end in a backslash; `p` if there is nothing.
    fn command_list(&mut self, line: &mut Cursor) -> Result<Vec<u8>> {
        let mut list = Vec::new();
        let mut continues = line.continues();
        list.extend(line.rest());
        while continues {
            list.pop();
            let Some(next) = self.read_line()? else { return Err(Problem::new("Unexpected end-of-file")) };
            let next = Cursor::new(next);
            continues = next.continues();
            list.push(b'\n');
            list.extend({ next }.rest());
        }
        if list.is_empty() {
            list.push(b'p');
        }
        Ok(list)
    }
}
