//! patch: applies diffs to files.

mod apply;
mod hunk;
mod names;
mod parse;
mod reject;
mod store;

use agentfense_support::options::number;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, fs, read, stdout};
use agentfense_sys::error_text;
use agentfense_sys::files::{self, Stat};
use apply::Target;
use hunk::{Hunk, Patch};
use std::io::Write;
use store::{remove_parents, store};

const HELP: &str = "\
{} [OPTION]... [ORIGFILE [PATCHFILE]]
Apply a diff (unified, context or normal) to files.

  -p NUM, --strip=NUM         strip NUM leading parts from file names
  -F LINES, --fuzz=LINES      set the fuzz factor (default 2)
  -l, --ignore-whitespace     ignore white space changes between patch and input
  -N, --forward               ignore patches that appear to be reversed or already applied
  -R, --reverse               assume that the patches were made with old and new files swapped
  -i FILE, --input=FILE       read the patch from FILE instead of standard input
  -o FILE, --output=FILE      write patched files to FILE; - is standard output
  -r FILE, --reject-file=FILE write rejects to FILE; - discards them
  -d DIR, --directory=DIR     change to DIR first
  -E, --remove-empty-files    remove files that are empty after patching
  -b, --backup                back up the original contents of each file
      --backup-if-mismatch    back up if the patch does not match exactly (default)
      --no-backup-if-mismatch back up only if asked for
  -B PREFIX, --prefix=PREFIX  prepend PREFIX to names of backups
  -z SUFFIX, --suffix=SUFFIX  append SUFFIX to names of backups (default .orig)
  -f, --force                 assume that the user knows what to do; ask nothing
  -t, --batch                 ask nothing; assume reversed patches are to be taken back
  -s, --quiet, --silent       say nothing unless an error occurs
      --verbose               say more
      --dry-run               change no files
  -u, -c, -n                  accepted: the form of a diff is seen from the diff";

const LONGS: &[Long] = &[
    ("backup", Takes::Nothing, 'b'),
    ("backup-if-mismatch", Takes::Nothing, '\u{1}'),
    ("batch", Takes::Nothing, 't'),
    ("binary", Takes::Nothing, 'u'),
    ("context", Takes::Nothing, 'c'),
    ("directory", Takes::Argument, 'd'),
    ("dry-run", Takes::Nothing, '\u{2}'),
    ("force", Takes::Nothing, 'f'),
    ("forward", Takes::Nothing, 'N'),
    ("fuzz", Takes::Argument, 'F'),
    ("ignore-whitespace", Takes::Nothing, 'l'),
    ("input", Takes::Argument, 'i'),
    ("no-backup-if-mismatch", Takes::Nothing, '\u{3}'),
    ("normal", Takes::Nothing, 'n'),
    ("output", Takes::Argument, 'o'),
    ("posix", Takes::Nothing, '\u{3}'),
    ("prefix", Takes::Argument, 'B'),
    ("quiet", Takes::Nothing, 's'),
    ("reject-file", Takes::Argument, 'r'),
    ("remove-empty-files", Takes::Nothing, 'E'),
    ("reverse", Takes::Nothing, 'R'),
    ("silent", Takes::Nothing, 's'),
    ("strip", Takes::Argument, 'p'),
    ("suffix", Takes::Argument, 'z'),
    ("unified", Takes::Nothing, 'u'),
    ("verbose", Takes::Nothing, '\u{4}'),
];

#[derive(Default)]
struct Settings {
    strip: Option<usize>,
    fuzz: usize,
    ignore_blanks: bool,
    forward: bool,
    reverse: bool,
    output: Option<Vec<u8>>,
    rejects: Option<Vec<u8>>,
    remove_empty: bool,
    backup: bool,
    backup_if_mismatch: bool,
    prefix: Vec<u8>,
    suffix: Vec<u8>,
    force: bool,
    batch: bool,
    quiet: bool,
    verbose: bool,
    dry_run: bool,
}

/// Runs patch.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "bB:cd:EfF:i:lnNo:p:r:RstTuvz:Z", LONGS, HELP);
    let mut settings = Settings { fuzz: 2, backup_if_mismatch: true, suffix: b".orig".to_vec(), ..Settings::default() };
    let (mut input, mut directory, mut operands) = (b"-".to_vec(), None, Vec::new());
    let trouble = |failure: Failure| failure.status(2);
    while let Some(item) = options.next_item()? {
        match item {
            Item::Operand(name) => operands.push(name),
            Item::Option(letter, value) => match letter {
                'b' => settings.backup = true,
                'B' => (settings.prefix, settings.backup) = (value, true),
                'd' => directory = Some(value),
                'E' => settings.remove_empty = true,
                'f' => settings.force = true,
                'F' => settings.fuzz = number("fuzz factor", &value).map_err(trouble)?,
                'i' => input = value,
                'l' => settings.ignore_blanks = true,
                'N' => settings.forward = true,
                'o' => settings.output = Some(value),
                'p' => settings.strip = Some(number("strip count", &value).map_err(trouble)?),
                'r' => settings.rejects = Some(value),
                'R' => settings.reverse = true,
                's' => settings.quiet = true,
                't' => settings.batch = true,
                'z' => (settings.suffix, settings.backup) = (value, true),
                '\u{1}' => settings.backup_if_mismatch = true,
                '\u{2}' => settings.dry_run = true,
                '\u{3}' => settings.backup_if_mismatch = false,
                '\u{4}' => settings.verbose = true,
                _ => {}
            },
        }
    }
    if operands.len() > 2 {
        return Err(Failure::usage(format!("{}: extra operand", lossy(&operands[2]))));
    }
    let mut operands = operands.into_iter();
    let file = operands.next();
    input = operands.next().unwrap_or(input);
    if let Some(directory) = directory {
        // Through libc, which keeps a working directory of its own.
        std::env::set_current_dir(fs::path(&directory)).map_err(|error| {
            fatal(format!("Can't change to directory {} : {}", lossy(&directory), error_text(&error)))
        })?;
    }
    let text =
        read::whole(&input).map_err(|errno| fatal(format!("Can't open patch file {} : {errno}", lossy(&input))))?;
    let patches = parse::parse(&text).map_err(fatal)?;
    if patches.is_empty() && !text.is_empty() {
        return Err(fatal("Only garbage was found in the patch input."));
    }
    let mut run = Run { settings, status: 0, output: None };
    for patch in patches {
        let patch = if run.settings.reverse { patch.reversed() } else { patch };
        run.patch(patch, file.as_deref())?;
    }
    if let (Some(name), Some(text), false) = (&run.settings.output, &run.output, run.settings.dry_run) {
        if name == b"-" {
            let mut out = stdout();
            out.write_all(text)?;
            out.flush()?;
        } else {
            store(name, text, None)?;
        }
    }
    Ok(run.status)
}

fn fatal(message: impl std::fmt::Display) -> Failure {
    Failure::new(format!("**** {message}")).status(2)
}

/// What became of the hunks of a file.
#[derive(Default)]
struct Applied {
    failed: usize,
    rejects: Vec<u8>,
    mismatch: bool,
    skipped: bool,
}

struct Run {
    settings: Settings,
    status: u8,
    /// With `-o`: all that was patched.
    output: Option<Vec<u8>>,
}

impl Run {
    fn say(&self, message: impl std::fmt::Display) -> Result<(), Failure> {
        if self.settings.quiet { Ok(()) } else { self.always(message) }
    }

    /// Says something even if it is to be quiet.
    fn always(&self, message: impl std::fmt::Display) -> Result<(), Failure> {
        let mut out = stdout();
        write!(out, "{message}")?;
        Ok(out.flush()?)
    }

    fn patch(&mut self, patch: Patch, operand: Option<&[u8]>) -> Result<(), Failure> {
        let git = patch.git.clone().unwrap_or_default();
        let strip = self.settings.strip;
        let moved = |from: &Option<Vec<u8>>, to: &Option<Vec<u8>>| match (from, to) {
            // These names have no `a/` and `b/`: one part less to strip.
            (Some(from), Some(to)) => {
                let strip = strip.map(|strip| strip.saturating_sub(1));
                Some((names::stripped(from, strip)?, names::stripped(to, strip)?))
            }
            _ => None,
        };
        let renamed = moved(&git.rename_from, &git.rename_to).filter(|_| operand.is_none());
        let copied = moved(&git.copy_from, &git.copy_to).filter(|_| operand.is_none());
        let chosen = match (operand, renamed.as_ref().or(copied.as_ref())) {
            (Some(operand), _) => Some(operand.to_vec()),
            (None, Some((from, _))) => Some(from.clone()),
            (None, None) => names::choose(&patch, strip),
        };
        let Some(input) = chosen else { return self.nothing_to_patch(&patch) };
        let target = renamed.as_ref().or(copied.as_ref()).map_or(&input, |(_, to)| to);
        let name = self.settings.output.clone().unwrap_or_else(|| target.clone());
        let stat = files::stat(&input, true).ok();
        let text = match &stat {
            Some(_) => {
                read::whole(&input).map_err(|errno| fatal(format!("Can't open file {} : {errno}", lossy(&input))))?
            }
            None => Vec::new(),
        };
        let Some(patch) = self.fitting(patch, &input, &stat, &text)? else { return Ok(()) };
        let verb = if self.settings.dry_run { "checking" } else { "patching" };
        let origin = match (&self.settings.output, &renamed, &copied) {
            (Some(_), ..) => format!(" (read from {})", lossy(&input)),
            (None, Some(_), _) => format!(" (renamed from {})", lossy(&input)),
            (None, None, Some(_)) => format!(" (copied from {})", lossy(&input)),
            _ => String::new(),
        };
        self.say(format_args!("{verb} file {}{origin}\n", lossy(&name)))?;
        let (patch, outcome, result) = self.hunks(patch, &text)?;
        self.report(&patch, &outcome, &name)?;
        if self.settings.dry_run || outcome.skipped {
            return Ok(());
        }
        let empty_after =
            patch.new.as_ref().is_some_and(|name| name.absent) || git.deleted || self.settings.remove_empty;
        if self.settings.output.is_some() {
            self.output.get_or_insert_default().extend_from_slice(&result);
            return Ok(());
        }
        if self.settings.backup || (outcome.mismatch && self.settings.backup_if_mismatch) {
            let backup = [&self.settings.prefix, target.as_slice(), &self.settings.suffix].concat();
            store(&backup, &text, stat.as_ref().map(|stat| stat.mode))?;
        }
        if empty_after && !patch.hunks.is_empty() {
            if result.is_empty() {
                if stat.is_some() {
                    fs::unlink(&input)
                        .map_err(|errno| fatal(format!("Can't remove file {} : {errno}", lossy(&input))))?;
                    remove_parents(&input);
                }
                return Ok(());
            }
            if !self.settings.remove_empty {
                self.say(format_args!("Not deleting file {} as content differs from patch\n", lossy(&input)))?;
                self.status = self.status.max(1);
            }
        }
        let mode = git.new_mode.or_else(|| (*target != input).then_some(stat.as_ref()?.mode));
        if result != text || stat.is_none() || *target != input {
            store(target, &result, mode)?;
        } else if let Some(mode) = mode {
            files::set_mode(target, mode & 0o777, true)?;
        }
        if renamed.is_some() && *target != input {
            fs::unlink(&input).map_err(|errno| fatal(format!("Can't remove file {} : {errno}", lossy(&input))))?;
            remove_parents(&input);
        }
        Ok(())
    }

    fn nothing_to_patch(&mut self, patch: &Patch) -> Result<(), Failure> {
        let mut text = format!("can't find file to patch at input line {}\n", patch.lead_end + 1);
        text.push_str(match self.settings.strip {
            Some(_) => "Perhaps you used the wrong -p or --strip option?\n",
            None => "Perhaps you should have used the -p or --strip option?\n",
        });
        if !patch.lead.is_empty() {
            text.push_str("The text leading up to this was:\n--------------------------\n");
            for line in &patch.lead {
                text.push_str(&format!("|{}", lossy(line)));
            }
            text.push_str("--------------------------\n");
        }
        if self.settings.force || self.settings.batch {
            text.push_str("No file to patch.  Skipping patch.\n");
        } else {
            text.push_str("File to patch: \nSkip this patch? [y] \nSkipping patch.\n");
        }
        let count = patch.hunks.len();
        text.push_str(&format!("{count} out of {count} hunk{} ignored\n", if count == 1 { "" } else { "s" }));
        self.status = 1;
        self.always(text)
    }

    /// The patch, turned round if need be, unless it makes a file that is there or removes one that is not.
    fn fitting(
        &mut self,
        patch: Patch,
        input: &[u8],
        stat: &Option<Stat>,
        text: &[u8],
    ) -> Result<Option<Patch>, Failure> {
        let absent = |name: &Option<hunk::Name>| name.as_ref().is_some_and(|name| name.absent);
        let creates = absent(&patch.old) || patch.git.as_ref().is_some_and(|git| git.created);
        let deletes = absent(&patch.new) || patch.git.as_ref().is_some_and(|git| git.deleted);
        let (verb, state) = match (creates, deletes) {
            (true, false) if !text.is_empty() => ("create", "already exists"),
            (false, true) if stat.is_none() => ("delete", "does not exist"),
            _ => return Ok(Some(patch)),
        };
        if patch.hunks.is_empty() {
            return Ok(Some(patch));
        }
        let what = if self.settings.reverse { ", when reversed," } else { "" };
        let message = format!("The next patch{what} would {verb} the file {},\nwhich {state}!", lossy(input));
        match self.take_back(&message)? {
            Answer::Reverse => Ok(Some(patch.reversed())),
            Answer::Apply => Ok(Some(patch)),
            Answer::Skip => {
                // There is no file that rejects would be beside.
                let outcome = Applied { failed: patch.hunks.len(), skipped: true, ..Applied::default() };
                self.report(&patch, &outcome, input)?;
                Ok(None)
            }
        }
    }

    /// Applies the hunks: the patch as it was taken in the end, what became of it, and the new text.
    fn hunks(&mut self, mut patch: Patch, text: &[u8]) -> Result<(Patch, Applied, Vec<u8>), Failure> {
        let mut outcome = Applied::default();
        let mut target = Target::new(text, self.settings.ignore_blanks);
        let mut index = 0;
        let mut asked = self.settings.force;
        // A file that is made anew has no place for a hunk when there is text in it.
        let created = patch.old.as_ref().is_some_and(|name| name.absent) && !text.is_empty();
        while index < patch.hunks.len() {
            let hunk = patch.hunks[index].clone();
            let (before, after) = hunk.context();
            let most = self.settings.fuzz.min(before.max(after));
            let mut found = None;
            let mut fuzz = 0;
            while !outcome.skipped && !created {
                found = target.locate(&hunk, fuzz);
                if found.is_none() && index == 0 && !asked {
                    // Perhaps the patch was made the other way round.
                    if target.locate(&hunk.reversed(), fuzz).is_some() {
                        target.in_offset = 0;
                        asked = true;
                        let what =
                            if self.settings.reverse { "Unreversed" } else { "Reversed (or previously applied)" };
                        match self.take_back(&format!("{what} patch detected!"))? {
                            Answer::Reverse => {
                                outcome.mismatch = true;
                                patch = patch.reversed();
                                break;
                            }
                            Answer::Skip => outcome.skipped = true,
                            Answer::Apply => {}
                        }
                        continue;
                    }
                }
                if found.is_some() || fuzz >= most {
                    break;
                }
                fuzz += 1;
            }
            if patch.hunks[index] != hunk {
                // It was turned round: begin again.
                continue;
            }
            self.hunk(&mut target, &hunk, index + 1, found.map(|place| (place, fuzz)), &patch, &mut outcome)?;
            index += 1;
        }
        Ok((patch, outcome, target.finish()))
    }

    fn hunk(
        &mut self,
        target: &mut Target<'_>,
        hunk: &Hunk,
        number: usize,
        found: Option<(apply::Place, usize)>,
        patch: &Patch,
        outcome: &mut Applied,
    ) -> Result<(), Failure> {
        let Some((place, fuzz)) = found else {
            if outcome.rejects.is_empty() {
                outcome.rejects = reject::header(patch, self.settings.strip);
            }
            reject::hunk(patch.form, hunk, target.out_offset, &mut outcome.rejects);
            outcome.failed += 1;
            outcome.mismatch = true;
            if !outcome.skipped {
                self.say(format_args!("Hunk #{number} FAILED at {}.\n", target.shown(hunk, None)))?;
            }
            return Ok(());
        };
        let offset = target.in_offset;
        outcome.mismatch |= fuzz > 0 || offset != 0;
        if fuzz > 0 || offset != 0 || self.settings.verbose {
            let mut message = format!("Hunk #{number} succeeded at {}", target.shown(hunk, Some(place)));
            if fuzz > 0 {
                message.push_str(&format!(" with fuzz {fuzz}"));
            }
            if offset != 0 {
                message.push_str(&format!(" (offset {offset} line{})", if offset == 1 { "" } else { "s" }));
            }
            self.say(format_args!("{message}.\n"))?;
        }
        target.apply(hunk, place);
        Ok(())
    }

    /// Says that a patch does not fit as it is, and what is done about it.
    fn take_back(&mut self, message: &str) -> Result<Answer, Failure> {
        let ignoring = if self.settings.reverse { "Ignoring" } else { "Assuming" };
        if self.settings.forward {
            self.always(format_args!("{message}  Skipping patch.\n"))?;
            Ok(Answer::Skip)
        } else if self.settings.force {
            self.say(format_args!("{message}  Applying it anyway.\n"))?;
            Ok(Answer::Apply)
        } else if self.settings.batch {
            self.say(format_args!("{message}  {ignoring} -R.\n"))?;
            Ok(Answer::Reverse)
        } else {
            // Nobody is asked: a script has nobody who could answer.
            let ask = if self.settings.reverse { "Ignore" } else { "Assume" };
            self.always(format_args!("{message}  {ask} -R? [n] \nApply anyway? [n] \n"))?;
            self.say("Skipping patch.\n")?;
            Ok(Answer::Skip)
        }
    }

    /// Says what failed, and keeps it.
    fn report(&mut self, patch: &Patch, outcome: &Applied, name: &[u8]) -> Result<(), Failure> {
        if outcome.failed == 0 {
            return Ok(());
        }
        self.status = self.status.max(1);
        let (failed, count) = (outcome.failed, patch.hunks.len());
        let word = if outcome.skipped { "ignored" } else { "FAILED" };
        let plural = if count == 1 { "" } else { "s" };
        let rejects = self.settings.rejects.clone().unwrap_or_else(|| [name, b".rej"].concat());
        let message = format!("{failed} out of {count} hunk{plural} {word}");
        if outcome.rejects.is_empty() || rejects == b"-" {
            return self.always(format_args!("{message}\n"));
        }
        if self.settings.dry_run {
            return self.always(format_args!("{message}\n"));
        }
        self.always(format_args!("{message} -- saving rejects to file {}\n", lossy(&rejects)))?;
        store(&rejects, &outcome.rejects, None)
    }
}

/// What to do with a patch that seems to be the other way round.
enum Answer {
    Reverse,
    Apply,
    Skip,
}
