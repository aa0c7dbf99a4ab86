//! The syntax tree: what the parser makes of a script and the interpreter walks.
//!
//! Words, parameters and arithmetic are parsed once, here, so that a loop's
//! body is never parsed again. The tree is plain data: it is shared by `Rc`,
//! and it is part of a session's saved state (functions), so every type can be
//! serialised. Text is bytes, since scripts may hold any.

use std::rc::Rc;

use bstr::BString;
use serde::{Deserialize, Serialize};

/// A sequence of lists, as in a script, a `$( )` or a compound command's body.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Program {
    /// Each and-or list with how it is run.
    pub items: Vec<Item>,
    /// A `ulimit` somewhere in it lowers a limit: as a subshell it needs a
    /// process of its own.
    pub sets_limits: bool,
}

/// One and-or list, and whether it runs in the background (`&`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The list.
    pub list: AndOr,
    /// Followed by `&`.
    pub background: bool,
}

/// `a && b || c`: equal precedence, left to right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AndOr {
    /// The first pipeline.
    pub first: Pipeline,
    /// The rest, each with its connective.
    pub rest: Vec<(Connective, Pipeline)>,
}

/// `&&` or `||`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Connective {
    /// `&&`
    And,
    /// `||`
    Or,
}

/// `! time a | b |& c`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pipeline {
    /// An odd number of `!`.
    pub negated: bool,
    /// `time` or `time -p`.
    pub time: Option<TimeFormat>,
    /// The stages (may be empty after a lone `!` or `time`). `|&` has already
    /// been turned into a `2>&1` that comes last in the stage before it.
    pub stages: Vec<Command>,
    /// The line of the first word, for messages and `LINENO`.
    pub line: u32,
}

/// How `time` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TimeFormat {
    /// `$TIMEFORMAT`
    Default,
    /// `time -p`
    Posix,
}

/// One stage of a pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Assignments, words, redirections.
    Simple(Box<Simple>),
    /// A compound command with the redirections behind it.
    Compound(Rc<Compound>, Vec<Redirect>),
    /// `name() body` or `function name body`.
    Function(Rc<Function>),
    /// `coproc [NAME] command`.
    Coproc(BString, Rc<Command>),
}

/// A simple command. Redirections keep their order among themselves.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Simple {
    /// Assignments before the first word.
    pub assignments: Vec<Assignment>,
    /// The command name and its arguments.
    pub words: Vec<Argument>,
    /// In the order written.
    pub redirects: Vec<Redirect>,
    /// The line of the first token.
    pub line: u32,
}

/// A word of a simple command. After a declaration builtin (`declare`, `local`,
/// `export`, `readonly`, `typeset`, `alias`, `eval` ...: the parser decides for
/// literal command names) `name=value` words are kept as assignments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Argument {
    /// An ordinary word.
    Word(Word),
    /// An assignment as a declaration builtin's argument.
    Assignment(Assignment),
}

/// `name=value`, `name+=value`, `name[index]=value`, `name=(...)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// The variable.
    pub name: BString,
    /// The text between the brackets, if any.
    pub index: Option<Subscript>,
    /// `+=`
    pub append: bool,
    /// What is assigned.
    pub value: AssignedValue,
    /// The line it starts on.
    pub line: u32,
}

/// The right side of an assignment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum AssignedValue {
    /// One word (no splitting, no globbing; tilde after `=` and `:`).
    Scalar(Word),
    /// `( ... )`
    Array(Vec<ArrayElement>),
}

/// An element of an array assignment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArrayElement {
    /// `[index]=`, with whether it was `+=`.
    pub index: Option<(Subscript, bool)>,
    /// The element (splits and globs when it has no index).
    pub value: Word,
}

/// What stands between `[` and `]`. Only at run time is it known whether the
/// variable is associative, so both readings are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subscript {
    /// As a word: the key of an associative array. `@` and `*` are the plain words.
    pub word: Word,
    /// As arithmetic, when it parses as such without expansion first.
    pub arith: Option<Arith>,
}

/// A compound command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compound {
    /// Which.
    pub kind: CompoundKind,
    /// The line it starts on.
    pub line: u32,
    /// The line it ends on, where its redirections are.
    pub end_line: u32,
}

/// The compound commands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum CompoundKind {
    /// `{ ...; }`
    Group(Program),
    /// `( ... )`
    Subshell(Program),
    /// `if`/`elif` arms and the `else` part.
    If(Vec<(Program, Program)>, Option<Program>),
    /// `while` (or `until`) condition and body.
    While {
        /// `until`
        until: bool,
        /// The condition.
        condition: Program,
        /// The body.
        body: Program,
    },
    /// `for name [in words]; do ...`; no `in`: the positional parameters.
    For {
        /// The variable.
        name: BString,
        /// The words after `in`.
        words: Option<Vec<Word>>,
        /// The body.
        body: Program,
    },
    /// `for ((a; b; c))`
    ArithFor {
        /// The three expressions, if given.
        init: Option<Arith>,
        /// Absent: true.
        condition: Option<Arith>,
        /// After each round.
        update: Option<Arith>,
        /// The body.
        body: Program,
    },
    /// `select name [in words]`
    Select {
        /// The variable.
        name: BString,
        /// The words after `in`.
        words: Option<Vec<Word>>,
        /// The body.
        body: Program,
    },
    /// `case word in ...`
    Case {
        /// The subject.
        word: Word,
        /// The arms.
        arms: Vec<CaseArm>,
    },
    /// `(( expression ))`
    Arith(Arith),
    /// `[[ expression ]]`
    Test(TestExpr),
}

/// One arm of a `case`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseArm {
    /// The patterns before `)`.
    pub patterns: Vec<Word>,
    /// The commands.
    pub body: Program,
    /// How the arm ends.
    pub end: CaseEnd,
}

/// What follows an arm that ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CaseEnd {
    /// `;;`
    Break,
    /// `;&`: the next arm's body runs.
    FallThrough,
    /// `;;&`: the next patterns are tried.
    Continue,
}

/// A function definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Function {
    /// Its name.
    pub name: BString,
    /// Its body: a compound command with its redirections.
    pub body: Command,
    /// The line of the definition.
    pub line: u32,
    /// The script it came from (BASH_SOURCE).
    pub source: BString,
}

/// `[[ ]]` expressions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TestExpr {
    /// A lone word: true if not empty.
    Word(Word),
    /// `-f word` and kin, by the operator's text.
    Unary(BString, Word),
    /// `a == b` and kin, by the operator's text. For `=`, `==` and `!=` the
    /// right side is a pattern, for `=~` a regular expression.
    Binary(BString, Word, Word),
    /// `! e`
    Not(Box<TestExpr>),
    /// `a && b`
    And(Box<TestExpr>, Box<TestExpr>),
    /// `a || b`
    Or(Box<TestExpr>, Box<TestExpr>),
    /// `( e )`, kept for printing functions as bash does.
    Group(Box<TestExpr>),
}

/// A redirection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Redirect {
    /// The descriptor on the left.
    pub fd: RedirectFd,
    /// What happens to it.
    pub kind: RedirectKind,
    /// The line it stands on.
    pub line: u32,
}

/// The left side of a redirection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RedirectFd {
    /// Not written: 0 or 1, by the operator.
    Default,
    /// A number.
    Number(u32),
    /// `{name}`: a new descriptor, its number put in the variable (subscript
    /// allowed, as text).
    Variable(BString),
}

/// A redirection's operator with its operand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RedirectKind {
    /// `< word`
    Read(Word),
    /// `> word`
    Write(Word),
    /// `>| word`
    Clobber(Word),
    /// `>> word`
    Append(Word),
    /// `<> word`
    ReadWrite(Word),
    /// `<& word`: a number, `-`, or `N-` after expansion.
    DuplicateInput(Word),
    /// `>& word`: as above; a word that is no number means `&>`.
    DuplicateOutput(Word),
    /// `&> word`
    WriteBoth(Word),
    /// `&>> word`
    AppendBoth(Word),
    /// `<<[-] delimiter`: the body; a quoted delimiter made it one literal.
    HereDocument(HereDocument),
    /// `<<< word`
    HereString(Word),
}

/// A here-document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HereDocument {
    /// The delimiter without quotes.
    pub delimiter: BString,
    /// Any part of the delimiter was quoted.
    pub quoted: bool,
    /// `<<-`: leading tabs were stripped.
    pub strip_tabs: bool,
    /// The body (expanded as in double quotes, without splitting).
    pub body: Word,
}

/// A word before expansion: parts that are joined. Empty only for an empty
/// operand such as in `${x:-}`; a quoted empty string has a (quoted) part.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Word {
    /// In the order written.
    pub parts: Vec<WordPart>,
}

/// A part of a word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum WordPart {
    /// Unquoted text. Characters of it may be glob or brace syntax; a
    /// backslash-quoted character is a `Quoted` part of its own.
    Literal(BString),
    /// Text that stands for itself: `'...'`, `$'...'`, `\c`.
    Quoted(BString, QuoteStyle),
    /// `"..."` or `$"..."`: literal parts inside are not glob syntax.
    DoubleQuoted(Vec<WordPart>),
    /// `~`, `~user`, `~+`, `~-`, `~N` where a tilde-prefix may stand (word
    /// start; after `=` and `:` in assignments), without the `~`.
    Tilde(BString),
    /// `$name`, `${...}`
    Parameter(Box<Parameter>),
    /// `$( ... )` or `` ` ` ``
    Command(Rc<CommandSubstitution>),
    /// `$(( ... ))` or `$[ ... ]`
    Arith(Box<Arith>),
    /// `<( ... )` or `>( ... )`
    Process(ProcessDirection, Rc<Program>),
    /// `{a,b}` and `{1..5}`, where brace expansion was on when parsed.
    Brace(Box<Brace>),
    /// An extended glob `@( | )`, `?( )`, `*( )`, `+( )`, `!( )` outside quotes.
    ExtGlob(u8, Vec<Word>),
}

/// How a quoted text was written, for printing functions as bash does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum QuoteStyle {
    /// `\c`
    Backslash,
    /// `'...'`
    Single,
    /// `$'...'`
    Ansi,
}

/// A command substitution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommandSubstitution {
    /// The commands.
    pub program: Program,
    /// Written with backquotes.
    pub backquotes: bool,
    /// The text between backquotes: as written, for printing; without its
    /// escapes when `failed`.
    pub source: Option<BString>,
    /// The text between backquotes is no program: parse `source` when it runs,
    /// to report why.
    pub failed: bool,
}

/// Which way a process substitution goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProcessDirection {
    /// `<( )`: we read what it writes.
    Read,
    /// `>( )`
    Write,
}

/// A brace expansion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Brace {
    /// `{a,b,c}`
    List(Vec<Word>),
    /// `{x..y[..step]}`, checked by the parser to be a valid sequence.
    Range {
        /// As written, for the width of zero padding and for characters.
        from: BString,
        /// As written.
        to: BString,
        /// The step's magnitude and sign as written; 1 when absent.
        step: i64,
    },
}

/// A parameter expansion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Which parameter.
    pub subject: ParameterSubject,
    /// `${!name}`: the value names the parameter to expand.
    pub indirect: bool,
    /// What is done with it.
    pub op: ParameterOp,
    /// Written with braces (for printing).
    pub braces: bool,
}

/// The parameter that is expanded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ParameterSubject {
    /// A variable, with its subscript.
    Variable(BString, Option<Subscript>),
    /// `$1`, `${10}`; 0 is `$0`.
    Positional(u32),
    /// One of `@ * # ? - $ !`.
    Special(u8),
}

/// The operation of a parameter expansion. `colon` is `:-` as against `-`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ParameterOp {
    /// The value.
    Value,
    /// `${#x}`
    Length,
    /// `${x-w}`
    Default {
        /// Empty counts as unset.
        colon: bool,
        /// The word.
        word: Word,
    },
    /// `${x=w}`
    Assign {
        /// Empty counts as unset.
        colon: bool,
        /// The word.
        word: Word,
    },
    /// `${x?w}`
    Error {
        /// Empty counts as unset.
        colon: bool,
        /// The message; absent word when nothing follows.
        word: Option<Word>,
    },
    /// `${x+w}`
    Alternative {
        /// Empty counts as unset.
        colon: bool,
        /// The word.
        word: Word,
    },
    /// `${x#p}`, `${x##p}`
    RemovePrefix {
        /// `##`
        longest: bool,
        /// The pattern.
        pattern: Word,
    },
    /// `${x%p}`, `${x%%p}`
    RemoveSuffix {
        /// `%%`
        longest: bool,
        /// The pattern.
        pattern: Word,
    },
    /// `${x/p/r}` and its kin.
    Replace {
        /// First, all, at the start, at the end.
        mode: ReplaceMode,
        /// The pattern.
        pattern: Word,
        /// The replacement; absent when there is no second slash.
        replacement: Option<Word>,
    },
    /// `${x:offset[:length]}`
    Substring {
        /// Where it starts.
        offset: Arith,
        /// How long it is.
        length: Option<Arith>,
    },
    /// `${x^p}`, `^^`, `,`, `,,`, `~`, `~~`.
    Case {
        /// Which change.
        mode: CaseMode,
        /// Every character, not just the first.
        all: bool,
        /// The characters it applies to; absent: any.
        pattern: Option<Word>,
    },
    /// `${x@Q}` and its kin, by the letter.
    Transform(u8),
    /// `${!prefix*}`, `${!prefix@}`: names; true for `@`.
    Names(bool),
    /// `${!name[*]}`, `${!name[@]}`: keys (the subscript says which).
    Keys,
    /// Text between braces that is no expansion: `bad substitution` when it runs.
    Bad(BString),
}

/// Where a replacement applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReplaceMode {
    /// `/`
    First,
    /// `//`
    All,
    /// `/#`
    Prefix,
    /// `/%`
    Suffix,
}

/// A change of case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CaseMode {
    /// `^`
    Upper,
    /// `,`
    Lower,
    /// `~`
    Toggle,
}

/// An arithmetic expression as it stands in a script.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Arith {
    /// The text, for messages and printing.
    pub text: BString,
    /// How it is evaluated.
    pub form: ArithForm,
}

/// How an arithmetic expression is evaluated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ArithForm {
    /// Parsed ahead: it has no expansions, or is one and nothing else.
    Parsed(ArithExpr),
    /// Parsed ahead, with expansions that are whole operands
    /// (`ArithExpr::Word`). It holds as long as each of them expands to an
    /// unsigned number or a name; otherwise the text decides: expand the word
    /// and parse that, as for `Dynamic`.
    Guarded(ArithExpr, Word),
    /// Expansions may change the syntax (`$(( 1 $op 2 ))`), or it does not
    /// parse: expand the word, then parse the result when it runs.
    Dynamic(Word),
}

/// A parsed arithmetic expression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ArithExpr {
    /// A number.
    Number(i64),
    /// A variable: its value is evaluated in turn.
    Variable(BString, Option<Box<Subscript>>),
    /// An expansion that is a whole operand (`$x`, `${x}`, `$(...)`): the
    /// result is evaluated as an expression of its own.
    Word(Word),
    /// `- + ! ~`
    Unary(ArithUnary, Box<ArithExpr>),
    /// `++x`, `x--` ...
    Step {
        /// +1 or -1.
        delta: i64,
        /// The value before or after.
        prefix: bool,
        /// The variable.
        target: Box<ArithExpr>,
    },
    /// The strict binary operators.
    Binary(ArithBinary, Box<ArithExpr>, Box<ArithExpr>),
    /// `&&`
    And(Box<ArithExpr>, Box<ArithExpr>),
    /// `||`
    Or(Box<ArithExpr>, Box<ArithExpr>),
    /// `a ? b : c`
    Conditional(Box<ArithExpr>, Box<ArithExpr>, Box<ArithExpr>),
    /// `x = e`, `x += e` ...: the target is a `Variable`.
    Assign(Option<ArithBinary>, Box<ArithExpr>, Box<ArithExpr>),
    /// `a, b`
    Comma(Box<ArithExpr>, Box<ArithExpr>),
    /// The right operand of `/`, `%` or `**`, with where it starts in the
    /// expression's text: the error token of a division by 0.
    Operand(u32, Box<ArithExpr>),
}

/// Unary operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArithUnary {
    /// `-`
    Minus,
    /// `+`
    Plus,
    /// `!`
    Not,
    /// `~`
    Complement,
}

/// Binary operators that evaluate both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each is the operator it names")]
pub enum ArithBinary {
    Power,
    Multiply,
    Divide,
    Remainder,
    Add,
    Subtract,
    ShiftLeft,
    ShiftRight,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    BitAnd,
    BitXor,
    BitOr,
}

impl Subscript {
    /// `[@]` or `[*]`.
    pub fn is_all(&self) -> bool {
        self.word.as_literal().is_some_and(|text| text == "@" || text == "*")
    }
}

impl Word {
    /// A word of one unquoted literal.
    pub fn literal(text: impl Into<BString>) -> Self {
        Word { parts: vec![WordPart::Literal(text.into())] }
    }

    /// The text, when the word is exactly one unquoted literal.
    pub fn as_literal(&self) -> Option<&BString> {
        match self.parts.as_slice() {
            [WordPart::Literal(text)] => Some(text),
            _ => None,
        }
    }
}
