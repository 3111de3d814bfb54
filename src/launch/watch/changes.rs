//! What has changed, whatever the number and the order of the edits.

use std::collections::BTreeSet;

/// A program of ours that runs on the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Workload {
    /// The API.
    Backend,
    /// The page and its server.
    Frontend,
    /// The simulated buoys.
    Fleet,
}

impl Workload {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Backend, Self::Frontend, Self::Fleet];

    /// The name of its image in `infra/images.toml`.
    pub const fn image(self) -> &'static str {
        match self {
            Self::Backend => "seasense-backend",
            Self::Frontend => "seasense-frontend",
            Self::Fleet => "seasense-fleet",
        }
    }

    /// The name of its Deployment; the fleet runs beside the cluster and has none.
    pub const fn deployment(self) -> Option<&'static str> {
        match self {
            Self::Backend => Some("backend"),
            Self::Frontend => Some("frontend"),
            Self::Fleet => None,
        }
    }

    /// How people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Backend => "backend",
            Self::Frontend => "frontend",
            Self::Fleet => "fleet",
        }
    }
}

/// A set of changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Whether the tree under `gitops/` changed.
    pub manifests: bool,
    /// Whether the environment's own file or key changed.
    pub environment: bool,
    /// Whether `infra/` changed, which no running cluster can follow.
    pub infra: bool,
    /// The workloads whose sources changed.
    pub workloads: BTreeSet<Workload>,
    /// The files, relative to the project.
    pub paths: BTreeSet<String>,
}

impl Changes {
    /// Whether nothing that matters changed.
    pub fn is_empty(&self) -> bool {
        !self.manifests && !self.environment && !self.infra && self.workloads.is_empty()
    }

    /// Takes in `other`; the order in which changes are taken in does not matter.
    pub fn absorb(&mut self, other: Self) {
        self.manifests |= other.manifests;
        self.environment |= other.environment;
        self.infra |= other.infra;
        self.workloads.extend(other.workloads);
        self.paths.extend(other.paths);
    }

    /// What changed, in a few words: the file, or the first of them and how many there are.
    pub fn title(&self) -> String {
        let mut paths = self.paths.iter();
        match (paths.next(), paths.len()) {
            (None, _) => "what changed".to_owned(),
            (Some(path), 0) => path.clone(),
            (Some(path), more) => format!("{path} and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_is_named_and_many_are_counted() {
        let changes = |paths: &[&str]| Changes {
            manifests: true,
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            ..Changes::default()
        };
        assert_eq!(changes(&["gitops/a.yaml"]).title(), "gitops/a.yaml");
        assert_eq!(changes(&["gitops/b", "gitops/a", "gitops/c"]).title(), "gitops/a and 2 more");
        assert_eq!(changes(&[]).title(), "what changed");
    }
}
