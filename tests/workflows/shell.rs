//! The part of the shell grammar that the command lines of workflow files and documents use.

/// Returns the commands of a script as words, without redirections and operators.
pub fn commands(script: &str) -> Vec<Vec<String>> {
    let joined = script.replace("\\\n", " ");
    let mut commands = Vec::new();
    for line in joined.lines() {
        let mut command = Vec::new();
        let mut redirected = false;
        for token in tokens(line) {
            match token {
                Token::Operator(operator) if operator.contains('>') || operator.contains('<') => {
                    redirected = true;
                }
                Token::Operator(_) => commands.push(std::mem::take(&mut command)),
                Token::Word(_) if redirected => redirected = false,
                Token::Word(word) => command.push(word),
            }
        }
        commands.push(command);
    }
    commands.retain(|command| !command.is_empty());
    commands
}

#[derive(Debug, PartialEq)]
enum Token {
    Word(String),
    Operator(String),
}

fn tokens(line: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars().peekable();
    let finish =
        |word: &mut Option<String>, tokens: &mut Vec<Token>| tokens.extend(word.take().map(Token::Word));
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                let word = word.get_or_insert_default();
                word.extend(chars.by_ref().take_while(|c| *c != '\''));
            }
            '"' => {
                let word = word.get_or_insert_default();
                word.extend(chars.by_ref().take_while(|c| *c != '"'));
            }
            // An expression of a workflow is one word, whatever it contains.
            '$' if chars.peek() == Some(&'{') => {
                let word = word.get_or_insert_default();
                word.push('$');
                for c in chars.by_ref() {
                    word.push(c);
                    if word.ends_with("}}") || (c == '}' && !word.contains("${{")) {
                        break;
                    }
                }
            }
            '#' if word.is_none() => break,
            c if c.is_whitespace() => finish(&mut word, &mut tokens),
            '|' | '&' | ';' | '(' | ')' | '<' | '>' => {
                finish(&mut word, &mut tokens);
                let mut operator = String::from(c);
                while let Some(next) = chars.next_if(|next| "|&>".contains(*next)) {
                    operator.push(next);
                }
                tokens.push(Token::Operator(operator));
            }
            c => word.get_or_insert_default().push(c),
        }
    }
    finish(&mut word, &mut tokens);
    tokens
}

#[test]
fn script_is_split_into_commands() {
    let script = "a --x \"b c\" > out.txt # comment\ntest -z \"$B\" || seasense diff \"$B\" . \\\n  --markdown 2>&1 | tail\nif: ${{ a || b }} 'it''s'\n";
    let words: Vec<Vec<String>> = commands(script);
    let expected: [&[&str]; 5] = [
        &["a", "--x", "b c"],
        &["test", "-z", "$B"],
        &["seasense", "diff", "$B", ".", "--markdown", "2"],
        &["tail"],
        &["if:", "${{ a || b }}", "its"],
    ];
    assert_eq!(words, expected);
}
