//! `docs/guide/first-change.md`, executed as written.

use std::fs;

use crate::{blocks::blocks, page::follow, shared::running_env, test_env::TestEnv};

const PAGE: &str = "docs/guide/first-change.md";

fn deployed_limit(env: &TestEnv) -> String {
    let path = "jsonpath={.spec.template.spec.containers[0].resources.limits.memory}";
    env.kubectl(&["get", "deployment", "frontend", "-n", "seasense", "-o", path])
}

#[test]
#[ignore = "needs Docker and kind; creates a cluster"]
fn t55_first_change_of_the_guide_works_as_written() {
    let env = running_env();
    let page = fs::read_to_string(env.project().join(PAGE)).unwrap();
    let former = deployed_limit(env);
    let output = follow(env, PAGE, &blocks(&page));
    assert!(output.contains("96Mi"), "the new limit was not printed:\n{output}");
    assert!(output.contains("Buoys at sea"), "the new text was not printed:\n{output}");
    assert_eq!(deployed_limit(env), former, "the limit was not restored");
    assert!(env.get("/").unwrap().contains("Buoys live"), "the text was not restored");
    assert_eq!(env.status()["ready"], true);
}
