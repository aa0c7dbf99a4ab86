//! From the command line to the exit status.

use crate::assignment::definition;
use crate::files::{Status, time};
use crate::options::{Options, Shuffle, USAGE, escape};
use crate::reader::Makefile;
use crate::remake::Goal;
use crate::source::Source;
use crate::text::{bytes, join, trim, words};
use crate::variables::{Export, GLOBAL, Origin, Text};
use crate::{Make, Result, Stop, Stream, System};
use agentfense_sys::Errno;

/// The version of GNU make whose behaviour this is, as `MAKE_VERSION` tells it.
const MAKE_VERSION: &str = "4.4.1";

/// What makefiles may ask for, as `.FEATURES` tells it.
const FEATURES: &str = "target-specific order-only second-expansion else-if shortest-stem undefine oneshell nocomment \
grouped-target notintermediate shell-export archives jobserver jobserver-fifo output-sync check-symlink";

/// Where included makefiles are looked for at last.
const INCLUDE_DIRS: [&str; 3] = ["/usr/local/include", "/usr/include", "/include"];

/// How often make starts anew because its makefiles were remade.
const MAX_RESTARTS: u32 = 100;

/// What one make comes to.
enum End {
    Status(u8),
    Signal(u8),
    /// The makefiles were remade: start anew.
    Restart,
}

/// Runs make with its arguments (its name first) and environment; its exit status, or the signal it should end by.
pub fn run(system: &mut dyn System, arguments: &[Vec<u8>], env: &[(Vec<u8>, Vec<u8>)]) -> std::result::Result<u8, u8> {
    let name = arguments.first().cloned().unwrap_or_else(|| b"make".to_vec());
    let start = system.current_dir();
    let stdin = std::cell::OnceCell::new();
    for restart in 0..MAX_RESTARTS {
        if restart > 0 && system.change_dir(&start).is_err() {
            break;
        }
        let program = name.rsplit(|&byte| byte == b'/').next().unwrap_or(&name).to_vec();
        let level = env.iter().find(|(name, _)| name == b"MAKELEVEL");
        let level = level.and_then(|(_, value)| std::str::from_utf8(value).ok()?.trim().parse().ok()).unwrap_or(0);
        let mut make = Make::new(system, program, level, env.to_vec());
        let end = make.run(&name, arguments.get(1..).unwrap_or_default(), restart, &stdin);
        match end {
            End::Status(status) => return Ok(status),
            End::Signal(signal) => return Err(signal),
            End::Restart => {}
        }
    }
    Ok(2)
}

impl Make<'_> {
    fn run(
        &mut self,
        name: &[u8],
        arguments: &[Vec<u8>],
        restart: u32,
        stdin: &std::cell::OnceCell<std::result::Result<Vec<u8>, Errno>>,
    ) -> End {
        let done = self.main(name, arguments, restart, stdin);
        let status = match done {
            Ok(End::Restart) => {
                self.leave(2);
                return End::Restart;
            }
            Ok(End::Signal(signal)) | Err(Stop::Signal(signal)) => {
                self.interrupt_jobs(signal);
                self.remove_intermediates(true);
                self.leave(2);
                return End::Signal(signal);
            }
            Ok(End::Status(status)) | Err(Stop::Exit(status)) => status,
            Err(Stop::Fatal(location, text)) => {
                let text = bytes!("*** ", text, ".  Stop.");
                self.complain(location, &text);
                2
            }
        };
        self.wait_for_all();
        self.remove_intermediates(false);
        if self.options.print_database {
            self.print_database();
        }
        if !self.clock_skew.is_empty() {
            self.complain(None, b"warning:  Clock skew detected.  Your build may be incomplete.");
        }
        let status = self.leave(status);
        End::Status(status)
    }

    /// Ends the job server and says "Leaving directory"; the status that remains.
    fn leave(&mut self, status: u8) -> u8 {
        self.system.end_jobs();
        if self.directory_told {
            self.tell("Leaving");
        }
        if self.write_failed {
            let text = bytes!(self.prefix(), "write error: stdout\n");
            // Nobody may be left to tell.
            let _ = self.system.print(Stream::Error, &text);
            return if status == 0 { 1 } else { status };
        }
        status
    }

    fn main(
        &mut self,
        name: &[u8],
        arguments: &[Vec<u8>],
        restart: u32,
        stdin: &std::cell::OnceCell<std::result::Result<Vec<u8>, Errno>>,
    ) -> Result<End> {
        for variable in ["GNUMAKEFLAGS", "MAKEFLAGS"] {
            if let Some(flags) = self.original_environment(variable.as_bytes()) {
                self.options.read_makeflags(&flags);
            }
        }
        let inherited_operands = std::mem::take(&mut self.options.operands);
        let inherited_server = self.options.job_server.clone();
        if let Err(text) = self.options.read(arguments) {
            let text = bytes!(self.prefix(), text, "\n", USAGE);
            self.print(Stream::Error, &text);
            return Ok(End::Status(2));
        }
        if self.options.help || self.options.version {
            let version = format!("GNU Make {MAKE_VERSION} (agentfense {})\n", env!("CARGO_PKG_VERSION"));
            let text = if self.options.help { USAGE.as_bytes().to_vec() } else { version.into_bytes() };
            self.print(Stream::Out, &text);
            return Ok(End::Status(0));
        }
        self.tell_directory = match self.options.print_directory {
            Some(tell) => tell,
            None => !self.options.silent && (!self.options.directories.is_empty() || self.level > 0),
        };
        self.change_directories()?;
        let (definitions, goals) = self.sort_operands(&inherited_operands);
        self.vars.environment_overrides = self.options.environment_overrides;
        if let Some(server) = &self.options.job_server {
            self.has_job_server = self.system.join_jobs(server).is_ok();
            if !self.has_job_server {
                let text = b"warning: jobserver unavailable: using -j1.  Add '+' to parent make rule.";
                self.complain(None, text);
                self.options.jobs = Some(1);
                self.options.job_server = None;
            }
        } else if inherited_server.is_some() && self.options.jobs.is_some() && restart == 0 {
            self.complain(
                None,
                &bytes!("warning: -j", self.job_count(), " forced in submake: resetting jobserver mode."),
            );
        }
        self.debug(0, b"Reading makefiles...");
        self.define_initial(name, restart, &goals)?;
        self.read_builtin(include_str!("suffixes.mk"), self.options.no_rules)?;
        for (name, operator, value) in &definitions {
            self.assign(None, name, *operator, value, Origin::CommandLine, None)?;
        }
        self.define_makeflags(&definitions);
        for eval in self.options.evals.clone() {
            self.eval_text(&eval)?;
        }
        self.read_all(stdin)?;
        if self.options.no_rules {
            // -r may have come from a makefile.
            self.drop_builtin_rules();
        }
        self.finish_reading()?;
        self.mark_old_and_new(true)?;
        if self.options.jobs.is_some_and(|jobs| jobs > 1) && !self.has_job_server && !self.not_parallel {
            let tokens = self.options.jobs.unwrap_or(1) - 1;
            if let Ok(address) = self.system.serve_jobs(tokens) {
                self.options.job_server = Some(address);
                self.has_job_server = true;
            }
            self.define_makeflags(&definitions);
        }
        self.debug(0, b"Updating makefiles....");
        if self.remake_makefiles()? {
            return Ok(End::Restart);
        }
        self.mark_old_and_new(false)?;
        self.debug(0, b"Updating goal targets....");
        self.make_goals(goals)
    }

    fn job_count(&self) -> String {
        self.options.jobs.filter(|&jobs| jobs > 0).map(|jobs| jobs.to_string()).unwrap_or_default()
    }

    fn change_directories(&mut self) -> Result {
        for directory in self.options.directories.clone() {
            if let Err(errno) = self.system.change_dir(&directory) {
                return Err(Stop::Fatal(None, bytes!(directory, ": ", errno.message())));
            }
        }
        Ok(())
    }

    /// The definitions of the command line (and of `MAKEFLAGS`), and the goals.
    #[allow(clippy::type_complexity)]
    fn sort_operands(
        &mut self,
        inherited: &[Vec<u8>],
    ) -> (Vec<(Vec<u8>, crate::assignment::Operator, Vec<u8>)>, Vec<Vec<u8>>) {
        let mut definitions: Vec<(Vec<u8>, crate::assignment::Operator, Vec<u8>)> = Vec::new();
        let mut goals = Vec::new();
        let own = std::mem::take(&mut self.options.operands);
        for (operand, is_own) in inherited.iter().map(|o| (o, false)).chain(own.iter().map(|o| (o, true))) {
            match definition(operand) {
                Some(defined) => {
                    // The order is that of MAKEFLAGS: the latest first, a known one at its place.
                    let entry = (defined.name.to_vec(), defined.operator, defined.value.to_vec());
                    match definitions.iter_mut().find(|(name, ..)| *name == entry.0) {
                        Some(known) => *known = entry,
                        None => definitions.insert(0, entry),
                    }
                }
                None if is_own => goals.push(operand.clone()),
                None => {}
            }
        }
        (definitions, goals)
    }

    fn define_initial(&mut self, name: &[u8], restart: u32, goals: &[Vec<u8>]) -> Result {
        let define = |make: &mut Self, name: &str, value: &[u8], origin, recursive| {
            make.vars.define(GLOBAL, name.as_bytes(), value, origin, recursive, None);
        };
        for (name, value) in self.started_with.clone() {
            let usual = !matches!(name.as_slice(), b"SHELL" | b"MAKEFLAGS" | b"MAKE_RESTARTS" | b"MAKELEVEL");
            if usual && !name.is_empty() {
                self.vars.define(GLOBAL, &name, &value, Origin::Environment, true, None).export = Export::Yes;
            }
        }
        let level = self.level.to_string();
        define(self, "MAKELEVEL", level.as_bytes(), Origin::Environment, false);
        let directory = self.system.current_dir();
        define(self, "CURDIR", &directory, Origin::File, false);
        define(self, "SHELL", b"/bin/sh", Origin::Default, true);
        define(self, ".SHELLFLAGS", b"-c", Origin::Default, false);
        define(self, "MAKE_VERSION", MAKE_VERSION.as_bytes(), Origin::Default, false);
        define(self, "MAKE_HOST", b"wasm32-agentfense", Origin::Default, false);
        define(self, ".FEATURES", FEATURES.as_bytes(), Origin::Default, false);
        define(self, "MAKE_COMMAND", name, Origin::Default, false);
        define(self, "MAKE", b"$(MAKE_COMMAND)", Origin::Default, true);
        define(self, "MAKEFILES", b"", Origin::Default, false);
        define(self, ".DEFAULT_GOAL", b"", Origin::File, false);
        define(self, ".RECIPEPREFIX", b"", Origin::File, false);
        define(self, "GNUMAKEFLAGS", b"", Origin::Override, false);
        if restart > 0 {
            define(self, "MAKE_RESTARTS", restart.to_string().as_bytes(), Origin::Environment, false);
        }
        if !goals.is_empty() {
            define(self, "MAKECMDGOALS", &join(goals), Origin::Automatic, false);
        }
        let directories = join(self.include_directories());
        define(self, ".INCLUDE_DIRS", &directories, Origin::Default, false);
        for letter in ["@", "%", "*", "<", "?", "^", "+"] {
            let dir = format!("$(patsubst %/,%,$(dir ${letter}))");
            define(self, &format!("{letter}D"), dir.as_bytes(), Origin::Automatic, true);
            let file = format!("$(notdir ${letter})");
            define(self, &format!("{letter}F"), file.as_bytes(), Origin::Automatic, true);
        }
        if !self.options.no_variables {
            for line in include_str!("builtin.mk").lines() {
                if let Some((name, value)) = line.split_once(" =") {
                    define(self, name, value.trim_start().as_bytes(), Origin::Default, true);
                }
            }
        }
        Ok(())
    }

    /// The directories where included makefiles are looked for.
    pub(crate) fn include_directories(&mut self) -> Vec<Vec<u8>> {
        let mut directories = Vec::new();
        let mut usual = true;
        for directory in &self.options.include_dirs {
            if directory == b"-" {
                // No directories but the ones to come.
                directories.clear();
                usual = false;
            } else {
                directories.push(directory.clone());
            }
        }
        if usual {
            directories.extend(INCLUDE_DIRS.iter().map(|directory| directory.as_bytes().to_vec()));
        }
        directories.retain(|directory| self.system.stat(directory, true).is_ok_and(|stat| stat.directory));
        directories
    }

    /// Reads text that is part of make; only the list of suffixes when that is not wanted.
    fn read_builtin(&mut self, text: &str, not_wanted: bool) -> Result {
        if not_wanted {
            let id = self.files.enter(b".SUFFIXES");
            self.files[id].builtin = true;
            self.vars.define(GLOBAL, b"SUFFIXES", b"", Origin::Default, false, None);
            return Ok(());
        }
        self.reading_builtins = true;
        let done = self.read_text(Source::new(text.as_bytes().into(), None, 1));
        self.reading_builtins = false;
        done?;
        let suffixes = join(self.suffixes());
        self.vars.define(GLOBAL, b"SUFFIXES", &suffixes, Origin::Default, false, None);
        Ok(())
    }

    fn drop_builtin_rules(&mut self) {
        for id in self.files.ids() {
            let file = &mut self.files[id];
            if file.builtin {
                file.recipe = None;
                file.deps.clear();
            }
        }
    }

    /// Sets `MAKEFLAGS` and its kin.
    fn define_makeflags(&mut self, definitions: &[(Vec<u8>, crate::assignment::Operator, Vec<u8>)]) {
        use crate::assignment::Operator;
        let overrides: Vec<Vec<u8>> = definitions
            .iter()
            .map(|(name, operator, value)| {
                let operator = match operator {
                    Operator::Recursive => "=",
                    Operator::Simple => ":=",
                    Operator::Immediate => ":::=",
                    Operator::Append => "+=",
                    Operator::Conditional => "?=",
                    Operator::Shell => "!=",
                };
                escape(&bytes!(name, operator, value))
            })
            .collect();
        if !overrides.is_empty() {
            self.vars.define(GLOBAL, b"-*-command-variables-*-", &join(overrides), Origin::Automatic, true, None);
            let reference = b"${-*-command-variables-*-}";
            let variable = self.vars.define(GLOBAL, b"MAKEOVERRIDES", reference, Origin::Environment, true, None);
            variable.export = Export::No;
        }
        self.set_makeflags(!definitions.is_empty());
    }

    fn set_makeflags(&mut self, with_variables: bool) {
        let flags = self.options.makeflags();
        let plain = if flags.is_empty() || flags[0] == b' ' { trim(&flags).to_vec() } else { bytes!("-", flags) };
        self.vars.define(GLOBAL, b"MFLAGS", &plain, Origin::Environment, true, None).export = Export::Yes;
        let all = if with_variables { bytes!(flags, " -- $(MAKEOVERRIDES)") } else { flags };
        self.vars.define(GLOBAL, b"MAKEFLAGS", &all, Origin::File, true, None).export = Export::Yes;
    }

    /// A makefile has changed `MAKEFLAGS`.
    pub(crate) fn reread_makeflags(&mut self) -> Result {
        let value = self.value(b"MAKEFLAGS")?;
        let mut options = Options { job_server: self.options.job_server.clone(), ..self.options.clone() };
        options.include_dirs.clear();
        options.evals.clear();
        options.debug.clear();
        options.read_makeflags(&value);
        options.operands.clear();
        // Jobs and their server are settled before makefiles are read, unless nobody asked for any.
        if self.has_job_server {
            (options.jobs, options.job_server) = (self.options.jobs, self.options.job_server.clone());
        }
        self.options = options;
        self.vars.environment_overrides |= self.options.environment_overrides;
        if let Some(tell) = self.options.print_directory {
            self.tell_directory = tell;
        }
        let with_variables = self.vars.get_in(GLOBAL, b"-*-command-variables-*-").is_some();
        self.set_makeflags(with_variables);
        Ok(())
    }

    fn read_all(&mut self, stdin: &std::cell::OnceCell<std::result::Result<Vec<u8>, Errno>>) -> Result {
        let from_environment = self.value(b"MAKEFILES")?;
        for name in words(&from_environment).map(<[u8]>::to_vec).collect::<Vec<_>>() {
            self.read_makefile(&name, true, true)?;
        }
        let mut names = self.options.makefiles.clone();
        if names.is_empty() {
            let usual = ["GNUmakefile", "makefile", "Makefile"];
            match usual
                .into_iter()
                .find(|name| self.system.stat(name.as_bytes(), true).is_ok_and(|stat| !stat.directory))
            {
                Some(found) => names.push(found.as_bytes().to_vec()),
                None => {
                    // They may be made.
                    for name in usual {
                        let problem = None;
                        self.makefiles.push(Makefile {
                            name: Text::from(name.as_bytes()),
                            read: false,
                            optional: true,
                            problem,
                            told: false,
                        });
                    }
                }
            }
        }
        for name in names {
            if name == b"-" {
                let text = stdin.get_or_init(|| self.system.read_stdin()).clone();
                let text = text.map_err(|errno| Stop::Fatal(None, bytes!("read: ", errno.message())))?;
                self.vars.define(GLOBAL, b"MAKEFILE_LIST", b"-", Origin::File, false, None);
                self.read_text(Source::new(text.into(), Some(Text::from(&b"-"[..])), 1))?;
                self.location = None;
                continue;
            }
            self.location = None;
            self.read_makefile(&name, false, false)?;
            self.location = None;
        }
        Ok(())
    }

    fn finish_reading(&mut self) -> Result {
        self.location = None;
        self.files_read = true;
        if !self.second_expansion {
            for file in self.files.ids() {
                self.files[file].snapped = true;
            }
        }
        self.apply_special_targets();
        self.convert_suffix_rules();
        if !self.options.no_rules {
            self.reading_builtins = true;
            let done = self.read_text(Source::new(include_str!("patterns.mk").as_bytes().into(), None, 1));
            self.reading_builtins = false;
            done?;
        }
        if let Some(shuffle) = self.options.shuffle {
            for file in self.files.ids() {
                let mut deps = std::mem::take(&mut self.files[file].deps);
                shuffle_with(shuffle, &mut deps);
                self.files[file].deps = deps;
            }
        }
        self.location = None;
        Ok(())
    }

    /// Files that `-o` and `-W` name. Before makefiles are remade only a mark is needed.
    fn mark_old_and_new(&mut self, before: bool) -> Result {
        for (names, modified) in
            [(self.options.old_files.clone(), time::OLD), (self.options.new_files.clone(), time::NEW)]
        {
            for name in names.iter().flat_map(|name| crate::rules::plain_names(name)) {
                let file = self.files.enter(&name);
                let entry = &mut self.files[file];
                entry.modified = modified;
                entry.modified_before = modified;
                if modified == time::OLD && !before {
                    entry.updated = true;
                    entry.status = Status::Success;
                    entry.state = crate::files::State::Finished;
                }
            }
        }
        Ok(())
    }

    /// Brings the makefiles themselves up to date; whether that has changed one.
    fn remake_makefiles(&mut self) -> Result<bool> {
        let mut goals = Vec::new();
        let mut asked = Vec::new();
        for (index, makefile) in self.makefiles.clone().into_iter().enumerate() {
            let file = self.files.enter(&makefile.name);
            // A double-colon rule without prerequisites would remake it for ever.
            let endless = self.entries(file).iter().any(|&entry| {
                let entry = &self.files[entry];
                entry.double_colon && entry.deps.is_empty() && entry.recipe.is_some()
            });
            if self.files[file].phony || endless {
                continue;
            }
            asked.push((index, file, self.modified(file)?));
            goals.push(Goal::makefile(file, makefile.optional));
        }
        // What is to be read must be made, whatever else is asked for.
        let outer = (self.options.just_print, self.options.question, self.options.touch, self.options.always_make);
        (self.options.just_print, self.options.question, self.options.touch) = (false, false, false);
        self.options.always_make = false;
        self.remaking_makefiles = true;
        let done = self.update_goals(&mut goals);
        self.remaking_makefiles = false;
        (self.options.just_print, self.options.question, self.options.touch, self.options.always_make) = outer;
        done?;
        let (mut changed, mut failed) = (false, false);
        let mut missing = Vec::new();
        for (index, file, before) in asked {
            let after = self.modified(file)?;
            let makefile = &self.makefiles[index];
            let ended = self.files[file].status;
            changed |= after != before && after != time::NONE && ended == Status::Success;
            failed |= ended == Status::Failed && !makefile.optional;
            if !makefile.read && !makefile.optional && after == time::NONE {
                missing.push(makefile.clone());
            }
        }
        if !changed {
            // What a recipe failed to make was told by its failure.
            missing.retain(|makefile| {
                let recipe = self.files.find(&makefile.name).and_then(|file| self.files[file].recipe.clone());
                !failed || recipe.is_none()
            });
            for makefile in missing {
                let location = makefile.problem.and_then(|(location, _)| location);
                self.complain(location, &bytes!("Failed to remake makefile '", makefile.name, "'."));
            }
        }
        if failed { Err(Stop::Exit(2)) } else { Ok(changed) }
    }

    fn make_goals(&mut self, names: Vec<Vec<u8>>) -> Result<End> {
        let mut files = Vec::new();
        if names.is_empty() {
            let default = self.value(b".DEFAULT_GOAL")?;
            let mut defaults = self.file_names(&default);
            if defaults.len() > 1 {
                return Err(Stop::Fatal(None, b".DEFAULT_GOAL contains more than one target".to_vec()));
            }
            match defaults.pop() {
                Some(name) => files.push(self.files.enter(&name)),
                None if self.makefiles.iter().any(|makefile| makefile.read)
                    || self.vars.get_in(GLOBAL, b"MAKEFILE_LIST").is_some() =>
                {
                    return Err(Stop::Fatal(None, b"No targets".to_vec()));
                }
                None => {
                    return Err(Stop::Fatal(None, b"No targets specified and no makefile found".to_vec()));
                }
            }
        }
        for name in names {
            if name.is_empty() {
                return Err(Stop::Fatal(None, b"empty string invalid as file name".to_vec()));
            }
            for name in crate::rules::plain_names(&name) {
                files.push(self.files.enter(&name));
            }
        }
        if let Some(shuffle) = self.options.shuffle {
            shuffle_with(shuffle, &mut files);
        }
        let mut goals = Vec::new();
        for file in files {
            self.files[file].goal = true;
            goals.push(Goal::new(file));
        }
        let status = match self.update_goals(&mut goals)? {
            Status::Success | Status::None => 0,
            Status::Question => 1,
            Status::Failed => 2,
        };
        Ok(End::Status(status))
    }
}

/// Puts a list into another order, the same one for the same seed.
fn shuffle_with<T>(how: Shuffle, list: &mut [T]) {
    match how {
        Shuffle::Reverse => list.reverse(),
        Shuffle::Seed(seed) => {
            let mut state = u64::from(seed) | 1 << 40;
            for last in (1..list.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                list.swap(last, (state >> 33) as usize % (last + 1));
            }
        }
    }
}
