//! watch: runs a command again and again and shows what it prints.

use agentfense_support::time::{local, now};
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, duration, quote, stdout};
use agentfense_sys::files::OpenFile;
use agentfense_sys::process::Command;
use agentfense_sys::processes;
use std::io::Write;
use std::time::{Duration, Instant};

const HELP: &str = "\
{} [OPTION]... COMMAND
Run COMMAND again and again and show its output; where it is no terminal, each output is printed below the last.

  -b, --beep             beep if the command fails
  -c, --color            accepted; colours are always passed on
  -e, --errexit          end with status 8 if the command fails
  -g, --chgexit          end when the output changes
  -n, --interval=SECS    seconds to wait between runs; 2 without
  -p, --precise          run every SECS, however long the command takes
  -t, --no-title         without the line at the top
  -x, --exec             run the command without a shell";

const SHORTS: &str = "+bcegn:ptx";
const LONGS: &[Long] = &[
    ("beep", Takes::Nothing, 'b'),
    ("color", Takes::Nothing, 'c'),
    ("errexit", Takes::Nothing, 'e'),
    ("chgexit", Takes::Nothing, 'g'),
    ("interval", Takes::Argument, 'n'),
    ("precise", Takes::Nothing, 'p'),
    ("no-title", Takes::Nothing, 't'),
    ("exec", Takes::Nothing, 'x'),
];

/// The shortest time between two runs.
const LEAST: Duration = Duration::from_millis(100);

/// Runs watch.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, SHORTS, LONGS, HELP);
    let mut interval = Duration::from_secs(2);
    let (mut beep, mut error_ends, mut change_ends, mut precise, mut title, mut exec) =
        (false, false, false, false, true, false);
    let mut words = Vec::new();
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('b', _) => beep = true,
            Item::Option('e', _) => error_ends = true,
            Item::Option('g', _) => change_ends = true,
            Item::Option('n', value) => {
                let time = duration::parse(&value);
                interval = time
                    .ok_or_else(|| Failure::new(format!("failed to parse argument: {}", quote(&value))))?
                    .max(LEAST);
            }
            Item::Option('p', _) => precise = true,
            Item::Option('t', _) => title = false,
            Item::Option('x', _) => exec = true,
            Item::Option(..) => {}
            Item::Operand(word) => words.push(word),
        }
    }
    let Some((program, arguments)) = words.split_first() else {
        return Err(Failure::usage("missing command"));
    };
    let line = words.join(&b' ');
    let terminal = OpenFile::inherited(1).is_some_and(|file| file.is_terminal());
    let mut last: Option<Vec<u8>> = None;
    loop {
        let start = Instant::now();
        let mut command = if exec { Command::new(program) } else { Command::new("/bin/sh") };
        if exec {
            command.args(arguments);
        } else {
            command.arg("-c").arg(&line);
        }
        let output = command.output()?;
        let text = [output.stdout, output.stderr].concat();
        let mut out = stdout();
        if terminal {
            out.write_all(b"\x1b[H\x1b[2J")?;
        }
        if title {
            let time = local(now()).format("%a %b %e %H:%M:%S %Y");
            writeln!(out, "Every {:.1}s: {}  {time}\n", interval.as_secs_f64(), String::from_utf8_lossy(&line))?;
        }
        out.write_all(&text)?;
        if beep && !output.status.success() {
            out.write_all(b"\x07")?;
        }
        out.flush()?;
        if error_ends && !output.status.success() {
            return Ok(8);
        }
        if change_ends && last.as_ref().is_some_and(|last| *last != text) {
            return Ok(0);
        }
        last = Some(text);
        let spent = if precise { start.elapsed() } else { Duration::ZERO };
        // A signal that ends watch ends the sleep with it.
        processes::sleep(interval.saturating_sub(spent));
    }
}
