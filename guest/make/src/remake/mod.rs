//! Bringing files up to date: the walk over the graph.
//!
//! The walk goes over the goals again and again until all are done. It starts what can be started, and comes back to
//! a file whose prerequisites are still being made when one of the running jobs has ended.

mod times;

use crate::files::{FileId, State, Status, time};
use crate::text::bytes;
use crate::{Make, Result, Stop, Stream};
use agentfense_sys::Errno;

/// How deep a chain of prerequisites may be: what a stack can hold.
const MAX_DEPTH: usize = 10000;

/// A file that is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Goal {
    pub file: FileId,
    /// Whether something was run for it.
    pub changed: bool,
    done: bool,
    /// It may fail, being an optional makefile.
    dont_care: bool,
}

impl Goal {
    pub fn new(file: FileId) -> Goal {
        Goal { file, changed: false, done: false, dont_care: false }
    }

    /// A makefile, which may be optional.
    pub fn makefile(file: FileId, optional: bool) -> Goal {
        Goal { dont_care: optional, ..Goal::new(file) }
    }
}

impl Make<'_> {
    /// Brings the goals up to date; how that ended.
    pub(crate) fn update_goals(&mut self, goals: &mut [Goal]) -> Result<Status> {
        let mut status = Status::None;
        self.round += 1;
        loop {
            self.reap(false)?;
            let running_before = self.jobs.count();
            let started_before = self.started;
            for goal in goals.iter_mut() {
                if goal.done {
                    continue;
                }
                let files = self.entries(goal.file);
                let (mut stop, mut all_updated) = (false, true);
                for &file in &files {
                    if self.remaking_makefiles {
                        self.files[file].dont_care = goal.dont_care;
                        self.makefile_goal = Some(goal.file);
                    }
                    let before = self.started;
                    let depth = usize::from(self.remaking_makefiles);
                    let failed = self.update_file(file, depth)? > Status::None;
                    goal.changed |= self.started > before;
                    if (failed || self.files[file].updated) && status < Status::Question {
                        let result = self.files[file].status;
                        if result > Status::None {
                            status = result;
                            stop = !self.options.keep_going && !self.options.question && !self.remaking_makefiles;
                        } else {
                            let modified = self.modified(file)?;
                            if self.files[file].updated
                                && goal.changed
                                && modified != self.files[file].modified_before
                                && (!self.remaking_makefiles || !(self.options.just_print || self.options.question))
                            {
                                status = Status::Success;
                            }
                        }
                    }
                    all_updated &= self.files[file].updated;
                    self.files[file].dont_care = false;
                    if stop {
                        break;
                    }
                }
                if stop || all_updated {
                    goal.done = true;
                    let last = files.last().copied().unwrap_or(goal.file);
                    let file = &self.files[last];
                    if !self.remaking_makefiles
                        && file.status == Status::Success
                        && !goal.changed
                        && !self.options.silent
                        && !self.options.question
                    {
                        let name = file.used_name().clone();
                        let text = if file.phony || file.recipe.is_none() {
                            bytes!("Nothing to be done for '", name, "'.")
                        } else {
                            bytes!("'", name, "' is up to date.")
                        };
                        self.say(&text);
                    }
                }
                if stop {
                    return Ok(status);
                }
            }
            if goals.iter().all(|goal| goal.done) {
                break;
            }
            self.round += 1;
            if self.jobs.count() > 0 {
                self.reap(true)?;
            } else if running_before == 0 && self.started == started_before {
                // Nothing runs and nothing could be started: what is left can never be.
                let text = b"internal error: no job to wait for".to_vec();
                return Err(Stop::Fatal(None, text));
            }
        }
        Ok(status)
    }

    /// All entries of a double-colon target, or the file alone.
    pub(crate) fn entries(&self, file: FileId) -> Vec<FileId> {
        let entries = &self.files[file].entries;
        if entries.is_empty() { vec![file] } else { entries.clone() }
    }

    fn update_file(&mut self, file: FileId, depth: usize) -> Result<Status> {
        if self.files[file].considered == self.round {
            // Nothing can have changed since this walk came here before.
            if !(self.files[file].updated
                && self.files[file].status > Status::None
                && !self.files[file].dont_care
                && self.files[file].silent_failure)
            {
                return Ok(if self.files[file].status > Status::None && self.files[file].updated {
                    self.files[file].status
                } else {
                    Status::Success
                });
            }
        }
        if depth > MAX_DEPTH {
            let name = self.files[file].name.clone();
            return Err(Stop::Fatal(None, bytes!("prerequisites of '", name, "' nest too deeply")));
        }
        let mut status = Status::Success;
        for entry in self.entries(file) {
            self.files[entry].considered = self.round;
            let result = self.update_entry(entry, depth)?;
            let state = self.files[entry].state;
            // The next entry waits for this one.
            if matches!(state, State::Running | State::DepsRunning) {
                return Ok(Status::Success);
            }
            status = status.max(result);
            if status > Status::None && !self.options.keep_going {
                break;
            }
        }
        self.files[file].considered = self.round;
        Ok(status)
    }

    fn find_recipe(&mut self, file: FileId) -> Result {
        let entry = &self.files[file];
        if !entry.phony && entry.recipe.is_none() && !entry.tried_implicit {
            self.files[file].tried_implicit = true;
            self.find_implicit_rule(file)?;
        }
        let entry = &mut self.files[file];
        if entry.recipe.is_none() && !entry.is_target {
            entry.recipe = self.default_recipe.clone();
        }
        Ok(())
    }

    /// Drops the prerequisite at `index` if it leads back here.
    fn drop_circular(&mut self, file: FileId, index: usize) -> bool {
        let Some(dep) = self.files[file].deps.get(index).and_then(|dep| dep.file) else { return false };
        if !self.files[dep].updating {
            return false;
        }
        let text = bytes!("Circular ", self.files[file].name, " <- ", self.files[dep].name, " dependency dropped.");
        self.complain(None, &text);
        self.files[file].deps.remove(index);
        true
    }

    fn is_running(&self, file: FileId) -> bool {
        self.entries(file).iter().any(|&entry| matches!(self.files[entry].state, State::Running | State::DepsRunning))
    }

    fn update_entry(&mut self, file: FileId, depth: usize) -> Result<Status> {
        if self.files[file].updated {
            if self.files[file].status > Status::None {
                if self.files[file].silent_failure && !self.files[file].dont_care {
                    self.complain_missing(file)?;
                }
                return Ok(self.files[file].status);
            }
            return Ok(Status::Success);
        }
        match self.files[file].state {
            State::NotStarted | State::DepsRunning => {}
            State::Running => return Ok(Status::Success),
            State::Finished => return Ok(self.files[file].status),
        }
        self.snap_deps(file)?;
        self.files[file].updating = true;
        let done = self.update_started(file, depth);
        self.files[file].updating = false;
        done
    }

    fn update_started(&mut self, file: FileId, depth: usize) -> Result<Status> {
        let this_time = self.modified(file)?;
        let missing = this_time == time::NONE;
        let mut must_make = missing;
        let name = self.files[file].name.clone();
        if missing && self.files[file].state == State::NotStarted {
            self.debug(depth + 1, &bytes!("File '", name, "' does not exist."));
        }
        self.find_recipe(file)?;
        self.snap_deps(file)?;
        let mut status = Status::Success;
        let mut running = false;
        // What the same recipe makes needs its own prerequisites, too.
        let owners: Vec<FileId> = std::iter::once(file).chain(self.files[file].also_make.clone()).collect();
        'owners: for &owner in &owners {
            self.snap_deps(owner)?;
            let mut index = 0;
            while let Some(dep) = self.files[owner].deps.get(index).cloned() {
                let Some(id) = dep.file else {
                    index += 1;
                    continue;
                };
                if dep.wait && running {
                    break 'owners;
                }
                let before = self.modified(id)?;
                if self.drop_circular(owner, index) {
                    continue;
                }
                self.files[id].parent = Some(owner);
                let cares = self.files[id].dont_care;
                if self.remaking_makefiles {
                    self.files[id].dont_care = self.files[file].dont_care;
                }
                let checked = self.check_dep(id, depth + 1, this_time);
                self.files[id].dont_care = cares;
                let (result, newer) = checked?;
                status = status.max(result);
                must_make |= newer && !dep.order_only;
                running |= self.is_running(id);
                let changed = (self.files[id].phony && self.files[id].recipe.is_some()) || self.modified(id)? != before;
                if let Some(dep) = self.files[owner].deps.get_mut(index) {
                    dep.changed = changed;
                }
                if status > Status::None && !self.options.keep_going {
                    break 'owners;
                }
                if running && self.serial.contains(&owner) {
                    break 'owners;
                }
                index += 1;
            }
        }
        let goes_on = status <= Status::None || self.options.keep_going;
        if (must_make || self.options.always_make) && goes_on {
            for index in 0..self.files[file].deps.len() {
                let Some(id) = self.files[file].deps[index].file else { continue };
                if !self.files[id].intermediate {
                    continue;
                }
                let before = self.modified(id)?;
                self.files[id].parent = Some(file);
                status = status.max(self.update_file(id, depth + 1)?);
                running |= self.is_running(id);
                let changed = (self.files[id].phony && self.files[id].recipe.is_some()) || self.modified(id)? != before;
                self.files[file].deps[index].changed = changed;
                if status > Status::None && !self.options.keep_going {
                    break;
                }
            }
        }
        if running {
            self.set_state(file, State::DepsRunning);
            return Ok(if status > Status::None { status } else { Status::Success });
        }
        if status > Status::None {
            self.files[file].status = status;
            self.notice_finished(file)?;
            if depth == 0 && self.options.keep_going && !self.options.just_print && !self.options.question {
                let text = bytes!("Target '", self.files[file].name, "' not remade because of errors.");
                self.complain(None, &text);
            }
            return Ok(status);
        }
        if self.files[file].state == State::DepsRunning {
            self.set_state(file, State::NotStarted);
        }
        let mut deps_changed = false;
        for index in 0..self.files[file].deps.len() {
            let dep = &self.files[file].deps[index];
            let (Some(id), order_only, changed) = (dep.file, dep.order_only, dep.changed) else { continue };
            let dep_time = self.modified(id)?;
            if !order_only {
                must_make |= dep_time == time::NONE && !self.files[id].intermediate;
                deps_changed |= changed;
            }
            let newer = dep_time > this_time;
            if newer && !missing {
                let newer = self.files[id].used_name().clone();
                self.debug(depth + 1, &bytes!("Prerequisite '", newer, "' is newer than target '", name, "'."));
            }
            self.files[file].deps[index].changed |= missing || newer;
        }
        let entry = &self.files[file];
        if !must_make && entry.double_colon && entry.deps.is_empty() {
            must_make = true;
        } else if !self.options.always_make || entry.recipe.is_none() {
            if !missing && entry.is_target && !deps_changed && entry.recipe.is_none() {
                must_make = false;
            } else if self.options.always_make && entry.recipe.is_some() {
                must_make = true;
            }
        } else {
            must_make = true;
        }
        if !must_make {
            self.notice_finished(file)?;
            if let Some(found) = self.files[file].found.take() {
                self.files[file].name = found;
            }
            return Ok(Status::Success);
        }
        if let Some(found) = self.files[file].found.clone() {
            if self.in_gpath(&found)? {
                self.files[file].found = None;
                self.files[file].name = found;
            } else {
                self.files[file].ignore_vpath = true;
                self.files[file].found = None;
            }
        }
        self.debug(depth, &bytes!("Must remake target '", name, "'."));
        self.remake(file)?;
        if self.files[file].state != State::Finished {
            return Ok(Status::Success);
        }
        self.files[file].updated = true;
        match self.files[file].status {
            Status::Success | Status::None => {
                self.debug(depth, &bytes!("Successfully remade target file '", name, "'."));
            }
            Status::Question => {}
            Status::Failed => self.debug(depth, &bytes!("Failed to remake target file '", name, "'.")),
        }
        Ok(self.files[file].status)
    }

    /// Looks after a prerequisite: its status, and whether who needs it must be remade.
    fn check_dep(&mut self, file: FileId, depth: usize, this_time: i64) -> Result<(Status, bool)> {
        let entry = &self.files[file];
        if entry.phony || !entry.intermediate {
            let status = self.update_file(file, depth)?;
            let modified = self.modified(file)?;
            return Ok((status, modified == time::NONE || this_time < modified));
        }
        self.find_recipe(file)?;
        self.snap_deps(file)?;
        let modified = self.modified(file)?;
        if modified != time::NONE && modified > this_time {
            return Ok((Status::Success, true));
        }
        if self.files[file].state == State::Running {
            return Ok((Status::Success, false));
        }
        if depth > MAX_DEPTH {
            return Err(Stop::Fatal(None, b"prerequisites nest too deeply".to_vec()));
        }
        // It need not be there: what counts is what it would be made from.
        self.files[file].updating = true;
        let (mut status, mut must_make, mut running) = (Status::Success, false, false);
        let mut index = 0;
        while let Some(dep) = self.files[file].deps.get(index).cloned() {
            let Some(id) = dep.file else {
                index += 1;
                continue;
            };
            if self.drop_circular(file, index) {
                continue;
            }
            self.files[id].parent = Some(file);
            let result = self.check_dep(id, depth + 1, this_time);
            let (result, newer) = match result {
                Ok(result) => result,
                Err(stop) => {
                    self.files[file].updating = false;
                    return Err(stop);
                }
            };
            status = status.max(result);
            must_make |= newer && !dep.order_only;
            running |= self.is_running(id);
            if status > Status::None && !self.options.keep_going {
                break;
            }
            index += 1;
        }
        if running {
            self.set_state(file, State::DepsRunning);
        } else if self.files[file].state == State::DepsRunning {
            self.set_state(file, State::NotStarted);
        }
        self.files[file].updating = false;
        Ok((status, must_make))
    }

    /// The state of a file and of what the same recipe makes.
    pub(crate) fn set_state(&mut self, file: FileId, state: State) {
        self.files[file].state = state;
        for other in self.files[file].also_make.clone() {
            self.files[other].state = self.files[other].state.max(state);
        }
    }

    fn remake(&mut self, file: FileId) -> Result {
        match self.files[file].recipe.clone() {
            None => {
                let entry = &self.files[file];
                if entry.phony || entry.is_target {
                    // A target without a recipe counts as made.
                    self.files[file].status = Status::Success;
                } else {
                    if self.remaking_makefiles && entry.dont_care {
                        self.files[file].silent_failure = true;
                    } else {
                        self.complain_missing(file)?;
                    }
                    self.files[file].status = Status::Failed;
                }
            }
            Some(recipe) => {
                let recursive = recipe.lines(self.one_shell).iter().any(|(_, flags)| flags.recursive);
                if !self.options.touch || recursive {
                    return self.run_recipe(file, &recipe);
                }
                self.files[file].status = Status::Success;
            }
        }
        self.notice_finished(file)
    }

    /// Says that there is no rule for the file, or for what it needs.
    fn complain_missing(&mut self, file: FileId) -> Result {
        let culprit = self.files[file].deps.iter().filter_map(|dep| dep.file).find(|&dep| {
            let dep = &self.files[dep];
            dep.updated && dep.silent_failure && dep.status == Status::Failed
        });
        if let Some(culprit) = culprit {
            self.files[file].silent_failure = false;
            return self.complain_missing(culprit);
        }
        self.files[file].silent_failure = false;
        let name = self.files[file].name.clone();
        let needed = match self.files[file].parent {
            Some(parent) => bytes!(", needed by '", self.files[parent].name, "'"),
            None => Vec::new(),
        };
        self.tell_problem();
        let message = bytes!("No rule to make target '", name, "'", needed);
        if self.options.keep_going || self.remaking_makefiles && self.files[file].dont_care {
            self.complain(None, &bytes!("*** ", message, "."));
            Ok(())
        } else {
            Err(Stop::Fatal(None, message))
        }
    }

    /// Says why a makefile that failed now was wanted, once.
    pub(crate) fn tell_problem(&mut self) {
        let Some(goal) = self.makefile_goal.filter(|_| self.remaking_makefiles) else { return };
        let name = self.files[goal].name.clone();
        let known = self.makefiles.iter_mut().find(|makefile| makefile.name == name && !makefile.optional);
        let problem = known
            .and_then(|makefile| makefile.problem.clone().filter(|_| !std::mem::replace(&mut makefile.told, true)));
        if let Some((location, errno)) = problem {
            self.complain(location, &bytes!(name, ": ", errno.message()));
        }
    }

    /// Takes note that the work on a file has ended.
    pub(crate) fn notice_finished(&mut self, file: FileId) -> Result {
        let ran = self.files[file].state == State::Running;
        self.files[file].state = State::Finished;
        self.files[file].updated = true;
        let mut touched = false;
        let recipe = self.files[file].recipe.clone();
        let lines = recipe.as_ref().map(|recipe| recipe.lines(self.one_shell));
        let all_recursive = lines.as_ref().is_some_and(|lines| lines.iter().all(|(_, flags)| flags.recursive));
        if self.options.touch && self.files[file].status == Status::Success && !(recipe.is_some() && all_recursive) {
            if self.files[file].phony {
                self.files[file].status = Status::Success;
            } else if recipe.is_some() && !self.files[file].silent_failure {
                self.files[file].status = self.touch(file)?;
                self.started += 1;
                touched = true;
            }
        }
        if self.files[file].modified_before == time::UNKNOWN {
            self.files[file].modified_before = self.files[file].modified;
        }
        if (ran && !self.files[file].phony) || touched {
            let pretended = (self.options.question || self.options.just_print || self.options.touch)
                && recipe.is_some()
                && !all_recursive;
            let always_new = recipe.is_none() && self.files[file].is_target;
            self.files[file].modified = if pretended || always_new { time::NEW } else { time::UNKNOWN };
        }
        let status = self.files[file].status;
        if ran && status != Status::None {
            for other in self.files[file].also_make.clone() {
                let pretended = self.files[file].modified == time::NEW;
                let entry = &mut self.files[other];
                entry.state = State::Finished;
                entry.updated = true;
                entry.status = status;
                if !entry.phony {
                    entry.modified = if pretended { time::NEW } else { time::UNKNOWN };
                }
            }
        }
        if self.files[file].status == Status::None {
            self.files[file].status = Status::Success;
        }
        // The last entry of a double-colon target tells the time of all.
        if self.files[file].double_colon {
            let head = self.files.find(&self.files[file].name).unwrap_or(file);
            let entries = self.files[head].entries.clone();
            if entries.iter().all(|&entry| self.files[entry].updated) {
                let times = entries.iter().map(|&entry| self.files[entry].modified);
                if let Some(newest) = times.max().filter(|&newest| newest != time::UNKNOWN) {
                    for entry in entries {
                        self.files[entry].modified = newest;
                    }
                }
            }
        }
        Ok(())
    }
}
