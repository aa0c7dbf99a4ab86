//! `ssl` over the kernel's TLS, with a server of this host's that a rule allows.

use agentfense::NetworkPolicy;
use agentfense::blocking::{Sandbox, Session};

use crate::common::{bash, out};
use crate::server::{Authority, Server, answer};
use crate::{installed, py};

fn session(policy: NetworkPolicy) -> Session {
    bash(&Sandbox::new(Sandbox::builder().network(policy)).unwrap())
}

/// A session, and the port of a server that it may reach and trusts.
fn with_server() -> (Session, u16) {
    let authority = Authority::new("trusted");
    let port = Server::tls(authority.server(&["127.0.0.1"], |_| {}), answer).port;
    let policy = NetworkPolicy::default().allow(&format!("127.0.0.1:{port}")).unwrap().certificates(&authority.pem);
    (session(policy), port)
}

#[test]
fn servers_that_a_rule_allows_are_reached() {
    if !installed() {
        return;
    }
    let (session, port) = with_server();
    let program = format!(
        r#"
import http.client, socket, ssl, urllib.request
print(urllib.request.urlopen("https://127.0.0.1:{port}/").read())
connection = http.client.HTTPSConnection("127.0.0.1", {port}, timeout=20)
connection.request("GET", "/"); print(connection.getresponse().read())
tls = ssl.create_default_context().wrap_socket(socket.create_connection(("127.0.0.1", {port})), server_hostname="127.0.0.1")
from pip._vendor import requests, truststore
print(requests.get("https://127.0.0.1:{port}/").text)
context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
print(urllib.request.urlopen("https://127.0.0.1:{port}/", context=context).read())
print(tls.version(), len(tls.getpeercert(True)) > 100, tls.selected_alpn_protocol())
names = tls.getpeercert(); print(names["subjectAltName"], names["issuer"][-1][0][1], names["notAfter"] > "")
server = socket.create_server(("127.0.0.1", 0))
inside = socket.create_connection(server.getsockname())
try: ssl.create_default_context().wrap_socket(inside, server_hostname="127.0.0.1")
except ssl.SSLError as e: print(e)
"#
    );
    assert_eq!(
        py(&session, &program),
        "b'secret'\nb'secret'\nsecret\nb'secret'\nTLSv1.3 True None\n\
         (('IP Address', '127.0.0.1'),) trusted True\nonly servers outside of the sandbox can be talked to with TLS\n"
    );
}

#[test]
fn certificates_are_checked_by_the_kernel() {
    if !installed() {
        return;
    }
    let authority = Authority::new("the guest's own");
    let port = Server::tls(authority.server(&["127.0.0.1"], |_| {}), answer).port;
    let session = session(NetworkPolicy::default().allow(&format!("127.0.0.1:{port}")).unwrap());
    out(&session, &format!("cat >ca.pem <<'END'\n{}END", authority.pem));
    let program = format!(
        r#"
import ssl, urllib.error, urllib.request
def get(context): return urllib.request.urlopen("https://127.0.0.1:{port}/", context=context).read()
try: get(None)
except urllib.error.URLError as e: print(isinstance(e.reason, ssl.SSLCertVerificationError), str(e.reason)[:26])
print(get(ssl.create_default_context(cafile="ca.pem")))
"#
    );
    assert_eq!(py(&session, &program), "True certificate verify failed:\nb'secret'\n");
}

#[test]
fn pip_has_nothing_to_complain_of() {
    if !installed() {
        return;
    }
    let session = session(NetworkPolicy::default());
    let result = session.exec("python -m pip download --no-index nonesuch 2>&1").unwrap();
    let said = result.stdout_text();
    assert!(said.starts_with("ERROR: Could not find a version that satisfies the requirement nonesuch"), "{said}");
}

#[test]
fn asyncio_is_a_client() {
    if !installed() {
        return;
    }
    let (session, port) = with_server();
    let program = format!(
        r#"
import asyncio, ssl
async def get(start_later, context=True):
    if start_later:
        reader, writer = await asyncio.open_connection("127.0.0.1", {port})
        await writer.start_tls(ssl.create_default_context(), server_hostname="127.0.0.1")
    else:
        reader, writer = await asyncio.open_connection("127.0.0.1", {port}, ssl=context)
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    print(await reader.readexactly(6), writer.get_extra_info("ssl_object").version(), len(writer.get_extra_info("peercert")) > 3)
    writer.close()
    await writer.wait_closed()
async def main():
    await get(False)
    await get(True)
    await asyncio.gather(get(False), get(False, ssl.create_default_context()))
    try: await asyncio.open_connection("127.0.0.1", {port}, ssl=True, server_hostname="localhost")
    except ssl.SSLCertVerificationError: print("not its certificate")
    try: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain("own.pem")
    except NotImplementedError as e: print(e)
asyncio.run(main())
try: ssl.MemoryBIO()
except NotImplementedError as e: print(e)
"#
    );
    let answers = "b'secret' TLSv1.3 True\n".repeat(4);
    assert_eq!(
        py(&session, &program),
        format!(
            "{answers}not its certificate\ncertificates of a client or a server are not supported in the sandbox\n\
             TLS over anything but a socket is not supported in the sandbox\n"
        )
    );
}
