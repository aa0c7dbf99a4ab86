//! Recipes that run.

use crate::files::{FileId, LineFlags, Recipe, State, Status, cut_lines, line_flags, time};
use crate::shell_command::unindent;
use crate::system::{Output, Program, Token};
use crate::text::{bytes, trim};
use crate::{Location, Make, OutputSync, Result, Stop, Stream};
use agentfense_sys::Errno;
use agentfense_sys::process::ExitStatus;
use std::collections::VecDeque;
use std::rc::Rc;

/// The environment of a job's programs.
type Environment = Rc<[(Vec<u8>, Vec<u8>)]>;

/// A recipe that runs.
#[derive(Debug)]
pub(crate) struct Job {
    file: FileId,
    recipe: Rc<Recipe>,
    /// The lines to come, expanded, each with its number and the flags it was written with.
    lines: VecDeque<(u32, Vec<u8>, LineFlags)>,
    /// Made for the first line that runs.
    env: Option<Environment>,
    /// The line that runs.
    line: u32,
    ignore: bool,
    recursive: bool,
    /// The number of the process.
    child: u32,
    token: Option<Token>,
    stdin: bool,
    captured: bool,
    output: Vec<u8>,
    /// A failure is nobody's concern.
    dont_care: bool,
}

/// All recipes that run.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    running: Vec<Job>,
    /// "Waiting for unfinished jobs" was said.
    told: bool,
}

impl Jobs {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.running.len()
    }
}

/// What became of a job that was to go on.
enum Next {
    Running,
    Done,
}

impl Make<'_> {
    /// Starts the recipe of a file.
    pub(crate) fn run_recipe(&mut self, file: FileId, recipe: &Rc<Recipe>) -> Result {
        let lines = recipe.lines(self.one_shell);
        self.set_automatic(file)?;
        self.set_state(file, State::Running);
        if lines.iter().all(|(line, _)| trim(&line[line_flags(line).1..]).is_empty()) {
            self.files[file].status = Status::Success;
            return self.notice_finished(file);
        }
        let outer = self.location.take();
        let chain = self.target_chain(file);
        let saved = std::mem::replace(&mut self.vars.chain, chain);
        let prepared = self.prepare(file, recipe, &lines);
        self.vars.chain = saved;
        self.location = outer;
        let queue = prepared?;
        let mut job = Job {
            file,
            recipe: Rc::clone(recipe),
            lines: queue,
            env: None,
            line: 0,
            ignore: false,
            recursive: false,
            child: 0,
            token: None,
            stdin: false,
            captured: false,
            output: Vec::new(),
            dont_care: self.files[file].dont_care,
        };
        if !(self.options.just_print || self.options.question || self.options.touch)
            || lines.iter().any(|(_, f)| f.recursive)
        {
            self.wait_for_slot(&mut job)?;
        }
        match self.go_on(&mut job) {
            Ok(Next::Running) => self.jobs.running.push(job),
            Ok(Next::Done) => self.end_job(job)?,
            Err(stop) => {
                self.release(&mut job);
                return Err(stop);
            }
        }
        // One after the other: the order is that of the makefile.
        if self.slots() == Some(1) || self.not_parallel {
            while self.files[file].state == State::Running {
                self.reap(true)?;
            }
        }
        Ok(())
    }

    /// Expands the lines of a recipe.
    fn prepare(
        &mut self,
        file: FileId,
        recipe: &Recipe,
        lines: &[(Vec<u8>, LineFlags)],
    ) -> Result<VecDeque<(u32, Vec<u8>, LineFlags)>> {
        let mut queue = VecDeque::new();
        for (number, (line, flags)) in lines.iter().enumerate() {
            self.location = recipe
                .location
                .clone()
                .map(|location| Location { line: location.line.saturating_add(number as u32), ..location });
            let line = self.expand(&unindent(line, recipe.prefix))?;
            queue.push_back((number as u32, line, *flags));
        }
        if self.options.trace {
            self.trace(file, recipe);
        }
        Ok(queue)
    }

    fn trace(&mut self, file: FileId, recipe: &Recipe) {
        let newer =
            self.files[file].vars.and_then(|set| self.vars.get_in(set, b"?")).map(|variable| variable.value.clone());
        let newer = newer.filter(|newer| !newer.is_empty());
        let name = self.files[file].name.clone();
        let place = match &recipe.location {
            Some(location) => bytes!(location.file, ":", location.line.to_string()),
            None => b"<builtin>".to_vec(),
        };
        let reason = match newer {
            _ if self.files[file].phony => bytes!("target is .PHONY"),
            _ if self.files[file].modified == time::NONE => bytes!("target does not exist"),
            Some(newer) => newer.to_vec(),
            None => bytes!("unknown reasons"),
        };
        self.print(Stream::Out, &bytes!(place, ": update target '", name, "' due to: ", reason, "\n"));
    }

    /// How many jobs may run at once, if that is limited here and not by a job server.
    pub(crate) fn slots(&self) -> Option<usize> {
        match self.options.jobs {
            Some(0) => None,
            Some(jobs) => Some(jobs),
            None => Some(1),
        }
        .filter(|&jobs| jobs > 1 || !self.has_job_server)
    }

    fn wait_for_slot(&mut self, job: &mut Job) -> Result {
        if self.has_job_server {
            // The first job needs no token: this make has one of its own.
            while !self.jobs.running.is_empty() && self.jobs.running.iter().any(|job| job.token.is_none()) {
                job.token = self.system.try_token();
                if job.token.is_some() {
                    break;
                }
                self.system.wait_token();
                self.check_interrupt()?;
                self.reap(false)?;
            }
            return Ok(());
        }
        if let Some(slots) = self.slots() {
            while self.jobs.running.len() >= slots {
                self.reap(true)?;
            }
        }
        Ok(())
    }

    fn release(&mut self, job: &mut Job) {
        if let Some(token) = job.token.take() {
            self.system.return_token(token);
        }
    }

    /// Runs the job's next line that is to be run.
    fn go_on(&mut self, job: &mut Job) -> Result<Next> {
        while let Some((number, text, flags)) = job.lines.pop_front() {
            if self.one_shell {
                if let Some(next) = self.start(job, number, &text, None, flags)? {
                    return Ok(next);
                }
                continue;
            }
            // A value may have brought several lines.
            let cut = cut_lines(&text);
            if let Some((first, rest)) = cut.split_first() {
                let rest = crate::text::bytes!(rest.join(&b'\n'));
                let more = (cut.len() > 1).then_some(rest);
                if let Some(next) = self.start(job, number, first, more, flags)? {
                    return Ok(next);
                }
            }
        }
        Ok(Next::Done)
    }

    /// Starts one line; nothing when there was nothing to start.
    fn start(
        &mut self,
        job: &mut Job,
        number: u32,
        line: &[u8],
        more: Option<Vec<u8>>,
        written: LineFlags,
    ) -> Result<Option<Next>> {
        if let Some(more) = more {
            job.lines.push_front((number, more, written));
        }
        job.line = number;
        let (own, start) = line_flags(line);
        // `$(MAKE)` is looked for in the line as written only.
        let plus = line[..start].contains(&b'+');
        let recursive = written.recursive || plus;
        let file = job.file;
        job.recursive = recursive;
        job.ignore = written.ignore || own.ignore || self.options.ignore_errors || self.ignoring.contains(&file);
        let silent = written.silent || own.silent || self.options.silent || self.silent.contains(&file);
        let mut command = line[start..].to_vec();
        if self.one_shell && self.shell_is_usual()? {
            command = strip_line_prefixes(&command);
        }
        let chain = self.target_chain(file);
        let outer = std::mem::replace(&mut self.vars.chain, chain);
        let argv = self.command_line(&command, self.one_shell);
        self.vars.chain = outer;
        let argv = argv?;
        if self.options.question && !recursive && argv.is_some() {
            self.files[file].status = Status::Question;
            job.lines.clear();
            return Ok(Some(Next::Done));
        }
        if self.options.touch && !recursive {
            return Ok(None);
        }
        let Some((argv, _)) = argv else { return Ok(None) };
        self.start_sync(job);
        if self.options.just_print || !silent || self.options.trace {
            let text = bytes!(command, "\n");
            if job.captured {
                job.output.extend(text);
            } else {
                self.print(Stream::Out, &text);
            }
        }
        self.started += 1;
        if self.options.just_print && !recursive {
            return Ok(None);
        }
        self.enter_directory();
        let stdin = !self.jobs.running.iter().any(|job| job.stdin);
        job.stdin = stdin;
        let env = match &job.env {
            Some(env) => Rc::clone(env),
            None => {
                let env: Environment = self.environment(Some(file))?.into();
                job.env = Some(Rc::clone(&env));
                env
            }
        };
        let output = if job.captured { Output::Capture } else { Output::Inherit };
        self.dirs.changed();
        match self.system.spawn(&Program { argv: &argv, env: &env, stdin, output }) {
            Ok(child) => {
                job.child = child;
                Ok(Some(Next::Running))
            }
            Err(errno) => {
                let program = argv.first().map_or(&b""[..], Vec::as_slice);
                self.say_cannot_run(program, errno);
                let failed = self.line_ended(job, ExitStatus::Exited(127));
                Ok(if failed { Some(Next::Done) } else { None })
            }
        }
    }

    fn shell_is_usual(&mut self) -> Result<bool> {
        let shell = self.value(b"SHELL")?;
        let name = trim(&shell).rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        Ok(matches!(name, b"sh" | b"bash" | b"dash" | b"ksh" | b"rksh" | b"zsh" | b"ash" | b""))
    }

    /// Whether the job's output is kept until a piece of it is whole.
    fn start_sync(&mut self, job: &mut Job) {
        job.captured = match self.options.output_sync {
            OutputSync::None => false,
            OutputSync::Recurse => true,
            OutputSync::Line | OutputSync::Target => !job.recursive,
        };
    }

    /// Prints what a job has written so far.
    fn flush_job(&mut self, job: &mut Job) {
        if !job.output.is_empty() {
            let output = std::mem::take(&mut job.output);
            self.print(Stream::Out, &output);
        }
    }

    /// Says why a program could not be started.
    pub(crate) fn say_cannot_run(&mut self, program: &[u8], errno: Errno) {
        self.complain(None, &bytes!(program, ": ", errno.message()));
    }

    /// Takes note that the job's line has ended; whether the recipe failed by that.
    fn line_ended(&mut self, job: &mut Job, status: ExitStatus) -> bool {
        if status.success() {
            return false;
        }
        let quiet_question = self.options.question && status == ExitStatus::Exited(1) && job.recursive;
        if !quiet_question && (job.ignore || !job.dont_care) {
            self.say_failed(job, status);
        }
        if job.ignore {
            return false;
        }
        self.files[job.file].status = if quiet_question { Status::Question } else { Status::Failed };
        if !quiet_question || self.delete_on_error {
            let killed = matches!(status, ExitStatus::Signaled(_));
            if self.delete_on_error || killed {
                self.delete_targets(job.file);
            }
        }
        job.lines.clear();
        true
    }

    fn place_of(&self, job: &Job) -> Vec<u8> {
        match &job.recipe.location {
            Some(location) => bytes!(location.file, ":", location.line.saturating_add(job.line).to_string()),
            None => b"<builtin>".to_vec(),
        }
    }

    fn say_failed(&mut self, job: &mut Job, status: ExitStatus) {
        let how = match status {
            ExitStatus::Exited(status) => format!("Error {status}"),
            ExitStatus::Signaled(signal) => signal.description(),
        };
        if job.ignore && self.options.silent {
            return;
        }
        let stars = if job.ignore { "" } else { "*** " };
        let after = if job.ignore { " (ignored)" } else { "" };
        let text = bytes!(stars, "[", self.place_of(job), ": ", self.files[job.file].name, "] ", how, after);
        self.flush_job(job);
        self.tell_problem();
        self.complain(None, &text);
    }

    /// Removes what a recipe left half made.
    fn delete_targets(&mut self, file: FileId) {
        let mut targets = vec![file];
        targets.extend(self.files[file].also_make.clone());
        for target in targets {
            let entry = &self.files[target];
            if entry.precious || entry.phony {
                continue;
            }
            let name = entry.name.clone();
            let before = entry.modified_before;
            let Ok(stat) = self.system.stat(&name, false) else { continue };
            if stat.directory || stat.modified == before {
                continue;
            }
            self.dirs.changed();
            let behalf = if target == file { Vec::new() } else { bytes!("[", self.files[file].name, "] ") };
            let text = bytes!("*** ", behalf, "Deleting file '", name, "'");
            self.complain(None, &text);
            match self.system.unlink(&name) {
                Ok(()) | Err(Errno::Noent) => {}
                Err(errno) => self.complain(None, &bytes!("unlink: ", name, ": ", errno.message())),
            }
        }
    }

    /// A job has nothing more to run.
    fn end_job(&mut self, mut job: Job) -> Result {
        self.flush_job(&mut job);
        self.release(&mut job);
        let file = &mut self.files[job.file];
        if file.status == Status::None {
            file.status = Status::Success;
        }
        self.notice_finished(job.file)
    }

    /// Takes note of the children that have ended; waits for at least one where `block` is set. A failure ends make
    /// unless `-k` is given.
    pub(crate) fn reap(&mut self, block: bool) -> Result {
        self.reap_children(block, false)
    }

    /// Lets the running jobs end, for make itself ends.
    pub(crate) fn wait_for_all(&mut self) {
        while !self.jobs.running.is_empty() {
            if !std::mem::replace(&mut self.jobs.told, true) {
                self.complain(None, b"*** Waiting for unfinished jobs....");
            }
            // What goes wrong now changes nothing: make ends as it was about to.
            if let Err(Stop::Signal(_)) = self.reap_children(true, true) {
                break;
            }
        }
    }

    fn reap_children(&mut self, mut block: bool, ending: bool) -> Result {
        while !self.jobs.running.is_empty() {
            let (child, status) = match self.system.wait(block) {
                Ok(Some(ended)) => ended,
                Ok(None) => return Ok(()),
                Err(Errno::Intr) => {
                    self.check_interrupt()?;
                    continue;
                }
                Err(errno) => {
                    // The jobs are lost; there is nothing to wait for any more.
                    self.jobs.running.clear();
                    return Err(Stop::Fatal(None, bytes!("wait: ", errno.message())));
                }
            };
            block = false;
            self.dirs.changed();
            let Some(at) = self.jobs.running.iter().position(|job| job.child == child) else { continue };
            let mut job = self.jobs.running.remove(at);
            job.stdin = false;
            if job.captured {
                let text = self.system.take_output(child);
                job.output.extend(text);
                if self.options.output_sync == OutputSync::Line {
                    self.flush_job(&mut job);
                }
            }
            let failed = self.line_ended(&mut job, status);
            if !failed {
                match self.go_on(&mut job) {
                    Ok(Next::Running) => {
                        self.jobs.running.insert(at.min(self.jobs.running.len()), job);
                        continue;
                    }
                    Ok(Next::Done) => {}
                    Err(stop) => {
                        self.release(&mut job);
                        return Err(stop);
                    }
                }
            }
            let (file, dont_care) = (job.file, job.dont_care);
            self.end_job(job)?;
            if self.files[file].status == Status::Failed && !ending && !self.options.keep_going && !dont_care {
                return Err(Stop::Exit(2));
            }
        }
        Ok(())
    }

    fn check_interrupt(&mut self) -> Result {
        match self.system.interrupted() {
            Some(signal) => Err(Stop::Signal(signal)),
            None => Ok(()),
        }
    }

    /// Ends the running jobs because of a signal, and removes what they left half made.
    pub(crate) fn interrupt_jobs(&mut self, signal: u8) {
        let mut jobs = std::mem::take(&mut self.jobs.running);
        for job in &jobs {
            self.system.kill(job.child, signal);
        }
        for job in &jobs {
            self.delete_targets(job.file);
        }
        while !jobs.is_empty() {
            match self.system.wait(true) {
                Ok(Some((child, status))) => {
                    let Some(at) = jobs.iter().position(|job| job.child == child) else { continue };
                    let mut job = jobs.remove(at);
                    self.release(&mut job);
                    if !status.success() {
                        job.ignore = false;
                        self.say_failed(&mut job, status);
                    }
                }
                Err(Errno::Intr) => drop(self.system.interrupted()),
                _ => break,
            }
        }
    }
}

/// With `.ONESHELL` only the first line's prefix counts; those of the others are taken off.
fn strip_line_prefixes(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (index, line) in text.split(|&byte| byte == b'\n').enumerate() {
        if index == 0 {
            out.extend_from_slice(line);
            continue;
        }
        out.push(b'\n');
        let start =
            line.iter().position(|byte| !matches!(byte, b'@' | b'-' | b'+' | b' ' | b'\t')).unwrap_or(line.len());
        let has_prefix = line[..start].iter().any(|byte| matches!(byte, b'@' | b'-' | b'+'));
        out.extend_from_slice(if has_prefix { &line[start..] } else { line });
    }
    out
}
