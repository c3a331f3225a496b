//! `yingjin draw`: draws who is inspected, lists the draws, draws one again.

use std::process::ExitCode;

use anyhow::anyhow;
use chrono::{Days, NaiveDate};
use model::draw::rank;
use model::event::Hash;
use model::{AreaCode, Lang};
use serde_json::json;

use super::RegisterArgs;
use super::table::{Align, table};
use crate::clock;
use crate::pipeline::{Origin, Pipeline, StoredDraw};

/// Draws by lot who of those who filed is inspected, and draws again.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Draws for a day that is over, of every form that is drawn from. A day that was drawn for stays as it is.
    Day {
        #[command(flatten)]
        register: RegisterArgs,
        /// The day: filings up to it that were in no draw yet; yesterday unless said.
        day: Option<NaiveDate>,
        /// The day taken for today; today in Asia/Shanghai unless said.
        #[arg(long)]
        on: Option<NaiveDate>,
    },
    /// Lists the draws, the latest first.
    List {
        #[command(flatten)]
        register: RegisterArgs,
        /// Writes JSON.
        #[arg(long)]
        json: bool,
    },
    /// Draws again from what an event says and nothing else. Exit code 1 where something else comes out.
    Again {
        #[command(flatten)]
        register: RegisterArgs,
        /// The event of the draw.
        seq: i64,
        /// Writes JSON, with every filing that was drawn from.
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command.
pub fn run(args: &Args, lang: Lang) -> anyhow::Result<ExitCode> {
    match &args.what {
        What::Day { register, day, on } => {
            let pipeline =
                Pipeline::open(&register.city, &register.db).map_err(|e| anyhow!(e.message(lang)))?;
            let today = on.unwrap_or_else(clock::today);
            let day = day.unwrap_or_else(|| today.checked_sub_days(Days::new(1)).unwrap_or(today));
            let snapshot = pipeline.judge(today).map_err(|e| anyhow!(e.message(lang)))?;
            let origin = Origin { actor: "command-line".to_owned(), at: clock::now() };
            for form in pipeline.rules.forms.iter().filter(|form| form.form.draw.is_some()) {
                let drawn = pipeline.draw(&snapshot, (form, day), &origin);
                match drawn.map_err(|e| anyhow!(e.message(lang)))? {
                    Some(draw) => print!("{}", page(&pipeline, &[draw], lang)),
                    None => println!("{}", nobody(form.form.title.get(lang), day, lang)),
                }
            }
            Ok(ExitCode::SUCCESS)
        }
        What::List { register, json } => {
            let pipeline = inspect(register, lang)?;
            let draws = pipeline.draws().map_err(|e| anyhow!(e.message(lang)))?;
            if *json {
                let lines: Vec<_> = draws.iter().map(line).collect();
                println!("{}", serde_json::to_string_pretty(&lines)?);
            } else {
                print!("{}", page(&pipeline, &draws, lang));
            }
            Ok(ExitCode::SUCCESS)
        }
        What::Again { register, seq, json } => again(&inspect(register, lang)?, (*seq, *json), lang),
    }
}

fn inspect(register: &RegisterArgs, lang: Lang) -> anyhow::Result<Pipeline> {
    Pipeline::inspect(&register.city, &register.db).map_err(|e| anyhow!(e.message(lang)))
}

fn again(pipeline: &Pipeline, (seq, json): (i64, bool), lang: Lang) -> anyhow::Result<ExitCode> {
    let found = pipeline.redraw(seq).map_err(|e| anyhow!(e.message(lang)))?;
    let Some((draw, redrawn)) = found else {
        return Err(anyhow!(match lang {
            Lang::Zh => format!("第 {seq} 号事件不是抽签"),
            Lang::En => format!("event {seq} is no draw"),
        }));
    };
    if json {
        let seed = Hash::from_hex(&draw.summary.seed).unwrap_or(Hash::ZERO);
        let lots = redrawn.lots.iter().map(|lot| {
            json!({
                "id": lot.id, "area": lot.area, "tickets": lot.tickets,
                "rank": format!("{:016x}", rank(seed, lot)), "drawn": redrawn.again.contains(&lot.id),
            })
        });
        let lots: Vec<_> = lots.collect();
        println!(
            "{}",
            serde_json::to_string_pretty(&json!({"draw": line(&draw), "same": redrawn.same, "lots": lots}))?
        );
    } else {
        print!("{}", page(pipeline, &[draw], lang));
        println!(
            "{}",
            match (redrawn.same, lang) {
                (true, Lang::Zh) => "重抽结果一致：种子、名单、抽中的备案都相同",
                (true, Lang::En) => "Drawn again: the same seed, list and filings",
                (false, Lang::Zh) => "重抽结果不一致：登记的抽签不是由这份名单和种子得出的",
                (false, Lang::En) => "Drawn again: something else comes out than what is on record",
            }
        );
    }
    Ok(ExitCode::from(u8::from(!redrawn.same)))
}

fn line(draw: &StoredDraw) -> serde_json::Value {
    json!({"seq": draw.seq, "at": draw.at, "actor": draw.actor, "synthetic": draw.synthetic, "summary": draw.summary})
}

fn nobody(title: &str, day: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("“{title}”到 {day} 为止没有新的备案，无需抽签"),
        Lang::En => format!("\"{title}\": nothing was filed up to {day} that was not drawn from before"),
    }
}

fn page(pipeline: &Pipeline, draws: &[StoredDraw], lang: Lang) -> String {
    use Align::{Left, Right};
    let headings = match lang {
        Lang::Zh => ["事件", "日期", "区域", "比例", "备案", "抽中", "种子"],
        Lang::En => ["event", "day", "area", "share", "filed", "drawn", "seed"],
    };
    let aligns = [Right, Left, Left, Right, Right, Right, Left];
    let columns: Vec<(&str, Align)> = headings.into_iter().zip(aligns).collect();
    let areas = &pipeline.rules.city.areas;
    let mut rows = Vec::new();
    for StoredDraw { seq, summary, .. } in draws {
        for area in &summary.areas {
            let code = area.area.as_ref().map(AreaCode::as_str);
            let name = code.and_then(|code| areas.get(code)).map(|area| area.name.get(lang));
            rows.push(vec![
                seq.to_string(),
                summary.drawn_for.to_string(),
                name.or(code).unwrap_or("–").to_owned(),
                area.share.to_string(),
                area.lots.to_string(),
                area.drawn.to_string(),
                summary.seed.get(..16).unwrap_or_default().to_owned(),
            ]);
        }
    }
    table(&columns, &rows)
}
