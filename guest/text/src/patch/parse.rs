//! Reading patches: unified, context and normal diffs, with whatever text is around them.

use super::hunk::{Form, Git, Hunk, Name, Patch, Tag};
use agentfense_support::time;

/// How many lines may be missing at the end of a hunk: blank ones that were lost on the way.
const LOST: usize = 3;

/// Reads all patches of a text.
pub fn parse(text: &[u8]) -> Result<Vec<Patch>, String> {
    let lines: Vec<&[u8]> = text.split_inclusive(|&b| b == b'\n').collect();
    let mut parser = Parser { lines, at: 0 };
    let mut patches = Vec::new();
    while let Some(patch) = parser.patch()? {
        patches.push(patch);
    }
    Ok(patches)
}

struct Parser<'a> {
    lines: Vec<&'a [u8]>,
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a [u8]> {
        self.lines.get(self.at).copied()
    }

    fn after(&self, count: usize) -> &'a [u8] {
        self.lines.get(self.at + count).copied().unwrap_or_default()
    }

    fn malformed(&self) -> String {
        match self.peek() {
            Some(line) => format!("malformed patch at line {}: {}", self.at + 1, String::from_utf8_lossy(line)),
            None => "unexpected end of file in patch".into(),
        }
    }

    fn patch(&mut self) -> Result<Option<Patch>, String> {
        let mut patch = Patch {
            form: Form::Unified,
            old: None,
            new: None,
            index: None,
            git: None,
            hunks: Vec::new(),
            lead: Vec::new(),
            lead_end: 0,
        };
        while let Some(line) = self.peek() {
            patch.lead_end = self.at;
            if line.starts_with(b"@@ -") && range(&line[4..]).is_some() {
                return self.unified(patch).map(Some);
            }
            if line.starts_with(b"***************") && context_range(self.after(1), b"*** ").is_some() {
                return self.context(patch).map(Some);
            }
            if normal_command(line).is_some() && (self.after(1).starts_with(b"< ") || self.after(1).starts_with(b"> "))
            {
                return self.normal(patch).map(Some);
            }
            if let Some(names) = line.strip_prefix(b"diff --git ") {
                if patch.git.as_ref().is_some_and(|git| *git != Git::default()) {
                    return Ok(Some(patch));
                }
                let (old, new) = git_names(names);
                (patch.old, patch.new, patch.git) = (old, new, Some(Git::default()));
            } else if let Some(git) = &mut patch.git {
                git_line(git, line);
            }
            if let Some(rest) = line.strip_prefix(b"Index:") {
                patch.index = Some(name(rest.trim_ascii_start()));
            } else if let Some(rest) = line.strip_prefix(b"--- ") {
                // In a context diff this is the new file; the line before tells.
                if self.after(1).starts_with(b"+++ ") {
                    patch.old = Some(name(rest));
                } else if context_range(self.after(2), b"*** ").is_some() {
                    patch.new = Some(name(rest));
                }
            } else if let Some(rest) = line.strip_prefix(b"+++ ")
                && self.after(1).starts_with(b"@@ -")
            {
                patch.new = Some(name(rest));
            } else if let Some(rest) = line.strip_prefix(b"*** ")
                && self.after(1).starts_with(b"--- ")
            {
                patch.old = Some(name(rest));
            }
            patch.lead.push(line.to_vec());
            self.at += 1;
        }
        Ok(patch.git.as_ref().is_some_and(|git| *git != Git::default()).then_some(patch))
    }

    /// A line that says that the one before it has no newline.
    fn no_newline(&mut self, line: Option<&mut Vec<u8>>) {
        if self.peek().is_some_and(|line| line.starts_with(b"\\ ")) {
            self.at += 1;
            if let Some(line) = line
                && line.last() == Some(&b'\n')
            {
                line.pop();
            }
        }
    }

    fn unified(&mut self, mut patch: Patch) -> Result<Patch, String> {
        patch.form = Form::Unified;
        while let Some(line) = self.peek() {
            let Some(rest) = line.strip_prefix(b"@@ -") else { break };
            let Some((old, rest)) = range(rest) else { return Err(self.malformed()) };
            let Some((new, rest)) = rest.strip_prefix(b" +").and_then(range) else { return Err(self.malformed()) };
            let section = rest.strip_prefix(b" @@").unwrap_or_default().trim_ascii_end().to_vec();
            self.at += 1;
            let mut hunk = Hunk { old_start: start(old), new_start: start(new), lines: Vec::new(), section };
            let (mut old_left, mut new_left, mut lost) = (old.1, new.1, 0);
            while old_left > 0 || new_left > 0 {
                let (tag, text) = match self.peek() {
                    Some([b' ', text @ ..]) => (Tag::Context, text),
                    Some([b'-', text @ ..]) => (Tag::Old, text),
                    Some([b'+', text @ ..]) => (Tag::New, text),
                    // A blank line of context that lost its blank.
                    Some(text @ ([b'\n'] | [b'\r', b'\n'] | [b'\t', ..])) => (Tag::Context, text),
                    None if lost < LOST && old_left == new_left => {
                        lost += 1;
                        (Tag::Context, &b"\n"[..])
                    }
                    _ => return Err(self.malformed()),
                };
                for (count, other) in [(&mut old_left, Tag::New), (&mut new_left, Tag::Old)] {
                    if tag != other {
                        *count = count.checked_sub(1).ok_or_else(|| self.malformed())?;
                    }
                }
                self.at += 1;
                hunk.lines.push((tag, text.to_vec()));
                self.no_newline(hunk.lines.last_mut().map(|(_, line)| line));
            }
            patch.hunks.push(hunk);
        }
        Ok(patch)
    }

    /// One side of a hunk of a context diff: its marked lines.
    fn side(&mut self, count: usize, marks: [u8; 2]) -> Vec<(bool, Vec<u8>)> {
        let mut lines = Vec::new();
        while lines.len() < count {
            let (changed, text) = match self.peek() {
                Some([b' ', b' ', text @ ..]) => (false, text),
                Some([mark, b' ', text @ ..]) if marks.contains(mark) => (true, text),
                Some(text @ [b'\n']) => (false, text),
                _ => break,
            };
            self.at += 1;
            lines.push((changed, text.to_vec()));
            self.no_newline(lines.last_mut().map(|(_, line)| line));
        }
        lines
    }

    fn context(&mut self, mut patch: Patch) -> Result<Patch, String> {
        patch.form = Form::Context;
        while self.peek().is_some_and(|line| line.starts_with(b"***************")) {
            let Some(old) = context_range(self.after(1), b"*** ") else { break };
            self.at += 2;
            let mut old_lines = self.side(old.1, *b"-!");
            let Some(new) = self.peek().and_then(|line| context_range(line, b"--- ")) else {
                return Err(self.malformed());
            };
            self.at += 1;
            let mut new_lines = self.side(new.1, *b"+!");
            // A side without changes may be left out.
            let unchanged = |lines: &[(bool, Vec<u8>)]| lines.iter().filter(|(changed, _)| !changed).cloned().collect();
            if old_lines.is_empty() {
                old_lines = unchanged(&new_lines);
            } else if new_lines.is_empty() {
                new_lines = unchanged(&old_lines);
            }
            if old_lines.len() != old.1 || new_lines.len() != new.1 {
                return Err(self.malformed());
            }
            let mut hunk = Hunk { old_start: start(old), new_start: start(new), ..Hunk::default() };
            let (mut old, mut new) = (old_lines.into_iter().peekable(), new_lines.into_iter().peekable());
            loop {
                if let Some((_, line)) = old.next_if(|(changed, _)| *changed) {
                    hunk.lines.push((Tag::Old, line));
                } else if let Some((_, line)) = new.next_if(|(changed, _)| *changed) {
                    hunk.lines.push((Tag::New, line));
                } else {
                    match (old.next(), new.next()) {
                        (Some((_, line)), Some(_)) => hunk.lines.push((Tag::Context, line)),
                        (None, None) => break,
                        _ => return Err(self.malformed()),
                    }
                }
            }
            patch.hunks.push(hunk);
        }
        Ok(patch)
    }

    fn normal(&mut self, mut patch: Patch) -> Result<Patch, String> {
        patch.form = Form::Normal;
        while let Some((old, command, new)) = self.peek().and_then(normal_command) {
            self.at += 1;
            let mut hunk = Hunk { old_start: old.0, new_start: new.0, ..Hunk::default() };
            match command {
                b'a' => hunk.old_start = old.0.saturating_add(1),
                b'd' => hunk.new_start = new.0.saturating_add(1),
                _ => {}
            }
            let counts = [if command == b'a' { 0 } else { old.1 }, if command == b'd' { 0 } else { new.1 }];
            for (count, mark, tag) in [(counts[0], &b"< "[..], Tag::Old), (counts[1], b"> ", Tag::New)] {
                if tag == Tag::New && command == b'c' {
                    if !self.peek().is_some_and(|line| line.starts_with(b"---")) {
                        return Err(self.malformed());
                    }
                    self.at += 1;
                }
                for _ in 0..count {
                    let Some(text) = self.peek().and_then(|line| line.strip_prefix(mark)) else {
                        return Err(self.malformed());
                    };
                    self.at += 1;
                    hunk.lines.push((tag, text.to_vec()));
                    self.no_newline(hunk.lines.last_mut().map(|(_, line)| line));
                }
            }
            patch.hunks.push(hunk);
        }
        Ok(patch)
    }
}

/// The start and the number of lines; no lines stand before the line after.
fn start((start, count): (usize, usize)) -> usize {
    if count == 0 { start.saturating_add(1) } else { start }
}

fn number(text: &[u8]) -> Option<(usize, &[u8])> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let value = std::str::from_utf8(&text[..digits]).ok()?.parse().ok()?;
    Some((value, &text[digits..]))
}

/// `START[,COUNT]`, and what follows it.
fn range(text: &[u8]) -> Option<((usize, usize), &[u8])> {
    let (start, rest) = number(text)?;
    match rest.strip_prefix(b",") {
        Some(rest) => number(rest).map(|(count, rest)| ((start, count), rest)),
        None => Some(((start, 1), rest)),
    }
}

/// `FIRST[,LAST]` as a start and a number of lines, and what follows it.
fn first_last(text: &[u8]) -> Option<((usize, usize), &[u8])> {
    let (first, rest) = number(text)?;
    match rest.strip_prefix(b",").and_then(number) {
        Some((last, rest)) => Some(((first, last.checked_sub(first)?.saturating_add(1)), rest)),
        None => Some(((first, usize::from(first > 0)), rest)),
    }
}

/// The range in `*** 1,7 ****` or `--- 1,7 ----`.
fn context_range(line: &[u8], mark: &[u8]) -> Option<(usize, usize)> {
    let (range, rest) = first_last(line.strip_prefix(mark)?)?;
    let rest = rest.trim_ascii();
    (rest.is_empty() || rest.starts_with(&mark[..1])).then_some(range)
}

type Range = (usize, usize);

/// `1,2c3,4`.
fn normal_command(line: &[u8]) -> Option<(Range, u8, Range)> {
    let (old, rest) = first_last(line)?;
    let (&command, rest) = rest.split_first().filter(|(command, _)| b"acd".contains(command))?;
    let (new, rest) = first_last(rest)?;
    rest.trim_ascii().is_empty().then_some((old, command, new))
}

/// The name in a header line, and its time.
fn name(text: &[u8]) -> Name {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    if let Some((path, rest)) = quoted(text) {
        return Name { absent: path == b"/dev/null", path, time: rest.to_vec() };
    }
    let end =
        memchr::memchr(b'\t', text).or_else(|| text.iter().position(u8::is_ascii_whitespace)).unwrap_or(text.len());
    let (path, rest) = text.split_at(end);
    let stamp = String::from_utf8_lossy(rest.trim_ascii()).into_owned();
    let absent = path == b"/dev/null" || (!stamp.is_empty() && time::parse(&stamp) == Some(0));
    Name { path: path.to_vec(), time: rest.to_vec(), absent }
}

/// A name in double quotes with the escapes of C, and what follows it.
fn quoted(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = text.strip_prefix(b"\"")?;
    let mut path = Vec::new();
    loop {
        let (&byte, after) = rest.split_first()?;
        rest = after;
        match byte {
            b'"' => return Some((path, rest)),
            b'\\' => {
                let (&escape, after) = rest.split_first()?;
                if (b'0'..=b'3').contains(&escape) {
                    let digits = std::str::from_utf8(rest.get(..3)?).ok()?;
                    path.push(u8::from_str_radix(digits, 8).ok()?);
                    rest = &rest[3..];
                    continue;
                }
                path.push(match escape {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'r' => b'\r',
                    b'a' => 7,
                    b'b' => 8,
                    b'f' => 12,
                    b'v' => 11,
                    other => other,
                });
                rest = after;
            }
            byte => path.push(byte),
        }
    }
}

/// The names after `diff --git`.
fn git_names(text: &[u8]) -> (Option<Name>, Option<Name>) {
    let text = text.trim_ascii_end();
    let plain = |path: Vec<u8>| Some(Name { path, ..Name::default() });
    if let Some((old, rest)) = quoted(text) {
        let rest = rest.trim_ascii_start();
        return (plain(old), plain(quoted(rest).map_or(rest.to_vec(), |(new, _)| new)));
    }
    // The names may have blanks: where both are the same but for their first part, the line has two halves.
    let half = text.len() / 2;
    let tail = |name: &[u8]| memchr::memchr(b'/', name).map(|at| name[at..].to_vec());
    if text.get(half) == Some(&b' ') && tail(&text[..half]) == tail(&text[half + 1..]) {
        return (plain(text[..half].to_vec()), plain(text[half + 1..].to_vec()));
    }
    match memchr::memchr(b' ', text) {
        Some(at) => (plain(text[..at].to_vec()), plain(text[at + 1..].to_vec())),
        None => (None, None),
    }
}

fn git_line(git: &mut Git, line: &[u8]) {
    let line = line.trim_ascii_end();
    let path = |text: &[u8]| Some(quoted(text).map_or(text.to_vec(), |(path, _)| path));
    let mode = |text: &[u8]| std::str::from_utf8(text).ok().and_then(|text| u32::from_str_radix(text, 8).ok());
    if let Some(text) = line.strip_prefix(b"rename from ") {
        git.rename_from = path(text);
    } else if let Some(text) = line.strip_prefix(b"rename to ") {
        git.rename_to = path(text);
    } else if let Some(text) = line.strip_prefix(b"copy from ") {
        git.copy_from = path(text);
    } else if let Some(text) = line.strip_prefix(b"copy to ") {
        git.copy_to = path(text);
    } else if let Some(text) = line.strip_prefix(b"new file mode ") {
        (git.created, git.new_mode) = (true, mode(text));
    } else if let Some(text) = line.strip_prefix(b"new mode ") {
        git.new_mode = mode(text);
    } else if line.starts_with(b"deleted file mode ") {
        git.deleted = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(hunk: &Hunk) -> String {
        let tag = |(tag, _): &(Tag, _)| match tag {
            Tag::Context => ' ',
            Tag::Old => '-',
            Tag::New => '+',
        };
        hunk.lines.iter().map(tag).collect()
    }

    #[test]
    fn unified() {
        let text =
            b"text\n--- a\t2020\n+++ b\n@@ -1,2 +1,3 @@ fn\n x\n-y\n+z\n+w\n\\ No newline at end of file\nmore\n";
        let patches = parse(text).expect("a patch");
        let [patch] = patches.as_slice() else { panic!("{patches:?}") };
        assert_eq!(patch.old.as_ref().map(|name| name.path.as_slice()), Some(&b"a"[..]));
        assert_eq!(tags(&patch.hunks[0]), " -++");
        assert_eq!(patch.hunks[0].lines[3].1, b"w");
        assert_eq!(patch.lead.len(), 3);
    }

    #[test]
    fn context_with_a_side_left_out() {
        let text = b"*** a\n--- b\n***************\n*** 1,2 ****\n--- 1,3 ----\n  x\n+ new\n  y\n";
        let patches = parse(text).expect("a patch");
        assert_eq!(tags(&patches[0].hunks[0]), " + ");
        assert_eq!(patches[0].new.as_ref().map(|name| name.path.as_slice()), Some(&b"b"[..]));
    }

    #[test]
    fn normal() {
        let patches = parse(b"1,2c1\n< a\n< b\n---\n> c\n5a5\n> d\n").expect("a patch");
        assert_eq!(patches[0].hunks.iter().map(tags).collect::<Vec<_>>(), ["--+", "+"]);
        assert_eq!(patches[0].hunks[1].old_start, 6);
    }

    #[test]
    fn what_is_malformed() {
        assert!(parse(b"--- a\n+++ b\n@@ -1,2 +1,2 @@\n x\nbad\n").is_err());
        assert!(parse(b"--- a\n+++ b\n@@ -1,99999999 +1,99999999 @@\n x\n").is_err());
        assert_eq!(parse(b"nothing\n").expect("no patch").len(), 0);
    }

    #[test]
    fn git_headers() {
        let text = b"diff --git a/x y b/x y\nold mode 100644\nnew mode 100755\ndiff --git a/p b/q\nrename from p\nrename to q\n";
        let patches = parse(text).expect("patches");
        assert_eq!(patches.len(), 2);
        assert_eq!(patches[0].new.as_ref().map(|name| name.path.as_slice()), Some(&b"b/x y"[..]));
        assert_eq!(patches[1].git.as_ref().and_then(|git| git.rename_to.clone()), Some(b"q".to_vec()));
    }
}
