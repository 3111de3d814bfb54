//! The name of an environment: a validated string.

use std::{fmt, ops::Deref, str::FromStr};

use serde::{Deserialize, Serialize};

/// The maximum length: cluster, container and state directory names are derived from it.
const LONGEST: usize = 20;

/// The prefix of the names of rehearsals.
const REHEARSAL: &str = "rehearsal-";

/// The name of an environment: lower-case letters, digits and `-`, at most 20 characters, not starting with
/// `-`; or the name of its rehearsal, which is `rehearsal-` and that name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct EnvName(String);

impl EnvName {
    /// The name of the rehearsal of this environment.
    #[must_use]
    pub fn rehearsal(&self) -> Self {
        Self(format!("{REHEARSAL}{}", self.0))
    }

    /// The name of the environment that it rehearses, if it is the name of a rehearsal.
    pub fn rehearsed(&self) -> Option<Self> {
        self.0.strip_prefix(REHEARSAL).map(|real| Self(real.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for EnvName {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let real = name.strip_prefix(REHEARSAL).unwrap_or(&name);
        if real.is_empty() || real.len() > LONGEST || real.starts_with('-') || !real.chars().all(allowed) {
            return Err("`name` must have 1 to 20 lower-case letters, digits and `-`");
        }
        Ok(Self(name))
    }
}

impl FromStr for EnvName {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::try_from(name.to_owned())
    }
}

impl Deref for EnvName {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for EnvName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EnvName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl PartialEq<str> for EnvName {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for EnvName {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl PartialEq<EnvName> for str {
    fn eq(&self, other: &EnvName) -> bool {
        *self == other.0
    }
}

/// The form of an optional name where text is required: `None` is the empty string.
pub mod or_empty {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use super::EnvName;

    /// Writes the name.
    pub fn serialize<S: Serializer>(name: &Option<EnvName>, output: S) -> Result<S::Ok, S::Error> {
        output.serialize_str(name.as_deref().unwrap_or_default())
    }

    /// Reads the name.
    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Option<EnvName>, D::Error> {
        let text = String::deserialize(input)?;
        Some(text)
            .filter(|text| !text.is_empty())
            .map(EnvName::try_from)
            .transpose()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tests write names as literals.
    impl From<&str> for EnvName {
        fn from(name: &str) -> Self {
            name.parse().unwrap()
        }
    }

    #[test]
    fn the_name_of_a_rehearsal_contains_that_of_its_environment() {
        let real = EnvName::from("a2345678901234567890");
        assert_eq!(real.rehearsed(), None);
        let rehearsal = real.rehearsal();
        assert_eq!(rehearsal, *"rehearsal-a2345678901234567890");
        assert_eq!(rehearsal.parse(), Ok(rehearsal.clone()), "its length is not checked again");
        assert_eq!(rehearsal.rehearsed(), Some(real));
    }

    #[test]
    fn an_absent_name_is_written_as_the_empty_string() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Written {
            #[serde(with = "or_empty")]
            from: Option<EnvName>,
        }
        for (from, text) in [(None, "{\"from\":\"\"}"), (Some("local".into()), "{\"from\":\"local\"}")] {
            let written = Written { from };
            assert_eq!(serde_json::to_string(&written).unwrap(), text);
            assert_eq!(serde_json::from_str::<Written>(text).unwrap(), written);
        }
        for wrong in ["{\"from\":\"Local\"}", "{\"from\":null}", "{}"] {
            assert!(serde_json::from_str::<Written>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_are_short_and_lower_case() {
        for valid in ["local", "staging", "eu-1", "a2345678901234567890"] {
            assert_eq!(EnvName::try_from(valid.to_owned()).unwrap(), *valid);
        }
        for invalid in
            ["", "-a", "Staging", "a_b", "a b", "a.b", "../a", "a23456789012345678901", "rehearsal-"]
        {
            assert!(EnvName::try_from(invalid.to_owned()).is_err(), "{invalid}");
        }
    }
}
