//! Sockets and what is built on them, on the sandbox's loopback.

use crate::common::out;
use crate::{py, python};

#[test]
fn sockets() {
    let Some(session) = python() else { return };
    let program = r#"
import errno, select, socket
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", 0))
server.listen()
client = socket.create_connection(server.getsockname())
peer, address = server.accept()
print(address == client.getsockname(), peer.getpeername() == address)
client.sendall(b"one\ntwo\n")
print(peer.makefile("rb").readline())
client.setblocking(False)
try: client.recv(1)
except BlockingIOError: print("would block")
client.settimeout(0.05)
try: client.recv(1)
except TimeoutError as e: print(e)
print(select.select([client], [client], [], 0) == ([], [client], []))
peer.shutdown(socket.SHUT_WR)
print(select.select([client], [], [], 5)[0] == [client], client.recv(1))
try: socket.create_server(server.getsockname())
except OSError as e: print(e.errno == errno.EADDRINUSE)
peer.close(); server.close()
try: socket.create_connection(("127.0.0.1", 9))
except ConnectionRefusedError as e: print(e.strerror)
try: socket.create_connection(("example.com", 80))
except socket.gaierror: print("no such name")
print(sorted({a[4][0] for a in socket.getaddrinfo("localhost", 80)}), socket.gethostname())
a, b = socket.socketpair(); a.send(b"pair"); print(b.recv(9))
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.bind(("127.0.0.1", 0))
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"datagram", udp.getsockname()); print(udp.recvfrom(99)[0])
"#;
    assert_eq!(
        py(&session, program),
        "True True\nb'one\\n'\nwould block\ntimed out\nTrue\nTrue b''\nTrue\nConnection refused\n\
         no such name\n['127.0.0.1', '::1'] sandbox\nb'pair'\nb'datagram'\n"
    );
}

#[test]
fn asynchronous() {
    let Some(session) = python() else { return };
    let program = r#"
import asyncio, subprocess
async def handle(reader, writer):
    writer.write(b"got " + await reader.readline())
    await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"hello\n")
    print(await reader.read())
    print(await asyncio.gather(asyncio.sleep(0.05, 1), asyncio.sleep(0.01, 2), asyncio.to_thread(sum, [3, 4])))
    try: await asyncio.wait_for(asyncio.sleep(10), 0.05)
    except TimeoutError: print("too late")
    child = await asyncio.create_subprocess_exec("tr", "a-z", "A-Z", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    print(await child.communicate(b"shout"), child.returncode)
    server.close()
asyncio.run(main())
"#;
    assert_eq!(py(&session, program), "b'got hello\\n'\n[1, 2, 7]\ntoo late\n(b'SHOUT', None) 0\n");
}

#[test]
fn a_server_in_the_background() {
    let Some(session) = python() else { return };
    out(&session, "mkdir site; echo hello >site/a.txt; python -m http.server 8000 --directory site >log 2>&1 &");
    let wait = "for i in {1..100}; do nc -z localhost 8000 && break; sleep 0.1; done";
    out(&session, wait);
    assert_eq!(out(&session, "curl -s http://localhost:8000/a.txt"), "hello\n");
    assert!(out(&session, "curl -s http://localhost:8000").contains(r#"<a href="a.txt">"#));
    out(&session, "kill %1; wait %1; test $? = 143");
    // Ctrl-C, as on a terminal.
    let interrupted = "timeout -s INT 4 python -m http.server 8001 2>&1";
    assert!(session.exec(interrupted).unwrap().stdout_text().contains("Keyboard interrupt received"));
}
