use super::*;

fn groups(pattern: &str, syntax: Syntax, flags: Flags, text: &[u8]) -> Option<Vec<Option<(usize, usize)>>> {
    let regex = Regex::new(pattern.as_bytes(), syntax, flags).unwrap_or_else(|e| panic!("{pattern}: {e}"));
    let captures = regex.captures_at(text, 0).unwrap();
    assert_eq!(regex.is_match(text).unwrap(), captures.is_some(), "{pattern}");
    assert_eq!(regex.find_at(text, 0).unwrap(), captures.as_ref().map(Captures::whole), "{pattern}");
    captures.map(|c| (0..c.len()).map(|g| c.get(g).map(|r| (r.start, r.end))).collect())
}

fn found(pattern: &str, syntax: Syntax, text: &str) -> Option<(usize, usize)> {
    groups(pattern, syntax, Flags::default(), text.as_bytes()).and_then(|all| all[0])
}

fn bre(pattern: &str, text: &str) -> Option<(usize, usize)> {
    found(pattern, Syntax::Basic, text)
}

fn ere(pattern: &str, text: &str) -> Option<(usize, usize)> {
    found(pattern, Syntax::Extended, text)
}

fn error(pattern: &str, syntax: Syntax) -> String {
    Regex::new(pattern.as_bytes(), syntax, Flags::default()).expect_err(pattern).to_string()
}

#[test]
fn the_longest_of_the_leftmost() {
    assert_eq!(ere("a|ab|abc", "xabcd"), Some((1, 4)));
    assert_eq!(ere("(a|ab)(c|bcd)", "abcd"), Some((0, 4)));
    assert_eq!(ere("(ab?)(bc)?", "abc"), Some((0, 3)));
    assert_eq!(ere("x*", "aaa"), Some((0, 0)));
    assert_eq!(ere("(foo|foobar)$", "foobar"), Some((0, 6)));
    // With a Unicode word boundary in text that is not ASCII the fast automaton gives up.
    assert_eq!(ere("é(a|ab)(c|bcd)\\b", "éabcd é"), Some((0, 6)));
}

#[test]
fn groups_of_the_longest() {
    let captures =
        |pattern: &str, text: &str| groups(pattern, Syntax::Extended, Flags::default(), text.as_bytes()).unwrap();
    assert_eq!(captures("(a|ab)(c|bcd)(d*)", "abcd")[0], Some((0, 4)));
    assert_eq!(captures("(a*)(b)?", "aac"), [Some((0, 2)), Some((0, 2)), None]);
    assert_eq!(captures("(ab?)(bc)?", "abc"), [Some((0, 3)), Some((0, 1)), Some((1, 3))]);
}

#[test]
fn basic_syntax() {
    assert_eq!(bre("a\\{2,3\\}", "aaaa"), Some((0, 3)));
    assert_eq!(bre("*a", "x*a"), Some((1, 3)));
    assert_eq!(bre("\\(*a\\)", "x*a"), Some((1, 3)));
    assert_eq!(bre("^*a", "*a"), Some((0, 2)));
    assert_eq!(bre("a^b$c", "a^b$c"), Some((0, 5)));
    assert_eq!(bre("a+?", "a+?"), Some((0, 3)));
    assert_eq!(bre("a\\+b\\?c", "aac"), Some((0, 3)));
    assert_eq!(bre("x\\|y", "ay"), Some((1, 2)));
    assert_eq!(bre("\\(^a\\)", "ba"), None);
    assert_eq!(bre("a(b)", "a(b)"), Some((0, 4)));
    assert_eq!(bre("a{2}", "a{2}"), Some((0, 4)));
    assert_eq!(bre("a\\.b", "axb"), None);
}

#[test]
fn extended_syntax() {
    assert_eq!(ere("a{2}", "aaa"), Some((0, 2)));
    assert_eq!(ere("a{,2}", "aaa"), Some((0, 2)));
    assert_eq!(ere("a{x", "a{x"), Some((0, 3)));
    assert_eq!(ere("a{1", "a{1"), Some((0, 3)));
    assert_eq!(ere("()b", "ab"), Some((1, 2)));
    assert_eq!(ere("*a", "ba"), Some((1, 2)));
    assert_eq!(ere("a||b", "b"), Some((0, 1)));
    assert_eq!(ere("a)", "a)"), Some((0, 2)));
    assert_eq!(ere("\\(a\\)", "(a)"), Some((0, 3)));
    assert_eq!(ere("a**", "aa"), Some((0, 2)));
    assert_eq!(ere("(a{2}){2}", "aaaaa"), Some((0, 4)));
}

#[test]
fn brackets() {
    assert_eq!(ere("[]a]+", "x]a"), Some((1, 3)));
    assert_eq!(ere("[^]a]+", "]xa"), Some((1, 2)));
    assert_eq!(ere("[a-c-]+", "b-d"), Some((0, 2)));
    assert_eq!(ere("[[:digit:]x]+", "a1x2"), Some((1, 4)));
    assert_eq!(ere("[\\n]+", "\\n"), Some((0, 2)));
    assert_eq!(ere("[[.hyphen.][=a=]]+", "b-a"), Some((1, 3)));
    assert_eq!(ere("[é-ü]", "xö"), Some((1, 3)));
    assert_eq!(ere("[[:upper:]]", "aÄ"), Some((1, 3)));
}

#[test]
fn words_and_places() {
    assert_eq!(ere("\\<b\\w*\\>", "ab bc"), Some((3, 5)));
    assert_eq!(ere("\\bé", "a é"), Some((2, 4)));
    assert_eq!(ere("a\\B", "a ab"), Some((2, 3)));
    assert_eq!(ere("\\s\\S", "a b"), Some((1, 3)));
    let lines = Flags { lines: true, ..Flags::default() };
    assert_eq!(groups("^b$", Syntax::Extended, lines, b"a\nb\nc").unwrap()[0], Some((2, 3)));
    assert_eq!(groups("a[^x]b", Syntax::Extended, lines, b"a\nb"), None);
    assert_eq!(groups("a.b", Syntax::Extended, lines, b"a\nb"), None);
    assert_eq!(ere("^b$", "a\nb\nc"), None);
}

#[test]
fn case() {
    let flags = Flags { ignore_case: true, ..Flags::default() };
    for (pattern, text) in [("äB[c-d]", "Äbc"), ("äb[C-D]", "ÄBd"), ("[^a]b", "xB"), ("[[:upper:]]", "a")] {
        assert!(groups(pattern, Syntax::Extended, flags, text.as_bytes()).is_some(), "{pattern}");
    }
    assert!(groups("[^a]", Syntax::Extended, flags, b"A").is_none());
    assert!(groups("(a)\\1", Syntax::Extended, flags, b"aA").is_some());
}

#[test]
fn back_references() {
    assert_eq!(bre("\\(a*\\)b\\1", "aabaa"), Some((0, 5)));
    assert_eq!(ere("(.)\\1", "abccd"), Some((2, 4)));
    assert_eq!(ere("^(.*)\\1$", "abab"), Some((0, 4)));
    assert_eq!(ere("(a|ab)\\1*c", "ababc"), Some((0, 5)));
    assert_eq!(ere("(a*)*\\1", "b"), Some((0, 0)));
    assert_eq!(ere("(é)x\\1", "éxé"), Some((0, 5)));
    let regex = Regex::any(&["(a)\\1", "(b)\\1"], Syntax::Extended, Flags::default()).unwrap();
    assert_eq!(regex.find_at(b"abb", 0), Ok(Some(1..3)));
}

#[test]
fn trying_has_an_end() {
    let regex = Regex::new(b"(a*)*(a*)*(a*)*\\1b", Syntax::Extended, Flags::default()).unwrap();
    assert!(regex.find_at(&[b'a'; 60], 0).is_err());
}

#[test]
fn bytes() {
    let c_locale = Flags { bytes: true, ..Flags::default() };
    assert_eq!(groups("a.b", Syntax::Basic, c_locale, b"a\xffb").unwrap()[0], Some((0, 3)));
    assert_eq!(groups("a.b", Syntax::Basic, Flags::default(), b"a\xffb"), None);
    let regex = Regex::new(b"\xff", Syntax::Basic, Flags::default()).unwrap();
    assert_eq!(regex.find_at(b"a\xff", 0), Ok(Some(1..2)));
    let regex = Regex::new(b"[^\xff]", Syntax::Basic, c_locale).unwrap();
    assert_eq!(regex.find_at(b"\xffa", 0), Ok(Some(1..2)));
}

#[test]
fn fixed_and_several() {
    assert_eq!(found("a.*", Syntax::Fixed, "xa.*"), Some((1, 4)));
    let regex = Regex::any(&["b", "ab", "abc"], Syntax::Fixed, Flags::default()).unwrap();
    assert_eq!(regex.find_at(b"xabc", 0), Ok(Some(1..4)));
    let whole = Flags { whole: true, lines: true, ..Flags::default() };
    let regex = Regex::any(&["a", "ab"], Syntax::Fixed, whole).unwrap();
    assert_eq!(regex.find_at(b"abc\nab\n", 0), Ok(Some(4..6)));
    let none: [&str; 0] = [];
    assert_eq!(Regex::any(&none, Syntax::Fixed, Flags::default()).unwrap().is_match(b""), Ok(false));
}

#[test]
fn words_only() {
    let word = Flags { word: true, ..Flags::default() };
    assert_eq!(groups("a*", Syntax::Basic, word, b"xaa aa").unwrap()[0], Some((4, 6)));
    assert_eq!(groups("foo|foob", Syntax::Extended, word, b"foob").unwrap()[0], Some((0, 4)));
    assert_eq!(groups("@", Syntax::Basic, word, b"a@ @").unwrap()[0], Some((3, 4)));
    assert_eq!(groups("(o)\\1", Syntax::Extended, word, b"foo oo").unwrap()[0], Some((4, 6)));
    assert_eq!(groups("oo", Syntax::Perl, word, b"foo oo").unwrap()[0], Some((4, 6)));
}

#[test]
fn perl() {
    let perl = |pattern: &str, text: &str| found(pattern, Syntax::Perl, text);
    assert_eq!(perl("a|ab", "ab"), Some((0, 1)));
    assert_eq!(perl(r"\d+", "ab12"), Some((2, 4)));
    assert_eq!(perl(r"(?<=b)\d", "a1b2"), Some((3, 4)));
    assert_eq!(perl(r"b\K\d", "a1b2"), Some((3, 4)));
    assert_eq!(perl(r"a+?", "aaa"), Some((0, 1)));
}

#[test]
fn mistakes() {
    use Syntax::{Basic, Extended};
    assert_eq!(error("\\(a", Basic), "Unmatched ( or \\(");
    assert_eq!(error("a\\)", Basic), "Unmatched ) or \\)");
    assert_eq!(error("(a", Extended), "Unmatched ( or \\(");
    assert_eq!(error("[a", Basic), "Unmatched [, [^, [:, [., or [=");
    assert_eq!(error("[[:nope:]]", Basic), "Invalid character class name");
    assert_eq!(error("[b-a]", Basic), "Invalid range end");
    assert_eq!(error("a\\", Basic), "Trailing backslash");
    assert_eq!(error("\\1", Basic), "Invalid back reference");
    assert_eq!(error("a\\{2,1\\}", Basic), "Invalid content of \\{\\}");
    assert_eq!(error("a\\{1", Basic), "Unmatched \\{");
    assert_eq!(error("a{99999}", Extended), "Regular expression too big");
    assert_eq!(error("((a{9999}){9999}){9999}", Extended), "Regular expression too big");
    assert_eq!(error(&"(".repeat(100_000), Extended), "Regular expression too big");
}
