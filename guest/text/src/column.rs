//! column: lays out lists in columns, and tables.

use crate::input;
use agentfense_support::options::number;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, stdout};
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

const HELP: &str = "\
{} [OPTION]... [FILE]...
Lay out lists in columns.

  -t, --table                      create a table
  -n, --table-name NAME            table name for JSON output
  -O, --table-order COLUMNS        order of output columns
  -N, --table-columns NAMES        comma separated column names
  -l, --table-columns-limit NUM    maximal number of input columns
  -d, --table-noheadings           don't print the header
  -H, --table-hide COLUMNS         don't print the columns
  -R, --table-right COLUMNS        right align text in these columns
  -L, --keep-empty-lines           don't ignore empty lines
  -J, --json                       use JSON output format for table
  -c, --output-width WIDTH         width of output in characters
  -o, --output-separator STRING    column separator for table output (default is two spaces)
  -s, --separator STRING           possible table delimiters
  -x, --fillrows                   fill rows before columns";

const LONGS: &[Long] = &[
    ("columns", Takes::Argument, 'c'),
    ("fillrows", Takes::Nothing, 'x'),
    ("json", Takes::Nothing, 'J'),
    ("keep-empty-lines", Takes::Nothing, 'L'),
    ("output-separator", Takes::Argument, 'o'),
    ("output-width", Takes::Argument, 'c'),
    ("separator", Takes::Argument, 's'),
    ("table", Takes::Nothing, 't'),
    ("table-columns", Takes::Argument, 'N'),
    ("table-columns-limit", Takes::Argument, 'l'),
    ("table-hide", Takes::Argument, 'H'),
    ("table-name", Takes::Argument, 'n'),
    ("table-noheadings", Takes::Nothing, 'd'),
    ("table-order", Takes::Argument, 'O'),
    ("table-right", Takes::Argument, 'R'),
    ("table-noextreme", Takes::Argument, 'E'),
    ("table-header-repeat", Takes::Nothing, 'e'),
    ("table-truncate", Takes::Argument, 'T'),
    ("table-wrap", Takes::Argument, 'W'),
];

/// A tab of the terminal.
const TAB: usize = 8;

#[derive(Default)]
struct Table {
    names: Vec<String>,
    name: Option<String>,
    order: Vec<String>,
    hidden: Vec<String>,
    right: Vec<String>,
    limit: Option<usize>,
    no_headings: bool,
    separators: Option<Vec<char>>,
    output_separator: Option<String>,
    json: bool,
}

/// Runs column.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "c:dE:eH:JLl:N:n:O:o:R:s:T:tW:x", LONGS, HELP);
    let mut table = Table::default();
    let (mut is_table, mut only_table, mut rows_first, mut keep_empty) = (false, false, false, false);
    let (mut width, mut names) = (None, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Operand(name) => names.push(name),
            Item::Option(letter, value) => {
                only_table |= "dHlNnOR".contains(letter);
                match letter {
                    'c' => width = Some(number::<usize>("columns argument", &value)?),
                    'd' => table.no_headings = true,
                    'H' => table.hidden = list(&value),
                    'J' => (table.json, is_table) = (true, true),
                    'L' => keep_empty = true,
                    'l' => table.limit = Some(number::<usize>("columns limit argument", &value)?),
                    'N' => table.names = list(&value),
                    'n' => table.name = Some(lossy(&value)),
                    'O' => table.order = list(&value),
                    'o' => table.output_separator = Some(lossy(&value)),
                    'R' => table.right = list(&value),
                    's' => table.separators = Some(lossy(&value).chars().collect()),
                    't' => is_table = true,
                    // What is done to columns too wide for a terminal, and at the start of its pages.
                    'E' | 'e' | 'T' | 'W' => {}
                    _ => rows_first = true,
                }
            }
        }
    }
    if only_table && !is_table {
        return Err(Failure::new("option --table required for all --table-*"));
    }
    if table.json && table.names.is_empty() {
        return Err(Failure::new("option --table-columns required for --json"));
    }
    let mut lines = Vec::new();
    let status = input::each_line("column", &names, |line| {
        let line = lossy(input::split_end(line).0);
        let empty = line.chars().all(|c| c == ' ' || c == '\t');
        if keep_empty || !empty {
            lines.push(line);
        }
        Ok(())
    })?;
    let mut out = stdout();
    if is_table {
        table.print(&lines, &mut out)?;
    } else {
        let width = width.unwrap_or_else(terminal_width);
        lay_out(&lines, width, rows_first, &mut out)?;
    }
    out.flush()?;
    Ok(status)
}

fn list(value: &[u8]) -> Vec<String> {
    lossy(value).split(',').map(str::to_owned).collect()
}

fn terminal_width() -> usize {
    let columns = agentfense_sys::var("COLUMNS");
    columns.and_then(|value| lossy(value).parse().ok()).filter(|&width| width > 0).unwrap_or(80)
}

/// Prints entries in as many columns as there is room for, with tabs between them.
fn lay_out(lines: &[String], width: usize, rows_first: bool, out: &mut impl Write) -> io::Result<()> {
    let longest = lines.iter().map(|line| line.width()).max().unwrap_or(0);
    if longest >= width {
        return lines.iter().try_for_each(|line| writeln!(out, "{line}"));
    }
    let each = (longest + TAB) / TAB * TAB;
    let columns = (width / each).max(1);
    let rows = lines.len().div_ceil(columns);
    for row in 0..rows {
        let mut at = 0;
        for column in 0..columns {
            let index = |column: usize| if rows_first { row * columns + column } else { column * rows + row };
            let Some(line) = lines.get(index(column)) else { break };
            write!(out, "{line}")?;
            at += line.width();
            if column + 1 < columns && lines.get(index(column + 1)).is_some() {
                let next = (column + 1) * each;
                while (at + TAB) / TAB * TAB <= next {
                    out.write_all(b"\t")?;
                    at = (at + TAB) / TAB * TAB;
                }
            }
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}

impl Table {
    fn cells<'a>(&self, line: &'a str) -> Vec<&'a str> {
        let limit = self.limit.unwrap_or(usize::MAX).max(1);
        match &self.separators {
            Some(separators) => line.splitn(limit, separators.as_slice()).collect(),
            None => {
                let mut cells = Vec::new();
                let blank = |c: char| c == ' ' || c == '\t';
                let mut rest = line.trim_start_matches(blank);
                while !rest.is_empty() {
                    let end =
                        if cells.len() + 1 == limit { rest.len() } else { rest.find(blank).unwrap_or(rest.len()) };
                    cells.push(&rest[..end]);
                    rest = rest[end..].trim_start_matches(blank);
                }
                cells
            }
        }
    }

    /// The column that a name or a number (from 1) means.
    fn column(&self, name: &str, count: usize) -> Result<usize, Failure> {
        let by_number = || name.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|&n| n < count);
        let found = self.names.iter().position(|known| known == name).or_else(by_number);
        found.ok_or_else(|| Failure::new(format!("undefined column name '{name}'")))
    }

    /// The columns that a list means; `0` is all of them and `-` those without a name.
    fn columns(&self, list: &[String], count: usize) -> Result<Vec<usize>, Failure> {
        match list {
            [all] if all == "0" => return Ok((0..count).collect()),
            [unnamed] if unnamed == "-" && !self.names.is_empty() => return Ok((self.names.len()..count).collect()),
            _ => {}
        }
        list.iter().map(|name| self.column(name, count)).collect()
    }

    fn print(&self, lines: &[String], out: &mut impl Write) -> Result<(), Failure> {
        if lines.is_empty() {
            return Ok(());
        }
        let rows: Vec<Vec<&str>> = lines.iter().map(|line| self.cells(line)).collect();
        let count = rows.iter().map(Vec::len).max().unwrap_or(0).max(self.names.len());
        let hidden = self.columns(&self.hidden, count)?;
        let right = self.columns(&self.right, count)?;
        let mut shown = self.columns(&self.order, count)?;
        for column in 0..count {
            if !shown.contains(&column) {
                shown.push(column);
            }
        }
        shown.retain(|column| !hidden.contains(column));
        if self.json {
            return self.json(&rows, &shown, out);
        }
        let header: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let header = (!header.is_empty() && !self.no_headings).then_some(&header);
        let cell = |row: &Vec<&str>, column: usize| -> String { row.get(column).copied().unwrap_or("").to_owned() };
        let widths: Vec<usize> = (0..count)
            .map(|column| header.into_iter().chain(&rows).map(|row| cell(row, column).width()).max().unwrap_or(0))
            .collect();
        let separator = self.output_separator.as_deref().unwrap_or("  ");
        for row in header.into_iter().chain(&rows) {
            for (index, &column) in shown.iter().enumerate() {
                let text = cell(row, column);
                let pad = " ".repeat(widths[column].saturating_sub(text.width()));
                let last = index + 1 == shown.len();
                match (right.contains(&column), last) {
                    // Nothing is put out for an empty cell at the end.
                    (true, true) if text.is_empty() => {}
                    (true, _) => write!(out, "{pad}{text}")?,
                    (false, true) => write!(out, "{text}")?,
                    (false, false) => write!(out, "{text}{pad}")?,
                }
                if !last {
                    write!(out, "{separator}")?;
                }
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn json(&self, rows: &[Vec<&str>], shown: &[usize], out: &mut impl Write) -> Result<(), Failure> {
        for (index, row) in rows.iter().enumerate() {
            if row.len() > self.names.len() {
                let (line, column) = (index + 1, self.names.len() + 1);
                return Err(Failure::new(format!("line {line}: for JSON the name of the column {column} is required")));
            }
        }
        let name = self.name.as_deref().unwrap_or("table");
        writeln!(out, "{{\n   {}: [", string(name))?;
        for (index, row) in rows.iter().enumerate() {
            out.write_all(if index == 0 { b"      {\n" } else { b",{\n" })?;
            for (at, &column) in shown.iter().enumerate() {
                let key = self.names.get(column).map_or(String::new(), |name| string(&name.to_lowercase()));
                let value =
                    row.get(column).filter(|value| !value.is_empty()).map_or("null".into(), |value| string(value));
                let end = if at + 1 < shown.len() { "," } else { "" };
                writeln!(out, "         {key}: {value}{end}")?;
            }
            out.write_all(b"      }")?;
        }
        Ok(out.write_all(b"\n   ]\n}\n")?)
    }
}

/// A string of JSON.
fn string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if c < ' ' => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(table: &Table, text: &str) -> String {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut out = Vec::new();
        assert!(table.print(&lines, &mut out).is_ok());
        lossy(out)
    }

    #[test]
    fn tables() {
        assert_eq!(table(&Table::default(), "a b c\nlonger x"), "a       b  c\nlonger  x  \n");
        let commas = Table { separators: Some(vec![',']), right: vec!["1".into()], ..Table::default() };
        assert_eq!(table(&commas, "a,,c\nbb,x,"), " a     c\nbb  x  \n");
    }

    #[test]
    fn columns() {
        let lines: Vec<String> = (1..=11).map(|n| n.to_string()).collect();
        let mut out = Vec::new();
        lay_out(&lines, 32, false, &mut out).expect("memory");
        assert_eq!(lossy(&out), "1\t4\t7\t10\n2\t5\t8\t11\n3\t6\t9\n");
        out.clear();
        lay_out(&lines, 32, true, &mut out).expect("memory");
        assert_eq!(lossy(&out), "1\t2\t3\t4\n5\t6\t7\t8\n9\t10\t11\n");
    }
}
