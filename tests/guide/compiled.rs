//! T2: the programs compile with the edits of the pages that change Rust code.

use std::{fs, process::Command};

use super::{Checkout, blocks::blocks, error_of, page, root};

const PAGES: [&str; 2] = ["docs/guide/add-a-field.md", "docs/guide/add-an-app.md"];

#[test]
#[ignore = "compiles the programs of a copy of the checkout"]
fn programs_compile_with_the_edits_of_the_pages() {
    for file in PAGES {
        let copy = Checkout::new();
        for (number, block) in
            blocks(&page(file)).into_iter().filter(|block| block.language == "diff").enumerate()
        {
            let diff = copy.home().join(format!("{number}.diff"));
            fs::write(&diff, block.text).unwrap();
            let run = copy.run("git", &["apply", diff.to_str().unwrap()]);
            assert!(run.status.success(), "{file}, diff block {}: {}", number + 1, error_of(&run));
        }
        // The compiled dependencies of this checkout are reused.
        let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| root().join("target").into());
        let run = Command::new(env!("CARGO"))
            .args(["check", "--locked", "--quiet", "--features", "apps,test-fakes", "--bins"])
            .current_dir(copy.project())
            .env("CARGO_TARGET_DIR", target)
            .output()
            .unwrap();
        assert!(run.status.success(), "{file}: {}", error_of(&run));
    }
}
