//! What the parser reads, what it refuses and how, and that no text upsets it.

use std::collections::HashMap;

use bstr::{BString, ByteSlice};

use super::*;
use crate::ast::*;

const EXTGLOB: Options = Options { posix: false, extglob: true, brace_expansion: true };

fn read_all(script: &[u8], options: &Options) -> Result<Vec<Program>, SyntaxError> {
    let mut parser = Parser::new(script, b"script", 1);
    let mut programs = Vec::new();
    while let Some(program) = parser.next_command(options, &|_| None)? {
        programs.push(program);
    }
    Ok(programs)
}

fn read(script: &str) -> Program {
    let mut items = Vec::new();
    for program in read_all(script.as_bytes(), &EXTGLOB).unwrap() {
        items.extend(program.items);
    }
    Program { items, ..Program::default() }
}

fn printed(script: &str) -> String {
    print::program(&read(script)).to_string()
}

fn with_aliases(script: &str, aliases: &[(&str, &str)]) -> Result<String, SyntaxError> {
    let table: HashMap<&[u8], &str> = aliases.iter().map(|(name, text)| (name.as_bytes(), *text)).collect();
    let mut parser = Parser::new(script.as_bytes(), b"script", 1);
    let mut items = Vec::new();
    while let Some(program) = parser.next_command(&EXTGLOB, &|name| table.get(name).map(|&text| BString::from(text)))? {
        items.extend(program.items);
    }
    Ok(print::program(&Program { items, ..Program::default() }).to_string())
}

fn error(script: &str) -> (u32, String, bool) {
    let error = read_all(script.as_bytes(), &Options::default()).unwrap_err();
    (error.line, error.message.to_string(), error.incomplete)
}

fn first_simple(program: &Program) -> &Simple {
    match &program.items[0].list.first.stages[0] {
        Command::Simple(simple) => simple,
        other => panic!("{other:?}"),
    }
}

fn word(text: &str) -> Word {
    match &first_simple(&read(&format!("x {text}"))).words[1] {
        Argument::Word(word) => word.clone(),
        other => panic!("{other:?}"),
    }
}

fn parameter(text: &str) -> Parameter {
    match word(text).parts.as_slice() {
        [WordPart::Parameter(parameter)] => (**parameter).clone(),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn reads_line_by_line() {
    let mut parser = Parser::new(b"a; b &\n\n# no\nc && {\nd\n}\n", b"", 1);
    let mut next = || parser.next_command(&Options::default(), &|_| None).unwrap();
    assert_eq!(next().unwrap().items.len(), 2);
    assert_eq!(next().unwrap().items[0].list.first.line, 4);
    assert!(next().is_none());
}

#[test]
fn errors_come_after_the_lines_before() {
    let mut parser = Parser::new(b"a\n)\n", b"", 1);
    assert!(parser.next_command(&Options::default(), &|_| None).unwrap().is_some());
    assert_eq!(parser.position(), 2);
    let error = parser.next_command(&Options::default(), &|_| None).unwrap_err();
    assert_eq!(error.message, "syntax error near unexpected token `)'");
    assert_eq!(error.source_line.unwrap(), ")");
    assert_eq!(error.line, 2);
}

#[test]
fn messages_are_those_of_bash() {
    let unexpected = |token: &str| format!("syntax error near unexpected token `{token}'");
    let eof = |delimiter: &str| format!("unexpected EOF while looking for matching `{delimiter}'");
    assert_eq!(error("if true; then"), (2, "syntax error: unexpected end of file".into(), true));
    assert_eq!(error("echo \"abc"), (1, eof("\""), true));
    assert_eq!(error("a\nb 'c\nd"), (2, eof("'"), true));
    assert_eq!(error("echo ${x"), (1, eof("}"), true));
    assert_eq!(error("echo $(echo"), (2, eof(")"), true));
    assert_eq!(error("echo `echo"), (1, eof("`"), true));
    assert_eq!(error("foo["), (1, eof("]"), true));
    assert_eq!(error("while do done"), (1, unexpected("do"), false));
    assert_eq!(error("{ }"), (1, unexpected("}"), false));
    assert_eq!(error("a\necho a >"), (2, unexpected("newline"), false));
    assert_eq!(error("f() echo"), (1, unexpected("echo"), false));
    assert_eq!(error("a ;; b"), (1, unexpected(";;"), false));
    assert_eq!(error("case a in (a) b c;; d e) ;; esac"), (1, unexpected("e"), false));
    assert_eq!(error("for x in a b; echo"), (1, unexpected("echo"), false));
    assert_eq!(error("echo a (b)"), (1, unexpected("("), false));
    assert_eq!(error("[[ a b ]]"), (1, "conditional binary operator expected".into(), false));
    let argument = "unexpected argument `]]' to conditional unary operator";
    assert_eq!(error("[[ -f ]]"), (1, argument.into(), false));
    let needed = "syntax error: arithmetic expression required";
    assert_eq!(error("for ((i=0;i<1)) do :; done"), (1, needed.into(), false));
}

#[test]
fn reserved_words_only_where_commands_start() {
    let program = read("echo if then }; if a; then b; fi; x=1 done");
    assert_eq!(program.items.len(), 3);
    assert_eq!(first_simple(&program).words.len(), 4);
    assert_eq!(printed("{ echo a; } | { ( b ) }"), "{ echo a; } | { ( b ); }");
    assert_eq!(printed("wh\\\nile a\ndo b; do\\\nne"), "while a; do\n    b;\ndone");
}

#[test]
fn double_parentheses_are_arithmetic_only_if_closed_so() {
    let kind = |script: &str| match &read(script).items[0].list.first.stages[0] {
        Command::Compound(compound, _) => compound.kind.clone(),
        other => panic!("{other:?}"),
    };
    assert!(matches!(kind("(( a + (b) ))"), CompoundKind::Arith(_)));
    assert!(matches!(kind("((a); (b))"), CompoundKind::Subshell(_)));
    assert!(matches!(word("$(( 1 ))").parts[0], WordPart::Arith(_)));
    assert!(matches!(word("$((echo a); (echo b))").parts[0], WordPart::Command(_)));
}

#[test]
fn failed_arithmetic_is_not_retried_without_end() {
    let nested = format!("echo {}x{}", "$((a;".repeat(60), ") )".repeat(60));
    assert!(read_all(nested.as_bytes(), &EXTGLOB).is_ok());
}

#[test]
fn subscripts_do_not_double_at_each_level() {
    for (open, close) in [("${x[", "]}"), ("$((1+", "))")] {
        let nested = format!("echo {}1{}", open.repeat(100), close.repeat(100));
        let program = read(&nested);
        assert!(format!("{program:?}").len() < 1 << 20, "{open}");
    }
    let nested = format!("{}1{}", "a[$(".repeat(60), ")]=1".repeat(60));
    assert!(format!("{:?}", read(&nested)).len() < 1 << 20);
}

#[test]
fn aliases_are_replaced_while_reading() {
    let run = |script: &str, aliases: &[(&str, &str)]| with_aliases(script, aliases).unwrap();
    assert_eq!(run("e x; echo e", &[("e", "echo a")]), "echo a x; echo e");
    assert_eq!(run("ls", &[("ls", "ls -l")]), "ls -l");
    assert_eq!(run("a", &[("a", "b 1"), ("b", "a 2")]), "a 2 1");
    assert_eq!(run("s ll", &[("s", "sudo "), ("ll", "ls -l")]), "sudo ls -l");
    assert_eq!(run("s x ll", &[("s", "sudo "), ("ll", "ls -l")]), "sudo x ll");
    let lines = run("F i IN 1 2; do echo $i; done", &[("F", "for "), ("i", "j "), ("IN", "in ")]);
    assert_eq!(lines, "for j in 1 2;\ndo\n    echo $i;\ndone");
    assert_eq!(run("q b'; c", &[("q", "echo 'a")]), "echo 'a b'; c");
    assert_eq!(run("n junk\nb", &[("n", "echo a #")]), "echo a; b");
    assert_eq!(run("a>x", &[("a", "echo 2")]), "echo 2 > x");
    assert_eq!(run("X=1 e; 'e'; \\e", &[("e", "echo")]), "X=1 echo; 'e'; \\e");
    assert_eq!(run("two", &[("two", "a\nb")]), "a; b");
    assert_eq!(run("echo $(e 1)", &[("e", "echo")]), "echo $(echo 1)");
}

#[test]
fn lines_are_counted_behind_aliases() {
    let mut parser = Parser::new(b"x\nx\ny\n", b"", 1);
    let aliases = |name: &[u8]| (name == b"x").then(|| BString::from("a\nb"));
    let mut lines = Vec::new();
    while let Some(program) = parser.next_command(&Options::default(), &aliases).unwrap() {
        let words = print::program(&program).to_string();
        if words == "y" {
            lines.push(program.items[0].list.first.line);
        }
    }
    assert_eq!(lines, [3]);
}

#[test]
fn here_documents() {
    let script = "cat <<A <<-'B' && if c <<C; then d; fi\n$x\nA\n\t\\$y\n\tB\nz\nC\n";
    let program = read(script);
    let simple = first_simple(&program);
    let body = |redirect: &Redirect| match &redirect.kind {
        RedirectKind::HereDocument(document) => document.clone(),
        other => panic!("{other:?}"),
    };
    let (first, second) = (body(&simple.redirects[0]), body(&simple.redirects[1]));
    assert!(matches!(first.body.parts[0], WordPart::Parameter(_)));
    assert!(second.quoted && second.strip_tabs);
    assert_eq!(second.body.parts, [WordPart::Quoted("\\$y\n".into(), QuoteStyle::Single)]);
    assert!(print::program(&program).contains_str("z\nC\n"));
    assert_eq!(printed("cat <<\"a b\"\nx\na b\n"), "cat <<'a b'\nx\na b\n");
}

#[test]
fn here_documents_without_an_end() {
    let mut parser = Parser::new(b"cat <<E\na\n", b"", 1);
    parser.next_command(&Options::default(), &|_| None).unwrap().unwrap();
    let warnings = parser.take_warnings();
    assert_eq!(warnings[0].message, "here-document at line 1 delimited by end-of-file (wanted `E')");
    let mut parser = Parser::new(b"echo $(cat <<E)\na\nE\nz\n", b"", 1);
    let first = parser.next_command(&Options::default(), &|_| None).unwrap().unwrap();
    assert!(print::program(&first).contains_str("\na\nE\n"));
    let second = parser.next_command(&Options::default(), &|_| None).unwrap().unwrap();
    assert_eq!(print::program(&second), "z");
}

#[test]
fn braces_follow_the_rules_of_bash() {
    let has_brace = |text: &str| word(text).parts.iter().any(|part| matches!(part, WordPart::Brace(_)));
    for text in [
        "{a,b}",
        "{,}",
        "a{b,c}d{1..3}",
        "{01..10}",
        "{a..e..2}",
        "{a}b,c}",
        "{'x',y}",
        "{a,{b,c}}",
        "\\${a,b}",
        "{1..-3}",
        "{{a,b}",
    ] {
        assert!(has_brace(text), "{text}");
    }
    for text in [
        "{a}",
        "{}",
        "{a..}",
        "{1..a}",
        "{1..2..}",
        "${a,b}",
        "'{a,b}'",
        "\\{a,b}",
        "{a\\,b}",
        "{99999999999999999999..1}",
        "{a,b",
    ] {
        assert!(!has_brace(text), "{text}");
    }
    let Argument::Word(off) =
        &first_simple(&read_all(b"x {a,b}", &Options { brace_expansion: false, ..EXTGLOB }).unwrap()[0]).words[1]
            .clone()
    else {
        panic!("no word")
    };
    assert_eq!(off.as_literal().unwrap(), "{a,b}");
}

#[test]
fn tildes() {
    let tildes = |script: &str| format!("{:?}", read(script)).matches("Tilde(").count();
    assert_eq!(tildes("echo ~ ~/x ~u/y a~ '~' \\~ ~$x ~'u'"), 3);
    assert_eq!(tildes("x=~:~/b:c~"), 2);
    assert_eq!(tildes("export x=~:~/b"), 2);
    assert_eq!(tildes("echo a=~:~ --x=~ ab:~"), 2);
    assert_eq!(tildes("echo {~/a,~/b}"), 2);
    assert_eq!(tildes("echo ${x:-~/a} \"${x:-~/a}\""), 1);
}

#[test]
fn parameters() {
    use ParameterOp as Op;
    let special = ParameterSubject::Special;
    assert_eq!(parameter("${#}").subject, special(b'#'));
    assert_eq!(parameter("${#}").op, Op::Value);
    assert_eq!(parameter("${##}").op, Op::Length);
    assert_eq!(parameter("${##x}").subject, special(b'#'));
    assert_eq!((parameter("${#-}").subject, parameter("${#-}").op), (special(b'-'), Op::Length));
    assert!(matches!(parameter("${#-x}").op, Op::Default { colon: false, .. }));
    assert!(matches!(parameter("${#:-x}").op, Op::Default { colon: true, .. }));
    assert!(parameter("${!x}").indirect && parameter("${!x@Q}").indirect);
    assert_eq!(parameter("${!x@}").op, Op::Names(true));
    assert_eq!(parameter("${!x*}").op, Op::Names(false));
    assert_eq!(parameter("${!x[@]}").op, Op::Keys);
    assert_eq!(parameter("${!}").subject, special(b'!'));
    assert!(parameter("${!#}").indirect);
    assert!(matches!(parameter("${!:-x}").op, Op::Default { .. }));
    assert!(matches!(parameter("${x:?}").op, Op::Error { colon: true, word: None }));
    assert!(matches!(parameter("${x::2}").op, Op::Substring { length: Some(_), .. }));
    assert!(matches!(parameter("${x:(-1)}").op, Op::Substring { length: None, .. }));
    match parameter("${x:a?b:c:d}").op {
        Op::Substring { offset, length } => {
            assert_eq!((offset.text, length.unwrap().text), ("a?b:c".into(), "d".into()));
        }
        other => panic!("{other:?}"),
    }
    match parameter("${x/#a\\/b/c/d}").op {
        Op::Replace { mode: ReplaceMode::Prefix, pattern, replacement } => {
            assert_eq!(print::word_text(&pattern), "a\\/b");
            assert_eq!(replacement.unwrap().as_literal().unwrap(), "c/d");
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(parameter("${x^^[a-z]}").op, Op::Case { all: true, pattern: Some(_), .. }));
    assert_eq!(parameter("${10}").subject, ParameterSubject::Positional(10));
    for bad in ["${}", "${ x}", "${x@}", "${x@Z}", "${x:}", "${#x-y}", "${x[}", "${x!}", "${1a}"] {
        match parameter(bad).op {
            Op::Bad(text) => assert_eq!(format!("${{{text}}}"), bad),
            other => panic!("{bad}: {other:?}"),
        }
    }
}

#[test]
fn quotes_in_operands() {
    let operand = |text: &str| {
        let parsed = word(text);
        let WordPart::DoubleQuoted(inner) = &parsed.parts[0] else { panic!("{parsed:?}") };
        let WordPart::Parameter(parameter) = &inner[0] else { panic!("{inner:?}") };
        match &parameter.op {
            ParameterOp::Default { word, .. } => word.parts.clone(),
            ParameterOp::RemovePrefix { pattern, .. } => pattern.parts.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(operand("\"${x:-'a'}\""), [WordPart::Literal("'a'".into())]);
    assert_eq!(operand("\"${x#'}'}\""), [WordPart::Quoted("}".into(), QuoteStyle::Single)]);
    assert!(matches!(operand("\"${x:-\"a b\"}\"")[0], WordPart::DoubleQuoted(_)));
    assert_eq!(operand("\"${x:-\\}}\""), [WordPart::Quoted("}".into(), QuoteStyle::Backslash)]);
}

#[test]
fn ansi_quotes() {
    let decode = |text: &str| word::decode_ansi(text.as_bytes());
    assert_eq!(decode("\\x41\\101\\u20ac\\U1F600\\cA\\e\\q"), "AA\u{20ac}\u{1f600}\x01\x1b\\q");
    assert_eq!(decode("a\\0b"), "a");
    assert_eq!(decode("\\x{65}\\xff"), BString::from(vec![b'e', 0xff]));
}

#[test]
fn assignments() {
    let program = read("a=1 b+=2 c[1 + 2]=3 d=(x [k]=v \"y z\" # no\n w) cmd e=5");
    let simple = first_simple(&program);
    assert_eq!(simple.assignments.len(), 4);
    assert!(simple.assignments[1].append);
    assert!(simple.assignments[2].index.is_some());
    let AssignedValue::Array(elements) = &simple.assignments[3].value else { panic!("no array") };
    assert_eq!(elements.len(), 4);
    assert!(elements[1].index.is_some());
    assert!(matches!(simple.words[1], Argument::Word(_)));
    let declared = read("command export a=$x");
    assert!(matches!(first_simple(&declared).words[2], Argument::Assignment(_)));
    assert!(matches!(first_simple(&read("eval a=$x")).words[1], Argument::Word(_)));
    assert!(matches!(first_simple(&read("eval a=(1)")).words[1], Argument::Assignment(_)));
}

#[test]
fn substitutions_hold_any_program() {
    for script in [
        "echo $(case a in a) echo ')';; esac # )\n)",
        "echo \"$(echo \"$(echo ')')\")\"",
        "echo `echo \\`echo a\\``",
        "x=$(cat <<E\n)\nE\n)",
        "echo ${x:-$(case a in (a) b;; esac)}",
        "cat <(echo a) >(b) --x=<(c)",
    ] {
        assert!(read_all(script.as_bytes(), &EXTGLOB).is_ok(), "{script}");
    }
    let program = read("echo `if`; echo b");
    assert!(format!("{program:?}").contains("failed: true"));
}

#[test]
fn tests() {
    assert_eq!(
        printed("[[ x && ! ( -f y || a =~ (b c)|d ) \n || $a < b ]]"),
        "[[ -n x && ! ( -f y || a =~ (b c)|d ) || $a < b ]]"
    );
    let off = Options::default();
    assert!(read_all(b"[[ a == @(b|c d) ]]", &off).is_ok());
    assert!(read_all(b"[[ a -a b ]]", &off).is_err());
}

#[test]
fn arithmetic() {
    let value = |text: &str| parse_arith(text.as_bytes()).unwrap();
    let number = |value| Box::new(ArithExpr::Number(value));
    assert_eq!(
        value("1 + 2 * 3"),
        ArithExpr::Binary(
            ArithBinary::Add,
            number(1),
            Box::new(ArithExpr::Binary(ArithBinary::Multiply, number(2), number(3)))
        )
    );
    assert_eq!(
        value("-2 ** 3 ** 2"),
        ArithExpr::Binary(
            ArithBinary::Power,
            Box::new(ArithExpr::Unary(ArithUnary::Minus, number(2))),
            Box::new(ArithExpr::Binary(ArithBinary::Power, number(3), number(2)).at(6)),
        )
    );
    assert_eq!(value(""), ArithExpr::Number(0));
    for text in ["a=b=1", "a?b:c?d:e", "a[i++]+=2", "x--", "++x", "- -5", "--5", "a,b", "!(~1)"] {
        value(text);
    }
    for (text, message) in [
        ("1 + ", "1 + : syntax error: operand expected (error token is \"+ \")"),
        ("1 2", "1 2: syntax error in expression (error token is \"2\")"),
        ("1.5", "1.5: syntax error: invalid arithmetic operator (error token is \".5\")"),
        ("1+08+1", "1+08: value too great for base (error token is \"08\")"),
        ("1+x=5", "1+x=5: attempted assignment to non-variable (error token is \"=5\")"),
        ("x++=5", "x++=5: attempted assignment to non-variable (error token is \"=5\")"),
        ("(1", "(1: missing `)' (error token is \"1\")"),
        ("1 ? 2", "1 ? 2: `:' expected for conditional expression (error token is \"2\")"),
    ] {
        assert_eq!(parse_arith(text.as_bytes()).unwrap_err().message, message);
    }
}

impl ArithExpr {
    fn at(self, at: u32) -> Self {
        ArithExpr::Operand(at, Box::new(self))
    }
}

#[test]
fn numbers() {
    let number = |text: &str| parse_number(text.as_bytes());
    assert_eq!(number("010"), Ok(8));
    assert_eq!(number("0xfF"), Ok(255));
    assert_eq!(number("36#Zz"), Ok(35 * 36 + 35));
    assert_eq!(number("64#@_"), Ok(62 * 64 + 63));
    assert_eq!(number("9223372036854775808"), Ok(i64::MIN));
    assert_eq!(number("0x"), Err("invalid number"));
    assert_eq!(number("1#0"), Err("invalid arithmetic base"));
    assert_eq!(number("2#"), Err("invalid integer constant"));
    assert_eq!(number("2#2"), Err("value too great for base"));
}

#[test]
fn arithmetic_forms() {
    let form = |text: &str| match &word(text).parts[0] {
        WordPart::Arith(arith) => arith.form.clone(),
        other => panic!("{other:?}"),
    };
    assert!(matches!(form("$((a+1))"), ArithForm::Parsed(_)));
    assert!(matches!(form("$(($x))"), ArithForm::Parsed(ArithExpr::Word(_))));
    assert!(matches!(form("$(($x*2))"), ArithForm::Guarded(..)));
    assert!(matches!(form("$((a[$i]++))"), ArithForm::Guarded(..)));
    for text in ["$((1 $op 2))", "$((a$x))", "$(($x$y))", "$((++$x))", "$((1 +))", "$((0x$h))"] {
        assert!(matches!(form(text), ArithForm::Dynamic(_)), "{text}");
    }
}

#[test]
fn names_with_subscripts() {
    assert_eq!(split_lvalue(b"a[x]y"), Some((&b"a"[..], Some(&b"x"[..]), &b"y"[..])));
    assert!(parse_lvalue(b"a[1]").unwrap().1.is_some());
    assert!(parse_lvalue(b"a").unwrap().1.is_none());
    for bad in ["", "1a", "a[", "a[]", "a-b", "a[1]b"] {
        assert!(parse_lvalue(bad.as_bytes()).is_none(), "{bad}");
    }
    assert_eq!(parse_array(b"(1 [2]=3)", &EXTGLOB).unwrap().len(), 2);
}

#[test]
fn functions_print_as_in_bash() {
    let script = "f(){ a & b; c& }";
    let program = read(script);
    let Command::Function(function) = &program.items[0].list.first.stages[0] else { panic!("no function") };
    assert_eq!(print::function(function), "f () \n{ \n    a & b;\n    c &\n}");
    let program = read("function f { g() (( 1 )) >x\n case $x in (a|b) c;; esac 2>&1; }");
    let Command::Function(function) = &program.items[0].list.first.stages[0] else { panic!("no function") };
    assert_eq!(
        print::function(function).to_string(),
        "f () \n{ \n    function g () \n    { \n        (( 1 )) > x\n    };\n    \
         case $x in \n        a | b)\n            c\n        ;;\n    esac 2>&1\n}"
    );
}

/// Scripts with a bit of everything, to print, mutate and cut.
const SCRIPTS: &[&str] = &[
    "a=1 b[2]+=x cmd 'q' \"d $x ${y:-z} $(sub) `bq` \\$\" $'a\\n' >f 2>&1 <<<here &>>log",
    "if a && b || ! c; then d | e |& f; else g; fi; while x; do y; done; until p; do q; done",
    "for i in a {b,c} {1..3}; do echo $i; done\nfor ((i=0; i<3; i++)); do :; done",
    "case $x in a|b) c ;; @(d|e)*) f ;& *) g ;;& esac",
    "[[ -f x && ! ( $a == b* || c =~ ^(d|e f)$ ) ]] && (( x += 2, y ? 1 : z[3] ))",
    "cat <<A <<-'B'\n$x `y` $((1+$z))\nA\n\tq\n\tB\necho ${x//a/b} ${x:1:2} ${!p*} ${#a[@]}",
    "f() { local x=(1 [2]=3 \"$@\"); ( sub; shell ) >&2; }\nfunction g { time -p h; }",
    "coproc N { a; }; select s in 1 2; do t; done {fd}<x 3>&-; u <(p) >(q) ~u/x",
    "echo ${x:-${y:=~/z}} \"${x:+\"q\"'r'}\" $[1+2] ${x^^} ${y@Q} ${z:?m} ${bad!} x$ *.[ch]",
    "a && { b; } || (c) & d\n! e; time; x=$(case y in z) w;; esac; cat <<E\nbody\nE\n)",
];

/// The tree without what printing changes as bash's does: lines, `$'x'` that
/// becomes `'x'`, `>&2` that becomes `1>&2`.
fn without_lines(program: &Program) -> String {
    let text = format!("{program:?}")
        .replace(", Ansi)", ", Single)")
        .replace("fd: Default, kind: Duplicate", "fd: Number(1), kind: Duplicate");
    let mut out = String::new();
    for (index, piece) in text.split("line: ").enumerate() {
        out.push_str(if index == 0 { piece } else { piece.trim_start_matches(char::is_numeric) });
    }
    out
}

#[test]
fn what_is_printed_parses_to_the_same() {
    for script in SCRIPTS {
        let first = read(script);
        let text = print::program(&first).to_string();
        let second = read(&text);
        assert_eq!(without_lines(&first), without_lines(&second), "{script}\n{text}");
    }
}

/// A small generator: the runs must be the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

fn try_all(text: &[u8]) {
    let aliases = |name: &[u8]| match name {
        b"a" => Some(BString::from("b ")),
        b"b" => Some("echo 'x".into()),
        b"c" => Some("if ".into()),
        b"d" => Some("\n<<E".into()),
        _ => None,
    };
    for options in [EXTGLOB, Options { posix: true, ..Options::default() }] {
        let mut parser = Parser::new(text, b"", 1);
        while let Ok(Some(program)) = parser.next_command(&options, &aliases) {
            let _ = print::program(&program);
            assert!(parser.position() <= text.len());
        }
        let _ = parser.take_warnings();
        let _ = (parse_word(text, &options), parse_here_body(text, &options));
        let _ = (parse_quoted(text, &options), parse_array(text, &options));
        let _ = (parse_arith(text), parse_arith_word(text, &options));
        let _ = (parse_subscript(text), parse_lvalue(text), parse_number(text));
    }
}

#[test]
fn no_text_makes_it_panic() {
    const PIECES: &[&str] = &[
        "$(",
        "${",
        "$((",
        "((",
        "))",
        ")",
        "}",
        "`",
        "'",
        "\"",
        "\\",
        "\n",
        "<<E",
        "<<-'E'",
        "E\n",
        "[[",
        "]]",
        "if ",
        "then ",
        "fi",
        "case a in ",
        ";;",
        "esac",
        "{",
        "{a,",
        "..",
        "#",
        "!",
        "a",
        "b ",
        "c ",
        "d ",
        "[",
        "]",
        "=",
        "+=",
        "(",
        "@(",
        "|",
        "&",
        ";",
        "<(",
        "$'",
        "$\"",
        "\\\n",
        "for ",
        "in ",
        "do ",
        "done",
        "function f ",
        "()",
        "~",
        ":",
        "/",
        "%",
        "^",
        "@Q}",
        "1",
        "08",
        "++",
        "?",
        "**",
        "\0",
        "\u{e9}",
        "{x}>",
        "2>&",
        "=~ ",
        "coproc ",
        "time ",
    ];
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for round in 0..6000 {
        let mut text: Vec<u8> = Vec::new();
        if round % 2 == 0 {
            for _ in 0..random.below(24) {
                text.extend_from_slice(PIECES[random.below(PIECES.len())].as_bytes());
            }
        } else {
            text.extend_from_slice(SCRIPTS[random.below(SCRIPTS.len())].as_bytes());
            for _ in 0..1 + random.below(4) {
                let at = random.below(text.len());
                match random.below(4) {
                    0 => text[at] = random.below(256) as u8,
                    1 => text.truncate(at),
                    2 => {
                        let piece = PIECES[random.below(PIECES.len())].bytes();
                        text.splice(at..at, piece);
                    }
                    _ => {
                        let end = (at + random.below(9)).min(text.len());
                        text.drain(at..end);
                    }
                }
                if text.is_empty() {
                    break;
                }
            }
        }
        try_all(&text);
    }
}

#[test]
fn nesting_has_a_limit_and_a_clear_error() {
    let run = || {
        for (open, close) in [
            ("$(echo ", ")"),
            ("( ", ")"),
            ("{ ", "; }"),
            ("${a:-", "}"),
            ("\"$(", ")\""),
            ("if a; then ", "; fi"),
            ("[[ ( ", " ) ]]"),
            ("$((", "))"),
            ("@(", ")"),
            ("a[$(", ")]=1"),
            ("`", "`"),
        ] {
            let text = format!("{}x{}", open.repeat(10_000), close.repeat(10_000));
            if let Err(error) = read_all(text.as_bytes(), &EXTGLOB) {
                assert!(!error.message.is_empty());
            }
        }
        let deep = format!("{}x{}", "( ".repeat(10_000), ")".repeat(10_000));
        let error = read_all(deep.as_bytes(), &EXTGLOB).unwrap_err();
        assert_eq!(error.message, "syntax error: nested too deep");
        let sum = format!("echo $((1{}))", "+1".repeat(100_000));
        assert!(read_all(sum.as_bytes(), &EXTGLOB).is_ok());
        let sum = parse_arith(&"1+".repeat(100_000).into_bytes()).unwrap_err();
        assert!(sum.message.contains_str("expression recursion level exceeded"));
    };
    std::thread::Builder::new().stack_size(16 << 20).spawn(run).unwrap().join().unwrap();
}
