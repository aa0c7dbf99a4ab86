//! The commands that start with a dot.

use super::*;

impl Shell {
    pub(super) fn dot(&mut self, line: &str) -> Result<End, Failure> {
        let words = words(&line[1..]);
        let Some(command) = words.first().cloned() else { return Ok(End::Continue) };
        let one = words.get(1);
        let matches = |name: &str, least: usize| command.len() >= least && name.starts_with(&command);
        match command.as_str() {
            "quit" | "q" => return Ok(End::Exit(0)),
            "exit" => return Ok(End::Exit(one.and_then(|code| code.parse::<i32>().ok()).unwrap_or(0) as u8)),
            "help" => self.out.writer().write_all(DOT_HELP.as_bytes())?,
            "bail" => self.bail = is_on(one),
            "echo" => self.echo = is_on(one),
            "timer" | "stats" | "changes" | "eqp" | "explain" | "log" | "trace" | "binary" | "scanstats" => {}
            "print" => {
                let text = words[1..].join(" ");
                writeln!(self.out.writer(), "{text}")?;
            }
            "nullvalue" => self.layout.null = one.cloned().unwrap_or_default(),
            "separator" => {
                if let Some(separator) = one {
                    self.layout.separator = unescaped(separator);
                }
                if let Some(row) = words.get(2) {
                    self.layout.row_separator = unescaped(row);
                }
            }
            "width" => self.layout.widths = words[1..].iter().filter_map(|word| word.parse().ok()).collect(),
            "timeout" => self.database.busy_timeout(one.and_then(|time| time.parse().ok()).unwrap_or(0)),
            "show" => self.show_settings()?,
            "databases" => self.databases()?,
            "import" => self.import(&words[1..])?,
            "dump" => self.dump(one.map(String::as_str))?,
            "read" => match one {
                Some(name) => return self.file(&name.clone()),
                None => self.error("Usage: .read FILE"),
            },
            "open" => {
                let name = words[1..].iter().find(|word| !word.starts_with('-')).cloned().unwrap_or_default();
                match open(&name, self.read_only) {
                    Ok(database) => (self.database, self.name) = (database, name),
                    Err(failure) => self.error(&failure.message),
                }
            }
            _ if matches("mode", 3) => self.mode(&words[1..])?,
            _ if matches("headers", 4) => self.layout.headers = Some(is_on(one)),
            _ if matches("output", 1) || matches("once", 2) => self.redirect(one, command.starts_with("on"))?,
            _ if matches("schema", 2) => self.schema(words[1..].iter().find(|word| !word.starts_with('-')))?,
            _ if matches("tables", 2) => self.names(one, "'table','view'", "name")?,
            _ if command == "indices" || matches("indexes", 3) => self.names(one, "'index'", "tbl_name")?,
            _ => self.error(&format!(
                "Error: unknown command or invalid arguments:  \"{command}\". Enter \".help\" for help"
            )),
        }
        Ok(End::Continue)
    }

    pub(super) fn mode(&mut self, words: &[String]) -> io::Result<()> {
        let mut words = words.iter().filter(|word| !word.starts_with('-'));
        let Some(name) = words.next() else {
            let name = self.layout.mode.name();
            return writeln!(self.out.writer(), "current output mode: {name}");
        };
        match Mode::parse(name) {
            Some(mode) => {
                self.layout.set_mode(mode);
                if let Some(table) = words.next() {
                    self.layout.table.clone_from(table);
                }
            }
            None => self.error(
                "Error: mode should be one of: ascii box column csv html insert json line list markdown quote table tabs",
            ),
        }
        Ok(())
    }

    pub(super) fn redirect(&mut self, name: Option<&String>, once: bool) -> io::Result<()> {
        self.out.writer().flush()?;
        self.once = once;
        self.out = match name.map(String::as_str) {
            None | Some("stdout") => Sink::Standard(stdout()),
            Some(name) => {
                let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE;
                match files::open(name.as_bytes(), flags, 0o666) {
                    Ok(file) => Sink::File(BufWriter::new(file)),
                    Err(_) => {
                        self.error(&format!("Error: cannot write to \"{name}\""));
                        Sink::Standard(stdout())
                    }
                }
            }
        };
        Ok(())
    }

    pub(super) fn show_settings(&mut self) -> io::Result<()> {
        let layout = &self.layout;
        let on = |value: bool| if value { "on" } else { "off" };
        let escaped = |text: &str| text.replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
        let widths: String = layout.widths.iter().map(|width| format!("{width} ")).collect();
        let shown = format!(
            "        echo: {}\n         eqp: off\n     explain: auto\n     headers: {}\n        mode: {}\n   nullvalue: \
             \"{}\"\n      output: stdout\ncolseparator: \"{}\"\nrowseparator: \"{}\"\n       stats: off\n       width: \
             {widths}\n    filename: {}\n",
            on(self.echo),
            on(layout.headers.unwrap_or(false)),
            layout.mode.name(),
            layout.null,
            escaped(&layout.separator),
            escaped(&layout.row_separator),
            if self.name.is_empty() { ":memory:" } else { &self.name },
        );
        self.out.writer().write_all(shown.as_bytes())
    }

    pub(super) fn databases(&mut self) -> io::Result<()> {
        let access = if self.read_only { "r/o" } else { "r/w" };
        for row in self.query("PRAGMA database_list", &[]) {
            if let [_, name, file] = row.as_slice() {
                let file = file.text("");
                let file = if file.is_empty() { "\"\"" } else { &file };
                writeln!(self.out.writer(), "{}: {file} {access}", name.text(""))?;
            }
        }
        Ok(())
    }

    /// Names from the schema, in columns.
    pub(super) fn names(&mut self, pattern: Option<&String>, kinds: &str, column: &str) -> io::Result<()> {
        let pattern = pattern.map_or("%", String::as_str);
        let sql = format!(
            "SELECT name FROM sqlite_schema WHERE type IN ({kinds}) AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND \
             {column} LIKE ?1 ORDER BY 1"
        );
        let names: Vec<String> =
            self.query(&sql, &[pattern]).iter().filter_map(|row| row.first()).map(|cell| cell.text("")).collect();
        let widest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        let columns = (80 / (widest + 2)).max(1);
        let rows = names.len().div_ceil(columns);
        for row in 0..rows {
            let line: Vec<_> = names.iter().skip(row).step_by(rows).map(|name| format!("{name:<widest$}")).collect();
            writeln!(self.out.writer(), "{}", line.join("  "))?;
        }
        Ok(())
    }

    pub(super) fn schema(&mut self, pattern: Option<&String>) -> io::Result<()> {
        let pattern = pattern.map_or("%", String::as_str);
        let rows = self.query(
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' AND \
             (name LIKE ?1 OR tbl_name LIKE ?1) ORDER BY rowid",
            &[pattern],
        );
        for cell in rows.iter().filter_map(|row| row.first()) {
            writeln!(self.out.writer(), "{};", table_statement(&cell.text("")))?;
        }
        Ok(())
    }

    pub(super) fn dump(&mut self, pattern: Option<&str>) -> io::Result<()> {
        self.out.writer().write_all(b"PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n")?;
        let pattern = pattern.unwrap_or("%");
        let tables = self.query(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql NOT NULL AND tbl_name LIKE ?1 ORDER BY \
             tbl_name = 'sqlite_sequence', rowid",
            &[pattern],
        );
        let database = self.database.clone();
        for row in &tables {
            let [name, sql] = row.as_slice() else { continue };
            let name = name.text("");
            if name == "sqlite_sequence" {
                self.out.writer().write_all(b"DELETE FROM sqlite_sequence;\n")?;
            } else if name.starts_with("sqlite_") {
                continue;
            } else {
                writeln!(self.out.writer(), "{};", table_statement(&sql.text("")))?;
            }
            let select = format!("SELECT * FROM {}", identifier(&name));
            let Ok((Some(mut rows), _)) = database.prepare(select.as_bytes()) else { continue };
            while rows.step().unwrap_or(false) {
                let values: Vec<_> = rows.row().iter().map(Cell::literal).collect();
                writeln!(self.out.writer(), "INSERT INTO {} VALUES({});", identifier(&name), values.join(","))?;
            }
        }
        let rest = self.query(
            "SELECT sql FROM sqlite_schema WHERE sql NOT NULL AND type IN ('index', 'trigger', 'view') AND tbl_name LIKE \
             ?1 ORDER BY type COLLATE NOCASE, rowid",
            &[pattern],
        );
        for cell in rest.iter().filter_map(|row| row.first()) {
            writeln!(self.out.writer(), "{};", cell.text(""))?;
        }
        self.out.writer().write_all(b"COMMIT;\n")
    }

    pub(super) fn import(&mut self, words: &[String]) -> Result<(), Failure> {
        let (mut names, mut skip, mut words) = (Vec::new(), 0, words.iter());
        // Rows of CSV are written with a carriage return and read without; from here on they are written so, too.
        if self.layout.row_separator == "\r\n" {
            self.layout.row_separator = "\n".into();
        }
        let mut separators = (self.layout.separator.clone(), self.layout.row_separator.clone());
        while let Some(word) = words.next() {
            match word.trim_start_matches('-') {
                option if !word.starts_with('-') => names.push(option.to_owned()),
                "csv" => separators = (",".into(), "\n".into()),
                "ascii" => separators = ("\x1f".into(), "\x1e".into()),
                "skip" => skip = words.next().and_then(|count| count.parse().ok()).unwrap_or(0),
                "v" => {}
                other => {
                    self.error(&format!("ERROR: unknown option: \"--{other}\""));
                    return Ok(());
                }
            }
        }
        let [file, table] = names.as_slice() else {
            self.error("ERROR: missing FILE or TABLE argument. Usage: .import FILE TABLE");
            return Ok(());
        };
        let Ok(data) = read::whole(file.as_bytes()) else {
            self.error(&format!("Error: cannot open \"{file}\""));
            return Ok(());
        };
        let last = |separator: &str, default| separator.bytes().last().unwrap_or(default);
        let mut records = Reader::new(data, last(&separators.0, b'|'), last(&separators.1, b'\n')).skip(skip);
        if let Err((message, _)) = import_rows(&self.database, &mut records, file, table) {
            self.error(&message);
        }
        Ok(())
    }
}

/// Puts records into a table, which is made with the names of the first if there is none.
pub(super) fn import_rows(
    database: &Database,
    records: &mut dyn Iterator<Item = Vec<Vec<u8>>>,
    file: &str,
    table: &str,
) -> Result<(), (String, i32)> {
    let failed = |fault: Fault| (format!("Error: {}", fault.message), fault.code);
    let execute = |sql: &str| database.query(sql, &[]).map(drop).map_err(failed);
    let name = format!("\"{}\"", table.replace('"', "\"\""));
    let mut width = database.query(&format!("PRAGMA table_info({name})"), &[]).map_err(failed)?.len();
    if width == 0 {
        let Some(header) = records.next() else { return Err((format!("{file}: empty file"), 1)) };
        let columns: Vec<_> =
            header.iter().map(|name| format!("\"{}\" TEXT", text(name).replace('"', "\"\""))).collect();
        execute(&format!("CREATE TABLE IF NOT EXISTS {name}(\n{})", columns.join(", ")))?;
        width = header.len();
    }
    let marks = vec!["?"; width].join(",");
    let insert = format!("INSERT INTO {name} VALUES({marks})");
    execute("BEGIN")?;
    let (statement, _) = database.prepare(insert.as_bytes()).map_err(failed)?;
    let Some(mut statement) = statement else { return Ok(()) };
    for (index, record) in records.enumerate() {
        if record.len() != width {
            let (verb, what) = if record.len() < width {
                ("filling the rest with NULL", record.len())
            } else {
                ("extras ignored", record.len())
            };
            say(&format!("{file}:{}: expected {width} columns but found {what} - {verb}", index + 2));
        }
        for column in 0..width {
            statement.bind(column + 1, record.get(column).map(Vec::as_slice)).map_err(failed)?;
        }
        if let Err(fault) = statement.step() {
            say(&format!("{file}:{}: INSERT failed: {}", index + 2, fault.message));
        }
        statement.reset();
    }
    drop(statement);
    execute("COMMIT")
}

/// A table's statement as sqlite3 prints it.
pub(super) fn table_statement(sql: &str) -> String {
    match sql.strip_prefix("CREATE TABLE ") {
        Some(rest) if rest.starts_with(['"', '\'']) => format!("CREATE TABLE IF NOT EXISTS {rest}"),
        _ => sql.to_owned(),
    }
}
