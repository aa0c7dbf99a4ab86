//! curl: HTTP transfers.

mod body;
mod cookies;
mod options;

use crate::http::{self, Head, Request, Response, base64};
use crate::socket::{self, Deadline};
use crate::url::{Url, Wrong, decode};
use agentfense_support::{Failure, Outcome, complain, stdout};
use agentfense_sys::files::{self, OpenFile, OpenFlags};
use agentfense_sys::processes;
use cookies::Cookies;
use options::{Config, Target};
use std::io::{Read, Write};
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Redirects that are followed if the command line does not say how many.
const REDIRECTS: u64 = 50;

/// Why a transfer failed: curl's status and its words.
struct Fault {
    status: u8,
    message: String,
    /// Worth a try with `--retry`.
    passing: bool,
    refused: bool,
}

impl Fault {
    fn new(status: u8, message: impl Into<String>) -> Fault {
        Fault { status, message: message.into(), passing: status == 28, refused: false }
    }
}

/// What `--write-out` can tell.
#[derive(Default)]
struct Facts {
    status: u16,
    kind: String,
    size: u64,
    sent: usize,
    header_size: usize,
    redirects: u64,
    redirect_url: String,
    effective: String,
    remote: String,
    method: String,
    connect: Duration,
    start_transfer: Duration,
    total: Duration,
    file: String,
}

/// Runs curl.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let config = Config::read(args)?;
    let mut cookies = Cookies::new(&config.cookies);
    let mut status = 0;
    for (index, url) in config.urls.iter().enumerate() {
        let target = config.targets.get(index);
        status = fetch(&config, &String::from_utf8_lossy(url), target, &mut cookies);
    }
    if let Some(jar) = &config.jar {
        let written = open_output(jar, false).and_then(|mut out| Ok(out.write_all(cookies.file().as_bytes())?));
        if written.is_err() {
            complain("curl", format_args!("failed to save cookies in {}", String::from_utf8_lossy(jar)));
        }
    }
    Ok(status)
}

/// One URL, with its retries; its status.
fn fetch(config: &Config, url: &str, target: Option<&Target>, cookies: &mut Cookies) -> u8 {
    let mut delay = config.retry_delay.unwrap_or(Duration::from_secs(1));
    let mut left = config.retries;
    loop {
        let mut facts = Facts::default();
        let started = Instant::now();
        let result = transfer(config, url, target, cookies, &mut facts, started);
        facts.total = started.elapsed();
        let again = match &result {
            Ok(()) => matches!(facts.status, 408 | 429 | 500 | 502 | 503 | 504),
            Err(fault) => {
                config.retry_all
                    || fault.passing
                    || fault.refused && config.retry_refused
                    || fault.status == 22 && matches!(facts.status, 408 | 429 | 500 | 502 | 503 | 504)
            }
        };
        if again && left > 0 {
            left -= 1;
            if !config.silent || config.show_error {
                let plural = if left == 0 { "y" } else { "ies" };
                complain(
                    "Warning",
                    format_args!("Problem. Will retry in {}s. {left} retr{plural} left.", delay.as_secs()),
                );
            }
            processes::sleep(delay);
            if config.retry_delay.is_none() {
                delay = (delay * 2).min(Duration::from_secs(600));
            }
            continue;
        }
        let (status, message) = match result {
            Ok(()) => (0, String::new()),
            Err(fault) => (fault.status, fault.message),
        };
        if status != 0 && (!config.silent || config.show_error) {
            complain("curl", format_args!("({status}) {message}"));
        }
        if let Some(format) = &config.write_out {
            let text = write_out(format, &facts, status, &message);
            let mut out = stdout();
            if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
                return 23;
            }
        }
        return status;
    }
}

fn parse(url: &str) -> Result<Url, Fault> {
    Url::parse(url).map_err(|wrong| match wrong {
        Wrong::Form => Fault::new(3, "URL rejected: Malformed input to a URL function"),
        Wrong::Scheme(scheme) => Fault::new(1, format!("Protocol \"{scheme}\" not supported")),
    })
}

/// The body, its type, and the method that goes with them.
fn payload(config: &Config, url: &mut Url) -> Result<(Vec<u8>, Option<String>, &'static str), Fault> {
    if !config.form.is_empty() {
        let (body, boundary) = body::multipart(&config.form);
        return Ok((body, Some(format!("multipart/form-data; boundary={boundary}")), "POST"));
    }
    if let Some(file) = &config.upload {
        let body = agentfense_support::read::whole(file)
            .map_err(|_| Fault::new(26, format!("Can't open '{}'!", String::from_utf8_lossy(file))))?;
        if url.target.ends_with('/') {
            let name = file.rsplit(|&b| b == b'/').next().unwrap_or_default();
            url.target.push_str(&crate::url::encode(name));
        }
        return Ok((body, None, "PUT"));
    }
    match &config.data {
        Some(data) if config.get || config.head => {
            url.target.push(if url.target.contains('?') { '&' } else { '?' });
            url.target.push_str(&String::from_utf8_lossy(data));
            Ok((Vec::new(), None, if config.head { "HEAD" } else { "GET" }))
        }
        Some(data) => {
            let kind = if config.json { "application/json" } else { "application/x-www-form-urlencoded" };
            Ok((data.clone(), Some(kind.to_owned()), "POST"))
        }
        None => Ok((Vec::new(), None, if config.head { "HEAD" } else { "GET" })),
    }
}

/// The headers of a request: curl's own, unless the command line replaces or removes them.
fn headers(
    config: &Config,
    url: &Url,
    body: &[u8],
    kind: Option<&str>,
    cookies: &Cookies,
    trusted: bool,
) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = vec![("Host".into(), url.authority())];
    let mut add = |name: &str, value: String| headers.push((name.into(), value));
    let user = config.user.clone().or_else(|| url.user.as_deref().map(|u| String::from_utf8_lossy(&decode(u)).into()));
    if let Some(user) = user.filter(|_| trusted) {
        let user = if user.contains(':') { user } else { format!("{user}:") };
        add("Authorization", format!("Basic {}", base64(user.as_bytes())));
    }
    if let Some(range) = &config.range {
        let dash = if range.contains('-') { "" } else { "-" };
        add("Range", format!("bytes={range}{dash}"));
    }
    match config.agent.as_deref() {
        Some("") => {}
        agent => {
            add("User-Agent", agent.unwrap_or(concat!("curl/8.14.1 agentfense/", env!("CARGO_PKG_VERSION"))).into())
        }
    }
    add("Accept", if config.json { "application/json" } else { "*/*" }.into());
    if config.compressed {
        add("Accept-Encoding", "deflate, gzip".into());
    }
    if let Some(referer) = &config.referer {
        add("Referer", referer.clone());
    }
    if let Some(cookies) = cookies.header(url) {
        add("Cookie", cookies);
    }
    if !body.is_empty() || kind.is_some() || config.upload.is_some() {
        add("Content-Length", body.len().to_string());
    }
    if let Some(kind) = kind {
        add("Content-Type", kind.into());
    }
    let mut replaced: Vec<String> = Vec::new();
    for line in &config.headers {
        let (name, value) = match (line.split_once(':'), line.strip_suffix(';')) {
            (Some((name, value)), _) => (name.trim(), value.trim()),
            // `Name;` sends a header without a value.
            (None, Some(name)) => (name.trim(), ""),
            (None, None) => continue,
        };
        // Not to another host: that is what the redirect could be for.
        if !trusted && (name.eq_ignore_ascii_case("authorization") || name.eq_ignore_ascii_case("cookie")) {
            continue;
        }
        let own = headers.iter().position(|(known, _)| known.eq_ignore_ascii_case(name));
        let first = !replaced.contains(&name.to_ascii_lowercase());
        let empty = value.is_empty() && !line.ends_with(';');
        match own {
            Some(at) if first && empty => drop(headers.remove(at)),
            Some(at) if first => headers[at] = (name.into(), value.into()),
            _ if empty => {}
            _ => headers.push((name.into(), value.into())),
        }
        replaced.push(name.to_ascii_lowercase());
    }
    // Nobody may break the lines of a request.
    for (name, value) in &mut headers {
        name.retain(|c| !matches!(c, '\r' | '\n'));
        value.retain(|c| !matches!(c, '\r' | '\n'));
    }
    headers
}

fn transfer(
    config: &Config,
    url: &str,
    target: Option<&Target>,
    cookies: &mut Cookies,
    facts: &mut Facts,
    started: Instant,
) -> Result<(), Fault> {
    let mut url = parse(url)?;
    let name = url.file_name().to_owned();
    let (mut body, mut kind, usual) = payload(config, &mut url)?;
    let mut method = config.method.clone().unwrap_or_else(|| usual.to_owned());
    let origin = (url.scheme.clone(), url.host.clone(), url.port);
    let whole = Deadline::after(config.max_time);
    loop {
        facts.effective = url.to_string();
        facts.method.clone_from(&method);
        facts.sent = body.len();
        let trusted = config.trusted || origin == (url.scheme.clone(), url.host.clone(), url.port);
        let headers = headers(config, &url, &body, kind.as_deref(), cookies, trusted);
        let request = Request { method: &method, url: &url, headers: &headers, body: &body };
        let response = ask(config, &request, facts, started, whole)?;
        let head = response.head.clone();
        cookies.take(&url, &head);
        facts.status = head.status;
        facts.kind = head.header("content-type").unwrap_or_default().to_owned();
        let location = head.header("location").filter(|_| matches!(head.status, 300..=399));
        let next = location.and_then(|location| url.join(location).ok());
        facts.redirect_url = next.as_ref().map(Url::to_string).unwrap_or_default();
        if let Some(location) = location.filter(|_| config.location) {
            show_head(config, &head, target, &name)?;
            facts.redirects += 1;
            let limit = config.max_redirects.unwrap_or(REDIRECTS);
            if facts.redirects > limit {
                facts.redirects = limit;
                return Err(Fault::new(47, format!("Maximum ({limit}) redirects followed")));
            }
            let (next, status) =
                (parse(&url.join(location).map_or_else(|_| location.to_owned(), |u| u.to_string()))?, head.status);
            url = next;
            // As browsers do: what was posted is not posted again, but for 307 and 308.
            if matches!(status, 301..=303) && (method == "POST" || status == 303) && method != "HEAD" {
                (body, kind) = (Vec::new(), None);
                if config.method.is_none() {
                    method = "GET".into();
                }
            }
            continue;
        }
        return receive(config, response, target, &name, facts, started);
    }
}

/// Connects and sends; the response up to its body.
fn ask(
    config: &Config,
    request: &Request<'_>,
    facts: &mut Facts,
    started: Instant,
    whole: Deadline,
) -> Result<Response, Fault> {
    let url = request.url;
    let only: Option<fn(&IpAddr) -> bool> = match config.family {
        Some(4) => Some(IpAddr::is_ipv4),
        Some(_) => Some(IpAddr::is_ipv6),
        None => None,
    };
    if config.https_only && url.scheme != "https" {
        return Err(Fault::new(1, format!("Protocol \"{}\" disabled", url.scheme)));
    }
    let known = config.resolve.iter().find(|(host, port, _)| *host == url.host && *port == url.port);
    let place = known.map(|(_, _, address)| *address);
    let connect_by = Deadline::after(config.connect_time).or(whole);
    let stream = http::connect(url, place, only, &config.security, connect_by);
    facts.connect = started.elapsed();
    let ms = || started.elapsed().as_millis();
    let stream = stream.map_err(|error| match error {
        http::Error::Resolve => Fault::new(6, format!("Could not resolve host: {}", url.host)),
        http::Error::Connect(socket::Error::TimedOut) => {
            Fault::new(28, format!("Connection timed out after {} milliseconds", ms()))
        }
        http::Error::Connect(error) => {
            let refused = error == socket::Error::Code(wasip2::sockets::network::ErrorCode::ConnectionRefused);
            let why = if refused { "Could not connect to server".into() } else { error.to_string() };
            let (host, port) = (&url.host, url.port);
            let message = format!("Failed to connect to {host} port {port} after {} ms: {why}", ms());
            Fault { refused, ..Fault::new(7, message) }
        }
        other => fault(&other, 0, started),
    })?;
    facts.remote = stream.peer().map(|peer| peer.ip().to_string()).unwrap_or_default();
    if config.verbose {
        let peer = stream.peer().map(|peer| peer.ip().to_string()).unwrap_or_default();
        verbose("* ", &format!("Connected to {} ({peer}) port {}", url.host, url.port));
        request.head().lines().for_each(|line| verbose("> ", line));
    }
    let response = http::send(stream, request, whole, |head| {
        if config.verbose {
            head.raw
                .split(|&b| b == b'\n')
                .for_each(|line| verbose("< ", &String::from_utf8_lossy(line.trim_ascii_end())));
        }
    });
    let response = response.map_err(|error| fault(&error, 0, started))?;
    facts.start_transfer = started.elapsed();
    facts.header_size += response.head.raw.len();
    if config.verbose {
        let lines = String::from_utf8_lossy(&response.head.raw);
        lines.lines().for_each(|line| verbose("< ", line));
    }
    Ok(response)
}

fn verbose(mark: &str, line: &str) {
    if let Some(stderr) = OpenFile::inherited(2) {
        // Nobody is left to tell when standard error is gone.
        let _ = stderr.write_bytes(format!("{mark}{line}\n").as_bytes());
    }
}

fn fault(error: &http::Error, received: u64, started: Instant) -> Fault {
    match error {
        http::Error::Certificate(why) => {
            let more = "More details here: https://curl.se/docs/sslcerts.html\n\n\
                curl failed to verify the legitimacy of the server and therefore could not\n\
                establish a secure connection to it. To learn more about this situation and\n\
                how to fix it, please visit the webpage mentioned above.";
            Fault::new(60, format!("SSL certificate problem: {why}\n{more}"))
        }
        http::Error::Tls(why) => Fault::new(35, format!("TLS connect error: {why}")),
        http::Error::Transfer(socket::Error::TimedOut) => {
            let ms = started.elapsed().as_millis();
            Fault::new(28, format!("Operation timed out after {ms} milliseconds with {received} bytes received"))
        }
        http::Error::Transfer(error) => Fault::new(56, format!("Recv failure: {error}")),
        http::Error::Empty => Fault::new(52, "Empty reply from server"),
        http::Error::Protocol(why) if why.starts_with("Received HTTP/0.9") => Fault::new(1, why.clone()),
        http::Error::Protocol(why) => Fault::new(56, why.clone()),
        http::Error::Short => Fault::new(18, "transfer closed with outstanding read data remaining"),
        http::Error::Resolve => Fault::new(6, "Could not resolve host"),
        http::Error::Connect(error) => Fault::new(7, error.to_string()),
    }
}

fn open_output(path: &[u8], append: bool) -> Result<Box<dyn Write>, Failure> {
    if path == b"-" {
        return Ok(Box::new(stdout()));
    }
    let mode = if append { OpenFlags::APPEND } else { OpenFlags::TRUNCATE };
    Ok(Box::new(files::open(path, OpenFlags::WRITE | OpenFlags::CREATE | mode, 0o666)?))
}

/// The file that a target means; standard output without one.
fn target_path(target: Option<&Target>, name: &str) -> Result<Vec<u8>, Fault> {
    match target {
        None => Ok(b"-".to_vec()),
        Some(Target::File(path)) => Ok(path.clone()),
        Some(Target::Remote) if name.is_empty() => Err(Fault::new(23, "Remote filename has no length")),
        Some(Target::Remote) => Ok(name.as_bytes().to_vec()),
    }
}

/// Writes the headers where the command line wants them.
fn show_head(config: &Config, head: &Head, target: Option<&Target>, name: &str) -> Result<(), Fault> {
    let failed = |_| Fault::new(23, "Failed writing received data to disk/application");
    if let Some(dump) = &config.dump {
        let mut out = open_output(dump, true).map_err(|_| failed(()))?;
        out.write_all(&head.raw).and_then(|()| out.flush()).map_err(|_| failed(()))?;
    }
    if config.include || config.head {
        let mut out = open_output(&target_path(target, name)?, true).map_err(|_| failed(()))?;
        out.write_all(&head.raw).and_then(|()| out.flush()).map_err(|_| failed(()))?;
    }
    Ok(())
}

/// The body to where it goes.
fn receive(
    config: &Config,
    response: Response,
    target: Option<&Target>,
    name: &str,
    facts: &mut Facts,
    started: Instant,
) -> Result<(), Fault> {
    let head = response.head.clone();
    let failed = head.status >= 400 && (config.fail || config.fail_with_body);
    let refused = || Fault::new(22, format!("The requested URL returned error: {}", head.status));
    if failed && config.fail {
        return Err(refused());
    }
    let path = target_path(target, name)?;
    facts.file = if path == b"-" { String::new() } else { String::from_utf8_lossy(&path).into_owned() };
    if config.create_dirs {
        for (at, _) in path.iter().enumerate().filter(|&(at, &b)| b == b'/' && at > 0) {
            // Opening the file tells what is wrong with one that cannot be made.
            let _ = std::fs::create_dir(String::from_utf8_lossy(&path[..at]).as_ref());
        }
    }
    if path != b"-" {
        // Emptied here; headers and body are then added.
        open_output(&path, false).map_err(|failure| {
            Fault::new(23, format!("client returned ERROR on write, {}: {}", facts.file, failure.message))
        })?;
    }
    show_head(config, &head, target, name)?;
    let mut out = open_output(&path, true).map_err(|failure| Fault::new(23, failure.message))?;
    let unwritten = || Fault::new(23, "Failure writing output to destination");
    let encoding = head.header("content-encoding").unwrap_or_default().to_ascii_lowercase();
    let expected = response.length();
    let mut response = response;
    if config.compressed && matches!(encoding.as_str(), "gzip" | "x-gzip" | "deflate") {
        let mut decoder: Box<dyn Read + '_> = match encoding.as_str() {
            "deflate" => Box::new(flate2::read::ZlibDecoder::new(&mut response)),
            _ => Box::new(flate2::read::MultiGzDecoder::new(&mut response)),
        };
        let mut buffer = vec![0; 64 * 1024];
        let bad = loop {
            match decoder.read(&mut buffer) {
                Ok(0) => break false,
                Ok(n) => {
                    facts.size += n as u64;
                    out.write_all(&buffer[..n]).and_then(|()| out.flush()).map_err(|_| unwritten())?;
                }
                Err(_) => break true,
            }
        };
        drop(decoder);
        if bad {
            return Err(match response.failure.take() {
                Some(error) => fault(&error, facts.size, started),
                None => Fault::new(61, "Error while processing content unencoding"),
            });
        }
    } else {
        loop {
            let data = match response.piece() {
                Ok(data) if data.is_empty() => break,
                Ok(data) => data,
                Err(http::Error::Short) => {
                    let message = match expected {
                        Some(length) => {
                            format!("end of response with {} bytes missing", length.saturating_sub(facts.size))
                        }
                        None => "transfer closed with outstanding read data remaining".into(),
                    };
                    return Err(Fault::new(18, message));
                }
                Err(error) => return Err(fault(&error, facts.size, started)),
            };
            facts.size += data.len() as u64;
            out.write_all(&data).and_then(|()| out.flush()).map_err(|_| unwritten())?;
        }
    }
    if failed { Err(refused()) } else { Ok(()) }
}

/// Fills in a `--write-out` format.
fn write_out(format: &str, facts: &Facts, status: u8, message: &str) -> String {
    let seconds = |time: Duration| format!("{:.6}", time.as_secs_f64());
    let speed = if facts.total.is_zero() { 0.0 } else { facts.size as f64 / facts.total.as_secs_f64() };
    let mut out = String::new();
    let mut rest = format;
    while let Some(at) = rest.find(['%', '\\']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(escape) = rest.strip_prefix('\\') {
            let mut chars = escape.chars();
            match chars.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            }
            rest = chars.as_str();
        } else if let Some(after) = rest.strip_prefix("%%") {
            out.push('%');
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix("%{").and_then(|rest| rest.split_once('}')) {
            match name {
                "http_code" | "response_code" => out.push_str(&format!("{:03}", facts.status)),
                "content_type" => out.push_str(&facts.kind),
                "size_download" => out.push_str(&facts.size.to_string()),
                "size_upload" => out.push_str(&facts.sent.to_string()),
                "size_header" => out.push_str(&facts.header_size.to_string()),
                "speed_download" => out.push_str(&format!("{speed:.0}")),
                "num_redirects" => out.push_str(&facts.redirects.to_string()),
                "redirect_url" => out.push_str(&facts.redirect_url),
                "url_effective" => out.push_str(&facts.effective),
                "remote_ip" => out.push_str(&facts.remote),
                "method" => out.push_str(&facts.method),
                "scheme" => out.push_str("http"),
                "http_version" => out.push_str("1.1"),
                "filename_effective" => out.push_str(&facts.file),
                "exitcode" => out.push_str(&status.to_string()),
                "errormsg" => out.push_str(message),
                "time_connect" | "time_namelookup" => out.push_str(&seconds(facts.connect)),
                "time_starttransfer" | "time_pretransfer" => out.push_str(&seconds(facts.start_transfer)),
                "time_total" => out.push_str(&seconds(facts.total)),
                "time_appconnect" | "time_redirect" => out.push_str(&seconds(Duration::ZERO)),
                // As curl: unknown names give nothing.
                _ => {}
            }
            rest = after;
        } else {
            out.push('%');
            rest = &rest[1..];
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats() {
        let facts = Facts { status: 200, size: 5, ..Facts::default() };
        assert_eq!(write_out("%{http_code} %{size_download}%%\\n%{nothing}x%", &facts, 0, ""), "200 5%\nx%");
    }

    #[test]
    fn headers_are_replaced_removed_and_cannot_be_smuggled() {
        let config = Config {
            headers: vec![
                "Accept:".into(),
                "User-Agent: me".into(),
                "X-A: 1\r\nX-B: 2".into(),
                "X-A: 2".into(),
                "X-C;".into(),
            ],
            ..Config::default()
        };
        let url = Url::parse("http://h/").unwrap();
        let all = headers(&config, &url, b"", None, &Cookies::default(), true);
        let find = |name: &str| all.iter().filter(|(own, _)| own == name).map(|(_, v)| v.as_str()).collect::<Vec<_>>();
        assert!(find("Accept").is_empty());
        assert_eq!(find("User-Agent"), ["me"]);
        assert_eq!(find("X-A"), ["1X-B: 2", "2"]);
        assert_eq!(find("X-C"), [""]);
    }
}
