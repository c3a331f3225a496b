//! Problems that may be the same one twice: of one kind, raised within days of each other, and near in place where their
//! places are known.

use chrono::Duration;
use model::case::{Opening, Place};
use model::{Case, FactType, Point, Value};
use serde::Serialize;
use store::{StoredCase, Worklist};
use utoipa::ToSchema;

use super::app::App;
use super::cases::CaseLine;
use super::paging::MAX_LIMIT;
use super::problem::Problem;
use super::scope::Scope;
use super::view::View;

/// A case that may be the same.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SimilarCase {
    /// The same as in a list.
    #[serde(flatten)]
    pub line: CaseLine,
    /// How far apart they are in a straight line over the ground; none where a point is not known of both.
    pub metres: Option<u32>,
    /// Whether both name the same address.
    pub same_address: bool,
}

/// How near two cases are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Near {
    /// So many metres; none where they name the same address.
    Known(u32),
    /// The place of one is not known.
    Unknown,
}

/// Similar cases shown.
const SHOWN: usize = 5;

/// Live cases that may be the same as one, the nearest first; those whose place is not known after them, of the same area,
/// by how soon after each other they were raised.
pub fn similar(app: &App, scope: &Scope<'_>, stored: &StoredCase) -> Result<Vec<SimilarCase>, Problem> {
    let (case, limits, now) = (&stored.case, &app.casework()?.similar, app.now());
    let apart = |other: &Case| (other.opened_at - case.opened_at).abs();
    let kind = Some(case.opening.kind.clone());
    let nearby =
        Worklist { areas: vec![case.office.area.clone()], kind, limit: MAX_LIMIT, ..Worklist::default() };
    // The next street may lie in another area.
    let wide = Worklist { areas: vec![], ..nearby.clone() };
    let mut found = app.store().worklist(&nearby)?;
    found.extend(app.store().worklist(&wide)?);
    found.sort_by_key(|other| other.no);
    found.dedup_by_key(|other| other.no);
    found.retain(|other| {
        let is_soon = apart(&other.case) <= Duration::days(limits.days.into());
        other.no != stored.no && is_soon && scope.sees_case(&other.case)
    });
    app.read(app.today(), |view| {
        let place = place_of(view, &case.opening);
        let mut near: Vec<(Near, bool, &StoredCase)> = found
            .iter()
            .filter_map(|other| {
                let there = place_of(view, &other.case.opening);
                let near = near(&place, &there, limits.metres)?;
                let is_here = other.case.office.area == case.office.area;
                (is_here || near != Near::Unknown).then(|| (near, is_same_address(&place, &there), other))
            })
            .collect();
        near.sort_by_key(|(near, _, other)| (*near, apart(&other.case), other.no));
        let shown = near.into_iter().take(SHOWN).map(|(near, same_address, other)| SimilarCase {
            line: CaseLine::new(view, other, now),
            metres: match near {
                Near::Known(metres) if place.point.is_some() && has_point(view, other) => Some(metres),
                _ => None,
            },
            same_address,
        });
        Ok(shown.collect())
    })
}

fn has_point(view: View, stored: &StoredCase) -> bool {
    place_of(view, &stored.case.opening).point.is_some()
}

/// How near two places are; none where they are further apart than the limit. Points decide where both are known, else
/// the words of the addresses, and only by being the same: words that differ may mean the same door.
fn near(one: &Place, other: &Place, limit_m: u32) -> Option<Near> {
    match (one.point, other.point) {
        (Some(one), Some(other)) => {
            let metres = distance_m(one, other);
            (metres <= limit_m).then_some(Near::Known(metres))
        }
        _ if is_same_address(one, other) => Some(Near::Known(0)),
        _ => Some(Near::Unknown),
    }
}

fn is_same_address(one: &Place, other: &Place) -> bool {
    let plain = |place: &Place| {
        let address = place.address.as_deref()?;
        let letters = address.chars().filter(|letter| letter.is_alphanumeric());
        Some(letters.flat_map(char::to_lowercase).collect::<String>()).filter(|plain| !plain.is_empty())
    };
    plain(one).is_some_and(|address| Some(address) == plain(other))
}

/// Along the great circle (haversine, on a sphere of the earth's mean radius), in whole metres.
fn distance_m(one: Point, other: Point) -> u32 {
    let at = |point: Point| reach::Point { lon: point.lon, lat: point.lat };
    reach::distance_m(at(one), at(other)).round() as u32
}

/// Where a problem is: where it was reported to be, else where the record it is about lies. What a record says of a
/// person's place is no measure for strangers.
fn place_of(view: View, opening: &Opening) -> Place {
    if let Some(place) = &opening.place {
        return place.clone();
    }
    let nowhere = Place { point: None, address: None };
    let Some(about) = &opening.about else { return nowhere };
    let Some((kind, declared)) = view.rules.kind(about.kind.as_str()) else { return nowhere };
    let Some(row) = view.snapshot.row(kind, about.id.as_str()) else { return nowhere };
    let open = || declared.facts.iter().filter(|fact| !fact.personal);
    let told = |fact: &model::Fact| view.told(kind, row, fact.id.as_str());
    let named = view.rules.casework.as_ref().and_then(|casework| casework.similar.address.as_ref());
    let address = open().find(|fact| named == Some(&fact.id)).and_then(told);
    let point = open().filter(|fact| matches!(fact.fact_type, FactType::Point)).find_map(told);
    Place {
        point: match point {
            Some(Value::Point(point)) => Some(point),
            _ => None,
        },
        address: address.map(|address| address.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_by_points_else_by_the_same_words_else_unknown() {
        let point = |lon: f64, lat: f64| Place { point: Some(Point { lon, lat }), address: None };
        let address = |words: &str| Place {
            point: None,
            address: Some(words.to_owned()).filter(|words| !words.is_empty()),
        };
        let both = Place { address: Some("七一路1号".to_owned()), ..point(113.85, 34.03) };
        // A degree of latitude is 111,195 m; of longitude at 34.03 degrees, cos(34.03°) = 0.8287 of it.
        for (one, other, limit, expected) in [
            (point(113.85, 34.03), point(113.85, 34.03), 500, Some(Near::Known(0))),
            (point(113.85, 34.03), point(113.85, 34.034), 500, Some(Near::Known(445))),
            (point(113.85, 34.03), point(113.854, 34.03), 500, Some(Near::Known(369))),
            (point(113.85, 34.03), point(113.85, 34.034), 400, None),
            (point(113.85, 34.03), point(113.85, 35.03), 500, None),
            (address("七一路 1 号"), address("七一路1号"), 500, Some(Near::Known(0))),
            (address("1, Qiyi Road"), address("1 qiyi road"), 500, Some(Near::Known(0))),
            (address("七一路1号"), address("七一路2号"), 500, Some(Near::Unknown)),
            (address(""), address(""), 500, Some(Near::Unknown)),
            (address("…"), address("。"), 500, Some(Near::Unknown)),
            (both.clone(), address("七一路1号"), 500, Some(Near::Known(0))),
            (both.clone(), point(113.85, 34.13), 500, None),
            (point(113.85, 34.03), address("七一路1号"), 500, Some(Near::Unknown)),
        ] {
            assert_eq!(near(&one, &other, limit), expected, "{one:?} {other:?}");
            assert_eq!(near(&other, &one, limit), expected, "{other:?} {one:?}");
        }
        assert!(Near::Known(400) < Near::Unknown);
    }
}
