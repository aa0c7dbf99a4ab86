//! `agentfense:kernel`: the system calls that WASI lacks.

mod files;
mod interrupts;
mod network;
mod processes;

use wasmtime::component::{HasSelf, Linker, ResourceTableError};

use crate::fs::Errno;
use crate::kernel::Guest;
use crate::wit::guest::agentfense::kernel::{
    files as wit_files, network as wit_network, processes as wit_processes, types,
};

/// Why a system call did not succeed.
pub(crate) enum Failure {
    /// An error number for the guest.
    Errno(Errno),
    /// The process ends here, or the guest misused a handle.
    Trap(wasmtime::Error),
}

impl From<Errno> for Failure {
    fn from(errno: Errno) -> Self {
        Failure::Errno(errno)
    }
}

impl From<ResourceTableError> for Failure {
    fn from(error: ResourceTableError) -> Self {
        Failure::Trap(error.into())
    }
}

pub(crate) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    types::add_to_linker::<_, HasSelf<Guest>>(linker, |guest| guest)?;
    wit_files::add_to_linker::<_, HasSelf<Guest>>(linker, |guest| guest)?;
    wit_processes::add_to_linker::<_, HasSelf<Guest>>(linker, |guest| guest)?;
    interrupts::add_to_linker(linker)?;
    wit_network::add_to_linker::<_, HasSelf<Guest>>(linker, |guest| guest)
}

impl types::Host for Guest {
    fn convert_errno(&mut self, failure: Failure) -> wasmtime::Result<types::Errno> {
        match failure {
            Failure::Errno(errno) => Ok(number(errno)),
            Failure::Trap(error) => Err(error),
        }
    }
}

macro_rules! errnos {
    ($($ours:ident $theirs:ident,)*) => {
        pub(super) fn number(errno: Errno) -> types::Errno {
            match errno {
                $(Errno::$ours => types::Errno::$theirs,)*
            }
        }
    };
}

errnos! {
    Perm Perm, NoEnt Noent, Srch Srch, Intr Intr, Io Io, Nxio Nxio, TooBig Toobig, NoExec Noexec,
    BadF Badf, Child Child, Again Again, NoMem Nomem, Acces Acces, Busy Busy, Exist Exist,
    Xdev Xdev, NoDev Nodev, NotDir Notdir, IsDir Isdir, Inval Inval, NFile Nfile, MFile Mfile,
    NotTty Notty, TxtBsy Txtbsy, FBig Fbig, NoSpc Nospc, SPipe Spipe, Rofs Rofs, MLink Mlink,
    Pipe Pipe, Range Range, DeadLk Deadlk, NameTooLong Nametoolong, NoSys Nosys,
    NotEmpty Notempty, Loop Loop, Overflow Overflow, NotSup Notsup, DQuot Dquot,
    AddrInUse Addrinuse, AddrNotAvail Addrnotavail, ConnRefused Connrefused, ConnReset Connreset,
    HostUnreach Hostunreach, TimedOut Timedout, NotConn Notconn, NotSock Notsock,
}
