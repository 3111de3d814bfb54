//! A machine made of stubs: a PATH, a home, a cache, files below /proc, and a small checkout with the scripts.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

/// What every machine has: bash, git, and the coreutils.
const BASE: [&str; 24] = [
    "bash",
    "cat",
    "chmod",
    "cp",
    "cut",
    "date",
    "dirname",
    "env",
    "git",
    "head",
    "ln",
    "ls",
    "mkdir",
    "mktemp",
    "mv",
    "nohup",
    "rm",
    "sha256sum",
    "sleep",
    "sort",
    "tail",
    "touch",
    "tr",
    "true",
];
/// Makes the bash of this machine as old as that of macOS, as far as it can be: its behaviour, and its builtins.
/// `tests/scripts/lint.rs` covers the syntax.
const OLD_BASH: &str =
    "BASH_COMPAT=3.2\nenable -n mapfile readarray\nunset BASHPID EPOCHSECONDS EPOCHREALTIME SRANDOM\n";
/// The bounding set of a host that grants all 41 capabilities.
pub const ALL_CAPABILITIES: &str = "000001ffffffffff";

/// The machine; its files are removed with it.
pub struct Machine {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

/// How a script ended.
pub struct Ended {
    /// Its exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Machine {
    /// An Ubuntu-like laptop on which nothing is installed but git; the user is not root.
    pub fn new() -> Self {
        let machine = Self { folder: tempfile::tempdir().unwrap(), variables: Vec::new() };
        for name in ["bin", "home", "root", "project/src"] {
            fs::create_dir_all(machine.at(name)).unwrap();
        }
        for program in BASE {
            machine.link(program);
        }
        machine.stub("id", "echo 1000");
        machine.system("Linux", "x86_64");
        machine.write("bash-env", OLD_BASH);
        machine.write("root/proc/sys/fs/inotify/max_user_instances", "512\n");
        machine.write("root/proc/sys/fs/inotify/max_user_watches", "1048576\n");
        machine.write("root/proc/sys/kernel/osrelease", "6.8.0-40-generic\n");
        machine.write("root/proc/sys/kernel/cap_last_cap", "40\n");
        machine.write("root/proc/self/status", &status(ALL_CAPABILITIES));
        machine.checkout();
        machine
    }

    /// A small checkout: the scripts of this project, and sources of a launcher.
    fn checkout(&self) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::create_dir_all(self.at("project/scripts/lib")).unwrap();
        for folder in ["scripts", "scripts/lib"] {
            for entry in fs::read_dir(root.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    fs::copy(&path, self.project().join(folder).join(path.file_name().unwrap())).unwrap();
                }
            }
        }
        for file in ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "infra/versions.toml"] {
            self.write(&format!("project/{file}"), &fs::read_to_string(root.join(file)).unwrap());
        }
        self.write("project/src/main.rs", "fn main() {}\n");
        self.write("project/src/apps/backend.rs", "// a workload\n");
        self.write("project/infra/launcher.sha256", "# no release\n");
    }

    /// The path of a file of this machine.
    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The checkout.
    pub fn project(&self) -> PathBuf {
        self.at("project")
    }

    /// Writes a file, with its folders.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.at(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Puts the real program on PATH.
    pub fn link(&self, program: &str) {
        let path = which(program).unwrap_or_else(|| panic!("this test needs {program}"));
        let link = self.at("bin").join(program);
        let _ = fs::remove_file(&link);
        symlink(path, link).unwrap();
    }

    /// Puts a program on PATH: the body of a bash script.
    pub fn stub(&self, program: &str, body: &str) {
        self.stub_at(&format!("bin/{program}"), body);
    }

    /// As `stub`, at another place.
    pub fn stub_at(&self, file: &str, body: &str) {
        let _ = fs::remove_file(self.at(file));
        self.write(file, &format!("#!{}\n{body}\n", which("bash").unwrap().display()));
        fs::set_permissions(self.at(file), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Puts programs on PATH that only note that they were called.
    pub fn recorders(&self, programs: &[&str]) {
        for program in programs {
            self.stub(program, &self.recorder(program));
        }
    }

    /// The body of a stub that notes its call.
    pub fn recorder(&self, program: &str) -> String {
        format!("echo \"{program} $*\" >>'{}'", self.at("calls").display())
    }

    /// The calls of recorders so far.
    pub fn calls(&self) -> String {
        fs::read_to_string(self.at("calls")).unwrap_or_default()
    }

    /// Sets what `uname` says.
    pub fn system(&self, kernel: &str, cpu: &str) {
        let body = format!("case $1 in\n-s) echo {kernel} ;;\n-m) echo {cpu} ;;\n*) echo {kernel} ;;\nesac");
        self.stub("uname", &body);
    }

    /// Makes it a Mac: no /proc, an installed developer tool, shasum in the place of sha256sum.
    pub fn mac(&self) {
        self.system("Darwin", "arm64");
        fs::remove_dir_all(self.at("root/proc")).unwrap();
        self.stub("xcode-select", "exit 0");
        fs::remove_file(self.at("bin/sha256sum")).unwrap();
        let real = which("sha256sum").unwrap();
        self.stub("shasum", &format!("shift 2\nexec '{}' \"$@\"", real.display()));
    }

    /// Makes it a distribution in WSL 2.
    pub fn wsl(&self) {
        self.write("root/proc/sys/kernel/osrelease", "5.15.153.1-microsoft-standard-WSL2\n");
    }

    /// Makes the user root.
    pub fn root(&self) {
        self.stub("id", "echo 0");
    }

    /// A Docker whose daemon answers.
    pub fn docker(&self) {
        self.stub("docker", "echo 28.0.0");
    }

    /// Everything that compiles the launcher and the images.
    pub fn toolchains(&self) {
        self.stub("cargo", "echo 'cargo 1.95.0 (f2d3ce0bd 2026-03-21)'");
        self.recorders(&["cc", "go", "npm", "jq", "mmdebstrap"]);
        self.write("root/usr/share/keyrings/debian-archive-keyring.gpg", "");
    }

    /// Sets an environment variable of the next scripts.
    pub fn set(&mut self, name: &str, value: &(impl ToString + ?Sized)) {
        self.variables.push((name.to_owned(), value.to_string()));
    }

    /// The command of a script of the checkout, on this machine.
    pub fn command(&self, script: &str) -> Command {
        let mut command = Command::new(self.project().join(script));
        command.current_dir(self.folder.path()).env_clear();
        command.env("PATH", self.at("bin")).env("HOME", self.at("home")).env("LC_ALL", "C");
        command.env("SEASENSE_CACHE", self.at("cache")).env("SEASENSE_HOST_ROOT", self.at("root"));
        command.env("BASH_ENV", self.at("bash-env")).env("USER", "dev");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a script of the checkout.
    pub fn run(&self, script: &str, arguments: &[&str]) -> Ended {
        self.command(script).args(arguments).output().unwrap().into()
    }

    /// Runs `scripts/host`.
    pub fn host(&self, arguments: &[&str]) -> Ended {
        self.run("scripts/host", arguments)
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

impl Ended {
    /// Asserts the exit code and that standard error contains every text.
    #[track_caller]
    pub fn assert(&self, code: i32, texts: &[&str]) {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        for text in texts {
            assert!(self.stderr.contains(text), "no `{text}` in:\n{}", self.stderr);
        }
    }

    /// How many problems `scripts/host` listed; asserts that each has a cure.
    #[track_caller]
    pub fn problems(&self) -> usize {
        let numbered =
            |line: &&str| line.split_once(". ").is_some_and(|(number, _)| number.parse::<u32>().is_ok());
        let problems = self.stderr.lines().filter(numbered).count();
        let cures = self.stderr.lines().filter_map(|line| line.strip_prefix("   cure: "));
        assert_eq!(cures.filter(|cure| !cure.trim().is_empty()).count(), problems, "{}", self.stderr);
        problems
    }
}

/// A /proc/<pid>/status with a bounding set.
pub fn status(capabilities: &str) -> String {
    format!("Name:\tdockerd\nCapEff:\t{capabilities}\nCapBnd:\t{capabilities}\nCapAmb:\t0000000000000000\n")
}

/// The path of a program of the real machine.
pub fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
