"""What programs take from CPython's own part of `ssl`."""

ENCODING_PEM, ENCODING_DER = 1, 2
OPENSSL_VERSION = "OpenSSL 3.0.0 (the sandbox's TLS)"
