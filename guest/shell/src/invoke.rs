//! The shell as a command: `bash [options] [-c text | script] [arguments]`.

use std::rc::Rc;

use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType};
use bstr::BString;

use crate::exec::fork;
use crate::messages::concat;
use crate::options::{LETTERS, SetOption, Shopt};
use crate::shell::{Flow, Role, Run, Shell};

/// What `--version` prints.
const VERSION: &str = "GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu) compatible, agentfense shell\n";

/// What `--help` prints.
const HELP: &str = "Usage:\tbash [options] [script-file [argument ...]]
\tbash [options] -c text [name [argument ...]]
\tbash [options] -s [argument ...]
Options: -i -l -r, those of `set', -O or +O with an option of `shopt',
\t--help --login --noediting --noprofile --norc --posix --rcfile FILE
\t--restricted --verbose --version
";

/// What the command line asks for.
#[derive(Debug, Default)]
struct Invocation {
    text: bool,
    standard_input: bool,
    login: bool,
    interactive: bool,
    restricted: bool,
    norc: bool,
    noprofile: bool,
    rcfile: Option<BString>,
    operands: Vec<BString>,
}

/// Runs the shell that the arguments describe; its exit status.
pub fn main() -> u8 {
    let mut arguments = agentfense_sys::args().into_iter().map(BString::from);
    let name = arguments.next().unwrap_or_else(|| "bash".into());
    let environment = agentfense_sys::env().into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    let mut shell = Shell::new(name, Role::Script, environment);
    let arguments: Vec<BString> = arguments.collect();
    let status = match shell.parse_arguments(&arguments) {
        Ok(Some(invocation)) => {
            shell.install_dispositions();
            let result = shell.run_invocation(invocation);
            shell.finish_main(result)
        }
        Ok(None) => 0,
        Err(status) => status,
    };
    status as u8
}

/// Runs a forked shell; its exit status.
pub fn fork_main(payload: &[u8]) -> u8 {
    match fork::child(payload) {
        Ok(status) => status as u8,
        Err(reason) => {
            if let Some(file) = crate::files::FileTable::inherited().get(2) {
                let _ = file.write_bytes(format!("bash: fork: {reason}\n").as_bytes());
            }
            254
        }
    }
}

impl Shell {
    /// Reads the command line; none when it only asked for information.
    fn parse_arguments(&mut self, arguments: &[BString]) -> Result<Option<Invocation>, i32> {
        let mut invocation = Invocation {
            login: self.name.starts_with(b"-"),
            restricted: crate::start::base_name(&self.name) == b"rbash",
            ..Invocation::default()
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.clone().next() {
            let bytes = argument.as_slice();
            match bytes {
                b"-" | b"--" => {
                    rest.next();
                    break;
                }
                b"--posix" => self.options.set(SetOption::Posix, true),
                b"--login" => invocation.login = true,
                b"--norc" => invocation.norc = true,
                b"--noprofile" => invocation.noprofile = true,
                b"--restricted" => invocation.restricted = true,
                b"--noediting" | b"--debugger" => {}
                b"--verbose" => self.options.set(SetOption::Verbose, true),
                b"--rcfile" | b"--init-file" => {
                    rest.next();
                    invocation.rcfile = rest.clone().next().cloned();
                }
                b"--version" => {
                    let _ = self.out(VERSION.as_bytes());
                    let _ = self.flush_output();
                    return Ok(None);
                }
                b"--help" => {
                    let _ = self.out(HELP.as_bytes());
                    let _ = self.flush_output();
                    return Ok(None);
                }
                _ if bytes.starts_with(b"--") => {
                    self.write_error(&concat(&[&self.name.clone(), b": ", bytes, b": invalid option\n"]));
                    return Err(2);
                }
                [sign @ (b'-' | b'+'), letters @ ..] if !letters.is_empty() => {
                    rest.next();
                    self.parse_letters(*sign == b'-', letters, &mut rest, &mut invocation)?;
                    continue;
                }
                _ => break,
            }
            rest.next();
        }
        invocation.operands = rest.cloned().collect();
        Ok(Some(invocation))
    }

    fn parse_letters<'a>(
        &mut self,
        on: bool,
        letters: &[u8],
        rest: &mut impl Iterator<Item = &'a BString>,
        invocation: &mut Invocation,
    ) -> Result<(), i32> {
        for letter in letters {
            match letter {
                b'c' => invocation.text = true,
                b's' => invocation.standard_input = true,
                b'i' => invocation.interactive = true,
                b'l' => invocation.login = true,
                b'r' => invocation.restricted = true,
                b'D' => {}
                b'o' => {
                    let Some(name) = rest.next() else { continue };
                    match SetOption::from_name(name) {
                        Some(option) => self.options.set(option, on),
                        None => return Err(self.refuse(name, b": invalid option name")),
                    }
                }
                b'O' => {
                    let Some(name) = rest.next() else { continue };
                    match Shopt::from_name(name) {
                        Some(option) => self.options.shopt_set(option, on),
                        None => return Err(self.refuse(name, b": invalid shell option name")),
                    }
                }
                _ => match LETTERS.iter().find(|(known, _)| known == letter) {
                    Some((_, option)) => self.options.set(*option, on),
                    None => return Err(self.refuse(&[b'-', *letter], b": invalid option")),
                },
            }
        }
        Ok(())
    }

    fn refuse(&mut self, what: &[u8], why: &[u8]) -> i32 {
        let name = self.name.clone();
        self.write_error(&concat(&[&name, b": ", what, why, b"\n"]));
        2
    }

    fn run_invocation(&mut self, invocation: Invocation) -> Run {
        let Invocation { text, standard_input, login, interactive, restricted, norc, noprofile, rcfile, mut operands } =
            invocation;
        self.options.shopt_set(Shopt::LoginShell, login);
        self.note_posix();
        if interactive {
            self.interactive = true;
            self.options.shopt_set(Shopt::ExpandAliases, true);
        }
        if login && !noprofile {
            self.run_profiles()?;
        }
        if interactive && !norc && !login {
            let file = rcfile.or_else(|| self.home_file(b".bashrc"));
            self.run_optional_file(file)?;
        } else if !interactive
            && !self.options.get(SetOption::Posix)
            && !self.options.get(SetOption::Privileged)
            && let Some(file) = self.var(b"BASH_ENV").filter(|file| !file.is_empty())
        {
            let file = self.expand_prompt_text(&file, false);
            self.run_optional_file(Some(file))?;
        }
        if restricted {
            self.start_restricted();
        }
        if text {
            if operands.is_empty() {
                self.status = self.refuse(b"-c", b": option requires an argument");
                return Ok(());
            }
            let script = operands.remove(0);
            if !operands.is_empty() {
                self.name = operands.remove(0);
            }
            self.positional = operands.into();
            return self.run_command_text(script.into());
        }
        if operands.is_empty() || standard_input {
            self.positional = operands.into();
            self.options.set_source(b's');
            return self.run_standard_input();
        }
        let script = operands.remove(0);
        self.positional = operands.into();
        self.run_script_file(script)
    }

    /// Runs the text of `-c`.
    pub(crate) fn run_command_text(&mut self, text: Vec<u8>) -> Run {
        let text = Rc::new(BString::from(text));
        self.options.set_source(b'c');
        self.execution_string = Some(text.clone());
        self.set_scalar(b"BASH_EXECUTION_STRING", (*text).clone())?;
        self.run_main_text(&text, 1)
    }

    /// `bash FILE`: a file without a slash is also looked for in PATH.
    fn run_script_file(&mut self, script: BString) -> Run {
        let mut path = script.clone();
        if files::stat(&path, true).is_err()
            && !path.contains(&b'/')
            && let crate::exec::Found::Program(found) = self.find_command(&path)
        {
            path = found;
        }
        let directory = files::stat(&path, true).is_ok_and(|stat| stat.kind == FileType::Directory);
        let text = if directory { Err(Errno::Isdir) } else { self.read_file(&path)? };
        match text {
            Ok(text) => {
                let first_line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
                if first_line.get(..80).unwrap_or(first_line).contains(&0) {
                    self.status = self.refuse(&script, b": cannot execute binary file");
                    self.status = 126;
                    return Ok(());
                }
                self.run_main_script(path, &text)
            }
            Err(error) => {
                self.refuse(&script, &concat(&[b": ", error.message().as_bytes()]));
                self.status = if error == Errno::Noent { 127 } else { 126 };
                Ok(())
            }
        }
    }

    fn home_file(&mut self, name: &[u8]) -> Option<BString> {
        let home = self.var(b"HOME")?;
        Some(concat(&[&home, b"/", name]).into())
    }

    /// A login shell's start files: the system's, and the first of the user's.
    fn run_profiles(&mut self) -> Run {
        self.run_optional_file(Some("/etc/profile".into()))?;
        for name in [b".bash_profile".as_slice(), b".bash_login", b".profile"] {
            if let Some(path) = self.home_file(name)
                && files::stat(&path, true).is_ok()
            {
                return self.run_optional_file(Some(path));
            }
        }
        Ok(())
    }

    /// Sources a file if it is there.
    fn run_optional_file(&mut self, path: Option<BString>) -> Run {
        let Some(path) = path else { return Ok(()) };
        if files::stat(&path, true).is_err() {
            return Ok(());
        }
        match self.read_file(&path)? {
            Ok(text) => match self.source_text(path, &text, None) {
                Err(Flow::Return) => Ok(()),
                other => other,
            },
            Err(error) => {
                self.file_error(&path, error);
                Ok(())
            }
        }
    }

    /// The end of the shell: what ended it, its EXIT trap, its status.
    fn finish_main(&mut self, result: Run) -> i32 {
        match result {
            Err(Flow::Interrupt) => self.status = 130,
            Err(Flow::Abort) if self.status == 0 => self.status = 1,
            _ => {}
        }
        self.run_exit_trap();
        self.status
    }
}
