//! wget: downloads into files.

use crate::http::{self, Request, Response, base64};
use crate::socket::{self, Deadline};
use crate::tls::{Security, certificates};
use crate::url::Url;
use agentfense_support::options::number;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, read, stdout};
use agentfense_sys::files::{self, AccessMode, OpenFile, OpenFlags};
use agentfense_sys::processes;
use std::io::Write;
use std::time::Duration;

const HELP: &str = "\
{} [OPTION]... URL...
Download files over HTTP.

  -O, --output-document FILE    -P, --directory-prefix DIR    -c, --continue       -nc  keep files that are there
  -q, --quiet                   -nv, --no-verbose             -S, --server-response
  -T, --timeout SECONDS         -t, --tries N                 --max-redirect N     --spider  only look
  --header LINE  -U, --user-agent NAME  --user NAME  --password WORD
  --post-data DATA  --post-file FILE  --method METHOD  --body-data DATA
  --no-check-certificate  accept any certificate    --ca-certificate FILE  trust those in it, too (PEM)";

const LONGS: &[Long] = &[
    ("output-document", Takes::Argument, 'O'),
    ("directory-prefix", Takes::Argument, 'P'),
    ("continue", Takes::Nothing, 'c'),
    ("no-clobber", Takes::Nothing, '\u{1}'),
    ("quiet", Takes::Nothing, 'q'),
    ("no-verbose", Takes::Nothing, '\u{2}'),
    ("server-response", Takes::Nothing, 'S'),
    ("timeout", Takes::Argument, 'T'),
    ("tries", Takes::Argument, 't'),
    ("max-redirect", Takes::Argument, '\u{3}'),
    ("spider", Takes::Nothing, '\u{4}'),
    ("header", Takes::Argument, '\u{5}'),
    ("user-agent", Takes::Argument, 'U'),
    ("user", Takes::Argument, '\u{6}'),
    ("password", Takes::Argument, '\u{7}'),
    ("post-data", Takes::Argument, '\u{8}'),
    ("post-file", Takes::Argument, '\u{b}'),
    ("method", Takes::Argument, '\u{c}'),
    ("body-data", Takes::Argument, '\u{e}'),
    ("no-check-certificate", Takes::Nothing, '\u{11}'),
    ("ca-certificate", Takes::Argument, '\u{12}'),
    ("show-progress", Takes::Nothing, '\u{f}'),
    ("no-cache", Takes::Nothing, '\u{f}'),
    ("content-on-error", Takes::Nothing, '\u{10}'),
    ("progress", Takes::Argument, '\u{f}'),
];

struct Config {
    output: Option<Vec<u8>>,
    prefix: Option<Vec<u8>>,
    resume: bool,
    keep: bool,
    /// 0 says nothing, 1 little, 2 all.
    talk: u8,
    show_headers: bool,
    time: Option<Duration>,
    tries: u32,
    redirects: u32,
    spider: bool,
    headers: Vec<String>,
    user: Option<String>,
    password: Option<String>,
    method: Option<String>,
    body: Vec<u8>,
    on_error: bool,
    security: Security,
}

/// Why a URL was not fetched: wget's status and its words.
struct Fault {
    status: u8,
    message: String,
    again: bool,
}

fn fault(status: u8, message: impl Into<String>) -> Fault {
    Fault { status, message: message.into(), again: status == 4 }
}

/// Runs wget.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    // -nc and -nv are the only options of two letters.
    let args = args.into_iter().map(|arg| match arg.as_slice() {
        b"-nc" => b"--no-clobber".to_vec(),
        b"-nv" => b"--no-verbose".to_vec(),
        _ => arg,
    });
    let mut options = Options::new(args.collect(), "O:P:cqST:t:U:d", LONGS, HELP);
    let mut config = Config {
        output: None,
        prefix: None,
        resume: false,
        keep: false,
        talk: 2,
        show_headers: false,
        time: Some(Duration::from_secs(900)),
        tries: 20,
        redirects: 20,
        spider: false,
        headers: Vec::new(),
        user: None,
        password: None,
        method: None,
        body: Vec::new(),
        on_error: false,
        security: Security::default(),
    };
    let text = |value: Vec<u8>| String::from_utf8_lossy(&value).into_owned();
    let mut agent = concat!("Wget/1.25 agentfense/", env!("CARGO_PKG_VERSION")).to_owned();
    let mut urls = Vec::new();
    while let Some(item) = options.next_item()? {
        let (letter, value) = match item {
            Item::Operand(url) => {
                urls.push(text(url));
                continue;
            }
            Item::Option(letter, value) => (letter, value),
        };
        match letter {
            'O' => config.output = Some(value),
            'P' => config.prefix = Some(value),
            'c' => config.resume = true,
            '\u{1}' => config.keep = true,
            'q' => config.talk = 0,
            '\u{2}' => config.talk = 1,
            'S' => config.show_headers = true,
            'T' => {
                config.time = Some(Duration::from_secs_f64(number::<f64>("time", &value)?.clamp(0.0, 1e9)))
                    .filter(|t| !t.is_zero())
            }
            't' => {
                config.tries = match number("number", &value)? {
                    0 => u32::MAX,
                    tries => tries,
                }
            }
            '\u{3}' => config.redirects = number("number", &value)?,
            '\u{4}' => config.spider = true,
            '\u{5}' => config.headers.push(text(value)),
            'U' => agent = text(value),
            '\u{6}' => config.user = Some(text(value)),
            '\u{7}' => config.password = Some(text(value)),
            '\u{8}' | '\u{e}' => {
                config.body = value;
                if letter == '\u{8}' {
                    config.method = Some("POST".into());
                }
            }
            '\u{b}' => {
                config.body =
                    read::whole(&value).map_err(|errno| Failure::new(format!("{}: {errno}", text(value))).status(3))?;
                config.method = Some("POST".into());
            }
            '\u{c}' => config.method = Some(text(value)),
            '\u{10}' => config.on_error = true,
            '\u{11}' => config.security.verify = false,
            '\u{12}' => {
                let found = read::whole(&value).ok().and_then(|pem| certificates(&pem));
                config.security.roots.extend(found.ok_or_else(|| {
                    Failure::new(format!("{}: there is no certificate in it", text(value))).status(5)
                })?);
            }
            _ => {}
        }
    }
    if urls.is_empty() {
        return Err(Failure::usage("missing URL").status(1));
    }
    config.headers.insert(0, format!("User-Agent: {agent}"));
    if let Some(output) = config.output.as_deref().filter(|output| *output != b"-") {
        // One file for all of them; emptied first, as wget does.
        if !config.resume {
            files::open(output, OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE, 0o666)
                .map_err(|errno| Failure::new(format!("{}: {errno}", String::from_utf8_lossy(output))).status(3))?;
        }
    }
    let mut status = 0;
    for url in &urls {
        let mut tried = 0;
        loop {
            tried += 1;
            match fetch(&config, url) {
                Ok(()) => break,
                Err(fault) => {
                    if config.talk > 0 {
                        say(&fault.message);
                    }
                    if fault.again && tried < config.tries {
                        if config.talk > 1 {
                            say("Retrying.\n");
                        }
                        processes::sleep(Duration::from_secs(u64::from(tried.min(10))));
                        continue;
                    }
                    status = fault.status;
                    break;
                }
            }
        }
    }
    Ok(status)
}

fn say(line: &str) {
    if let Some(stderr) = OpenFile::inherited(2) {
        // Nobody is left to tell when standard error is gone.
        let _ = stderr.write_bytes(format!("{line}\n").as_bytes());
    }
}

/// Whether a file is there.
fn exists(path: &[u8]) -> bool {
    files::access(path, AccessMode::empty()).is_ok()
}

/// The file to write: the name given, or the URL's, with a number if that is taken.
fn file_for(config: &Config, url: &Url) -> Option<Vec<u8>> {
    if let Some(output) = &config.output {
        return Some(output.clone());
    }
    let name = match url.file_name() {
        "" => "index.html",
        name => name,
    };
    let mut path = config.prefix.clone().unwrap_or_default();
    if !path.is_empty() && !path.ends_with(b"/") {
        path.push(b'/');
    }
    path.extend_from_slice(name.as_bytes());
    if config.resume || !exists(&path) {
        return Some(path);
    }
    if config.keep {
        return None;
    }
    (1u32..).map(|n| [path.as_slice(), format!(".{n}").as_bytes()].concat()).find(|path| !exists(path))
}

fn fetch(config: &Config, text: &str) -> Result<(), Fault> {
    let wrong = |text: &str| fault(1, format!("{text}: Invalid or unsupported URL."));
    let mut url = Url::parse(text).map_err(|_| wrong(text))?;
    let origin = (url.host.clone(), url.port);
    let named = url.clone();
    let mut redirects = 0;
    let path = if config.spider { None } else { file_for(config, &named) };
    if path.is_none() && !config.spider {
        say(&format!("File ‘{}’ already there; not retrieving.", named.file_name()));
        return Ok(());
    }
    let have =
        path.as_deref().filter(|_| config.resume).and_then(|path| files::stat(path, true).ok()).map_or(0, |s| s.size);
    let mut method = config.method.clone().unwrap_or_else(|| if config.spider { "HEAD" } else { "GET" }.into());
    let mut body = config.body.as_slice();
    loop {
        if config.talk > 1 {
            say(&format!("--{}--  {url}", timestamp()));
        }
        let trusted = origin == (url.host.clone(), url.port);
        let response = ask(config, &url, &method, body, have, trusted)?;
        let head = &response.head;
        if config.talk > 1 {
            let line = head.line.split_once(' ').map_or("", |(_, rest)| rest);
            say(&format!("HTTP request sent, awaiting response... {line}"));
        }
        if config.show_headers {
            String::from_utf8_lossy(&head.raw)
                .lines()
                .filter(|l| !l.is_empty())
                .for_each(|line| say(&format!("  {line}")));
        }
        if matches!(head.status, 301 | 302 | 303 | 307 | 308)
            && let Some(location) = head.header("location")
        {
            if redirects == config.redirects {
                return Err(fault(8, format!("{redirects} redirections exceeded.")));
            }
            redirects += 1;
            if config.talk > 1 {
                say(&format!("Location: {location} [following]"));
            }
            if matches!(head.status, 301..=303) && method != "HEAD" {
                (method, body) = ("GET".into(), &[]);
            }
            url = url.join(location).map_err(|_| wrong(location))?;
            continue;
        }
        if head.status == 416 && have > 0 {
            if config.talk > 1 {
                say("\n    The file is already fully retrieved; nothing to do.\n");
            }
            return Ok(());
        }
        if head.status >= 400 && !config.on_error {
            let line = head.line.split_once(' ').map_or("", |(_, rest)| rest);
            let (code, reason) = line.split_once(' ').unwrap_or((line, ""));
            let message = if config.spider {
                "Remote file does not exist -- broken link!!!".to_owned()
            } else {
                format!("{} ERROR {code}: {reason}.", timestamp())
            };
            return Err(fault(8, message));
        }
        if config.spider {
            if config.talk > 0 {
                say("Remote file exists.\n");
            }
            return Ok(());
        }
        return save(config, &url, response, path.as_deref().unwrap_or(b"-"), have);
    }
}

/// The time as wget shows it.
fn timestamp() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let (days, seconds) = (now.as_secs() / 86400, now.as_secs() % 86400);
    // The civil date of a day's number: years start in March, so that the odd day is the last.
    let day = days + 719_468;
    let era = day / 146_097;
    let of_era = day % 146_097;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    format!("{year}-{month:02}-{date:02} {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn ask(config: &Config, url: &Url, method: &str, body: &[u8], have: u64, trusted: bool) -> Result<Response, Fault> {
    let mut headers = vec![("Host".to_owned(), url.authority()), ("Accept".to_owned(), "*/*".to_owned())];
    for line in &config.headers {
        let Some((name, value)) = line.split_once(':') else { continue };
        let (name, value) = (name.trim(), value.trim().replace(['\r', '\n'], ""));
        if !trusted && name.eq_ignore_ascii_case("authorization") {
            continue;
        }
        headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        headers.push((name.to_owned(), value));
    }
    if let Some(user) = config.user.as_ref().filter(|_| trusted) {
        let pair = format!("{user}:{}", config.password.as_deref().unwrap_or_default());
        headers.push(("Authorization".into(), format!("Basic {}", base64(pair.as_bytes()))));
    }
    if have > 0 {
        headers.push(("Range".into(), format!("bytes={have}-")));
    }
    if !body.is_empty() || method == "POST" {
        headers.push(("Content-Length".into(), body.len().to_string()));
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            headers.push(("Content-Type".into(), "application/x-www-form-urlencoded".into()));
        }
    }
    let deadline = Deadline::after(config.time);
    let fail = |error: http::Error| match error {
        http::Error::Certificate(why) => {
            let host = &url.host;
            fault(
                5,
                format!(
                    "ERROR: cannot verify {host}'s certificate:\n  {why}\nTo connect to {host} insecurely, use `--no-check-certificate'."
                ),
            )
        }
        http::Error::Tls(why) => fault(5, format!("TLS: {why}\nUnable to establish SSL connection.")),
        // A name that is not known will not be known the next time.
        http::Error::Resolve => {
            Fault { again: false, ..fault(4, format!("wget: unable to resolve host address ‘{}’", url.host)) }
        }
        http::Error::Connect(error) => Fault {
            again: error == socket::Error::TimedOut,
            ..fault(4, format!("Connecting to {} ({})... failed: {error}.", url.authority(), url.host))
        },
        http::Error::Transfer(error) => fault(4, format!("Read error ({error}) in headers.")),
        http::Error::Empty => fault(4, "No data received."),
        http::Error::Protocol(why) => fault(7, why),
        http::Error::Short => fault(4, "Connection closed."),
    };
    let stream = http::connect(url, None, None, &config.security, deadline).map_err(fail)?;
    if config.talk > 1 {
        say(&format!("Connecting to {}... connected.", url.authority()));
    }
    http::send(stream, &Request { method, url, headers: &headers, body }, deadline, |_| {}).map_err(fail)
}

fn save(config: &Config, url: &Url, mut response: Response, path: &[u8], have: u64) -> Result<(), Fault> {
    let shown = String::from_utf8_lossy(path).into_owned();
    let unwritten = |why: String| Fault { again: false, ..fault(3, format!("{shown}: {why}")) };
    let append = response.head.status == 206 || config.output.is_some();
    let mut out: Box<dyn Write> = if path == b"-" {
        Box::new(stdout())
    } else {
        if let Some(prefix) = &config.prefix {
            // Opening the file tells what is wrong with one that cannot be made.
            let _ = std::fs::create_dir_all(String::from_utf8_lossy(prefix).as_ref());
        }
        let how = if append { OpenFlags::APPEND } else { OpenFlags::TRUNCATE };
        let file = files::open(path, OpenFlags::WRITE | OpenFlags::CREATE | how, 0o666);
        Box::new(file.map_err(|errno| unwritten(errno.to_string()))?)
    };
    let length = response.length();
    if config.talk > 1 {
        let kind = response.head.header("content-type").unwrap_or_default();
        let length = length.map_or_else(|| "unspecified".into(), |length| length.to_string());
        say(&format!("Length: {length} [{kind}]\nSaving to: ‘{shown}’\n"));
    }
    let mut size = 0;
    loop {
        match response.piece() {
            Ok(data) if data.is_empty() => break,
            Ok(data) => {
                size += data.len() as u64;
                out.write_all(&data)
                    .and_then(|()| out.flush())
                    .map_err(|e| unwritten(agentfense_sys::error_text(&e).to_string()))?;
            }
            Err(_) => return Err(fault(4, format!("Connection closed at byte {size}."))),
        }
    }
    let total = length.map_or_else(|| size.to_string(), |length| format!("{size}/{length}"));
    match config.talk {
        0 => {}
        1 => say(&format!("{} URL:{url} [{total}] -> \"{shown}\" [1]", timestamp())),
        _ if path == b"-" => say(&format!("{} - written to stdout [{total}]\n", timestamp())),
        _ if have > 0 => say(&format!("{} - ‘{shown}’ saved [{}]\n", timestamp(), size + have)),
        _ => say(&format!("{} - ‘{shown}’ saved [{total}]\n", timestamp())),
    }
    Ok(())
}
