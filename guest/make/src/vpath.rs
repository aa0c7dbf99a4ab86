//! Where files are looked for that are not at their place: `VPATH` and `vpath`.

use crate::pattern::Pattern;
use crate::text::{bytes, is_blank};
use crate::variables::Text;
use crate::{Make, Result};
use std::rc::Rc;

/// The `vpath` directives so far.
#[derive(Debug, Default)]
pub(crate) struct SearchPaths {
    selective: Vec<(Vec<u8>, Pattern, Vec<Vec<u8>>)>,
}

/// The directories of a search path, which colons or blanks separate.
fn directories(text: &[u8]) -> Vec<Vec<u8>> {
    let parts = text.split(|&byte| byte == b':' || is_blank(byte)).filter(|part| !part.is_empty());
    parts.map(|part| if part.len() > 1 { part.strip_suffix(b"/").unwrap_or(part) } else { part }.to_vec()).collect()
}

impl SearchPaths {
    /// `vpath PATTERN DIRECTORIES`, `vpath PATTERN`, `vpath`.
    pub fn directive(&mut self, pattern: &[u8], text: &[u8]) {
        if pattern.is_empty() {
            self.selective.clear();
            return;
        }
        let directories = directories(text);
        if directories.is_empty() {
            self.selective.retain(|(known, ..)| known != pattern);
        } else {
            self.selective.push((pattern.to_vec(), Pattern::new(pattern), directories));
        }
    }
}

impl Make<'_> {
    /// Where else than at its place the file is.
    pub(crate) fn vpath_search(&mut self, name: &[u8]) -> Result<Option<Text>> {
        if name.starts_with(b"/") {
            return Ok(None);
        }
        let mut candidates: Vec<Vec<u8>> = Vec::new();
        for (_, pattern, directories) in &self.vpath.selective {
            if pattern.matches(name) {
                candidates.extend(directories.iter().cloned());
            }
        }
        candidates.extend(directories(&self.value(b"VPATH")?));
        for directory in candidates {
            let path = if directory == b"." { name.to_vec() } else { bytes!(directory, "/", name) };
            let known = self.files.find(&path).is_some_and(|id| {
                let file = &self.files[id];
                file.is_target && !file.intermediate
            });
            if known || self.file_exists(&path) {
                return Ok(Some(path.into()));
            }
        }
        Ok(None)
    }

    /// The library that a prerequisite `-lNAME` means.
    pub(crate) fn library_search(&mut self, name: &[u8]) -> Result<Option<Text>> {
        let Some(stem) = name.strip_prefix(b"-l") else { return Ok(None) };
        let patterns = self.value(b".LIBPATTERNS")?;
        for pattern in crate::text::words(&patterns) {
            let file = Pattern::new(pattern).fill(stem);
            if self.file_exists(&file) || self.files.find(&file).is_some_and(|id| self.files[id].is_target) {
                return Ok(Some(Rc::from(file)));
            }
            if let Some(found) = self.vpath_search(&file)? {
                return Ok(Some(found));
            }
            for directory in ["/lib", "/usr/lib", "/usr/local/lib"] {
                let path = bytes!(directory, "/", file);
                if self.file_exists(&path) {
                    return Ok(Some(Rc::from(path)));
                }
            }
        }
        Ok(None)
    }

    /// Whether a file that was found by `VPATH` is remade where it was found.
    pub(crate) fn in_gpath(&mut self, path: &[u8]) -> Result<bool> {
        let directory = path.iter().rposition(|&byte| byte == b'/').map_or(&b"."[..], |slash| &path[..slash]);
        Ok(directories(&self.value(b"GPATH")?).iter().any(|known| known == directory))
    }
}

#[cfg(test)]
mod tests {
    use super::directories;

    #[test]
    fn search_paths() {
        let expected: [&[u8]; 3] = [b"a", b"/b", b"c"];
        assert_eq!(directories(b"a/:/b  c"), expected);
    }
}
