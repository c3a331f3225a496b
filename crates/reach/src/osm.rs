//! Streets and services from an OpenStreetMap extract (.osm.pbf).

use std::collections::HashMap;
use std::io::Read;

use osmpbf::{Element, ElementReader};

use crate::circle::Circle;
use crate::network::Builder;
use crate::point::Point;
use crate::{Error, Mode};

/// Something that serves people, found by its tags.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// What the map calls it: `node/1`, `way/2`, `relation/3`.
    pub id: String,
    /// The kind, as [`Circle::id`].
    pub kind: String,
    /// Its name, where the map has one.
    pub name: Option<String>,
    /// A node's place; of a way or a relation the middle of its bounding box.
    pub at: Point,
}

/// What an extract holds.
#[derive(Clone, Debug, Default)]
pub struct Extract {
    /// The streets of the mode.
    pub streets: Builder,
    /// The services of all kinds, by id and kind.
    pub services: Vec<Service>,
}

/// West, south, east, north, in 1e-7 degrees.
type Bounds = [i32; 4];

/// Reads an extract in one go. Its nodes stay in memory while it is read, 16 bytes each.
/// Ways may come before their nodes. A service whose nodes are all missing, as at the border of an extract, is left out.
pub fn read(bytes: impl Read + Send, mode: &Mode, circles: &[Circle]) -> Result<Extract, Error> {
    let mut found =
        Found { builder: Builder::default(), mode, circles, ways: HashMap::new(), services: Vec::new() };
    ElementReader::new(bytes).for_each(|element| found.element(&element))?;
    let Found { mut builder, services, ways, .. } = found;
    builder.sort_nodes();
    let mut located: Vec<Service> = services
        .into_iter()
        .filter_map(|service| {
            let nodes = match service.whole {
                Whole::Node(at) => return Some((service.row, at)),
                Whole::Nodes(nodes) => nodes,
                Whole::Ways(members) => {
                    members.into_iter().filter_map(|way| ways.get(&way)).flatten().copied().collect()
                }
            };
            let places = nodes.into_iter().filter_map(|node| builder.find(node));
            let bounds = places.fold(None, |bounds: Option<Bounds>, [lon, lat]| {
                let [west, south, east, north] = bounds.unwrap_or([lon, lat, lon, lat]);
                Some([west.min(lon), south.min(lat), east.max(lon), north.max(lat)])
            });
            let middle = |low: i32, high: i32| ((i64::from(low) + i64::from(high)) / 2) as i32;
            bounds.map(|[west, south, east, north]| {
                (service.row, Point::from_fixed([middle(west, east), middle(south, north)]))
            })
        })
        .map(|((id, kind, name), at)| Service { id, kind, name, at })
        .collect();
    located.sort_by(|one, other| (&one.id, &one.kind).cmp(&(&other.id, &other.kind)));
    Ok(Extract { streets: builder, services: located })
}

/// What a service consists of.
enum Whole {
    Node(Point),
    Nodes(Vec<i64>),
    Ways(Vec<i64>),
}

struct Unplaced {
    row: (String, String, Option<String>),
    whole: Whole,
}

struct Found<'a> {
    builder: Builder,
    mode: &'a Mode,
    circles: &'a [Circle],
    /// The nodes of closed ways and of ways without tags of their own: what relations are made of.
    ways: HashMap<i64, Vec<i64>>,
    services: Vec<Unplaced>,
}

impl Found<'_> {
    fn element(&mut self, element: &Element) {
        match element {
            Element::DenseNode(node) => {
                let at = [node.decimicro_lon(), node.decimicro_lat()];
                self.builder.fixed_node(node.id(), at);
                if node.tags().len() > 0 {
                    self.service(("node", node.id()), &node.tags().collect::<Vec<_>>(), || {
                        Whole::Node(Point::from_fixed(at))
                    });
                }
            }
            Element::Node(node) => {
                let at = [node.decimicro_lon(), node.decimicro_lat()];
                self.builder.fixed_node(node.id(), at);
                self.service(("node", node.id()), &node.tags().collect::<Vec<_>>(), || {
                    Whole::Node(Point::from_fixed(at))
                });
            }
            Element::Way(way) => {
                let tags: Vec<(&str, &str)> = way.tags().collect();
                if let Some(pass) = self.mode.pass(&tags) {
                    self.builder.street(way.refs(), pass);
                }
                self.service(("way", way.id()), &tags, || Whole::Nodes(way.refs().collect()));
                if !self.circles.is_empty() && !tags.iter().any(|(key, _)| *key == "highway") {
                    self.ways.insert(way.id(), way.refs().collect());
                }
            }
            Element::Relation(relation) => {
                let tags: Vec<(&str, &str)> = relation.tags().collect();
                self.service(("relation", relation.id()), &tags, || {
                    let members = relation.members();
                    let ways = members.filter(|member| member.member_type == osmpbf::RelMemberType::Way);
                    Whole::Ways(ways.map(|member| member.member_id).collect())
                });
            }
        }
    }

    fn service(&mut self, (what, id): (&str, i64), tags: &[(&str, &str)], whole: impl Fn() -> Whole) {
        for circle in self.circles.iter().filter(|circle| circle.fits(tags)) {
            let name = tags.iter().find(|tag| tag.0 == "name").map(|tag| tag.1.to_owned());
            let row = (format!("{what}/{id}"), circle.id.clone(), name);
            self.services.push(Unplaced { row, whole: whole() });
        }
    }
}
