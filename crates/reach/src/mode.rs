//! Which ways carry whom, and how fast: rules over the tags of a way, from a file (`data/streets.toml` says how it reads).

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::Error;

/// The rules that come with the program.
pub const STREETS: &str = include_str!("../data/streets.toml");

/// Tags and the values that fit; `*` is any value.
pub(crate) type Tags = BTreeMap<String, Vec<String>>;

/// A way to move about: on foot, on a bicycle, ...
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mode {
    /// Speed where no other is told, in km/h; also the unit of effort (see [`Pass`]).
    pub speed_kmh: f64,
    #[serde(default)]
    needs: Tags,
    #[serde(default)]
    out: Vec<Rule>,
    #[serde(default)]
    speed: Vec<SpeedRule>,
    #[serde(default)]
    oneway: Vec<OnewayRule>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    r#if: Tags,
    #[serde(default)]
    unless: Tags,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct SpeedRule {
    r#if: Tags,
    #[serde(default)]
    unless: Tags,
    speed_kmh: f64,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct OnewayRule {
    r#if: Tags,
    #[serde(default)]
    unless: Tags,
    #[serde(default)]
    against: bool,
}

/// What a metre of a way costs in each direction, in metres at the mode's own speed: 1 is that speed, 2 is half of it. None:
/// not to be used in that direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pass {
    /// As the way is drawn.
    pub ahead: Option<f64>,
    /// Against it.
    pub back: Option<f64>,
}

impl Pass {
    /// Both ways at the mode's own speed.
    pub const BOTH: Self = Self { ahead: Some(1.0), back: Some(1.0) };
}

/// Reads a file of modes.
pub fn modes(text: &str) -> Result<BTreeMap<String, Mode>, Error> {
    let wrong = |reason: String| Error::Rules { file: "streets", reason };
    let modes: BTreeMap<String, Mode> = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
    for (name, mode) in &modes {
        let speeds = mode.speed.iter().map(|rule| rule.speed_kmh).chain([mode.speed_kmh]);
        if let Some(speed) = speeds.into_iter().find(|speed| !(speed.is_finite() && *speed > 0.0)) {
            return Err(wrong(format!("[{name}] speed_kmh is {speed}: it must be above 0")));
        }
        // The mode's own speed is the unit of effort, and what a straight line over the map is measured by.
        if let Some(rule) = mode.speed.iter().find(|rule| rule.speed_kmh > mode.speed_kmh) {
            let (speed, own) = (rule.speed_kmh, mode.speed_kmh);
            return Err(wrong(format!(
                "[{name}] speed_kmh is {speed}: it must not be above the mode's own, {own}"
            )));
        }
    }
    Ok(modes)
}

impl Mode {
    /// A mode of the rules that come with the program: `walk`, `slow`, `wheelchair`, `cycle`.
    pub fn shipped(name: &str) -> Option<Self> {
        modes(STREETS).ok()?.remove(name)
    }

    /// What a way with these tags costs; None if it is not for this mode.
    pub fn pass(&self, tags: &[(&str, &str)]) -> Option<Pass> {
        let fits = |needed: &Tags, unless: &Tags| all(needed, tags) && !any(unless, tags);
        if !all(&self.needs, tags) || self.out.iter().any(|rule| fits(&rule.r#if, &rule.unless)) {
            return None;
        }
        let slower = self.speed.iter().find(|rule| fits(&rule.r#if, &rule.unless));
        let cost = Some(slower.map_or(1.0, |rule| self.speed_kmh / rule.speed_kmh));
        Some(match self.oneway.iter().find(|rule| fits(&rule.r#if, &rule.unless)) {
            None => Pass { ahead: cost, back: cost },
            Some(rule) if rule.against => Pass { ahead: None, back: cost },
            Some(_) => Pass { ahead: cost, back: None },
        })
    }
}

/// Whether every one of the tags is there with a fitting value.
pub(crate) fn all(needed: &Tags, tags: &[(&str, &str)]) -> bool {
    needed.iter().all(|(key, values)| has(key, values, tags))
}

fn any(needed: &Tags, tags: &[(&str, &str)]) -> bool {
    needed.iter().any(|(key, values)| has(key, values, tags))
}

fn has(key: &str, values: &[String], tags: &[(&str, &str)]) -> bool {
    tags.iter()
        .find(|tag| tag.0 == key)
        .is_some_and(|tag| values.iter().any(|value| value == "*" || value == tag.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(mode: &str, tags: &str, expected: Option<(Option<f64>, Option<f64>)>) {
        let tags: Vec<(&str, &str)> =
            tags.split_whitespace().map(|tag| tag.split_once('=').unwrap()).collect();
        let found = Mode::shipped(mode).unwrap().pass(&tags);
        assert_eq!(found.map(|pass| (pass.ahead, pass.back)), expected, "{mode}: {tags:?}");
    }

    #[test]
    fn who_may_use_which_way() {
        let both = Some((Some(1.0), Some(1.0)));
        check("walk", "highway=residential", both);
        check("walk", "highway=steps oneway=yes", both);
        check("walk", "building=yes", None);
        check("walk", "highway=motorway foot=yes", None);
        check("walk", "highway=pedestrian area=yes", None);
        check("walk", "highway=service access=private", None);
        check("walk", "highway=service access=private foot=permissive", both);
        check("walk", "highway=service foot=no", None);
        check("wheelchair", "highway=steps", None);
        check("cycle", "highway=residential oneway=yes", Some((Some(1.0), None)));
        check("cycle", "highway=residential oneway=-1", Some((None, Some(1.0))));
        check("cycle", "highway=residential oneway=yes oneway:bicycle=no", both);
        check("cycle", "highway=footway", Some((Some(3.0), Some(3.0))));
        check("cycle", "highway=trunk", None);
    }

    #[test]
    fn a_speed_of_zero_is_told() {
        let error = modes("[walk]\nspeed_kmh = 0.0\n").unwrap_err();
        assert_eq!(error.to_string(), "streets: [walk] speed_kmh is 0: it must be above 0");
        assert!(modes("[walk]\nspeed = 0.0\n").is_err());
        let faster = "[walk]\nspeed_kmh = 5.0\n[[walk.speed]]\nif = { highway = [\"*\"] }\nspeed_kmh = 6.0\n";
        assert!(modes(faster).is_err());
    }
}
