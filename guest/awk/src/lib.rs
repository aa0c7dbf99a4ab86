//! awk
