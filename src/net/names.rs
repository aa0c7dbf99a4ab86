//! Name lookup: the sandbox's own names, and by the host's resolver those that the policy allows.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::{NetError, Network, User, Waitable, host, policy};
use crate::kernel::until;

/// A lookup, going on or done.
pub(crate) struct Lookup {
    answers: Mutex<Option<Result<VecDeque<IpAddr>, NetError>>>,
    done: Notify,
}

impl Network {
    /// Looks a name up.
    pub(crate) fn resolve(&self, name: &str, user: User) -> Result<Arc<Lookup>, NetError> {
        if let Ok(ip) = name.parse::<IpAddr>() {
            return Ok(Lookup::answered([ip]));
        }
        let name = policy::name(name).ok_or(NetError::InvalidArgument)?;
        if name == "localhost" || name.ends_with(".localhost") {
            return Ok(Lookup::answered([Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]));
        }
        if name == "ip6-localhost" || name == "ip6-loopback" {
            return Ok(Lookup::answered([Ipv6Addr::LOCALHOST.into()]));
        }
        if name == self.hostname {
            // As /etc/hosts has it.
            return Ok(Lookup::answered([Ipv4Addr::new(127, 0, 1, 1).into()]));
        }
        if !self.egress.allows_name(&user, &name) {
            return Err(NetError::NameUnresolvable);
        }
        let lookup = Arc::new(Lookup { answers: Mutex::default(), done: Notify::new() });
        host::look_up(&lookup, self.egress.clone(), name, user);
        Ok(lookup)
    }
}

impl Lookup {
    fn answered(answers: impl IntoIterator<Item = IpAddr>) -> Arc<Lookup> {
        Arc::new(Lookup { answers: Mutex::new(Some(Ok(answers.into_iter().collect()))), done: Notify::new() })
    }

    fn answers(&self) -> MutexGuard<'_, Option<Result<VecDeque<IpAddr>, NetError>>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the answers to who waits.
    pub(super) fn finish(&self, answers: Result<Vec<IpAddr>, NetError>) {
        *self.answers() = Some(answers.map(VecDeque::from));
        self.done.notify_waiters();
    }

    /// The next answer, or that there is none; `None` while the lookup goes on.
    pub(crate) fn next(&self) -> Option<Result<Option<IpAddr>, NetError>> {
        match self.answers().as_mut()? {
            Ok(answers) => Some(Ok(answers.pop_front())),
            Err(error) => Some(Err(*error)),
        }
    }
}

impl Waitable for Lookup {
    fn is_ready(&self) -> bool {
        self.answers().is_some()
    }

    fn ready(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(until(&self.done, || self.is_ready()))
    }
}
