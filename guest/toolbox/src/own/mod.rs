//! The commands of our own: those that need the kernel, and those of which there is none to use.

pub mod chmod;
pub mod chown;
pub mod dd;
pub mod df;
pub mod du;
pub mod env;
pub mod find;
pub mod grep;
pub mod host;
pub mod id;
pub mod install;
pub mod kill;
pub mod ls;
pub mod mkdir;
pub mod nice;
pub mod nohup;
pub mod ps;
pub mod sleep;
pub mod stat;
pub mod terminal;
pub mod test;
pub mod timeout;
pub mod touch;
pub mod truth;
pub mod which;
pub mod xargs;
