//! A session's terminal, for `os`, `termios` and `fcntl`: its modes, its window, and whom its keys reach.

use agentfense_sys::Errno;
use agentfense_sys::files::{OpenFile, TerminalMode, WindowSize};
use agentfense_sys::processes::{self, Pid};
use pyo3::prelude::*;

use crate::descriptors;
use crate::posix::{error, put};

/// A descriptor's file; sockets and directories are libc's, and no terminals.
fn file(fd: i32) -> PyResult<OpenFile> {
    descriptors::handle(fd).ok_or_else(|| error(descriptors::unknown(fd)))
}

fn terminal(fd: i32) -> PyResult<OpenFile> {
    let file = file(fd)?;
    if file.is_terminal() { Ok(file) } else { Err(error(Errno::Notty)) }
}

/// The window's size: an object of `os.terminal_size`.
#[pyfunction]
#[pyo3(signature = (fd = 1, /))]
fn get_terminal_size<'py>(py: Python<'py>, fd: i32) -> PyResult<Bound<'py, PyAny>> {
    let (rows, columns) = _window_size(fd)?;
    py.import("posix")?.getattr("terminal_size")?.call1(((columns, rows),))
}

#[pyfunction]
fn tcgetpgrp(fd: i32) -> PyResult<Pid> {
    terminal(fd).map(|_| processes::get_foreground())
}

#[pyfunction]
fn tcsetpgrp(fd: i32, pgid: Pid) -> PyResult<()> {
    terminal(fd)?;
    processes::set_foreground(pgid).map_err(error)
}

#[pyfunction]
fn ttyname(fd: i32) -> PyResult<&'static str> {
    terminal(fd).map(|_| "/dev/tty")
}

#[pyfunction]
fn ctermid() -> &'static str {
    "/dev/tty"
}

/// (input, output, control, local, characters), for `termios`.
#[pyfunction]
fn _terminal_mode(fd: i32) -> PyResult<(u32, u32, u32, u32, Vec<u8>)> {
    let mode = file(fd)?.terminal_mode().map_err(error)?;
    Ok((mode.input, mode.output, mode.control, mode.local, mode.characters))
}

/// Sets the same; with `flush` what was typed and not read is forgotten.
#[pyfunction]
fn _set_terminal_mode(fd: i32, flush: bool, flags: (u32, u32, u32, u32), characters: Vec<u8>) -> PyResult<()> {
    let (input, output, control, local) = flags;
    let mode = TerminalMode { input, output, control, local, characters };
    file(fd)?.set_terminal_mode(&mode, flush).map_err(error)
}

/// (rows, columns)
#[pyfunction]
fn _window_size(fd: i32) -> PyResult<(u16, u16)> {
    let size = file(fd)?.window_size().map_err(error)?;
    Ok((size.rows, size.columns))
}

#[pyfunction]
fn _set_window_size(fd: i32, rows: u16, columns: u16) -> PyResult<()> {
    file(fd)?.set_window_size(WindowSize { rows, columns }).map_err(error)
}

/// Adds all of it to `posix`.
pub(crate) fn extend(module: &Bound<'_, PyModule>) -> PyResult<()> {
    for function in [
        wrap_pyfunction!(get_terminal_size, module)?,
        wrap_pyfunction!(tcgetpgrp, module)?,
        wrap_pyfunction!(tcsetpgrp, module)?,
        wrap_pyfunction!(ttyname, module)?,
        wrap_pyfunction!(ctermid, module)?,
        wrap_pyfunction!(_terminal_mode, module)?,
        wrap_pyfunction!(_set_terminal_mode, module)?,
        wrap_pyfunction!(_window_size, module)?,
        wrap_pyfunction!(_set_window_size, module)?,
    ] {
        put(module, function)?;
    }
    Ok(())
}
