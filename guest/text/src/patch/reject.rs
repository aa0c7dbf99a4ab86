//! Hunks that could not be applied, for the `.rej` file.

use super::hunk::{Form, Hunk, Name, Patch, Tag};
use super::names;

/// The header of a reject file.
pub fn header(patch: &Patch, strip: Option<usize>) -> Vec<u8> {
    let marks: [&[u8]; 2] = if patch.form == Form::Unified { [b"--- ", b"+++ "] } else { [b"*** ", b"--- "] };
    let mut text = Vec::new();
    for (mark, name) in marks.into_iter().zip([&patch.old, &patch.new]) {
        let (path, time): (Vec<u8>, &[u8]) = match name {
            Some(Name { absent: false, path, time }) => {
                let short = strip.and_then(|strip| names::stripped(path, Some(strip)));
                (short.unwrap_or_else(|| path.clone()), time)
            }
            _ => (b"/dev/null".to_vec(), b""),
        };
        text.extend_from_slice(&[mark, &path, time, b"\n"].concat());
    }
    text
}

/// A hunk in the form that the patch has; normal diffs become context diffs.
pub fn hunk(form: Form, hunk: &Hunk, offset: isize, text: &mut Vec<u8>) {
    let shift = |start: usize, count: usize| {
        let first = (start as isize).saturating_add(offset);
        if count == 0 { first - 1 } else { first }
    };
    let (old_count, new_count) = (hunk.old_lines().count(), hunk.new_lines().count());
    let (old, new) = (shift(hunk.old_start, old_count), shift(hunk.new_start, new_count));
    if form == Form::Unified {
        let range =
            |first: isize, count: usize| if count == 1 { first.to_string() } else { format!("{first},{count}") };
        text.extend_from_slice(format!("@@ -{} +{} @@", range(old, old_count), range(new, new_count)).as_bytes());
        text.extend_from_slice(&hunk.section);
        text.push(b'\n');
        for (tag, line) in &hunk.lines {
            text.push(match tag {
                Tag::Context => b' ',
                Tag::Old => b'-',
                Tag::New => b'+',
            });
            put(line, text);
        }
        return;
    }
    let range = |first: isize, count: usize| match count {
        0 | 1 => first.to_string(),
        _ => format!("{first},{}", first + count as isize - 1),
    };
    let (stars, dashes) = if form == Form::Context { (" ****", " ----") } else { ("", " -----") };
    let changed = changed(hunk);
    text.extend_from_slice(format!("***************\n*** {}{stars}\n", range(old, old_count)).as_bytes());
    for side in [Tag::Old, Tag::New] {
        if side == Tag::New {
            text.extend_from_slice(format!("--- {}{dashes}\n", range(new, new_count)).as_bytes());
        }
        for ((tag, line), changed) in hunk.lines.iter().zip(&changed) {
            let mark = match tag {
                Tag::Context => b' ',
                tag if *tag != side => continue,
                _ if *changed && form == Form::Context => b'!',
                Tag::Old => b'-',
                Tag::New => b'+',
            };
            text.extend_from_slice(&[mark, b' ']);
            put(line, text);
        }
    }
}

fn put(line: &[u8], text: &mut Vec<u8>) {
    text.extend_from_slice(line);
    if line.last() != Some(&b'\n') {
        text.extend_from_slice(b"\n\\ No newline at end of file\n");
    }
}

/// For each line, whether it is part of a change of old lines into new ones.
fn changed(hunk: &Hunk) -> Vec<bool> {
    let mut changed = Vec::with_capacity(hunk.lines.len());
    for block in hunk.lines.chunk_by(|one, two| (one.0 == Tag::Context) == (two.0 == Tag::Context)) {
        let both = [Tag::Old, Tag::New].iter().all(|side| block.iter().any(|(tag, _)| tag == side));
        changed.resize(changed.len() + block.len(), both);
    }
    changed
}
