//! `source` and `.`.

use std::rc::Rc;

use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType};
use bstr::BString;

use crate::messages::concat;
use crate::options::{SetOption, Shopt};
use crate::shell::{Flow, Frame, Role, Run, Shell};
use crate::traps;

/// `source`
pub fn source(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let words = match args.get(1) {
        Some(first) if first == "--" => args.get(2..),
        Some(first) if first.len() > 1 && first[0] == b'-' => {
            let usage = concat(&[&args[0], b" filename [arguments]"]);
            return Ok(shell.invalid_option(&args[0], first[1], &String::from_utf8_lossy(&usage)));
        }
        _ => args.get(1..),
    };
    let Some((name, arguments)) = words.unwrap_or_default().split_first() else {
        shell.builtin_error(&args[0], "filename argument required");
        shell.write_error(&concat(&[&args[0], b": usage: ", &args[0], b" filename [arguments]\n"]));
        shell.misused = true;
        return Ok(2);
    };
    if name.contains(&b'/') && shell.refuses(&concat(&[&args[0], b": ", name])) {
        return Ok(1);
    }
    let path = shell.find_source(name);
    let text = match files::stat(&path, true) {
        Ok(stat) if stat.kind == FileType::Directory => {
            shell.builtin_error(&args[0], concat(&[name, b": is a directory"]));
            return Ok(1);
        }
        // What only the shell knows (`/dev/stdin`) has no stat of its own.
        _ => shell.read_file(&path)?,
    };
    let text = match text {
        Ok(text) => text,
        Err(error) => {
            let error = if path.is_empty() { Errno::Noent } else { error };
            shell.file_error(name, error);
            shell.misused = true;
            return Ok(1);
        }
    };
    let first_line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if first_line.get(..80).unwrap_or(first_line).contains(&0) {
        shell.builtin_error(&args[0], concat(&[name, b": cannot execute binary file"]));
        return Ok(126);
    }
    let arguments = (!arguments.is_empty()).then(|| arguments.to_vec());
    match shell.source_text(path, &text, arguments) {
        Ok(()) | Err(Flow::Return) => Ok(shell.status),
        Err(flow) => Err(flow),
    }
}

impl Shell {
    /// The file that `source` means: PATH is searched for a name without a
    /// slash, then the working directory.
    fn find_source(&mut self, name: &BString) -> BString {
        if name.contains(&b'/') {
            return name.clone();
        }
        if self.options.shopt(Shopt::Sourcepath) {
            let search_path = self.var(b"PATH").unwrap_or_default();
            for directory in search_path.split(|byte| *byte == b':') {
                let directory: &[u8] = if directory.is_empty() { b"." } else { directory };
                let path = concat(&[directory, b"/", name]);
                let regular = files::stat(&path, true).is_ok_and(|stat| stat.kind != FileType::Directory);
                if regular && !is_program(&path) {
                    return path.into();
                }
            }
        }
        // POSIX looks no further; in a session `source .env` finds it all the same.
        if self.options.get(SetOption::Posix) && self.role != Role::Session {
            return BString::default();
        }
        name.clone()
    }

    /// Runs a sourced file's text.
    pub(crate) fn source_text(&mut self, path: BString, text: &[u8], arguments: Option<Vec<BString>>) -> Run {
        self.enter()?;
        self.trace_level += 1;
        let call_line = self.line;
        let own = arguments.map(|arguments| std::mem::replace(&mut self.positional, arguments.into()));
        let given = own.as_ref().map(|_| self.positional.clone());
        self.record_first_arguments();
        let recorded = self.call_arguments.len();
        let call = if own.is_some() { self.positional.list() } else { Rc::new(vec![path.clone()]) };
        Rc::make_mut(&mut self.call_arguments).push(call);
        let frame = Frame { name: "source".into(), source: path, call_line, function: false };
        Rc::make_mut(&mut self.frames).push(frame);
        let loop_depth = self.loop_depth;
        let result = self.run_text(text, 1);
        let result = match result {
            Ok(()) | Err(Flow::Return) if self.traps.armed(traps::RETURN) => self.run_trap(traps::RETURN).and(result),
            other => other,
        };
        self.loop_depth = loop_depth;
        Rc::make_mut(&mut self.frames).pop();
        Rc::make_mut(&mut self.call_arguments).truncate(recorded);
        // `set --` in the file changes the caller's parameters for good.
        if let (Some(own), Some(given)) = (own, given)
            && given.is_same(&self.positional)
        {
            self.positional = own;
        }
        self.line = call_line;
        self.trace_level -= 1;
        self.leave();
        result
    }
}

/// A WebAssembly program is no script, whatever its name.
fn is_program(path: &[u8]) -> bool {
    files::open(path, files::OpenFlags::READ, 0).and_then(|file| file.read_some(4)).is_ok_and(|start| start == b"\0asm")
}
