//! The options that `exec` and `shell` share, and the sandbox they describe.

use std::path::PathBuf;
use std::time::Duration;

use agentfense::blocking::{Sandbox, Session};
use agentfense::{Limits, Mount, NetworkPolicy, NetworkRule, Permission, PermissionRule, SessionOptions, TerminalSize};
use clap::{Args, ValueEnum};

/// How the workspace is mounted.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum MountKind {
    /// Changes stay in the sandbox (until --commit)
    Overlay,
    /// Changes are made to the directory itself
    Direct,
    /// The sandbox works on a copy in memory
    Copy,
}

/// What describes a sandbox and its session.
#[derive(Debug, Args)]
pub(crate) struct SandboxOptions {
    /// The directory that the sandbox sees as /workspace
    #[arg(long, value_name = "DIR", default_value = ".")]
    workspace: PathBuf,
    /// How the workspace is mounted
    #[arg(long, value_enum, default_value = "overlay")]
    mount: MountKind,
    /// Write the changes to the workspace when the session has ended
    #[arg(long)]
    pub(crate) commit: bool,
    /// Print the changes to the workspace on standard error at the end
    #[arg(long)]
    pub(crate) diff: bool,
    /// The shell: /bin/sh or /bin/bash
    #[arg(long, value_name = "PATH", default_value = "/bin/sh")]
    pub(crate) shell: String,
    /// An image that the sandbox has besides base (repeatable); all that are installed if not given
    #[arg(long, value_name = "NAME")]
    image: Vec<String>,
    /// An environment variable of the session (repeatable)
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_value)]
    env: Vec<(String, String)>,
    /// The directory to start in
    #[arg(long, value_name = "DIR", default_value = "/workspace")]
    workdir: String,
    /// Memory for all processes together: bytes, or with K, M, G
    #[arg(long, value_name = "SIZE", value_parser = size)]
    memory: Option<u64>,
    /// A set of permission rules: view-only, read-only, agent-safe, development, full-access
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// A permission rule: none, view, read or write for a pattern (repeatable)
    #[arg(long, value_name = "PATTERN=LEVEL")]
    permission: Vec<String>,
    /// Let the sandbox reach a host (a name, *.NAME, an address or a block, with /udp for datagrams), or ask it for
    /// what is below a URL: '[METHOD,...] https://HOST/PATH' (repeatable)
    #[arg(long, value_name = "HOST[:PORT]|URL")]
    allow_net: Vec<NetworkRule>,
    /// Add a header to what a URL of --allow-net is asked: its value is that of an environment variable of this
    /// command, and the sandbox does not see it (repeatable)
    #[arg(long, value_name = "URL HEADER=VARIABLE")]
    net_header: Vec<String>,
    /// Trust the certificate authorities in a file (PEM) for the sandbox's TLS, besides the host's (repeatable)
    #[arg(long, value_name = "FILE")]
    net_ca: Vec<PathBuf>,
    /// Make a port of the sandbox reachable at a port of this machine's loopback (repeatable)
    #[arg(long, value_name = "HOSTPORT:PORT", value_parser = ports)]
    forward: Vec<(u16, u16)>,
    /// Print what leaves the sandbox, or may not, on standard error
    #[arg(long)]
    net_log: bool,
}

fn ports(text: &str) -> Result<(u16, u16), String> {
    text.split_once(':')
        .and_then(|(host, guest)| Some((host.parse().ok()?, guest.parse().ok().filter(|&port| port != 0)?)))
        .ok_or_else(|| "expected HOSTPORT:PORT, such as 8080:80".into())
}

fn name_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".into()),
    }
}

fn size(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.char_indices().last() {
        Some((i, 'k' | 'K')) => (&text[..i], 1 << 10),
        Some((i, 'm' | 'M')) => (&text[..i], 1 << 20),
        Some((i, 'g' | 'G')) => (&text[..i], 1 << 30),
        _ => (text, 1),
    };
    digits
        .parse::<u64>()
        .ok()
        .and_then(|n| n.checked_mul(unit))
        .filter(|&n| n > 0)
        .ok_or_else(|| "expected a size such as 512M".into())
}

/// A time in seconds, with a unit if it has one, as `timeout(1)` reads it.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let (digits, unit) = match text.char_indices().last() {
        Some((i, 's')) => (&text[..i], 1.0),
        Some((i, 'm')) => (&text[..i], 60.0),
        Some((i, 'h')) => (&text[..i], 3600.0),
        _ => (text, 1.0),
    };
    let seconds = digits.parse::<f64>().map_err(|_| "expected seconds, such as 30 or 1.5m")? * unit;
    Duration::try_from_secs_f64(seconds).map_err(|_| "expected a time that is not negative".into())
}

/// `URL HEADER=VARIABLE`, for the rules about that URL.
fn add_header(rules: &mut [NetworkRule], text: &str) -> Result<(), String> {
    let parts = text.split_once(' ').and_then(|(url, header)| Some((url, header.split_once('=')?)));
    let (url, (name, variable)) = parts.ok_or("expected URL HEADER=VARIABLE")?;
    let value = std::env::var(variable).map_err(|_| format!("there is no environment variable {variable}"))?;
    let wanted: NetworkRule = url.parse().map_err(|error: agentfense::Error| error.to_string())?;
    let place = |rule: &NetworkRule| {
        let http = rule.http.as_ref().map(|http| (http.scheme, http.path.clone()));
        (rule.host.clone(), rule.port, http)
    };
    let mut found = false;
    for rule in rules.iter_mut().filter(|rule| place(rule) == place(&wanted)) {
        *rule = rule.clone().header(name, &value).map_err(|error| error.to_string())?;
        found = true;
    }
    if found { Ok(()) } else { Err("no --allow-net is about that URL".into()) }
}

/// `PATTERN=LEVEL`; what is said here goes before what a preset says.
fn rule(text: &str) -> Option<PermissionRule> {
    let (pattern, level) = text.rsplit_once('=').filter(|(pattern, _)| !pattern.is_empty())?;
    let permission = match level {
        "none" => Permission::None,
        "view" => Permission::View,
        "read" => Permission::Read,
        "write" => Permission::Write,
        _ => return None,
    };
    Some(PermissionRule::glob(pattern, permission, 1000))
}

impl SandboxOptions {
    /// The sandbox that the options describe.
    pub(crate) fn sandbox(&self) -> Result<Sandbox, String> {
        let mut limits = Limits::default();
        if let Some(memory) = self.memory {
            limits.memory_bytes = memory;
        }
        let processes = limits.processes;
        let mount = match self.mount {
            MountKind::Overlay => Mount::Overlay,
            MountKind::Direct => Mount::Direct,
            MountKind::Copy => Mount::Copy,
        };
        let mut rules = match &self.preset {
            Some(name) => {
                agentfense::preset(name).ok_or_else(|| format!("--preset {name}: there is no such preset"))?
            }
            None => Vec::new(),
        };
        for text in &self.permission {
            rules.push(
                rule(text).ok_or_else(|| format!("--permission {text}: expected PATTERN=none, view, read or write"))?,
            );
        }
        let mut network = NetworkPolicy::default();
        network.allow.clone_from(&self.allow_net);
        for text in &self.net_header {
            add_header(&mut network.allow, text).map_err(|error| format!("--net-header {text}: {error}"))?;
        }
        for path in &self.net_ca {
            let pem = std::fs::read_to_string(path).map_err(|error| format!("--net-ca {}: {error}", path.display()))?;
            network = network.certificates(&pem);
        }
        let mut builder =
            Sandbox::builder().workspace(&self.workspace, mount).limits(limits).permissions(rules).network(network);
        for image in &self.image {
            builder = builder.image(image);
        }
        if self.net_log {
            builder = builder.on_egress(|event| eprintln!("agentfense: {event}"));
        }
        // One sandbox with one session: room for more would only cost time.
        let capacity = processes.saturating_add(64).clamp(64, 16_384);
        agentfense::set_capacity(capacity).map_err(|error| error.to_string())?;
        let sandbox = Sandbox::new(builder).map_err(|error| error.to_string())?;
        for &(host, guest) in &self.forward {
            let address = sandbox.forward(host, guest).map_err(|error| format!("--forward {host}:{guest}: {error}"))?;
            if host == 0 {
                eprintln!("agentfense: port {guest} of the sandbox is at {address}");
            }
        }
        Ok(sandbox)
    }

    /// A session in it.
    pub(crate) fn session(&self, sandbox: &Sandbox) -> Result<Session, String> {
        self.session_with(sandbox, SessionOptions::new())
    }

    /// A session for a person, on a terminal if there is one.
    pub(crate) fn shell_session(&self, sandbox: &Sandbox, terminal: Option<TerminalSize>) -> Result<Session, String> {
        // A prompt that says where one is; --env PS1=... goes before it.
        let mut options = SessionOptions::new().interactive(true).env("PS1", r"\w \$ ");
        if let Some(size) = terminal {
            let term = std::env::var("TERM").unwrap_or_else(|_| "xterm".into());
            options = options.terminal(size).env("TERM", term);
        }
        self.session_with(sandbox, options)
    }

    fn session_with(&self, sandbox: &Sandbox, options: SessionOptions) -> Result<Session, String> {
        let mut options = options.shell(&self.shell).workdir(&self.workdir);
        for (name, value) in &self.env {
            options = options.env(name, value);
        }
        sandbox.session_with(options).map_err(|error| error.to_string())
    }

    /// What --diff and --commit ask for, after the session.
    pub(crate) fn finish(&self, sandbox: &Sandbox) -> Result<(), String> {
        if self.diff {
            for change in sandbox.diff().map_err(|error| error.to_string())? {
                eprintln!("{change}");
            }
        }
        if self.commit {
            sandbox.commit().map_err(|error| format!("--commit: {error}"))?;
        }
        Ok(())
    }
}
