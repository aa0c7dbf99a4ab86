//! How much stack is left.
//!
//! A script decides how deep the parser and the interpreter recurse, and a
//! stack that overflows ends the whole session. So whatever recurses with a
//! script asks here first, and reports what is too deep as an error of it.
//!
//! In the component the stack in linear memory comes first (`build.rs`), so a
//! local's address is the room that is left. The engine's own stack, which holds
//! the rest of each frame, is many times as large and ends later.

/// What running commands leaves: room for messages, builtins, and walks over a
/// tree that do not ask (printing it, letting it go).
pub const FOR_COMMANDS: usize = 2 << 20;

/// What parsing leaves, below what running leaves: a parse may be the last step.
pub const FOR_PARSING: usize = 1 << 20;

/// Whether less than `reserve` bytes of stack are left.
#[inline(never)]
pub fn is_low(reserve: usize) -> bool {
    if cfg!(target_family = "wasm") {
        let local = 0u8;
        std::ptr::from_ref(std::hint::black_box(&local)).addr() < reserve
    } else {
        // On a host the limits on nesting alone hold.
        false
    }
}
