//! A session as a terminal that someone left open: a job that serves, talks
//! with it over later execs, an interrupt, a fork, a snapshot.
//!
//! `cargo run --release --example living_session`

use agentfense::SessionOptions;
use agentfense::blocking::Sandbox;

/// The example.
pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::new(Sandbox::builder())?;
    let session = sandbox.session_with(SessionOptions::new().shell("/bin/bash"))?;

    // A server: it reads requests from one fifo and answers on another, beside
    // everything that follows.
    session.exec(
        "mkfifo /tmp/requests /tmp/answers
         serve() { local n=0; while read -r request; do echo \"answer $((++n)): ${request^^}\"; done; }
         serve </tmp/requests >/tmp/answers &
         exec 3>/tmp/requests 4</tmp/answers",
    )?;
    for request in ["hello", "is anyone there"] {
        let answer = session.exec(format!("echo {request} >&3; read -r answer <&4; echo $answer"))?;
        print!("{}", answer.stdout_text());
    }

    // A command that asks: the exec returns, and the next one's text is the answer.
    let result = session.exec("printf 'Your name? '; read -r name; echo \"Hello, $name.\"")?;
    print!("{}", result.stdout_text());
    assert!(result.awaiting_input && result.exit_code.is_none());
    println!("Ada");
    print!("{}", session.exec("Ada")?.stdout_text());

    // What runs too long is interrupted, and the session goes on.
    let interrupter = session.clone();
    std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(100));
        interrupter.interrupt();
    });
    let result = session.exec("sleep 60")?;
    println!("interrupted: exit code {:?}", result.exit_code);

    // A fork goes its own way from here; a snapshot goes on somewhere else.
    let fork = session.fork()?;
    fork.exec("name=Grace")?;
    let snapshot = session.snapshot()?;
    print!("session: {}", session.exec("echo $name")?.stdout_text());
    print!("fork: {}", fork.exec("echo $name")?.stdout_text());
    let elsewhere = Sandbox::new(Sandbox::builder())?;
    let restored = elsewhere.restore_session(&snapshot)?;
    print!("restored from {} bytes: {}", snapshot.len(), restored.exec("echo $name; serve <<< again")?.stdout_text());

    // Closing ends the server, too.
    session.close();
    fork.close();
    Ok(())
}
