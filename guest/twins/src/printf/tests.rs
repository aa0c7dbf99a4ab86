use super::*;

/// Keeps what is complained of.
#[derive(Default)]
struct Bash(Vec<String>);

#[derive(Default)]
struct Gnu(Vec<String>);

macro_rules! system {
    ($name:ident) => {
        impl System for $name {
            const DIALECT: Dialect = Dialect::$name;

            fn complain(&mut self, complaint: Complaint<'_>) {
                let text = format!("{complaint:?}");
                self.0.push(text.split('(').next().unwrap_or_default().to_owned());
            }

            fn character(&self, text: &[u8]) -> (i64, usize) {
                (i64::from(text[0]), 1)
            }

            fn quoted(&self, value: &[u8]) -> Vec<u8> {
                [b"<", value, b">"].concat()
            }

            fn time(&mut self, format: &[u8], seconds: Option<i64>) -> Vec<u8> {
                format!("{} {seconds:?}", String::from_utf8_lossy(format)).into_bytes()
            }

            fn store(&mut self, variable: &[u8], _: usize) -> bool {
                variable == b"x"
            }
        }
    };
}

system!(Bash);
system!(Gnu);

/// The text, the complaints and the status.
fn print<S: System + Default>(words: &[&str], complaints: fn(S) -> Vec<String>) -> (String, String, u8) {
    let mut system = S::default();
    let printed = printf(&mut system, words[0].as_bytes(), &words[1..]);
    (String::from_utf8_lossy(&printed.text).into_owned(), complaints(system).join(" "), printed.status)
}

fn bash(words: &[&str]) -> (String, String, u8) {
    print::<Bash>(words, |system| system.0)
}

fn gnu(words: &[&str]) -> (String, String, u8) {
    print::<Gnu>(words, |system| system.0)
}

#[track_caller]
fn both(words: &[&str], text: &str) {
    assert_eq!(bash(words), (text.into(), String::new(), 0), "bash");
    assert_eq!(gnu(words), (text.into(), String::new(), 0), "GNU");
}

#[test]
fn what_both_print() {
    both(&["%s-%s|", "a", "b", "c"], "a-b|c-|");
    both(&["%05d|%-5d|%+d|% d|%.3d|%.0d|", "42", "42", "42", "42", "5", "0"], "00042|42   |+42| 42|005||");
    both(&["%x %X %#x %o %#o %u", "255", "255", "255", "8", "8", "-1"], "ff FF 0xff 10 010 18446744073709551615");
    both(&["%*d|%-*d|%.*f|%.*f", "4", "1", "4", "1", "2", "3.14159", "-1", "2"], "   1|1   |3.14|2.000000");
    both(&["%5s|%-5s|%.2s|%c%c", "ab", "ab", "abc", "xyz", "z"], "   ab|ab   |ab|xz");
    both(&["%d %d %d", "0x1f", "010", "'A"], "31 8 65");
    both(&["%g %e %08.2f %08f %a", "0.1", "1", "3.14159", "inf", "1"], "0.1 1.000000e+00 00003.14      inf 0x8p-3");
    both(&["%012a|%-8g|", "1", "2"], "0x0000008p-3|2       |");
    both(&["%b|%%|%q", r"a\tb", "c"], "a\tb|%|<c>");
}

#[test]
fn what_ends_the_output() {
    assert_eq!(bash(&[r"a\cb"]).0, r"a\cb");
    assert_eq!(gnu(&[r"a\cb"]).0, "a");
    both(&["%s%b.", "a", r"b\cc", "d"], "ab");
}

#[test]
fn mistakes_of_numbers() {
    assert_eq!(bash(&["%d,", "x", "3x", ""]), ("0,3,0,".into(), "NoNumber NotAllNumber".into(), 1));
    assert_eq!(gnu(&["%d,", "x", "3x", ""]), ("0,3,0,".into(), "NoNumber NotAllNumber".into(), 1));
    assert_eq!(bash(&["%d", "99999999999999999999"]), (i64::MAX.to_string(), "OutOfRange".into(), 0));
    assert_eq!(gnu(&["%d", "99999999999999999999"]), (i64::MAX.to_string(), "OutOfRange".into(), 1));
    assert_eq!(gnu(&["%d", "'ab"]), ("97".into(), "Ignored".into(), 0));
    assert_eq!(gnu(&["%d", "08"]), ("0".into(), "NotAllNumber".into(), 1));
    assert_eq!(bash(&["%f", "1.5x"]), ("1.500000".into(), "NotAllNumber".into(), 1));
}

#[test]
fn mistakes_of_formats() {
    for format in ["a%5b", "a%#d", "a%.3c", "a%5%", "a%y", "a%Q", "a%n"] {
        assert_eq!(gnu(&[format, "1"]), ("a".into(), "Letter".into(), 1), "{format}");
    }
    assert_eq!(gnu(&["a%"]), ("a".into(), "NoLetter".into(), 1));
    assert_eq!(gnu(&["a%99999999999d"]), ("a".into(), "Width".into(), 1));
    assert_eq!(gnu(&[r"a\xg"]), ("a".into(), "NoDigits".into(), 1));
    assert_eq!(gnu(&["a", "b"]), ("a".into(), "Excess".into(), 0));
    assert_eq!(bash(&["a", "b"]), ("a".into(), String::new(), 0));
    assert_eq!(bash(&["a%y"]), ("a".into(), "Letter".into(), 1));
    assert_eq!(bash(&[r"\xg"]), (r"\xg".into(), "NoDigits".into(), 0));
    assert_eq!(bash(&["%(%Y"]).1, "NoParenthesis");
    assert_eq!(bash(&["%(%Y)T %()T", "5"]).0, "%Y Some(5) %X None");
    assert_eq!(bash(&["%n%n", "x", "y"]).2, 1);
}
