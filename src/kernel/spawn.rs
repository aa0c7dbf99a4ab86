//! From a path to a running process.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use wasmtime::component::ResourceTable;
use wasmtime::{ResourceLimiter, Store, UpdateDeadline};

use super::Kernel;
use super::open_file::OpenFile;
use super::process::{Birth, Ending, Process};
use super::rlimit::{Resource, UNLIMITED};
use super::signal::{Disposition, SIGABRT, SIGFPE, SIGILL, SIGSEGV, SIGXFSZ};
use super::supervise::Supervised;
use super::watch::Watch;
use crate::engine::{Kind, Room};
use crate::fs::{Caller, Errno, Location};
use crate::program::{Format, Program, STUB_LEN};

/// Interpreters of interpreters that are followed, as on Linux.
const MAX_INTERPRETERS: usize = 4;

/// The largest program that a file may hold. Bounds what one spawn reads into memory.
const MAX_PROGRAM: u64 = 256 << 20;

/// Resources (handles) that one guest may hold. Bounds the host's table.
const MAX_HANDLES: usize = 100_000;

/// The state of one instance: what system calls work on.
pub(crate) struct Guest {
    pub(crate) kernel: Arc<Kernel>,
    pub(crate) process: Arc<Process>,
    pub(crate) program: Arc<Program>,
    pub(crate) table: ResourceTable,
    /// What tells it that time has passed.
    pub(crate) watch: Option<Watch>,
    memory: MemoryMeter,
}

/// Books an instance's memory on its sandbox.
struct MemoryMeter {
    kernel: Arc<Kernel>,
    process: Arc<Process>,
    taken: u64,
}

impl ResourceLimiter for MemoryMeter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let more = desired.saturating_sub(current) as u64;
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let rlimits = &self.process.rlimits;
        let own = rlimits.soft(Resource::Memory).min(rlimits.soft(Resource::Data));
        let refused = if self.taken.saturating_add(more) > own {
            Some("the process's memory limit was reached")
        } else if self.kernel.take_memory(more) {
            None
        } else {
            Some("the sandbox's memory limit was reached")
        };
        if let Some(limit) = refused {
            self.process.refuse_memory(limit);
            return Ok(false);
        }
        self.taken += more;
        self.process.memory.store(self.taken, Ordering::Relaxed);
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= 100_000)
    }
}

impl Drop for MemoryMeter {
    fn drop(&mut self) {
        self.kernel.give_memory(self.taken);
    }
}

impl Guest {
    /// A store for a process's instance, with its limits set.
    pub(crate) fn store(kernel: Arc<Kernel>, process: Arc<Process>, program: Arc<Program>) -> Store<Guest> {
        let engine = program.pre.engine().clone();
        let mut table = ResourceTable::new();
        table.set_max_capacity(MAX_HANDLES);
        let memory = MemoryMeter { kernel: kernel.clone(), process: process.clone(), taken: 0 };
        let mut store = Store::new(&engine, Guest { kernel, process, program, table, watch: None, memory });
        store.limiter(|guest| &mut guest.memory);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|store| {
            // A loop without system calls must not keep its child from starting.
            let process = &store.data().process;
            process.start_deferred();
            process.due();
            if let Some(watch) = &store.data().watch {
                watch.set();
            }
            Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
        });
        store
    }

    /// The size to which this process may let a file grow.
    pub(crate) fn file_size_limit(&self) -> u64 {
        self.process.rlimits.soft(Resource::FileSize)
    }

    /// A write that failed: one beyond the limit of a file's size is SIGXFSZ's
    /// matter. `Err` when that ends the process.
    pub(crate) fn note_file_size(&self, errno: Errno) -> Result<(), Ending> {
        if errno == Errno::FBig && self.file_size_limit() != UNLIMITED {
            if self.process.disposition(SIGXFSZ) == Disposition::Default {
                return Err(Ending::Signaled(SIGXFSZ));
            }
            self.process.deliver(SIGXFSZ);
        }
        Ok(())
    }

    /// Changes a file's size, within the limit.
    pub(crate) fn resize(&self, file: &OpenFile, size: u64) -> Result<Result<(), Errno>, Ending> {
        let resized = file.set_len(size, self.file_size_limit());
        match resized {
            Err(errno) => self.note_file_size(errno).map(|()| Err(errno)),
            Ok(()) => Ok(Ok(())),
        }
    }

    /// Who asks the filesystem.
    pub(crate) fn caller(&self) -> Caller {
        self.process.caller()
    }

    /// The directory at a path, for use as a working directory.
    pub(crate) fn directory(&self, path: &str) -> Result<Location, Errno> {
        self.kernel.directory(&self.caller(), &self.process.cwd(), path)
    }
}

/// What a parent asks for.
pub(crate) struct SpawnRequest {
    pub(crate) argv: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) cwd: Option<Location>,
    pub(crate) fds: BTreeMap<u32, Arc<OpenFile>>,
    pub(crate) group: Option<super::Pid>,
    pub(crate) ignored: u64,
    pub(crate) payload: Vec<u8>,
}

/// A process's share of what there is: of the host's instances, of its
/// sandbox's threads.
struct Rooms {
    _host: Room,
    _sandbox: Option<Room>,
}

/// A program as it was found in a file.
enum Source {
    Ready(Arc<Program>),
    /// To be compiled on the process's own time.
    Bytes(Bytes),
}

impl Kernel {
    /// Makes a process of the program in a file. It runs once it is polled.
    pub(crate) fn spawn(
        self: &Arc<Self>,
        parent: &Arc<Process>,
        path: &str,
        mut request: SpawnRequest,
    ) -> Result<Supervised, Errno> {
        let start = request.cwd.clone().unwrap_or_else(|| parent.cwd());
        let mut path = path.to_owned();
        for _ in 0..=MAX_INTERPRETERS {
            let (location, handle) = self.open_executable(&parent.caller(), &start, &path)?;
            let head = handle.read_bytes_at(STUB_LEN.max(256), 0)?;
            let exe = location.path();
            match Format::of(&head) {
                Format::Stub(digest) => {
                    let program = self.engine.programs.get(&self.engine, &digest);
                    return self.start(parent, exe, program.map(Source::Ready), request);
                }
                Format::Wasm => {
                    let size = handle.len()?;
                    if size > MAX_PROGRAM {
                        return Err(Errno::FBig);
                    }
                    let bytes = read_whole(&handle, size)?;
                    return self.start(parent, exe, Ok(Source::Bytes(bytes)), request);
                }
                Format::Script { interpreter, argument } => {
                    // execve(2): interpreter [argument] path arguments...
                    let rest = request.argv.drain(..).skip(1);
                    let argv: Vec<String> =
                        [interpreter.clone()].into_iter().chain(argument).chain([path]).chain(rest).collect();
                    request.argv = argv;
                    path = interpreter;
                }
                Format::Unknown => return Err(Errno::NoExec),
            }
        }
        Err(Errno::Loop)
    }

    /// Makes a process of a program that already runs.
    pub(crate) fn spawn_program(
        self: &Arc<Self>,
        parent: &Arc<Process>,
        program: Arc<Program>,
        exe: String,
        request: SpawnRequest,
    ) -> Result<Supervised, Errno> {
        self.start(parent, exe, Ok(Source::Ready(program)), request)
    }

    /// The program to be a session's shell.
    pub(crate) fn shell_program(
        &self,
        caller: &Caller,
        start: &Location,
        path: &str,
    ) -> Result<(String, Arc<Program>), String> {
        let (location, handle) = self.open_executable(caller, start, path).map_err(|errno| errno.to_string())?;
        let head = handle.read_bytes_at(STUB_LEN, 0).map_err(|errno| errno.to_string())?;
        match Format::of(&head) {
            Format::Stub(digest) => Ok((location.path(), self.engine.programs.get(&self.engine, &digest)?)),
            _ => Err("not an installed program".into()),
        }
    }

    fn start(
        self: &Arc<Self>,
        parent: &Arc<Process>,
        exe: String,
        source: Result<Source, String>,
        request: SpawnRequest,
    ) -> Result<Supervised, Errno> {
        let kind = match &source {
            Ok(Source::Ready(program)) => program.kind,
            _ => Kind::Plain,
        };
        let room = Rooms {
            _host: self.engine.room(kind).ok_or(Errno::Again)?,
            _sandbox: match kind {
                Kind::Threaded => Some(self.threads.room().ok_or(Errno::Again)?),
                Kind::Plain => None,
            },
        };
        let process = self.enter(Birth {
            parent: parent.pid,
            group: request.group,
            session: parent.session,
            argv: request.argv,
            env: request.env,
            exe,
            cwd: request.cwd.unwrap_or_else(|| parent.cwd()),
            umask: parent.umask.load(Ordering::Relaxed),
            fds: request.fds,
            ignored: request.ignored,
            payload: request.payload,
            terminal: parent.terminal.clone(),
            rlimits: parent.rlimits.clone(),
        })?;
        // A parent that was killed while it was in here leaves nothing behind.
        if let Some(signal) = parent.fatal_signal() {
            process.deliver(signal);
        }
        let kernel = self.clone();
        let run = run(kernel.clone(), process.clone(), source, room);
        Ok(Supervised::new(kernel, process, run))
    }

    /// Room for one more thread of a process.
    pub(crate) fn thread_room(&self) -> Option<[Room; 2]> {
        Some([self.threads.room()?, self.engine.thread_room()?])
    }

    /// A process for a session's shell, whose instance the session itself drives.
    pub(crate) fn enter_shell(&self, birth: Birth) -> Result<Arc<Process>, Errno> {
        self.enter(birth)
    }
}

fn read_whole(handle: &Arc<dyn crate::fs::FileHandle>, size: u64) -> Result<Bytes, Errno> {
    let mut bytes = Vec::new();
    while (bytes.len() as u64) < size {
        let chunk = handle.read_bytes_at(1 << 20, bytes.len() as u64)?;
        if chunk.is_empty() {
            break;
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}

/// A process's life: its program, its instance, its end.
///
/// `_rooms` are given back after the instance is gone.
async fn run(kernel: Arc<Kernel>, process: Arc<Process>, source: Result<Source, String>, _rooms: Rooms) -> Ending {
    let program = match source {
        Ok(Source::Ready(program)) => Ok(program),
        Ok(Source::Bytes(bytes)) => {
            let engine = kernel.engine.clone();
            let compile = kernel.engine.runtime().spawn_blocking(move || engine.programs.compile(&engine, &bytes));
            compile.await.unwrap_or_else(|_| Err("its compilation failed".into()))
        }
        Err(reason) => Err(reason),
    };
    let program = match program {
        Ok(program) => program,
        Err(reason) => {
            complain(&process, &format!("{}: cannot execute: {reason}", process.exe)).await;
            return Ending::Exited(126);
        }
    };
    let result = instantiate_and_run(kernel, process.clone(), program).await;
    match result {
        Ok(Ok(())) => Ending::Exited(0),
        Ok(Err(())) => Ending::Exited(1),
        Err(error) => match error.downcast_ref::<Ending>() {
            Some(ending) => *ending,
            None => {
                let (reason, signal) = describe_trap(&process, &error);
                complain(&process, &format!("Trap: {reason}")).await;
                Ending::Signaled(signal)
            }
        },
    }
}

async fn instantiate_and_run(
    kernel: Arc<Kernel>,
    process: Arc<Process>,
    program: Arc<Program>,
) -> wasmtime::Result<Result<(), ()>> {
    let run = program.run.clone();
    let mut store = Guest::store(kernel, process, program);
    let instance = run.instantiate_async(&mut store).await?;
    instance.wasi_cli_run().call_run(&mut store).await
}

/// What ended an instance, in words, and the signal that a native program
/// would have got.
pub(crate) fn describe_trap(process: &Process, error: &wasmtime::Error) -> (String, super::Signal) {
    use wasmtime::Trap;
    if let Some(limit) = process.refused_memory() {
        return (format!("out of memory: {limit}"), SIGABRT);
    }
    let Some(trap) = error.downcast_ref::<Trap>() else { return (format!("{error:#}"), SIGABRT) };
    let signal = match trap {
        Trap::StackOverflow | Trap::MemoryOutOfBounds | Trap::HeapMisaligned | Trap::TableOutOfBounds => SIGSEGV,
        Trap::IntegerDivisionByZero | Trap::IntegerOverflow | Trap::BadConversionToInteger => SIGFPE,
        Trap::IndirectCallToNull | Trap::BadSignature => SIGILL,
        _ => SIGABRT,
    };
    (trap.to_string(), signal)
}

/// Writes a line to a process's standard error.
async fn complain(process: &Process, line: &str) {
    if let Some(stderr) = process.fd(2) {
        // Nobody reads it: there is nobody to tell.
        let _ = stderr.write(Bytes::from(format!("{line}\n"))).await;
    }
}
