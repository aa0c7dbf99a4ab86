//! A filesystem in memory: an overlay with nothing beneath.

use super::overlay::{Attr, Layer};
use super::{Node, Quota};
use std::sync::Arc;

/// An empty filesystem whose root has that owner and mode
/// (`memory(quota, 0, 0o1777)` is a `/tmp`).
pub fn memory(quota: Arc<Quota>, owner: u32, mode: u32) -> Arc<dyn Node> {
    Layer::without_lower(quota).root(Attr::new(owner, mode, 2))
}
