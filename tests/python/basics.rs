//! Python as a command: starting, ending, files, children, signals.

use agentfense::blocking::Sandbox;

use crate::common::{TempDir, all, bash, out, over};
use crate::{installed, py, python};

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
        os.chmod('f', 0o640)\n\
        s = os.stat('f')\n\
        print(stat.filemode(s.st_mode), s.st_uid, s.st_size)\n\
        try: open('/usr/lib/python3.14/os.py', 'a')\n\
        except OSError as e: print(e.strerror)";
    assert_eq!(py(&session, program), "-rw-r----- 1000 1\nPermission denied\n");
}

#[test]
fn the_library_is_compiled() {
    let Some(session) = python() else { return };
    // A module that is not part of the program itself comes from its compiled file.
    let program = "import argparse; print(argparse.__cached__, argparse.__spec__.loader.path_stats is not None)";
    assert!(py(&session, program).starts_with("/usr/lib/python3.14/__pycache__/argparse.cpython-314.pyc "));
    // Every one is taken as it is, whatever time its source has: the second word of the file says so.
    let program = "
import os, struct
stale = 0
for directory, _, files in os.walk('/usr/lib/python3.14'):
    for file in files:
        if file.endswith('.pyc'):
            with open(os.path.join(directory, file), 'rb') as compiled:
                stale += struct.unpack('<4xI', compiled.read(8)) != (1,)
print(stale)";
    assert_eq!(py(&session, program), "0\n");
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

#[test]
fn children() {
    let Some(session) = python() else { return };
    let program = "import os, subprocess, sys\n\
        print(subprocess.run(['echo', 'hi'], capture_output=True, text=True))\n\
        p = os.popen('printf a; exit 3'); print(p.read(), p.close(), os.waitstatus_to_exitcode(os.system('exit 4')))\n\
        cat = subprocess.Popen(['cat'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n\
        print(len(cat.communicate(b'z' * 300000)[0]))\n\
        sleep = subprocess.Popen(['sleep', '100']); sleep.terminate(); print(sleep.wait())\n\
        try: subprocess.run(['sleep', '100'], timeout=0.1)\n\
        except subprocess.TimeoutExpired as e: print(e)\n\
        for args in [dict(args=['nonesuch']), dict(args=['ls'], cwd='/nonesuch')]:\n    \
            try: subprocess.run(**args)\n    \
            except FileNotFoundError as e: print(e.filename)\n\
        print(subprocess.run([sys.executable, '-c', 'import sys; sys.exit(5)']).returncode)\n\
        print(subprocess.run('echo $X; pwd', shell=True, cwd='/tmp', env={'X': 'x'}, capture_output=True).stdout)";
    assert_eq!(
        py(&session, program),
        "CompletedProcess(args=['echo', 'hi'], returncode=0, stdout='hi\\n', stderr='')\na 768 4\n300000\n-15\n\
         Command '['sleep', '100']' timed out after 0.1 seconds\nnonesuch\n/nonesuch\n5\nb'x\\n/tmp\\n'\n"
    );
}

#[test]
fn descriptors() {
    let Some(session) = python() else { return };
    let program = "import os, subprocess\n\
        with open('log', 'w') as f:\n    \
            f.write('a\\n'); f.flush(); subprocess.run(['echo', 'b'], stdout=f); f.write('c\\n')\n\
        print(open('log').read().split())\n\
        r, w = os.pipe(); os.write(w, b'x'); os.close(w); print(os.read(r, 9), os.read(r, 9))\n\
        keep = os.dup(1); f = os.open('out', os.O_WRONLY | os.O_CREAT, 0o600); os.dup2(f, 1)\n\
        os.system('echo into the file'); os.dup2(keep, 1)\n\
        print(open('out').read().strip(), oct(os.stat('out').st_mode & 0o777))\n\
        try: os.read(77, 1)\n\
        except OSError as e: print(e.strerror)";
    assert_eq!(py(&session, program), "['a', 'b', 'c']\nb'x' b''\ninto the file 0o600\nBad file descriptor\n");
}

#[test]
fn locks_are_seen_by_other_processes() {
    let Some(session) = python() else { return };
    let program = "import fcntl, subprocess, sys\n\
        f = open('locked', 'w'); fcntl.flock(f, fcntl.LOCK_EX)\n\
        child = 'import fcntl\\nf = open(\"locked\", \"r+\")\\ntry: fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB)\\n'\\\n    \
            'except BlockingIOError: print(\"busy\")\\nelse: print(\"free\")'\n\
        run = lambda: print(subprocess.run([sys.executable, '-c', child], capture_output=True, text=True).stdout.strip())\n\
        run(); fcntl.flock(f, fcntl.LOCK_UN); run()";
    assert_eq!(py(&session, program), "busy\nfree\n");
}

#[test]
fn signals() {
    let Some(session) = python() else { return };
    let program = "import os, signal, time\n\
        signal.signal(signal.SIGALRM, lambda *_: print('alarm')); signal.alarm(1); time.sleep(1.2)\n\
        signal.signal(signal.SIGUSR1, lambda *_: print('usr1')); os.kill(os.getpid(), signal.SIGUSR1); print('after')";
    assert_eq!(py(&session, program), "alarm\nusr1\nafter\n");
    let interrupted = "timeout -s INT 1 python3 -c 'import time\ntry: time.sleep(60)\nexcept KeyboardInterrupt: print(\"interrupted\")'";
    assert_eq!(session.exec(interrupted).unwrap().stdout_text(), "interrupted\n");
    assert_eq!(session.exec("python3 -c 'import os; os.kill(os.getpid(), 15)'").unwrap().exit_code, Some(143));
    assert_eq!(out(&session, "python3 -c 'while True: print(\"y\")' 2>/dev/null | head -n 1"), "y\n");
}

#[test]
fn users_limits_and_maps() {
    let Some(session) = python() else { return };
    let program = "import grp, mmap, os, pwd, resource, termios\n\
        print(pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name, os.path.expanduser('~'))\n\
        print(resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 0, resource.getrusage(resource.RUSAGE_SELF).ru_utime > 0)\n\
        open('m', 'wb').write(b'one two')\n\
        with open('m', 'rb') as f, mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as m: print(m[4:], m.find(b'two'))\n\
        try: termios.tcgetattr(0)\n\
        except termios.error as e: print(e.args[1])";
    assert_eq!(py(&session, program), "agent agent /home/agent\nTrue True\nb'two' 4\nInappropriate ioctl for device\n");
}

#[test]
fn pip_is_recorded_as_what_is_there() {
    let Some(session) = python() else { return };
    out(&session, "python3 -m venv /tmp/v");
    let program = "
import base64, csv, glob, hashlib, os
packages = '/tmp/v/lib/python3.14/site-packages'
listed = set()
with open(glob.glob(packages + '/pip-*.dist-info/RECORD')[0], newline='') as record:
    for name, digest, size in csv.reader(record):
        path = os.path.normpath(os.path.join(packages, name))
        with open(path, 'rb') as file:
            contents = file.read()
        if digest:
            found = base64.urlsafe_b64encode(hashlib.sha256(contents).digest()).decode().rstrip('=')
            assert (digest, size) == ('sha256=' + found, str(len(contents))), name
        listed.add(path)
there = {os.path.join(where, file) for where, _, files in os.walk(packages) for file in files}
assert there <= listed, there - listed
print(sorted(listed - there))";
    assert_eq!(py(&session, program), "['/tmp/v/bin/pip', '/tmp/v/bin/pip3', '/tmp/v/bin/pip3.14']\n");
    // No module of it is compiled anew.
    assert_eq!(out(&session, "/tmp/v/bin/python -v -m pip --version 2>&1 | grep -c -e stale -e wrote; true"), "0\n");
}

#[test]
fn a_virtual_environment_with_a_wheel() {
    let Some(session) = python() else { return };
    let wheel = "import zipfile\n\
        with zipfile.ZipFile('hello_x-1.0-py3-none-any.whl', 'w') as z:\n    \
            z.writestr('hello_x.py', 'def main(): print(\"hello\")')\n    \
            z.writestr('hello_x-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: hello-x\\nVersion: 1.0\\n')\n    \
            z.writestr('hello_x-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')\n    \
            z.writestr('hello_x-1.0.dist-info/entry_points.txt', '[console_scripts]\\nhello-x = hello_x:main\\n')\n    \
            z.writestr('hello_x-1.0.dist-info/RECORD', '')";
    py(&session, wheel);
    out(&session, "python3 -m venv venv && source venv/bin/activate");
    assert_eq!(out(&session, "python -c 'import sys; print(sys.prefix, sys.base_prefix)'"), "/workspace/venv /usr\n");
    out(&session, "pip install --no-index --find-links . hello-x");
    assert_eq!(out(&session, "hello-x; pip list --format=freeze 2>/dev/null | head -n 1"), "hello\nhello-x==1.0\n");
}

#[test]
fn the_library_finds_what_it_asks_for() {
    let Some(session) = python() else { return };
    let program = "import ctypes, ctypes.util, datetime, os, signal, sqlite3, zoneinfo\n\
        db = sqlite3.connect('db'); db.execute('create table t (x)'); db.execute('insert into t values (7)'); db.commit()\n\
        print(os.stat('db').st_size > 0, sqlite3.connect('db').execute('select x from t').fetchall())\n\
        f = os.open('f', os.O_RDWR | os.O_CREAT); os.pwrite(f, b'abc', 2); print(os.pread(f, 9, 0), os.lseek(f, 0, 1))\n\
        print(datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin')))\n\
        print(signal.SIGTERM in signal.valid_signals(), ctypes.c_uint8(-1).value, ctypes.sizeof(ctypes.c_long))\n\
        try: ctypes.CDLL('libm.so')\n\
        except OSError as e: print(e)";
    assert_eq!(
        py(&session, program),
        "True [(7,)]\nb'\\x00\\x00abc' 0\n2026-07-01 00:00:00+02:00\nTrue 255 4\n\
         libm.so: native libraries cannot be loaded here\n"
    );
}

#[test]
fn what_terminals_are_asked() {
    if !installed() {
        return;
    }
    let size = agentfense::TerminalSize { rows: 30, columns: 100 };
    let options = agentfense::SessionOptions::new().shell("/bin/bash").terminal(size);
    let session = crate::common::sandbox().session_with(options).unwrap();
    let program = r#"
import fcntl, getpass, os, shutil, struct, sys, termios, tty
print(*os.get_terminal_size(), *shutil.get_terminal_size(), os.ttyname(0), os.tcgetpgrp(0) == os.getpgrp())
print(struct.unpack("HHHH", fcntl.ioctl(0, termios.TIOCGWINSZ, bytes(8))), termios.tcgetwinsize(0))
before = termios.tcgetattr(0)
print(before[3] & termios.ICANON > 0, before[6][termios.VINTR])
tty.setcbreak(0); print(termios.tcgetattr(0)[3] & termios.ICANON, termios.tcgetattr(0)[6][termios.VMIN])
termios.tcsetattr(0, termios.TCSAFLUSH, before); print(termios.tcgetattr(0) == before)
print(repr(getpass.getpass("word? ")), repr(input("text? ")))
"#;
    out(&session, &format!("stty -onlcr; cat >ask.py <<'END'\n{program}END"));
    let asked = session.prepare("python3 ask.py").timeout(std::time::Duration::from_secs(20)).wait().unwrap();
    assert!(asked.awaiting_input, "{asked:?}");
    let said = asked.stdout_text().into_owned();
    let known = "100 30 100 30 /dev/tty True\n(30, 100, 0, 0) (30, 100)\nTrue b'\\x03'\n0 1\nTrue\nword? ";
    assert!(said.ends_with(known), "{said}");
    let asked = session.exec("secret").unwrap();
    assert_eq!((asked.stdout_text().as_ref(), asked.stderr_text().as_ref()), ("\n", "text? "));
    let answer = session.exec("seen").unwrap();
    assert!(answer.stdout_text().ends_with("'secret' 'seen'\n"), "{answer:?}");
}

#[test]
fn what_os_answers() {
    let Some(session) = python() else { return };
    let program = r#"
import ctypes.wintypes, os, shutil, tempfile
os.mkdir("private", 0o700); print(oct(os.stat("private").st_mode & 0o777), oct(os.stat(tempfile.mkdtemp()).st_mode))
print(shutil.disk_usage("/workspace").total > 0, os.statvfs("/usr/bin").f_namemax, os.getloadavg()[0] >= 0)
print(os.getpgid(0) == os.getpgrp() == os.getpgid(os.getpid()), os.sched_getaffinity(0))
for call in [lambda: os.execv("/bin/true", [""]), lambda: os.execve("/bin/true", ["true"], {"a=b": "c"}),
             lambda: os.chmod("private", 0o755, follow_symlinks=False)]:
    try: call()
    except (ValueError, NotImplementedError) as e: print(e)
class Point(ctypes.Structure): _fields_ = [("x", ctypes.c_int * 2), ("next", ctypes.POINTER(ctypes.c_char_p))]
try: Point()
except NotImplementedError as e: print(e)
"#;
    assert_eq!(
        py(&session, program),
        "0o700 0o40700\nTrue 255 True\nTrue {0}\nexecv() arg 2 first element cannot be empty\n\
         illegal environment variable name\nchmod: follow_symlinks unavailable on this platform\n\
         Point: there is no native code here that could use it\n"
    );
}
