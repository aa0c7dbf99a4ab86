//! What the commands of the userland share: options, messages, exit statuses, names and times as GNU shows them.

pub mod date;
pub mod duration;
pub mod exec;
pub mod failure;
pub mod fs;
pub mod glob;
pub mod identity;
pub mod lines;
pub mod mode;
pub mod multicall;
pub mod names;
pub mod options;
pub mod output;
pub mod quote;
pub mod read;
pub mod time;
pub mod version;
pub mod walk;

pub use failure::{Failure, Outcome};
pub use options::{Item, Long, Options, Takes};
pub use output::{complain, stdout};
pub use quote::quote;
