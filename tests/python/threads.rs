//! Threads: they take turns, and a wait of one lets others run.

use crate::common::{all, bash, out, sandbox_with};
use crate::{installed, py, python};

#[test]
fn they_run_while_others_wait() {
    let Some(session) = python() else { return };
    let program = r#"
import queue, subprocess, threading, time
from concurrent.futures import ThreadPoolExecutor
order = []
def work(n):
    for i in range(2):
        order.append((i, n)); time.sleep(0.02)
threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
for t in threads: t.start()
for t in threads: t.join()
print(order == [(i, n) for i in range(2) for n in range(3)], threading.active_count())
items = queue.Queue(1)
threading.Thread(target=lambda: [items.put(i) for i in [1, 2, 3, None]]).start()
print(list(iter(items.get, None)))
with ThreadPoolExecutor(4) as pool:
    start = time.monotonic()
    print(list(pool.map(lambda x: (time.sleep(0.2), x * x)[1], range(4))), time.monotonic() - start < 0.7)
event = threading.Event()
threading.Timer(0.02, event.set).start()
print(event.wait(0.001), event.wait(10))
lock = threading.Lock(); lock.acquire()
print(lock.acquire(timeout=0.01), lock.acquire(blocking=False))
done = []
thread = threading.Thread(target=lambda: done.append(subprocess.run(["sh", "-c", "sleep 0.2; exit 3"]).returncode))
thread.start(); time.sleep(0.02); print("the child sleeps", done); thread.join(); print(done)
"#;
    assert_eq!(
        py(&session, program),
        "True 1\n[1, 2, 3]\n[0, 1, 4, 9] True\nFalse True\nFalse False\nthe child sleeps []\n[3]\n"
    );
}

#[test]
fn a_server_beside_its_client() {
    let Some(session) = python() else { return };
    let program = r#"
import http.server, socketserver, threading, urllib.request, urllib.error
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/nested":
            body = urllib.request.urlopen(f"http://localhost:{server.server_port}/").read() * 2
        else:
            body = b"body"
        self.send_response(200); self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("localhost", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
for path in ["/", "/nested"]: print(urllib.request.urlopen(f"http://localhost:{server.server_port}{path}").read())
server.shutdown(); server.server_close()
class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile: self.wfile.write(line.upper())
import socket
with socketserver.ThreadingTCPServer(("localhost", 0), Echo) as echo:
    threading.Thread(target=echo.serve_forever).start()
    clients = [socket.create_connection(echo.server_address) for _ in range(3)]
    for n, client in reversed(list(enumerate(clients))): client.sendall(b"line %d\n" % n)
    print([client.makefile().readline() for client in clients])
    for client in clients: client.close()
    echo.shutdown()
"#;
    assert_eq!(py(&session, program), "b'body'\nb'bodybody'\n['LINE 0\\n', 'LINE 1\\n', 'LINE 2\\n']\n");
}

#[test]
fn each_has_a_stack_and_names_of_its_own() {
    let Some(session) = python() else { return };
    let program = r#"
import sys, threading
local = threading.local(); local.x = 1
def depth(n): return 0 if n == 0 else 1 + depth(n - 1)
def run():
    print(hasattr(local, "x"), depth(900), threading.current_thread() is not threading.main_thread())
    try: depth(10**6)
    except RecursionError: print("too deep")
    try: eval("(" * 10**4)
    except (SyntaxError, MemoryError): print("too deep")
    raise KeyError("uncaught")
thread = threading.Thread(target=run); thread.start(); thread.join(); print(thread.is_alive(), depth(900))
started = 0
try:
    for started in range(1000): threading.Thread(target=threading.Event().wait, daemon=True).start()
except RuntimeError as e: print(e, started > 100)
"#;
    let command = format!("python3 - <<'END'\n{program}END");
    let (stdout, stderr, code) = all(session.exec(command).unwrap());
    assert_eq!(stdout, "False 900 True\ntoo deep\ntoo deep\nFalse 900\ncan't start new thread True\n", "{stderr}");
    assert!(stderr.contains("Exception in thread Thread-1") && stderr.ends_with("KeyError: 'uncaught'\n"), "{stderr}");
    assert_eq!(code, 0);
}

#[test]
fn signals_reach_the_first_one() {
    let Some(session) = python() else { return };
    let program = "timeout -s INT 1 python3 -c '
import threading, time
threading.Thread(target=lambda: time.sleep(60), daemon=True).start()
try: threading.Event().wait()
except KeyboardInterrupt: print(\"interrupted\")
'";
    assert_eq!(session.exec(program).unwrap().stdout_text(), "interrupted\n");
}

#[test]
fn one_that_computes_is_interrupted() {
    let Some(session) = python() else { return };
    let program = "timeout -s INT 1 python3 -c '
try:
    while True: pass
except KeyboardInterrupt: print(\"interrupted\")
'";
    assert_eq!(session.exec(program).unwrap().stdout_text(), "interrupted\n");
    // Inside of C code, too.
    let program = r#"timeout -s INT 1 python3 -c 'import re; re.match("(a*)*b", "a" * 60)' 2>&1 | tail -n 1"#;
    assert_eq!(session.exec(program).unwrap().stdout_text(), "KeyboardInterrupt\n");
    let program = r#"
import signal, threading, time
def expire(*_): raise TimeoutError
def compute():
    while True: pass
signal.signal(signal.SIGALRM, expire)
for start in [lambda: None, threading.Thread(target=compute, daemon=True).start]:
    start(); signal.alarm(1)
    try:
        while True: pass
    except TimeoutError: print("late")
"#;
    assert_eq!(py(&session, program), "late\nlate\n");
}

#[test]
fn those_that_compute_take_turns() {
    let Some(session) = python() else { return };
    let program = r#"
import threading, time
done = False
def finish():
    global done
    time.sleep(0.05); done = True
threading.Thread(target=finish).start()
while not done: pass
turns = [0, 0, 0]
def count(n):
    while done: turns[n] += 1
threads = [threading.Thread(target=count, args=(n,)) for n in range(3)]
for t in threads: t.start()
time.sleep(1); done = False
for t in threads: t.join()
print(min(turns) * 3 > max(turns), min(turns) > 1000)
# They come and go while the kernel watches the one that runs.
kept = []
for n in range(300):
    t = threading.Thread(target=lambda: kept.append(sum(range(3000)))); t.start(); t.join()
print(len(kept), set(kept) == {sum(range(3000))})
"#;
    assert_eq!(py(&session, program), "True True\n300 True\n");
}

#[test]
fn a_sandbox_has_its_share_of_them() {
    if !installed() {
        return;
    }
    let session = bash(&sandbox_with(|limits| limits.threads = 8));
    let program = r#"
import errno, subprocess, sys, threading
event, threads = threading.Event(), []
def start(): threads.append(threading.Thread(target=event.wait)); threads[-1].start()
try:
    while True: start()
except RuntimeError as e: print(e, len(threads))
try: subprocess.run([sys.executable, "-c", "1"])
except OSError as e: print(errno.errorcode[e.errno], flush=True)
event.set()
for t in threads[:-1]: t.join()
subprocess.run([sys.executable, "-c", "print('room')"])
"#;
    assert_eq!(py(&session, program), "can't start new thread 8\nEAGAIN\nroom\n");
    // Other commands do not count.
    assert_eq!(out(&session, "python3 -c 'import os; os.system(\"seq 3 | sort -r | wc -l\")'"), "3\n");
}
