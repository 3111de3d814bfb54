//! A set of changes, independent of the number and order of the edits.

use std::collections::BTreeSet;

/// A program of this repository that runs on the platform.
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

    /// The name of its Deployment; the fleet runs outside the cluster and has none.
    pub const fn deployment(self) -> Option<&'static str> {
        match self {
            Self::Backend => Some("backend"),
            Self::Frontend => Some("frontend"),
            Self::Fleet => None,
        }
    }

    /// Its name in messages.
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
    /// Whether `infra/` changed, which a running cluster cannot apply.
    pub infra: bool,
    /// The workloads whose sources changed.
    pub workloads: BTreeSet<Workload>,
    /// The files, relative to the project.
    pub paths: BTreeSet<String>,
}

impl Changes {
    /// Whether nothing relevant changed.
    pub fn is_empty(&self) -> bool {
        !self.manifests && !self.environment && !self.infra && self.workloads.is_empty()
    }

    /// Adds `other`; the order of additions does not matter.
    pub fn absorb(&mut self, other: Self) {
        self.manifests |= other.manifests;
        self.environment |= other.environment;
        self.infra |= other.infra;
        self.workloads.extend(other.workloads);
        self.paths.extend(other.paths);
    }

    /// The changed file, or the first one and the number of the others.
    pub fn title(&self) -> String {
        let mut paths = self.paths.iter();
        match (paths.next(), paths.len()) {
            (None, _) => "changes".to_owned(),
            (Some(path), 0) => path.clone(),
            (Some(path), more) => format!("{path} and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_names_one_file_and_counts_the_others() {
        let changes = |paths: &[&str]| Changes {
            manifests: true,
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            ..Changes::default()
        };
        assert_eq!(changes(&["gitops/a.yaml"]).title(), "gitops/a.yaml");
        assert_eq!(changes(&["gitops/b", "gitops/a", "gitops/c"]).title(), "gitops/a and 2 more");
        assert_eq!(changes(&[]).title(), "changes");
    }
}
