//! logger: messages for a system log, of which a sandbox has none but standard error.

use agentfense_support::names::Names;
use agentfense_support::quote::lossy;
use agentfense_support::time::{Civil, now};
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, read};
use agentfense_sys::files::OpenFile;
use std::io::{BufRead, BufReader};

const HELP: &str = "\
{} [OPTION]... [MESSAGE]...
Enter messages, or the lines of standard input, into the system log. There is no log in a sandbox: without -s they
are only checked.

  -e, --skip-empty     leave out empty lines of files
  -f, --file=FILE      log the lines of FILE
  -i                   log the process number, too
      --id[=ID]        log ID
  -p, --priority=PRIO  mark the message with a priority: facility.level
  -s, --stderr         write the message to standard error, too
  -t, --tag=TAG        mark the message with TAG instead of the user's name";

const LONGS: &[Long] = &[
    ("skip-empty", Takes::Nothing, 'e'),
    ("file", Takes::Argument, 'f'),
    ("id", Takes::Optional, 'i'),
    ("priority", Takes::Argument, 'p'),
    ("stderr", Takes::Nothing, 's'),
    ("tag", Takes::Argument, 't'),
    ("no-act", Takes::Nothing, '\u{1}'),
];

const FACILITIES: [&str; 24] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "", "", "",
    "", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
];
const LEVELS: [&str; 8] = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

fn priority(text: &str) -> Option<usize> {
    if let Ok(number) = text.parse::<usize>() {
        return (number < 192).then_some(number);
    }
    let (facility, level) = text.split_once('.').unwrap_or(("user", text));
    let level = match level {
        "panic" => "emerg",
        "error" => "err",
        "warn" => "warning",
        level => level,
    };
    let facility = FACILITIES.iter().position(|&name| name == facility && !name.is_empty())?;
    Some(facility * 8 + LEVELS.iter().position(|&name| name == level)?)
}

/// Runs logger.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "+ef:ip:st:", LONGS, HELP);
    let (mut skip_empty, mut shown, mut id, mut number, mut file, mut words) =
        (false, false, None, 13, None, Vec::new());
    let mut tag = Names::users().name_or_number(agentfense_support::names::UID);
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('e', _) => skip_empty = true,
            Item::Option('f', name) => file = Some(name),
            Item::Option('i', own) if own.is_empty() => id = Some(agentfense_sys::processes::get_pid().to_string()),
            Item::Option('i', own) => id = Some(lossy(&own)),
            Item::Option('p', name) => {
                number = priority(&lossy(&name))
                    .ok_or_else(|| Failure::new(format!("unknown priority name: {}", lossy(&name))))?;
            }
            Item::Option('s', _) => shown = true,
            Item::Option('t', name) => tag = lossy(&name),
            Item::Option(..) => {}
            Item::Operand(word) => words.push(word),
        }
    }
    if let Some(id) = id {
        tag = format!("{tag}[{id}]");
    }
    let log = |message: &[u8]| {
        if !shown {
            return;
        }
        let time = Civil::from_nanoseconds(now()).format("%b %e %H:%M:%S");
        let mut line = format!("<{number}>{time} {tag}: ").into_bytes();
        line.extend_from_slice(message);
        line.push(b'\n');
        if let Some(stderr) = OpenFile::inherited(2) {
            // Nobody is left to tell when standard error is gone.
            let _ = stderr.write_bytes(&line);
        }
    };
    if !words.is_empty() {
        log(&words.join(&b' '));
        return Ok(0);
    }
    let name = file.unwrap_or_else(|| b"-".to_vec());
    let input = read::open(&name).map_err(|errno| Failure::new(format!("file {}: {errno}", lossy(&name))))?;
    for line in BufReader::new(input).split(b'\n') {
        let line = line.map_err(|error| Failure::new(agentfense_sys::error_text(&error).to_string()))?;
        if !(skip_empty && line.is_empty()) {
            log(&line);
        }
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::priority;

    #[test]
    fn priorities() {
        assert_eq!(priority("user.notice"), Some(13));
        assert_eq!(priority("local0.err"), Some(131));
        assert_eq!(priority("warn"), Some(12));
        assert_eq!(priority("nope.err"), None);
        assert_eq!(priority("."), None);
    }
}
