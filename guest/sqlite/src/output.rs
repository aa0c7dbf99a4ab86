//! How rows are shown: the modes of sqlite3.

use std::io::{self, Write};

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// NULL
    Null,
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// A text.
    Text(Vec<u8>),
    /// Bytes.
    Blob(Vec<u8>),
}

/// A real number as SQLite writes it with so many digits: there is always a point.
fn real(value: f64, digits: usize) -> String {
    if value.is_nan() {
        return "NaN".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Inf".into() } else { "-Inf".into() };
    }
    let scientific = format!("{value:.*e}", digits - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if exponent < -4 || exponent >= digits as i32 {
        let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
        let point = if mantissa.contains('.') { "" } else { ".0" };
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}{point}e{sign}{:02}", exponent.abs());
    }
    let places = usize::try_from(digits as i32 - 1 - exponent).unwrap_or(0);
    let text = format!("{value:.places$}");
    if !text.contains('.') {
        return format!("{text}.0");
    }
    let text = text.trim_end_matches('0');
    if text.ends_with('.') { format!("{text}0") } else { text.to_owned() }
}

impl Cell {
    /// As text; `null` stands for NULL.
    pub fn text(&self, null: &str) -> String {
        match self {
            Cell::Null => null.to_owned(),
            Cell::Integer(value) => value.to_string(),
            Cell::Real(value) => real(*value, 15),
            Cell::Text(bytes) | Cell::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        }
    }

    /// As a literal of SQL.
    pub fn literal(&self) -> String {
        match self {
            Cell::Null => "NULL".into(),
            Cell::Integer(value) => value.to_string(),
            Cell::Real(value) if value.is_infinite() => if *value > 0.0 { "1e999" } else { "-1e999" }.into(),
            Cell::Real(value) => {
                let short = real(*value, 15);
                if short.parse() == Ok(*value) { short } else { real(*value, 17) }
            }
            Cell::Text(bytes) => format!("'{}'", String::from_utf8_lossy(bytes).replace('\'', "''")),
            Cell::Blob(bytes) => {
                let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
                format!("X'{digits}'")
            }
        }
    }

    fn json(&self) -> String {
        match self {
            Cell::Null => "null".into(),
            Cell::Text(bytes) | Cell::Blob(bytes) => json_string(&String::from_utf8_lossy(bytes)),
            Cell::Real(value) if value.is_infinite() => if *value > 0.0 { "1e999" } else { "-1e999" }.into(),
            other => other.text("null"),
        }
    }
}

fn json_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// A field of CSV: in quotes where it has to be.
fn csv(text: &str, separator: &str) -> String {
    let special = |c: char| c.is_ascii_control() || c == '"' || c == '\'' || c == ' ' || !c.is_ascii();
    if text.is_empty() || (!text.contains(separator) && !text.contains(special)) {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A mode.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Mode {
    Ascii,
    Box,
    Column,
    Csv,
    Html,
    Insert,
    Json,
    Line,
    List,
    Markdown,
    Quote,
    Table,
    Tabs,
}

const MODES: &[(&str, Mode)] = &[
    ("ascii", Mode::Ascii),
    ("box", Mode::Box),
    ("column", Mode::Column),
    ("csv", Mode::Csv),
    ("html", Mode::Html),
    ("insert", Mode::Insert),
    ("json", Mode::Json),
    ("line", Mode::Line),
    ("list", Mode::List),
    ("markdown", Mode::Markdown),
    ("quote", Mode::Quote),
    ("table", Mode::Table),
    ("tabs", Mode::Tabs),
];

impl Mode {
    /// The mode of that name, or of one that begins so.
    pub fn parse(name: &str) -> Option<Mode> {
        MODES.iter().find(|(known, _)| known.starts_with(name) && !name.is_empty()).map(|(_, mode)| *mode)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        MODES.iter().find(|(_, mode)| *mode == self).map_or("list", |(name, _)| name)
    }
}

/// What the shell was told of output.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The mode.
    pub mode: Mode,
    /// Whether names stand above; what the mode does by itself when absent.
    pub headers: Option<bool>,
    /// Between columns.
    pub separator: String,
    /// After rows.
    pub row_separator: String,
    /// What stands for NULL.
    pub null: String,
    /// The table that `insert` names.
    pub table: String,
    /// Widths of columns, negative for right-aligned.
    pub widths: Vec<i32>,
}

impl Layout {
    /// How the shell begins.
    pub fn new() -> Layout {
        Layout {
            mode: Mode::List,
            headers: None,
            separator: "|".into(),
            row_separator: "\n".into(),
            null: String::new(),
            table: "table".into(),
            widths: Vec::new(),
        }
    }

    /// Sets the mode, and the separators that belong to it.
    pub fn set_mode(&mut self, mode: Mode) {
        self.mode = mode;
        let (separator, row) = match mode {
            Mode::List => ("|", "\n"),
            Mode::Csv => (",", "\r\n"),
            Mode::Tabs => ("\t", "\n"),
            Mode::Quote => (",", "\n"),
            Mode::Ascii => ("\x1f", "\x1e"),
            _ => return,
        };
        (self.separator, self.row_separator) = (separator.into(), row.into());
    }

    fn aligned(&self) -> bool {
        matches!(self.mode, Mode::Box | Mode::Column | Mode::Markdown | Mode::Table)
    }
}

/// Shows the rows of one statement.
pub struct Rows<'a> {
    layout: &'a Layout,
    names: Vec<String>,
    /// What an aligned mode has to know before it shows the first.
    kept: Vec<Vec<String>>,
    count: usize,
}

impl<'a> Rows<'a> {
    /// For rows of columns with these names.
    pub fn new(layout: &'a Layout, names: Vec<String>) -> Rows<'a> {
        Rows { layout, names, kept: Vec::new(), count: 0 }
    }

    /// Shows a row, or keeps it.
    pub fn row(&mut self, out: &mut dyn Write, cells: &[Cell]) -> io::Result<()> {
        let layout = self.layout;
        let first = self.count == 0;
        self.count += 1;
        let headers = layout.headers.unwrap_or(false) && first;
        let texts = || cells.iter().map(|cell| cell.text(&layout.null));
        match layout.mode {
            Mode::List | Mode::Tabs | Mode::Ascii | Mode::Csv => {
                let field = |text: String| if layout.mode == Mode::Csv { csv(&text, &layout.separator) } else { text };
                if headers {
                    let names: Vec<_> = self.names.iter().cloned().map(field).collect();
                    write!(out, "{}{}", names.join(&layout.separator), layout.row_separator)?;
                }
                let fields: Vec<_> = texts().map(field).collect();
                write!(out, "{}{}", fields.join(&layout.separator), layout.row_separator)
            }
            Mode::Quote => {
                if headers {
                    let names: Vec<_> =
                        self.names.iter().map(|name| Cell::Text(name.clone().into_bytes()).literal()).collect();
                    write!(out, "{}{}", names.join(&layout.separator), layout.row_separator)?;
                }
                let fields: Vec<_> = cells.iter().map(Cell::literal).collect();
                write!(out, "{}{}", fields.join(&layout.separator), layout.row_separator)
            }
            Mode::Insert => {
                let names = if layout.headers.unwrap_or(false) {
                    format!("({})", self.names.iter().map(|name| identifier(name)).collect::<Vec<_>>().join(","))
                } else {
                    String::new()
                };
                let fields: Vec<_> = cells.iter().map(Cell::literal).collect();
                writeln!(out, "INSERT INTO {}{names} VALUES({});", identifier(&layout.table), fields.join(","))
            }
            Mode::Json => {
                let members: Vec<_> =
                    self.names.iter().zip(cells).map(|(n, c)| format!("{}:{}", json_string(n), c.json())).collect();
                write!(out, "{}{{{}}}", if first { "[" } else { ",\n" }, members.join(","))
            }
            Mode::Line => {
                if !first {
                    out.write_all(b"\n")?;
                }
                let width = self.names.iter().map(|name| name.chars().count()).max().unwrap_or(0).max(5);
                for (name, text) in self.names.iter().zip(texts()) {
                    writeln!(out, "{name:>width$} = {text}")?;
                }
                Ok(())
            }
            Mode::Html => {
                if headers {
                    out.write_all(b"<TR>")?;
                    for name in &self.names {
                        writeln!(out, "<TH>{}</TH>", html(name))?;
                    }
                    out.write_all(b"</TR>\n")?;
                }
                out.write_all(b"<TR>")?;
                for text in texts() {
                    writeln!(out, "<TD>{}</TD>", html(&text))?;
                }
                out.write_all(b"</TR>\n")
            }
            Mode::Box | Mode::Column | Mode::Markdown | Mode::Table => {
                self.kept.push(texts().collect());
                Ok(())
            }
        }
    }

    /// What is left to show after the last row.
    pub fn finish(self, out: &mut dyn Write) -> io::Result<()> {
        match self.layout.mode {
            Mode::Json if self.count > 0 => out.write_all(b"]\n"),
            _ if self.layout.aligned() && !self.kept.is_empty() => self.aligned(out),
            _ => Ok(()),
        }
    }

    fn aligned(&self, out: &mut dyn Write) -> io::Result<()> {
        let width_of = |text: &str| text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        let mut widths: Vec<usize> = self.names.iter().map(|name| width_of(name)).collect();
        for (width, asked) in widths.iter_mut().zip(&self.layout.widths) {
            *width = (*width).max(asked.unsigned_abs() as usize);
        }
        for row in &self.kept {
            for (width, text) in widths.iter_mut().zip(row) {
                *width = (*width).max(width_of(text));
            }
        }
        let right = |column: usize| self.layout.widths.get(column).is_some_and(|&width| width < 0);
        let rule = |left: &str, fill: &str, middle: &str, end: &str| {
            let parts: Vec<_> = widths.iter().map(|width| fill.repeat(width + 2)).collect();
            format!("{left}{}{end}\n", parts.join(middle))
        };
        let line = |cells: &[String], bar: &str, center: bool| {
            let mut text = String::new();
            for (column, (cell, width)) in cells.iter().zip(&widths).enumerate() {
                let space = width - cell.chars().count().min(*width);
                let before = if center {
                    space / 2
                } else if right(column) {
                    space
                } else {
                    0
                };
                text.push_str(&format!("{bar} {}{cell}{} ", " ".repeat(before), " ".repeat(space - before)));
            }
            format!("{text}{bar}\n")
        };
        // A value of several lines takes several.
        let lines = |row: &[String]| -> Vec<Vec<String>> {
            let height = row.iter().map(|cell| cell.lines().count()).max().unwrap_or(1).max(1);
            (0..height)
                .map(|at| row.iter().map(|cell| cell.lines().nth(at).unwrap_or("").to_owned()).collect())
                .collect()
        };
        match self.layout.mode {
            Mode::Column => {
                let plain = |cells: &[String]| {
                    let fields = cells.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
                        if right(column) { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
                    });
                    fields.collect::<Vec<_>>().join("  ") + "\n"
                };
                if self.layout.headers != Some(false) {
                    let rules: Vec<_> = widths.iter().map(|&width| "-".repeat(width)).collect();
                    out.write_all(plain(&self.names).as_bytes())?;
                    out.write_all(plain(&rules).as_bytes())?;
                }
                for row in self.kept.iter().flat_map(|row| lines(row)) {
                    out.write_all(plain(&row).as_bytes())?;
                }
                Ok(())
            }
            mode => {
                let (bar, top, middle, bottom) = match mode {
                    Mode::Box => ("│", rule("┌", "─", "┬", "┐"), rule("├", "─", "┼", "┤"), rule("└", "─", "┴", "┘")),
                    Mode::Table => ("|", rule("+", "-", "+", "+"), rule("+", "-", "+", "+"), rule("+", "-", "+", "+")),
                    _ => ("|", String::new(), rule("|", "-", "|", "|"), String::new()),
                };
                out.write_all(top.as_bytes())?;
                out.write_all(line(&self.names, bar, true).as_bytes())?;
                out.write_all(middle.as_bytes())?;
                for row in self.kept.iter().flat_map(|row| lines(row)) {
                    out.write_all(line(&row, bar, false).as_bytes())?;
                }
                out.write_all(bottom.as_bytes())
            }
        }
    }
}

/// Words that stand for themselves in SQL, as far as tables are named so.
const KEYWORDS: &[&str] = &[
    "add",
    "all",
    "alter",
    "and",
    "as",
    "case",
    "check",
    "commit",
    "create",
    "default",
    "delete",
    "distinct",
    "drop",
    "else",
    "exists",
    "foreign",
    "from",
    "group",
    "having",
    "in",
    "index",
    "insert",
    "into",
    "is",
    "join",
    "limit",
    "not",
    "null",
    "on",
    "or",
    "order",
    "primary",
    "references",
    "select",
    "set",
    "table",
    "then",
    "to",
    "transaction",
    "union",
    "unique",
    "update",
    "using",
    "values",
    "when",
    "where",
];

/// A name as SQL takes it: in quotes where it has to be.
pub fn identifier(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !KEYWORDS.contains(&name.to_ascii_lowercase().as_str());
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(mode: &str, headers: Option<bool>) -> String {
        let mut layout = Layout::new();
        layout.set_mode(Mode::parse(mode).unwrap());
        layout.headers = headers;
        let mut rows = Rows::new(&layout, vec!["a".into(), "b".into()]);
        let mut out = Vec::new();
        rows.row(&mut out, &[Cell::Integer(1), Cell::Text(b"x".to_vec())]).unwrap();
        rows.row(&mut out, &[Cell::Null, Cell::Text(b"a,\"b".to_vec())]).unwrap();
        rows.finish(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn modes() {
        assert_eq!(shown("list", Some(true)), "a|b\n1|x\n|a,\"b\n");
        assert_eq!(shown("csv", None), "1,x\r\n,\"a,\"\"b\"\r\n");
        assert_eq!(shown("column", None), "a  b   \n-  ----\n1  x   \n   a,\"b\n");
        assert_eq!(shown("json", None), "[{\"a\":1,\"b\":\"x\"},\n{\"a\":null,\"b\":\"a,\\\"b\"}]\n");
        assert_eq!(shown("line", None), "    a = 1\n    b = x\n\n    a = \n    b = a,\"b\n");
        assert_eq!(shown("quote", None), "1,'x'\nNULL,'a,\"b'\n");
        assert_eq!(
            shown("insert", None),
            "INSERT INTO \"table\" VALUES(1,'x');\nINSERT INTO \"table\" VALUES(NULL,'a,\"b');\n"
        );
        assert_eq!(
            shown("table", None),
            "+---+------+\n| a |  b   |\n+---+------+\n| 1 | x    |\n|   | a,\"b |\n+---+------+\n"
        );
        assert_eq!(shown("markdown", None), "| a |  b   |\n|---|------|\n| 1 | x    |\n|   | a,\"b |\n");
        assert_eq!(Mode::parse("nope"), None);
        assert_eq!(Mode::parse("tabs").map(Mode::name), Some("tabs"));
    }

    #[test]
    fn numbers() {
        for (value, text) in
            [(1.5, "1.5"), (2.0, "2.0"), (1e20, "1.0e+20"), (1.25e-7, "1.25e-07"), (0.1, "0.1"), (-0.001, "-0.001")]
        {
            assert_eq!(Cell::Real(value).text(""), text);
        }
        assert_eq!(Cell::Real(0.1 + 0.2).text(""), "0.3");
        assert_eq!(Cell::Real(0.1 + 0.2).literal(), "0.30000000000000004");
        assert_eq!(Cell::Blob(vec![1, 0xab]).literal(), "X'01AB'");
    }
}
