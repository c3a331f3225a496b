//! Sheets of numbers: the day by area and by duty, and a duty by whoever has to act for it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use model::{AreaCode, Standing, Value};
use rules::evaluate::DutyPass;
use rust_decimal::{Decimal, RoundingStrategy};

use super::Desk;
use crate::api::duties::parts_of;
use crate::api::list::unit_word;
use crate::api::problem::Problem;
use crate::api::view::VerdictFigures;
use crate::api::words::Words;
use crate::letter::data::{Body, Data, Dispatch, DutySheet, Tally, TallyLine};
use crate::pipeline::AreaFigures;

/// The most of those who have to act that stand on one sheet; an xlsx has all.
const BEARERS_MAX: usize = 1000;

/// What some records come to.
#[derive(Clone, Debug, Default)]
pub(super) struct Sum {
    pub records: u64,
    pub should: u64,
    pub done: u64,
    pub exempt: u64,
    pub gap: u64,
    pub leak: u64,
    pub unknown: u64,
    overdue: u64,
    owed: Option<Decimal>,
    amount_unknown: u64,
    paid: Option<Decimal>,
}

impl Sum {
    /// Counts one record.
    pub fn add(&mut self, standing: Standing, figures: &VerdictFigures, is_overdue: bool) {
        self.records += 1;
        self.should += u64::from(standing.is_owed());
        self.overdue += u64::from(is_overdue);
        match standing {
            Standing::Done => self.done += 1,
            Standing::Exempt => self.exempt += 1,
            Standing::Gap => self.gap += 1,
            Standing::Leak => self.leak += 1,
            Standing::Unknown => self.unknown += 1,
            Standing::Out => {}
        }
        if standing.is_owed() {
            plus(&mut self.owed, figures.amount);
            self.amount_unknown += u64::from(figures.amount.is_none());
            plus(&mut self.paid, figures.paid);
        }
    }

    /// As templates read it; `has_money`: whether the duty names an amount.
    pub fn tally(&self, has_money: bool) -> Tally {
        Tally {
            should: self.should,
            done: self.done,
            exempt: self.exempt,
            gap: self.gap,
            leak: self.leak,
            unknown: self.unknown,
            overdue: self.overdue,
            rate: percent(self.done, self.should),
            rate_with_exempt: percent(self.done + self.exempt, self.should),
            owed: self.owed.map(|owed| owed.to_string()),
            amount_unknown: if has_money { self.amount_unknown } else { 0 },
            paid: self.paid.map(|paid| paid.to_string()),
        }
    }
}

/// A sum of what is known; unknown until something is.
fn plus(sum: &mut Option<Decimal>, more: Option<Decimal>) {
    if let Some(more) = more {
        *sum = Some(sum.unwrap_or_default() + more);
    }
}

/// Two digits, cut and not rounded up: 100 % is everything.
fn percent(part: u64, whole: u64) -> Option<String> {
    let share = (Decimal::from(part) * Decimal::ONE_HUNDRED).checked_div(whole.into())?;
    Some(format!("{:.2}", share.round_dp_with_strategy(2, RoundingStrategy::ToZero)))
}

/// The numbers of an area as templates read them, money where the duty names any.
fn tally_of(figures: &AreaFigures, has_money: bool) -> Tally {
    let counts = &figures.counts;
    Tally {
        should: counts.should,
        done: counts.done,
        exempt: counts.exempt,
        gap: counts.gap,
        leak: counts.leak,
        unknown: counts.unknown,
        overdue: figures.overdue,
        rate: percent(counts.done, counts.should),
        rate_with_exempt: percent(counts.done + counts.exempt, counts.should),
        owed: counts.known_owed().filter(|_| has_money).map(|owed| owed.to_string()),
        amount_unknown: if has_money { counts.amount_unknown } else { 0 },
        paid: has_money.then(|| counts.paid.to_string()),
    }
}

impl Desk<'_> {
    /// Adds the numbers of a duty to those of the parts of an area.
    fn add_parts<'a>(
        &self,
        sums: &mut BTreeMap<Option<&'a str>, AreaFigures>,
        (area, parts): (Option<&'a str>, &[&'a str]),
        duty: &DutyPass,
    ) -> Result<AreaFigures, Problem> {
        let areas = &self.view.rules.city.areas;
        let figures = self.app.days.pipeline().figures(self.view.snapshot, duty)?;
        let mut all = AreaFigures::default();
        for (code, part) in &figures.by_area {
            let code = code.as_ref().map(AreaCode::as_str);
            if area.is_some_and(|area| code.is_none_or(|code| !areas.within(code, area))) {
                continue;
            }
            let within = parts.iter().copied().find(|part| code.is_some_and(|code| areas.within(code, part)));
            let own = within.or_else(|| code.and_then(|code| area.filter(|area| *area == code)));
            sums.entry(own).or_default().add(part);
            all.add(part);
        }
        Ok(all)
    }

    /// One line for each part of an area, in the order of the city; last what lies in none of them.
    fn area_lines(
        &self,
        sums: &BTreeMap<Option<&str>, AreaFigures>,
        (area, parts): (Option<&str>, &[&str]),
        has_money: bool,
    ) -> Vec<TallyLine> {
        let line = |name: String, more: &str, figures: &AreaFigures| TallyLine {
            name,
            more: more.to_owned(),
            tally: tally_of(figures, has_money),
        };
        let nothing = AreaFigures::default();
        let mut lines: Vec<TallyLine> = parts
            .iter()
            .map(|part| {
                let figures = sums.get(&Some(part)).unwrap_or(&nothing);
                line(self.view.area_name(Some(part), self.lang), part, figures)
            })
            .collect();
        if let Some(area) = area
            && let Some(figures) = sums.get(&Some(area))
        {
            lines.push(line(self.view.area_name(Some(area), self.lang), area, figures));
        }
        if let Some(figures) = sums.get(&None) {
            lines.push(line(
                self.say("区域不明或属全市", "not known, or of the whole city").to_owned(),
                "",
                figures,
            ));
        }
        lines
    }

    /// The day by area and by duty.
    pub(super) fn dispatch(&self, area: Option<&str>) -> Result<Data, Problem> {
        let view = self.view;
        let area = self.scope.area(area)?;
        let area = area.as_deref();
        let parts = parts_of(view, area);
        let mut sums = BTreeMap::new();
        let mut total = AreaFigures::default();
        let mut duties = Vec::new();
        for duty in &view.snapshot.pass.duties {
            let compiled = &view.rules.duties[duty.index];
            if !self.scope.sees_duty(&compiled.duty) {
                continue;
            }
            let all = self.add_parts(&mut sums, (area, &parts), duty)?;
            total.add(&all);
            let words = self.words_of(duty);
            duties.push((
                all.counts.gap,
                TallyLine { name: words.title, more: words.owner, tally: tally_of(&all, false) },
            ));
        }
        duties.sort_by_key(|(gap, _)| Reverse(*gap));
        let counts = &total.counts;
        let (of, should, done, exempt, gap, unknown) =
            (duties.len(), counts.should, counts.done, counts.exempt, counts.gap, counts.unknown);
        let of = Words::new(
            format!(
                "当日有效责任 {of} 项：应尽 {should} 件，已尽 {done}，免尽 {exempt}，未尽 {gap}；另有未知 {unknown} 件"
            ),
            format!(
                "{of} duties in force: {should} owed, {done} done, {exempt} exempt, {gap} left; {unknown} more unknown"
            ),
        );
        let body = Dispatch {
            tally: tally_of(&total, false),
            areas: self.area_lines(&sums, (area, &parts), false),
            duties: duties.into_iter().map(|(_, line)| line).collect(),
        };
        Ok(self.sheet(area, of, Body::Dispatch(body)))
    }

    /// A duty by area and by whoever has to act for it.
    pub(super) fn duty(&self, area: Option<&str>) -> Result<Data, Problem> {
        let (view, duty) = (self.view, self.duty_of()?);
        let area = self.scope.area(area)?;
        let area = area.as_deref();
        let parts = parts_of(view, area);
        let mut sums = BTreeMap::new();
        let total = self.add_parts(&mut sums, (area, &parts), duty)?;
        let declared = &view.rules.duties[duty.index].duty;
        let has_money = declared.amount.is_some();
        let mut bearers = self.by_bearer(duty, area)?;
        bearers.retain(|(_, sum)| sum.should + sum.leak + sum.unknown > 0);
        bearers.sort_by_key(|(_, sum)| Reverse((sum.gap, sum.should)));
        let count = bearers.len();
        bearers.truncate(BEARERS_MAX);
        let words = self.words_of(duty);
        let counts = &total.counts;
        let (records, should, done, exempt, gap, unknown) =
            (counts.records, counts.should, counts.done, counts.exempt, counts.gap, counts.unknown);
        let of = Words::new(
            format!(
                "{}共 {records} 件：应尽 {should}，已尽 {done}，免尽 {exempt}，未尽 {gap}；另有未知 {unknown} 件；涉及{} {count} 家",
                words.kind, words.bearer
            ),
            format!(
                "{}: {records} in all, {should} owed, {done} done, {exempt} exempt, {gap} left; {unknown} more unknown; {}: {count}",
                words.kind, words.bearer
            ),
        );
        let lines = bearers.into_iter().map(|(id, sum)| TallyLine {
            name: self.bearer_name(duty, id.as_deref()),
            more: id.unwrap_or_default(),
            tally: sum.tally(has_money),
        });
        let body = DutySheet {
            unit: declared.amount.as_ref().map(|amount| unit_word(&amount.unit, self.lang).to_owned()),
            tally: tally_of(&total, has_money),
            areas: self.area_lines(&sums, (area, &parts), has_money),
            bearers: lines.collect(),
            listed: (count > BEARERS_MAX).then_some(BEARERS_MAX),
            duty: words,
        };
        Ok(self.sheet(area, of, Body::Duty(Box::new(body))))
    }

    /// What each who has to act comes to, by id; none for records that do not say who.
    fn by_bearer(&self, duty: &DutyPass, area: Option<&str>) -> Result<Vec<(Option<String>, Sum)>, Problem> {
        let view = self.view;
        let figures = self.app.days.pipeline().figures(view.snapshot, duty)?;
        let bearer = view.rules.duties[duty.index].duty.bearer.as_ref();
        let mut sums: BTreeMap<Option<String>, Sum> = BTreeMap::new();
        for row in 0..view.snapshot.tables.table(duty.kind).len() {
            let code = view.snapshot.pass.area(duty.kind, row);
            let within = |area| code.is_some_and(|code| view.rules.city.areas.within(code, area));
            if !area.is_none_or(within) {
                continue;
            }
            let told = bearer.and_then(|bearer| view.told(duty.kind, row, bearer.as_str()));
            let id = match told {
                Some(Value::Text(id)) => Some(id),
                _ => None,
            };
            let (standing, of_row) = (duty.standing(row), view.verdict_figures(duty, row, &figures));
            let is_overdue =
                standing == Standing::Gap && of_row.due_on.is_some_and(|due| due < view.snapshot.on);
            sums.entry(id).or_default().add(standing, &of_row, is_overdue);
        }
        Ok(sums.into_iter().collect())
    }

    fn bearer_name(&self, duty: &DutyPass, id: Option<&str>) -> String {
        let Some(id) = id else { return self.say("没有登记", "not on record").to_owned() };
        let kind = self.bearer_kind(duty).map(|kind| self.view.kind(kind).id.as_str());
        let name = kind.and_then(|kind| self.view.line_of(kind, id).name);
        name.unwrap_or_else(|| id.to_owned())
    }
}
