//! The fenced code blocks of a Markdown page.

/// One block: the language after the fence, and the lines between the fences.
pub struct Block {
    pub language: String,
    pub text: String,
}

/// Returns the blocks of a page in their order.
pub fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(language), None) => {
                open = Some(Block { language: language.to_owned(), text: String::new() });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => (),
        }
    }
    assert!(open.is_none(), "a code block is not closed");
    blocks
}
