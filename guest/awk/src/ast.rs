//! The program as a tree whose names are resolved to slots.

use crate::pattern::Pattern;
use crate::text::Text;
use std::rc::Rc;

/// Variables with a meaning of their own. They have the first slots, in this order.
pub const SPECIALS: [&str; 22] = [
    "NF",
    "NR",
    "FNR",
    "FS",
    "OFS",
    "ORS",
    "RS",
    "SUBSEP",
    "CONVFMT",
    "OFMT",
    "IGNORECASE",
    "FIELDWIDTHS",
    "FPAT",
    "RSTART",
    "RLENGTH",
    "FILENAME",
    "ENVIRON",
    "ARGC",
    "ARGV",
    "RT",
    "ERRNO",
    "PROCINFO",
];

/// The slots of [`SPECIALS`].
pub mod slot {
    #![allow(missing_docs)]
    pub const NF: usize = 0;
    pub const NR: usize = 1;
    pub const FNR: usize = 2;
    /// Those below are counters that the interpreter keeps.
    pub const COUNTERS: usize = 3;
    pub const FS: usize = 3;
    pub const OFS: usize = 4;
    pub const ORS: usize = 5;
    pub const RS: usize = 6;
    pub const SUBSEP: usize = 7;
    pub const CONVFMT: usize = 8;
    pub const OFMT: usize = 9;
    pub const IGNORECASE: usize = 10;
    pub const FIELDWIDTHS: usize = 11;
    pub const FPAT: usize = 12;
    /// Setting one of those below changes how the interpreter works.
    pub const HOOKED: usize = 13;
    pub const RSTART: usize = 13;
    pub const RLENGTH: usize = 14;
    pub const FILENAME: usize = 15;
    pub const ENVIRON: usize = 16;
    pub const ARGC: usize = 17;
    pub const ARGV: usize = 18;
    pub const RT: usize = 19;
    pub const ERRNO: usize = 20;
    pub const PROCINFO: usize = 21;
}

/// An expression.
#[derive(Debug)]
pub enum Expr {
    /// A number.
    Num(f64),
    /// A string.
    Str(Text),
    /// `/re/` alone: whether the record matches.
    Regex(Rc<Pattern>),
    /// A global variable.
    Global(usize),
    /// A parameter or local variable.
    Local(usize),
    /// `NF`, `NR` or `FNR`.
    Counter(usize),
    /// `$1`.
    FieldConst(usize),
    /// `$` of anything else.
    Field(Box<Expr>),
    /// `a[i, j]`.
    Element(ArrayVar, Vec<Expr>),
    /// `x = y`.
    Assign(Place, Box<Expr>),
    /// `x += y`.
    Update(Place, Arith, Box<Expr>),
    /// `++x`, `x--`.
    Step(Place, f64, Fix),
    /// `a ? b : c`.
    Cond(Box<(Expr, Expr, Expr)>),
    /// `a && b`.
    And(Box<(Expr, Expr)>),
    /// `a || b`.
    Or(Box<(Expr, Expr)>),
    /// `!a`.
    Not(Box<Expr>),
    /// `-a`.
    Neg(Box<Expr>),
    /// `+a`.
    Plus(Box<Expr>),
    /// `a + b`.
    Arith(Arith, Box<(Expr, Expr)>),
    /// `a < b`.
    Compare(Relation, Box<(Expr, Expr)>),
    /// `a ~ b`; `!~` where false.
    Match(bool, Box<Expr>, Matcher),
    /// `a b c`.
    Concat(Vec<Expr>),
    /// `(i, j) in a`.
    In(Vec<Expr>, ArrayVar),
    /// `(a, b)`, only as what `print` prints.
    List(Vec<Expr>),
    /// `f(x)`.
    Call(usize, Vec<Expr>),
    /// `@f(x)`.
    Indirect(Box<Expr>, Vec<Expr>),
    /// A function of the language.
    Builtin(Builtin, Vec<Argument>),
    /// `getline`.
    Getline(Option<Place>, Source),
}

/// Where an array is.
#[derive(Debug)]
pub enum ArrayVar {
    /// In a global variable.
    Global(usize),
    /// In a parameter or local variable.
    Local(usize),
    /// In an element of an array.
    Element(Box<ArrayVar>, Vec<Expr>),
}

/// What can be assigned to.
#[derive(Debug)]
pub enum Place {
    /// A global variable.
    Global(usize),
    /// A parameter or local variable.
    Local(usize),
    /// A field.
    Field(Box<Expr>),
    /// An element.
    Element(ArrayVar, Vec<Expr>),
}

/// A regular expression, known now or later.
#[derive(Debug)]
pub enum Matcher {
    /// `/re/`.
    Const(Rc<Pattern>),
    /// Anything else: its string.
    Dynamic(Box<Expr>),
}

/// An argument of a function of the language.
#[derive(Debug)]
pub enum Argument {
    /// A value.
    Value(Expr),
    /// A regular expression.
    Matcher(Matcher),
    /// An array.
    Array(ArrayVar),
    /// A place to assign to, or a value where it is none.
    Place(Place),
}

/// Before or after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fix {
    /// `++x`.
    Pre,
    /// `x++`.
    Post,
}

/// An arithmetic operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Arith {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Relation {
    Lt,
    Le,
    Eq,
    Ne,
    Gt,
    Ge,
}

/// Where `getline` reads.
#[derive(Debug)]
pub enum Source {
    /// The files of the command line.
    Main,
    /// A file.
    File(Box<Expr>),
    /// What a command prints.
    Command(Box<Expr>),
    /// A command that also is written to.
    Coprocess(Box<Expr>),
}

/// Where `print` writes other than standard output.
#[derive(Debug)]
pub struct Redirect {
    /// How.
    pub kind: RedirectKind,
    /// The name of the file or the command.
    pub target: Expr,
}

/// How to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectKind {
    /// `>`.
    Truncate,
    /// `>>`.
    Append,
    /// `|`.
    Pipe,
    /// `|&`.
    Coprocess,
}

/// A statement and its line.
#[derive(Debug)]
pub struct Stmt {
    /// Of the source, for messages.
    pub line: u32,
    /// What it does.
    pub kind: StmtKind,
}

/// Statements one after the other.
pub type Block = Vec<Stmt>;

/// What a statement does.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum StmtKind {
    Expr(Expr),
    Print(Vec<Expr>, Option<Redirect>),
    Printf(Vec<Expr>, Option<Redirect>),
    If(Expr, Block, Block),
    While(Expr, Block),
    DoWhile(Block, Expr),
    For(Option<Box<Stmt>>, Option<Expr>, Option<Box<Stmt>>, Block),
    ForIn(Place, ArrayVar, Block),
    Switch(Expr, Vec<Case>),
    Block(Block),
    Next,
    NextFile,
    Exit(Option<Expr>),
    Return(Option<Expr>),
    Break,
    Continue,
    Delete(ArrayVar, Vec<Expr>),
    DeleteAll(ArrayVar),
}

/// One `case` of a `switch`; without a label it is `default`.
#[derive(Debug)]
pub struct Case {
    /// What it is compared with.
    pub label: Option<Expr>,
    /// Runs on into the next case unless it breaks.
    pub body: Block,
}

/// What chooses records.
#[derive(Debug)]
pub enum Selector {
    /// All.
    Always,
    /// Those for which it is true.
    When(Expr),
    /// From one to another; the number is that of the range among all ranges.
    Range(Expr, Expr, usize),
}

/// A pattern and its action; no action prints the record.
#[derive(Debug)]
pub struct Rule {
    /// Of the pattern.
    pub line: u32,
    /// Which records.
    pub selector: Selector,
    /// What to do.
    pub action: Option<Block>,
}

/// A function.
#[derive(Debug, Default)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// For each parameter whether the body uses it as an array.
    pub array_params: Vec<bool>,
    /// The body.
    pub body: Block,
}

/// A whole program.
#[derive(Debug, Default)]
pub struct Program {
    /// `BEGIN`.
    pub begin: Vec<Block>,
    /// `BEGINFILE`.
    pub begin_file: Vec<Block>,
    /// Patterns and actions.
    pub rules: Vec<Rule>,
    /// `ENDFILE`.
    pub end_file: Vec<Block>,
    /// `END`.
    pub end: Vec<Block>,
    /// Functions by their number.
    pub functions: Vec<Function>,
    /// The names of the global variables by their slot.
    pub globals: Vec<String>,
    /// How many range patterns there are.
    pub ranges: usize,
    /// Whether `RT` is looked at.
    pub uses_rt: bool,
}

macro_rules! builtins {
    ($($variant:ident $name:literal $min:literal $max:literal;)*) => {
        /// A function of the language.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum Builtin { $($variant,)* }

        impl Builtin {
            /// The function of that name.
            pub fn named(name: &str) -> Option<Builtin> {
                match name { $($name => Some(Builtin::$variant),)* _ => None }
            }

            /// Its name, and how many arguments it takes.
            pub fn signature(self) -> (&'static str, usize, usize) {
                match self { $(Builtin::$variant => ($name, $min, $max),)* }
            }
        }
    };
}

builtins! {
    And "and" 2 99;
    Asort "asort" 1 3;
    Asorti "asorti" 1 3;
    Atan2 "atan2" 2 2;
    Close "close" 1 2;
    Compl "compl" 1 1;
    Cos "cos" 1 1;
    Exp "exp" 1 1;
    Fflush "fflush" 0 1;
    Gensub "gensub" 3 4;
    Gsub "gsub" 2 3;
    Index "index" 2 2;
    Int "int" 1 1;
    Isarray "isarray" 1 1;
    Length "length" 0 1;
    Log "log" 1 1;
    Lshift "lshift" 2 2;
    Match "match" 2 3;
    Mktime "mktime" 1 2;
    Or "or" 2 99;
    Patsplit "patsplit" 2 4;
    Rand "rand" 0 0;
    Rshift "rshift" 2 2;
    Sin "sin" 1 1;
    Split "split" 2 4;
    Sprintf "sprintf" 1 9999;
    Sqrt "sqrt" 1 1;
    Srand "srand" 0 1;
    Strftime "strftime" 0 3;
    Strtonum "strtonum" 1 1;
    Sub "sub" 2 3;
    Substr "substr" 2 3;
    System "system" 1 1;
    Systime "systime" 0 0;
    Tolower "tolower" 1 1;
    Toupper "toupper" 1 1;
    Typeof "typeof" 1 1;
    Xor "xor" 2 99;
}
