//! The platforms of a supply: images run in the daemon, programs on this machine.

use crate::base::{docker::Docker, failure::Result, platform::Platform};

/// The platforms of the results of a supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platforms {
    /// The platform of the images: that of the daemon.
    pub images: Platform,
    /// The platform of programs: that of this machine.
    pub host: Platform,
}

impl Platforms {
    /// Asks the daemon. A platform without images is refused.
    pub async fn of(docker: &Docker) -> Result<Self> {
        Ok(Self { images: docker.platform().await?, host: Platform::host()? })
    }

    /// The platforms of programs for this machine, without a daemon.
    pub fn of_host() -> Result<Self> {
        let host = Platform::host()?;
        Ok(Self { images: host, host })
    }

    /// Whether results for `platform` need a cross compiler on this machine.
    pub fn is_cross(self, platform: Platform) -> bool {
        platform != self.host
    }

    /// The id of the job that builds a program of `build` for this machine. Images use the same build if they have
    /// the same platform.
    pub fn program_job(self, build: &str) -> String {
        if self.images == self.host { build.to_owned() } else { format!("{build}@{}", self.host.joined("-")) }
    }
}
