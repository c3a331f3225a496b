//! What is said, in the reader's language.

use std::path::Path;

use anyhow::{Error, anyhow};
use model::Lang;
use reach::Network;

/// How many are named before the rest is only counted.
const NAMED: usize = 5;

/// What the streets are, and what was left out of them.
pub fn streets(network: &Network, lang: Lang) -> String {
    let left_out = network.left_out();
    let (nodes, junctions, edges) = (network.street_nodes(), network.junctions(), network.edges().len());
    let (parts, lost, km) = (left_out.parts, left_out.nodes, left_out.length_m / 1000.0);
    let cut = left_out.cut_segments;
    match lang {
        Lang::Zh => format!(
            "道路：节点 {nodes}，路口 {junctions}，路段 {edges}；与主体不连通而舍去 {parts} 片（节点 {lost}，{km:.1} 公里），因缺节点舍去 {cut} 段"
        ),
        Lang::En => format!(
            "streets: {nodes} nodes, {junctions} junctions, {edges} edges; left out: {parts} parts that are not joined to the rest \
             ({lost} nodes, {km:.1} km), {cut} stretches to a missing node"
        ),
    }
}

/// What is too far from every street, all of it of one sort.
pub fn unsnapped(far: &[(&str, String, f64)], leg_m: f64, lang: Lang) -> String {
    let named: Vec<String> =
        far.iter().take(NAMED).map(|(_, id, distance_m)| format!("{id} ({distance_m:.0} m)")).collect();
    let (count, named) = (far.len(), named.join(", "));
    let more = if far.len() > NAMED { ", …" } else { "" };
    let (zh, en) = match far.first().map(|(what, ..)| *what) {
        Some("origin") => ("居住点", "origins"),
        Some("facility") => ("设施", "facilities"),
        _ => ("备选地点", "candidates"),
    };
    match lang {
        Lang::Zh => format!(
            "{count} 处{zh}距任何道路超过 {leg_m} 米，不作判断：{named}{more}（--unsnapped 写出全部，--leg-m 调整）"
        ),
        Lang::En => format!(
            "{en} more than {leg_m} m from every street, not judged: {count}: {named}{more} (--unsnapped writes all, --leg-m changes that)"
        ),
    }
}

/// What is wrong with a file as a whole.
pub fn file(file: &Path, error: &reach::Error, lang: Lang) -> Error {
    let name = file.display();
    let words = match (lang, error) {
        (Lang::En, _) => error.to_string(),
        (Lang::Zh, reach::Error::Pbf(reason)) => format!("不是完整的 .osm.pbf：{reason}"),
        (Lang::Zh, reach::Error::Rules { reason, .. }) => format!("规则有误：{reason}"),
        (Lang::Zh, reach::Error::NoStreets { ways }) => {
            format!("没有可用的道路：可走的 {ways} 条路都没有连接两个已知节点")
        }
        (Lang::Zh, reach::Error::TooMany { count, .. }) => format!("数量过多：{count}"),
    };
    anyhow!("{name}: {words}")
}

/// An argument that must be above zero.
pub fn above_zero(argument: &str, lang: Lang) -> Error {
    match lang {
        Lang::Zh => anyhow!("{argument} 应大于 0"),
        Lang::En => anyhow!("{argument} must be above 0"),
    }
}

/// An argument that should be a place.
pub fn no_point(text: &str, lang: Lang) -> Error {
    match lang {
        Lang::Zh => anyhow!("“{text}”应写成 经度,纬度，如 113.85,34.03"),
        Lang::En => anyhow!("'{text}' should read LON,LAT, like 113.85,34.03"),
    }
}

/// A place that is too far from every street.
pub fn too_far(text: &str, leg_m: f64, lang: Lang) -> Error {
    match lang {
        Lang::Zh => anyhow!("{text} 附近 {leg_m} 米内没有道路（--leg-m 调整）"),
        Lang::En => anyhow!("no street is within {leg_m} m of {text} (--leg-m changes that)"),
    }
}

/// A cell that must not be empty.
pub fn empty(at: &str, column: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{at} {column} 为空，请填写"),
        Lang::En => format!("{at} {column} is empty"),
    }
}

/// An id that stands there twice.
pub fn repeated(at: &str, id: &str, first: u64, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{at} {id} 已在第 {first} 行出现"),
        Lang::En => format!("{at} {id} is in line {first} already"),
    }
}

/// Longitude and latitude that no place has.
pub fn not_on_earth(at: &str, (lon, lat): (f64, f64), lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{at} 经度 {lon}、纬度 {lat} 不在地球上；两列是否颠倒？"),
        Lang::En => format!(
            "{at} longitude {lon}, latitude {lat} is not on earth; are the columns the right way round?"
        ),
    }
}

/// A count below zero.
pub fn negative(at: &str, column: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{at} {column} 不能为负；不知道就留空"),
        Lang::En => format!("{at} {column} must not be negative; leave it empty if it is not known"),
    }
}

/// A kind that is not among the kinds.
pub fn unknown_kind(at: &str, kind: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{at} 类别“{kind}”不在 --kinds 中"),
        Lang::En => format!("{at} kind '{kind}' is not among --kinds"),
    }
}

/// Kinds of which there is no facility.
pub fn no_facility(kind: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("类别 {kind} 没有任何设施"),
        Lang::En => format!("there is no facility of kind {kind}"),
    }
}

/// A kind that is asked for and not there.
pub fn no_kind(kind: &str, kinds: &[super::places::Kind], lang: Lang) -> Error {
    let known: Vec<&str> = kinds.iter().map(|kind| kind.id.as_str()).collect();
    let known = known.join(", ");
    match lang {
        Lang::Zh => anyhow!("没有类别 {kind}；可用：{known}"),
        Lang::En => anyhow!("there is no kind {kind}; known are: {known}"),
    }
}

/// People are not told at all.
pub fn places_weigh_one(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "没有 people 列：每处居住点按 1 计",
        Lang::En => "there is no column people: every place counts as 1",
    }
}

/// Places of which the people are not known.
pub fn places_without_people(count: usize, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{count} 处居住点人数未知，选址时不计"),
        Lang::En => format!("the people of {count} places are not known: they do not count in the choice"),
    }
}
