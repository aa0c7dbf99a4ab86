//! curl's command line.

use super::body::{self, Part};
use crate::tls::{Security, certificates};
use agentfense_support::{Failure, Item, Long, Options, Takes, read};
use std::time::Duration;

const HELP: &str = "\
{} [OPTION]... URL...
Transfer data from or to a server over HTTP.

  -d, --data DATA, --data-raw, --data-binary, --data-urlencode, --json
                             send a body; @FILE reads one
  -F, --form NAME=VALUE      send a form; NAME=@FILE sends a file
  -G, --get                  put the data into the URL
  -T, --upload-file FILE     send a file with PUT
  -X, --request METHOD       use another method
  -I, --head                 ask for the headers only
  -H, --header LINE          send a header
  -u, --user USER:PASSWORD, -A, --user-agent, -e, --referer, -r, --range
  -b, --cookie DATA|FILE     send cookies;  -c, --cookie-jar FILE  save them
  -L, --location             follow redirects;  --max-redirs N
  -o, --output FILE, -O, --remote-name, --create-dirs
  -D, --dump-header FILE, -i, --include, -v, --verbose
  -f, --fail, --fail-with-body, -s, --silent, -S, --show-error
  -w, --write-out FORMAT     print that after a transfer
  -m, --max-time, --connect-timeout SECONDS
      --retry N, --retry-delay SECONDS, --retry-connrefused, --retry-all-errors
      --compressed           ask for a compressed response
  -k, --insecure             accept any certificate
      --cacert FILE          trust the certificates in it, too (PEM)
      --proto =https         refuse http";

const SHORTS: &str = "d:F:GT:X:IH:u:A:e:r:b:c:Lo:OD:ivfsSw:m:kNg46#jJnqZ01";

const LONGS: &[Long] = &[
    ("data", Takes::Argument, 'd'),
    ("data-ascii", Takes::Argument, 'd'),
    ("data-raw", Takes::Argument, '\u{1}'),
    ("data-binary", Takes::Argument, '\u{2}'),
    ("data-urlencode", Takes::Argument, '\u{3}'),
    ("json", Takes::Argument, '\u{4}'),
    ("form", Takes::Argument, 'F'),
    ("form-string", Takes::Argument, '\u{5}'),
    ("get", Takes::Nothing, 'G'),
    ("upload-file", Takes::Argument, 'T'),
    ("request", Takes::Argument, 'X'),
    ("head", Takes::Nothing, 'I'),
    ("header", Takes::Argument, 'H'),
    ("user", Takes::Argument, 'u'),
    ("user-agent", Takes::Argument, 'A'),
    ("referer", Takes::Argument, 'e'),
    ("range", Takes::Argument, 'r'),
    ("cookie", Takes::Argument, 'b'),
    ("cookie-jar", Takes::Argument, 'c'),
    ("location", Takes::Nothing, 'L'),
    ("location-trusted", Takes::Nothing, '\u{6}'),
    ("max-redirs", Takes::Argument, '\u{7}'),
    ("output", Takes::Argument, 'o'),
    ("remote-name", Takes::Nothing, 'O'),
    ("create-dirs", Takes::Nothing, '\u{8}'),
    ("dump-header", Takes::Argument, 'D'),
    ("include", Takes::Nothing, 'i'),
    ("show-headers", Takes::Nothing, 'i'),
    ("verbose", Takes::Nothing, 'v'),
    ("fail", Takes::Nothing, 'f'),
    ("fail-with-body", Takes::Nothing, '\u{b}'),
    ("silent", Takes::Nothing, 's'),
    ("show-error", Takes::Nothing, 'S'),
    ("no-progress-meter", Takes::Nothing, '#'),
    ("progress-bar", Takes::Nothing, '#'),
    ("write-out", Takes::Argument, 'w'),
    ("max-time", Takes::Argument, 'm'),
    ("connect-timeout", Takes::Argument, '\u{c}'),
    ("retry", Takes::Argument, '\u{e}'),
    ("retry-delay", Takes::Argument, '\u{f}'),
    ("retry-max-time", Takes::Argument, '\u{10}'),
    ("retry-connrefused", Takes::Nothing, '\u{11}'),
    ("retry-all-errors", Takes::Nothing, '\u{12}'),
    ("compressed", Takes::Nothing, '\u{13}'),
    ("insecure", Takes::Nothing, 'k'),
    ("no-buffer", Takes::Nothing, 'N'),
    ("globoff", Takes::Nothing, 'g'),
    ("url", Takes::Argument, '\u{14}'),
    ("ipv4", Takes::Nothing, '4'),
    ("ipv6", Takes::Nothing, '6'),
    ("http1.1", Takes::Nothing, '0'),
    ("http1.0", Takes::Nothing, '0'),
    ("http2", Takes::Nothing, '0'),
    ("noproxy", Takes::Argument, '\u{15}'),
    ("resolve", Takes::Argument, '\u{16}'),
    ("cacert", Takes::Argument, '\u{17}'),
    ("proto", Takes::Argument, '\u{18}'),
    ("proto-redir", Takes::Argument, '\u{18}'),
    ("tlsv1", Takes::Nothing, '1'),
    ("tlsv1.2", Takes::Nothing, '1'),
    ("tlsv1.3", Takes::Nothing, '1'),
];

/// Where a response goes.
#[derive(Clone, Debug)]
pub enum Target {
    File(Vec<u8>),
    /// A file with the name of the URL's last part.
    Remote,
}

/// What the command line says.
#[derive(Debug, Default)]
pub struct Config {
    pub urls: Vec<Vec<u8>>,
    pub targets: Vec<Target>,
    pub data: Option<Vec<u8>>,
    pub form: Vec<Part>,
    pub upload: Option<Vec<u8>>,
    pub json: bool,
    pub get: bool,
    pub method: Option<String>,
    pub head: bool,
    pub headers: Vec<String>,
    pub user: Option<String>,
    pub agent: Option<String>,
    pub referer: Option<String>,
    pub range: Option<String>,
    pub cookies: Vec<Vec<u8>>,
    pub jar: Option<Vec<u8>>,
    pub location: bool,
    pub trusted: bool,
    pub max_redirects: Option<u64>,
    pub create_dirs: bool,
    pub dump: Option<Vec<u8>>,
    pub include: bool,
    pub verbose: bool,
    pub fail: bool,
    pub fail_with_body: bool,
    pub silent: bool,
    pub show_error: bool,
    pub write_out: Option<String>,
    pub max_time: Option<Duration>,
    pub connect_time: Option<Duration>,
    pub retries: u64,
    pub retry_delay: Option<Duration>,
    pub retry_refused: bool,
    pub retry_all: bool,
    pub compressed: bool,
    pub family: Option<u8>,
    pub security: Security,
    /// `--proto =https`.
    pub https_only: bool,
    /// `--resolve HOST:PORT:ADDRESS`, as host, port and address.
    pub resolve: Vec<(String, u16, std::net::IpAddr)>,
}

fn text(value: Vec<u8>) -> String {
    String::from_utf8_lossy(&value).into_owned()
}

fn seconds(name: &str, value: &[u8]) -> Result<Option<Duration>, Failure> {
    let number = std::str::from_utf8(value).ok().and_then(|text| text.parse::<f64>().ok());
    let time = number.and_then(|number| Duration::try_from_secs_f64(number).ok());
    let time = time.ok_or_else(|| wrong(format!("option {name}: expected a proper numerical parameter")))?;
    Ok((!time.is_zero()).then_some(time))
}

fn count(name: &str, value: &[u8]) -> Result<u64, Failure> {
    let number = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
    number.ok_or_else(|| wrong(format!("option {name}: expected a proper numerical parameter")))
}

fn wrong(message: String) -> Failure {
    Failure::usage(message).status(2)
}

impl Config {
    fn add_data(&mut self, data: Vec<u8>) {
        match &mut self.data {
            Some(all) => {
                // JSON texts are put one behind the other, fields are joined.
                if !self.json {
                    all.push(b'&');
                }
                all.extend_from_slice(&data);
            }
            None => self.data = Some(data),
        }
    }

    /// Reads the command line.
    pub fn read(args: Vec<Vec<u8>>) -> Result<Config, Failure> {
        let mut options = Options::new(args, SHORTS, LONGS, HELP);
        let mut config = Config::default();
        while let Some(item) = options.next_item()? {
            let (letter, value) = match item {
                Item::Operand(url) => {
                    config.urls.push(url);
                    continue;
                }
                Item::Option(letter, value) => (letter, value),
            };
            match letter {
                'd' => config.add_data(body::ascii(value)?),
                '\u{1}' => config.add_data(value),
                '\u{2}' => config.add_data(body::binary(value)?),
                '\u{3}' => config.add_data(body::urlencoded(&value)?),
                '\u{4}' => {
                    let data = body::binary(value)?;
                    config.json = true;
                    config.add_data(data);
                }
                'F' => config.form.push(body::part(&value, false)?),
                '\u{5}' => config.form.push(body::part(&value, true)?),
                'G' => config.get = true,
                'T' => config.upload = Some(value),
                'X' => config.method = Some(text(value)),
                'I' => config.head = true,
                'H' => match value.strip_prefix(b"@") {
                    Some(file) => {
                        let lines = read::whole(file).map_err(|_| body::unreadable(file))?;
                        config.headers.extend(String::from_utf8_lossy(&lines).lines().map(str::to_owned));
                    }
                    None => config.headers.push(text(value)),
                },
                'u' => config.user = Some(text(value)),
                'A' => config.agent = Some(text(value)),
                'e' => config.referer = Some(text(value)),
                'r' => config.range = Some(text(value)),
                'b' => config.cookies.push(value),
                'c' => config.jar = Some(value),
                'L' => config.location = true,
                '\u{6}' => (config.location, config.trusted) = (true, true),
                '\u{7}' => {
                    // -1 is no limit.
                    config.max_redirects = Some(if value == b"-1" { u64::MAX } else { count("--max-redirs", &value)? });
                }
                'o' => config.targets.push(Target::File(value)),
                'O' => config.targets.push(Target::Remote),
                '\u{8}' => config.create_dirs = true,
                'D' => config.dump = Some(value),
                'i' => config.include = true,
                'v' => config.verbose = true,
                'f' => config.fail = true,
                '\u{b}' => config.fail_with_body = true,
                's' => config.silent = true,
                'S' => config.show_error = true,
                'w' => {
                    config.write_out = Some(match value.strip_prefix(b"@") {
                        Some(file) => text(read::whole(file).map_err(|_| body::unreadable(file))?),
                        None => text(value),
                    });
                }
                'm' => config.max_time = seconds("-m", &value)?,
                '\u{c}' => config.connect_time = seconds("--connect-timeout", &value)?,
                '\u{e}' => config.retries = count("--retry", &value)?,
                '\u{f}' => config.retry_delay = seconds("--retry-delay", &value)?,
                '\u{11}' => config.retry_refused = true,
                '\u{12}' => config.retry_all = true,
                '\u{13}' => config.compressed = true,
                '\u{14}' => config.urls.push(value),
                'k' => config.security.verify = false,
                '\u{17}' => {
                    let found = read::whole(&value).ok().and_then(|pem| certificates(&pem));
                    config.security.roots.extend(found.ok_or_else(|| {
                        let name = text(value);
                        Failure::new(format!("(77) error setting certificate verify locations:  CAfile: {name}"))
                            .status(77)
                    })?);
                }
                '\u{18}' => config.https_only = value == b"=https",
                '4' => config.family = Some(4),
                '6' => config.family = Some(6),
                '\u{16}' => {
                    let value = text(value);
                    let mut parts = value.splitn(3, ':');
                    let entry = (parts.next(), parts.next(), parts.next());
                    let entry = match entry {
                        (Some(host), Some(port), Some(address)) => port
                            .parse()
                            .ok()
                            .zip(address.trim_matches(['[', ']']).parse().ok())
                            .map(|(port, address)| (host.to_ascii_lowercase(), port, address)),
                        _ => None,
                    };
                    config
                        .resolve
                        .push(entry.ok_or_else(|| wrong(format!("--resolve {value}: expected HOST:PORT:ADDRESS")))?);
                }
                // Accepted, and of no effect here: there is no progress meter, no proxy, no other version.
                _ => {}
            }
        }
        if config.urls.is_empty() {
            return Err(Failure::usage("no URL specified").status(2));
        }
        Ok(config)
    }
}
