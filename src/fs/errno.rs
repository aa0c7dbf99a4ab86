//! Error numbers, as POSIX names them.

use std::fmt;
use std::io;

/// What every filesystem operation returns.
pub type Result<T> = std::result::Result<T, Errno>;

macro_rules! errnos {
    ($($(#[$doc:meta])* $name:ident => $text:literal,)*) => {
        /// An error number of `errno.h`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Errno { $(#[doc = $text] $name,)* }

        impl fmt::Display for Errno {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Errno::$name => $text,)* })
            }
        }
    };
}

errnos! {
    Perm => "Operation not permitted",
    NoEnt => "No such file or directory",
    Srch => "No such process",
    Intr => "Interrupted system call",
    Io => "Input/output error",
    Nxio => "No such device or address",
    TooBig => "Argument list too long",
    NoExec => "Exec format error",
    BadF => "Bad file descriptor",
    Child => "No child processes",
    Again => "Resource temporarily unavailable",
    NoMem => "Cannot allocate memory",
    Acces => "Permission denied",
    Busy => "Device or resource busy",
    Exist => "File exists",
    Xdev => "Invalid cross-device link",
    NoDev => "No such device",
    NotDir => "Not a directory",
    IsDir => "Is a directory",
    Inval => "Invalid argument",
    NFile => "Too many open files in system",
    MFile => "Too many open files",
    NotTty => "Inappropriate ioctl for device",
    TxtBsy => "Text file busy",
    FBig => "File too large",
    NoSpc => "No space left on device",
    SPipe => "Illegal seek",
    Rofs => "Read-only file system",
    MLink => "Too many links",
    Pipe => "Broken pipe",
    Range => "Numerical result out of range",
    DeadLk => "Resource deadlock avoided",
    NameTooLong => "File name too long",
    NoSys => "Function not implemented",
    NotEmpty => "Directory not empty",
    Loop => "Too many levels of symbolic links",
    Overflow => "Value too large for defined data type",
    NotSup => "Operation not supported",
    DQuot => "Disk quota exceeded",
    AddrInUse => "Address already in use",
    AddrNotAvail => "Cannot assign requested address",
    ConnRefused => "Connection refused",
    ConnReset => "Connection reset by peer",
    HostUnreach => "No route to host",
    TimedOut => "Connection timed out",
    NotConn => "Transport endpoint is not connected",
    NotSock => "Socket operation on non-socket",
}

impl std::error::Error for Errno {}

impl From<io::Error> for Errno {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind as K;
        if let Some(errno) = error.raw_os_error().and_then(crate::platform::errno) {
            return errno;
        }
        match error.kind() {
            K::NotFound => Errno::NoEnt,
            K::PermissionDenied => Errno::Acces,
            K::AlreadyExists => Errno::Exist,
            K::WouldBlock => Errno::Again,
            K::NotADirectory => Errno::NotDir,
            K::IsADirectory => Errno::IsDir,
            K::DirectoryNotEmpty => Errno::NotEmpty,
            K::ReadOnlyFilesystem => Errno::Rofs,
            K::InvalidInput | K::InvalidData => Errno::Inval,
            K::StorageFull | K::WriteZero => Errno::NoSpc,
            K::QuotaExceeded => Errno::DQuot,
            K::FileTooLarge => Errno::FBig,
            K::ResourceBusy => Errno::Busy,
            K::ExecutableFileBusy => Errno::TxtBsy,
            K::Deadlock => Errno::DeadLk,
            K::CrossesDevices => Errno::Xdev,
            K::TooManyLinks => Errno::MLink,
            K::InvalidFilename => Errno::NameTooLong,
            K::ArgumentListTooLong => Errno::TooBig,
            K::Interrupted => Errno::Intr,
            K::Unsupported => Errno::NotSup,
            K::OutOfMemory => Errno::NoMem,
            K::BrokenPipe => Errno::Pipe,
            K::NotSeekable => Errno::SPipe,
            _ => Errno::Io,
        }
    }
}
