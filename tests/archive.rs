//! Archives and compression: ours against what the usual tools made, and against what attackers make.

mod common;

use agentfense::blocking::Session;
use common::{TempDir, all, bash, out, over, sandbox};
use std::process::{Command, Stdio};

/// The archives in `tests/archive`: made by the usual tools, and by attackers.
fn fixtures() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/archive")
}

/// A session in a copy of the fixtures.
fn with_fixtures() -> (TempDir, Session) {
    let directory = TempDir::new();
    for entry in std::fs::read_dir(fixtures()).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, directory.path().join(path.file_name().unwrap())).unwrap();
    }
    let session = bash(&over(&directory, agentfense::Mount::Direct));
    (directory, session)
}

/// Runs a script of the host's own shell and tools; absent, with a note, where one of `tools` is missing.
fn native(directory: &TempDir, tools: &[&str], script: &str) -> Option<String> {
    for tool in tools {
        let found = Command::new("sh").args(["-c", &format!("command -v {tool}")]).stdout(Stdio::null()).status();
        if !found.is_ok_and(|status| status.success()) {
            println!("skipped: there is no {tool} here");
            return None;
        }
    }
    let output = Command::new("sh").args(["-c", script]).current_dir(directory.path()).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{script}\nstdout: {stdout}\nstderr: {stderr}");
    Some(stdout.into_owned())
}

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

/// What is in `tree`, in every way that an archive keeps it. Symbolic links have no time of their own here.
const SURVEY: &str = "find tree -not -type l -printf '%p %y %m %T@\\n' | sort; find tree -type l -printf '%p %l\\n' | sort; \
     find tree -type f -exec md5sum {} + | sort";

#[test]
fn archives_of_gnu_tar_come_out_as_they_went_in() {
    let (_directory, session) = with_fixtures();
    let mut surveys = Vec::new();
    for archive in ["gnu.tar.gz", "gnu.tar.zst", "gnu.tar.lzma", "pax.tar.bz2"] {
        surveys.push(out(&session, &format!("rm -rf tree; tar xf {archive} && {SURVEY}")));
    }
    assert!(surveys.iter().all(|survey| survey == &surveys[0]), "{surveys:?}");
    for line in [
        "tree/dir/link ../hello\n",
        "tree/dir/empty d 755 1577934245.0000000000\n",
        "tree/dir/numbers f 750 1577934245.0000000000\n",
        "tree/hello f 444 1577934245.0000000000\n",
        "b1946ac92492d2347c6235b4d2611184  tree/twin\n",
        "nnnnnnnnnn f 644 ",
        "deeper/f f 644 ",
    ] {
        assert!(surveys[0].contains(line), "{line} in {}", surveys[0]);
    }
    assert_eq!(out(&session, "stat -c %h tree/hello; [ tree/hello -ef tree/twin ] && echo same"), "2\nsame\n");
    assert_eq!(out(&session, "tar tf ustar.tar.xz | wc -l; cat gnu.tar.gz | tar tzf - | wc -l"), "13\n14\n");
}

#[test]
fn sparse_files_of_every_dialect() {
    let (_directory, session) = with_fixtures();
    for dialect in ["gnu", "0.0", "0.1", "1.0"] {
        let script = format!(
            "rm -f sparse; tar xf sparse-{dialect}.tar.gz && stat -c %s sparse && md5sum sparse && \
             tar xOf sparse-{dialect}.tar.gz | md5sum && tar tvf sparse-{dialect}.tar.gz | awk '{{print $3, $6}}'"
        );
        let sum = "996d3b4548f1cb26a380c7666fc22dd6";
        assert_eq!(out(&session, &script), format!("5242880\n{sum}  sparse\n{sum}  -\n5242880 sparse\n"), "{dialect}");
    }
}

#[test]
fn listing_is_exact() {
    let (_directory, session) = with_fixtures();
    let long = "n".repeat(120);
    let (a, b) = ("deep".repeat(15), "deeper".repeat(12));
    let expected = format!(
        "drwxr-xr-x me/us             0 2020-01-02 03:04 tree/
drwxr-xr-x me/us             0 2020-01-02 03:04 tree/{a}/
drwxr-xr-x me/us             0 2020-01-02 03:04 tree/{a}/{b}/
-rw-r--r-- me/us             4 2020-01-02 03:04 tree/{a}/{b}/f
drwxr-xr-x me/us             0 2020-01-02 03:04 tree/dir/
drwxr-xr-x me/us             0 2020-01-02 03:04 tree/dir/empty/
lrwxrwxrwx me/us             0 2020-01-02 03:04 tree/dir/link -> ../hello
-rw-r--r-- me/us             0 2020-01-02 03:04 tree/dir/nothing
-rwxr-x--- me/us          1892 2020-01-02 03:04 tree/dir/numbers
-r--r--r-- me/us             6 2020-01-02 03:04 tree/hello
-rw-r--r-- me/us             1 2020-01-02 03:04 tree/{long}
-rw-r--r-- me/us             1 2020-01-02 03:04 tree/sp ace
hr--r--r-- me/us             0 2020-01-02 03:04 tree/twin link to tree/hello
-rw-r--r-- me/us             2 2020-01-02 03:04 tree/ü
"
    );
    assert_eq!(out(&session, "tar tvf gnu.tar.gz"), expected);
    assert_eq!(out(&session, "tar tvf pax.tar.bz2"), expected);
}

#[test]
fn what_tar_writes_is_what_gnu_tar_writes() {
    let (directory, session) = with_fixtures();
    out(&session, "tar xf gnu.tar.gz; gunzip -k gnu.tar.gz");
    let options = "--sort=name --owner=me:1000 --group=us:1000 --mtime=@1577934245";
    out(&session, &format!("tar cf ours.tar {options} tree && cmp ours.tar gnu.tar"));
    // The same through each compressor, and read by the other tar.
    for (flag, suffix, tool) in [("z", "gz", "gzip"), ("j", "bz2", "bzip2"), ("J", "xz", "xz"), ("a", "zst", "zstd")] {
        out(&session, &format!("tar c{flag}f ours.tar.{suffix} {options} tree && tar tf ours.tar.{suffix} >/dev/null"));
        native(&directory, &["tar", tool], &format!("{tool} -dc ours.tar.{suffix} | cmp - gnu.tar"));
    }
    for format in ["pax", "ustar --exclude=nnn*"] {
        out(&session, &format!("tar cf ours-format.tar --format={format} {options} tree"));
        native(&directory, &["tar"], "rm -rf theirs; mkdir theirs; tar xf ours-format.tar -C theirs");
        if directory.path().join("theirs").exists() {
            let ours = out(&session, "rm -rf o; mkdir o; tar xf ours-format.tar -C o; diff -r o theirs && echo same");
            assert_eq!(ours, "same\n");
        }
    }
}

#[test]
fn a_tree_through_a_pipe_is_the_same() {
    let session = bash(&sandbox());
    let script = "mkdir -p a/b/c d; seq 1 9999 > a/b/n; ln -s n a/b/l; : > a/b/c/e; head -c 3000000 /dev/urandom > a/r; \
                  tar czf - a | tar xzf - -C d; diff -r a d/a && echo identical";
    assert_eq!(out(&session, script), "identical\n");
}

#[test]
fn tar_writes_nothing_outside() {
    let (directory, session) = with_fixtures();
    out(&session, "mkdir -p outer/target; echo kept > outer/kept");
    for (attack, status, message) in [
        ("dotdot", 2, "tar: ../evil: Member name contains '..'\n"),
        ("abs", 0, "tar: Removing leading `/' from member names\n"),
        ("sym", 2, "tar: l/evil4: Cannot open: Not a directory\n"),
        ("symchain", 2, "tar: a/evil6: Cannot open: Not a directory\n"),
        ("hard", 2, "tar: h: Cannot hard link to ‘etc/passwd’: No such file or directory\n"),
        ("hardsym", 2, "tar: h2/evil7: Cannot open: Not a directory\n"),
        ("dirsym", 2, "tar: d/evil8: Cannot open: Not a directory\n"),
    ] {
        let script = format!("rm -rf outer/target/*; tar xf attack-{attack}.tar.gz -C outer/target");
        let (_, stderr, code) = all(session.exec(script).unwrap());
        assert_eq!(code, status, "{attack}: {stderr}");
        assert!(stderr.contains(message), "{attack}: {stderr}");
        if attack != "hardsym" {
            assert_eq!(out(&session, "cat outer/target/ok"), "ok", "{attack}");
        }
        assert_eq!(out(&session, "ls outer; ls / /tmp | grep -c evil || true"), "kept\ntarget\n0\n", "{attack}");
        assert!(directory.read("outer/kept").is_some());
    }
}

#[test]
fn declared_sizes_are_not_believed() {
    let (_directory, session) = with_fixtures();
    for (attack, message) in [
        ("huge", "tar: Unexpected EOF in archive\n"),
        ("hugename", "tar: Malformed extended header\n"),
        ("hugepax", "tar: Malformed extended header\n"),
    ] {
        let (_, stderr, code) = all(session.exec(format!("tar xf attack-{attack}.tar.gz")).unwrap());
        assert_eq!((code, stderr), (2, format!("{message}tar: Error is not recoverable: exiting now\n")), "{attack}");
    }
    // A name that no path can be, and the member after it.
    let (_, _, code) = all(session.exec("mkdir /tmp/deep; tar xf attack-deep.tar.gz -C /tmp/deep").unwrap());
    assert!(code == 0 || code == 2);
    assert_eq!(out(&session, "cat /tmp/deep/ok"), "k");
}

#[test]
fn broken_archives_are_told() {
    let (_directory, session) = with_fixtures();
    out(&session, "gunzip -k gnu.tar.gz; seq 1 500 > n; tar cf n.tar n; echo text > text; : > empty");
    let fatal = "tar: Error is not recoverable: exiting now\n";
    let exiting = "tar: Exiting with failure status due to previous errors\n";
    for (script, message) in [
        ("head -c 1500 n.tar | tar xf - -C /tmp", format!("tar: Unexpected EOF in archive\n{fatal}")),
        ("tar tf text", format!("tar: This does not look like a tar archive\n{exiting}")),
        ("tar tf empty", format!("tar: This does not look like a tar archive\n{exiting}")),
        ("tar tf nosuch", format!("tar: nosuch: Cannot open: No such file or directory\n{fatal}")),
        ("tar tf gnu.tar.gz nosuch", format!("tar: nosuch: Not found in archive\n{exiting}")),
        (
            "head -c 100 gnu.tar.gz | tar tf -",
            format!("\ngzip: stdin: unexpected end of file\ntar: Child returned status 1\n{fatal}"),
        ),
        ("tar tzf gnu.tar", format!("\ngzip: stdin: not in gzip format\ntar: Child returned status 1\n{fatal}")),
    ] {
        let (_, stderr, code) = all(session.exec(script).unwrap());
        assert_eq!((stderr, code), (message, 2), "{script}");
    }
}

#[test]
fn a_bomb_takes_no_memory() {
    let sandbox = common::sandbox_with(|limits| {
        limits.memory_bytes = 256 << 20;
        limits.disk_bytes = 16 << 20;
    });
    let session = bash(&sandbox);
    // Many zeros: counted in passing, and no more of it written than there is room for.
    out(&session, "head -c 300000000 /dev/zero | gzip > bomb.gz");
    assert_eq!(out(&session, "gzip -dc bomb.gz | wc -c"), "300000000\n");
    let (_, stderr, code) = all(session.exec("gunzip bomb.gz").unwrap());
    assert_eq!((stderr.as_str(), code), ("\ngzip: bomb.gz: No space left on device\n", 1));
    assert_eq!(out(&session, "ls"), "bomb.gz\n");
}

#[test]
fn tar_adds_updates_and_selects() {
    let session = bash(&sandbox());
    let script = "mkdir -p s/d; echo a > s/a; echo b > s/d/b; echo o > s/x.o; touch -d 2020-01-01 s/a s/d/b s/x.o
        tar cf a.tar s/a; tar rf a.tar s/d; tar uf a.tar s/a; touch -d 2021-01-01 s/a; echo new > s/a; tar uvf a.tar s/a s/d/b; tar tf a.tar
        echo -- exclude; tar cf - --exclude='*.o' --sort=name s | tar tf -
        echo -- strip; mkdir o; tar xf a.tar -C o --strip-components=1 --transform 's/b$/B/'; find o -type f | sort; cat o/a
        echo -- wildcards; tar xOf a.tar --wildcards '*/d/*'
        echo -- list; printf 's/a\\0s/d/b\\0' | tar cf - --null -T - | tar tf -
        echo -- keep; echo mine > s/a; tar xkf a.tar s/a 2>&1; cat s/a
        echo -- compare; tar df a.tar s/d/b; echo $?";
    let expected = "s/a\ns/a\ns/d/\ns/d/b\ns/a\n-- exclude\ns/\ns/a\ns/d/\ns/d/b\n-- strip\no/a\no/d/B\nnew\n-- wildcards\nb\n\
        -- list\ns/a\ns/d/b\n-- keep\ntar: s/a: Cannot open: File exists\ntar: s/a: Cannot open: File exists\n\
        tar: Exiting with failure status due to previous errors\nmine\n-- compare\n0\n";
    assert_eq!(out(&session, script), expected);
}

#[test]
fn zip_archives_of_others_come_out_as_they_went_in() {
    let (_directory, session) = with_fixtures();
    let survey = SURVEY.replace("tree", ".");
    // Zip has no hard links: two files of the same contents.
    let script = format!(
        "mkdir t z; tar xf gnu.tar.gz -C t; unzip -q info.zip -d z; (cd t/tree; {survey}) > t.out; (cd z; {survey}) > z.out; \
         grep -v '^\\. d' t.out > t.list; grep -v '^\\. d' z.out | diff t.list - && echo same"
    );
    assert_eq!(out(&session, &script), "same\n");
    assert_eq!(
        out(&session, "unzip -p info.zip hello; unzip -Z1 info.zip | wc -l; unzip -tq info.zip"),
        concat!("hello\n", "13\n", "No errors detected in compressed data of info.zip.\n")
    );
}

#[test]
fn zip_writes_updates_and_deletes() {
    let directory = TempDir::new();
    let session = bash(&over(&directory, agentfense::Mount::Direct));
    let script = "mkdir -p s/d; seq 1 2000 > s/a; echo b > s/d/b; ln -s a s/l; touch -d 2020-01-02T03:04:06 s/a s/d/b
        zip x s/a s/d/b; zip -u x s/a; echo $?; echo new > s/d/b; zip -u x s/a s/d/b; zip -d x s/a; zip -rq -y all.zip s -x '*b'; unzip -Z1 all.zip
        echo piped | zip -q p -; unzip -p p.zip; zip -q - s/a | cat > stream.zip; unzip -tq stream.zip; zip -T x.zip
        printf 's/a\\n' | zip -q -@ -j junk; unzip -Z1 junk.zip; zip -m gone.zip s/d/b; ls s/d | wc -l
        mkdir o; unzip -q all.zip -d o; readlink o/s/l; cmp o/s/a s/a; echo -n > o/s/a; unzip -nq all.zip -d o; wc -c < o/s/a
        unzip -qo all.zip s/a -d o; cmp o/s/a s/a && echo same; unzip -l x.zip nosuch > /dev/null; echo $?; unzip -l x | tail -1";
    let expected = "  adding: s/a (deflated 54%)\n  adding: s/d/b (stored 0%)\n12\nupdating: s/d/b (stored 0%)\ndeleting: s/a\n\
        s/\ns/a\ns/d/\ns/l\npiped\nNo errors detected in compressed data of stream.zip.\ntest of x.zip OK\na\n\
        \x20 adding: s/d/b (stored 0%)\n0\na\n0\nsame\n11\n        4                     1 file\n";
    assert_eq!(out(&session, script), expected);
    for archive in ["all.zip", "stream.zip", "p.zip", "x.zip"] {
        native(&directory, &["unzip"], &format!("unzip -tqq {archive}"));
    }
    // Larger than what is compressed in memory, both ways of writing it.
    let script = "head -c 6000000 /dev/zero > large; seq 1 900000 >> large; zip -q seek.zip large; zip -q - large | cat > pipe.zip
        unzip -p seek.zip | cmp - large; unzip -p pipe.zip | cmp - large";
    out(&session, script);
    for archive in ["seek.zip", "pipe.zip"] {
        native(&directory, &["unzip"], &format!("unzip -tqq {archive} && unzip -p {archive} | cmp - large"));
    }
}

#[test]
fn unzip_writes_nothing_outside_and_believes_nothing() {
    let (directory, session) = with_fixtures();
    out(&session, "mkdir -p outer/target; echo kept > outer/kept");
    for (attack, status, message) in [
        ("dotdot", 1, "warning:  skipped \"../\" path component(s) in ../evil\n"),
        ("abs", 1, "warning:  stripped absolute path spec from /tmp/evil3\n"),
        ("sym", 2, "error:  cannot create outer/target/l/evil4\n        Not a directory\n"),
        ("symfile", 0, ""),
    ] {
        let script = format!("rm -rf outer/target/*; unzip -oq attack-{attack}.zip -d outer/target");
        let (_, stderr, code) = all(session.exec(script).unwrap());
        assert_eq!(code, status, "{attack}: {stderr}");
        assert!(stderr.contains(message), "{attack}: {stderr}");
        assert_eq!(out(&session, "cat outer/target/ok"), "ok", "{attack}");
        assert_eq!(out(&session, "ls outer; ls / /tmp | grep -c evil || true"), "kept\ntarget\n0\n", "{attack}");
        assert!(directory.read("outer/kept").is_some());
    }
    out(&session, "echo text > text.zip; head -c 700 info.zip > short.zip");
    for (archive, status, message) in [
        ("attack-overlap", 12, "error: invalid zip file with overlapped components (possible zip bomb)\n"),
        ("attack-size", 2, "error:  invalid compressed data to inflate\n"),
        ("attack-count", 3, "start of central directory not found"),
        ("text", 9, "End-of-central-directory signature not found"),
        ("short", 9, "End-of-central-directory signature not found"),
        ("nosuch", 9, "unzip:  cannot find or open nosuch, nosuch.zip or nosuch.ZIP.\n"),
    ] {
        let (_, stderr, code) = all(session.exec(format!("unzip -t {archive}")).unwrap());
        assert_eq!(code, status, "{archive}: {stderr}");
        assert!(stderr.contains(message), "{archive}: {stderr}");
    }
}

#[test]
fn cpio_both_ways() {
    let (directory, session) = with_fixtures();
    let script = format!(
        "mkdir t c; tar xf gnu.tar.gz -C t; cd c; gunzip -c ../newc.cpio.gz | cpio -idm --quiet; ({SURVEY}) > ../c.out; \
         cd ../t; ({SURVEY}) | diff - ../c.out && [ ../c/tree/hello -ef ../c/tree/twin ] && echo same"
    );
    assert_eq!(out(&session, &script), "same\n");
    for format in ["bin", "odc", "newc", "crc"] {
        let script = format!(
            "cd t; find tree | sort | cpio -o -H {format} --quiet > ../ours.{format}; cd ..; rm -rf o; mkdir o; cd o; \
             cpio -idm --quiet < ../ours.{format}; ({SURVEY}) > ../o.out; cd ../t; ({SURVEY}) | diff - ../o.out && echo same; cd .."
        );
        assert_eq!(out(&session, &script), "same\n", "{format}");
        let script =
            format!("rm -rf n; mkdir n; cd n; cpio -idm --quiet < ../ours.{format} && diff -r . ../o && echo same");
        if let Some(same) = native(&directory, &["cpio"], &script) {
            assert_eq!(same, "same\n", "{format}");
        }
    }
    let script = "cd t; find tree | cpio -pdm --quiet ../p; cd ..; diff -r t/tree p/tree && echo same; gunzip -c newc.cpio.gz | cpio -it --quiet | wc -l";
    assert_eq!(out(&session, script), "same\n14\n");
    assert_eq!(
        out(&session, "cpio -itv --quiet 'tree/dir/l*' < ours.newc | cut -c1-14,32-41"),
        "lrwxrwxrwx   1         8\n"
    );
}

#[test]
fn ar_both_ways() {
    let (directory, session) = with_fixtures();
    let long = "n".repeat(120);
    assert_eq!(
        out(&session, "ar t gnu.a; ar p gnu.a hello; ar tv gnu.a hello"),
        format!("hello\nnumbers\n{long}\nhello\nrw-r--r-- 0/0      6 Jan  1 00:00 1970 hello\n")
    );
    // The same members make the same archive.
    let script = "ar x gnu.a; ar rc ours.a hello numbers n*n; cmp ours.a gnu.a && echo same; ar d ours.a numbers; ar rv ours.a numbers hello; \
                  ar m ours.a hello; ar t ours.a | head -c 20; ranlib ours.a";
    let expected = format!("same\na - numbers\nr - hello\n{}", &long[..20]);
    assert_eq!(out(&session, script), expected);
    native(&directory, &["ar"], "ar p ours.a numbers | cmp - numbers");
}

#[test]
fn cpio_and_ar_write_nothing_outside_and_believe_nothing() {
    let (_directory, session) = with_fixtures();
    out(&session, "mkdir -p outer/target; echo kept > outer/kept");
    for (script, status, message) in [
        ("cpio -id --quiet < ../../attack.cpio", 2, "cpio: ../evil: Member name contains '..'\n"),
        ("cpio -id --quiet < ../../attack-huge.cpio", 2, "cpio: premature end of file\n"),
        (
            "ar x ../../attack.a",
            1,
            "ar: illegal output pathname for archive member: ../../evil, using 'evil' instead\n",
        ),
        ("ar x ../../attack-huge.a", 1, "ar: ../../attack-huge.a: malformed archive\n"),
    ] {
        let script = format!("rm -rf outer/target; mkdir outer/target; (cd outer/target; {script})");
        let (_, stderr, code) = all(session.exec(script).unwrap());
        assert_eq!(code, status, "{stderr}");
        assert!(stderr.contains(message), "{stderr}");
        assert_eq!(out(&session, "ls outer; ls / /tmp | grep -c evil || true"), "kept\ntarget\n0\n", "{message}");
        if !message.contains("huge") && !message.contains("premature") {
            assert_eq!(out(&session, "cat outer/target/ok"), "ok");
        }
    }
}

#[test]
fn no_archive_ends_a_program_but_by_its_status() {
    let (_directory, session) = with_fixtures();
    // Each byte of an archive's first kilobytes spoiled in turn would take minutes: one in every thirty-seven.
    let script = r#"
        gunzip gnu.tar.gz newc.cpio.gz; bad=0
        spoil() {
            local file=$1 size at status; shift
            size=$(stat -c %s "$file"); [ "$size" -gt 4000 ] && size=4000
            for ((at = 0; at < size; at += 37)); do
                cp "$file" spoiled; printf '\377' | dd of=spoiled bs=1 seek=$at conv=notrunc status=none
                "$@" spoiled > /dev/null 2>&1 < spoiled; status=$?
                [ $status -gt 125 ] && { echo "$file at $at: $status"; bad=1; }
            done
        }
        spoil gnu.tar tar tvf; spoil info.zip unzip -tq; spoil gnu.a ar p; spoil newc.cpio eval 'cpio -it --quiet #'
        echo $bad"#;
    assert_eq!(out(&session, script), "0\n");
}
