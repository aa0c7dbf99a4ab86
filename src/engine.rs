//! What all sandboxes of a host process share: the WebAssembly engine, the
//! tasks' runtime, and the clock that lets no loop keep a thread.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use wasmtime::component::Linker;
use wasmtime::{Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::error::Error;
use crate::kernel::Guest;
use crate::program::Programs;

/// How often a running guest looks up: the longest that a loop keeps a thread
/// from others, and that a kill takes.
const TICK: Duration = Duration::from_millis(10);

/// The native stack of a guest: address space, not memory. So large that the
/// stack in linear memory, which a guest can watch, is used up first; what goes
/// deeper all the same traps and ends that process alone.
const WASM_STACK: usize = 128 << 20;

/// Instances at one time in the whole host process, unless told otherwise.
/// Address space, not memory: a slot costs nothing until it is used, but each
/// one's stack costs a system call when the pool is made.
const CAPACITY: u32 = 4096;

/// What can be asked for: 4 GiB of address space each, of 128 TiB.
const CAPACITY_RANGE: std::ops::RangeInclusive<u32> = 64..=16_384;

/// What was asked for.
static WANTED: AtomicU32 = AtomicU32::new(CAPACITY);

/// The part of a freed instance's memory that stays mapped for the next one,
/// and how many such are kept.
const KEEP_RESIDENT: (usize, u32) = (256 << 10, 64);

/// The same for programs with threads, which are interpreters: a start writes
/// to more memory than the others have.
const THREADED_KEEP_RESIDENT: (usize, u32) = (4 << 20, 8);

/// Processes with threads at one time in the whole host process.
const THREADED_CAPACITY: u32 = 512;

/// Stacks for each of these, which they share.
const STACKS_EACH: u32 = 4;

/// Stacks of a process without further threads: its first thread's, and those
/// that the engine keeps for the next one that starts.
const STACKS_OWN: u32 = 3;

/// Whether a program has threads: fibers of one instance that take turns
/// where it says so. Starting a process that could have some costs more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    Threaded,
}

/// The engine's settings. Artifacts compiled ahead of time fit only an engine
/// with the same ones, so there is one place for them.
fn config(kind: Kind, slots: Option<u32>) -> Config {
    let mut config = Config::new();
    let threaded = kind == Kind::Threaded;
    config
        .epoch_interruption(true)
        .concurrency_support(threaded)
        .wasm_component_model_async(threaded)
        .wasm_component_model_threading(threaded)
        .wasm_backtrace_max_frames(None)
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(WASM_STACK + (2 << 20))
        // 4 GiB of address space each: no bounds checks on 32-bit memories,
        // and none ever moves (`kernel::Watch` counts on it).
        .memory_reservation(4 << 30)
        .memory_guard_size(32 << 20);
    if let Some(slots) = slots {
        let (keep_resident, kept) = if threaded { THREADED_KEEP_RESIDENT } else { KEEP_RESIDENT };
        let mut pool = PoolingAllocationConfig::new();
        pool.total_component_instances(slots)
            .total_core_instances(slots * 4)
            .total_memories(slots)
            .total_tables(slots * 2)
            .total_stacks(if threaded { slots * STACKS_EACH } else { slots })
            .max_memory_size(4 << 30)
            .table_elements(100_000)
            .max_component_instance_size(4 << 20)
            .max_core_instance_size(4 << 20)
            .max_unused_warm_slots(kept)
            .linear_memory_keep_resident(keep_resident)
            .table_keep_resident(KEEP_RESIDENT.0)
            .pagemap_scan(Enabled::Auto);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    }
    config
}

/// An engine, with what its guests import.
pub(crate) struct Machine {
    kind: Kind,
    pub(crate) wasmtime: wasmtime::Engine,
    pub(crate) linker: Linker<Guest>,
    instances: Arc<Quota>,
    /// Threads beside each process's first.
    threads: Arc<Quota>,
}

impl Machine {
    fn new(kind: Kind, wanted: u32) -> wasmtime::Result<Machine> {
        // A pool reserves address space. Where that is rationed (a container,
        // an `ulimit -v`), fewer slots do, then none.
        let pooled = |slots: u32| Ok((wasmtime::Engine::new(&config(kind, Some(slots)))?, slots));
        let (wasmtime, capacity) = pooled(wanted)
            .or_else(|_: wasmtime::Error| pooled(wanted.min(CAPACITY / 16)))
            .or_else(|_| wasmtime::Engine::new(&config(kind, None)).map(|engine| (engine, wanted)))?;
        let mut linker = Linker::new(&wasmtime);
        crate::wasi::add_to_linker(&mut linker)?;
        crate::syscalls::add_to_linker(&mut linker)?;
        let threads = if kind == Kind::Threaded { capacity * (STACKS_EACH - STACKS_OWN) } else { 0 };
        Ok(Machine { kind, wasmtime, linker, instances: Quota::new(capacity), threads: Quota::new(threads) })
    }

    /// What kind of program runs on it.
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }
}

/// Made when the first program with threads is loaded.
type Threaded = OnceLock<Result<Machine, String>>;

/// The shared engine: one for each kind of program.
pub(crate) struct Engine {
    plain: Machine,
    threaded: Arc<Threaded>,
    pub(crate) programs: Programs,
    runtime: tokio::runtime::Runtime,
    ticker: Arc<Ticker>,
}

/// Sets how many processes and sessions all sandboxes of this host process
/// can have at one time (an idle session counts as one process); 4096 unless
/// set. Each one costs 4 GiB of address space and some microseconds once, when
/// the first sandbox is made; memory is used only by those that exist. Programs
/// that can have threads (`python`) run apart, 512 at one time. A
/// process beyond it is refused like one beyond `Limits::processes`.
///
/// # Errors
/// `Configuration` when a sandbox was made before, or for less than 64 or more
/// than 16384.
pub fn set_capacity(instances: u32) -> Result<(), Error> {
    if !CAPACITY_RANGE.contains(&instances) {
        let (least, most) = (CAPACITY_RANGE.start(), CAPACITY_RANGE.end());
        return Err(Error::Configuration(format!("a capacity of {instances}: expected {least} to {most}")));
    }
    if SHARED.get().is_some() {
        return Err(Error::Configuration("the capacity is to be set before the first sandbox is made".into()));
    }
    WANTED.store(instances, Ordering::Relaxed);
    Ok(())
}

static SHARED: OnceLock<Result<Arc<Engine>, String>> = OnceLock::new();

/// How many of something there are, and can be.
pub(crate) struct Quota {
    capacity: u32,
    used: AtomicU32,
}

impl Quota {
    pub(crate) fn new(capacity: u32) -> Arc<Quota> {
        Arc::new(Quota { capacity, used: AtomicU32::new(0) })
    }

    /// Room for one more, if there is any.
    pub(crate) fn room(self: &Arc<Quota>) -> Option<Room> {
        let another = |used: u32| (used < self.capacity).then_some(used + 1);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, another).ok()?;
        Some(Room(self.clone()))
    }
}

/// Room for an instance or a thread. To be dropped after the instance's store.
pub(crate) struct Room(Arc<Quota>);

impl Drop for Room {
    fn drop(&mut self) {
        self.0.used.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Engine {
    /// The engine of this host process, made at the first call.
    pub(crate) fn shared() -> Result<Arc<Engine>, Error> {
        SHARED
            .get_or_init(|| Engine::new().map(Arc::new).map_err(|error| format!("{error:#}")))
            .clone()
            .map_err(Error::Engine)
    }

    fn new() -> wasmtime::Result<Engine> {
        let wanted = WANTED.load(Ordering::Relaxed);
        let plain = Machine::new(Kind::Plain, wanted)?;
        let threaded = Arc::new(Threaded::new());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(std::thread::available_parallelism().map_or(2, usize::from))
            .thread_name("agentfense")
            .enable_time()
            .build()?;
        let ticker = Ticker::start(plain.wasmtime.clone(), threaded.clone())?;
        Ok(Engine { plain, threaded, programs: Programs::default(), runtime, ticker })
    }

    /// What programs of that kind run on.
    pub(crate) fn machine(&self, kind: Kind) -> Result<&Machine, String> {
        match kind {
            Kind::Plain => Ok(&self.plain),
            Kind::Threaded => self
                .threaded
                .get_or_init(|| Machine::new(kind, THREADED_CAPACITY).map_err(|error| format!("{error:#}")))
                .as_ref()
                .map_err(Clone::clone),
        }
    }

    pub(crate) fn runtime(&self) -> tokio::runtime::Handle {
        self.runtime.handle().clone()
    }

    /// Room for one more instance of a program of that kind, if there is any.
    pub(crate) fn room(&self, kind: Kind) -> Option<Room> {
        self.machine(kind).ok()?.instances.room()
    }

    /// Room for one more thread of a program that can have some, if there is any.
    pub(crate) fn thread_room(&self) -> Option<Room> {
        self.machine(Kind::Threaded).ok()?.threads.room()
    }

    /// Marks that a guest runs, for as long as the value lives.
    pub(crate) fn running(&self) -> Running {
        self.ticker.enter();
        Running(self.ticker.clone())
    }
}

/// Compiles a component for this machine: what `Programs` loads later.
#[cfg(feature = "compiler")]
pub(crate) fn precompile(kind: Kind, component: &[u8]) -> wasmtime::Result<Vec<u8>> {
    wasmtime::Engine::new(&config(kind, None))?.precompile_component(component)
}

/// The kind that a component is made for.
#[cfg(feature = "compiler")]
pub(crate) fn kind(component: &[u8]) -> Kind {
    use wasmparser::{CanonicalFunction, Parser, Payload};
    let makes_threads = Parser::new(0).parse_all(component).any(|part| match part {
        Ok(Payload::ComponentCanonicalSection(functions)) => {
            functions.into_iter().any(|function| matches!(function, Ok(CanonicalFunction::ThreadNewIndirect { .. })))
        }
        _ => false,
    });
    if makes_threads { Kind::Threaded } else { Kind::Plain }
}

/// Advances the engine's epoch while guests run, and sleeps when none does.
struct Ticker {
    running: AtomicUsize,
    sleeping: Mutex<bool>,
    wake: Condvar,
}

impl Ticker {
    fn start(plain: wasmtime::Engine, threaded: Arc<Threaded>) -> std::io::Result<Arc<Ticker>> {
        let ticker =
            Arc::new(Ticker { running: AtomicUsize::new(0), sleeping: Mutex::new(false), wake: Condvar::new() });
        let shared = ticker.clone();
        std::thread::Builder::new().name("agentfense-tick".into()).spawn(move || {
            loop {
                std::thread::sleep(TICK);
                plain.increment_epoch();
                if let Some(Ok(machine)) = threaded.get() {
                    machine.wasmtime.increment_epoch();
                }
                if shared.running.load(Ordering::SeqCst) == 0 {
                    let mut sleeping = shared.sleeping.lock().unwrap_or_else(PoisonError::into_inner);
                    while shared.running.load(Ordering::SeqCst) == 0 {
                        *sleeping = true;
                        sleeping = shared.wake.wait(sleeping).unwrap_or_else(PoisonError::into_inner);
                    }
                    *sleeping = false;
                }
            }
        })?;
        Ok(ticker)
    }

    fn enter(&self) {
        if self.running.fetch_add(1, Ordering::SeqCst) == 0 {
            let sleeping = self.sleeping.lock().unwrap_or_else(PoisonError::into_inner);
            if *sleeping {
                self.wake.notify_one();
            }
        }
    }
}

/// A guest that runs; keeps the ticker going.
pub(crate) struct Running(Arc<Ticker>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}
