//! The `agentfense` command, as its users start it.
#![cfg(feature = "cli")]

mod common;

use std::io::Write;
use std::process::{Command, Output, Stdio};

use common::TempDir;

fn agentfense() -> Command {
    Command::new(env!("CARGO_BIN_EXE_agentfense"))
}

fn exec(arguments: &[&str], input: &str) -> Output {
    let directory = TempDir::new();
    let mut child = agentfense()
        .arg("exec")
        .arg("--workspace")
        .arg(directory.path())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing closes it early.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn exec_passes_streams_and_status_through() {
    let result = exec(&["tr a-z A-Z; echo done >&2; exit 3"], "input\n");
    assert_eq!((text(&result.stdout), text(&result.stderr)), ("INPUT\n".into(), "done\n".into()));
    assert_eq!(result.status.code(), Some(3));
    assert_eq!(exec(&["--timeout", "0.2", "sleep 10"], "").status.code(), Some(124));
    let wrong = exec(&["--no-such-option", "true"], "");
    assert_eq!(wrong.status.code(), Some(125));
    assert!(text(&wrong.stderr).contains("--no-such-option"));
}

#[test]
fn a_shell_without_a_terminal_reads_commands() {
    let directory = TempDir::new();
    let mut child = agentfense()
        .args(["shell", "--workspace"])
        .arg(directory.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"x=4\necho $((x + 1))\ntest -t 0 || echo no terminal\nexit 7\n").unwrap();
    let result = child.wait_with_output().unwrap();
    assert_eq!((text(&result.stdout).as_ref(), result.status.code()), ("5\nno terminal\n", Some(7)));
}

#[cfg(target_os = "linux")]
mod terminal {
    use super::*;
    use std::fs::File;
    use std::io::Read;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::{Duration, Instant};

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use rustix::termios::{Winsize, tcsetwinsize};

    /// A person at a terminal.
    struct Person {
        keys: File,
        screen: Receiver<Vec<u8>>,
        seen: String,
    }

    impl Person {
        fn types(&mut self, keys: &str) {
            self.keys.write_all(keys.as_bytes()).unwrap();
        }

        /// Waits until the text shows up on what was not looked at yet.
        #[track_caller]
        fn sees(&mut self, text: &str) {
            let end = Instant::now() + Duration::from_secs(20);
            loop {
                if let Some(at) = self.seen.find(text) {
                    self.seen.drain(..at + text.len());
                    return;
                }
                let left = end.saturating_duration_since(Instant::now());
                match self.screen.recv_timeout(left) {
                    Ok(bytes) => self.seen.push_str(&String::from_utf8_lossy(&bytes)),
                    Err(_) => panic!("{text:?} is not on the screen: {:?}", self.seen),
                }
            }
        }
    }

    #[test]
    fn a_shell_on_a_terminal_hands_its_keys_to_commands() {
        let directory = TempDir::new();
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        tcsetwinsize(&controller, Winsize { ws_row: 31, ws_col: 97, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let name = ptsname(&controller, Vec::new()).unwrap().into_string().unwrap();
        let open = || File::options().read(true).write(true).open(&name).unwrap();
        // In a session of its own, whose terminal that is.
        let mut command = Command::new("setsid");
        command.args(["--ctty", "--wait", env!("CARGO_BIN_EXE_agentfense"), "shell", "--workspace"]);
        command.arg(directory.path()).env("TERM", "xterm");
        command.stdin(open()).stdout(open()).stderr(open());
        let mut child = command.spawn().unwrap();
        drop(command);
        let keys = File::from(controller);
        let mut reader = keys.try_clone().unwrap();
        let (sender, screen) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        let mut person = Person { keys, screen, seen: String::new() };
        person.sees("/workspace $ ");
        person.types("stty size\r");
        person.sees("31 97\r\n");
        person.sees("/workspace $ ");
        person.types("cat; echo next\r");
        person.sees("echo next");
        std::thread::sleep(Duration::from_millis(500));
        // The line is the command's, edited where it was typed.
        person.types("wrogn\x7f\x7fng\r");
        person.sees("wrong\r\n");
        person.types("\x04");
        person.sees("next\r\n");
        person.sees("/workspace $ ");
        person.types("sleep 100\r");
        person.sees("sleep 100");
        std::thread::sleep(Duration::from_millis(500));
        person.types("\x1a");
        person.sees("[1]+  Stopped");
        person.sees("/workspace $ ");
        person.types("fg\r");
        person.sees("sleep 100\r\n");
        std::thread::sleep(Duration::from_millis(500));
        person.types("\x03");
        person.sees("^C");
        person.sees("/workspace $ ");
        person.types("(sleep 0.3; echo from the background) &\r");
        person.sees("\n[1] ");
        person.sees("from the background");
        person.types("exit 4\r");
        assert_eq!(child.wait().unwrap().code(), Some(4));
    }
}
