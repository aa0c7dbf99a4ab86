//! What is not CPython's own in the interpreter: the hash of strings, the memory of objects.

use crate::common::{bash, out, sandbox_with};
use crate::{installed, py, python};

#[test]
fn hashes_are_by_a_secret_of_the_process() {
    let Some(session) = python() else { return };
    let hash = "python3 -c 'print(hash(\"abc\"))'";
    assert_ne!(out(&session, hash), out(&session, hash));
    // The lower half of what CPython has on other machines.
    let program =
        "python3 -c 'import sys; print(hex(hash(\"abc\")), hex(hash(b\"abcdefgh\")), sys.hash_info.algorithm)'";
    assert_eq!(out(&session, &format!("PYTHONHASHSEED=0 {program}")), "0x42630f2 0xb8e35ea siphash13\n");
}

#[test]
fn memory_of_objects_is_used_again() {
    if !installed() {
        return;
    }
    let session = bash(&sandbox_with(|limits| limits.memory_bytes = 200 << 20));
    // Small objects of one size after another: what one leaves, the next one takes.
    let program = "
def fill(size):
    return [bytes(size) for _ in range(40_000_000 // (size + 20))]
for size in (20, 40, 80, 160, 320, 450) * 2:
    kept = fill(size)[::1000]
print('done')";
    assert_eq!(py(&session, program), "done\n");
    let program = "
import gc
gc.disable()
kept = []
try:
    while True:
        kept.append((1.5 * len(kept),))
except MemoryError:
    kept = None
    print('full')
print(len([str(number) for number in range(100_000)]))";
    assert_eq!(py(&session, program), "full\n100000\n");
}
