//! locale: what the environment says of language, and that text is UTF-8.

use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, quote, stdout};
use std::io::Write;

const CATEGORIES: [&str; 12] = [
    "LC_CTYPE",
    "LC_NUMERIC",
    "LC_TIME",
    "LC_COLLATE",
    "LC_MONETARY",
    "LC_MESSAGES",
    "LC_PAPER",
    "LC_NAME",
    "LC_ADDRESS",
    "LC_TELEPHONE",
    "LC_MEASUREMENT",
    "LC_IDENTIFICATION",
];

const HELP: &str = "\
{} [-a|-m] [NAME]...
Show the locale, all there are (-a), or the character sets (-m). NAME is a category or a keyword: charmap,
decimal_point, thousands_sep, day, abday, mon, abmon, d_fmt, t_fmt, d_t_fmt, yesexpr, noexpr.";

fn variable(name: &str) -> String {
    agentfense_sys::var(name).map(lossy).unwrap_or_default()
}

/// What a category is set to, and whether its own variable says so.
fn category(name: &str) -> (String, bool) {
    let all = variable("LC_ALL");
    if !all.is_empty() {
        return (all, false);
    }
    let own = variable(name);
    if !own.is_empty() {
        return (own, true);
    }
    let lang = variable("LANG");
    (if lang.is_empty() { "POSIX".into() } else { lang }, false)
}

fn keyword(name: &str) -> Option<String> {
    Some(match name {
        "charmap" => {
            let upper = category("LC_CTYPE").0.to_uppercase().replace('-', "");
            (if upper.contains("UTF8") { "UTF-8" } else { "ANSI_X3.4-1968" }).into()
        }
        "decimal_point" => ".".into(),
        "thousands_sep" | "grouping" => String::new(),
        "abday" => "Sun;Mon;Tue;Wed;Thu;Fri;Sat".into(),
        "day" => "Sunday;Monday;Tuesday;Wednesday;Thursday;Friday;Saturday".into(),
        "abmon" => "Jan;Feb;Mar;Apr;May;Jun;Jul;Aug;Sep;Oct;Nov;Dec".into(),
        "mon" => "January;February;March;April;May;June;July;August;September;October;November;December".into(),
        "d_fmt" => "%m/%d/%y".into(),
        "t_fmt" => "%H:%M:%S".into(),
        "d_t_fmt" => "%a %b %e %H:%M:%S %Y".into(),
        "am_pm" => "AM;PM".into(),
        "yesexpr" => "^[yY]".into(),
        "noexpr" => "^[nN]".into(),
        _ => return None,
    })
}

/// Runs locale.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let longs: &[Long] = &[
        ("all-locales", Takes::Nothing, 'a'),
        ("charmaps", Takes::Nothing, 'm'),
        ("keyword-name", Takes::Nothing, 'k'),
        ("category-name", Takes::Nothing, 'c'),
    ];
    let mut options = Options::new(args, "amkcv", longs, HELP);
    let (mut all, mut charmaps, mut with_name, mut names) = (false, false, false, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('a', _) => all = true,
            Item::Option('m', _) => charmaps = true,
            Item::Option('k', _) => with_name = true,
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    let mut out = stdout();
    if all {
        writeln!(out, "C\nC.utf8\nPOSIX")?;
    } else if charmaps {
        writeln!(out, "ANSI_X3.4-1968\nUTF-8")?;
    } else if names.is_empty() {
        writeln!(out, "LANG={}\nLANGUAGE={}", variable("LANG"), variable("LANGUAGE"))?;
        for name in CATEGORIES {
            match category(name) {
                (value, true) => writeln!(out, "{name}={value}")?,
                (value, false) => writeln!(out, "{name}=\"{value}\"")?,
            }
        }
        writeln!(out, "LC_ALL={}", variable("LC_ALL"))?;
    }
    for name in &names {
        let known = keyword(&lossy(name));
        let Some(value) = known else {
            return Err(Failure::new(format!("unknown name {}", quote(name).replace('\'', "\""))));
        };
        if with_name {
            writeln!(out, "{}=\"{value}\"", lossy(name))?;
        } else {
            writeln!(out, "{value}")?;
        }
    }
    out.flush()?;
    Ok(0)
}
