//! WASI 0.2, implemented by the kernel: one module for each package.
//!
//! - `io`: streams and polling over the kernel's open files
//! - `clocks`: wall and monotonic time
//! - `random`: the host's random source
//! - `cli`: arguments, environment, standard streams, exit
//! - `filesystem`: the virtual filesystem, by descriptors
//! - `sockets`: TCP, UDP and names, over the sandbox's network

pub(crate) mod cli;
pub(crate) mod clocks;
pub(crate) mod filesystem;
pub(crate) mod io;
pub(crate) mod random;
pub(crate) mod sockets;

use wasmtime::component::{HasSelf, Linker};

use crate::kernel::Guest;
use crate::wit::guest::wasi;

/// Adds every WASI interface that the sandbox offers.
pub(crate) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    macro_rules! add {
        ($($interface:path),* $(,)?) => {
            $({
                use $interface as interface;
                interface::add_to_linker::<_, HasSelf<Guest>>(linker, |guest| guest)?;
            })*
        };
    }
    add!(
        wasi::io::error,
        wasi::io::poll,
        wasi::io::streams,
        wasi::clocks::monotonic_clock,
        wasi::clocks::wall_clock,
        wasi::random::random,
        wasi::random::insecure,
        wasi::random::insecure_seed,
        wasi::cli::environment,
        wasi::cli::exit,
        wasi::cli::stdin,
        wasi::cli::stdout,
        wasi::cli::stderr,
        wasi::cli::terminal_input,
        wasi::cli::terminal_output,
        wasi::cli::terminal_stdin,
        wasi::cli::terminal_stdout,
        wasi::cli::terminal_stderr,
        wasi::filesystem::types,
        wasi::filesystem::preopens,
        wasi::sockets::network,
        wasi::sockets::instance_network,
        wasi::sockets::ip_name_lookup,
        wasi::sockets::tcp,
        wasi::sockets::tcp_create_socket,
        wasi::sockets::udp,
        wasi::sockets::udp_create_socket,
    );
    Ok(())
}
