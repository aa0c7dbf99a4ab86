use super::*;

/// There are no files.
struct Gnu;

/// As bash: the only variable that is set is `x`.
struct Bash;

macro_rules! system {
    ($name:ident) => {
        impl System for $name {
            const DIALECT: Dialect = Dialect::$name;
            type Stop = ();

            fn stat(&self, _: &[u8], _: bool) -> Option<Stat> {
                None
            }

            fn is_terminal(&self, fd: u32) -> bool {
                fd == 7
            }

            fn of_the_shell(&mut self, letter: u8, operand: &[u8]) -> Result<bool, ()> {
                Ok(letter == b'v' && operand == b"x")
            }
        }
    };
}

system!(Gnu);
system!(Bash);

fn words(text: &str) -> Vec<&str> {
    text.split(' ').filter(|word| !word.is_empty()).map(|word| if word == "''" { "" } else { word }).collect()
}

#[test]
fn both_agree() {
    let truths = "a|! ''|-n a|-z ''|a = a|a != b|1 -lt 2|-1 -gt -2|( a )|! a = b|a = a -a b = b|a = b -o b = b|= = =|\
                  ! ( a = b -a c = c )|( a = a ) -a ( b = b )|-z '' -a -n x|! = !|-n|! -z x|( ( a = a ) )|-f = -f|\
                  a < b|+1 -eq 01|-0 -eq 0|-t 7|! ! a|! ! ! '' -a b|-9223372036854775808 -lt 0";
    for text in truths.split('|') {
        assert_eq!(evaluate(&mut Gnu, &words(text)), Ok(true), "{text}");
        assert_eq!(evaluate(&mut Bash, &words(text)), Ok(true), "{text}");
    }
    for text in ["", "''", "a = b", "1 -ge 2", "a = a -a a = b", "! a", "-n ''", "! ( a )", "! a = a", "-t 0", "-d /"] {
        assert_eq!(evaluate(&mut Gnu, &words(text)), Ok(false), "{text}");
        assert_eq!(evaluate(&mut Bash, &words(text)), Ok(false), "{text}");
    }
}

#[test]
fn where_they_differ() {
    assert_eq!(evaluate(&mut Bash, &["-v", "x"]), Ok(true));
    assert_eq!(evaluate(&mut Gnu, &["-v", "x"]), Err(Failure::NotUnary(b"-v")));
    assert_eq!(evaluate(&mut Gnu, &["99999999999999999999", "-gt", "99999999999999999998"]), Ok(true));
    assert_eq!(
        evaluate(&mut Bash, &["99999999999999999999", "-gt", "1"]),
        Err(Failure::NotInteger(b"99999999999999999999"))
    );
    // GNU takes what is before the first `)` for all that is inside.
    assert_eq!(evaluate(&mut Gnu, &words("( ( a ) )")), Err(Failure::MissingAfter(b")")));
    assert_eq!(evaluate(&mut Bash, &words("( ( a ) )")), Ok(true));
    assert_eq!(evaluate(&mut Gnu, &["1\n", "-eq", "1"]), Ok(true));
    assert_eq!(evaluate(&mut Bash, &["1\n", "-eq", "1"]), Err(Failure::NotInteger(b"1\n")));
    assert_eq!(evaluate(&mut Gnu, &["-l", "abc", "-eq", "3"]), Ok(true));
    assert_eq!(evaluate(&mut Gnu, &["-t", "x"]), Err(Failure::NotInteger(b"x")));
    assert_eq!(evaluate(&mut Bash, &["-t", "x"]), Ok(false));
}

/// Asserts how a system fails.
macro_rules! fails {
    ($system:ident $($text:expr => $failure:expr;)*) => {
        $(assert_eq!(evaluate(&mut $system, &words($text)), Err($failure), "{}", $text);)*
    };
}

#[test]
fn mistakes() {
    fails! { Gnu
        "a b" => Failure::MissingAfter(b"b");
        "-q a" => Failure::NotUnary(b"-q");
        "a b c" => Failure::NotBinary(b"b");
        "a -eq 1" => Failure::NotInteger(b"a");
        "a = a b c" => Failure::Extra(b"b");
        "x = x -a -f" => Failure::MissingAfter(b"-f");
        "( a" => Failure::MissingAfter(b"a");
        "( a b c d e" => Failure::Unclosed(Some(b"b"));
        &"( ".repeat(5000) => Failure::TooDeep;
    }
    fails! { Bash
        "a b" => Failure::NotUnary(b"a");
        "x = x -a !" => Failure::MissingAfter(b"!");
        "( a = a -a b" => Failure::Unclosed(None);
        &"( ".repeat(5000) => Failure::TooDeep;
    }
}
