//! The chains as a sheet.

use axum::extract::State;
use axum::response::Response;
use model::Lang;
use rust_decimal::Decimal;

use super::ChainLine;
use crate::api::app::App;
use crate::api::list::{Book, Cell, Head, In, SheetLang};
use crate::api::problem::Problem;
use crate::api::right::{May, ReadChains};
use crate::api::scope::Scope;
use crate::api::words::Words;

const HEADINGS: [(&str, &str); 9] = [
    ("编号", "id"),
    ("产业链", "chain"),
    ("链长", "leader"),
    ("责任单位", "office"),
    ("企业数", "firms"),
    ("停产", "stopped"),
    ("生产状况未知", "not known whether they run"),
    ("断点", "broken inputs"),
    ("产值损失（元/年）", "output lost, CNY a year"),
];

/// Every chain as a sheet.
#[utoipa::path(get, path = "/api/chains.xlsx", tag = "chains", params(SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn chains_sheet(
    State(app): State<App>,
    account: May<ReadChains>,
    In(lang): In,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let lines = app.at_desk(&Scope::of(&account, app.rules()))?.chain_lines();
        let broken: usize = lines.iter().map(|line| line.broken).sum();
        let book = app.read(app.today(), |view| {
            let mut notes = vec![
                view.place_and_day(None),
                Words::new(
                    format!("产业链 {} 条，断点共 {broken} 处；只统计您有权查看的企业", lines.len()),
                    format!("{} chains, {broken} broken inputs; only firms that you may see", lines.len()),
                ),
            ];
            notes.extend(view.made_up_note());
            let title = Words::new("产业链台账", "Industrial chains");
            let mut book = Book::begin(Head::new(lang, (&title, &notes), &HEADINGS))?;
            for line in &lines {
                book.row(cells(line, lang))?;
            }
            Ok(book)
        })?;
        book.response(&format!("chains-{}", app.today()))
    })
    .await
}

fn cells(line: &ChainLine, lang: Lang) -> [Cell; 9] {
    let count = |count: usize| Cell::from(u64::try_from(count).unwrap_or(u64::MAX));
    [
        line.id.as_str().into(),
        line.title.get(lang).into(),
        line.leader.get(lang).into(),
        line.office.get(lang).into(),
        count(line.firms),
        count(line.stopped),
        count(line.unknown),
        count(line.broken),
        Cell::maybe(line.lost.as_ref().and_then(|lost| lost.parse::<Decimal>().ok())),
    ]
}
