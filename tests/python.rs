//! Python in the sandbox. Skipped where set-up could not get it.

mod common;

use agentfense::Userland;
use agentfense::blocking::{Sandbox, Session};
use common::{TempDir, all, bash, out, over, sandbox};

/// A session of a sandbox with Python; absent, with a note, where there is none.
fn python() -> Option<Session> {
    installed().then(|| bash(&sandbox()))
}

fn installed() -> bool {
    let there = Userland::find().unwrap().images().any(|image| image == "python");
    if !there {
        println!("skipped: set-up could not get Python");
    }
    there
}

/// Standard output of a Python program given as standard input.
#[track_caller]
fn py(session: &Session, program: &str) -> String {
    out(session, &format!("python3 - <<'END_OF_PROGRAM'\n{program}\nEND_OF_PROGRAM"))
}

#[test]
fn an_image_is_there_when_asked_for() {
    if !installed() {
        return;
    }
    let base = Sandbox::new(Sandbox::builder().image("base")).unwrap();
    assert_eq!(base.run("python3 -c 1").unwrap().exit_code, Some(127));
    assert_eq!(base.run("test -e /usr/lib/python3.14").unwrap().exit_code, Some(1));
    let with = Sandbox::new(Sandbox::builder().image("python")).unwrap();
    assert_eq!(with.run("python3 -c 1 && test -e /usr/lib/python3.14/os.py").unwrap().exit_code, Some(0));
    let unknown = Sandbox::new(Sandbox::builder().image("cobol")).err().unwrap();
    assert!(unknown.to_string().contains("'cobol'"), "{unknown}");
}

#[test]
fn ways_to_start() {
    let Some(session) = python() else { return };
    assert_eq!(out(&session, "python3 -c 'print(6 * 7)'"), "42\n");
    assert_eq!(out(&session, "echo 'print(6 * 7)' | python"), "42\n");
    assert_eq!(out(&session, "echo '[1]' | python3.14 -m json.tool --compact"), "[1]\n");
    let script = "printf '#!/usr/bin/env python3\\nimport sys\\nprint(sys.argv, __name__)\\n' > a.py; chmod +x a.py";
    assert_eq!(
        out(&session, &format!("{script}; ./a.py x; python3 a.py")),
        "['./a.py', 'x'] __main__\n['a.py'] __main__\n"
    );
    assert_eq!(
        out(&session, "mkdir d; cd d; echo hello | python3 -c 'import os; print(input(), os.getcwd())'"),
        "hello /workspace/d\n"
    );
}

#[test]
fn ways_to_end() {
    let Some(session) = python() else { return };
    let status = |program: &str| all(session.exec(format!("python3 -c '{program}'")).unwrap());
    assert_eq!(status("import sys; sys.exit(3)"), (String::new(), String::new(), 3));
    assert_eq!(status("import os; os._exit(200)").2, 200);
    assert_eq!(status("print(1); raise SystemExit(\"no\")"), ("1\n".into(), "no\n".into(), 1));
    let (stdout, stderr, code) = status("def f(): return 1 / 0\nf()");
    assert_eq!((stdout.as_str(), code), ("", 1));
    assert!(stderr.starts_with("Traceback (most recent call last):\n"), "{stderr}");
    assert!(stderr.ends_with("ZeroDivisionError: division by zero\n"), "{stderr}");
}

#[test]
fn it_knows_where_it_is() {
    let Some(session) = python() else { return };
    assert_eq!(
        py(
            &session,
            "import sys, os; print(sys.executable, sys.prefix, sys.version_info[:2], os.name, sys.getfilesystemencoding())"
        ),
        "/usr/bin/python3 /usr (3, 14) posix utf-8\n"
    );
    assert_eq!(
        out(&session, "X='å b' python3 -c 'import os; print(os.environ[\"X\"], os.getpid() > 1)'"),
        "å b True\n"
    );
    assert_eq!(py(&session, "import time; print(time.tzname[0], time.localtime(0)[:3])"), "UTC (1970, 1, 1)\n");
}

#[test]
fn files_have_modes_and_the_library_is_read_only() {
    let Some(session) = python() else { return };
    let program = "import os, stat\n\
        open('f', 'w').write('x')\n\
        s = os.stat('f')\n\
        print(stat.filemode(s.st_mode), s.st_uid, s.st_size)\n\
        try: open('/usr/lib/python3.14/os.py', 'a')\n\
        except OSError as e: print(e.strerror)";
    assert_eq!(py(&session, program), "-rw-r--r-- 1000 1\nPermission denied\n");
}

#[test]
fn the_library_is_compiled() {
    let Some(session) = python() else { return };
    // A module that is not part of the program itself comes from its compiled file.
    let program = "import argparse; print(argparse.__cached__, argparse.__spec__.loader.path_stats is not None)";
    assert!(py(&session, program).starts_with("/usr/lib/python3.14/__pycache__/argparse.cpython-314.pyc "));
    assert_eq!(out(&session, "test -s /usr/lib/python3.14/__pycache__/argparse.cpython-314.pyc; echo $?"), "0\n");
}

#[test]
fn a_program_in_the_workspace() {
    if !installed() {
        return;
    }
    let directory = TempDir::new();
    directory
        .write("shop/__init__.py", "")
        .write("shop/cart.py", "import sqlite3\ndef total(prices):\n    db = sqlite3.connect(':memory:')\n    db.execute('create table p (x)')\n    db.executemany('insert into p values (?)', [(p,) for p in prices])\n    return db.execute('select sum(x) from p').fetchone()[0]\n")
        .write("test_cart.py", "import unittest\nfrom shop.cart import total\nclass Test(unittest.TestCase):\n    def test_total(self):\n        self.assertEqual(total([1, 2, 3]), 6)\n");
    let session = bash(&over(&directory, agentfense::Mount::Overlay));
    let (_, stderr, code) = all(session.exec("python3 -m unittest").unwrap());
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("Ran 1 test in ") && stderr.ends_with("OK\n"), "{stderr}");
}
