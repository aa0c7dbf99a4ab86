//! When files were changed, and what `-t` and the end of a run do to them.

use super::*;

impl Make<'_> {
    pub(super) fn touch(&mut self, file: FileId) -> Result<Status> {
        let name = self.files[file].name.clone();
        if !self.options.silent {
            self.print(Stream::Out, &bytes!("touch ", name, "\n"));
        }
        if self.options.just_print {
            return Ok(Status::Success);
        }
        self.dirs.changed();
        Ok(match self.system.touch(&name) {
            Ok(()) => Status::Success,
            Err(errno) => {
                self.complain(None, &bytes!("touch: ", name, ": ", errno.message()));
                Status::Failed
            }
        })
    }

    /// When the file was modified; looked up once, and again after it was made.
    pub(crate) fn modified(&mut self, file: FileId) -> Result<i64> {
        if self.files[file].modified != time::UNKNOWN {
            return Ok(self.files[file].modified);
        }
        let name = self.files[file].name.clone();
        let modified = if let Some((archive, member)) = crate::archive::split(&name) {
            let member = member.to_vec();
            let archive_file = self.files.enter(archive);
            let archive = match self.modified(archive_file)? {
                time::NONE => None,
                _ => Some(self.files[archive_file].used_name().clone()),
            };
            archive.and_then(|archive| self.member_time(&archive, &member)).unwrap_or(time::NONE)
        } else {
            let mut modified = self.stat_time(&name);
            if modified == time::NONE && !self.files[file].ignore_vpath {
                let mut found = self.vpath_search(&name)?;
                if found.is_none() {
                    found = self.library_search(&name)?;
                }
                if let Some(found) = found {
                    modified = match self.files.find(&found) {
                        Some(known) if known != file => self.modified(known)?,
                        _ => self.stat_time(&found),
                    };
                    self.files[file].found = Some(found);
                }
            }
            modified
        };
        self.check_future(file, modified);
        self.files[file].modified = modified;
        if self.files[file].modified_before == time::UNKNOWN {
            self.files[file].modified_before = modified;
        }
        Ok(modified)
    }

    pub(super) fn stat_time(&mut self, name: &[u8]) -> i64 {
        let Ok(stat) = self.system.stat(name, true) else {
            // With -L a link that leads nowhere has a time of its own.
            let link = self.options.check_symlink_times.then(|| self.system.stat(name, false).ok()).flatten();
            return link.map_or(time::NONE, |stat| stat.modified);
        };
        let mut modified = stat.modified;
        if self.options.check_symlink_times {
            let mut path = name.to_vec();
            for _ in 0..40 {
                let Ok(link) = self.system.stat(&path, false) else { break };
                modified = modified.max(link.modified);
                let Ok(target) = self.system.read_link(&path) else { break };
                path = match path.iter().rposition(|&byte| byte == b'/') {
                    Some(slash) if !target.starts_with(b"/") => bytes!(path[..=slash], target),
                    _ => target,
                };
            }
        }
        modified
    }

    pub(super) fn check_future(&mut self, file: FileId, modified: i64) {
        if matches!(modified, time::NONE | time::UNKNOWN | time::OLD | time::NEW) || self.clock_skew.contains(&file) {
            return;
        }
        let ahead = modified.saturating_sub(self.system.now());
        // Filesystems round times; less than their grain is no future.
        if ahead > 10_000_000 {
            let seconds = ahead as f64 / 1e9;
            let text = if seconds >= 99.0 { format!("{}", seconds as u64) } else { two_digits(seconds) };
            let name = self.files[file].used_name().clone();
            self.clock_skew.push(file);
            self.complain(None, &bytes!("Warning: File '", name, "' has modification time ", text, " s in the future"));
        }
    }

    /// Removes the files in between that this make made.
    pub(crate) fn remove_intermediates(&mut self, because_of_signal: bool) {
        if self.options.question || self.options.touch || self.all_secondary {
            return;
        }
        let mut removed: Vec<Vec<u8>> = Vec::new();
        for file in self.files.ids() {
            let entry = &self.files[file];
            let goes = entry.intermediate
                && (entry.dont_care || !entry.precious)
                && !entry.secondary
                && !entry.not_intermediate
                && !entry.goal;
            if !goes || entry.status == Status::None {
                continue;
            }
            let name = entry.name.clone();
            let gone = if self.options.just_print { Ok(()) } else { self.system.unlink(&name) };
            match gone {
                Err(Errno::Noent) => {}
                Ok(()) if because_of_signal => {
                    self.complain(None, &bytes!("*** Deleting intermediate file '", name, "'"));
                }
                Ok(()) => removed.push(name.to_vec()),
                Err(errno) => self.complain(None, &bytes!("unlink: ", name, ": ", errno.message())),
            }
        }
        if !removed.is_empty() && !self.options.silent {
            let text = bytes!("rm ", crate::text::join(removed), "\n");
            self.print(Stream::Out, &text);
        }
    }
}

/// As C's `%.2g` shows a number below 99.
pub(super) fn two_digits(number: f64) -> String {
    if number < 9.95 {
        let text = format!("{number:.1}");
        text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
    } else {
        format!("{number:.0}")
    }
}
