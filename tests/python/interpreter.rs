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

#[test]
fn what_compresses() {
    let Some(session) = python() else { return };
    let program = r#"
import bz2, io, lzma, tarfile, zipfile
data = b"".join(bytes([i * i % 251]) * (i % 7) for i in range(20000))
for module, new in (bz2, bz2.BZ2Decompressor), (lzma, lzma.LZMADecompressor):
    packed = module.compress(data)
    assert module.decompress(packed) == data and module.decompress(packed * 2) == data * 2
    unpacker, out = new(), b""
    for at in range(0, len(packed), 100):
        out += unpacker.decompress(packed[at:at + 100], 50)
        while not unpacker.needs_input and not unpacker.eof: out += unpacker.decompress(b"", 50)
    assert out == data and unpacker.eof
    try: unpacker.decompress(b"")
    except EOFError as e: print(e)
    damaged = bytearray(packed); damaged[len(packed) // 2] ^= 255
    try: module.decompress(damaged)
    except (OSError, lzma.LZMAError): print("damaged")
    try: module.open(io.BytesIO(packed[:-9])).read()
    except EOFError: print("cut off")
print(new().decompress(packed + b"rest") == data, lzma.decompress(lzma.compress(data, format=lzma.FORMAT_ALONE)) == data)
last = new(); last.decompress(packed + b"rest"); print(last.unused_data, last.check == lzma.CHECK_CRC64)
for mode in "bz2", "xz":
    with tarfile.open("a." + mode, "w:" + mode) as tar:
        member = tarfile.TarInfo("member"); member.size = len(data); tar.addfile(member, io.BytesIO(data))
for method in zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA:
    with zipfile.ZipFile("a.zip", "w", method) as z: z.writestr("member", data)
    print(zipfile.ZipFile("a.zip").read("member") == data)
"#;
    let ended = "End of stream already reached\ndamaged\ncut off\n";
    assert_eq!(py(&session, program), format!("{ended}{ended}True True\nb'rest' True\nTrue\nTrue\n"));
    // The sandbox's own programs read it.
    assert_eq!(out(&session, "tar xjOf a.bz2 | cksum; xz -dc a.xz | tar xO | cksum"), {
        let sum = out(&session, "tar xJOf a.xz | cksum");
        format!("{sum}{sum}")
    });
}

#[test]
fn what_the_collector_clears() {
    let Some(session) = python() else { return };
    // CPython's own function for that is of a type that WebAssembly does not let pass.
    let program = "
import gc, operator
class Box: pass
call = operator.methodcaller('x')
box = Box()
box.own, box.call = box, call
del box, call
print(gc.collect() > 0)";
    assert_eq!(py(&session, program), "True\n");
}

#[test]
fn another_allocator_takes_the_place_of_ours() {
    let Some(session) = python() else { return };
    let program = "
import tracemalloc
before = [object() for _ in range(1000)]
tracemalloc.start()
kept = [object() for _ in range(1000)]
print(tracemalloc.get_traced_memory()[0] > 8_000)
del before, kept
print(tracemalloc.get_traced_memory()[0] < 8_000)
tracemalloc.stop()
print(sum(len(str(n)) for n in range(10_000)))";
    assert_eq!(py(&session, program), "True\nTrue\n38890\n");
    for allocator in ["debug", "malloc", "malloc_debug"] {
        let program = format!("PYTHONMALLOC={allocator} python3 -c 'print(len([str(n) for n in range(10_000)]))'");
        assert_eq!(out(&session, &program), "10000\n", "{allocator}");
    }
}

#[test]
fn modules_of_every_start_are_as_those_from_files() {
    let Some(session) = python() else { return };
    let program = "
import encodings, encodings.utf_8, inspect, linecache
print(encodings.__file__, encodings.utf_8.__file__, encodings.__path__)
print(encodings.__spec__.loader.__name__, 'class IncrementalDecoder' in inspect.getsource(encodings.utf_8))
print('caf\\u00e9'.encode('latin-1'), encodings.search_function('punycode').name)
try: linecache.getlines(1, 2, 3)
except TypeError as e: print(e)
try: encodings.normalize_encoding(5)
except Exception as e: print(e.__traceback__.tb_next.tb_frame.f_code.co_filename)";
    assert_eq!(
        py(&session, program),
        "/usr/lib/python3.14/encodings/__init__.py /usr/lib/python3.14/encodings/utf_8.py \
         ['/usr/lib/python3.14/encodings']\nFrozenImporter True\nb'caf\\xe9' punycode\n\
         getlines() takes from 1 to 2 positional arguments but 3 were given\n\
         /usr/lib/python3.14/encodings/__init__.py\n"
    );
}
