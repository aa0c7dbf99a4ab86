//! A server in the background of a session: its later execs talk with it, and so does this host, by a forward.
//!
//! `cargo run --release --example http_server`

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use support::must;

/// The example.
pub fn main() -> support::Result {
    let sandbox = support::project(&[("index.html", "<h1>inside</h1>\n")])?;
    let session = sandbox.session()?;
    must(&session, "python -m http.server 8000 &")?;
    must(&session, "until nc -z localhost 8000; do sleep 0.01; done")?;
    let result = must(&session, "curl http://localhost:8000")?;
    print!("{}", result.stdout_text());
    assert_eq!(result.stdout_text(), "<h1>inside</h1>\n");

    // Nobody else reaches it, until the embedder forwards a port of its own.
    let address = sandbox.forward(0, 8000)?;
    let start = Instant::now();
    let mut connection = TcpStream::connect(address)?;
    connection.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    println!("{:8.3} s  from the host, at {address}", start.elapsed().as_secs_f64());
    assert!(answer.ends_with("\r\n\r\n<h1>inside</h1>\n"));

    // Closing the session ends its jobs.
    session.close();
    let other = sandbox.session()?;
    let result = support::step(&other, "curl -s http://localhost:8000")?;
    assert_ne!(result.exit_code, Some(0));
    Ok(())
}
