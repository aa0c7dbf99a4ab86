//! Ways out of the sandbox that anyone has thought of, each tried. The names
//! are those of the threat model in SECURITY.md.

mod common;

use agentfense::Mount;
use common::{TempDir, bash, out, over, sandbox};

/// A directory with a secret beside the workspace, which no path may reach.
fn with_secret() -> (TempDir, TempDir) {
    let outside = TempDir::new();
    outside.write("secret", "TOP SECRET");
    let workspace = TempDir::new();
    (outside, workspace)
}

#[test]
fn t1_dots_end_at_the_root() {
    let (outside, workspace) = with_secret();
    for mount in [Mount::Overlay, Mount::Direct] {
        let session = bash(&over(&workspace, mount));
        let host = outside.path().display();
        let script = format!(
            "cat /workspace/../../../../../..{host}/secret; cat ..{host}/secret; cd ../../../../..; pwd; cat .{host}/secret; cat /workspace/..//..//{host}/secret; echo /../../../*"
        );
        let result = session.exec(&script).unwrap();
        assert!(!result.stdout_text().contains("SECRET"), "{}", result.stdout_text());
        assert!(result.stdout_text().contains("/workspace"));
    }
}

#[cfg(unix)]
#[test]
fn t1_links_lead_into_the_sandbox_only() {
    let (outside, workspace) = with_secret();
    std::os::unix::fs::symlink(outside.path().join("secret"), workspace.path().join("absolute")).unwrap();
    std::os::unix::fs::symlink(outside.path(), workspace.path().join("directory")).unwrap();
    let up = "../".repeat(20);
    std::os::unix::fs::symlink(format!("{up}{}", outside.path().display()), workspace.path().join("relative")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", workspace.path().join("passwd")).unwrap();
    for mount in [Mount::Overlay, Mount::Direct, Mount::Copy] {
        let session = bash(&over(&workspace, mount));
        let result = session
            .exec("cat absolute directory/secret relative/secret; ls directory; cd directory; echo x > absolute; ln -s /proc/self/root r; cat r/etc/passwd; cat passwd")
            .unwrap();
        assert!(!result.stdout_text().contains("SECRET"), "{}", result.stdout_text());
        // The link's text names the sandbox's own file.
        assert!(result.stdout_text().contains("agent:x:1000"), "{}", result.stdout_text());
        assert!(!result.stdout_text().contains("/root:/bin/bash"), "{}", result.stdout_text());
    }
    assert_eq!(outside.read("secret").as_deref(), Some("TOP SECRET"));
}

#[cfg(unix)]
#[test]
fn t2_a_link_swapped_in_while_commands_run_leads_nowhere() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    let (outside, workspace) = with_secret();
    workspace.write("d/secret", "harmless");
    let session = bash(&over(&workspace, Mount::Direct));
    let stop = Arc::new(AtomicBool::new(false));
    let swapper = {
        let (stop, outside, workspace) = (stop.clone(), outside.path().to_owned(), workspace.path().to_owned());
        std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                let _ = std::fs::rename(workspace.join("d"), workspace.join("e"));
                let _ = std::os::unix::fs::symlink(&outside, workspace.join("d"));
                let _ = std::fs::remove_file(workspace.join("d"));
                let _ = std::fs::rename(workspace.join("e"), workspace.join("d"));
            }
        })
    };
    let result = session.exec("for ((i=0; i<2000; i++)); do read -r x < d/secret; [[ $x == *SECRET* ]] && echo $x; done 2>/dev/null; cat d/secret; true").unwrap();
    stop.store(true, Ordering::Relaxed);
    swapper.join().unwrap();
    assert!(!result.stdout_text().contains("SECRET"), "{}", result.stdout_text());
}

#[test]
fn t11_the_hosts_processes_are_not_there() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    let host = std::process::id();
    // The sandbox counts its own processes from 1.
    assert_eq!(out(&session, "echo $$"), "1\n");
    let result = session.exec(format!("kill -0 {}; ls /proc/{}", host.max(1000), host.max(1000))).unwrap();
    assert!(result.exit_code != Some(0));
}

#[test]
fn t12_the_hosts_environment_is_not_there() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    let env = out(&session, "env; set; cat /proc/self/environ /proc/self/status /proc/mounts /proc/cpuinfo");
    for (name, value) in std::env::vars() {
        if name.starts_with("CARGO") {
            assert!(!env.contains(&format!("{name}=")), "{name}");
        }
        if value.len() > 30 {
            assert!(!env.contains(&value), "{name}={value}");
        }
    }
}

#[test]
fn devices_of_the_host_are_not_there() {
    let session = bash(&sandbox());
    let names = out(&session, "ls /dev");
    assert_eq!(
        names.split_whitespace().collect::<Vec<_>>(),
        ["fd", "full", "null", "random", "shm", "stderr", "stdin", "stdout", "tty", "urandom", "zero"]
    );
    assert_ne!(session.exec("mknod /tmp/sda b 8 0").unwrap().exit_code, Some(0));
}

#[test]
fn there_is_no_network() {
    let session = bash(&sandbox());
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let result = session.exec(format!("exec 3<>/dev/tcp/127.0.0.1/{port}")).unwrap();
    assert_ne!(result.exit_code, Some(0));
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err());
}

#[test]
fn system_files_cannot_be_changed() {
    let session = bash(&sandbox());
    for script in [
        "echo x > /etc/passwd",
        "rm /bin/ls",
        "mv /usr/bin/ls /tmp/ls",
        "chmod 777 /etc",
        "mkdir /new",
        "ln -s x /usr/bin/evil",
        "chown 0 /tmp",
    ] {
        let result = session.exec(script).unwrap();
        assert_ne!(result.exit_code, Some(0), "{script}");
    }
    assert_eq!(out(&session, "ls / | tr '\\n' ' '"), "bin dev etc home proc root sbin tmp usr var workspace ");
}
