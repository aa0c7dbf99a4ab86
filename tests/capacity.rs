//! How many processes a host process can have: a program of its own, since the
//! number is set once.

mod common;

use agentfense::{Error, set_capacity};
use common::{bash, out, sandbox};

#[test]
fn beyond_the_capacity_processes_are_refused_and_sessions_go_on() {
    assert!(matches!(set_capacity(0), Err(Error::Configuration(_))));
    set_capacity(64).unwrap();
    let first = sandbox();
    let session = bash(&first);
    let result = session.exec("for i in {1..80}; do sleep 100 & done; echo went on").unwrap();
    assert_eq!(result.stdout_text(), "went on\n");
    assert!(result.stderr_text().contains("Resource temporarily unavailable"), "{}", result.stderr_text());
    assert_eq!(out(&session, "echo built in"), "built in\n");
    // All sandboxes share it.
    let second = sandbox();
    let refused = second.session().err().unwrap();
    assert!(refused.to_string().contains("as many processes and sessions as it can have"), "{refused}");
    out(&session, "kill $(jobs -p); wait 2>/dev/null");
    assert_eq!(out(&bash(&second), "seq 2 | sort -r"), "2\n1\n");
    assert!(matches!(set_capacity(1000), Err(Error::Configuration(_))));
}
