//! From what happened to who is told of it. A follower goes through the events in their order, and each day once; how
//! far it came stands in the register, and is written together with what it found.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use model::calendar::midnight;
use model::case::RecordRef;
use model::draw::DrawnFacts;
use model::event::EventType;
use model::notice::{Cause, NoticeRule, Receiver, Subject};
use model::{Case, FactId, Notices};
use rules::ruleset::CompiledForm;
use store::{Notice, NoticeCursor, StoreError, StoredEvent, StoredRecord, Worklist};

use super::about::About;
use super::people::People;
use crate::api::app::App;
use crate::api::cases::due_on;
use crate::api::paging::MAX_LIMIT;
use crate::api::problem::Problem;
use crate::clock;

/// Time between two looks at whether anything happened.
const LOOK: Duration = Duration::from_secs(2);
/// Time between two tries while the register cannot be used.
const RETRY: Duration = Duration::from_secs(30);
/// Events that are looked through at once.
const BATCH: usize = 200;
/// Events that caused nothing are passed over without a word to the register until there are so many.
const UNSAID: i64 = 1000;
/// Days of a register that existed before notices did, of which they tell.
const BEFORE_DAYS: u64 = 7;
/// Days for which a notice is kept after it was read.
const KEPT_DAYS: i64 = 180;

/// Notices as they are gathered: one for each kind and receiver, however many cases it stands for.
#[derive(Default)]
struct Gathered(BTreeMap<(String, String), Telling>);

/// What one receiver is told of one kind.
struct Telling {
    at: DateTime<Utc>,
    /// What it is about if it stands for one, and for several.
    about: (About, About),
    count: u64,
}

impl Gathered {
    fn add(&mut self, (kind, account): (&str, String), at: DateTime<Utc>, about: (About, About)) {
        let one_more = |told: &mut Telling| {
            told.about.1 = told.about.1.with(&about.1);
            told.count += 1;
        };
        let first = || Telling { at, about: about.clone(), count: 1 };
        self.0.entry((kind.to_owned(), account)).and_modify(one_more).or_insert_with(first);
    }

    fn notices(self, cause: &str) -> Vec<Notice> {
        let notice = |((kind, account), told): ((String, String), Telling)| Notice {
            cause: format!("{kind} {cause}"),
            account,
            kind,
            at: told.at,
            count: told.count,
            send: vec![],
            about: serde_json::json!(if told.count == 1 { told.about.0 } else { told.about.1 }),
        };
        self.0.into_iter().map(notice).collect()
    }
}

impl App {
    /// Looks through what happened since `seen`, and through today, if that was not done; tells of it. Returns how far
    /// it came, and whether there is more.
    pub fn look_for_notices(&self, seen: i64) -> Result<(i64, bool), Problem> {
        let Some(notices) = &self.rules().notices else { return Ok((seen, false)) };
        let (store, today) = (self.store(), self.today());
        let before = store.notice_cursor()?;
        let from = match before {
            Some(cursor) => cursor,
            None => {
                let first = today.checked_sub_days(Days::new(BEFORE_DAYS)).unwrap_or(today);
                NoticeCursor { seq: store.last_seq_before(first)?, day: None }
            }
        };
        let from_seq = from.seq.max(seen);
        // Read first: what comes meanwhile is looked through next time.
        let last = store.last_seq()?;
        let is_new_day = from.day.is_none_or(|day| day < today);
        if last <= from_seq && !is_new_day {
            return Ok((from_seq, false));
        }
        let events =
            store.events_of(&[EventType::Case, EventType::Draw, EventType::Filing], from_seq, BATCH)?;
        let (reached, more) = match events.last() {
            Some(event) if events.len() == BATCH => (event.seq, true),
            last_found => (last.max(last_found.map_or(0, |event| event.seq)), false),
        };
        let mut people = People::new(self.rules(), store)?;
        let mut found = Vec::new();
        for event in &events {
            found.extend(self.told_by_event(notices, &mut people, event)?);
        }
        if is_new_day && !more {
            found.extend(self.told_by_day(notices, &mut people, (from.day, today))?);
            store.forget_notices(self.now() - TimeDelta::days(KEPT_DAYS))?;
        }
        let day = if more { from.day } else { Some(from.day.map_or(today, |day| day.max(today))) };
        if !found.is_empty() || day != from.day || reached - from.seq >= UNSAID || before.is_none() {
            if !found.is_empty() {
                let tellings = store.tellings()?;
                for notice in &mut found {
                    notice.send = self.at_once(tellings.get(&notice.account), &notice.kind);
                }
            }
            let after = NoticeCursor { seq: reached, day };
            store.keep_notices((before, after), (found, clock::now()))?;
        }
        Ok((reached, more))
    }

    fn told_by_event(
        &self,
        notices: &Notices,
        people: &mut People<'_>,
        stored: &StoredEvent,
    ) -> Result<Vec<Notice>, Problem> {
        let mut gathered = Gathered::default();
        match stored.event.event_type {
            EventType::Case => self.told_of_cases(notices, people, (stored, &mut gathered))?,
            EventType::Draw => {
                let (Some(form), Ok(drawn)) = (
                    self.form_named(&stored.event.summary["form"]),
                    serde_json::from_value::<DrawnFacts>(stored.event.summary["filled"].clone()),
                ) else {
                    return Ok(vec![]);
                };
                for change in self.store().changes(stored.seq, -1, usize::MAX)? {
                    if change.facts.get(drawn.drawn.as_str()).and_then(serde_json::Value::as_bool)
                        == Some(true)
                    {
                        let filing = (form, change.id.as_str());
                        self.told_of_filing(
                            notices,
                            people,
                            (filing, &[Cause::Drawn], stored),
                            &mut gathered,
                        )?;
                    }
                }
            }
            EventType::Filing => {
                // What an officer fills in is about what somebody filed.
                let officer = self.form_named(&stored.event.summary["form"]).filter(|form| form.form.officer);
                let filed = officer.and_then(|officer| {
                    self.rules().forms.iter().find(|form| !form.form.officer && form.kind == officer.by)
                });
                if let (Some(form), Some(id)) = (filed, stored.event.summary["by"].as_str()) {
                    let causes = [Cause::Inspected, Cause::Correct];
                    self.told_of_filing(notices, people, ((form, id), &causes, stored), &mut gathered)?;
                }
            }
            _ => {}
        }
        let cause = format!("event {}", stored.seq);
        let mut told = gathered.notices(&cause);
        // Nobody is told of what they did.
        told.retain(|notice| notice.account != stored.event.actor);
        Ok(told)
    }

    fn told_of_cases(
        &self,
        notices: &Notices,
        people: &mut People<'_>,
        (stored, gathered): (&StoredEvent, &mut Gathered),
    ) -> Result<(), StoreError> {
        let rules: Vec<&NoticeRule> = notices.rules.iter().filter(|rule| is_of_cases(rule)).collect();
        if rules.is_empty() {
            return Ok(());
        }
        let at = stored.event.at;
        self.store().each_case_moved(stored.seq, |no, steps, earlier| {
            let causes: BTreeSet<Cause> =
                steps.iter().skip(earlier).filter_map(|(step, ..)| Cause::of(step)).collect();
            let rules = rules.iter().filter(|rule| rule.on.iter().any(|cause| causes.contains(cause)));
            let mut case = None;
            for rule in rules {
                let as_it_was = || Case::replay(steps.iter().map(|(step, at, _)| (step, *at))).ok();
                let Some(case) = case.get_or_insert_with(as_it_was) else { continue };
                let raiser = steps.first().map(|(.., actor)| actor.as_str()).unwrap_or_default();
                let about = About::of_cases(no, case);
                for account in people.of_case(&rule.to, case, raiser)? {
                    gathered.add((&rule.id, account), at, about.clone());
                }
            }
            Ok(())
        })
    }

    fn told_of_filing(
        &self,
        notices: &Notices,
        people: &People<'_>,
        ((form, id), causes, stored): ((&CompiledForm, &str), &[Cause], &StoredEvent),
        gathered: &mut Gathered,
    ) -> Result<(), Problem> {
        let causes_it = |rule: &&NoticeRule| rule.on.iter().any(|cause| causes.contains(cause));
        let rules: Vec<&NoticeRule> = notices.rules.iter().filter(causes_it).collect();
        if rules.is_empty() {
            return Ok(());
        }
        let (kind, by) = (&self.rules().kinds[form.kind], &self.rules().kinds[form.by]);
        let Some(filing) = self.store().record(kind.id.as_str(), id)? else { return Ok(()) };
        let told = |fact: &FactId| text_of(&filing, fact);
        let (Some(filer), Some(number)) = (told(&form.form.by), told(&form.form.filled.number)) else {
            return Ok(());
        };
        let filer = RecordRef { kind: by.id.clone(), id: filer.into() };
        let accounts = people.standing_for(Some(&filer))?;
        if accounts.is_empty() {
            return Ok(());
        }
        let due_fact = form.form.draw.as_ref().and_then(|rule| rule.due.as_ref());
        let due = match due_fact.filter(|_| causes.contains(&Cause::Correct)) {
            Some(due) => self.read(self.today(), |view| {
                Ok(view.snapshot.row(form.kind, id).and_then(|row| view.day(form.kind, row, due)))
            })?,
            None => None,
        };
        for rule in rules {
            let is_only_of_defects = rule.on.iter().all(|cause| *cause == Cause::Correct);
            if is_only_of_defects && due.is_none() {
                continue;
            }
            let about =
                (About::Filing { form: form.form.id.clone(), number: number.clone(), due }, About::Filings);
            for account in &accounts {
                gathered.add((&rule.id, account.name.clone()), stored.event.at, about.clone());
            }
        }
        Ok(())
    }

    /// What the last days were near of, or over, since the day that was looked through before.
    fn told_by_day(
        &self,
        notices: &Notices,
        people: &mut People<'_>,
        (before, today): (Option<NaiveDate>, NaiveDate),
    ) -> Result<Vec<Notice>, Problem> {
        let calendar = &self.rules().city.calendar;
        let mut found = Vec::new();
        for rule in &notices.rules {
            for cause in rule.on.iter().filter(|cause| cause.is_of_clock()) {
                let horizon = |day: NaiveDate| match cause.is_ahead() {
                    true => calendar.add_working_days(day, rule.working_days),
                    false => day.pred_opt().unwrap_or(day),
                };
                let next = |day: NaiveDate| day.succ_opt().unwrap_or(day);
                // Before the first time: all that is late, and what is still in time from today on.
                let from = before.map(|day| next(horizon(day)));
                let from =
                    if cause.is_ahead() { Some(from.map_or(today, |day| day.max(today))) } else { from };
                let days = (from, horizon(today));
                let gathered = match cause.subject() {
                    Subject::Case => self.told_of_days(rule, people, days)?,
                    Subject::Filing => self.told_of_corrections(rule, people, days)?,
                };
                found.extend(gathered.notices(&format!("day {today}")));
            }
        }
        Ok(found)
    }

    /// Cases that wait for their office, and whose last day is one of these.
    fn told_of_days(
        &self,
        rule: &NoticeRule,
        people: &mut People<'_>,
        (from, to): (Option<NaiveDate>, NaiveDate),
    ) -> Result<Gathered, Problem> {
        let instant = |day: NaiveDate| midnight(day) + TimeDelta::microseconds(1);
        let mut list = Worklist {
            due_from: from.map(instant),
            due_before: Some(instant(to) + TimeDelta::days(1)),
            limit: MAX_LIMIT,
            ..Worklist::default()
        };
        let mut gathered = Gathered::default();
        loop {
            let cases = self.store().worklist(&list)?;
            for stored in &cases {
                let case = &stored.case;
                if !case.state.waits_for_office() || case.paused_at.is_some() {
                    continue;
                }
                let on = due_on(case.due_at);
                let about = (About::Case { no: stored.no }, About::Days { from: on, to: on });
                for account in people.of_case(&rule.to, case, "")? {
                    gathered.add((&rule.id, account), self.now(), about.clone());
                }
            }
            match cases.last().filter(|_| cases.len() == list.limit) {
                Some(last) => list.after = Some((last.case.due_at, last.no)),
                None => return Ok(gathered),
            }
        }
    }

    /// Filings of which something is still to be put right, by one of these days.
    fn told_of_corrections(
        &self,
        rule: &NoticeRule,
        people: &People<'_>,
        (from, to): (Option<NaiveDate>, NaiveDate),
    ) -> Result<Gathered, Problem> {
        let found = self.read(self.today(), |view| {
            let mut found = Vec::new();
            for form in &view.rules.forms {
                let Some(fact) = form.form.draw.as_ref().and_then(|rule| rule.due.as_ref()) else { continue };
                for row in 0..view.snapshot.tables.table(form.kind).len() {
                    let due = view.day(form.kind, row, fact);
                    let due = due.filter(|due| from.is_none_or(|from| from <= *due) && *due <= to);
                    let text = |fact: &FactId| Some(view.told(form.kind, row, fact.as_str())?.to_string());
                    let told = text(&form.form.filled.number).zip(text(&form.form.by));
                    if let (Some(due), Some((number, by))) = (due, told) {
                        let written = view.written_about((form.kind, row)).into_iter();
                        let written = written.map(|(kind, _, row)| view.line(kind, row)).collect::<Vec<_>>();
                        found.push((form.form.id.clone(), (number, due), (form.by, by), written));
                    }
                }
            }
            Ok(found)
        })?;
        let mut gathered = Gathered::default();
        for (form, (number, due), (kind, by), written) in found {
            let kind = self.rules().kinds[kind].id.clone();
            let mut accounts = Vec::new();
            if rule.to.contains(&Receiver::Filer) {
                accounts.extend(people.standing_for(Some(&RecordRef { kind, id: by.into() }))?);
            }
            if rule.to.contains(&Receiver::Inspector) {
                for of in written {
                    let history = self.store().history(of.kind.as_str(), of.id.as_str())?;
                    accounts.extend(people.known(history.last().map(|entry| entry.actor.as_str()))?);
                }
            }
            let about = About::Filing { form, number, due: Some(due) };
            let names: BTreeSet<String> = accounts.into_iter().map(|account| account.name).collect();
            for account in names {
                gathered.add((&rule.id, account), self.now(), (about.clone(), About::Filings));
            }
        }
        Ok(gathered)
    }

    fn form_named(&self, name: &serde_json::Value) -> Option<&CompiledForm> {
        self.rules().forms.iter().find(|form| Some(form.form.id.as_str()) == name.as_str())
    }

    /// Tells of what happens for as long as the server runs.
    pub async fn follow_notices(self) {
        if self.rules().notices.is_none() {
            return;
        }
        let mut seen = 0;
        loop {
            let wait = match self.blocking(move |app| app.look_for_notices(seen)).await {
                Ok((reached, more)) => {
                    seen = reached;
                    if more { Duration::ZERO } else { LOOK }
                }
                Err(problem) => {
                    tracing::error!(status = %problem.status(), "notices are behind; looked for again later");
                    RETRY
                }
            };
            tokio::time::sleep(wait).await;
        }
    }
}

fn is_of_cases(rule: &NoticeRule) -> bool {
    rule.on.iter().any(|cause| cause.subject() == Subject::Case && !cause.is_of_clock())
}

fn text_of(record: &StoredRecord, fact: &FactId) -> Option<String> {
    record.facts.get(fact.as_str()).and_then(|value| value.as_str()).map(str::to_owned)
}
