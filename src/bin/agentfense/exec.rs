//! `agentfense exec`: one script, its streams and its exit status.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::options::{SandboxOptions, duration};
use crate::streams::HostOutput;

/// Run one script in a fresh session
#[derive(Debug, Args)]
pub(crate) struct Exec {
    #[command(flatten)]
    sandbox: SandboxOptions,
    /// End the script after that time (seconds, or with s, m, h)
    #[arg(long, value_name = "TIME", value_parser = duration)]
    timeout: Option<Duration>,
    /// Print the result as one JSON object
    #[arg(long)]
    json: bool,
    /// Read the script from a file of the host; what follows are its arguments
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The script; with --file, the script's arguments
    #[arg(value_name = "SCRIPT", trailing_var_arg = true)]
    words: Vec<String>,
}

impl Exec {
    pub(crate) fn run(self) -> Result<u8, String> {
        let (script, arguments) = match (&self.file, self.words.as_slice()) {
            (Some(path), arguments) => {
                let script = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
                (script, arguments)
            }
            (None, [script]) => (script.clone().into_bytes(), &[][..]),
            (None, []) => return Err("exec: a script is missing; see 'agentfense exec --help'".into()),
            (None, [_, extra, ..]) => {
                return Err(format!(
                    "exec: one script is expected, and '{extra}' follows it: quote the script as a whole"
                ));
            }
        };
        let sandbox = self.sandbox.sandbox()?;
        let session = self.sandbox.session(&sandbox)?;
        // As `bash -c` runs it: `$0` is the shell, and the host's path stays outside.
        let mut exec = session
            .prepare(script)
            .name(&self.sandbox.shell)
            .arguments(arguments.iter().cloned())
            .stdin_reader(std::io::stdin());
        if !self.json {
            exec = exec.stdout(HostOutput::new(std::io::stdout())).stderr(HostOutput::new(std::io::stderr()));
        }
        if let Some(limit) = self.timeout {
            exec = exec.timeout(limit);
        }
        let interrupted = session.clone();
        // Without the handler Ctrl-C would end this process at once, and all with it.
        ctrlc::set_handler(move || interrupted.interrupt()).map_err(|error| error.to_string())?;
        let result = exec.wait().map_err(|error| error.to_string())?;
        session.close();
        let status = if result.timed_out {
            crate::TIMED_OUT
        } else {
            u8::try_from(result.exit_code.unwrap_or(0)).unwrap_or(u8::MAX)
        };
        if self.json {
            let changes =
                if self.sandbox.diff { Some(sandbox.diff().map_err(|error| error.to_string())?) } else { None };
            let json = serde_json::json!({
                "stdout": result.stdout_text(),
                "stderr": result.stderr_text(),
                "exit_code": result.exit_code,
                "duration": result.duration.as_secs_f64(),
                "timed_out": result.timed_out,
                "truncated": result.truncated(),
                "changes": changes,
            });
            println!("{json}");
            if self.sandbox.commit {
                sandbox.commit().map_err(|error| format!("--commit: {error}"))?;
            }
        } else {
            self.sandbox.finish(&sandbox)?;
        }
        Ok(status)
    }
}
