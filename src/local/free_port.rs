//! Free ports for environments without a fixed port. A port is reserved until it is used; if another process
//! binds it at that moment, the next candidate is tried.

use std::{
    io::ErrorKind,
    net::{Ipv4Addr, Ipv6Addr, TcpListener},
};

use crate::base::failure::{Context, Failure, Kind, Result};

/// The number of candidates.
const TRIES: usize = 3;
/// How many ports are tried for a candidate: a few may be in use on `[::1]` only.
const SEARCHED: usize = 20;

/// A port on 127.0.0.1 that is reserved until this value is dropped.
#[derive(Debug)]
pub struct ReservedPort {
    _listeners: (TcpListener, Option<TcpListener>),
    port: u16,
}

impl ReservedPort {
    /// Reserves a port that is free on 127.0.0.1 and on `[::1]`, which browsers prefer.
    pub fn new() -> Result<Self> {
        let what = "cannot find a free port";
        for _ in 0..SEARCHED {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context(Kind::Tool, what)?;
            let port = listener.local_addr().context(Kind::Tool, what)?.port();
            match TcpListener::bind((Ipv6Addr::LOCALHOST, port)) {
                Err(error) if error.kind() == ErrorKind::AddrInUse => {}
                // A machine without IPv6 has nothing to reserve.
                other => return Ok(Self { _listeners: (listener, other.ok()), port }),
            }
        }
        Err(Failure::new(Kind::Tool, what))
    }

    /// The port number.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Reserves several different ports.
    pub fn candidates() -> Result<Vec<Self>> {
        (0..TRIES).map(|_| Self::new()).collect()
    }
}

/// Releases the first of `ports` and calls `work` with its index; continues with the next one if the port is
/// in use then.
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
    Err(Failure::new(Kind::Internal, "no candidate port"))
}

/// Whether the daemon refused a port because it is in use.
pub fn is_port_conflict(failure: &Failure) -> bool {
    failure.causes.iter().any(|cause| reports_port_in_use(cause))
}

/// Whether the output of a tool reports that a port is in use.
pub fn reports_port_in_use(output: &str) -> bool {
    ["port is already allocated", "address already in use"].iter().any(|message| output.contains(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn port_is_free_when_used_and_the_next_is_tried_on_a_conflict() {
        let ports = ReservedPort::candidates().unwrap();
        let numbers: Vec<u16> = ports.iter().map(ReservedPort::port).collect();
        assert!(
            numbers.iter().all(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_err()),
            "reserved"
        );
        let used = with_free_port(ports, async |index| {
            TcpListener::bind((Ipv4Addr::LOCALHOST, numbers[index])).unwrap();
            if index == 0 {
                return Err(
                    Failure::new(Kind::Cluster, "create").because("Bind failed: port is already allocated")
                );
            }
            Ok(index)
        })
        .await;
        assert_eq!(used, Ok(1));
    }

    #[tokio::test]
    async fn other_failures_and_the_last_conflict_are_returned() {
        let mut tried = 0;
        let other = with_free_port(ReservedPort::candidates().unwrap(), async |_| {
            tried += 1;
            Err::<(), _>(Failure::new(Kind::Cluster, "no memory"))
        })
        .await;
        assert_eq!(other.unwrap_err().message, "no memory");
        assert_eq!(tried, 1);
        let mut tried = 0;
        let clash = with_free_port(ReservedPort::candidates().unwrap(), async |_| {
            tried += 1;
            Err::<(), _>(Failure::new(Kind::Cluster, "create").because("address already in use"))
        })
        .await;
        assert!(is_port_conflict(&clash.unwrap_err()));
        assert_eq!(tried, TRIES);
    }
}
