//! Redirections.

use std::rc::Rc;

use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, OpenFlags};
use bstr::BString;

use super::network::NetworkPath;
use crate::ast::{Redirect, RedirectFd, RedirectKind, Word};
use crate::files::{Entry, FIRST_FREE_FD, File, MAX_FDS};
use crate::messages::concat;
use crate::options::{SetOption, Shopt};
use crate::shell::{Flow, Run, Shell};
use crate::vars::Target;

/// What redirections replaced, to be put back.
#[derive(Debug, Default)]
pub(crate) struct Undo {
    replaced: Vec<(u32, Option<Entry>)>,
}

impl Undo {
    /// Lets the redirections stay.
    pub(crate) fn keep(mut self) {
        self.replaced.clear();
    }
}

/// Files are created readable and writable; the mask takes bits away.
const CREATE_MODE: u32 = 0o666;

/// How a redirection failed: a message has been printed, or ends elsewhere.
enum Failure {
    /// Reported: the command does not run, status 1.
    Reported,
    /// Something else ends it.
    Flow(Flow),
}

impl From<Flow> for Failure {
    fn from(flow: Flow) -> Self {
        Failure::Flow(flow)
    }
}

impl Shell {
    /// Redirects, in order; false after a failure that has been reported.
    pub(crate) fn redirect(&mut self, redirects: &[Redirect], undo: &mut Undo) -> Run<bool> {
        for redirect in redirects {
            match self.redirect_one(redirect, undo) {
                Ok(()) => {}
                Err(Failure::Reported) => return Ok(false),
                Err(Failure::Flow(flow)) => return Err(flow),
            }
        }
        Ok(true)
    }

    /// Puts back what was before.
    pub(crate) fn undo(&mut self, undo: Undo) {
        for (fd, entry) in undo.replaced.into_iter().rev() {
            self.files.put(fd, entry);
        }
    }

    fn redirect_one(&mut self, redirect: &Redirect, undo: &mut Undo) -> Result<(), Failure> {
        if self.is_restricted() {
            self.refuse_output(&redirect.kind)?;
        }
        let read = OpenFlags::READ;
        let write = OpenFlags::WRITE | OpenFlags::CREATE;
        let file = match &redirect.kind {
            RedirectKind::Read(word) => self.open_word(word, read)?,
            RedirectKind::Write(word) if self.options.get(SetOption::Noclobber) => self.open_new(word)?,
            RedirectKind::Write(word) | RedirectKind::Clobber(word) => {
                self.open_word(word, write | OpenFlags::TRUNCATE)?
            }
            RedirectKind::Append(word) => self.open_word(word, write | OpenFlags::APPEND)?,
            RedirectKind::ReadWrite(word) => self.open_word(word, read | write)?,
            RedirectKind::WriteBoth(word) => return self.redirect_both(word, OpenFlags::TRUNCATE, undo),
            RedirectKind::AppendBoth(word) => return self.redirect_both(word, OpenFlags::APPEND, undo),
            RedirectKind::HereDocument(document) => {
                let text = self.expand_here_document(document)?;
                Rc::new(File::text(text.into()))
            }
            RedirectKind::HereString(word) => {
                let mut text: Vec<u8> = self.expand_string(word)?.into();
                text.push(b'\n');
                Rc::new(File::text(text))
            }
            RedirectKind::DuplicateInput(word) => return self.duplicate(redirect, word, 0, undo),
            RedirectKind::DuplicateOutput(word) => return self.duplicate(redirect, word, 1, undo),
        };
        let default = match &redirect.kind {
            RedirectKind::Write(_) | RedirectKind::Clobber(_) | RedirectKind::Append(_) => 1,
            _ => 0,
        };
        self.install(&redirect.fd, default, Some(file), undo)
    }

    /// A restricted shell writes to no file by name.
    #[cold]
    fn refuse_output(&mut self, kind: &RedirectKind) -> Result<(), Failure> {
        let word = match kind {
            RedirectKind::Write(word)
            | RedirectKind::Clobber(word)
            | RedirectKind::Append(word)
            | RedirectKind::ReadWrite(word)
            | RedirectKind::WriteBoth(word)
            | RedirectKind::AppendBoth(word) => word,
            RedirectKind::DuplicateOutput(word)
                if !word
                    .as_literal()
                    .is_some_and(|text| text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-')) =>
            {
                word
            }
            _ => return Ok(()),
        };
        let path = self.expand_redirect(word)?;
        self.error([path.as_slice(), b": restricted: cannot redirect output"].concat());
        Err(Failure::Reported)
    }

    /// Puts a file at the descriptor on the left; none closes it.
    fn install(
        &mut self,
        fd: &RedirectFd,
        default: u32,
        file: Option<Rc<File>>,
        undo: &mut Undo,
    ) -> Result<(), Failure> {
        let number = match fd {
            RedirectFd::Default => default,
            RedirectFd::Number(number) => *number,
            RedirectFd::Variable(name) => return self.install_in_variable(name, file, undo),
        };
        if number >= MAX_FDS {
            self.file_error(number.to_string().as_bytes(), Errno::Badf);
            return Err(Failure::Reported);
        }
        let entry = file.map(|file| Entry { file, private: false });
        undo.replaced.push((number, self.files.put(number, entry)));
        Ok(())
    }

    /// `{name}>file`: the shell picks the descriptor, and it stays open.
    #[inline(never)]
    fn install_in_variable(&mut self, name: &BString, file: Option<Rc<File>>, undo: &mut Undo) -> Result<(), Failure> {
        let Some(file) = file else {
            let value = self.value_of_reference(name)?.unwrap_or_default();
            match parse_fd(&value) {
                Some(fd) => {
                    self.files.close(fd);
                    return Ok(());
                }
                None => {
                    self.file_error(name, Errno::Badf);
                    return Err(Failure::Reported);
                }
            }
        };
        let Some(fd) = self.files.lowest_free(FIRST_FREE_FD) else {
            self.file_error(name, Errno::Mfile);
            return Err(Failure::Reported);
        };
        if self.assign_reference(name, fd.to_string().into()).is_err() {
            self.error(concat(&[name, b": cannot assign fd to variable"]));
            return Err(Failure::Reported);
        }
        let before = self.files.set(fd, file);
        if self.options.shopt(Shopt::VarredirClose) {
            undo.replaced.push((fd, before));
        }
        Ok(())
    }

    /// `N>&M`, `N>&M-`, `N>&-`, and `>& file`.
    #[inline(never)]
    fn duplicate(&mut self, redirect: &Redirect, word: &Word, default: u32, undo: &mut Undo) -> Result<(), Failure> {
        let text = self.expand_target(word)?;
        if text == "-" {
            return self.install(&redirect.fd, default, None, undo);
        }
        let (number, moved) = match text.strip_suffix(b"-") {
            Some(number) => (number, true),
            None => (text.as_slice(), false),
        };
        let Some(source) = parse_fd(number) else {
            if default == 1 && matches!(redirect.fd, RedirectFd::Default | RedirectFd::Number(1)) {
                return self.both_to_file(&text, OpenFlags::TRUNCATE, undo);
            }
            self.error(concat(&[&text, b": ambiguous redirect"]));
            return Err(Failure::Reported);
        };
        let Some(file) = self.files.get(source).cloned() else {
            self.file_error(&crate::expand::word_source(word), Errno::Badf);
            return Err(Failure::Reported);
        };
        let target = match &redirect.fd {
            RedirectFd::Default => Some(default),
            RedirectFd::Number(number) => Some(*number),
            RedirectFd::Variable(_) => None,
        };
        if target == Some(source) {
            return Ok(());
        }
        self.install(&redirect.fd, default, Some(file), undo)?;
        if moved {
            undo.replaced.push((source, self.files.close(source)));
        }
        Ok(())
    }

    fn redirect_both(&mut self, word: &Word, how: OpenFlags, undo: &mut Undo) -> Result<(), Failure> {
        let path = self.expand_target(word)?;
        self.both_to_file(&path, how, undo)
    }

    fn both_to_file(&mut self, path: &BString, how: OpenFlags, undo: &mut Undo) -> Result<(), Failure> {
        let file = self.open_path(path, OpenFlags::WRITE | OpenFlags::CREATE | how)?;
        self.install(&RedirectFd::Number(1), 1, Some(file.clone()), undo)?;
        self.install(&RedirectFd::Number(2), 2, Some(file), undo)
    }

    /// The operand as one field; an ambiguous one only fails the command.
    fn expand_target(&mut self, word: &Word) -> Result<BString, Failure> {
        match word.as_literal() {
            Some(text) if !text.iter().any(|byte| matches!(byte, b'*' | b'?' | b'[')) => Ok(text.clone()),
            _ => match self.expand_redirect(word) {
                Ok(text) => Ok(text),
                Err(Flow::Abort) => Err(Failure::Reported),
                Err(flow) => Err(Failure::Flow(flow)),
            },
        }
    }

    fn open_word(&mut self, word: &Word, flags: OpenFlags) -> Result<Rc<File>, Failure> {
        let path = self.expand_target(word)?;
        self.open_path(&path, flags)
    }

    fn open_path(&mut self, path: &BString, flags: OpenFlags) -> Result<Rc<File>, Failure> {
        if self.opens_ahead && files::stat(path, true).is_ok_and(|stat| stat.kind == FileType::Fifo) {
            self.met_fifo = true;
            return Err(Failure::Reported);
        }
        let opened = match NetworkPath::parse(path) {
            Some(place) => self.open_network(&place),
            None => self.open_file(path, flags),
        };
        match opened {
            Ok(file) => Ok(file),
            Err(error) => {
                self.file_error(path, error);
                Err(Failure::Reported)
            }
        }
    }

    /// `>` under `set -C`: refuses a file that exists, but not a device.
    fn open_new(&mut self, word: &Word) -> Result<Rc<File>, Failure> {
        let path = self.expand_target(word)?;
        let write = OpenFlags::WRITE | OpenFlags::CREATE;
        if NetworkPath::parse(&path).is_some() {
            return self.open_path(&path, write);
        }
        match self.open_file(&path, write | OpenFlags::EXCLUSIVE) {
            Ok(file) => Ok(file),
            Err(Errno::Exist) => {
                if files::stat(&path, true).is_ok_and(|stat| stat.kind != FileType::Regular) {
                    return self.open_path(&path, write);
                }
                self.error(concat(&[&path, b": cannot overwrite existing file"]));
                Err(Failure::Reported)
            }
            Err(error) => {
                self.file_error(&path, error);
                Err(Failure::Reported)
            }
        }
    }

    /// Opens a file. The names of the shell's own descriptors mean what they
    /// are now, which the kernel does not know.
    pub(crate) fn open_file(&mut self, path: &[u8], flags: OpenFlags) -> Result<Rc<File>, Errno> {
        if let Some(fd) = descriptor_path(path) {
            return match self.files.get(fd) {
                Some(file) => Ok(file.clone()),
                None => Err(Errno::Noent),
            };
        }
        loop {
            match files::open(path, flags, CREATE_MODE) {
                Ok(file) => return Ok(Rc::new(file.into())),
                // A fifo waits for its other end; a trapped signal may come first.
                Err(Errno::Intr) if self.poll_signals_now().is_ok() => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The value that `{name}` or `{name[index]}` has.
    fn value_of_reference(&mut self, name: &[u8]) -> Run<Option<BString>> {
        match Target::parse(name) {
            Some(Target::Variable(name)) => Ok(self.var(&name)),
            Some(Target::Element(name, subscript)) => {
                let place = self.place_of_text(&name, &subscript)?;
                Ok(self.element(&name, &place))
            }
            None => Ok(None),
        }
    }

    /// Sets what `{name}` or `{name[index]}` names.
    fn assign_reference(&mut self, name: &[u8], value: BString) -> Run {
        match Target::parse(name) {
            Some(target) => self.set_target(&target, value),
            None => Err(Flow::Abort),
        }
    }

    /// Closes the descriptors of process substitutions beyond `mark`.
    pub(crate) fn close_substituted(&mut self, mark: usize) {
        while self.substituted_fds.len() > mark {
            if let Some(fd) = self.substituted_fds.pop() {
                self.files.close(fd);
            }
        }
    }
}

/// A descriptor's number.
fn parse_fd(text: &[u8]) -> Option<u32> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// The descriptor that `/dev/stdin`, `/dev/fd/3` and the like name.
pub(crate) fn descriptor_path(path: &[u8]) -> Option<u32> {
    match path.strip_prefix(b"/dev/")? {
        b"stdin" => Some(0),
        b"stdout" => Some(1),
        b"stderr" => Some(2),
        rest => parse_fd(rest.strip_prefix(b"fd/")?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_have_paths() {
        assert_eq!(descriptor_path(b"/dev/stdin"), Some(0));
        assert_eq!(descriptor_path(b"/dev/fd/63"), Some(63));
        assert_eq!(descriptor_path(b"/dev/fd/"), None);
        assert_eq!(descriptor_path(b"/dev/fd/x"), None);
        assert_eq!(descriptor_path(b"/dev/null"), None);
        assert_eq!(descriptor_path(b"stdin"), None);
    }
}
