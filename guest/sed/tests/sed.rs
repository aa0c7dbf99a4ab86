//! Runs sed over files in memory. The expected results are those of GNU sed 4.9.

use agentfense_sed::{CannotEdit, Edit, Input, System};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Cursor, ErrorKind, Read, Write};
use std::rc::Rc;

type Files = Rc<RefCell<BTreeMap<Vec<u8>, Vec<u8>>>>;

/// Everything is a file by its name; the streams are `<in`, `>out` and `>err`.
struct Memory(Files);

struct Reader(Cursor<Vec<u8>>);

impl Read for Reader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        // Small pieces, so that lines lie across them.
        let most = buf.len().min(3);
        self.0.read(&mut buf[..most])
    }
}

impl Input for Reader {}

struct Writer(Files, Vec<u8>);

impl Write for Writer {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().entry(self.1.clone()).or_default().extend_from_slice(buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Edit for Writer {
    fn commit(self: Box<Self>, backup: Option<&[u8]>) -> io::Result<()> {
        let mut files = self.0.borrow_mut();
        let target = self.1.strip_prefix(b"new ").unwrap().to_vec();
        let old = files.remove(&target).unwrap();
        if let Some(backup) = backup {
            files.insert(backup.to_vec(), old);
        }
        let new = files.remove(&self.1).unwrap_or_default();
        files.insert(target, new);
        Ok(())
    }
}

impl System for Memory {
    fn open(&mut self, name: &[u8], _: Option<u8>) -> io::Result<Box<dyn Input>> {
        match self.0.borrow().get(name) {
            Some(data) => Ok(Box::new(Reader(Cursor::new(data.clone())))),
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    fn stdin(&mut self, stop_after: Option<u8>) -> io::Result<Box<dyn Input>> {
        self.open(b"<in", stop_after)
    }

    fn stdout(&mut self) -> Box<dyn Write> {
        Box::new(Writer(self.0.clone(), b">out".to_vec()))
    }

    fn stderr(&mut self) -> Box<dyn Write> {
        Box::new(Writer(self.0.clone(), b">err".to_vec()))
    }

    fn create(&mut self, name: &[u8]) -> io::Result<Box<dyn Write>> {
        self.0.borrow_mut().insert(name.to_vec(), Vec::new());
        Ok(Box::new(Writer(self.0.clone(), name.to_vec())))
    }

    fn edit(&mut self, name: &[u8], _: bool) -> Result<(Box<dyn Input>, Box<dyn Edit>), CannotEdit> {
        let input = self.open(name, None).map_err(CannotEdit::Read)?;
        Ok((input, Box::new(Writer(self.0.clone(), [b"new ", name].concat()))))
    }
}

struct Ran {
    status: u8,
    files: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Ran {
    fn file(&self, name: &str) -> String {
        String::from_utf8_lossy(self.files.get(name.as_bytes()).map_or(&[], Vec::as_slice)).into_owned()
    }
}

fn run(input: &str, files: &[(&str, &str)], args: &[&str]) -> Ran {
    let mut all: BTreeMap<Vec<u8>, Vec<u8>> =
        files.iter().map(|(name, data)| (name.as_bytes().to_vec(), data.as_bytes().to_vec())).collect();
    all.insert(b"<in".to_vec(), input.as_bytes().to_vec());
    let files = Rc::new(RefCell::new(all));
    let args: Vec<Vec<u8>> =
        std::iter::once("sed").chain(args.iter().copied()).map(|arg| arg.as_bytes().to_vec()).collect();
    let status = agentfense_sed::main(&args, &mut Memory(files.clone()));
    let files = files.borrow().clone();
    Ran { status, files }
}

/// The output for an input that is the numbers from 1 to `last`.
fn numbers(last: u32, args: &[&str]) -> String {
    let input: String = (1..=last).map(|n| format!("{n}\n")).collect();
    run(&input, &[], args).file(">out").replace('\n', " ").trim_end().to_owned()
}

fn edit(input: &str, args: &[&str]) -> String {
    run(input, &[], args).file(">out")
}

#[test]
fn addresses() {
    assert_eq!(numbers(5, &["-n", "2,4p"]), "2 3 4");
    assert_eq!(numbers(5, &["-n", "4,2p"]), "4");
    assert_eq!(numbers(6, &["-n", "0~3p"]), "3 6");
    assert_eq!(numbers(6, &["-n", "2,+2p"]), "2 3 4");
    assert_eq!(numbers(9, &["-n", "2,~4p"]), "2 3 4");
    assert_eq!(numbers(12, &["-n", "/2/,/4/p"]), "2 3 4 12");
    assert_eq!(numbers(12, &["-n", "0,/1/p"]), "1");
    assert_eq!(numbers(12, &["-n", "1,/1/p"]), "1 2 3 4 5 6 7 8 9 10");
    assert_eq!(numbers(3, &["-n", "$!p"]), "1 2");
    assert_eq!(numbers(5, &["-n", "2{N;N};2,8p"]), "2 3 4 5");
}

#[test]
fn flow() {
    assert_eq!(numbers(4, &["1!G;h;$!d"]), "4 3 2 1");
    assert_eq!(numbers(4, &["$!N;P;D"]), "1 2 3 4");
    assert_eq!(numbers(5, &["n;d"]), "1 3 5");
    assert_eq!(numbers(3, &[r":a;N;$!ba;s/\n/+/g"]), "1+2+3");
    assert_eq!(numbers(5, &["3q7"]), "1 2 3");
    assert_eq!(run("1\n2\n", &[], &["1q7"]).status, 7);
    assert_eq!(numbers(5, &["2,4c\\text"]), "1 text 5");
    assert_eq!(numbers(3, &["2{h;d};${G}"]), "1 3 2");
}

#[test]
fn substitution() {
    assert_eq!(edit("hello\n", &["s/l*/x/g"]), "xhxexox\n");
    assert_eq!(edit("aaa\n", &["s/a/b/2g"]), "abb\n");
    assert_eq!(edit("foo bar\n", &[r"s/\w\+/\L\u&/g"]), "Foo Bar\n");
    assert_eq!(edit("foo bar\n", &[r"s/\(f\)\(oo\)/\U\1\E\2\n/"]), "Foo\n bar\n");
    assert_eq!(edit("ab\n", &["-E", r"s/(x*)(a)/\u\1\2/"]), "Ab\n");
    assert_eq!(edit("a/b\n", &["s/[/]/x/"]), "axb\n");
    assert_eq!(edit("a+b\n", &[r"s+a\+b+x+"]), "x\n");
    assert_eq!(edit("a\tb\n", &[r"s/[\t]/\x26/"]), "a&b\n");
    assert_eq!(edit("one two\n", &["-E", r"s/(\w+) (\w+)/\2 \1/"]), "two one\n");
    assert_eq!(edit("abc\n", &["/b/s//[&]/"]), "a[b]c\n");
    assert_eq!(edit("é\n", &["s/./x/;s/$/é/;y/é/e/"]), "xe\n");
}

#[test]
fn the_missing_newline_stays_missing() {
    assert_eq!(edit("a\nb", &["p"]), "a\na\nb\nb");
    assert_eq!(edit("a", &["$a x"]), "a\nx\n");
    assert_eq!(edit("a\0b", &["-z", "s/^/x/"]), "xa\0xb");
}

#[test]
fn files() {
    let ran = run("", &[("f", "1\n2\n"), ("g", "3\n")], &["-i.bak", "$s/$/!/", "f", "g"]);
    assert_eq!([ran.file("f"), ran.file("g"), ran.file("f.bak")], ["1\n2!\n", "3!\n", "1\n2\n"]);
    let ran = run("", &[("f", "1\n2\n"), ("g", "3\n")], &["-n", "$p;1w out", "f", "none", "g"]);
    assert_eq!((ran.file(">out"), ran.file("out"), ran.status), ("3\n".into(), "1\n".into(), 2));
    assert!(ran.file(">err").starts_with("sed: can't read none: "));
    assert_eq!(run("x\ny\n", &[("f", "1\n2\n")], &["R f"]).file(">out"), "x\n1\ny\n2\n");
    assert_eq!(run("x\n", &[("f", "1")], &["r f"]).file(">out"), "x\n1");
    assert_eq!(run("x\n", &[("s", "s/x/y/\na\\\nend\n")], &["-f", "s"]).file(">out"), "y\nend\n");
}

#[test]
fn mistakes() {
    for (script, message) in [
        ("s/a/b", "char 5: unterminated `s' command"),
        ("s/a/b/k", "char 7: unknown option to `s'"),
        ("k", "char 1: unknown command: `k'"),
        ("{p", "char 0: unmatched `{'"),
        ("p}", "char 2: unexpected `}'"),
        ("1,p", "char 3: unexpected `,'"),
        ("pp", "char 2: extra characters after command"),
        ("y/abc/d/", "char 8: strings for `y' command are different lengths"),
        (r"s/a/\1/", r"char 7: invalid reference \1 on `s' command's RHS"),
        (r"s/\(a/x/", r"char 8: Unmatched ( or \("),
        ("a", "char 1: expected \\ after `a', `c' or `i'"),
        ("//p", "char 0: no previous regular expression"),
    ] {
        let ran = run("x\n", &[], &[script]);
        assert_eq!((ran.file(">err"), ran.status), (format!("sed: -e expression #1, {message}\n"), 1), "{script}");
    }
    assert_eq!(
        run("x\n", &[], &["-e", "p", "-e", "k"]).file(">err"),
        "sed: -e expression #2, char 1: unknown command: `k'\n"
    );
}

#[test]
fn the_list_command() {
    assert_eq!(edit("a\tb\\\x01é\n", &["-n", "l"]), "a\\tb\\\\\\001\\303\\251$\n");
    assert_eq!(edit("abcdef\n", &["-n", "l 4"]), "abc\\\ndef$\n");
}
