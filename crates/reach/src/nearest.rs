//! The nearest facilities of one kind, from anywhere: along the streets, and from door to door.

use crate::network::Network;
use crate::search::{Field, Search, Source};
use crate::snap::Snapped;

/// Minutes for a cost in millimetres at a speed.
pub fn minutes(cost_mm: u32, speed_kmh: f64) -> f64 {
    f64::from(cost_mm) * 60.0 / (speed_kmh * 1e6)
}

/// Millimetres that are walked in some minutes; what is more than can be counted is as far as anything is.
pub fn millimetres(minutes: f64, speed_kmh: f64) -> u32 {
    (minutes * speed_kmh * 1e6 / 60.0).round() as u32
}

/// A facility near a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Near {
    /// Its place among the facilities.
    pub facility: u32,
    /// The way from door to door: along the streets, and both straight ways to them. By this it is the first, second, ...
    pub door_to_door_mm: u32,
    /// The way along the streets alone to the first, second, ... facility by that measure, which may be another one.
    pub network_mm: u32,
}

/// Two searches from all facilities of a kind.
#[derive(Clone, Debug)]
pub struct Nearest<'a> {
    network: Field<'a>,
    doors: Field<'a>,
}

impl<'a> Nearest<'a> {
    /// `facilities`: where each meets the streets; None counts for nothing. Of two equally near, the first one is nearer.
    pub fn new(network: &'a Network, facilities: &[Option<Snapped>], nearest: usize) -> Self {
        let search = Search { nearest, ..Search::NEAREST };
        let sources = |legs: fn(&Snapped) -> u32| -> Vec<Source> {
            let all = facilities.iter().zip(0..).filter_map(|(one, owner)| Some((one.as_ref()?, owner)));
            all.map(|(one, owner)| Source { spot: one.spot, leg_mm: legs(one), owner }).collect()
        };
        Self {
            network: Field::new(network, &sources(|_| 0), search),
            doors: Field::new(network, &sources(|one| one.leg_mm), search),
        }
    }

    /// The nearest facilities of a place, nearest first; fewer where fewer can be reached.
    pub fn of(&self, place: &Snapped) -> Vec<Near> {
        let doors = self.doors.all_at(place.spot);
        let network = self.network.all_at(place.spot);
        doors
            .into_iter()
            .zip(network)
            .map(|(door, street)| Near {
                facility: door.owner,
                door_to_door_mm: door.cost_mm.saturating_add(place.leg_mm),
                network_mm: street.cost_mm,
            })
            .collect()
    }

    /// The nearest from door to door at every junction and place: its owner is whose catchment that is.
    pub fn doors(&self) -> &Field<'a> {
        &self.doors
    }
}
