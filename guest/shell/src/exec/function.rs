//! Functions: definition and call.

use std::rc::Rc;

use bstr::BString;

use crate::ast::Function;
use crate::messages::concat;
use crate::options::{SetOption, Shopt};
use crate::shell::{Flow, Frame, Role, Run, Shell};
use crate::traps;

impl Shell {
    /// `name() body`
    #[inline(never)]
    pub(crate) fn define_function(&mut self, function: &Rc<Function>) -> Run {
        let name = &function.name;
        if name.iter().any(|byte| matches!(byte, b'$' | b'`')) {
            // The name is not expanded: one that asks for it is a mistake.
            self.error(concat(&[b"`", name, b"': not a valid identifier"]));
            self.status = 1;
            return self.check_status();
        }
        if self.options.get(SetOption::Posix) && !crate::vars::is_name(name) {
            self.error(concat(&[b"`", name, b"': not a valid identifier"]));
            self.status = 2;
            return if self.interactive || self.role == Role::Session { Ok(()) } else { Err(Flow::Exit) };
        }
        if self.readonly_functions.contains(name) {
            self.error(concat(&[name, b": readonly function"]));
            self.status = 1;
            return self.check_status();
        }
        if self.options.get(SetOption::Posix) && crate::builtins::lookup(name).is_some_and(|builtin| builtin.special) {
            self.error(concat(&[b"`", name, b"': is a special builtin"]));
            self.status = 2;
            return Err(Flow::Exit);
        }
        Rc::make_mut(&mut self.functions).insert(name.clone(), function.clone());
        self.status = 0;
        Ok(())
    }

    /// Calls a function; the first word is its name.
    pub(crate) fn call_function(&mut self, function: &Function, mut words: Vec<BString>) -> Run {
        self.check_nesting(function)?;
        self.enter()?;
        let last_argument = words.last().cloned().unwrap_or_default();
        words.remove(0);
        let positional = std::mem::replace(&mut self.positional, words.into());
        let loop_depth = std::mem::take(&mut self.loop_depth);
        let call_line = self.line;
        Rc::make_mut(&mut self.frames).push(Frame {
            name: function.name.clone(),
            source: function.source.clone(),
            call_line,
            function: true,
        });
        let recorded = self.options.shopt(Shopt::Extdebug).then_some(self.call_arguments.len());
        if recorded.is_some() {
            let arguments = self.positional.list();
            Rc::make_mut(&mut self.call_arguments).push(arguments);
        }
        self.vars.push_scope();
        let hidden = if self.has_function_traps() { self.hide_function_traps(&function.name) } else { Vec::new() };

        // DEBUG runs once more on the way in, for the call itself.
        let mut result = if self.traps.armed(traps::DEBUG) { self.run_trap(traps::DEBUG) } else { Ok(()) };
        if result.is_ok() {
            result = self.run_command(&function.body);
        }

        if self.exit_called && matches!(result, Err(Flow::Exit)) {
            // As in bash, the trap sees the variables of the function that called `exit`.
            self.run_exit_trap();
        }
        let returned = matches!(result, Err(Flow::Return));
        if returned {
            result = Ok(());
        }
        if result.is_ok() && self.traps.armed(traps::RETURN) {
            let status = self.status;
            if returned {
                self.status = self.status_before_return;
            }
            result = self.run_trap(traps::RETURN);
            if result.is_ok() {
                self.status = status;
            }
        }
        if !hidden.is_empty() {
            self.restore_function_traps(hidden);
        }
        self.end_scope();
        if let Some(recorded) = recorded {
            Rc::make_mut(&mut self.call_arguments).truncate(recorded);
        }
        Rc::make_mut(&mut self.frames).pop();
        self.loop_depth = loop_depth;
        self.positional = positional;
        self.line = call_line;
        self.set_last_argument(last_argument);
        self.leave();
        result
    }

    /// Ends a function's variables, and what `local -` kept.
    fn end_scope(&mut self) {
        if let Some(options) = self.vars.saved_options().cloned() {
            self.restore_set_options(&options);
        }
        self.vars.pop_scope();
    }

    /// Sets exactly the `set` options that a SHELLOPTS-like list names.
    fn restore_set_options(&mut self, list: &[u8]) {
        for option in SetOption::ALL {
            let on = list.split(|byte| *byte == b':').any(|name| name == option.name().as_bytes());
            self.options.set(*option, on);
        }
    }

    /// FUNCNEST, when a script sets it.
    fn check_nesting(&mut self, function: &Function) -> Run {
        let Some(limit) = self.vars.plain(b"FUNCNEST") else { return Ok(()) };
        let Some(limit) = std::str::from_utf8(limit).ok().and_then(|text| text.parse::<usize>().ok()) else {
            return Ok(());
        };
        let nested = self.frames.iter().filter(|frame| frame.function).count();
        if limit > 0 && nested >= limit {
            let text = format!(": maximum function nesting level exceeded ({limit})");
            self.error(concat(&[&function.name, text.as_bytes()]));
            self.status = 1;
            return Err(Flow::Abort);
        }
        Ok(())
    }
}
