//! A debugger that is led by one exec after another: each exec's text is its next input.
//!
//! `cargo run --release --example debugger`

mod support;

use support::{must, step};

/// A program whose line 42 is worth a look.
fn program() -> String {
    let mut text = String::from("import os\n\n\ndef work(count):\n    local_vars = {\"mode\": os.environ[\"MODE\"]}\n");
    for n in 6..42 {
        text += &format!("    local_vars[\"step{n}\"] = count * {n}\n");
    }
    text + "    return local_vars\n\n\nprint(len(work(2)))\n"
}

/// The example.
pub fn main() -> support::Result {
    let sandbox = support::project(&[("main.py", &program()), (".env", "export MODE=test\n")])?;
    let session = sandbox.session()?;
    must(&session, "cd /workspace")?;
    must(&session, "source .env")?;
    for command in ["python -m pdb main.py", "break main.py:42", "continue"] {
        let result = step(&session, command)?;
        print!("{}", result.stdout_text());
        assert!(result.awaiting_input, "the debugger waits for what comes next");
        println!();
    }
    let result = step(&session, "print(local_vars)")?;
    println!("{}", result.stdout_text());
    assert!(result.stdout_text().contains("'mode': 'test', 'step6': 12"));
    step(&session, "quit")?;
    // The session is a shell again.
    print!("{}", must(&session, "pwd")?.stdout_text());
    Ok(())
}
