//! zip and unzip.
//!
//! The format's records are read and written here, not by a library: names are bytes, entries are copied from one
//! archive to the next as they are, and what the records claim is checked before anything is done with it.

mod directory;
mod entry;
mod listing;
mod output;
pub mod unzip;
mod unzip_options;
#[allow(clippy::module_inception, reason = "the command of that name")]
pub mod zip;
mod zip_options;
