//! Adds the places in the tree to a failure of the cluster.

use crate::{
    artifact::{Tree, source_location},
    base::failure::Failure,
};

/// Adds to each cause the place of the object that it names, and to the failure the first of them.
pub(super) fn locate(mut failure: Failure, tree: &Tree) -> Failure {
    let places: Vec<_> = failure.causes.iter().map(|cause| source_location(tree, cause)).collect();
    let several = places.iter().flatten().count() > 1;
    for (cause, place) in failure.causes.iter_mut().zip(&places) {
        if let Some(place) = place.as_ref().filter(|_| several) {
            *cause = format!("{cause} ({place})");
        }
    }
    match places.into_iter().flatten().next() {
        Some(place) if failure.location.is_none() => failure.at(place),
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::failure::Kind;

    const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: x\nspec:\n  type: wrong\n";
    const PHASE: &str =
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: apps\n";

    fn located(causes: &[&str]) -> Failure {
        let files = [("apps/service.yaml", SERVICE), ("flux/apps.yaml", PHASE)];
        let tree = Tree::from_files(files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())));
        let failure =
            causes.iter().fold(Failure::new(Kind::Phase, "x"), |failure, cause| failure.because(*cause));
        locate(failure, &tree)
    }

    #[test]
    fn a_single_cause_has_its_place_in_front() {
        let refused = "Service/seasense/x dry-run failed (Invalid): spec.type: Unsupported value";
        let failure = located(&[refused]);
        assert_eq!(failure.location.unwrap().to_string(), "gitops/apps/service.yaml:6:1");
        assert_eq!(failure.causes, [refused]);
        assert_eq!(located(&["nothing of the tree"]).location, None);
    }

    #[test]
    fn every_cause_of_several_has_its_place() {
        let missing = "Kustomization apps: it depends on `gone`, which does not exist";
        let failure = located(&[missing, "Service/seasense/x dry-run failed (Invalid): no"]);
        assert_eq!(failure.location.unwrap().to_string(), "gitops/flux/apps.yaml:1:1");
        assert!(failure.causes[0].ends_with("(gitops/flux/apps.yaml:1:1)"), "{:?}", failure.causes);
        assert!(failure.causes[1].ends_with("(gitops/apps/service.yaml:1:1)"), "{:?}", failure.causes);
    }
}
