//! What can be wrong, in the reader's language.

use std::path::Path;

use anyhow::{Error, anyhow};
use chain::{Mistake, Reason};
use model::Lang;

use crate::cli::sheet::at;

/// One mistake, with its place.
pub fn mistake(mistake: &Mistake, file: &Path, lang: Lang) -> String {
    let words = match lang {
        Lang::En => mistake.reason.to_string(),
        Lang::Zh => reason_zh(&mistake.reason),
    };
    format!("{} {words}", at(file, mistake.row))
}

fn reason_zh(reason: &Reason) -> String {
    match reason {
        Reason::Empty { column } => format!("{column} 为空，请填写"),
        Reason::Negative { column, value } => format!("{column} 为负数：{value}"),
        Reason::NotFinite { column } => format!("{column} 不是有限的数"),
        Reason::OutOfRange { column, value, low, high } => {
            format!("{column} 为 {value}，应在 {low} 至 {high} 之间")
        }
        Reason::RepeatedFirm { firm, first_row } => format!("企业 {firm} 已在第 {first_row} 行出现"),
        Reason::UnknownFirm { firm } => format!("企业表中没有 {firm}"),
        Reason::SelfSupply { firm } => format!("企业 {firm} 向自己供货"),
        Reason::UnknownSector { sector } => format!("必需品矩阵中没有行业 {sector} 这一行"),
        Reason::RepeatedLink { first_row } => format!("这条供货关系已在第 {first_row} 行出现"),
        Reason::RevenueBelowSales { firm, revenue, sales } => {
            format!("营业收入为 {revenue}，而企业 {firm} 的供货合计 {sales}；请更正，或将营业收入留空")
        }
        Reason::RepeatedSector { sector } => format!("行业 {sector} 出现了两次"),
        Reason::NotSquare { cells, sectors } => format!("这一行有 {cells} 格，应为 {sectors} 格"),
        Reason::UnknownNeed { sector, value } => format!("行业 {sector} 一格为 {value}，只能是 0、1、2"),
    }
}

/// A firm that is not among the firms.
pub fn no_firm(firm: &str, lang: Lang) -> Error {
    match lang {
        Lang::Zh => anyhow!("企业表中没有 {firm}"),
        Lang::En => anyhow!("firm {firm} is not among the firms"),
    }
}

/// An argument that does not read as it should.
pub fn not_like(text: &str, like: &str, lang: Lang) -> Error {
    match lang {
        Lang::Zh => anyhow!("“{text}”应写成 {like}"),
        Lang::En => anyhow!("'{text}' should read {like}"),
    }
}
