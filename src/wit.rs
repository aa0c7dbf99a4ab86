//! The Rust side of `wit/`: traits the kernel implements, types that cross.

/// Everything a guest can import.
pub(crate) mod guest {
    wasmtime::component::bindgen!({
        path: "wit",
        world: "agentfense:kernel/guest",
        with: {
            "wasi:io/error.error": crate::wasi::io::IoError,
            "wasi:io/poll.pollable": crate::wasi::io::Pollable,
            "wasi:io/streams.input-stream": crate::wasi::io::InputStream,
            "wasi:io/streams.output-stream": crate::wasi::io::OutputStream,
            "wasi:filesystem/types.descriptor": crate::wasi::filesystem::Descriptor,
            "wasi:filesystem/types.directory-entry-stream": crate::wasi::filesystem::DirectoryEntryStream,
            "wasi:cli/terminal-input.terminal-input": crate::wasi::cli::TerminalHandle,
            "wasi:cli/terminal-output.terminal-output": crate::wasi::cli::TerminalHandle,
            "wasi:sockets/network.network": crate::wasi::sockets::NetworkHandle,
            "wasi:sockets/ip-name-lookup.resolve-address-stream": crate::wasi::sockets::ResolveStream,
            "wasi:sockets/tcp.tcp-socket": crate::wasi::sockets::TcpSocket,
            "wasi:sockets/udp.udp-socket": crate::wasi::sockets::UdpSocket,
            "wasi:sockets/udp.incoming-datagram-stream": crate::wasi::sockets::Datagrams,
            "wasi:sockets/udp.outgoing-datagram-stream": crate::wasi::sockets::Datagrams,
            "agentfense:kernel/files.open-file": crate::kernel::Handle,
        },
        trappable_error_type: {
            "wasi:io/streams.stream-error" => crate::wasi::io::StreamFailure,
            "wasi:filesystem/types.error-code" => crate::wasi::filesystem::FsFailure,
            "wasi:sockets/network.error-code" => crate::wasi::sockets::SocketFailure,
            "agentfense:kernel/types.errno" => crate::syscalls::Failure,
        },
        imports: {
            "wasi:io/poll.poll": async | trappable,
            "wasi:io/poll.[method]pollable.block": async | trappable,
            "wasi:io/streams.[method]input-stream.blocking-read": async | trappable,
            "wasi:io/streams.[method]input-stream.blocking-skip": async | trappable,
            "wasi:io/streams.[method]output-stream.blocking-write-and-flush": async | trappable,
            "wasi:io/streams.[method]output-stream.blocking-flush": async | trappable,
            "wasi:io/streams.[method]output-stream.blocking-write-zeroes-and-flush": async | trappable,
            "wasi:io/streams.[method]output-stream.blocking-splice": async | trappable,
            "wasi:filesystem/types.[method]descriptor.open-at": async | trappable,
            "agentfense:kernel/files.open": async | trappable,
            "agentfense:kernel/files.poll": async | trappable,
            "agentfense:kernel/files.[method]open-file.read": async | trappable,
            "agentfense:kernel/files.[method]open-file.read-until": async | trappable,
            "agentfense:kernel/files.[method]open-file.write": async | trappable,
            "agentfense:kernel/files.[method]open-file.wait-readable": async | trappable,
            "agentfense:kernel/files.[method]open-file.set-terminal-mode": async | trappable,
            "agentfense:kernel/files.[method]open-file.take": async | trappable,
            "agentfense:kernel/files.[method]open-file.lock": async | trappable,
            "agentfense:kernel/processes.wait": async | trappable,
            "agentfense:kernel/processes.sleep": async | trappable,
            "agentfense:kernel/processes.spawn": async | trappable,
            "agentfense:kernel/processes.spawn-self": async | trappable,
            "agentfense:kernel/network.connect": async | trappable,
            "agentfense:kernel/network.start-tls": async | trappable,
            default: trappable,
        },
        exports: { default: async },
        require_store_data_send: true,
    });
}

/// What the kernel calls in a session's shell.
pub(crate) mod shell {
    wasmtime::component::bindgen!({
        path: "wit",
        world: "agentfense:kernel/shell",
        with: {
            "wasi": crate::wit::guest::wasi,
            "agentfense:kernel/types": crate::wit::guest::agentfense::kernel::types,
            "agentfense:kernel/files": crate::wit::guest::agentfense::kernel::files,
            "agentfense:kernel/processes": crate::wit::guest::agentfense::kernel::processes,
        },
        exports: { default: async },
        require_store_data_send: true,
    });
}
