//! The policy at work: who may leave, how much, and the log of it.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

use super::address::is_public;
use super::http::{HttpRule, Scheme};
use super::policy::{Compiled, NetworkPolicy, NetworkRule, Protocol};
use super::tls::Trust;
use super::{NetError, User};
use crate::error::Error;

/// Addresses that lookups gave and are remembered: bounds what a guest's lookups cost. The oldest is forgotten.
const NAMES_MAX: usize = 4096;
/// Lookups of one sandbox that the host does at one time, so that slow ones of one do not stop those of others.
const LOOKUPS: usize = 4;
/// Lookups of one sandbox that may wait for their turn or run.
const LOOKUPS_WAITING: usize = 64;

/// Something that left the sandbox, or was kept from it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EgressEvent {
    /// The process.
    pub pid: u32,
    /// Its command's name.
    pub program: String,
    /// The protocol; absent for a name lookup.
    pub protocol: Option<Protocol>,
    /// The name that was looked up, when there was one.
    pub host: Option<String>,
    /// The address, when it came to one.
    pub address: Option<SocketAddr>,
    /// What happened.
    pub verdict: Verdict,
}

/// What happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It was refused; why, or which rule would allow it.
    Denied(String),
    /// That rule allows it.
    Allowed(String),
    /// It was allowed and did not succeed.
    Failed(String),
    /// A request that a rule about a URL allows has got its response.
    Request {
        /// GET, POST ...
        method: String,
        /// What was asked for.
        url: String,
        /// The response's status.
        status: u16,
    },
    /// It is over.
    Closed {
        /// Bytes that left the sandbox.
        sent: u64,
        /// Bytes that came in.
        received: u64,
    },
}

impl std::fmt::Display for EgressEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}[{}] ", self.program, self.pid)?;
        match self.protocol {
            Some(protocol) => write!(f, "{protocol}")?,
            None => f.write_str("lookup")?,
        }
        if let Some(host) = &self.host {
            write!(f, " {host}")?;
        }
        if let Some(address) = self.address {
            write!(f, " {address}")?;
        }
        match &self.verdict {
            Verdict::Denied(why) => write!(f, " denied: {why}"),
            Verdict::Allowed(rule) => write!(f, " allowed by {rule}"),
            Verdict::Failed(why) => write!(f, " failed: {why}"),
            Verdict::Request { method, url, status } => write!(f, " {method} {url} {status}"),
            Verdict::Closed { sent, received } => write!(f, " closed: {sent} bytes sent, {received} received"),
        }
    }
}

/// The embedder's function that events are given to.
#[derive(Clone)]
pub(crate) struct EgressLog(pub(crate) Arc<dyn Fn(&EgressEvent) + Send + Sync>);

impl std::fmt::Debug for EgressLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EgressLog")
    }
}

/// The way out of one sandbox.
pub(super) struct Egress {
    rules: Vec<Arc<Compiled>>,
    log: Option<EgressLog>,
    /// Which names led to which addresses. Connections go to addresses that were checked when they were looked up,
    /// so an answer that changes afterwards leads nowhere.
    names: Mutex<VecDeque<(IpAddr, Arc<str>)>>,
    pub(super) lookups: Semaphore,
    pub(super) lookups_waiting: Arc<Semaphore>,
    connections: u32,
    open: AtomicU32,
    bytes: Option<u64>,
    used: AtomicU64,
    trust: Trust,
}

impl Egress {
    pub(super) fn new(policy: &NetworkPolicy, log: Option<EgressLog>) -> Result<Egress, Error> {
        let encrypted = |rule: &&NetworkRule| rule.http.as_ref().is_some_and(|http| http.scheme == Scheme::Https);
        if let Some(rule) = policy.allow.iter().find(encrypted).filter(|_| cfg!(not(feature = "tls"))) {
            return Err(Error::Configuration(format!("network rule '{rule}': this build has no TLS")));
        }
        Ok(Egress {
            rules: policy.allow.iter().map(|rule| Compiled::new(rule).map(Arc::new)).collect::<Result<_, _>>()?,
            log,
            names: Mutex::default(),
            lookups: Semaphore::new(LOOKUPS),
            lookups_waiting: Arc::new(Semaphore::new(LOOKUPS_WAITING)),
            connections: policy.connections,
            open: AtomicU32::new(0),
            bytes: policy.bytes,
            used: AtomicU64::new(0),
            trust: Trust::new(policy)?,
        })
    }

    pub(super) fn tell(
        &self,
        user: &User,
        protocol: Option<Protocol>,
        host: Option<&str>,
        address: Option<SocketAddr>,
        verdict: Verdict,
    ) {
        if let Some(EgressLog(log)) = &self.log {
            let (pid, program) = (user.pid, user.program.clone());
            log(&EgressEvent { pid, program, protocol, host: host.map(str::to_owned), address, verdict });
        }
    }

    /// Whether a rule opens that port of the host's loopback.
    pub(super) fn reaches_loopback(&self, protocol: Protocol, address: SocketAddr) -> bool {
        self.rules.iter().any(|rule| rule.allows(protocol, address, std::iter::empty()))
    }

    /// Whether the name may be looked up.
    pub(super) fn allows_name(&self, user: &User, name: &str) -> bool {
        let allowed = self.rules.iter().any(|rule| rule.names(name));
        if !allowed {
            self.tell(
                user,
                None,
                Some(name),
                None,
                Verdict::Denied(format!("no rule allows it; one would be '{name}'")),
            );
        }
        allowed
    }

    /// The answers of a lookup that may be used: public addresses, and others that a rule covers.
    pub(super) fn vet(&self, user: &User, name: &str, answers: Vec<IpAddr>) -> Vec<IpAddr> {
        let (kept, refused): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|&ip| is_public(ip) || self.rules.iter().any(|rule| rule.covers(ip)));
        if let Some(ip) = refused.first() {
            let why = format!("it is {ip}, which is not a public address; a rule for that address would allow it");
            self.tell(user, None, Some(name), None, Verdict::Denied(why));
        }
        let name: Arc<str> = name.into();
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        for &ip in &kept {
            names.retain(|(known, of)| *known != ip || *of != name);
            if names.len() >= NAMES_MAX {
                names.pop_front();
            }
            names.push_back((ip, name.clone()));
        }
        kept
    }

    /// What allows it. Otherwise it is in the log why not.
    fn check(&self, protocol: Protocol, to: SocketAddr, user: &User) -> Result<Permit, NetError> {
        let names: Vec<Arc<str>> = {
            let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
            names.iter().filter(|(ip, _)| *ip == to.ip()).map(|(_, name)| name.clone()).collect()
        };
        let allows = |rule: &&Arc<Compiled>| rule.allows(protocol, to, names.iter().map(|name| &**name));
        let rules: Vec<Arc<Compiled>> = self.rules.iter().filter(allows).cloned().collect();
        // One that allows everything goes before one that looks at requests.
        let open = rules.iter().find(|rule| rule.http().is_none());
        let rule = open.or(rules.first());
        // The name looked up last is most likely what was meant.
        let named = |name: &&Arc<str>| rule.is_none_or(|rule| rule.names(name));
        let name = names.iter().rev().find(named).cloned();
        let Some(text) = rule.map(|rule| rule.text().to_owned()) else {
            let host = name.as_deref().map_or_else(|| to.ip().to_string(), str::to_owned);
            let missing = NetworkRule { host, port: Some(to.port()), protocol, http: None };
            let why = format!("no rule allows it; one would be '{missing}'");
            self.tell(user, Some(protocol), name.as_deref(), Some(to), Verdict::Denied(why));
            return Err(NetError::AccessDenied);
        };
        let open = open.is_some();
        Ok(Permit { text, name, open, rules, names })
    }

    /// Lets something out, if a rule allows it and there is room.
    pub(super) fn begin(self: &Arc<Self>, protocol: Protocol, to: SocketAddr, user: User) -> Result<Flow, NetError> {
        let permit = self.check(protocol, to, &user)?;
        let denied = |why: String| {
            self.tell(&user, Some(protocol), permit.name.as_deref(), Some(to), Verdict::Denied(why));
            NetError::AccessDenied
        };
        if self.is_used_up() {
            return Err(denied("the sandbox's limit of bytes is reached".into()));
        }
        let another = |open: u32| (open < self.connections).then_some(open + 1);
        if self.open.fetch_update(Ordering::AcqRel, Ordering::Acquire, another).is_err() {
            return Err(denied(format!("the limit of {} connections is reached", self.connections)));
        }
        self.tell(&user, Some(protocol), permit.name.as_deref(), Some(to), Verdict::Allowed(permit.text.clone()));
        let (sent, received) = (AtomicU64::new(0), AtomicU64::new(0));
        Ok(Flow { egress: self.clone(), user, protocol, to, permit, sent, received })
    }

    /// As `begin`, for a further destination of a flow.
    pub(super) fn also(&self, protocol: Protocol, to: SocketAddr, user: &User) -> Result<(), NetError> {
        let Permit { text, name, .. } = self.check(protocol, to, user)?;
        self.tell(user, Some(protocol), name.as_deref(), Some(to), Verdict::Allowed(text));
        Ok(())
    }

    fn is_used_up(&self) -> bool {
        self.bytes.is_some_and(|limit| self.used.load(Ordering::Relaxed) >= limit)
    }
}

/// Why something may leave.
struct Permit {
    /// The rule that is told of.
    text: String,
    /// The name that it goes by.
    name: Option<Arc<str>>,
    /// Whether a rule allows everything.
    open: bool,
    /// Every rule that allows something.
    rules: Vec<Arc<Compiled>>,
    /// The names that led to the address.
    names: Vec<Arc<str>>,
}

/// Something that leads out: counts against the limits, and is logged when it is over.
pub(super) struct Flow {
    egress: Arc<Egress>,
    user: User,
    protocol: Protocol,
    to: SocketAddr,
    permit: Permit,
    sent: AtomicU64,
    received: AtomicU64,
}

impl Flow {
    fn tell(&self, verdict: Verdict) {
        self.egress.tell(&self.user, Some(self.protocol), self.permit.name.as_deref(), Some(self.to), verdict);
    }

    pub(super) fn failed(&self, why: String) {
        self.tell(Verdict::Failed(why));
    }

    pub(super) fn denied(&self, why: String) {
        self.tell(Verdict::Denied(why));
    }

    pub(super) fn requested(&self, method: &str, url: String, status: u16) {
        self.tell(Verdict::Request { method: method.to_owned(), url, status });
    }

    /// The port that it leads to.
    pub(super) fn port(&self) -> u16 {
        self.to.port()
    }

    /// Whether anything may be said to whom it leads to.
    pub(super) fn is_open(&self) -> bool {
        self.permit.open
    }

    /// Whether there are rules about requests with that scheme.
    pub(super) fn has_http_rules(&self, scheme: Scheme) -> bool {
        self.permit.rules.iter().any(|rule| rule.http().is_some_and(|http| http.scheme == scheme))
    }

    /// The rules about requests to that host. It must be one that led to the address, or the address itself.
    pub(super) fn http_rules(&self, scheme: Scheme, host: &str) -> impl Iterator<Item = &HttpRule> {
        let address = host.parse::<IpAddr>().ok();
        let led_here =
            address.map_or_else(|| self.permit.names.iter().any(|name| **name == *host), |ip| ip == self.to.ip());
        let rules = self
            .permit
            .rules
            .iter()
            .filter(move |rule| led_here && address.map_or_else(|| rule.names(host), |ip| rule.covers(ip)));
        rules.filter_map(|rule| rule.http()).filter(move |http| http.scheme == scheme)
    }

    /// Whom to believe that a server is who it says.
    pub(super) fn trust(&self) -> &Trust {
        &self.egress.trust
    }

    /// Whether more may leave and come in.
    pub(super) fn admits(&self) -> bool {
        let over = self.egress.is_used_up();
        if over {
            self.tell(Verdict::Denied("the sandbox's limit of bytes is reached".into()));
        }
        !over
    }

    fn count(&self, counter: &AtomicU64, bytes: usize) {
        counter.fetch_add(bytes as u64, Ordering::Relaxed);
        self.egress.used.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Counts what leaves.
    pub(super) fn sent(&self, bytes: usize) {
        self.count(&self.sent, bytes);
    }

    /// Counts what came in.
    pub(super) fn received(&self, bytes: usize) {
        self.count(&self.received, bytes);
    }
}

impl Drop for Flow {
    fn drop(&mut self) {
        self.egress.open.fetch_sub(1, Ordering::AcqRel);
        let (sent, received) = (self.sent.load(Ordering::Relaxed), self.received.load(Ordering::Relaxed));
        self.tell(Verdict::Closed { sent, received });
    }
}
