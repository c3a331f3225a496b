//! `yingjin audit`: whether the register is what its events say, and what happened.

use std::io::{IsTerminal, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use model::Lang;
use model::event::EventType;
use store::{EventFilter, Progress, Schema, Store, StoreError, StoredEvent, Verification};

use super::RegisterArgs;

/// Looks at the register's past; changes nothing.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Walks the whole chain of events and compares every record with its history. Exit code 1 if it breaks.
    Verify {
        #[command(flatten)]
        register: RegisterArgs,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Lists events, the latest first.
    Events {
        #[command(flatten)]
        register: RegisterArgs,
        /// At most so many.
        #[arg(long, default_value_t = 20)]
        limit: usize,
        /// Only events before this number.
        #[arg(long)]
        before: Option<i64>,
        /// Only events of this type.
        #[arg(long = "type", value_name = "TYPE")]
        event_type: Option<TypeName>,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
}

/// The types of event as the command line names them.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum TypeName {
    Import,
    Change,
    Filing,
    Draw,
    Decision,
    Verdicts,
    Reveal,
    Account,
    SignIn,
}

impl From<TypeName> for EventType {
    fn from(name: TypeName) -> Self {
        match name {
            TypeName::Import => Self::Import,
            TypeName::Change => Self::Change,
            TypeName::Filing => Self::Filing,
            TypeName::Draw => Self::Draw,
            TypeName::Decision => Self::Decision,
            TypeName::Verdicts => Self::Verdicts,
            TypeName::Reveal => Self::Reveal,
            TypeName::Account => Self::Account,
            TypeName::SignIn => Self::SignIn,
        }
    }
}

/// Runs the command.
pub fn run(args: &Args, lang: Lang) -> anyhow::Result<ExitCode> {
    let told = |error: StoreError| anyhow!(error.message(lang));
    match &args.what {
        What::Verify { register, json } => {
            let store = Store::inspect(&register.db).map_err(told)?;
            // Without the city's kinds, all but the indexes is verified: an auditor may have nothing but the register.
            let schema = rules::city::load(&register.city).map(|city| Schema::of(&city.ruleset.kinds));
            let found = store.verify_by(&schema.unwrap_or_default(), progress(lang)).map_err(told)?;
            if *json {
                println!("{}", serde_json::to_string(&found)?);
            } else {
                println!("{}", in_words(&found, lang));
            }
            Ok(ExitCode::from(u8::from(found.broken.is_some())))
        }
        What::Events { register, limit, before, event_type, json } => {
            let store = Store::inspect(&register.db).map_err(told)?;
            let event_type = event_type.map(EventType::from);
            let filter = EventFilter { before: *before, event_type, limit: *limit };
            let mut out = std::io::stdout().lock();
            for event in store.latest_events(&filter).map_err(told)? {
                if *json {
                    writeln!(out, "{}", serde_json::to_string(&event)?)?;
                } else {
                    writeln!(out, "{}", line(&event, lang))?;
                }
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Shows a person who waits how far it is; a pipe is left alone.
fn progress(lang: Lang) -> impl FnMut(Progress) -> ControlFlow<()> {
    let shown = std::io::stderr().is_terminal();
    let mut percent = -1;
    move |progress| {
        let now = progress.done * 100 / progress.total.max(1);
        if shown && now != percent {
            percent = now;
            match lang {
                Lang::Zh => eprint!("\r核对中 {now}%"),
                Lang::En => eprint!("\rverifying {now}%"),
            }
            if now >= 100 {
                eprintln!();
            }
        }
        ControlFlow::Continue(())
    }
}

fn in_words(found: &Verification, lang: Lang) -> String {
    let Verification { events, lines, records, head, .. } = found;
    let without_indexes = match (found.indexes, lang) {
        (true, _) => "",
        (false, Lang::Zh) => "\n查找用的索引没有核对：城市文件夹（--city）打不开，或不是建立索引时的那一份。",
        (false, Lang::En) => {
            "\nThe indexes that records are found by were not compared: the city folder (--city) cannot be read, or is \
             not the one they were made by."
        }
    };
    match (&found.broken, lang) {
        (None, Lang::Zh) => format!(
            "完整：{events} 个事件、{lines} 行明细、{records} 条记录，前后一致。\n最后一个事件的哈希：{head}（另处记下，可防整链重写）{without_indexes}"
        ),
        (None, Lang::En) => format!(
            "Sound: {events} events, {lines} lines, {records} records, all agree.\n\
             Hash of the last event: {head} (noted down elsewhere, it shows if the whole chain is ever written anew){without_indexes}"
        ),
        (Some(broken), lang) => {
            let what = broken.what.label();
            let place = match (broken.seq, &broken.record, lang) {
                (Some(seq), _, Lang::Zh) => format!("第 {seq} 号事件"),
                (Some(seq), _, Lang::En) => format!("event {seq}"),
                (None, Some((kind, id)), Lang::Zh) => format!("记录 {kind} {id}"),
                (None, Some((kind, id)), Lang::En) => format!("record {kind} {id}"),
                (None, None, _) => "?".to_owned(),
            };
            match lang {
                Lang::Zh => format!(
                    "不一致：{place}：{}。此前 {events} 个事件无误。请保留该登记库，并与备份比对（见 docs/running.md）。",
                    what.zh
                ),
                Lang::En => format!(
                    "Broken at {place}: {}. The {events} events before it are sound. Keep this register and compare it \
                     with a backup (docs/running.md).",
                    what.en
                ),
            }
        }
    }
}

fn line(event: &StoredEvent, lang: Lang) -> String {
    let StoredEvent { seq, event, lines, .. } = event;
    let what = crate::api::audit::EventType::from(event.event_type).label(lang);
    let at = event.at.format("%Y-%m-%d %H:%M:%S UTC");
    let made_up = match (event.synthetic, lang) {
        (false, _) => "",
        (true, Lang::Zh) => "（虚构）",
        (true, Lang::En) => " (made up)",
    };
    let lines = match lang {
        Lang::Zh => format!("{lines} 行"),
        Lang::En => format!("{lines} lines"),
    };
    format!("{seq}  {at}  {}  {what}{made_up}  {}  {lines}  {}", event.on, event.actor, event.summary)
}

#[cfg(test)]
mod tests {
    use store::{Break, Broken};

    use super::*;

    fn found(broken: Option<Break>) -> Verification {
        let head = "00ff".to_owned();
        Verification { events: 3, lines: 5, records: 2, indexes: true, head, broken, stopped: false }
    }

    #[test]
    fn says_what_breaks_and_where() {
        let sound = found(None);
        assert!(in_words(&sound, Lang::Zh).contains("3 个事件"));
        assert!(in_words(&sound, Lang::En).contains("00ff"));
        let blind = Verification { indexes: false, ..found(None) };
        assert!(
            in_words(&blind, Lang::Zh).contains("没有核对")
                && !in_words(&sound, Lang::Zh).contains("没有核对")
        );
        assert!(
            in_words(&blind, Lang::En).contains("not compared")
                && !in_words(&sound, Lang::En).contains("--city")
        );
        let event = found(Some(Break { seq: Some(4), record: None, what: Broken::BodyMissing }));
        assert!(in_words(&event, Lang::Zh).contains("第 4 号事件：事件的明细缺行"));
        let record = Some(("firm".into(), "A".into()));
        let record = found(Some(Break { seq: None, record, what: Broken::RecordAltered }));
        assert!(
            in_words(&record, Lang::En).contains("record firm A: the record is not what its changes leave")
        );
    }
}
