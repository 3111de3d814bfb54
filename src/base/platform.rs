//! The platform of programs and images: an operating system and a processor architecture. Only this module
//! names them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::failure::{Failure, Kind, Result};

/// An operating system for which programs are published or built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum System {
    /// Linux: every image, and most machines.
    Linux,
    /// macOS: programs for this machine only.
    Darwin,
}

/// A processor architecture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Architecture {
    /// 64-bit x86.
    Amd64,
    /// 64-bit ARM.
    Arm64,
}

/// A platform. As text `linux/amd64`, as Docker writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Platform {
    /// The operating system.
    pub system: System,
    /// The architecture.
    pub architecture: Architecture,
}

impl System {
    /// The name that Go, Docker and most release pages use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Darwin => "darwin",
        }
    }
}

impl Architecture {
    /// Every architecture.
    pub const ALL: [Self; 2] = [Self::Amd64, Self::Arm64];

    /// The name that Go, Debian, Docker and most release pages use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }

    /// The name that Linux, Rust and Python use.
    pub const fn machine(self) -> &'static str {
        match self {
            Self::Amd64 => "x86_64",
            Self::Arm64 => "aarch64",
        }
    }
}

impl Platform {
    /// Linux on 64-bit x86: the platform of keys that name no platform.
    pub const LINUX_AMD64: Self = Self::linux(Architecture::Amd64);
    /// Linux on 64-bit ARM.
    pub const LINUX_ARM64: Self = Self::linux(Architecture::Arm64);
    /// Every platform that programs are published for.
    pub const ALL: [Self; 4] = [
        Self::LINUX_AMD64,
        Self::LINUX_ARM64,
        Self { system: System::Darwin, architecture: Architecture::Amd64 },
        Self { system: System::Darwin, architecture: Architecture::Arm64 },
    ];

    /// Linux on `architecture`.
    pub const fn linux(architecture: Architecture) -> Self {
        Self { system: System::Linux, architecture }
    }

    /// The platform of this machine: of programs that run outside containers.
    pub fn host() -> Result<Self> {
        let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
        let found = match system {
            "macos" => Self::find("darwin", machine),
            system => Self::find(system, machine),
        };
        found.ok_or_else(|| {
            Failure::new(Kind::Tool, format!("this machine's platform {system}/{machine} is not supported"))
                .because(format!("there are programs for {}", list(&Self::ALL)))
        })
    }

    /// The platform of images, from what the daemon reports about its host.
    pub fn of_daemon(system: &str, machine: &str) -> Result<Self> {
        let images = Architecture::ALL.map(Self::linux);
        let found = Self::find(system, machine).filter(|platform| platform.system == System::Linux);
        found.ok_or_else(|| {
            let reported = format!("{}/{}", or_unknown(system), or_unknown(machine));
            Failure::new(Kind::Tool, format!("the container daemon's platform {reported} is not supported"))
                .because(format!("there are images for {}", list(&images)))
                .hint("use a daemon on such a machine: set `DOCKER_HOST`, or see `docker context ls`")
        })
    }

    /// The platform with these names in any usual spelling.
    fn find(system: &str, machine: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|platform| {
            let architecture = platform.architecture;
            system == platform.system.name()
                && [architecture.name(), architecture.machine()].contains(&machine)
        })
    }

    /// Both names with `separator`, as in `linux_amd64`.
    pub fn joined(self, separator: &str) -> String {
        format!("{}{separator}{}", self.system.name(), self.architecture.name())
    }

    /// The text that a key gets for this platform: nothing for the platform of keys that name none, so that
    /// existing results stay valid.
    pub fn key_suffix(self) -> String {
        if self == Self::LINUX_AMD64 { String::new() } else { format!(" {self}") }
    }

    /// Rust's target triple for static programs that are built on `host`.
    ///
    /// The C library of the host's own distribution can be linked statically. A cross linker brings only musl for
    /// that.
    pub fn rust_target(self, host: Self) -> String {
        let library = if self == host { "gnu" } else { "musl" };
        format!("{}-unknown-linux-{library}", self.architecture.machine())
    }

    /// Zig's target for static programs of C.
    pub fn zig_target(self) -> String {
        format!("{}-linux-musl", self.architecture.machine())
    }

    /// Go's settings for this platform. `GOAMD64` is set because it changes the instructions.
    pub fn go_settings(self) -> Vec<(&'static str, &'static str)> {
        let mut settings = vec![("GOOS", self.system.name()), ("GOARCH", self.architecture.name())];
        if self.architecture == Architecture::Amd64 {
            settings.push(("GOAMD64", "v1"));
        }
        settings
    }

    /// Replaces `{os}` and `{arch}` in `text`.
    pub fn fill(self, text: &str) -> String {
        text.replace("{os}", self.system.name()).replace("{arch}", self.architecture.name())
    }
}

fn or_unknown(name: &str) -> &str {
    if name.is_empty() { "unknown" } else { name }
}

fn list(platforms: &[Platform]) -> String {
    platforms.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.joined("/"))
    }
}

impl FromStr for Platform {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let found = Self::ALL.into_iter().find(|platform| platform.to_string() == text);
        found.ok_or_else(|| format!("unknown platform `{text}`, expected one of {}", list(&Self::ALL)))
    }
}

impl TryFrom<String> for Platform {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        text.parse()
    }
}

impl From<Platform> for String {
    fn from(platform: Platform) -> Self {
        platform.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn daemon_is_understood_in_every_usual_spelling() {
        for machine in ["x86_64", "amd64"] {
            assert_eq!(Platform::of_daemon("linux", machine).unwrap(), Platform::LINUX_AMD64);
        }
        for machine in ["aarch64", "arm64"] {
            assert_eq!(Platform::of_daemon("linux", machine).unwrap(), Platform::LINUX_ARM64);
        }
    }

    #[test]
    fn other_platforms_of_a_daemon_are_refused_by_name() {
        for (system, machine) in [("windows", "x86_64"), ("linux", "riscv64"), ("darwin", "arm64"), ("", "")]
        {
            let failure = Platform::of_daemon(system, machine).unwrap_err();
            let expected = format!("{}/{}", or_unknown(system), or_unknown(machine));
            assert!(failure.message.contains(&expected), "{failure:?}");
            assert_eq!(failure.causes, ["there are images for linux/amd64, linux/arm64"]);
        }
    }

    #[test]
    fn text_is_read_back_and_unknown_text_is_refused() {
        for platform in Platform::ALL {
            assert_eq!(platform.to_string().parse(), Ok(platform));
        }
        assert!("linux/mips".parse::<Platform>().unwrap_err().contains("`linux/mips`"));
    }

    #[test]
    fn keys_change_for_other_platforms_alone() {
        assert_eq!(Platform::LINUX_AMD64.key_suffix(), "");
        assert_eq!(Platform::LINUX_ARM64.key_suffix(), " linux/arm64");
    }

    #[test]
    fn go_level_is_set_for_x86_only() {
        assert!(Platform::LINUX_AMD64.go_settings().contains(&("GOAMD64", "v1")));
        assert_eq!(Platform::LINUX_ARM64.go_settings(), [("GOOS", "linux"), ("GOARCH", "arm64")]);
    }

    #[test]
    fn target_depends_on_whether_the_linker_is_a_cross_linker() {
        let (here, there) = (Platform::LINUX_AMD64, Platform::LINUX_ARM64);
        assert_eq!(here.rust_target(here), "x86_64-unknown-linux-gnu");
        assert_eq!(there.rust_target(here), "aarch64-unknown-linux-musl");
    }
}
