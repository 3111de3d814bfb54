//! A free port for an environment that has none of its own: held until the moment it is used, and another one tried
//! where somebody was faster all the same.

use std::net::{Ipv4Addr, TcpListener};

use crate::base::failure::{Context, Failure, Kind, Result};

/// How many ports are tried.
const TRIES: usize = 3;

/// A port on 127.0.0.1 that nobody else gets while this lives.
#[derive(Debug)]
pub struct ReservedPort {
    _listener: TcpListener,
    port: u16,
}

impl ReservedPort {
    /// Takes a free one.
    pub fn new() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context(Kind::Tool, "find a free port")?;
        let port = listener.local_addr().context(Kind::Tool, "find a free port")?.port();
        Ok(Self { _listener: listener, port })
    }

    /// Its number.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// As many as are tried, all different.
    pub fn candidates() -> Result<Vec<Self>> {
        (0..TRIES).map(|_| Self::new()).collect()
    }
}

/// Does `work` with the first of `ports`, which is free from then on; with the next one where that turns out to be taken.
pub async fn with_free_port<T>(
    ports: Vec<ReservedPort>,
    mut work: impl AsyncFnMut(usize) -> Result<T>,
) -> Result<T> {
    let last = ports.len().saturating_sub(1);
    for (index, reserved) in ports.into_iter().enumerate() {
        drop(reserved);
        match work(index).await {
            Err(failure) if index < last && is_port_conflict(&failure) => {}
            ended => return ended,
        }
    }
    Err(Failure::new(Kind::Internal, "no port was tried"))
}

/// Whether the daemon refused a port because it is taken.
pub fn is_port_conflict(failure: &Failure) -> bool {
    failure.causes.iter().any(|cause| reports_port_in_use(cause))
}

/// Whether a tool's words mean that a port is taken.
pub fn reports_port_in_use(words: &str) -> bool {
    ["port is already allocated", "address already in use"].iter().any(|sign| words.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_is_free_when_it_is_used_and_another_one_is_tried_on_a_clash() {
        let ports = ReservedPort::candidates().unwrap();
        let numbers: Vec<u16> = ports.iter().map(ReservedPort::port).collect();
        assert!(numbers.iter().all(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_err()), "held");
        let used = with_free_port(ports, async |index| {
            TcpListener::bind((Ipv4Addr::LOCALHOST, numbers[index])).unwrap();
            if index == 0 {
                return Err(
                    Failure::new(Kind::Cluster, "make").because("Bind failed: port is already allocated")
                );
            }
            Ok(index)
        })
        .await;
        assert_eq!(used, Ok(1));
    }

    #[tokio::test]
    async fn any_other_failure_and_the_last_clash_end_it() {
        let mut tried = 0;
        let other = with_free_port(ReservedPort::candidates().unwrap(), async |_| {
            tried += 1;
            Err::<(), _>(Failure::new(Kind::Cluster, "no memory"))
        })
        .await;
        assert_eq!((other.unwrap_err().message.as_str(), tried), ("no memory", 1));
        let mut tried = 0;
        let clash = with_free_port(ReservedPort::candidates().unwrap(), async |_| {
            tried += 1;
            Err::<(), _>(Failure::new(Kind::Cluster, "make").because("address already in use"))
        })
        .await;
        assert!(is_port_conflict(&clash.unwrap_err()));
        assert_eq!(tried, TRIES);
    }
}
