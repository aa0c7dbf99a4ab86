//! The library of SQLite, as far as the shell needs it: connections, statements, values.

use crate::output::Cell;
use libsqlite3_sys as ffi;
use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr::{null, null_mut};

/// What the library refused.
#[derive(Debug)]
pub struct Fault {
    /// Its error code.
    pub code: i32,
    /// Its message.
    pub message: String,
    /// Where in the statement, if it says so.
    pub offset: Option<usize>,
}

/// A connection.
pub struct Database(*mut ffi::sqlite3);

impl Drop for Database {
    fn drop(&mut self) {
        // SAFETY: the handle is open, and statements borrow the connection, so none is left.
        unsafe { ffi::sqlite3_close(self.0) };
    }
}

impl Database {
    /// Opens a file through the VFS of that name.
    pub fn open(name: &str, vfs: &CStr, read_only: bool) -> Result<Database, Fault> {
        let path = CString::new(name).unwrap_or_default();
        let flags =
            if read_only { ffi::SQLITE_OPEN_READONLY } else { ffi::SQLITE_OPEN_READWRITE | ffi::SQLITE_OPEN_CREATE };
        let mut handle = null_mut();
        // SAFETY: the strings end with NUL and live through the call; `handle` is written by it, on failure, too.
        let code = unsafe { ffi::sqlite3_open_v2(path.as_ptr(), &mut handle, flags, vfs.as_ptr()) };
        let database = Database(handle);
        if code != ffi::SQLITE_OK {
            return Err(database.fault(code));
        }
        // Another process may hold the lock for a moment.
        // SAFETY: the handle is open.
        unsafe { ffi::sqlite3_busy_timeout(database.0, 0) };
        Ok(database)
    }

    /// How long to wait for another's lock.
    pub fn busy_timeout(&self, milliseconds: i32) {
        // SAFETY: the handle is open.
        unsafe { ffi::sqlite3_busy_timeout(self.0, milliseconds) };
    }

    fn fault(&self, code: i32) -> Fault {
        // SAFETY: the handle may be null, which both take; the message is copied at once.
        let (message, offset) = unsafe {
            let text = ffi::sqlite3_errmsg(self.0);
            let offset = if self.0.is_null() { -1 } else { ffi::sqlite3_error_offset(self.0) };
            (CStr::from_ptr(text).to_string_lossy().into_owned(), offset)
        };
        Fault { code: code & 0xff, message, offset: usize::try_from(offset).ok() }
    }

    /// Compiles the first statement of a text: it, if there is one, and how long it was.
    pub fn prepare(&self, sql: &[u8]) -> Result<(Option<Statement<'_>>, usize), Fault> {
        let mut handle = null_mut();
        let mut tail: *const c_char = null();
        let length = c_int::try_from(sql.len()).unwrap_or(c_int::MAX);
        // SAFETY: the text is as long as is said; the call writes both results, `tail` into the text.
        let (code, used) = unsafe {
            let start = sql.as_ptr().cast::<c_char>();
            let code = ffi::sqlite3_prepare_v2(self.0, start, length, &mut handle, &mut tail);
            (code, if tail.is_null() { sql.len() } else { tail.offset_from(start) as usize })
        };
        if code != ffi::SQLITE_OK {
            return Err(self.fault(code));
        }
        let statement = if handle.is_null() { None } else { Some(Statement { handle, database: self }) };
        Ok((statement, used.min(sql.len())))
    }

    /// All rows of one statement, its parameters bound to texts.
    pub fn query(&self, sql: &str, parameters: &[&str]) -> Result<Vec<Vec<Cell>>, Fault> {
        let mut rows = Vec::new();
        if let (Some(mut statement), _) = self.prepare(sql.as_bytes())? {
            for (index, text) in parameters.iter().enumerate() {
                statement.bind(index + 1, Some(text.as_bytes()))?;
            }
            while statement.step()? {
                rows.push(statement.row());
            }
        }
        Ok(rows)
    }

    /// Whether a text ends with a whole statement.
    pub fn is_complete(sql: &str) -> bool {
        let Ok(sql) = CString::new(sql) else { return true };
        // SAFETY: the text ends with NUL.
        unsafe { ffi::sqlite3_complete(sql.as_ptr()) != 0 }
    }

    /// The library's version.
    pub fn version() -> String {
        // SAFETY: a constant of the library.
        unsafe { CStr::from_ptr(ffi::sqlite3_libversion()).to_string_lossy().into_owned() }
    }
}

/// A compiled statement.
pub struct Statement<'a> {
    handle: *mut ffi::sqlite3_stmt,
    database: &'a Database,
}

impl Drop for Statement<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `prepare`, and ended only here.
        unsafe { ffi::sqlite3_finalize(self.handle) };
    }
}

impl Statement<'_> {
    /// Whether there is a next row.
    pub fn step(&mut self) -> Result<bool, Fault> {
        // SAFETY: the statement is alive.
        match unsafe { ffi::sqlite3_step(self.handle) } {
            ffi::SQLITE_ROW => Ok(true),
            ffi::SQLITE_DONE => Ok(false),
            code => Err(self.database.fault(code)),
        }
    }

    /// Makes it ready to run again.
    pub fn reset(&mut self) {
        // SAFETY: the statement is alive. The result repeats what the last step said.
        unsafe { ffi::sqlite3_reset(self.handle) };
    }

    /// Binds a parameter, from 1, to a text or to NULL.
    pub fn bind(&mut self, index: usize, text: Option<&[u8]>) -> Result<(), Fault> {
        let index = c_int::try_from(index).unwrap_or(c_int::MAX);
        // SAFETY: the text is as long as is said, and SQLITE_TRANSIENT has it copied.
        let code = unsafe {
            match text {
                Some(text) => {
                    let length = c_int::try_from(text.len()).unwrap_or(c_int::MAX);
                    ffi::sqlite3_bind_text(self.handle, index, text.as_ptr().cast(), length, ffi::SQLITE_TRANSIENT())
                }
                None => ffi::sqlite3_bind_null(self.handle, index),
            }
        };
        if code == ffi::SQLITE_OK { Ok(()) } else { Err(self.database.fault(code)) }
    }

    fn width(&self) -> c_int {
        // SAFETY: the statement is alive.
        unsafe { ffi::sqlite3_column_count(self.handle) }
    }

    /// The names of its columns.
    pub fn names(&self) -> Vec<String> {
        (0..self.width())
            .map(|column| {
                // SAFETY: the column exists; the name is copied before anything else is called.
                unsafe {
                    let name = ffi::sqlite3_column_name(self.handle, column);
                    if name.is_null() { String::new() } else { CStr::from_ptr(name).to_string_lossy().into_owned() }
                }
            })
            .collect()
    }

    /// The row that the last step found.
    pub fn row(&self) -> Vec<Cell> {
        (0..self.width()).map(|column| self.cell(column)).collect()
    }

    fn cell(&self, column: c_int) -> Cell {
        // SAFETY: the column exists and the statement is at a row; bytes are copied before anything else is called,
        // and are as many as the library says. A null pointer comes with no bytes.
        unsafe {
            let bytes = |start: *const u8| {
                let length = usize::try_from(ffi::sqlite3_column_bytes(self.handle, column)).unwrap_or(0);
                if start.is_null() { Vec::new() } else { std::slice::from_raw_parts(start, length).to_vec() }
            };
            match ffi::sqlite3_column_type(self.handle, column) {
                ffi::SQLITE_INTEGER => Cell::Integer(ffi::sqlite3_column_int64(self.handle, column)),
                ffi::SQLITE_FLOAT => Cell::Real(ffi::sqlite3_column_double(self.handle, column)),
                ffi::SQLITE_TEXT => Cell::Text(bytes(ffi::sqlite3_column_text(self.handle, column))),
                ffi::SQLITE_BLOB => Cell::Blob(bytes(ffi::sqlite3_column_blob(self.handle, column).cast())),
                _ => Cell::Null,
            }
        }
    }
}
