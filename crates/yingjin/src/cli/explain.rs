//! `yingjin explain`: why a record stands where it stands for a duty, clause by clause.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::process::ExitCode;

use anyhow::anyhow;
use chrono::NaiveDate;
use model::{DutyId, FactId, KindId, Lang, RecordId, Standing, Truth};
use rules::evaluate::Setting;
use rules::explain::{Explanation, FactRead, ParameterHeld, Reason, explain};
use serde::Serialize;
use store::{Provenance, StoreError};

use super::RegisterArgs;
use crate::clock;
use crate::pipeline::{Pipeline, StoreFacts};

/// Explains a verdict: the clauses with yes, no or unknown, the facts with where they came from, the parameters with
/// their documents, what would have to differ for a no, and what to ask first for an unknown.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    register: RegisterArgs,
    /// The duty.
    duty: String,
    /// The record, by its id.
    record: String,
    /// The day; today in Asia/Shanghai unless said.
    #[arg(long)]
    on: Option<NaiveDate>,
    /// Writes JSON.
    #[arg(long)]
    json: bool,
}

type Provenances = BTreeMap<(KindId, RecordId), BTreeMap<FactId, Provenance>>;

/// Explains.
pub fn run(args: &Args, lang: Lang) -> anyhow::Result<ExitCode> {
    let pipeline =
        Pipeline::inspect(&args.register.city, &args.register.db).map_err(|e| anyhow!(e.message(lang)))?;
    let on = args.on.unwrap_or_else(clock::today);
    let (duty, record) = (DutyId::from(args.duty.as_str()), RecordId::from(args.record.as_str()));
    let facts = StoreFacts::new(&pipeline, on);
    let explanation = explain(&pipeline.rules, &facts, (&duty, &record), &Setting::on(on));
    facts.failed().map_err(|e| anyhow!(e.message(lang)))?;
    let Some(explanation) = explanation else { return Err(not_found(&pipeline, &duty, &record, lang)) };
    let provenances = provenances(&pipeline, &explanation).map_err(|e| anyhow!(e.message(lang)))?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&json(&explanation, &provenances))?);
    } else {
        print!("{}", Words { lang, provenances: &provenances }.page(&explanation));
    }
    Ok(ExitCode::SUCCESS)
}

fn not_found(pipeline: &Pipeline, duty: &DutyId, record: &RecordId, lang: Lang) -> anyhow::Error {
    match pipeline.rules.duties.iter().find(|version| version.duty.id == *duty) {
        None => anyhow!(match lang {
            Lang::Zh => format!("没有名为 {duty} 的承诺事项"),
            Lang::En => format!("there is no duty named {duty}"),
        }),
        Some(version) => {
            let kind = &pipeline.rules.kinds[version.kind];
            anyhow!(match lang {
                Lang::Zh => format!("{duty} 针对“{}”，登记库里没有编号为 {record} 的这类记录", kind.label.zh),
                Lang::En => {
                    format!(
                        "{duty} is about a {}, and none with the id {record} is in the register",
                        kind.label.en
                    )
                }
            })
        }
    }
}

/// Where every fact that was read came from.
fn provenances(pipeline: &Pipeline, explanation: &Explanation) -> Result<Provenances, StoreError> {
    let mut found = Provenances::new();
    for fact in facts(explanation) {
        if let Entry::Vacant(place) = found.entry((fact.kind.clone(), fact.record.clone())) {
            place.insert(pipeline.store.provenance(fact.kind.as_str(), fact.record.as_str())?);
        }
    }
    Ok(found)
}

fn reasons(explanation: &Explanation) -> impl Iterator<Item = &Reason> {
    explanation.clauses.iter().chain(&explanation.exemptions).chain([&explanation.evidence])
}

fn facts(explanation: &Explanation) -> impl Iterator<Item = &FactRead> {
    let figures = explanation.amount.iter().chain(&explanation.paid);
    reasons(explanation).flat_map(|reason| &reason.facts).chain(figures.flat_map(|figure| &figure.facts))
}

/// The explanation with, beside it, where its facts came from.
fn json(explanation: &Explanation, provenances: &Provenances) -> impl Serialize {
    #[derive(Serialize)]
    struct Source {
        kind: KindId,
        record: RecordId,
        fact: FactId,
        #[serde(flatten)]
        provenance: serde_json::Value,
    }
    let mut sources: Vec<Source> = Vec::new();
    for ((kind, record), facts) in provenances {
        for (fact, provenance) in facts {
            if self::facts(explanation)
                .any(|read| read.kind == *kind && read.record == *record && read.fact == *fact)
            {
                sources.push(Source {
                    kind: kind.clone(),
                    record: record.clone(),
                    fact: fact.clone(),
                    provenance: serde_json::json!({
                        "on": provenance.on, "at": provenance.at, "seq": provenance.seq,
                        "source": provenance.source, "actor": provenance.actor, "synthetic": provenance.synthetic,
                    }),
                });
            }
        }
    }
    serde_json::json!({ "explanation": explanation, "sources": sources })
}

/// An explanation in words.
struct Words<'a> {
    lang: Lang,
    provenances: &'a Provenances,
}

impl Words<'_> {
    fn say(&self, zh: impl Into<String>, en: impl Into<String>) -> String {
        match self.lang {
            Lang::Zh => zh.into(),
            Lang::En => en.into(),
        }
    }

    fn page(&self, it: &Explanation) -> String {
        let mut lines = vec![
            format!("{}  {}", it.verb, it.title.get(self.lang)),
            format!(
                "{}  {}{}",
                self.say("依据", "basis"),
                it.basis.doc,
                it.basis.clause.as_ref().map(|clause| format!(" {clause}")).unwrap_or_default()
            ),
            format!("{} {}  {} → {}", it.kind, it.record, it.on, self.standing(it.standing)),
        ];
        if it.near_miss {
            lines.push(self.say("只差一条", "one clause short"));
        }
        lines.push(String::new());
        lines.push(self.say("应尽的条件（须全部满足）", "What makes it owed (all of these)"));
        it.clauses.iter().for_each(|reason| self.reason(reason, &mut lines));
        if !it.exemptions.is_empty() {
            lines.push(self.say("免尽的理由（满足其一）", "What releases from it (any of these)"));
            it.exemptions.iter().for_each(|reason| self.reason(reason, &mut lines));
        }
        lines.push(self.say("已尽的凭据", "What shows that it was served"));
        self.reason(&it.evidence, &mut lines);
        for (figure, zh, en) in [(&it.amount, "应付", "owed"), (&it.paid, "已付", "paid")] {
            let Some(figure) = figure else { continue };
            let value = figure.value.map_or_else(|| self.say("未知", "unknown"), |value| value.to_string());
            let unit = figure.unit.as_deref().unwrap_or_default();
            lines.push(format!("{} {value} {unit} = {}", self.say(zh, en), figure.from));
            figure.facts.iter().for_each(|fact| lines.push(self.fact(fact)));
            figure.parameters.iter().for_each(|held| lines.push(self.parameter(held)));
        }
        for (at, ask) in it.ask.iter().enumerate() {
            if at == 0 {
                lines.push(self.say("先问", "Ask first"));
            }
            let words = ask.question.as_ref().unwrap_or(&ask.label).get(self.lang);
            lines.push(format!("  {}. {words} ({})", at + 1, ask.path));
        }
        lines.join("\n") + "\n"
    }

    fn standing(&self, standing: Standing) -> String {
        match standing {
            Standing::Done => self.say("已尽", "done"),
            Standing::Exempt => self.say("免尽", "exempt"),
            Standing::Gap => self.say("未尽", "gap"),
            Standing::Leak => self.say("错享", "leak"),
            Standing::Unknown => self.say("未知", "unknown"),
            Standing::Out => self.say("不在应尽之内", "not owed"),
        }
    }

    fn reason(&self, reason: &Reason, lines: &mut Vec<String>) {
        let truth = match reason.truth {
            Truth::Yes => self.say("是", "yes"),
            Truth::No => self.say("否", "no"),
            Truth::Unknown => self.say("未知", "unknown"),
        };
        let label = reason.label.as_ref().map(|label| label.get(self.lang)).unwrap_or_default();
        lines.push(format!("  [{truth}] {label}"));
        lines.push(format!("    {}", reason.when));
        reason.facts.iter().for_each(|fact| lines.push(self.fact(fact)));
        reason.parameters.iter().for_each(|held| lines.push(self.parameter(held)));
        // What would have to differ tells what is: not where it is about a person.
        if reason.truth == Truth::No && !reason.facts.iter().any(|fact| fact.personal) {
            for way in &reason.ways {
                let needs: Vec<&str> = way.iter().map(|failing| failing.says.get(self.lang)).collect();
                let (must, and) = match self.lang {
                    Lang::Zh => ("须变为", "；并且"),
                    Lang::En => ("would have to be", "; and "),
                };
                lines.push(format!("      {must} {}", needs.join(and)));
            }
        }
    }

    fn fact(&self, fact: &FactRead) -> String {
        let value = match (&fact.value, &fact.value_label) {
            // Personal facts are for the pages, where reading them is recorded.
            _ if fact.personal => "***".to_owned(),
            (None, _) => self.say("缺", "missing"),
            (Some(value), Some(label)) => format!("{value} {}", label.get(self.lang)),
            (Some(value), None) => value.to_string(),
        };
        let unit =
            fact.unit.as_ref().filter(|unit| !unit.is_one()).map(ToString::to_string).unwrap_or_default();
        let provenance = self
            .provenances
            .get(&(fact.kind.clone(), fact.record.clone()))
            .and_then(|facts| facts.get(&fact.fact));
        let origin = match provenance {
            _ if fact.derived => self.say("推算", "computed"),
            Some(it) => {
                let made_up = if it.synthetic { self.say("，虚构", ", made up") } else { String::new() };
                format!("{} {}{made_up}", it.on, it.source.as_ref().unwrap_or(&it.actor))
            }
            None => String::new(),
        };
        // What a derived fact was computed from stands one step further in.
        let indent = " ".repeat(6 + 2 * fact.via.len());
        format!("{indent}{} = {value} {unit}  [{}]  {origin}", fact.path, fact.label.get(self.lang))
            .trim_end()
            .to_owned()
    }

    fn parameter(&self, held: &ParameterHeld) -> String {
        let key = held.key.as_ref().map(|key| format!("[{key}]")).unwrap_or_default();
        let value = match &held.unset {
            Some(why) => format!("{}: {}", self.say("未取得", "not in hand"), why.get(self.lang)),
            None => held.values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        };
        let unit =
            held.unit.as_ref().filter(|unit| !unit.is_one()).map(ToString::to_string).unwrap_or_default();
        let basis = held.basis.as_ref().map(|basis| basis.doc.as_str()).unwrap_or_default();
        let from = held.from.map(|from| format!(" {} {from}", self.say("起", "from"))).unwrap_or_default();
        format!("      :{}{key} = {value} {unit}  [{}]  {basis}{from}", held.id, held.label.get(self.lang))
    }
}
