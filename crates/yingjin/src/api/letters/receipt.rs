//! The receipt of a filing.

use axum::http::HeaderMap;
use chrono::{FixedOffset, NaiveDate};
use model::form::read_number;
use model::{Lang, Letter};

use crate::api::app::App;
use crate::api::filings::{qr_code, receipt_address};
use crate::api::list::say;
use crate::api::problem::Problem;
use crate::letter::data::{Body, Data, Receipt};
use crate::letter::day_words;

/// Hours by which China is ahead of UTC.
const AHEAD_HOURS: i32 = 8;

/// What a receipt says, and the day it was filed. Errors: 404, no such number.
pub(super) fn data(
    app: &App,
    letter: &Letter,
    (typed, headers): (&str, &HeaderMap),
    lang: Lang,
) -> Result<(Data, NaiveDate), Problem> {
    let number = read_number(typed).ok_or_else(|| Problem::not_found(typed))?;
    let receipt = app.receipt(&number)?.ok_or_else(|| Problem::not_found(&number))?;
    let address = receipt_address(app, headers, &number);
    let ahead =
        FixedOffset::east_opt(AHEAD_HOURS * 3600).ok_or_else(|| Problem::internal(&"no such zone"))?;
    let items = receipt.items.as_ref().map(|items| items.iter().map(|item| item.text.get(lang).to_owned()));
    let items: Option<Vec<String>> = items.map(Iterator::collect);
    let of = match (&items, lang) {
        (Some(items), Lang::Zh) => {
            format!("备案编号 {}，承诺事项共 {} 条，已全部承诺", receipt.number, items.len())
        }
        (Some(items), Lang::En) => {
            format!("Number {}; all {} items were committed to", receipt.number, items.len())
        }
        (None, Lang::Zh) => format!("备案编号 {}", receipt.number),
        (None, Lang::En) => format!("Number {}", receipt.number),
    };
    let city = app.rules().city.name.get(lang).to_owned();
    let data = Data {
        lang,
        title: letter.label.get(lang).to_owned(),
        place: city.clone(),
        city,
        day: receipt.on.to_string(),
        day_words: day_words(receipt.on, lang),
        of,
        made_up: receipt.synthetic.then(|| {
            say(lang, "备案单位为虚构，不代表真实情况", "Who filed is made up: not the real state of things")
                .to_owned()
        }),
        body: Body::Receipt(Receipt {
            number: receipt.number,
            form: receipt.title.get(lang).to_owned(),
            by: receipt.by,
            received: receipt.at.with_timezone(&ahead).format("%Y-%m-%d %H:%M").to_string(),
            items,
            replaced_by: receipt.replaced_by,
            qr: qr_code(&address)?,
            address,
        }),
    };
    Ok((data, receipt.on))
}
