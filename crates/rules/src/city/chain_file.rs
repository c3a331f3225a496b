//! `chains/*.toml`: one industrial chain, from upstream to downstream.

use model::Label;
use model::chain::Product;
use model::duty::Basis;

use super::name;
use super::read::Table;
use super::source::{At, Log, Written};

/// A chain as its file words it, with the places of what points elsewhere.
pub(super) struct ChainDraft {
    pub at: At,
    pub id: Written,
    pub title: Label,
    pub leader: Label,
    pub office: Written,
    pub basis: Basis,
    pub segments: Vec<SegmentDraft>,
    pub leading: Vec<LeadingDraft>,
}

pub(super) struct SegmentDraft {
    pub id: Written,
    pub label: Label,
    pub products: Vec<ProductDraft>,
}

pub(super) struct ProductDraft {
    pub id: Written,
    pub label: Label,
    pub also: Vec<Written>,
    pub classes: Vec<Written>,
    pub essential: Vec<Written>,
    pub uses: Vec<Written>,
}

pub(super) struct LeadingDraft {
    pub name: Written,
    pub also: Vec<Written>,
    pub product: Written,
    pub synthetic: bool,
}

impl ProductDraft {
    pub(super) fn product(&self) -> Product {
        Product {
            id: self.id.text.clone(),
            label: self.label.clone(),
            also: texts(&self.also),
            classes: texts(&self.classes),
            essential: texts(&self.essential),
            uses: texts(&self.uses),
        }
    }
}

pub(super) fn texts(all: &[Written]) -> Vec<String> {
    all.iter().map(|written| written.text.clone()).collect()
}

pub(super) fn read(table: &Table<'_>, log: &Log) -> Option<ChainDraft> {
    let id = name::id(log, table.need_text("id"));
    let (title, leader) = (table.need_label("title"), table.need_label("leader"));
    let (office, basis) = (table.need_text("office"), table.need_basis());
    table.need("segment");
    let segments = table.tables("segment").into_iter().filter_map(|table| segment(table, log)).collect();
    let leading = table.tables("leading").into_iter().filter_map(leading).collect();
    Some(ChainDraft {
        at: table.at.clone(),
        id: id?,
        title: title?,
        leader: leader?,
        office: office?,
        basis: basis?,
        segments,
        leading,
    })
}

fn segment(table: Table<'_>, log: &Log) -> Option<SegmentDraft> {
    let id = name::id(log, table.need_text("id"));
    let label = table.need_label("label");
    table.need("product");
    let products = table.tables("product").into_iter().filter_map(|table| product(table, log)).collect();
    table.finish();
    Some(SegmentDraft { id: id?, label: label?, products })
}

fn product(table: Table<'_>, log: &Log) -> Option<ProductDraft> {
    let id = name::id(log, table.need_text("id"));
    let label = table.need_label("label");
    table.need("classes");
    let [also, classes, essential, uses] =
        ["also", "classes", "essential", "uses"].map(|key| table.texts(key));
    table.finish();
    Some(ProductDraft { id: id?, label: label?, also, classes, essential, uses })
}

fn leading(table: Table<'_>) -> Option<LeadingDraft> {
    let (name, product) = (table.need_text("name"), table.need_text("product"));
    let also = table.texts("also");
    let synthetic = table.get("synthetic").and_then(|cell| cell.bool()).unwrap_or(false);
    table.finish();
    Some(LeadingDraft { name: name?, also, product: product?, synthetic })
}
