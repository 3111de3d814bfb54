//! The text of a settings file: UTF-8 without a byte-order mark.

use std::path::Path;

use crate::base::failure::{Failure, Kind, Location, Result};

/// Decodes the content of `file`; fails with the way to save it if an editor saved it in another encoding.
pub fn text_of(file: &Path, content: Vec<u8>) -> Result<String> {
    let refuse = |what: &str, position| {
        Err(Failure::new(Kind::Environment, what)
            .at(Location { file: file.to_owned(), position })
            .hint("save the file as UTF-8 without a byte-order mark"))
    };
    if content.starts_with(b"\xff\xfe") || content.starts_with(b"\xfe\xff") {
        return refuse("the file is UTF-16", None);
    }
    if content.starts_with(b"\xef\xbb\xbf") {
        return refuse("the file begins with a byte-order mark", Some((1, 1)));
    }
    match String::from_utf8(content) {
        Ok(text) => Ok(text),
        Err(error) => {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let valid = String::from_utf8_lossy(valid);
            let Location { position, .. } = Location::at_offset(file, &valid, valid.len());
            refuse("the file is not UTF-8", position)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_encodings_are_refused_with_the_way_to_save() {
        let refused = |content: &[u8]| {
            let failure = text_of(Path::new("envs/a.toml"), content.to_vec()).unwrap_err();
            assert_eq!(failure.hints, ["save the file as UTF-8 without a byte-order mark"]);
            format!("{}: {}", failure.location.unwrap(), failure.message)
        };
        assert_eq!(
            refused("\u{feff}name = 1".as_bytes()),
            "envs/a.toml:1:1: the file begins with a byte-order mark"
        );
        assert_eq!(refused(b"\xff\xfen\0"), "envs/a.toml: the file is UTF-16");
        assert_eq!(refused(b"a = 1\nb = \"\xe4\"\n"), "envs/a.toml:2:6: the file is not UTF-8");
        assert_eq!(text_of(Path::new("a"), "ä".into()), Ok("ä".to_owned()));
    }
}
