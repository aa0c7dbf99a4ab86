//! A fresh shell: what it takes from the environment.

use std::rc::Rc;

use agentfense_sys::{files, processes};
use bstr::{BString, ByteSlice};

use crate::ast::Command;
use crate::files::FileTable;
use crate::options::SetOption;
use crate::shell::{Role, Shell};
use crate::syntax::Parser;
use crate::vars::{Attributes, Variable, Variables};

/// An exported function's variable is named like this.
const FUNCTION_PREFIX: &[u8] = b"BASH_FUNC_";
const FUNCTION_SUFFIX: &[u8] = b"%%";

impl Shell {
    /// A shell called `name`, with that environment and the files and working
    /// directory of this process.
    pub fn new(name: BString, role: Role, environment: Vec<(BString, BString)>) -> Shell {
        let mut shell = Shell::bare();
        shell.pid = processes::get_pid();
        shell.role = role;
        shell.files = FileTable::inherited();
        shell.umask = processes::get_umask();
        let value = |wanted: &str| environment.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
        for list in ["SHELLOPTS", "BASHOPTS"] {
            if let Some(value) = value(list) {
                shell.options.import(&value);
            }
        }
        if base_name(&name) == b"sh" || value("POSIXLY_CORRECT").is_some() {
            shell.options.set(SetOption::Posix, true);
        }
        shell.last_argument.clone_from(&name);
        shell.name = name;
        shell.cwd = start_directory(value("PWD"));
        let functions: Vec<(BString, BString)> =
            environment.iter().filter(|(name, _)| name.starts_with(FUNCTION_PREFIX)).cloned().collect();
        shell.vars = Variables::start(environment, processes::get_parent());
        let cwd = shell.cwd.clone();
        shell.vars.insert(b"PWD", Variable::scalar(cwd, Attributes::EXPORT));
        if let Some(path) = value_is_directory(&shell) {
            shell.vars.insert(b"OLDPWD", Variable::scalar(path, Attributes::EXPORT));
        } else {
            let mut unset = Variable::scalar("", Attributes::EXPORT);
            unset.attributes.insert(Attributes::INVISIBLE);
            shell.vars.insert(b"OLDPWD", unset);
        }
        shell.note_posix();
        for (name, text) in functions {
            shell.import_function(&name, &text);
        }
        shell
    }

    /// Takes an exported function from the environment. Only a function
    /// definition is accepted, and nothing behind it is run.
    fn import_function(&mut self, variable: &[u8], text: &[u8]) {
        let Some(name) = variable.strip_prefix(FUNCTION_PREFIX).and_then(|rest| rest.strip_suffix(FUNCTION_SUFFIX))
        else {
            return;
        };
        let definition = [name, b" ", text].concat();
        let mut parser = Parser::new(&definition, b"environment", 0);
        let Ok(Some(program)) = parser.next_command(&self.syntax_options(), &|_| None) else { return };
        let [item] = program.items.as_slice() else { return };
        if let [Command::Function(function)] = item.list.first.stages.as_slice()
            && function.name == name
            && parser.position() == definition.len()
        {
            Rc::make_mut(&mut self.functions).insert(name.into(), function.clone());
            Rc::make_mut(&mut self.exported_functions).insert(name.into());
        }
    }
}

/// The last part of a path, without the dash of a login shell.
pub(crate) fn base_name(path: &[u8]) -> &[u8] {
    let base = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
    base.strip_prefix(b"-").unwrap_or(base)
}

/// PWD of the environment when it is where we are (perhaps through symbolic
/// links), else the kernel's answer.
fn start_directory(environment: Option<BString>) -> BString {
    let current = processes::current_dir();
    if let Some(path) = environment
        && path.starts_with(b"/")
        && !path.split_str("/").any(|part| part == b"." || part == b"..")
        && path != current
        && files::real_path(&path).is_ok_and(|real| real == current)
    {
        return path;
    }
    current.into()
}

fn value_is_directory(shell: &Shell) -> Option<BString> {
    let path = shell.vars.plain(b"OLDPWD")?;
    let stat = files::stat(path, true).ok()?;
    (stat.kind == files::FileType::Directory).then(|| path.clone())
}
