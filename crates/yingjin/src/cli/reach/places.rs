//! Places and facilities: read, and taken to the streets.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Result;
use model::Lang;
use reach::circle::{CIRCLES, Circle, circles};
use reach::osm::Service;
use reach::{Index, Nearest, Point, Snapped};

use super::streets::{Streets, text};
use super::{PlaceArgs, StreetArgs, words};
use crate::cli::sheet::{self, Sheet, csv_writer};

/// A row of a csv with a place.
pub struct Placed {
    pub id: String,
    pub at: Point,
    /// Where it meets the streets; None if they are too far.
    pub snapped: Option<Snapped>,
}

/// Where people are.
pub struct Origin {
    pub place: Placed,
    pub area: Option<String>,
    /// As many as there are groups.
    pub counts: Vec<Option<f64>>,
}

/// Facilities of a kind, by id.
pub struct Kind {
    pub id: String,
    pub facilities: Vec<Placed>,
}

/// All that is read beside the streets.
pub struct Places {
    pub origins: Vec<Origin>,
    /// The columns that count: people, dwellings, people of an age.
    pub groups: Vec<String>,
    pub kinds: Vec<Kind>,
    /// Where a new facility may go, where a file says it.
    pub candidates: Option<Vec<Placed>>,
}

/// The kinds that are told, or those that come with the program.
pub fn kinds(args: &PlaceArgs, lang: Lang) -> Result<Vec<Circle>> {
    match &args.kinds {
        None => Ok(circles(CIRCLES)?),
        Some(file) => circles(&text(file)?).map_err(|error| words::file(file, &error, lang)),
    }
}

/// Reads places, facilities and candidates and takes them to the streets; what is too far from them is told.
pub fn read(
    (street_args, place_args, candidates): (&StreetArgs, &PlaceArgs, Option<&Path>),
    streets: &Streets,
    index: &Index,
    lang: Lang,
) -> Result<Places> {
    let reader = Reader { args: street_args, lang };
    let (mut origins, groups) = reader.origins(&place_args.origins)?;
    let mut kinds = match &place_args.facilities {
        Some(file) => reader.facilities(
            file,
            place_args.kinds.is_some().then(|| self::kinds(place_args, lang)).transpose()?,
        )?,
        None => from_map(&streets.services, &self::kinds(place_args, lang)?),
    };
    let mut candidates = candidates.map(|file| reader.candidates(file)).transpose()?;
    let mut far = Vec::new();
    let mut snap = |what: &'static str, place: &mut Placed| {
        let Some(found) = index.snap(place.at, street_args.rule(), f64::INFINITY) else { return };
        let distance_m = f64::from(found.leg_mm) / 1000.0;
        if distance_m <= street_args.leg_m {
            place.snapped = Some(found);
        } else {
            far.push((what, place.id.clone(), distance_m));
        }
    };
    origins.iter_mut().for_each(|origin| snap("origin", &mut origin.place));
    kinds.iter_mut().flat_map(|kind| &mut kind.facilities).for_each(|facility| snap("facility", facility));
    candidates.iter_mut().flatten().for_each(|candidate| snap("candidate", candidate));
    for far in far.chunk_by(|(one, ..), (other, ..)| one == other) {
        eprintln!("{}", words::unsnapped(far, street_args.leg_m, lang));
    }
    if let Some(file) = &place_args.unsnapped {
        let mut writer = csv_writer(file, &["what", "id", "distance_m"])?;
        for (what, id, distance_m) in &far {
            writer.write_record([*what, id, &format!("{distance_m:.1}")])?;
        }
        writer.flush()?;
    }
    Ok(Places { origins, groups, kinds, candidates })
}

impl Kind {
    /// The nearest of this kind.
    pub fn nearest<'a>(&self, streets: &'a Streets, nearest: usize) -> Nearest<'a> {
        let spots: Vec<Option<Snapped>> = self.facilities.iter().map(|facility| facility.snapped).collect();
        Nearest::new(&streets.network, &spots, nearest)
    }
}

fn from_map(services: &[Service], circles: &[Circle]) -> Vec<Kind> {
    let of = |circle: &Circle| {
        services
            .iter()
            .filter(|service| service.kind == circle.id)
            .map(|service| Placed { id: service.id.clone(), at: service.at, snapped: None })
            .collect()
    };
    circles.iter().map(|circle| Kind { id: circle.id.clone(), facilities: of(circle) }).collect()
}

/// Reads rows that have a place.
pub struct Reader<'a> {
    pub args: &'a StreetArgs,
    pub lang: Lang,
}

impl Reader<'_> {
    fn origins(&self, file: &Path) -> Result<(Vec<Origin>, Vec<String>)> {
        let mut sheet = Sheet::open(file, self.lang)?;
        let area = sheet.column("area");
        let is_group =
            |name: &&String| ["people", "dwellings"].contains(&name.as_str()) || name.starts_with("people_");
        let mut groups: Vec<String> = sheet.headings().iter().filter(is_group).cloned().collect();
        groups.sort_by_key(|name| (name != "people", name.clone()));
        let columns: Vec<Option<usize>> = groups.iter().map(|name| sheet.column(name)).collect();
        let mut origins = Vec::new();
        self.rows(&mut sheet, None, |place, sheet, at| {
            let mut counts = Vec::with_capacity(columns.len());
            for (column, name) in columns.iter().zip(&groups) {
                let count = sheet.number(*column);
                if count.is_some_and(|count| !(count >= 0.0 && count.is_finite())) {
                    sheet.wrong.push(words::negative(at, name, self.lang));
                }
                counts.push(count);
            }
            origins.push(Origin { place, area: sheet.some_text(area).map(str::to_owned), counts });
        })?;
        Ok((origins, groups))
    }

    fn facilities(&self, file: &Path, circles: Option<Vec<Circle>>) -> Result<Vec<Kind>> {
        let mut sheet = Sheet::open(file, self.lang)?;
        let kind = Some(sheet.must("kind")?);
        let mut kinds: Vec<Kind> = circles
            .iter()
            .flatten()
            .map(|circle| Kind { id: circle.id.clone(), facilities: Vec::new() })
            .collect();
        self.rows(&mut sheet, kind, |place, sheet, at| {
            let id = sheet.text(kind).to_owned();
            match kinds.iter_mut().find(|kind| kind.id == id) {
                Some(kind) => kind.facilities.push(place),
                None if circles.is_none() && !id.is_empty() => {
                    kinds.push(Kind { id, facilities: vec![place] })
                }
                None => sheet.wrong.push(words::unknown_kind(at, &id, self.lang)),
            }
        })?;
        if circles.is_none() {
            kinds.sort_by(|one, other| one.id.cmp(&other.id));
        }
        for kind in &mut kinds {
            kind.facilities.sort_by(|one, other| one.id.cmp(&other.id));
        }
        Ok(kinds)
    }

    /// Candidates for a site: id,lon,lat.
    fn candidates(&self, file: &Path) -> Result<Vec<Placed>> {
        let mut sheet = Sheet::open(file, self.lang)?;
        let mut candidates = Vec::new();
        self.rows(&mut sheet, None, |place, _, _| candidates.push(place))?;
        Ok(candidates)
    }

    /// Every row with its place, in WGS-84; or all that is wrong. An id stands there once, or once with each cell of the column `apart`.
    fn rows(
        &self,
        sheet: &mut Sheet,
        apart: Option<usize>,
        mut with: impl FnMut(Placed, &mut Sheet, &str),
    ) -> Result<()> {
        let [id, lon, lat] = ["id", "lon", "lat"].map(|name| sheet.must(name));
        let (id, lon, lat) = (Some(id?), Some(lon?), Some(lat?));
        let mut seen: HashMap<(String, String), u64> = HashMap::new();
        while let Some(line) = sheet.next()? {
            let at = sheet::at(sheet.file(), line);
            let mistakes = sheet.wrong.len();
            let (east, north) = (sheet.number(lon), sheet.number(lat));
            let name = sheet.text(id).to_owned();
            if name.is_empty() {
                sheet.wrong.push(words::empty(&at, "id", self.lang));
            } else if let Some(first) = seen.insert((name.clone(), sheet.text(apart).to_owned()), line) {
                sheet.wrong.push(words::repeated(&at, &name, first, self.lang));
            }
            let Some((lon, lat)) = east.zip(north) else {
                if sheet.wrong.len() == mistakes {
                    sheet.wrong.push(words::empty(&at, "lon, lat", self.lang));
                }
                continue;
            };
            let point = Point { lon, lat };
            if !point.is_on_earth() {
                sheet.wrong.push(words::not_on_earth(&at, (lon, lat), self.lang));
                continue;
            }
            with(Placed { id: name, at: self.args.system().to_wgs84(point), snapped: None }, sheet, &at);
        }
        match sheet.wrong.is_empty() {
            true => Ok(()),
            false => Err(sheet::listed(std::mem::take(&mut sheet.wrong), self.lang)),
        }
    }

    /// An argument `LON,LAT`.
    pub fn point(&self, text: &str) -> Result<Point> {
        let numbers = text
            .split_once(',')
            .and_then(|(lon, lat)| Some((lon.trim().parse().ok()?, lat.trim().parse().ok()?)));
        let point = numbers.map(|(lon, lat)| Point { lon, lat }).filter(|point| point.is_on_earth());
        point.map(|point| self.args.system().to_wgs84(point)).ok_or_else(|| words::no_point(text, self.lang))
    }
}
