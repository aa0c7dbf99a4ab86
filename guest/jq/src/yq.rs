//! yq: jq's language on YAML, JSON, TOML, CSV and TSV, with the command line that Mike Farah's yq has.

use crate::filters::{Host, Stop, compile, environment};
use crate::jq;
use crate::value::{Layout, Object, Style, Value};
use crate::yaml;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, read, stdout};
use agentfense_sys::files::{self, FileType, OpenFlags};
use jaq_fmts::Format;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::Write;
use std::rc::Rc;

const HELP: &str = "\
{} [eval] [OPTION]... [EXPRESSION] [FILE]...
Process YAML, JSON, TOML, CSV and TSV documents. The command line is that of
Mike Farah's yq; expressions are those of jq, with sort_keys(f) and with(p; f).
Comments and styles of the input are not kept.

  -p, --input-format=FORMAT   yaml, json, toml, csv, tsv; auto by the file's name
  -o, --output-format=FORMAT  yaml, json, toml, csv, tsv; the input's by default
  -j, --tojson                as -o json
  -P, --prettyPrint           block style (always so for YAML)
  -i, --inplace               write the result into the (first) file
  -I, --indent=N              indentation; 0 for JSON on one line
  -r, --unwrapScalar[=BOOL]   strings without quotes (the default but for JSON)
  -n, --null-input            do not read input
  -N, --no-doc                no document separators
  -e, --exit-status           status 1 without a match, or if it is null or false
  -C, --colors                colored JSON
  -M, --no-colors             no colors
      --from-file=FILE        the expression is in a file
      --arg is jq's: use env(NAME) as $ENV.NAME
  -h, --help                  show this help";

const SHORTS: &str = "p:o:jPiI:r::nNeCMhVs";
const LONGS: &[Long] = &[
    ("input-format", Takes::Argument, 'p'),
    ("output-format", Takes::Argument, 'o'),
    ("tojson", Takes::Nothing, 'j'),
    ("prettyPrint", Takes::Nothing, 'P'),
    ("inplace", Takes::Nothing, 'i'),
    ("indent", Takes::Argument, 'I'),
    ("unwrapScalar", Takes::Optional, 'r'),
    ("null-input", Takes::Nothing, 'n'),
    ("no-doc", Takes::Nothing, 'N'),
    ("exit-status", Takes::Nothing, 'e'),
    ("colors", Takes::Nothing, 'C'),
    ("no-colors", Takes::Nothing, 'M'),
    ("from-file", Takes::Argument, 'F'),
];

/// What the command line says.
struct Settings {
    input: Option<Format>,
    output: Option<Format>,
    in_place: bool,
    indent: usize,
    unwrap: Option<bool>,
    null_input: bool,
    separators: bool,
    exit_status: bool,
    colors: bool,
    expression: Option<String>,
    files: Vec<Vec<u8>>,
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn fault(message: String) -> Failure {
    Failure::new(format!("Error: {message}"))
}

fn format(name: &[u8]) -> Result<Option<Format>, Failure> {
    Ok(Some(match name {
        b"auto" | b"a" => return Ok(None),
        b"yaml" | b"yml" | b"y" => Format::Yaml,
        b"json" | b"j" => Format::Json,
        b"toml" => Format::Toml,
        b"csv" | b"c" => Format::Csv,
        b"tsv" | b"t" => Format::Tsv,
        other => return Err(fault(format!("unknown format '{}' please use [yaml|json|toml|csv|tsv]", text(other)))),
    }))
}

fn settings(args: Vec<Vec<u8>>) -> Result<Settings, Failure> {
    let mut options = Options::new(args, SHORTS, LONGS, HELP);
    let mut settings = Settings {
        input: None,
        output: None,
        in_place: false,
        indent: 2,
        unwrap: None,
        null_input: false,
        separators: true,
        exit_status: false,
        colors: false,
        expression: None,
        files: Vec::new(),
    };
    let mut words = Vec::new();
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('p', name) => settings.input = format(&name)?,
            Item::Option('o', name) => settings.output = format(&name)?,
            Item::Option('j', _) => settings.output = Some(Format::Json),
            Item::Option('i', _) => settings.in_place = true,
            Item::Option('I', number) => {
                settings.indent = text(&number)
                    .parse()
                    .ok()
                    .filter(|&width| width <= 16)
                    .ok_or_else(|| fault(format!("invalid indent '{}'", text(&number))))?;
            }
            Item::Option('r', value) => settings.unwrap = Some(value != b"false" && value != b"=false"),
            Item::Option('n', _) => settings.null_input = true,
            Item::Option('N', _) => settings.separators = false,
            Item::Option('e', _) => settings.exit_status = true,
            Item::Option('C', _) => settings.colors = true,
            Item::Option('M', _) => settings.colors = false,
            Item::Option('h', _) => return Err(jq::print(&format!("Usage: {}\n", HELP.replace("{}", "yq")))),
            Item::Option('V', _) => {
                return Err(jq::print(concat!("yq (agentfense) version v", env!("CARGO_PKG_VERSION"), "\n")));
            }
            Item::Option('F', name) => {
                let program = read::whole(&name).map_err(|errno| fault(format!("open {}: {errno}", text(&name))))?;
                settings.expression = Some(text(&program));
            }
            Item::Option(..) => {}
            Item::Operand(word) => words.push(word),
        }
    }
    if matches!(words.first().map(Vec::as_slice), Some(b"eval" | b"e")) {
        words.remove(0);
    } else if matches!(words.first().map(Vec::as_slice), Some(b"eval-all" | b"ea")) {
        return Err(fault("eval-all is not supported: use jq -s".into()));
    }
    let mut words = words.into_iter().peekable();
    // A single word that is a file is one: `yq file.yaml` shows it.
    let is_file = |word: &Vec<u8>| files::stat(word, true).is_ok_and(|stat| stat.kind == FileType::Regular);
    if settings.expression.is_none() && !words.peek().is_none_or(is_file) {
        settings.expression = words.next().map(|word| text(&word));
    }
    settings.files = words.collect();
    Ok(settings)
}

/// The inputs that are left.
struct Running {
    inputs: RefCell<VecDeque<Value>>,
    filename: RefCell<Value>,
}

impl Host for Running {
    fn input(&self) -> Option<Value> {
        self.inputs.borrow_mut().pop_front()
    }

    fn input_filename(&self) -> Value {
        self.filename.borrow().clone()
    }

    fn input_line_number(&self) -> usize {
        0
    }

    fn complain(&self, text: &str) {
        jq::complain(text);
    }
}

/// Rows as objects, whose names are in the first.
fn table(rows: Vec<Value>) -> Value {
    let mut rows = rows.into_iter();
    let Some(header) = rows.next() else { return Value::from_iter([]) };
    let names: Vec<_> = header.as_array().map(|names| names.iter().map(Value::to_text).collect()).unwrap_or_default();
    let object = |row: Value| {
        let cells = row.as_array().cloned().unwrap_or_default();
        Value::Object(Rc::new(names.iter().cloned().zip(cells).collect::<Object>()))
    };
    rows.map(object).collect()
}

/// The documents of a file's content.
fn documents(format: Format, data: &[u8]) -> Result<Vec<Value>, String> {
    let utf8 = || std::str::from_utf8(data).map_err(|error| error.to_string());
    match format {
        Format::Json => jq::all(data).map_err(|fault| fault.0),
        Format::Toml => Ok(vec![yaml::from_jaq(&jaq_fmts::read::toml::parse(utf8()?).map_err(|e| e.to_string())?)]),
        Format::Csv | Format::Tsv => {
            let bytes = data.iter().map(|&byte| Ok::<u8, std::io::Error>(byte));
            let rows: Result<Vec<_>, _> = if matches!(format, Format::Csv) {
                jaq_fmts::read::tabular::read_csv(bytes).collect()
            } else {
                jaq_fmts::read::tabular::read_tsv(bytes).collect()
            };
            let rows = rows.map_err(|error| error.to_string())?;
            Ok(vec![table(rows.iter().map(yaml::from_jaq).collect())])
        }
        _ => yaml::parse(utf8()?),
    }
}

/// The format that a file's name tells of.
fn by_name(name: &[u8]) -> Format {
    match name.rsplit(|&b| b == b'.').next() {
        Some(b"json") => Format::Json,
        Some(b"toml") => Format::Toml,
        Some(b"csv") => Format::Csv,
        Some(b"tsv") => Format::Tsv,
        _ => Format::Yaml,
    }
}

/// Rows of text of an array of arrays or objects.
fn rows(value: &Value) -> Result<Vec<Vec<String>>, String> {
    let cell = |value: &Value| if matches!(value, Value::Null) { String::new() } else { value.to_text().to_string() };
    let Some(elements) = value.as_array() else {
        return Err(format!("csv encoding only works for arrays, got: {}", value.kind()));
    };
    if elements.iter().all(|element| !matches!(element, Value::Array(_) | Value::Object(_))) {
        return Ok(vec![elements.iter().map(cell).collect()]);
    }
    let mut rows = Vec::new();
    let mut names: Vec<Rc<str>> = Vec::new();
    for element in elements {
        if let (Value::Object(members), true) = (element, names.is_empty()) {
            names = members.keys().cloned().collect();
            rows.push(names.iter().map(|name| name.to_string()).collect());
        }
        rows.push(match element {
            Value::Array(cells) => cells.iter().map(cell).collect(),
            Value::Object(members) => {
                names.iter().map(|name| members.get(name).map(cell).unwrap_or_default()).collect()
            }
            other => vec![cell(other)],
        });
    }
    Ok(rows)
}

fn write_rows(out: &mut dyn Write, value: &Value, separator: char) -> Result<(), Failure> {
    for row in rows(value).map_err(fault)? {
        let quoted = |cell: &String| match cell.contains([separator, '"', '\n', '\r']) || cell.starts_with(' ') {
            true => format!("\"{}\"", cell.replace('"', "\"\"")),
            false => cell.clone(),
        };
        let line: Vec<_> = row.iter().map(quoted).collect();
        writeln!(out, "{}", line.join(&separator.to_string()))?;
    }
    Ok(())
}

impl Settings {
    fn write(&self, out: &mut dyn Write, format: Format, value: &Value) -> Result<(), Failure> {
        let unwrap = self.unwrap.unwrap_or(!matches!(format, Format::Json));
        match (format, value) {
            (Format::Csv, value) => write_rows(out, value, ',')?,
            (Format::Tsv, value) => write_rows(out, value, '\t')?,
            (_, Value::String(text)) if unwrap => writeln!(out, "{text}")?,
            (Format::Json, value) => {
                let indent = (self.indent > 0).then(|| " ".repeat(self.indent));
                let style = self.colors.then(Style::default);
                Layout { indent, style, ..Layout::default() }.write(out, value)?;
                out.write_all(b"\n")?;
            }
            (Format::Toml, value) => {
                let value = yaml::to_jaq(value);
                let root = jaq_fmts::write::toml::Root::try_from(&value);
                let root = root.map_err(|error| fault(error.to_string()))?.to_string();
                out.write_all(root.trim_end().as_bytes())?;
                out.write_all(b"\n")?;
            }
            (_, value) => yaml::write(out, value, self.indent)?,
        }
        Ok(())
    }
}

/// Runs yq.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    match process(args) {
        // yq's messages stand without its name.
        Err(failure) if failure.message.starts_with("Error: ") => {
            jq::complain(&format!("{}\n", failure.message));
            Ok(1)
        }
        other => other,
    }
}

fn process(args: Vec<Vec<u8>>) -> Outcome {
    let settings = settings(args)?;
    let mut program = settings.expression.clone().unwrap_or_else(|| ".".into());
    if program.trim().is_empty() {
        program = ".".into();
    }
    let program = format!("{} {program}", include_str!("yq.jq").trim_end());
    let filter = match compile(&program, &["$ENV".into()], &[]) {
        Ok(filter) => filter,
        Err(message) => {
            let message = message.replace(&program, settings.expression.as_deref().unwrap_or("."));
            jq::complain(&format!("{}\n", message.replace("jq: error: ", "Error: ").replace("jq: ", "Error: ")));
            return Ok(1);
        }
    };
    let mut names = settings.files.clone();
    if names.is_empty() {
        if settings.in_place {
            return Err(fault(
                "write in place flag only applicable when giving an expression and at least one file".into(),
            ));
        }
        names.push(b"-".to_vec());
    }
    if settings.null_input {
        names = vec![Vec::new()];
    }
    let mut out = Vec::new();
    let mut console = stdout();
    let matched = Cell::new(false);
    let mut first = true;
    let variables = [environment()];
    for (index, name) in names.iter().enumerate() {
        let input = settings.input.unwrap_or_else(|| by_name(name));
        let format = settings.output.unwrap_or(if settings.null_input { Format::Yaml } else { input });
        let all = if settings.null_input {
            vec![Value::Null]
        } else {
            let data = read::whole(name)
                .map_err(|errno| fault(format!("open {}: {}", text(name), errno.to_string().to_lowercase())))?;
            documents(input, &data).map_err(|why| fault(format!("bad file '{}': {why}", text(name))))?
        };
        let running = Running { inputs: RefCell::new(all.into()), filename: RefCell::new(Value::from(text(name))) };
        while let Some(document) = running.input() {
            let separator = settings.separators && !first && matches!(format, Format::Yaml);
            let mut written = false;
            let stop = filter.run(&running, &variables, document, |value| {
                matched.set(value.is_true());
                if separator && !std::mem::replace(&mut written, true) {
                    out.extend_from_slice(b"---\n");
                }
                first = false;
                settings.write(&mut out, format, &value)
            })?;
            match stop {
                None => {}
                Some(Stop::Halt(status)) => return Ok(status as u8),
                Some(Stop::Error(value)) => {
                    console.write_all(&out)?;
                    console.flush()?;
                    return Err(fault(value.to_text().to_string()));
                }
            }
        }
        if settings.in_place && index == 0 {
            let failed = |errno| fault(format!("{}: {errno}", text(name)));
            let file = files::open(name, OpenFlags::WRITE | OpenFlags::TRUNCATE, 0).map_err(failed)?;
            file.write_bytes(&std::mem::take(&mut out)).map_err(failed)?;
        } else {
            console.write_all(&std::mem::take(&mut out))?;
        }
    }
    console.flush()?;
    if settings.exit_status && !matched.get() {
        return Err(fault("no matches found".into()));
    }
    Ok(0)
}
