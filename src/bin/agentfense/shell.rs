//! `agentfense shell`: a session in the terminal, with line editing and history.

use clap::Args;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{Config, Editor, ExternalPrinter};

use crate::keys::{self, Keys};
use crate::options::SandboxOptions;
use crate::streams::HostOutput;

/// Open an interactive session in the terminal
#[derive(Debug, Args)]
pub(crate) struct Shell {
    #[command(flatten)]
    sandbox: SandboxOptions,
}

impl Shell {
    pub(crate) fn run(self) -> Result<u8, String> {
        let sandbox = self.sandbox.sandbox()?;
        let size = keys::size();
        let session = self.sandbox.shell_session(&sandbox, size)?;
        let config = Config::builder().auto_add_history(false).build();
        let mut editor: Editor<(), FileHistory> = Editor::with_config(config).map_err(|error| error.to_string())?;
        // After the editor, which takes Ctrl-C for itself when it is made.
        let interrupted = session.clone();
        ctrlc::set_handler(move || interrupted.interrupt()).map_err(|error| error.to_string())?;
        print_background_output(&mut editor, &session);
        let mut status = 0;
        while session.is_open() {
            let Some(script) = read_command(&mut editor, &session)? else { break };
            let exec = session
                .prepare(script)
                .stdout(HostOutput::new(std::io::stdout()))
                .stderr(HostOutput::new(std::io::stderr()));
            let result = match size {
                Some(_) => {
                    let _keys = Keys::hand_to(&session).map_err(|error| format!("the terminal: {error}"))?;
                    exec.attended().wait()
                }
                None => exec.stdin_reader(std::io::stdin()).wait(),
            };
            match result {
                Ok(result) => status = u8::try_from(result.exit_code.unwrap_or(0)).unwrap_or(u8::MAX),
                Err(error) => return Err(error.to_string()),
            }
        }
        session.close();
        self.sandbox.finish(&sandbox)?;
        Ok(status)
    }
}

/// Shows what background jobs print while a command is typed.
fn print_background_output(editor: &mut Editor<(), FileHistory>, session: &agentfense::blocking::Session) {
    // Without a terminal there is no line to be disturbed: it comes with the next command.
    let Ok(mut printer) = editor.create_external_printer() else { return };
    let output = session.background_output();
    // The thread ends when the session does.
    std::thread::spawn(move || {
        for piece in output {
            if printer.print(String::from_utf8_lossy(piece.bytes()).into_owned()).is_err() {
                return;
            }
        }
    });
}

/// One whole command, over as many lines as it takes; `None` at the end of the input.
fn read_command(
    editor: &mut Editor<(), FileHistory>,
    session: &agentfense::blocking::Session,
) -> Result<Option<String>, String> {
    let mut script = String::new();
    loop {
        let prompt = if script.is_empty() { session.prompt().map_err(|error| error.to_string())? } else { "> ".into() };
        match editor.readline(&prompt) {
            Ok(line) => {
                script.push_str(&line);
                script.push('\n');
                if session.is_complete(script.as_bytes()).map_err(|error| error.to_string())? {
                    if !script.trim().is_empty() {
                        // History is a convenience: a full one is no error.
                        let _ = editor.add_history_entry(script.trim_end());
                    }
                    return Ok(Some(script));
                }
            }
            // Ctrl-C drops what was typed so far.
            Err(ReadlineError::Interrupted) => script.clear(),
            Err(ReadlineError::Eof) => return Ok(None),
            Err(error) => return Err(error.to_string()),
        }
    }
}
