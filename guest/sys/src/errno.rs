//! Error numbers.

use crate::bindings::agentfense::kernel::types;
use std::fmt;
use std::io::{self, ErrorKind};

macro_rules! errnos {
    ($($name:ident $number:literal $kind:ident $text:literal;)*) => {
        /// An error of the kernel, named as in POSIX `errno.h`.
        ///
        /// Displays as `strerror` would say it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Errno {
            $(#[doc = $text] $name,)*
        }

        impl Errno {
            /// What `strerror` says.
            pub const fn message(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The number that Linux gives it.
            pub const fn number(self) -> i32 {
                match self { $(Self::$name => $number,)* }
            }

            /// The nearest kind of `std::io::Error`.
            pub const fn kind(self) -> ErrorKind {
                match self { $(Self::$name => ErrorKind::$kind,)* }
            }
        }

        impl From<types::Errno> for Errno {
            fn from(errno: types::Errno) -> Self {
                match errno { $(types::Errno::$name => Self::$name,)* }
            }
        }

        impl From<Errno> for types::Errno {
            fn from(errno: Errno) -> Self {
                match errno { $(Errno::$name => Self::$name,)* }
            }
        }

        /// Every error, in order of number.
        #[cfg(any(test, all(feature = "command", target_arch = "wasm32")))]
        pub(crate) const ALL: &[Errno] = &[$(Errno::$name,)*];
    };
}

errnos! {
    Perm 1 PermissionDenied "Operation not permitted";
    Noent 2 NotFound "No such file or directory";
    Srch 3 NotFound "No such process";
    Intr 4 Interrupted "Interrupted system call";
    Io 5 Other "Input/output error";
    Nxio 6 Other "No such device or address";
    Toobig 7 ArgumentListTooLong "Argument list too long";
    Noexec 8 Other "Exec format error";
    Badf 9 Other "Bad file descriptor";
    Child 10 Other "No child processes";
    Again 11 WouldBlock "Resource temporarily unavailable";
    Nomem 12 OutOfMemory "Cannot allocate memory";
    Acces 13 PermissionDenied "Permission denied";
    Busy 16 ResourceBusy "Device or resource busy";
    Exist 17 AlreadyExists "File exists";
    Xdev 18 CrossesDevices "Invalid cross-device link";
    Nodev 19 Other "No such device";
    Notdir 20 NotADirectory "Not a directory";
    Isdir 21 IsADirectory "Is a directory";
    Inval 22 InvalidInput "Invalid argument";
    Nfile 23 Other "Too many open files in system";
    Mfile 24 Other "Too many open files";
    Notty 25 Other "Inappropriate ioctl for device";
    Txtbsy 26 ExecutableFileBusy "Text file busy";
    Fbig 27 FileTooLarge "File too large";
    Nospc 28 StorageFull "No space left on device";
    Spipe 29 NotSeekable "Illegal seek";
    Rofs 30 ReadOnlyFilesystem "Read-only file system";
    Mlink 31 TooManyLinks "Too many links";
    Pipe 32 BrokenPipe "Broken pipe";
    Range 34 Other "Numerical result out of range";
    Deadlk 35 Deadlock "Resource deadlock avoided";
    Nametoolong 36 InvalidFilename "File name too long";
    Nosys 38 Unsupported "Function not implemented";
    Notempty 39 DirectoryNotEmpty "Directory not empty";
    Loop 40 Other "Too many levels of symbolic links";
    Overflow 75 Other "Value too large for defined data type";
    Notsock 88 Other "Socket operation on non-socket";
    Notsup 95 Unsupported "Operation not supported";
    Addrinuse 98 AddrInUse "Address already in use";
    Addrnotavail 99 AddrNotAvailable "Cannot assign requested address";
    Connreset 104 ConnectionReset "Connection reset by peer";
    Notconn 107 NotConnected "Transport endpoint is not connected";
    Timedout 110 TimedOut "Connection timed out";
    Connrefused 111 ConnectionRefused "Connection refused";
    Hostunreach 113 HostUnreachable "No route to host";
    Dquot 122 QuotaExceeded "Disk quota exceeded";
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.message())
    }
}

impl std::error::Error for Errno {}

impl From<Errno> for io::Error {
    fn from(errno: Errno) -> Self {
        // Carries the errno itself, so that `Errno::of` finds it again.
        io::Error::new(errno.kind(), errno)
    }
}

impl Errno {
    /// The errno inside an error of `std`, whether it came from this crate or from libc.
    pub fn of(error: &io::Error) -> Option<Errno> {
        if let Some(inner) = error.get_ref() {
            return inner.downcast_ref::<Errno>().copied();
        }
        #[cfg(all(feature = "command", target_arch = "wasm32"))]
        if let Some(errno) = error.raw_os_error().and_then(crate::command::errno::from_libc) {
            return Some(errno);
        }
        Some(match error.kind() {
            ErrorKind::NotFound => Errno::Noent,
            ErrorKind::PermissionDenied => Errno::Acces,
            ErrorKind::AlreadyExists => Errno::Exist,
            ErrorKind::NotADirectory => Errno::Notdir,
            ErrorKind::IsADirectory => Errno::Isdir,
            ErrorKind::DirectoryNotEmpty => Errno::Notempty,
            ErrorKind::ReadOnlyFilesystem => Errno::Rofs,
            ErrorKind::StorageFull => Errno::Nospc,
            ErrorKind::BrokenPipe => Errno::Pipe,
            ErrorKind::Interrupted => Errno::Intr,
            ErrorKind::WouldBlock => Errno::Again,
            ErrorKind::InvalidInput => Errno::Inval,
            ErrorKind::TooManyLinks => Errno::Mlink,
            ErrorKind::CrossesDevices => Errno::Xdev,
            ErrorKind::FileTooLarge => Errno::Fbig,
            ErrorKind::QuotaExceeded => Errno::Dquot,
            ErrorKind::Unsupported => Errno::Notsup,
            _ => return None,
        })
    }
}

/// The text of an I/O error as commands print it: without Rust's ` (os error N)`.
pub fn error_text(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_distinct_and_ascending() {
        assert!(ALL.windows(2).all(|pair| pair[0].number() < pair[1].number()));
    }

    #[test]
    fn survives_io_error() {
        for &errno in ALL {
            let error = io::Error::from(errno);
            assert_eq!(error.kind(), errno.kind());
            assert_eq!(error.to_string(), errno.message());
            assert_eq!(Errno::of(&error), Some(errno));
        }
    }

    #[test]
    fn rust_decoration_is_cut() {
        let error = io::Error::from(Errno::Noent);
        assert_eq!(error_text(&error), "No such file or directory");
    }
}
