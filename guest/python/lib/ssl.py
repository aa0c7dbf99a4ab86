"""TLS for clients: the kernel speaks it, over connections that leave the sandbox.

What is written to a wrapped socket is sent encrypted, and what is read was decrypted; this module only asks for it.
The kernel checks the server's certificate. There are no servers, and no certificates of a client's own."""

import base64 as _base64
import enum as _enum
import errno as _errno
import os as _os
import re as _re
import socket as _socket
from collections import namedtuple as _namedtuple

import _agentfense_tls
import _x509
from _ssl import OPENSSL_VERSION

OPENSSL_VERSION_INFO = (3, 0, 0, 0, 0)
OPENSSL_VERSION_NUMBER = 0x30000000
HAS_SNI = HAS_ALPN = HAS_TLSv1_2 = HAS_TLSv1_3 = HAS_NEVER_CHECK_COMMON_NAME = True
HAS_ECDH = True
HAS_NPN = HAS_SSLv2 = HAS_SSLv3 = HAS_TLSv1 = HAS_TLSv1_1 = HAS_PSK = False
CHANNEL_BINDING_TYPES = []


class _Method(_enum.IntEnum):
    PROTOCOL_TLS = PROTOCOL_SSLv23 = 2
    PROTOCOL_TLS_CLIENT = 16
    PROTOCOL_TLS_SERVER = 17


class VerifyMode(_enum.IntEnum):
    """Whether a certificate must be valid."""

    CERT_NONE = 0
    CERT_OPTIONAL = 1
    CERT_REQUIRED = 2


class TLSVersion(_enum.IntEnum):
    """Versions of the protocol."""

    MINIMUM_SUPPORTED = -2
    SSLv3 = 768
    TLSv1 = 769
    TLSv1_1 = 770
    TLSv1_2 = 771
    TLSv1_3 = 772
    MAXIMUM_SUPPORTED = -1


class Options(_enum.IntFlag):
    """What OpenSSL calls options; the kernel's TLS has nothing old to turn off."""

    OP_ALL = 0x80000050
    OP_NO_SSLv2 = 0
    OP_NO_SSLv3 = 0x2000000
    OP_NO_TLSv1 = 0x4000000
    OP_NO_TLSv1_1 = 0x10000000
    OP_NO_TLSv1_2 = 0x8000000
    OP_NO_TLSv1_3 = 0x20000000
    OP_NO_COMPRESSION = 0x20000
    OP_NO_TICKET = 0x4000
    OP_NO_RENEGOTIATION = 0x40000000
    OP_IGNORE_UNEXPECTED_EOF = 0x80
    OP_LEGACY_SERVER_CONNECT = 0x4
    OP_ENABLE_MIDDLEBOX_COMPAT = 0x100000
    OP_CIPHER_SERVER_PREFERENCE = 0x400000


class VerifyFlags(_enum.IntFlag):
    """How a certificate is looked at."""

    VERIFY_DEFAULT = 0
    VERIFY_CRL_CHECK_LEAF = 4
    VERIFY_CRL_CHECK_CHAIN = 12
    VERIFY_X509_STRICT = 32
    VERIFY_X509_TRUSTED_FIRST = 32768
    VERIFY_X509_PARTIAL_CHAIN = 524288


class SSLErrorNumber(_enum.IntEnum):
    """Kinds of errors."""

    SSL_ERROR_SSL = 1
    SSL_ERROR_WANT_READ = 2
    SSL_ERROR_WANT_WRITE = 3
    SSL_ERROR_WANT_X509_LOOKUP = 4
    SSL_ERROR_SYSCALL = 5
    SSL_ERROR_ZERO_RETURN = 6
    SSL_ERROR_WANT_CONNECT = 7
    SSL_ERROR_EOF = 8


for _kind in (_Method, VerifyMode, Options, VerifyFlags, SSLErrorNumber):
    globals().update(_kind.__members__)

_Purpose = _namedtuple("_Purpose", "nid shortname longname oid")


class Purpose(_Purpose, _enum.Enum):
    """Whose certificates a context is for."""

    SERVER_AUTH = (129, "serverAuth", "TLS Web Server Authentication", "1.3.6.1.5.5.7.3.1")
    CLIENT_AUTH = (130, "clientAuth", "TLS Web Client Authentication", "1.3.6.1.5.5.7.3.2")


class SSLError(OSError):
    """No TLS, or no more."""

    library = reason = None

    def __str__(self):
        return self.strerror or super().__str__()


class SSLCertVerificationError(SSLError, ValueError):
    """The certificate is not valid."""

    verify_code, verify_message = 1, ""


class SSLZeroReturnError(SSLError):
    """The other side closed."""


class SSLWantReadError(SSLError):
    """Something has to be read first."""


class SSLWantWriteError(SSLError):
    """Something has to be written first."""


class SSLSyscallError(SSLError):
    """A system call failed."""


class SSLEOFError(SSLError):
    """The other side is gone."""


CertificateError = SSLCertVerificationError
socket_error = OSError
PEM_HEADER, PEM_FOOTER = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
DefaultVerifyPaths = _namedtuple(
    "DefaultVerifyPaths", "cafile capath openssl_cafile_env openssl_cafile openssl_capath_env openssl_capath"
)


def get_default_verify_paths():
    """Where certificates are looked for."""
    file, path = _os.environ.get("SSL_CERT_FILE"), _os.environ.get("SSL_CERT_DIR")
    return DefaultVerifyPaths(file, path, "SSL_CERT_FILE", "", "SSL_CERT_DIR", "")


def PEM_cert_to_DER_cert(pem):
    """A certificate's bytes."""
    pem = pem.strip()
    if not pem.startswith(PEM_HEADER) or not pem.endswith(PEM_FOOTER):
        raise ValueError("not a certificate in PEM")
    return _base64.decodebytes(pem[len(PEM_HEADER):-len(PEM_FOOTER)].encode("ascii"))


def DER_cert_to_PEM_cert(der):
    """A certificate as text."""
    text = _base64.standard_b64encode(der).decode()
    return "\n".join([PEM_HEADER, *(text[i:i + 64] for i in range(0, len(text), 64)), PEM_FOOTER]) + "\n"


def _certificates(data):
    if isinstance(data, bytes) and b"-----BEGIN" not in data:
        return [data]
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    found = _re.findall(f"{PEM_HEADER}.+?{PEM_FOOTER}", text, _re.DOTALL)
    if not found:
        raise SSLError(0, "no certificate found")
    return [PEM_cert_to_DER_cert(pem) for pem in found]


class _SSLContext:
    """The settings of a context. Like CPython's they are descriptors of a base class: truststore uses them there."""

    __slots__ = ("options", "verify_flags", "minimum_version", "maximum_version", "_verify_mode", "_check_hostname")

    @property
    def verify_mode(self):
        """Whether the server's certificate must be valid."""
        return self._verify_mode

    @verify_mode.setter
    def verify_mode(self, mode):
        mode = VerifyMode(mode)
        if mode == CERT_NONE and self._check_hostname:
            raise ValueError("Cannot set verify_mode to CERT_NONE when check_hostname is enabled.")
        self._verify_mode = mode

    @property
    def check_hostname(self):
        """Whether it must be for the server's name; the kernel looks at both or at neither."""
        return self._check_hostname

    @check_hostname.setter
    def check_hostname(self, check):
        self._check_hostname = bool(check)
        if check and self._verify_mode == CERT_NONE:
            self._verify_mode = CERT_REQUIRED


class SSLContext(_SSLContext):
    """What connections are made with."""

    sslsocket_class = None

    def __new__(cls, protocol=None, *args, **kwargs):
        return super().__new__(cls)

    def __init__(self, protocol=None):
        self.protocol = _Method(PROTOCOL_TLS if protocol is None else protocol)
        client = self.protocol == PROTOCOL_TLS_CLIENT
        self._verify_mode = CERT_REQUIRED if client else CERT_NONE
        self._check_hostname = client
        self.options = Options.OP_ALL | Options.OP_NO_SSLv3
        self.verify_flags = VerifyFlags.VERIFY_X509_TRUSTED_FIRST
        self.minimum_version, self.maximum_version = TLSVersion.TLSv1_2, TLSVersion.MAXIMUM_SUPPORTED
        self.post_handshake_auth = False
        self.keylog_filename = None
        self.hostname_checks_common_name = False
        self._roots = []
        self._protocols = []

    def load_verify_locations(self, cafile=None, capath=None, cadata=None):
        """Trusts more certificates, besides those that the sandbox's owner trusts."""
        if cafile is None and capath is None and cadata is None:
            raise TypeError("cafile, capath and cadata cannot be all omitted")
        files = [] if cafile is None else [cafile]
        if capath is not None and _os.path.isdir(capath):
            files += [entry.path for entry in _os.scandir(capath) if entry.is_file()]
        for file in files:
            with open(file, "rb") as opened:
                self._roots += _certificates(opened.read())
        if cadata is not None:
            self._roots += _certificates(cadata)

    def load_default_certs(self, purpose=Purpose.SERVER_AUTH):
        """Those of the sandbox's owner are always trusted; SSL_CERT_FILE names more."""
        self.set_default_verify_paths()

    def set_default_verify_paths(self):
        """As load_default_certs()."""
        paths = get_default_verify_paths()
        if paths.cafile and _os.path.isfile(paths.cafile):
            self.load_verify_locations(cafile=paths.cafile)

    def cert_store_stats(self):
        """How many certificates were loaded."""
        return {"x509": len(self._roots), "crl": 0, "x509_ca": len(self._roots)}

    def get_ca_certs(self, binary_form=False):
        """The certificates that were loaded."""
        return list(self._roots) if binary_form else [_x509.decode(der) for der in self._roots]

    def load_cert_chain(self, certfile, keyfile=None, password=None):
        """A client has no certificate here."""
        raise NotImplementedError("certificates of a client or a server are not supported in the sandbox")

    def set_alpn_protocols(self, protocols):
        """What to speak, the most wanted first."""
        self._protocols = [p.decode("ascii") if isinstance(p, bytes) else p for p in protocols]

    def set_ciphers(self, ciphers):
        """The kernel chooses."""

    def get_ciphers(self):
        """The kernel chooses."""
        return []

    def _for_client(self, server_side, server_hostname):
        if server_side or self.protocol == PROTOCOL_TLS_SERVER:
            raise NotImplementedError("TLS servers are not supported in the sandbox")
        if self.check_hostname and not server_hostname:
            raise ValueError("check_hostname requires server_hostname")

    def wrap_socket(self, sock, server_side=False, do_handshake_on_connect=True, suppress_ragged_eofs=True,
                    server_hostname=None, session=None):
        """The socket with TLS."""
        self._for_client(server_side, server_hostname)
        kind = self.sslsocket_class or SSLSocket
        return kind._wrap(self, sock, do_handshake_on_connect, server_hostname)

    def wrap_bio(self, *_, **__):
        """TLS is over the kernel's connections alone."""
        raise NotImplementedError("TLS over anything but a socket is not supported in the sandbox")


def _handshake(sock, context, server_hostname):
    """Begins TLS over a connection: version, cipher, protocol and certificates."""
    remote = sock.getpeername()[:2]
    try:
        kind, *rest = _agentfense_tls.start(
            sock.getsockname()[:2], remote, server_hostname or remote[0], context._protocols,
            context.verify_mode != CERT_NONE, context._roots)
    except OSError as error:
        if error.errno == _errno.ENOTSUP:
            raise SSLError(1, "only servers outside of the sandbox can be talked to with TLS") from None
        raise
    if kind == "certificate":
        error = SSLCertVerificationError(1, f"certificate verify failed: {rest[0]}")
        error.reason, error.verify_message = "CERTIFICATE_VERIFY_FAILED", rest[0]
        raise error
    if kind == "handshake":
        raise SSLError(1, rest[0])
    return rest


class _Facts:
    """What is known of a connection with TLS."""

    context = server_hostname = _tls = None
    server_side = False

    def getpeercert(self, binary_form=False):
        """The server's certificate; as a dictionary only if it was checked."""
        self._begun()
        certificate = self._tls[3][0] if self._tls[3] else None
        if binary_form or certificate is None:
            return certificate
        return {} if self.context.verify_mode == CERT_NONE else _x509.decode(certificate)

    def get_verified_chain(self):
        """The server's chain."""
        return self.get_unverified_chain()

    def get_unverified_chain(self):
        """The server's chain."""
        self._begun()
        return list(self._tls[3])

    def _begun(self):
        if not self._tls:
            raise ValueError("handshake not done yet")

    def version(self):
        """`TLSv1.3`, for one."""
        return self._tls[0] if self._tls else None

    def cipher(self):
        """Name, version and bits."""
        return (self._tls[1], self._tls[0], 256 if "256" in self._tls[1] else 128) if self._tls else None

    def selected_alpn_protocol(self):
        """What the server chose to speak."""
        return self._tls[2] if self._tls else None

    def selected_npn_protocol(self):
        """None: ALPN took its place."""

    def compression(self):
        """None."""

    @property
    def session(self):
        """None: the kernel keeps sessions."""

    session_reused = None


class SSLSocket(_Facts, _socket.socket):
    """A connection with TLS."""

    @classmethod
    def _wrap(cls, context, sock, at_once, server_hostname):
        if sock.type != _socket.SOCK_STREAM:
            raise NotImplementedError("only stream sockets are supported")
        timeout = sock.gettimeout()
        self = cls.__new__(cls)
        _socket.socket.__init__(self, sock.family, sock.type, sock.proto, sock.detach())
        self.context, self.server_hostname, self.server_side, self._tls = context, server_hostname, False, None
        self._at_once = at_once
        self.settimeout(timeout)
        try:
            if at_once and self._connected():
                self.do_handshake()
        except BaseException:
            self.close()
            raise
        return self

    def _connected(self):
        try:
            self.getpeername()
        except OSError as error:
            if error.errno != _errno.ENOTCONN:
                raise
            return False
        return True

    def connect(self, address):
        """Connects, and begins TLS."""
        super().connect(address)
        if self._at_once:
            self.do_handshake()

    def do_handshake(self, block=False):
        """Begins TLS. Waits, whatever the socket's timeout."""
        if not self._tls:
            self._tls = _handshake(self, self.context, self.server_hostname)

    def pending(self):
        """Bytes that were read and not taken: what there are wait in the kernel."""
        return 0

    def read(self, len=1024, buffer=None):
        """Reads."""
        return self.recv(len) if buffer is None else self.recv_into(buffer, len)

    def write(self, data):
        """Writes."""
        return self.send(data)

    def unwrap(self):
        """TLS ends with the connection."""
        self.shutdown(_socket.SHUT_WR)
        return self

    def accept(self):
        """A client does not."""
        raise NotImplementedError("TLS servers are not supported in the sandbox")

    def dup(self):
        """As in CPython."""
        raise NotImplementedError("Can't dup() SSLSocket instances")


class SSLObject(_Facts):
    """What is known of a connection that somebody else reads and writes: asyncio's."""

    def __init__(self, *_, **__):
        raise TypeError("SSLObject does not have a public constructor.")

    @classmethod
    def _begin(cls, context, sock, server_side, server_hostname):
        """Begins TLS over a socket."""
        context._for_client(server_side, server_hostname)
        self = cls.__new__(cls)
        self.context, self.server_hostname = context, server_hostname
        self._tls = _handshake(sock, context, server_hostname)
        return self


class MemoryBIO:
    """TLS without a socket, which is not to be had."""

    def __init__(self):
        raise NotImplementedError("TLS over anything but a socket is not supported in the sandbox")


class SSLSession:
    """The kernel keeps sessions."""


SSLContext.sslsocket_class = SSLSocket


def create_default_context(purpose=Purpose.SERVER_AUTH, *, cafile=None, capath=None, cadata=None):
    """A context that checks certificates."""
    if purpose != Purpose.SERVER_AUTH:
        raise NotImplementedError("TLS servers are not supported in the sandbox")
    context = SSLContext(PROTOCOL_TLS_CLIENT)
    if cafile or capath or cadata:
        context.load_verify_locations(cafile, capath, cadata)
    else:
        context.load_default_certs(purpose)
    return context


def _create_unverified_context(protocol=None, *, cert_reqs=CERT_NONE, check_hostname=False,
                               purpose=Purpose.SERVER_AUTH, certfile=None, keyfile=None, cafile=None, capath=None,
                               cadata=None):
    context = SSLContext(PROTOCOL_TLS_CLIENT)
    context.check_hostname = check_hostname
    context.verify_mode = cert_reqs
    if cafile or capath or cadata:
        context.load_verify_locations(cafile, capath, cadata)
    return context


_create_default_https_context = create_default_context
_create_stdlib_context = _create_unverified_context


def get_server_certificate(addr, ssl_version=PROTOCOL_TLS_CLIENT, ca_certs=None, timeout=None):
    """The certificate of a server, unchecked unless there is what to check it with."""
    context = _create_unverified_context(cert_reqs=CERT_REQUIRED if ca_certs else CERT_NONE, cafile=ca_certs)
    with _socket.create_connection(addr, timeout) as sock, context.wrap_socket(sock, server_hostname=addr[0]) as tls:
        return DER_cert_to_PEM_cert(tls.getpeercert(True))


def RAND_bytes(num, /):
    """Random bytes."""
    return _os.urandom(num)


def RAND_status():
    """True."""
    return True


def RAND_add(string, entropy, /):
    """The system's random numbers need no more."""
