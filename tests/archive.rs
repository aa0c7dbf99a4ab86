//! Archives and compression: ours against what the usual tools made, and against what attackers make.

mod common;

use common::{all, bash, out, sandbox};

#[test]
fn compressors_undo_themselves_and_each_other() {
    let session = bash(&sandbox());
    out(&session, "seq 1 300000 > numbers; cp numbers kept; touch -d '2020-01-02 03:04:05' numbers; chmod 640 numbers");
    for (pack, unpack, packed) in [
        ("gzip", "gunzip", "numbers.gz"),
        ("bzip2", "bunzip2", "numbers.bz2"),
        ("xz -1", "unxz", "numbers.xz"),
        ("lzma -1", "unlzma", "numbers.lzma"),
        ("zstd -q --rm", "unzstd -q --rm", "numbers.zst"),
    ] {
        let script = format!(
            "{pack} numbers && test ! -e numbers && stat -c '%a %Y' {packed} && {unpack} {packed} && \
             test ! -e {packed} && cmp numbers kept && stat -c '%a %Y' numbers"
        );
        assert_eq!(out(&session, &script), "640 1577934245\n640 1577934245\n", "{pack}");
        let script =
            format!("{pack} -c < numbers | {unpack} -c | cmp - kept && cat numbers | {pack} | {unpack} | cmp - kept");
        out(&session, &script);
    }
}

#[test]
fn what_is_in_the_way_is_told() {
    let session = bash(&sandbox());
    out(&session, "echo a > a; gzip -k a; xz -k a; bzip2 -k a; zstd -q a");
    for (script, message, status) in [
        ("gzip a", "gzip: a.gz already exists;\tnot overwritten\n", 2),
        ("gunzip -c a", "\ngzip: a: not in gzip format\n", 1),
        ("gzip nosuch", "gzip: nosuch: No such file or directory\n", 1),
        ("gzip .", "gzip: . is a directory -- ignored\n", 2),
        ("head -c 20 a.gz | gzip -t", "\ngzip: stdin: unexpected end of file\n", 1),
        ("bzip2 a", "bzip2: Output file a.bz2 already exists.\n", 1),
        ("bunzip2 -c a", "bunzip2: a is not a bzip2 file.\n", 2),
        ("xz a", "xz: a.xz: File exists\n", 1),
        ("xzcat a", "xzcat: a: File format not recognized\n", 1),
        ("unzstd -qc a", "zstd: a: unsupported format \n", 1),
        ("zstd -q a", "zstd: a.zst already exists; not overwritten  \n", 1),
    ] {
        let (_, stderr, code) = all(session.exec(script).unwrap());
        assert_eq!((stderr.as_str(), code), (message, status), "{script}");
    }
    assert_eq!(out(&session, "ls"), "a\na.bz2\na.gz\na.xz\na.zst\n");
}
