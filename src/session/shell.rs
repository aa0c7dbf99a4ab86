//! A session's shell: its instance, and a call into it.

use std::pin::Pin;
use std::sync::Arc;

use wasmtime::Store;

use crate::engine::Room;
use crate::kernel::{Guest, Kernel, Process, describe_trap};
use crate::program::Program;
use crate::wit::shell::exports::agentfense::kernel::session::{Options, Outcome, Request};
use crate::wit::shell::{Shell as Exports, ShellPre};

/// What is needed to start the shell's program, at first and again.
pub(super) struct Start {
    pub(super) program: Arc<Program>,
    pub(super) pre: ShellPre<Guest>,
    /// Its path in the sandbox.
    pub(super) name: String,
    pub(super) interactive: bool,
}

/// A state that a shell begins with.
pub(super) enum State<'a> {
    /// None: a new shell.
    New,
    /// That of another session.
    Copy(&'a [u8]),
    /// That of this process before its instance was lost: its children are
    /// still its own.
    Own(&'a [u8]),
}

/// A shell's instance.
pub(super) struct Shell {
    store: Store<Guest>,
    exports: Exports,
    /// Given back after the store is gone.
    _room: Room,
}

/// An exec in the shell, which owns the shell until it is over.
pub(super) type Call = Pin<Box<dyn Future<Output = (Shell, wasmtime::Result<Outcome>)> + Send>>;

impl Shell {
    /// Starts the program.
    ///
    /// # Errors
    /// Why it cannot be started, in words.
    pub(super) async fn start(
        kernel: &Arc<Kernel>,
        process: &Arc<Process>,
        start: &Start,
        state: State<'_>,
    ) -> Result<Shell, String> {
        let room = kernel
            .engine
            .room(start.program.kind)
            .ok_or("the host process has as many processes and sessions as it can have")?;
        let mut store = Guest::store(kernel.clone(), process.clone(), start.program.clone());
        let (saved, resumed) = match state {
            State::New => (None, false),
            State::Copy(bytes) => (Some(bytes), false),
            State::Own(bytes) => (Some(bytes), true),
        };
        let options = Options {
            name: start.name.clone(),
            state: saved.map(<[u8]>::to_vec),
            resumed,
            interactive: start.interactive,
        };
        let started = async {
            let exports = start.pre.instantiate_async(&mut store).await?;
            let opened = exports.agentfense_kernel_session().call_open(&mut store, &options).await?;
            Ok::<_, wasmtime::Error>(opened.map(|()| exports))
        };
        match started.await {
            Ok(Ok(exports)) => Ok(Shell { store, exports, _room: room }),
            Ok(Err(reason)) => Err(reason),
            Err(error) => Err(describe_trap(process, &error).0),
        }
    }

    /// Runs a script. Nothing happens until it is polled.
    pub(super) fn exec(mut self, request: Request) -> Call {
        Box::pin(async move {
            let result = self.exports.agentfense_kernel_session().call_exec(&mut self.store, &request).await;
            (self, result)
        })
    }

    /// Its state.
    pub(super) async fn save(&mut self) -> wasmtime::Result<Vec<u8>> {
        self.exports.agentfense_kernel_session().call_save(&mut self.store).await
    }

    /// The prompt before the next command.
    pub(super) async fn prompt(&mut self) -> wasmtime::Result<String> {
        self.exports.agentfense_kernel_session().call_prompt(&mut self.store).await
    }

    /// Whether a text is a whole command.
    pub(super) async fn is_complete(&mut self, script: &[u8]) -> wasmtime::Result<bool> {
        self.exports.agentfense_kernel_session().call_complete(&mut self.store, script).await
    }
}
