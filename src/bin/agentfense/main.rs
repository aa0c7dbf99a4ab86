//! The `agentfense` command.

mod exec;
mod keys;
mod options;
mod shell;
mod streams;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Exit status for this command's own errors, as `timeout(1)` and `env(1)` have it.
const OWN_ERROR: u8 = 125;
/// Exit status when the time limit ended the script.
const TIMED_OUT: u8 = 124;

/// Run shell scripts in a sandbox where every command is WebAssembly.
#[derive(Debug, Parser)]
#[command(
    name = "agentfense",
    version,
    max_term_width = 100,
    after_help = "\
Exit status: the script's; 124 if it timed out; 125 for an error of agentfense itself."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run one script in a fresh session
    Exec(exec::Exec),
    /// Open an interactive session in the terminal
    Shell(shell::Shell),
    /// List the commands that a sandbox has
    Commands,
    /// List the images that are installed
    Images,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, not errors.
            let status = if error.use_stderr() { OWN_ERROR } else { 0 };
            // Nowhere to print to: nothing more to say.
            let _ = error.print();
            return ExitCode::from(status);
        }
    };
    let status = match cli.command {
        Command::Exec(exec) => exec.run(),
        Command::Shell(shell) => shell.run(),
        Command::Commands => commands(),
        Command::Images => images(),
    };
    match status {
        Ok(status) => ExitCode::from(status),
        Err(message) => {
            eprintln!("agentfense: {message}");
            ExitCode::from(OWN_ERROR)
        }
    }
}

fn commands() -> Result<u8, String> {
    for command in agentfense::Userland::find().map_err(|error| error.to_string())?.commands() {
        println!("{command}");
    }
    Ok(0)
}

fn images() -> Result<u8, String> {
    for image in agentfense::Userland::find().map_err(|error| error.to_string())?.images() {
        println!("{image}");
    }
    Ok(0)
}
