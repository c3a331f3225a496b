//! One firm, one plan: all that is open about a firm, who looks after it, and what comes next by day. Nothing here is
//! typed into a plan: it is what the register, the duties, cases, filings and pairings say today.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use model::Letter;
use model::letter::{About, PlanPart};
use serde::{Deserialize, Serialize};
use store::{Account, Worklist, normalise};
use utoipa::{IntoParams, ToSchema};

use super::app::App;
use super::cases::{CaseFilter, CaseLine};
use super::extract::Query;
use super::filings::FiledPage;
use super::owed::{Measure, measures};
use super::pairings::{PairingLine, paired_with};
use super::problem::Problem;
use super::records::{FactLine, RecordLine};
use super::right::{May, ReadLetters};
use super::scope::Scope;
use super::view::View;
use super::words::{Standing, Truth, Words};

/// Whose plan.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PlanFilter {
    /// The record; its own where a firm is signed in and names none.
    pub record: Option<String>,
}

/// All that is open about a firm, and what comes next.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlanPage {
    /// The letter that has the same as PDF.
    pub letter: String,
    /// What people call it.
    pub label: Words,
    /// The day.
    pub on: NaiveDate,
    /// The firm.
    pub of: RecordLine,
    /// What comes next, by day; what has no day last.
    pub next: Vec<NextStep>,
    /// Who visits it.
    pub officials: Vec<PairingLine>,
    /// What the register knows, part by part as the city folder says.
    pub parts: Vec<PartOfPlan>,
    /// Every measure in force that concerns it.
    pub measures: Vec<Measure>,
    /// Open cases that the reader may see, the first due first.
    pub cases: Vec<CaseLine>,
    /// How many of those there are, where not all are listed.
    pub cases_total: u64,
    /// What it filed, the latest first, with its inspections.
    pub filed: Vec<FiledPage>,
}

/// Something that has to be done by a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NextStep {
    /// The last day for it; none where nothing says.
    pub on: Option<NaiveDate>,
    /// Whether that day has passed.
    pub is_late: bool,
    /// What.
    pub what: Words,
    /// Who, in words.
    pub who: Words,
    /// Where more about it is.
    pub about: StepAbout,
}

/// What a step comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum StepAbout {
    /// A gap of a duty.
    Duty {
        /// The duty.
        id: String,
    },
    /// An open case.
    Case {
        /// Its number.
        no: i64,
    },
    /// A filing that is to be inspected, or of which something has to be put right.
    Filing {
        /// Its kind.
        kind: String,
        /// The record.
        id: String,
    },
    /// A visit.
    Visit,
}

/// Facts that stand together.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PartOfPlan {
    /// Their heading.
    pub title: Words,
    /// What the record is called that they are of, where they are not the firm's own.
    pub from: Option<Words>,
    /// That record; none where there is no such one yet.
    pub record: Option<RecordLine>,
    /// Its day.
    pub on: Option<NaiveDate>,
    /// The facts; those that are not known have no value. None where there is no record.
    pub facts: Vec<FactLine>,
    /// By fact: the records that its words name, as far as the reader may see them.
    pub named: BTreeMap<String, Vec<RecordLine>>,
}

/// Open cases that a plan lists.
const CASES_MAX: usize = 50;

/// The plan of a firm: for itself, the official who is paired with it, and the offices that may see it.
#[utoipa::path(get, path = "/api/plan", tag = "plan", params(PlanFilter),
    responses((status = 200, body = PlanPage), Problem))]
pub async fn plan(
    State(app): State<App>,
    account: May<ReadLetters>,
    Query(filter): Query<PlanFilter>,
) -> Result<Json<PlanPage>, Problem> {
    app.blocking(move |app| {
        let letter = app.rules().letters.letters.iter().find(|letter| letter.about == About::Plan);
        let (letter, kind) =
            letter.and_then(|letter| Some((letter, letter.of.as_ref()?))).ok_or_else(no_plans)?;
        let scope = Scope::of(&account, app.rules());
        let own = scope.own_of(kind.as_str());
        let asked = filter.record.as_deref().filter(|record| !record.is_empty()).or(own.as_deref());
        let asked =
            asked.ok_or_else(|| Problem::field("record", "请先选定企业。", "Say first whose plan."))?;
        app.read(app.today(), |view| {
            let at = scope.find(view.snapshot, kind.as_str(), asked)?;
            of(app, view, (&account, letter), at).map(Json)
        })
    })
    .await
}

fn no_plans() -> Problem {
    Problem::new(
        super::problem::Kind::NotFound,
        "城市文件夹里没有 about = \"plan\" 的函件，本市没有一企一策。",
        "The city folder has no letter with about = \"plan\", so there are no plans.",
    )
}

/// The plan of a record that the account may see.
pub(super) fn of(
    app: &App,
    view: View,
    (account, letter): (&Account, &Letter),
    (kind, row): (usize, usize),
) -> Result<PlanPage, Problem> {
    let of = view.line(kind, row);
    let scope = Scope::of(account, view.rules);
    let mut measures = measures(view, kind, row)?;
    measures.sort_by_key(|measure| match measure.answer {
        Truth::Yes => 0,
        Truth::Unknown => 1,
        Truth::No => 2,
    });
    let filter = CaseFilter { record: Some(format!("{}/{}", of.kind, of.id)), ..CaseFilter::default() };
    let list = Worklist { limit: CASES_MAX, ..filter.worklist(app, account)? };
    let (now, cases_total) = (app.now(), app.store().count_cases(&list)?);
    let stored = app.store().worklist(&list)?;
    let forms = view.rules.forms.iter().filter(|form| !form.form.officer && form.by == kind);
    let filed = forms.flat_map(|form| {
        let page = move |row| FiledPage::new(view, (form, row));
        view.filed_by(form, row).into_iter().map(page)
    });
    let mut page = PlanPage {
        letter: letter.id.to_string(),
        label: Words::from(&letter.label),
        on: view.snapshot.on,
        next: vec![],
        officials: paired_with(app, view, (kind, row))?,
        parts: letter.parts.iter().filter_map(|part| part_of((view, &scope), part, (kind, row))).collect(),
        measures,
        cases: stored.iter().map(|stored| CaseLine::new(view, stored, now)).collect(),
        cases_total,
        filed: filed.collect(),
        of,
    };
    for filed in &mut page.filed {
        app.tell_cases(view, &scope, filed)?;
    }
    page.filed.sort_by_key(|page| std::cmp::Reverse(page.on));
    page.next = page.steps();
    Ok(page)
}

/// A part; none where the city folder names what is not there.
fn part_of(
    (view, scope): (View, &Scope),
    part: &PlanPart,
    (kind, row): (usize, usize),
) -> Option<PartOfPlan> {
    let (at, on) = match &part.latest {
        None => (Some((kind, row)), None),
        Some(latest) => {
            let (from, declared) = view.rules.kind(latest.kind.as_str())?;
            let by = declared.facts.iter().position(|fact| fact.id == latest.by)?;
            let rows = view.snapshot.tables.members(from, by, row);
            let dated = rows.filter_map(|row| Some((view.day(from, row, &latest.on)?, row)));
            // Of two on one day the order does not matter, and is the same whenever it is asked.
            let found = dated.max();
            (found.map(|(_, row)| (from, row)), found.map(|(on, _)| on))
        }
    };
    let declared = match &part.latest {
        Some(latest) => view.rules.kind(latest.kind.as_str())?.1,
        None => view.kind(kind),
    };
    let known = |(kind, row): (usize, usize)| {
        let facts = part.facts.iter().filter_map(|fact| declared.fact(fact.as_str()));
        facts.map(|fact| FactLine::new(view, fact, view.value(kind, row, &fact.id))).collect()
    };
    Some(PartOfPlan {
        title: Words::from(&part.title),
        from: part.latest.as_ref().map(|_| Words::from(&declared.label)),
        record: part.latest.as_ref().and(at).map(|(kind, row)| view.line(kind, row)),
        on,
        named: at.map(|at| named_in((view, scope), part, at)).unwrap_or_default(),
        facts: at.map(known).unwrap_or_default(),
    })
}

/// What stands between names that somebody writes one after another.
const BETWEEN: [char; 8] = ['、', '，', ',', '；', ';', '/', '\n', '。'];

/// The records that the texts of a part name, by their names or ids as people write them.
fn named_in(
    (view, scope): (View, &Scope),
    part: &PlanPart,
    (kind, row): (usize, usize),
) -> BTreeMap<String, Vec<RecordLine>> {
    let mut named = BTreeMap::new();
    for (fact, of) in &part.names {
        let Some(text) = view.told(kind, row, fact.as_str()).map(|value| value.to_string()) else { continue };
        let Some((of, declared)) = view.rules.kind(of.as_str()) else { continue };
        let words: BTreeSet<String> =
            text.split(BETWEEN).map(normalise).filter(|word| !word.is_empty()).collect();
        let name = declared.name.as_ref().and_then(|name| declared.fact(name.as_str()));
        let name = name.filter(|fact| !fact.personal);
        let is_named = |row: &usize| {
            let name = name.and_then(|fact| view.told(of, *row, fact.id.as_str()));
            words.contains(&normalise(view.id(of, *row).as_str()))
                || name.is_some_and(|name| words.contains(&normalise(&name.to_string())))
        };
        let rows = (0..view.snapshot.tables.table(of).len()).filter(is_named);
        let seen = rows.filter(|row| scope.sees_record(view.snapshot, of, *row));
        let lines: Vec<RecordLine> = seen.map(|row| view.line(of, row)).collect();
        if !lines.is_empty() {
            named.insert(fact.to_string(), lines);
        }
    }
    named
}

impl PlanPage {
    /// What has to be done, by day. What two sources say is said once: a gap is not said again as its case, nor what an
    /// inspection found as the case about it.
    fn steps(&self) -> Vec<NextStep> {
        let today = self.on;
        let step = |on: Option<NaiveDate>, (what, who): (Words, Words), about| NextStep {
            on,
            is_late: on.is_some_and(|on| on < today),
            what,
            who,
            about,
        };
        let gaps = self.measures.iter().filter(|measure| measure.standing == Some(Standing::Gap));
        let mut steps: Vec<NextStep> = gaps
            .map(|measure| {
                let about = StepAbout::Duty { id: measure.duty.clone() };
                step(measure.due_on, (measure.title.clone(), measure.who_acts.clone()), about)
            })
            .collect();
        let said = |id: &String| self.measures.iter().any(|measure| measure.duty == *id);
        let is_filed = |record: &RecordLine| self.filed.iter().any(|filed| filed.filing.id == record.id);
        for case in &self.cases {
            let is_said = case.duty.as_ref().is_some_and(said);
            if is_said || case.duty.is_some() && case.about.as_ref().is_some_and(is_filed) {
                continue;
            }
            let who = case.bearer.as_ref().and_then(|bearer| bearer.name.as_deref());
            let who = who.map_or_else(|| case.office.name.clone(), |name| Words::new(name, name));
            let about = StepAbout::Case { no: case.no };
            let late = NextStep {
                is_late: case.overdue,
                ..step(Some(case.due_on), (case.title.clone(), who), about)
            };
            steps.push(late);
        }
        for filed in &self.filed {
            let Some(state) = &filed.state else { continue };
            let about = StepAbout::Filing { kind: filed.filing.kind.clone(), id: filed.filing.id.clone() };
            let title = &filed.title;
            let is_waiting = filed.drawn == Some(true) && filed.inspections.is_empty();
            if is_waiting || filed.due.is_some() {
                let state = state.display.clone().unwrap_or_default();
                let what =
                    Words::new(format!("{}：{}", title.zh, state.zh), format!("{}: {}", title.en, state.en));
                let name = self.of.name.as_deref().unwrap_or(&self.of.id);
                let who = match filed.due {
                    Some(_) => Words::new(name, name),
                    None => Words::new("检查人员到现场", "inspectors come to the place"),
                };
                steps.push(step(filed.due, (what, who), about));
            }
        }
        for paired in self.officials.iter().filter(|paired| paired.due_on.is_some()) {
            let official = paired.official.as_deref().unwrap_or_default();
            let who = Words::new(official, official);
            let what =
                Words::new(format!("走访（{}）", paired.scheme.zh), format!("visit ({})", paired.scheme.en));
            steps.push(step(paired.due_on, (what, who), StepAbout::Visit));
        }
        steps.sort_by(|a, b| (a.on.is_none(), a.on, &a.what.zh).cmp(&(b.on.is_none(), b.on, &b.what.zh)));
        steps
    }
}
