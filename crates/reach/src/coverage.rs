//! Who has every kind of service within a walk, and who has not: by area, by kind and for all kinds at once, by group of people.
//! What is not known stays apart: a place that meets no street, a count that is empty.

/// How far a place is from the nearest facility of a kind, from door to door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// In millimetres at the mode's own speed.
    Reached(u32),
    /// There is none to reach.
    Nowhere,
    /// Not known: the place meets no street within the limit.
    Unknown,
}

/// Whether something is within a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// That is not known.
    Unknown,
}

impl Walk {
    /// Whether the walk is within a limit.
    pub fn within(self, limit_mm: u32) -> Within {
        match self {
            Walk::Reached(cost_mm) if cost_mm <= limit_mm => Within::Yes,
            Walk::Reached(_) | Walk::Nowhere => Within::No,
            Walk::Unknown => Within::Unknown,
        }
    }
}

/// A place where people live.
#[derive(Clone, Debug, PartialEq)]
pub struct Home {
    /// Its area; None if that is not known.
    pub area: Option<String>,
    /// How many there are of each group that is counted (people, dwellings, people of an age); None if that is not known.
    pub counts: Vec<Option<f64>>,
    /// How far it is to each kind.
    pub walks: Vec<Walk>,
}

/// How many are within, beyond, and of how many that is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Within the limit.
    pub within: f64,
    /// Beyond it.
    pub beyond: f64,
    /// Not known which.
    pub unknown: f64,
}

impl Tally {
    fn add(&mut self, within: Within, count: f64) {
        *match within {
            Within::Yes => &mut self.within,
            Within::No => &mut self.beyond,
            Within::Unknown => &mut self.unknown,
        } += count;
    }

    /// The share within the limit of those of whom it is known, 0..=1; None if there are none.
    pub fn share(&self) -> Option<f64> {
        let known = self.within + self.beyond;
        (known > 0.0).then(|| self.within / known)
    }
}

/// The figures of an area, a kind and a limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The area; None for all of them together.
    pub area: Option<String>,
    /// The kind, as a place in [`Home::walks`]; None for all of them at once: within is who has each of them within the limit.
    pub kind: Option<usize>,
    /// The limit, as a place among the limits.
    pub limit: usize,
    /// How many places.
    pub places: Tally,
    /// Each group, as in [`Home::counts`].
    pub groups: Vec<Tally>,
    /// For each group, how many of the places have no count of it: they are in none of its figures.
    pub uncounted: Vec<usize>,
}

/// What [`coverage`] counts.
#[derive(Clone, Copy, Debug)]
pub struct Count<'a> {
    /// How many kinds every home has walks to.
    pub kinds: usize,
    /// How many groups every home has counts of.
    pub groups: usize,
    /// The limits, in millimetres at the mode's own speed.
    pub limits_mm: &'a [u32],
    /// Whether every area has rows of its own, beside all of them together.
    pub by_area: bool,
}

/// Counts who is within. Rows: all areas together, then each area by name; in each, all kinds at once, then each kind; in each, every
/// limit. Homes without an area are in the rows of all areas only.
pub fn coverage(homes: &[Home], count: Count<'_>) -> Vec<Row> {
    let mut areas: Vec<&str> = homes.iter().filter_map(|home| home.area.as_deref()).collect();
    areas.sort_unstable();
    areas.dedup();
    let by_area = areas.iter().map(|area| Some(*area)).filter(|_| count.by_area);
    let mut rows = Vec::new();
    for area in [None].into_iter().chain(by_area) {
        for kind in [None].into_iter().chain((0..count.kinds).map(Some)) {
            for limit in 0..count.limits_mm.len() {
                rows.push(Row {
                    area: area.map(str::to_owned),
                    kind,
                    limit,
                    places: Tally::default(),
                    groups: vec![Tally::default(); count.groups],
                    uncounted: vec![0; count.groups],
                });
            }
        }
    }
    let block = (count.kinds + 1) * count.limits_mm.len();
    for home in homes {
        let own =
            home.area.as_deref().filter(|_| count.by_area).and_then(|area| areas.binary_search(&area).ok());
        for begin in [Some(0), own.map(|area| (area + 1) * block)].into_iter().flatten() {
            for row in &mut rows[begin..begin + block] {
                add(row, home, count.limits_mm[row.limit]);
            }
        }
    }
    rows
}

fn add(row: &mut Row, home: &Home, limit_mm: u32) {
    let within = match row.kind {
        Some(kind) => home.walks[kind].within(limit_mm),
        None => all_within(&home.walks, limit_mm),
    };
    row.places.add(within, 1.0);
    for (group, count) in home.counts.iter().enumerate() {
        match count {
            Some(count) => row.groups[group].add(within, *count),
            None => row.uncounted[group] += 1,
        }
    }
}

/// Whether all are within: no if one is not, whatever else is not known.
fn all_within(walks: &[Walk], limit_mm: u32) -> Within {
    walks.iter().map(|walk| walk.within(limit_mm)).fold(Within::Yes, |all, one| match (all, one) {
        (Within::No, _) | (_, Within::No) => Within::No,
        (Within::Unknown, _) | (_, Within::Unknown) => Within::Unknown,
        _ => Within::Yes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_in_no_rate() {
        let home = |area: Option<&str>, people, walks: [Walk; 2]| Home {
            area: area.map(str::to_owned),
            counts: vec![people],
            walks: walks.to_vec(),
        };
        let homes = [
            home(Some("b"), Some(100.0), [Walk::Reached(900), Walk::Reached(400)]),
            home(Some("a"), Some(50.0), [Walk::Reached(500), Walk::Nowhere]),
            home(Some("a"), None, [Walk::Reached(100), Walk::Reached(100)]),
            home(None, Some(7.0), [Walk::Unknown, Walk::Unknown]),
        ];
        let count = Count { kinds: 2, groups: 1, limits_mm: &[500, 1000], by_area: true };
        let rows = coverage(&homes, count);
        assert_eq!(rows.len(), 3 * 3 * 2);
        let find = |area: Option<&str>, kind, limit| {
            rows.iter().find(|row| (row.area.as_deref(), row.kind, row.limit) == (area, kind, limit)).unwrap()
        };
        let people = find(None, Some(0), 0).groups[0];
        assert_eq!(people, Tally { within: 50.0, beyond: 100.0, unknown: 7.0 });
        assert_eq!((find(None, Some(0), 0).uncounted[0], people.share()), (1, Some(1.0 / 3.0)));
        assert_eq!(find(None, None, 1).places, Tally { within: 2.0, beyond: 1.0, unknown: 1.0 });
        assert_eq!(find(Some("a"), None, 1).groups[0], Tally { within: 0.0, beyond: 50.0, unknown: 0.0 });
        assert_eq!(find(Some("b"), None, 1).groups[0].share(), Some(1.0));
        assert_eq!(coverage(&[], count)[0].places.share(), None);
    }
}
