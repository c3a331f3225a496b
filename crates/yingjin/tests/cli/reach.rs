use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{err, out, yingjin};

/// A file of `../shared/data/reach`. None, with a word about it, on a machine that does not have it; CI has to.
fn shared(name: &str) -> Option<PathBuf> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/reach").join(name);
    if file.exists() {
        return Some(file);
    }
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{} is not here", file.display());
    eprintln!("skipped: {} is not here", file.display());
    None
}

type Rows = Vec<BTreeMap<String, String>>;

fn rows(text: &str) -> Rows {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(|row| row.unwrap()).collect()
}

/// Porto Alegre: hexagons with people, and those with health care as facilities.
struct Folder {
    folder: TempDir,
    streets: PathBuf,
}

impl Folder {
    fn new() -> Option<Self> {
        let streets = shared("poa_osm.pbf")?;
        let hexagons = rows(&fs::read_to_string(shared("poa_hexgrid.csv")?).unwrap());
        let (mut origins, mut facilities) =
            (String::from("\u{feff}id,lon,lat,people,area,note\n"), String::from("id,lon,lat,kind\n"));
        for row in &hexagons {
            let [id, lon, lat, people] = ["id", "lon", "lat", "population"].map(|name| row[name].as_str());
            origins += &format!("{id},{lon},{lat},{people},{},\n", &id[..9]);
            if row["healthcare"].parse::<f64>().is_ok_and(|count| count > 0.0) {
                facilities += &format!("{id},{lon},{lat},healthcare\n");
            }
            if row["schools"].parse::<f64>().is_ok_and(|count| count > 0.0) {
                facilities += &format!("{id},{lon},{lat},school\n");
            }
        }
        let folder = Self { folder: TempDir::new().unwrap(), streets };
        folder.write("origins.csv", &origins);
        folder.write("facilities.csv", &facilities);
        Some(folder)
    }

    fn at(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.at(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).unwrap()
    }

    fn try_run(&self, command: &str, more: &[&str]) -> std::process::Output {
        let [origins, out] = ["origins.csv", "out"].map(|name| self.at(name));
        let mut arguments =
            vec!["reach", command, "--streets", self.streets.to_str().unwrap(), "--out", &out];
        if command != "isochrone" {
            arguments.extend(["--origins", &origins]);
        }
        arguments.extend(more);
        yingjin(&arguments)
    }

    /// Runs `reach command`; the output file's text and what was printed.
    #[track_caller]
    fn run(&self, command: &str, more: &[&str]) -> (String, String) {
        let output = self.try_run(command, more);
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        (self.read("out"), out(&output) + &err(&output))
    }
}

#[test]
fn minutes_are_those_of_the_reference_when_it_is_asked_for() {
    let Some(folder) = Folder::new() else { return };
    let reference = rows(&fs::read_to_string(shared("poa_healthcare_minutes.csv").unwrap()).unwrap());
    let reference: BTreeMap<&str, _> = reference.iter().map(|row| (row["hex"].as_str(), row)).collect();
    let facilities = folder.at("facilities.csv");
    let (text, said) =
        folder.run("minutes", &["--facilities", &facilities, "--snap", "node", "--leg-m", "10000"]);
    assert_eq!(text.lines().next().unwrap(), "id,kind,rank,facility,network_min,door_to_door_min");
    let found = rows(&text);
    assert_eq!(found.len(), 2 * 1227, "two kinds");
    for row in found.iter().filter(|row| row["kind"] == "healthcare") {
        for column in ["network_min", "door_to_door_min"] {
            let [ours, theirs]: [f64; 2] =
                [&row[column], &reference[row["id"].as_str()][column]].map(|cell| cell.parse().unwrap());
            assert!((ours - theirs).abs() <= 0.01, "{column} {ours} for {theirs}: {row:?}");
        }
    }
    assert!(said.contains("junctions") && said.contains("left out"), "{said}");
}

#[test]
fn the_nearest_three_come_in_order_and_who_is_far_from_every_street_is_listed() {
    let Some(folder) = Folder::new() else { return };
    folder.write("origins.csv", "id,lon,lat\nhome,-51.2278,-30.0276\nlake,-51.28,-30.05\n");
    let (facilities, far) = (folder.at("facilities.csv"), folder.at("far.csv"));
    let (text, said) =
        folder.run("minutes", &["--facilities", &facilities, "--nearest", "3", "--unsnapped", &far]);
    let found = rows(&text);
    let minutes: Vec<f64> = found[..3].iter().map(|row| row["door_to_door_min"].parse().unwrap()).collect();
    assert!(minutes.is_sorted() && found[2]["rank"] == "3" && found.len() == 8, "{text}");
    assert_eq!((found[3]["id"].as_str(), found[3]["door_to_door_min"].as_str()), ("lake", ""));
    assert!(folder.read("far.csv").starts_with("what,id,distance_m\norigin,lake,"));
    assert!(said.contains("origins more than 500 m from every street, not judged: 1: lake ("), "{said}");
    assert!(said.contains("facilities more than 500 m from every street, not judged: 2: "), "{said}");
}

#[test]
fn coverage_counts_people_places_and_areas() {
    let Some(folder) = Folder::new() else { return };
    let (facilities, left_out) = (folder.at("facilities.csv"), folder.at("left_out.csv"));
    let reference = ["--snap", "node", "--leg-m", "10000", "--limits", "5,15", "--by", "area"];
    let mut share = BTreeMap::new();
    for measure in ["network", "door"] {
        let more = ["--facilities", &facilities, "--measure", measure, "--left-out", &left_out];
        let (text, _) = folder.run("coverage", &[&more[..], &reference].concat());
        let found = rows(&text);
        let all = found.iter().find(|row| {
            [row["area"].as_str(), &row["kind"], &row["limit"], &row["group"]]
                == ["", "healthcare", "15", "people"]
        });
        let all = all.unwrap();
        share.insert(measure, all["share"].clone());
        let number = |row: &BTreeMap<String, String>, column: &str| row[column].parse::<f64>().unwrap();
        assert_eq!(number(all, "within") + number(all, "beyond"), 812_935.0);
        let areas = found.iter().filter(|row| {
            !row["area"].is_empty()
                && [row["kind"].as_str(), &row["limit"], &row["group"]] == ["healthcare", "15", "people"]
        });
        assert_eq!(areas.map(|row| number(row, "within")).sum::<f64>(), number(all, "within"));
    }
    assert_eq!((share["network"].as_str(), share["door"].as_str()), ("0.9324", "0.9056"));
    let listed = rows(&folder.read("left_out.csv"));
    let people = |row: &&BTreeMap<String, String>| row["kind"] == "healthcare" && row["limit"] == "15";
    let left: f64 = listed.iter().filter(people).map(|row| row["people"].parse::<f64>().unwrap()).sum();
    assert!((left / 812_935.0 - 0.0944).abs() < 1e-4, "{left}");
}

#[test]
fn an_isochrone_is_geojson_and_has_the_way() {
    let Some(folder) = Folder::new() else { return };
    let (text, _) = folder
        .run("isochrone", &["--from", "-51.2278,-30.0276", "--minutes", "5,10", "--to", "-51.22,-30.033"]);
    let found: serde_json::Value = serde_json::from_str(&text).unwrap();
    let features = found["features"].as_array().unwrap();
    let minutes: Vec<Option<f64>> =
        features.iter().map(|feature| feature["properties"]["minutes"].as_f64()).collect();
    assert_eq!(minutes, [Some(10.0), Some(5.0), None]);
    let ring = features[0]["geometry"]["coordinates"][0][0].as_array().unwrap();
    assert!(ring.len() > 20 && ring.first() == ring.last());
    let walked = features[2]["properties"]["door_to_door_min"].as_f64().unwrap();
    assert!((10.0..20.0).contains(&walked), "{walked}");
    // What a Chinese map would call the same place lies outside of China, where nothing is shifted.
    let (shifted, _) = folder
        .run("isochrone", &["--from", "-51.2278,-30.0276", "--minutes", "5,10", "--coordinates", "gcj02"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&shifted).unwrap()["features"][0], features[0]);
}

#[test]
fn sites_come_with_a_bound() {
    let Some(folder) = Folder::new() else { return };
    let facilities = folder.at("facilities.csv");
    let common = ["--facilities", &facilities, "--kind", "healthcare", "--keep-existing", "--limit", "10"];
    let site = |objective: &str| {
        let more = [&common[..], &["--objective", objective, "--p", "2", "--rounds", "60"]].concat();
        folder.run("site", &more)
    };
    let (text, said) = site("covered");
    assert_eq!(text.lines().next().unwrap(), "site,lon,lat,places,people");
    assert_eq!(rows(&text).len(), 2);
    assert!(said.contains("2 sites: ") && said.contains("no choice of as many reaches more than"), "{said}");
    assert!(site("walking").1.contains("no choice of as many comes below"));
    let output =
        folder.try_run("site", &["--facilities", &facilities, "--kind", "library", "--objective", "covered"]);
    assert!(
        err(&output).contains("there is no kind library; known are: healthcare, school"),
        "{}",
        err(&output)
    );
}

#[test]
fn a_candidate_that_no_street_is_near_is_told_and_not_chosen() {
    let Some(folder) = Folder::new() else { return };
    folder.write("sites.csv", "id,lon,lat\nlake,-51.28,-30.05\ncorner,-51.2278,-30.0276\n");
    let [facilities, sites, far] = ["facilities.csv", "sites.csv", "far.csv"].map(|name| folder.at(name));
    let asked = ["--facilities", &facilities, "--kind", "healthcare", "--objective", "covered", "--p", "2"];
    let (text, said) =
        folder.run("site", &[&asked[..], &["--candidates", &sites, "--unsnapped", &far]].concat());
    let chosen: Vec<String> = rows(&text).iter().map(|row| row["site"].clone()).collect();
    assert_eq!(chosen, ["corner"]);
    assert!(folder.read("far.csv").contains("\ncandidate,lake,"), "{}", folder.read("far.csv"));
    assert!(said.contains("candidates more than 500 m from every street, not judged: 1: lake ("), "{said}");
}

#[test]
fn kinds_come_from_the_map_where_no_file_tells_them() {
    let Some(streets) = shared("porto_centre.osm.pbf") else { return };
    let folder = Folder { folder: TempDir::new().unwrap(), streets };
    folder.write("origins.csv", "id,lon,lat\nhome,-8.611,41.149\n");
    let (text, _) = folder.run("minutes", &[]);
    let found = rows(&text);
    let kinds: Vec<&str> = found.iter().map(|row| row["kind"].as_str()).collect();
    assert_eq!(kinds, ["food", "elderly", "leisure", "healthcare", "reading"]);
    assert!(
        found[3]["facility"].contains('/') && found[3]["door_to_door_min"].parse::<f64>().unwrap() < 15.0,
        "{text}"
    );
    let cycle = rows(&folder.run("minutes", &["--mode", "cycle"]).0);
    let minutes = |rows: &Rows| rows[3]["network_min"].parse::<f64>().unwrap();
    assert!(minutes(&cycle) < minutes(&found) + 1.0);
}

#[test]
fn mistakes_are_named_with_file_and_line() {
    let Some(folder) = Folder::new() else { return };
    let facilities = folder.at("facilities.csv");
    folder
        .write("origins.csv", "id,lon,lat,people\na,113.8,34.0,-5\na,34.0,113.8,1\nb,,34.0,1\nc,x,34.0,1\n");
    let output = folder.try_run("minutes", &["--facilities", &facilities]);
    let said = err(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for line in [
        "origins.csv:2 people must not be negative",
        "origins.csv:3 a is in line 2 already",
        "origins.csv:3 longitude 34, latitude 113.8 is not on earth; are the columns the right way round?",
        "origins.csv:4 lon, lat is empty",
        "origins.csv:5 lon: 'x' is not a number",
    ] {
        assert!(said.contains(line), "{line} is not in {said}");
    }
    assert!(!Path::new(&folder.at("out")).exists());
    folder.write("origins.csv", "id,lon\n");
    assert!(err(&folder.try_run("minutes", &[])).contains("has no column lat"));
    let output = folder.try_run("minutes", &["--mode", "fly"]);
    assert!(
        err(&output).contains("there is no mode fly; known are: cycle, slow, walk, wheelchair"),
        "{}",
        err(&output)
    );
    let output = yingjin(&[
        "--lang",
        "zh",
        "reach",
        "isochrone",
        "--streets",
        &facilities,
        "--from",
        "1,2",
        "--out",
        "x",
    ]);
    assert!(err(&output).contains("不是完整的 .osm.pbf"), "{}", err(&output));
}
