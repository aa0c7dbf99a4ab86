//! Programs that users bring: components, preview-1 modules, scripts, and
//! files that are none of these.
#![cfg(feature = "compiler")]

mod common;

use common::{TempDir, all, bash, out, over};

/// A preview-1 module that prints a line and exits with 7.
const HELLO: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 16) "hello from wasm\n")
    (func (export "_start")
        (i32.store (i32.const 0) (i32.const 16))
        (i32.store (i32.const 4) (i32.const 16))
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
        (call $exit (i32.const 7))))"#;

fn module(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

#[test]
fn a_preview1_module_runs_and_keeps_its_status() {
    let directory = TempDir::new();
    directory.write("hello.wasm", module(HELLO));
    let session = bash(&over(&directory, agentfense::Mount::Overlay));
    assert_eq!(all(session.exec("./hello.wasm").unwrap()).2, 126);
    assert_eq!(out(&session, "chmod +x hello.wasm; ./hello.wasm | cat; echo ${PIPESTATUS[0]}"), "hello from wasm\n7\n");
}

#[test]
fn traps_are_told_and_end_only_the_command() {
    let directory = TempDir::new();
    let body =
        |body: &str| module(&format!(r#"(module (memory (export "memory") 1) (func $f (export "_start") {body}))"#));
    directory.write("unreachable", body("unreachable"));
    directory.write("divide", body("(drop (i32.div_u (i32.const 1) (i32.const 0)))"));
    directory.write("bounds", body("(drop (i32.load (i32.const -8)))"));
    directory.write("deep", body("(call $f)"));
    let session = bash(&over(&directory, agentfense::Mount::Overlay));
    out(&session, "chmod +x *; kept=1");
    for (name, message, status) in [
        ("unreachable", "Trap: wasm `unreachable` instruction executed", 134),
        ("divide", "Trap: wasm trap: integer divide by zero", 136),
        ("bounds", "Trap: wasm trap: out of bounds memory access", 139),
        ("deep", "Trap: wasm trap: call stack exhausted", 139),
    ] {
        let (_, stderr, code) = all(session.exec(format!("./{name}")).unwrap());
        assert_eq!(code, status, "{name}: {stderr}");
        assert!(
            stderr.contains("Trap: ")
                && stderr.contains(message.trim_start_matches("Trap: wasm trap: ").trim_start_matches("Trap: ")),
            "{name}: {stderr}"
        );
    }
    assert_eq!(out(&session, "echo $kept"), "1\n");
}

#[test]
fn what_is_no_program_is_refused_with_the_reason() {
    let directory = TempDir::new();
    directory.write("broken.wasm", b"\0asm\x01\0\0\0\xff\xff");
    directory.write(
        "wants.wasm",
        module(
            r#"(module (import "env" "launch_missiles" (func)) (memory (export "memory") 1) (func (export "_start")))"#,
        ),
    );
    directory.write(
        "socket.wasm",
        wat::parse_str(r#"(component (import "wasi:sockets/tcp@0.2.0" (instance (export "start" (func)))))"#).unwrap(),
    );
    directory.write("binary", b"\x7fELF\0\0\0");
    directory.write("artifact.cwasm", b"\x7fELF");
    let session = bash(&over(&directory, agentfense::Mount::Overlay));
    out(&session, "chmod +x *");
    for (name, message) in [
        ("broken.wasm", "not a WASI program"),
        ("wants.wasm", "env"),
        ("socket.wasm", "wasi:sockets/tcp"),
        ("binary", "cannot execute binary file"),
    ] {
        let (_, stderr, code) = all(session.exec(format!("./{name}")).unwrap());
        assert_eq!(code, 126, "{name}: {stderr}");
        assert!(stderr.contains(message), "{name}: {stderr}");
    }
    assert_eq!(
        all(session.exec("./nowhere").unwrap()),
        (String::new(), "/bin/bash: line 1: ./nowhere: No such file or directory\n".into(), 127)
    );
    assert_eq!(all(session.exec("nowhere").unwrap()).2, 127);
    assert_eq!(all(session.exec("/workspace").unwrap()).2, 126);
}

#[test]
fn scripts_run_by_their_interpreter() {
    let directory = TempDir::new();
    directory.write("script", "#!/bin/bash -u\necho \"$0 $1\"; exit 5\n");
    directory.write("by-env", "#!/usr/bin/env bash\necho env $#\n");
    directory.write("plain", "echo plain $1\n");
    directory.write("loop", "#!./loop\n");
    let session = bash(&over(&directory, agentfense::Mount::Overlay));
    out(&session, "chmod +x *");
    assert_eq!(out(&session, "./script a; echo $?; ./by-env 1 2; ./plain b"), "./script a\n5\nenv 2\nplain b\n");
    assert_ne!(session.exec("./loop").unwrap().exit_code, Some(0));
}

#[test]
fn installed_commands_can_be_copied_and_linked() {
    let session = bash(&common::sandbox());
    assert_eq!(out(&session, "cp /usr/bin/cat ./tac-not; ln -s /usr/bin/wc count; echo a | ./tac-not 2>&1 | head -1; /usr/bin/env printf '%s\\n' ok").lines().last(), Some("ok"));
}
