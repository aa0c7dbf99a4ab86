//! bash's `/dev/tcp/HOST/PORT` and `/dev/udp/HOST/PORT`: redirections that connect.

use std::rc::Rc;

use agentfense_sys::Errno;
use agentfense_sys::network::{Transport, connect};

use crate::files::File;
use crate::messages::concat;
use crate::shell::Shell;

/// A path that stands for a connection.
#[derive(Debug, PartialEq)]
pub(crate) struct NetworkPath<'a> {
    transport: Transport,
    host: &'a [u8],
    service: &'a [u8],
}

impl<'a> NetworkPath<'a> {
    /// `None` for paths of files.
    pub(crate) fn parse(path: &'a [u8]) -> Option<NetworkPath<'a>> {
        let (transport, rest) = match path.strip_prefix(b"/dev/tcp/") {
            Some(rest) => (Transport::Tcp, rest),
            None => (Transport::Udp, path.strip_prefix(b"/dev/udp/")?),
        };
        let slash = rest.iter().position(|&b| b == b'/')?;
        Some(NetworkPath { transport, host: &rest[..slash], service: &rest[slash + 1..] })
    }

    /// The port's number: as getaddrinfo(3) reads one, what does not fit is cut off.
    fn port(&self) -> Option<u16> {
        self.service.iter().try_fold(0u16, |port, digit| {
            let digit = digit.is_ascii_digit().then(|| u16::from(digit - b'0'))?;
            Some(port.wrapping_mul(10).wrapping_add(digit))
        })
    }
}

impl Shell {
    /// Connects; says why when it does not work. The error is for the redirection's own message.
    #[inline(never)]
    pub(crate) fn open_network(&mut self, path: &NetworkPath<'_>) -> Result<Rc<File>, Errno> {
        let Some(port) = path.port() else {
            self.error(concat(&[path.service, b": Servname not supported for ai_socktype"]));
            return Err(Errno::Inval);
        };
        let unknown: &[u8] = b": Name or service not known";
        loop {
            let errno = match connect(path.host, port, path.transport) {
                Ok(file) => return Ok(Rc::new(file.into())),
                Err(errno) => errno,
            };
            match errno {
                // A trapped signal came first.
                Errno::Intr if self.poll_signals_now().is_ok() => continue,
                Errno::Noent => self.error(concat(&[path.host, unknown])),
                Errno::Again => self.error(concat(&[path.host, b": Temporary failure in name resolution"])),
                Errno::Inval => self.error(concat(&[path.host, unknown])),
                errno => {
                    let message = concat(&[self.message_name(), b": connect: ", errno.message().as_bytes(), b"\n"]);
                    self.write_error(&message);
                    return Err(errno);
                }
            }
            return Err(Errno::Inval);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_connections() {
        let parsed = NetworkPath::parse(b"/dev/tcp/::1/80").unwrap();
        assert_eq!((parsed.host, parsed.port()), (&b"::1"[..], Some(80)));
        assert_eq!(NetworkPath::parse(b"/dev/udp//").unwrap().port(), Some(0));
        assert_eq!(NetworkPath::parse(b"/dev/tcp/a/1/2").unwrap().port(), None);
        assert_eq!(NetworkPath::parse(b"/dev/tcp/a/99999").unwrap().port(), Some(34463));
        assert_eq!(NetworkPath::parse(b"/dev/tcp/a"), None);
        assert_eq!(NetworkPath::parse(b"dev/tcp/a/1"), None);
    }
}
