//! Kinds of service that people should have within a walk, and by which tags a map knows them (`data/circles.toml`).

use serde::Deserialize;

use crate::Error;
use crate::mode::{Tags, all};

/// The kinds that come with the program.
pub const CIRCLES: &str = include_str!("../data/circles.toml");

/// A kind of service.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Circle {
    /// What tables call it.
    pub id: String,
    /// Its name in Chinese.
    pub zh: String,
    /// Its name in English.
    pub en: String,
    /// How long the walk should take at most, in minutes.
    pub within_min: f64,
    #[serde(default)]
    tags: Vec<Tags>,
}

impl Circle {
    /// Whether something with these tags is of this kind.
    pub fn fits(&self, tags: &[(&str, &str)]) -> bool {
        self.tags.iter().any(|needed| !needed.is_empty() && all(needed, tags))
    }
}

/// Reads a file of kinds.
pub fn circles(text: &str) -> Result<Vec<Circle>, Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        kind: Vec<Circle>,
    }
    let wrong = |reason: String| Error::Rules { file: "circles", reason };
    let File { kind } = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
    for (at, circle) in kind.iter().enumerate() {
        if kind[..at].iter().any(|other| other.id == circle.id) {
            return Err(wrong(format!("the kind {} stands there twice", circle.id)));
        }
    }
    Ok(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_kinds_know_their_tags() {
        let circles = circles(CIRCLES).unwrap();
        let kinds = |tags: &[(&str, &str)]| -> Vec<&str> {
            circles.iter().filter(|circle| circle.fits(tags)).map(|circle| circle.id.as_str()).collect()
        };
        assert_eq!(circles.len(), 5);
        assert_eq!(kinds(&[("amenity", "library")]), ["reading"]);
        assert_eq!(kinds(&[("amenity", "clinic"), ("healthcare", "clinic")]), ["healthcare"]);
        assert_eq!(kinds(&[("amenity", "social_facility"), ("social_facility", "nursing_home")]), [""; 0]);
        assert_eq!(
            kinds(&[("social_facility", "nursing_home"), ("social_facility:for", "senior")]),
            ["elderly"]
        );
        assert_eq!(kinds(&[]), [""; 0]);
    }
}
