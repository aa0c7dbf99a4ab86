//! From the command line to an expression.

use super::entry::Follow;
use super::expression::{Action, Compare, Execution, Expression, Match, Target, Test, Time};
use super::format::Format;
use agentfense_regex::{Flags, Regex, Syntax};
use agentfense_support::glob::Glob;
use agentfense_support::identity;
use agentfense_support::mode::ModeChange;
use agentfense_support::names::Names;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, quote, time};
use agentfense_sys::files::{self, FileType};
use std::io::Write;

const HELP: &str = "\
Usage: find [-H] [-L] [-P] [path...] [expression]

Default path is the current directory; default expression is -print.
Operators (decreasing precedence; -and is implicit where no others are given):
      ( EXPR )   ! EXPR   -not EXPR   EXPR1 -a EXPR2   EXPR1 -and EXPR2
      EXPR1 -o EXPR2   EXPR1 -or EXPR2   EXPR1 , EXPR2
Options (always true):
      -depth -d -daystart -follow -maxdepth LEVELS -mindepth LEVELS -mount -xdev
      -noleaf -regextype TYPE -warn -nowarn -ignore_readdir_race
Tests (N can be +N or -N or N):
      -amin N -anewer FILE -atime N -cmin N -cnewer FILE -ctime N -empty -executable
      -false -fstype TYPE -gid N -group NAME -ilname PATTERN -iname PATTERN -inum N
      -ipath PATTERN -iregex PATTERN -links N -lname PATTERN -mmin N -mtime N
      -name PATTERN -newer FILE -newerXY REFERENCE -nogroup -nouser -path PATTERN
      -perm [-/]MODE -readable -regex PATTERN -samefile FILE -size N[bcwkMG] -true
      -type [bcdpfls] -uid N -user NAME -wholename PATTERN -writable -xtype [bcdpfls]
Actions:
      -delete -exec COMMAND ; -exec COMMAND {} + -execdir COMMAND ; -execdir COMMAND {} +
      -fls FILE -fprint FILE -fprint0 FILE -fprintf FILE FORMAT -ls -ok COMMAND ;
      -okdir COMMAND ; -print -print0 -printf FORMAT -prune -quit
";

/// What holds for the whole search.
#[derive(Debug)]
pub struct Settings {
    pub follow: Follow,
    pub min_depth: usize,
    pub max_depth: usize,
    pub depth_first: bool,
    pub same_device: bool,
    /// What ages are counted from: now, or the end of today with -daystart.
    pub now: i64,
}

/// A whole command line.
#[derive(Debug)]
pub struct Command {
    pub options: Settings,
    pub roots: Vec<Vec<u8>>,
    pub expression: Expression,
    pub executions: Vec<Execution>,
    /// The files that -fprint and its kin write.
    pub outputs: Vec<Vec<u8>>,
}

/// How deep parentheses may be nested.
const MAX_DEPTH: usize = 100;
const DAY: i64 = 86_400_000_000_000;
const MINUTE: i64 = 60_000_000_000;

/// Reads the command line.
pub fn command(args: Vec<Vec<u8>>) -> Result<Command, Failure> {
    let mut follow = Follow::Never;
    let mut args = args.into_iter().skip(1).peekable();
    while let Some(arg) = args.peek() {
        match arg.as_slice() {
            b"-P" => follow = Follow::Never,
            b"-H" => follow = Follow::Roots,
            b"-L" => follow = Follow::Always,
            b"--" => {
                args.next();
                break;
            }
            arg if arg.starts_with(b"-O") || arg == b"-D" => {
                if arg == b"-D" {
                    args.next();
                }
            }
            _ => break,
        }
        args.next();
    }
    let mut roots = Vec::new();
    while let Some(arg) = args.peek() {
        let starts = matches!(arg.as_slice(), b"(" | b"!" | b")" | b",") || (arg.len() > 1 && arg.starts_with(b"-"));
        if starts {
            break;
        }
        roots.extend(args.next());
    }
    if roots.is_empty() {
        roots.push(b".".to_vec());
    }
    let mut parser = Parser {
        words: args.collect(),
        at: 0,
        depth: 0,
        options: Settings {
            follow,
            min_depth: 0,
            max_depth: usize::MAX,
            depth_first: false,
            same_device: false,
            now: time::now(),
        },
        syntax: RegexSyntax::Emacs,
        has_action: false,
        executions: Vec::new(),
        outputs: Vec::new(),
    };
    let mut expression = match parser.words.is_empty() {
        true => Expression::Test(Test::True),
        false => parser.comma()?,
    };
    if let Some(word) = parser.peek() {
        let message = match word {
            b")" => "you have too many ')'".to_owned(),
            word => format!("paths must precede expression: {}", quote(word)),
        };
        return Err(Failure::new(message));
    }
    if !parser.has_action {
        let print = Expression::Action(Action::Print(b'\n', Target::Output));
        expression = Expression::And(vec![expression, print]);
    }
    let Parser { options, executions, outputs, .. } = parser;
    Ok(Command { options, roots, expression, executions, outputs })
}

/// The languages of -regextype.
#[derive(Clone, Copy, PartialEq)]
enum RegexSyntax {
    Emacs,
    Basic,
    Extended,
}

struct Parser {
    words: Vec<Vec<u8>>,
    at: usize,
    depth: usize,
    options: Settings,
    syntax: RegexSyntax,
    has_action: bool,
    executions: Vec<Execution>,
    outputs: Vec<Vec<u8>>,
}

impl Parser {
    fn peek(&self) -> Option<&[u8]> {
        self.words.get(self.at).map(Vec::as_slice)
    }

    fn eat(&mut self, words: &[&[u8]]) -> bool {
        let found = self.peek().is_some_and(|word| words.contains(&word));
        self.at += usize::from(found);
        found
    }

    fn comma(&mut self) -> Result<Expression, Failure> {
        let mut list = vec![self.or()?];
        while self.eat(&[b","]) {
            list.push(self.or()?);
        }
        Ok(if list.len() == 1 { list.remove(0) } else { Expression::Comma(list) })
    }

    fn or(&mut self) -> Result<Expression, Failure> {
        let mut list = vec![self.and()?];
        while self.eat(&[b"-o", b"-or"]) {
            list.push(self.and()?);
        }
        Ok(if list.len() == 1 { list.remove(0) } else { Expression::Or(list) })
    }

    fn and(&mut self) -> Result<Expression, Failure> {
        let mut list = vec![self.not()?];
        loop {
            if self.eat(&[b"-a", b"-and"]) {
                list.push(self.not()?);
                continue;
            }
            match self.peek() {
                None | Some(b")" | b"-o" | b"-or" | b",") => break,
                Some(_) => list.push(self.not()?),
            }
        }
        Ok(if list.len() == 1 { list.remove(0) } else { Expression::And(list) })
    }

    fn not(&mut self) -> Result<Expression, Failure> {
        let mut negated = false;
        while self.eat(&[b"!", b"-not"]) {
            negated = !negated;
        }
        let expression = self.primary()?;
        Ok(if negated { Expression::Not(Box::new(expression)) } else { expression })
    }

    fn primary(&mut self) -> Result<Expression, Failure> {
        let Some(word) = self.words.get(self.at).cloned() else {
            return Err(Failure::new(match self.at.checked_sub(1).map(|at| lossy(&self.words[at])) {
                Some(before) => format!("expected an expression after '{before}'"),
                None => "expected an expression".into(),
            }));
        };
        self.at += 1;
        if word == b"(" {
            if self.depth >= MAX_DEPTH {
                return Err(Failure::new("the expression is nested too deeply"));
            }
            if self.eat(&[b")"]) {
                return Err(Failure::new("invalid expression; empty parentheses are not allowed."));
            }
            self.depth += 1;
            let expression = self.comma()?;
            self.depth -= 1;
            if !self.eat(&[b")"]) {
                return Err(Failure::new(
                    "invalid expression; I was expecting to find a ')' somewhere but did not see one.",
                ));
            }
            return Ok(expression);
        }
        if matches!(word.as_slice(), b"-o" | b"-or" | b"-a" | b"-and" | b"," | b")") {
            return Err(Failure::new(format!(
                "invalid expression; you have used a binary operator '{}' with nothing before it.",
                lossy(&word)
            )));
        }
        if !word.starts_with(b"-") {
            return Err(Failure::new(format!("paths must precede expression: {}", quote(&word))));
        }
        self.predicate(&lossy(&word))
    }

    fn argument(&mut self, name: &str) -> Result<Vec<u8>, Failure> {
        match self.words.get(self.at) {
            Some(word) => {
                self.at += 1;
                Ok(word.clone())
            }
            None => Err(Failure::new(format!("missing argument to `{name}'"))),
        }
    }

    fn predicate(&mut self, name: &str) -> Result<Expression, Failure> {
        if let Some(option) = self.option(name)? {
            return Ok(Expression::Test(option));
        }
        if let Some(action) = self.action(name)? {
            if !matches!(action, Action::Prune) {
                self.has_action = true;
            }
            return Ok(Expression::Action(action));
        }
        Ok(Expression::Test(self.test(name)?))
    }

    /// Options: always true, for all of the search.
    fn option(&mut self, name: &str) -> Result<Option<Test>, Failure> {
        match name {
            "-help" | "--help" => {
                agentfense_support::stdout().write_all(HELP.as_bytes())?;
                return Err(Failure::quiet(0));
            }
            "-version" | "--version" => {
                writeln!(agentfense_support::stdout(), "{}", identity::of("find"))?;
                return Err(Failure::quiet(0));
            }
            "-maxdepth" | "-mindepth" => {
                let value = self.argument(name)?;
                let level: usize = std::str::from_utf8(&value)
                    .ok()
                    .filter(|text| text.bytes().all(|b| b.is_ascii_digit()))
                    .and_then(|text| text.parse().ok())
                    .ok_or_else(|| {
                        Failure::new(format!(
                            "Expected a positive decimal integer argument to {name}, but got {}",
                            quote(&value)
                        ))
                    })?;
                if name == "-maxdepth" {
                    self.options.max_depth = level;
                } else {
                    self.options.min_depth = level;
                }
            }
            "-depth" | "-d" => self.options.depth_first = true,
            "-mount" | "-xdev" => self.options.same_device = true,
            "-follow" => self.options.follow = Follow::Always,
            "-daystart" => {
                self.options.now = self.options.now.div_euclid(DAY).saturating_add(1).saturating_mul(DAY);
            }
            "-regextype" => {
                let value = self.argument(name)?;
                self.syntax = match value.as_slice() {
                    b"emacs" | b"findutils-default" => RegexSyntax::Emacs,
                    b"posix-basic" | b"posix-minimal-basic" | b"grep" | b"sed" | b"ed" => RegexSyntax::Basic,
                    b"posix-extended" | b"posix-egrep" | b"egrep" | b"awk" | b"gnu-awk" | b"posix-awk" => {
                        RegexSyntax::Extended
                    }
                    _ => {
                        return Err(Failure::new(format!("Unknown regular expression type {}", quote(&value))));
                    }
                };
            }
            "-noleaf" | "-warn" | "-nowarn" | "-ignore_readdir_race" | "-noignore_readdir_race" => {}
            _ => return Ok(None),
        }
        Ok(Some(Test::True))
    }

    fn action(&mut self, name: &str) -> Result<Option<Action>, Failure> {
        Ok(Some(match name {
            "-print" => Action::Print(b'\n', Target::Output),
            "-print0" => Action::Print(0, Target::Output),
            "-fprint" => Action::Print(b'\n', self.output(name)?),
            "-fprint0" => Action::Print(0, self.output(name)?),
            "-printf" => Action::Format(Format::parse(&self.argument(name)?)?, Target::Output),
            "-fprintf" => {
                let target = self.output(name)?;
                Action::Format(Format::parse(&self.argument(name)?)?, target)
            }
            "-ls" => Action::List(Target::Output),
            "-fls" => Action::List(self.output(name)?),
            "-delete" => {
                self.options.depth_first = true;
                Action::Delete
            }
            "-prune" => Action::Prune,
            "-quit" => Action::Quit,
            "-exec" | "-execdir" | "-ok" | "-okdir" => self.execution(name)?,
            _ => return Ok(None),
        }))
    }

    fn output(&mut self, name: &str) -> Result<Target, Failure> {
        let path = self.argument(name)?;
        if path == b"/dev/stdout" {
            return Ok(Target::Output);
        }
        let index = self.outputs.iter().position(|other| *other == path);
        Ok(Target::File(index.unwrap_or_else(|| {
            self.outputs.push(path);
            self.outputs.len() - 1
        })))
    }

    fn execution(&mut self, name: &str) -> Result<Action, Failure> {
        let ask = name.starts_with("-ok");
        let mut arguments: Vec<Vec<u8>> = Vec::new();
        let many = loop {
            let word = self.argument(name)?;
            if word == b";" {
                break false;
            }
            if word == b"+" && !ask && arguments.last().is_some_and(|last| last == b"{}") {
                arguments.pop();
                break true;
            }
            arguments.push(word);
        };
        if arguments.is_empty() {
            return Err(Failure::new(format!("invalid argument ';' to '{name}'")));
        }
        if many && arguments.iter().any(|argument| argument.windows(2).any(|pair| pair == b"{}")) {
            return Err(Failure::new(format!("Only one instance of {{}} is supported with {name} ... +")));
        }
        let in_directory = name.ends_with("dir");
        self.executions.push(Execution { arguments, many, in_directory, ask });
        Ok(Action::Execute(self.executions.len() - 1))
    }

    fn test(&mut self, name: &str) -> Result<Test, Failure> {
        let pattern =
            |parser: &mut Parser, ignore_case| Ok::<_, Failure>(Glob::new(&parser.argument(name)?, ignore_case));
        Ok(match name {
            "-true" => Test::True,
            "-false" => Test::False,
            "-name" => Test::Name(pattern(self, false)?),
            "-iname" => Test::Name(pattern(self, true)?),
            "-path" | "-wholename" => Test::Path(pattern(self, false)?),
            "-ipath" | "-iwholename" => Test::Path(pattern(self, true)?),
            "-lname" => Test::LinkName(pattern(self, false)?),
            "-ilname" => Test::LinkName(pattern(self, true)?),
            "-regex" => Test::Regex(self.regex(name, false)?),
            "-iregex" => Test::Regex(self.regex(name, true)?),
            "-type" => Test::Type(self.types(name)?),
            "-xtype" => Test::OtherType(self.types(name)?),
            "-size" => self.size(name)?,
            "-empty" => Test::Empty,
            "-perm" => self.permissions(name)?,
            "-user" => {
                let value = self.argument(name)?;
                Test::User(
                    Names::users()
                        .id(&lossy(&value))
                        .ok_or_else(|| Failure::new(format!("{} is not the name of a known user", quote(&value))))?,
                )
            }
            "-group" => {
                let value = self.argument(name)?;
                Test::Group(
                    Names::groups().id(&lossy(&value)).ok_or_else(|| {
                        Failure::new(format!("{} is not the name of an existing group", quote(&value)))
                    })?,
                )
            }
            "-uid" => Test::UserNumber(self.number(name)?),
            "-gid" => Test::GroupNumber(self.number(name)?),
            "-nouser" => Test::NoUser,
            "-nogroup" => Test::NoGroup,
            "-newer" => self.newer(name, Time::Modification)?,
            "-anewer" => self.newer(name, Time::Access)?,
            "-cnewer" => self.newer(name, Time::Change)?,
            "-amin" => self.age(name, Time::Access, MINUTE)?,
            "-cmin" => self.age(name, Time::Change, MINUTE)?,
            "-mmin" => self.age(name, Time::Modification, MINUTE)?,
            "-atime" => self.age(name, Time::Access, DAY)?,
            "-ctime" => self.age(name, Time::Change, DAY)?,
            "-mtime" => self.age(name, Time::Modification, DAY)?,
            "-links" => Test::Links(self.number(name)?),
            "-inum" => Test::Inode(self.number(name)?),
            "-samefile" => {
                let path = self.argument(name)?;
                let stat = reference(&path)?;
                Test::SameFile(stat.dev, stat.ino)
            }
            "-readable" => Test::Readable,
            "-writable" => Test::Writable,
            "-executable" => Test::Executable,
            "-fstype" => Test::FileSystem(lossy(self.argument(name)?)),
            _ if name.len() == 8 && name.starts_with("-newer") => self.newer_xy(name)?,
            _ => return Err(Failure::new(format!("unknown predicate `{name}'"))),
        })
    }

    fn regex(&mut self, name: &str, ignore_case: bool) -> Result<Regex, Failure> {
        let pattern = self.argument(name)?;
        let flags = Flags { ignore_case, whole: true, ..Flags::default() };
        let (pattern, syntax) = match self.syntax {
            RegexSyntax::Emacs => (emacs_to_basic(&pattern), Syntax::Basic),
            RegexSyntax::Basic => (pattern, Syntax::Basic),
            RegexSyntax::Extended => (pattern, Syntax::Extended),
        };
        Regex::new(&pattern, syntax, flags)
            .map_err(|error| Failure::new(format!("failed to compile regular expression {}: {error}", quote(&pattern))))
    }

    fn types(&mut self, name: &str) -> Result<Vec<FileType>, Failure> {
        let value = self.argument(name)?;
        let mut types = Vec::new();
        for letter in value.split(|&b| b == b',') {
            types.push(match letter {
                b"f" => FileType::Regular,
                b"d" => FileType::Directory,
                b"l" => FileType::Symlink,
                b"p" => FileType::Fifo,
                b"c" => FileType::Character,
                b"b" => FileType::Block,
                b"s" => FileType::Socket,
                b"" => {
                    return Err(Failure::new(format!("Arguments to {name} should contain at least one letter")));
                }
                [_] => {
                    return Err(Failure::new(format!("Unknown argument to {name}: {}", lossy(letter))));
                }
                _ => {
                    return Err(Failure::new(format!("Must separate multiple arguments to {name} using: ','")));
                }
            });
        }
        Ok(types)
    }

    fn size(&mut self, name: &str) -> Result<Test, Failure> {
        let value = self.argument(name)?;
        let invalid = || Failure::new(format!("invalid argument {} to '-size'", quote(&value)));
        let (digits, unit) = match value.split_last() {
            Some((b'b', digits)) => (digits, 512),
            Some((b'c', digits)) => (digits, 1),
            Some((b'w', digits)) => (digits, 2),
            Some((b'k', digits)) => (digits, 1 << 10),
            Some((b'M', digits)) => (digits, 1 << 20),
            Some((b'G', digits)) => (digits, 1 << 30),
            Some((b'0'..=b'9', _)) => (value.as_slice(), 512),
            _ => return Err(invalid()),
        };
        Ok(Test::Size(compare(digits).ok_or_else(invalid)?, unit))
    }

    fn permissions(&mut self, name: &str) -> Result<Test, Failure> {
        let value = self.argument(name)?;
        let (how, mode) = match value.split_first() {
            Some((b'-', mode)) => (Match::All, mode),
            Some((b'/', mode)) => (Match::Any, mode),
            _ => (Match::Exactly, value.as_slice()),
        };
        let mode =
            ModeChange::parse(&lossy(mode)).ok_or_else(|| Failure::new(format!("invalid mode {}", quote(&value))))?;
        Ok(Test::Permissions(mode, how))
    }

    fn number(&mut self, name: &str) -> Result<Compare<u64>, Failure> {
        let value = self.argument(name)?;
        compare(&value).ok_or_else(|| Failure::new(format!("invalid argument {} to '{name}'", quote(&value))))
    }

    fn age(&mut self, name: &str, time: Time, unit: i64) -> Result<Test, Failure> {
        let value = self.argument(name)?;
        let compare: Compare<f64> = compare(&value)
            .filter(|compare: &Compare<f64>| match compare {
                Compare::More(n) | Compare::Less(n) | Compare::Exactly(n) => n.is_finite(),
            })
            .ok_or_else(|| Failure::new(format!("invalid argument {} to '{name}'", quote(&value))))?;
        Ok(Test::Age { time, compare, unit })
    }

    fn newer(&mut self, name: &str, time: Time) -> Result<Test, Failure> {
        let path = self.argument(name)?;
        Ok(Test::Newer(time, reference(&path)?.mtime))
    }

    fn newer_xy(&mut self, name: &str) -> Result<Test, Failure> {
        let unknown = || Failure::new(format!("unknown predicate `{name}'"));
        let letters: Vec<char> = name.chars().skip(6).collect();
        let time = |letter: Option<&char>| match letter {
            Some('a') => Some(Time::Access),
            Some('c') => Some(Time::Change),
            Some('m') => Some(Time::Modification),
            _ => None,
        };
        let own = time(letters.first()).ok_or_else(unknown)?;
        let value = self.argument(name)?;
        if letters.get(1) == Some(&'t') {
            let point = time::parse(&lossy(&value)).ok_or_else(|| {
                Failure::new(format!("I cannot figure out how to interpret {} as a date or time", quote(&value)))
            })?;
            return Ok(Test::Newer(own, point));
        }
        let stat = reference(&value)?;
        let point = match time(letters.get(1)).ok_or_else(unknown)? {
            Time::Access => stat.atime,
            Time::Change => stat.ctime,
            Time::Modification => stat.mtime,
        };
        Ok(Test::Newer(own, point))
    }
}

fn reference(path: &[u8]) -> Result<files::Stat, Failure> {
    files::stat(path, true).map_err(|errno| Failure::new(format!("{}: {errno}", quote(path))))
}

fn compare<T: std::str::FromStr>(value: &[u8]) -> Option<Compare<T>> {
    let text = std::str::from_utf8(value).ok()?;
    let number =
        |digits: &str| digits.parse().ok().filter(|_| digits.starts_with(|c: char| c.is_ascii_digit() || c == '.'));
    match text.as_bytes().first()? {
        b'+' => Some(Compare::More(number(&text[1..])?)),
        b'-' => Some(Compare::Less(number(&text[1..])?)),
        _ => Some(Compare::Exactly(number(text)?)),
    }
}

/// Emacs's regular expressions are basic ones with `+` and `?` as operators, and no intervals.
fn emacs_to_basic(pattern: &[u8]) -> Vec<u8> {
    let mut basic = Vec::with_capacity(pattern.len() + 8);
    let mut bytes = pattern.iter().copied().peekable();
    let mut at_start = true;
    while let Some(byte) = bytes.next() {
        let starts = std::mem::take(&mut at_start);
        match byte {
            b'\\' => match bytes.next() {
                Some(plain @ (b'+' | b'?' | b'{' | b'}')) => basic.push(plain),
                Some(other) => {
                    at_start = matches!(other, b'(' | b'|');
                    basic.extend([b'\\', other]);
                }
                None => basic.push(b'\\'),
            },
            b'+' | b'?' if !starts => basic.extend([b'\\', byte]),
            b'[' => {
                basic.push(byte);
                let mut first = true;
                if bytes.peek() == Some(&b'^') {
                    basic.extend(bytes.next());
                }
                for inside in bytes.by_ref() {
                    basic.push(inside);
                    if inside == b']' && !first {
                        break;
                    }
                    first = false;
                }
            }
            byte => basic.push(byte),
        }
    }
    basic
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Command, String> {
        let args = std::iter::once(&"find").chain(words).map(|word| word.as_bytes().to_vec());
        command(args.collect()).map_err(|failure| failure.message)
    }

    #[test]
    fn precedence() {
        let command = parse(&["-true", "-o", "!", "-false", "-name", "x"]).unwrap();
        // Without an action, the whole is printed.
        let Expression::And(list) = &command.expression else { panic!("{command:?}") };
        let Expression::Or(list) = &list[0] else { panic!("{command:?}") };
        assert!(matches!(&list[1], Expression::And(list) if matches!(list[0], Expression::Not(_))));
    }

    #[test]
    fn roots_and_options() {
        let command = parse(&["-L", "a", "b", "-maxdepth", "2", "-delete"]).unwrap();
        assert_eq!(command.roots, [b"a".to_vec(), b"b".to_vec()]);
        assert!(command.options.follow.always() && command.options.depth_first);
        assert_eq!(command.options.max_depth, 2);
        assert_eq!(parse(&[]).unwrap().roots, [b".".to_vec()]);
    }

    #[test]
    fn executions() {
        let command = parse(&["-exec", "a", "{}", "b", ";", "-exec", "c", "{}", "+"]).unwrap();
        assert!(!command.executions[0].many && command.executions[1].many);
        assert_eq!(command.executions[0].arguments.len(), 3);
        assert_eq!(command.executions[1].arguments, [b"c".to_vec()]);
        assert_eq!(parse(&["-exec", "a"]).unwrap_err(), "missing argument to `-exec'");
    }

    #[test]
    fn mistakes() {
        for (words, start) in [
            (&["("][..], "expected an expression"),
            (&["(", "-true"], "invalid expression; I was expecting"),
            (&["-true", ")"], "you have too many"),
            (&["-o", "-true"], "invalid expression; you have used a binary operator"),
            (&["-nope"], "unknown predicate `-nope'"),
            (&["-true", "x"], "paths must precede expression: 'x'"),
            (&["-type", "q"], "Unknown argument to -type"),
            (&["-size", "1x"], "invalid argument '1x' to '-size'"),
            (&["-maxdepth", "-1"], "Expected a positive decimal integer"),
            (&["-perm", "9"], "invalid mode '9'"),
            (&["-newermt", "never"], "I cannot figure out"),
        ] {
            let message = parse(words).unwrap_err();
            assert!(message.starts_with(start), "{words:?}: {message}");
        }
        let deep = vec!["("; 5000];
        assert_eq!(parse(&deep).unwrap_err(), "the expression is nested too deeply");
    }

    #[test]
    fn emacs_syntax() {
        assert_eq!(emacs_to_basic(br".*\.\(c\|h\)+\+[+]"), br".*\.\(c\|h\)\++[+]");
    }

    #[test]
    fn comparisons() {
        assert_eq!(compare::<u64>(b"+3"), Some(Compare::More(3)));
        assert_eq!(compare::<u64>(b"-3"), Some(Compare::Less(3)));
        assert_eq!(compare::<u64>(b"3"), Some(Compare::Exactly(3)));
        assert_eq!(compare::<u64>(b"+-3"), None);
        assert_eq!(compare::<f64>(b"nan"), None);
    }
}
