//! Writing the list.

use super::Entry;
use super::columns::fit;
use super::options::{Format, Indicator, Quoting, Settings};
use agentfense_support::mode;
use agentfense_support::names::Names;
use agentfense_support::quote::{is_special, when_needed};
use agentfense_support::time::{local, now};
use agentfense_sys::files::{self, FileType, Stat};
use std::io::{Result, Write};

/// The bytes that a file takes on the disk.
pub fn allocated(stat: &Stat) -> u64 {
    match stat.kind {
        FileType::Directory => 4096,
        // Short links are kept in the inode.
        FileType::Symlink if stat.size < 60 => 0,
        _ => stat.size.div_ceil(4096).saturating_mul(4096),
    }
}

/// The line before the entries of a directory.
pub fn header(out: &mut impl Write, name: &[u8], settings: &Settings) -> Result<()> {
    out.write_all(&quoted(name, settings))?;
    out.write_all(b":\n")
}

/// The entries, in their order.
pub fn entries(out: &mut impl Write, entries: &[Entry], settings: &Settings) -> Result<()> {
    match settings.format {
        Format::Long => long(out, entries, settings),
        Format::Lines => {
            let widths = prefix_widths(entries, settings);
            for entry in entries {
                let cell = cell(entry, settings, widths);
                out.write_all(&cell.text)?;
                out.write_all(&[settings.end])?;
            }
            Ok(())
        }
        Format::Commas => commas(out, entries, settings),
        Format::Columns | Format::Across => grid(out, entries, settings),
    }
}

/// A name with what comes before and after it, and how wide it looks.
struct Cell {
    text: Vec<u8>,
    width: usize,
}

/// The widths of inode numbers and block counts.
fn prefix_widths(entries: &[Entry], settings: &Settings) -> (usize, usize) {
    let widest = |value: &dyn Fn(&Stat) -> String| {
        entries.iter().filter_map(|entry| entry.stat.as_ref()).map(|stat| value(stat).len()).max().unwrap_or(1)
    };
    (
        if settings.inode { widest(&|stat| stat.ino.to_string()) } else { 0 },
        if settings.blocks { widest(&|stat| settings.block_unit.show(allocated(stat))) } else { 0 },
    )
}

fn prefix(entry: &Entry, settings: &Settings, (inode, blocks): (usize, usize)) -> String {
    let mut text = String::new();
    let stat = entry.stat.as_ref();
    if settings.inode {
        let number = stat.map_or("?".into(), |stat| stat.ino.to_string());
        text.push_str(&format!("{number:>inode$} "));
    }
    if settings.blocks {
        let number = stat.map_or("?".into(), |stat| settings.block_unit.show(allocated(stat)));
        text.push_str(&format!("{number:>blocks$} "));
    }
    text
}

fn cell(entry: &Entry, settings: &Settings, widths: (usize, usize)) -> Cell {
    let mut text = prefix(entry, settings, widths).into_bytes();
    let name = quoted(&entry.name, settings);
    let indicator = indicator(entry, settings);
    let shown = String::from_utf8_lossy(&name).chars().count();
    let width = text.len() + shown + usize::from(indicator.is_some());
    text.extend(colored(&name, entry.kind, entry.stat.as_ref(), Some(&entry.path), settings));
    text.extend(indicator);
    Cell { text, width }
}

/// The character after a name that says what it is.
fn indicator(entry: &Entry, settings: &Settings) -> Option<u8> {
    let executable = entry.stat.as_ref().is_some_and(|stat| stat.mode & 0o111 != 0);
    indicator_of(entry.kind, executable, settings.indicator)
}

fn indicator_of(kind: FileType, executable: bool, style: Indicator) -> Option<u8> {
    if style == Indicator::None {
        return None;
    }
    if kind == FileType::Directory {
        return Some(b'/');
    }
    if style == Indicator::Slash {
        return None;
    }
    match kind {
        FileType::Symlink => Some(b'@'),
        FileType::Fifo => Some(b'|'),
        FileType::Socket => Some(b'='),
        FileType::Regular if executable && style == Indicator::Classify => Some(b'*'),
        _ => None,
    }
}

/// A name in the color of its kind.
fn colored(name: &[u8], kind: FileType, stat: Option<&Stat>, path: Option<&[u8]>, settings: &Settings) -> Vec<u8> {
    if !settings.color {
        return name.to_vec();
    }
    let color = match kind {
        FileType::Directory => match stat.map_or(0, |stat| stat.mode & 0o1002) {
            0o1002 => "30;42",
            0o0002 => "34;42",
            0o1000 => "37;44",
            _ => "01;34",
        },
        // One that leads nowhere is shown as such.
        FileType::Symlink if path.is_some_and(|path| files::stat(path, true).is_err()) => "40;31;01",
        FileType::Symlink => "01;36",
        FileType::Fifo => "40;33",
        FileType::Socket => "01;35",
        FileType::Block | FileType::Character => "40;33;01",
        FileType::Regular => match stat.map_or(0, |stat| stat.mode) {
            mode if mode & 0o4000 != 0 => "37;41",
            mode if mode & 0o2000 != 0 => "30;43",
            mode if mode & 0o111 != 0 => "01;32",
            _ => return name.to_vec(),
        },
    };
    let reset = if settings.color_started.replace(true) { "" } else { "\x1b[0m" };
    let mut text = format!("{reset}\x1b[{color}m").into_bytes();
    text.extend_from_slice(name);
    text.extend_from_slice(b"\x1b[0m");
    text
}

/// A name as the quoting style writes it.
fn quoted(name: &[u8], settings: &Settings) -> Vec<u8> {
    let hidden = |name: &[u8]| {
        if !settings.hide_control {
            return name.to_vec();
        }
        let mut shown = Vec::with_capacity(name.len());
        for chunk in name.utf8_chunks() {
            for c in chunk.valid().chars() {
                let c = if c.is_control() { '?' } else { c };
                shown.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            shown.extend(chunk.invalid().iter().map(|_| b'?'));
        }
        shown
    };
    match settings.quoting {
        Quoting::Literal => hidden(name),
        Quoting::Shell => when_needed(name),
        Quoting::ShellAlways => agentfense_support::quote(name).into_bytes(),
        Quoting::ShellPlain if !is_special(name) => hidden(name),
        Quoting::ShellPlain | Quoting::ShellPlainAlways => {
            let double = name.contains(&b'\'') && !name.iter().any(|b| b"\"$`\\!".contains(b));
            let (quote, escaped): (&[u8], &[u8]) = if double { (b"\"", b"'") } else { (b"'", b"'\\''") };
            let parts: Vec<Vec<u8>> = name.split(|&b| b == b'\'').map(hidden).collect();
            [quote, parts.join(escaped).as_slice(), quote].concat()
        }
        Quoting::C => {
            let mut text = vec![b'"'];
            escape(name, b"\"\\", &mut text);
            text.push(b'"');
            text
        }
        Quoting::Escape => {
            let mut text = Vec::new();
            escape(name, b" \\", &mut text);
            text
        }
    }
}

/// C's escapes for what a terminal would not show, and a backslash before `special`.
fn escape(name: &[u8], special: &[u8], to: &mut Vec<u8>) {
    let octal = |byte: u8| format!("\\{byte:03o}");
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            let letter = match c {
                '\x07' => 'a',
                '\x08' => 'b',
                '\x0c' => 'f',
                '\n' => 'n',
                '\r' => 'r',
                '\t' => 't',
                '\x0b' => 'v',
                c if c.is_control() => {
                    c.encode_utf8(&mut [0; 4]).bytes().for_each(|b| to.extend(octal(b).bytes()));
                    continue;
                }
                c => {
                    if c.is_ascii() && special.contains(&(c as u8)) {
                        to.push(b'\\');
                    }
                    to.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    continue;
                }
            };
            to.extend([b'\\', letter as u8]);
        }
        chunk.invalid().iter().for_each(|&b| to.extend(octal(b).bytes()));
    }
}

fn commas(out: &mut impl Write, entries: &[Entry], settings: &Settings) -> Result<()> {
    let mut used = 0;
    for (i, entry) in entries.iter().enumerate() {
        let cell = cell(entry, settings, (0, 0));
        if i > 0 {
            if settings.width > 0 && used + 2 + cell.width >= settings.width {
                out.write_all(b",\n")?;
                used = 0;
            } else {
                out.write_all(b", ")?;
                used += 2;
            }
        }
        out.write_all(&cell.text)?;
        used += cell.width;
    }
    if !entries.is_empty() {
        out.write_all(&[settings.end])?;
    }
    Ok(())
}

fn grid(out: &mut impl Write, entries: &[Entry], settings: &Settings) -> Result<()> {
    let down = settings.format == Format::Columns;
    let prefixes = prefix_widths(entries, settings);
    let cells: Vec<Cell> = entries.iter().map(|entry| cell(entry, settings, prefixes)).collect();
    let widths: Vec<usize> = cells.iter().map(|cell| cell.width).collect();
    let (rows, columns) = fit(&widths, settings.width, down);
    for row in 0..rows {
        for column in 0..columns.len() {
            let index = if down { column * rows + row } else { row * columns.len() + column };
            let Some(cell) = cells.get(index) else { break };
            out.write_all(&cell.text)?;
            let next = if down { (column + 1) * rows + row } else { index + 1 };
            if column + 1 < columns.len() && next < cells.len() {
                let start: usize = columns[..column].iter().sum();
                indent(out, start + cell.width, start + columns[column], settings.tab)?;
            }
        }
        out.write_all(&[settings.end])?;
    }
    Ok(())
}

/// Fills up to a column, with tabs where they reach.
fn indent(out: &mut impl Write, mut from: usize, to: usize, tab: usize) -> Result<()> {
    while from < to {
        if tab != 0 && to / tab > (from + 1) / tab {
            out.write_all(b"\t")?;
            from += tab - from % tab;
        } else {
            out.write_all(b" ")?;
            from += 1;
        }
    }
    Ok(())
}

fn long(out: &mut impl Write, entries: &[Entry], settings: &Settings) -> Result<()> {
    let prefixes = prefix_widths(entries, settings);
    let (users, groups) =
        if settings.numeric { (Names::default(), Names::default()) } else { (Names::users(), Names::groups()) };
    let now = now();
    struct Row {
        links: String,
        user: String,
        group: String,
        size: String,
        time: String,
    }
    let rows: Vec<Option<Row>> = entries
        .iter()
        .map(|entry| {
            let stat = entry.stat.as_ref()?;
            Some(Row {
                links: stat.nlink.to_string(),
                user: users.name_or_number(stat.uid),
                group: groups.name_or_number(stat.gid),
                size: match stat.kind {
                    // A device has numbers instead.
                    FileType::Character | FileType::Block => "0, 0".into(),
                    _ => settings.size_unit.show(stat.size),
                },
                time: time(settings.time_of(stat), now, &settings.time_style),
            })
        })
        .collect();
    let widest =
        |value: fn(&Row) -> &str| rows.iter().flatten().map(|row| value(row).chars().count()).max().unwrap_or(0);
    let (links, user, group, size, date) = (
        widest(|row| &row.links),
        widest(|row| &row.user),
        widest(|row| &row.group),
        widest(|row| &row.size),
        widest(|row| &row.time),
    );
    for (entry, row) in entries.iter().zip(&rows) {
        let mut line = prefix(entry, settings, prefixes);
        match (row, &entry.stat) {
            (Some(row), Some(stat)) => {
                line.push_str(&mode::text(stat.kind, stat.mode));
                line.push_str(&format!(" {:>links$}", row.links));
                if settings.owner {
                    let aligned = if settings.numeric {
                        format!(" {:>user$}", row.user)
                    } else {
                        format!(" {:<user$}", row.user)
                    };
                    line.push_str(&aligned);
                }
                if settings.group {
                    let aligned = if settings.numeric {
                        format!(" {:>group$}", row.group)
                    } else {
                        format!(" {:<group$}", row.group)
                    };
                    line.push_str(&aligned);
                }
                line.push_str(&format!(" {:>size$} {:>date$} ", row.size, row.time));
            }
            _ => line.push_str(&format!("{}????????? ? ? ? ? ? ", mode::type_letter(entry.kind))),
        }
        out.write_all(line.as_bytes())?;
        out.write_all(&colored(
            &quoted(&entry.name, settings),
            entry.kind,
            entry.stat.as_ref(),
            Some(&entry.path),
            settings,
        ))?;
        if entry.kind == FileType::Symlink {
            if let Ok(target) = files::read_link(&entry.path) {
                let leads_to = files::stat(&entry.path, true).ok();
                let kind = leads_to.as_ref().map(|stat| stat.kind);
                out.write_all(b" -> ")?;
                let text = quoted(&target, settings);
                match kind {
                    Some(kind) => out.write_all(&colored(&text, kind, leads_to.as_ref(), None, settings))?,
                    None => out.write_all(&text)?,
                }
                let executable = leads_to.as_ref().is_some_and(|stat| stat.mode & 0o111 != 0);
                out.write_all(kind.and_then(|kind| indicator_of(kind, executable, settings.indicator)).as_slice())?;
            }
        } else {
            out.write_all(indicator(entry, settings).as_slice())?;
        }
        out.write_all(&[settings.end])?;
    }
    Ok(())
}

fn time(time: i64, now: i64, style: &str) -> String {
    let civil = local(time);
    // Half a year of average length, as ls has it.
    let recent = time <= now && now.saturating_sub(time) < 15_778_476_000_000_000;
    match style {
        "full-iso" => civil.full_iso(),
        "long-iso" => civil.format("%Y-%m-%d %H:%M"),
        "iso" => civil.format(if recent { "%m-%d %H:%M" } else { "%Y-%m-%d " }),
        "locale" => civil.format(if recent { "%b %e %H:%M" } else { "%b %e  %Y" }),
        custom => {
            // `+FORMAT`, or two of them for old and recent files, on a line each.
            let custom = custom.trim_start_matches('+');
            let (old, new) = custom.split_once('\n').unwrap_or((custom, custom));
            civil.format(if recent { new } else { old })
        }
    }
}
