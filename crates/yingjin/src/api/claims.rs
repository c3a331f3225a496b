//! Claims: filings that ask for something of a duty about who files: to be served, or to be exempted by hand. Which duties
//! a form offers, and what was decided.

use chrono::NaiveDate;
use model::calendar::day_of;
use model::case::{Asks, Ending, Step};
use model::{DutyId, Standing};
use rules::ruleset::CompiledForm;
use serde::Serialize;
use store::StoredCase;
use utoipa::ToSchema;

use super::app::App;
use super::casework::ending_words;
use super::exemptions::Place;
use super::problem::Problem;
use super::view::View;
use super::words::{self, Words};

/// A duty of which something is asked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClaimedShape {
    /// The duty.
    pub duty: String,
    /// What people call it.
    pub title: Words,
    /// Whether it is asked to be exempted from it; else, to be served.
    pub to_be_exempt: bool,
    /// Where the record stands today; none where the duty is not in force.
    pub standing: Option<words::Standing>,
}

/// What was decided of what a filing asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Decision {
    /// Whether it was given; else it was refused.
    pub granted: bool,
    /// The day.
    pub on: NaiveDate,
    /// Why, or by what.
    pub why: Words,
}

/// A duty of which something can be asked, and for which of the city's reasons where that is to be exempted.
pub struct Askable {
    /// The duty.
    pub duty: DutyId,
    /// The reasons.
    pub reasons: Vec<String>,
}

/// Why nothing can be asked of a duty for a record that stands there; none where it can.
pub fn why_not(asks: Asks, standing: Option<Standing>) -> Option<Words> {
    let words = |zh: &str, en: &str| Some(Words::new(zh, en));
    match (asks, standing) {
        (_, Some(Standing::Gap | Standing::Unknown)) | (Asks::Service, Some(Standing::Out)) => None,
        (_, Some(Standing::Exempt)) => words("当天已经属于免尽，不用再登记。", "It is exempt today already."),
        (Asks::Exemption, Some(Standing::Done | Standing::Leak)) => words(
            "凭据显示已经落实，不用免尽。",
            "Evidence shows that it was served: there is nothing to exempt.",
        ),
        (Asks::Service, Some(Standing::Done | Standing::Leak)) => {
            words("凭据显示已经落实，不用再申请。", "Evidence shows that it was served already.")
        }
        (_, Some(Standing::Out)) => {
            words("当天不属于应尽，不用免尽。", "It is not owed today: there is nothing to exempt.")
        }
        (_, None) => words("这项责任当天不生效。", "That duty is not in force today."),
    }
}

impl<'a> View<'a> {
    /// Where a row stands for a duty; none where that is not in force on the day.
    pub fn standing(&self, duty: &str, row: usize) -> Option<Standing> {
        let judged = self.snapshot.pass.duties.iter().find(|judged| judged.duty.as_str() == duty)?;
        Some(judged.standing(row))
    }

    /// The duties about who files of which a filing can ask something, of the one in a row where that is said. None
    /// where the form asks for nothing of a duty.
    pub fn askable(&self, form: &CompiledForm, row: Option<usize>) -> Option<Vec<Askable>> {
        let (_, asks) = form.form.case.as_ref()?.asks()?;
        let exemptions = self.rules.casework.as_ref().and_then(|casework| casework.exemption.as_ref());
        let judged = self.snapshot.pass.duties.iter().filter(|judged| judged.kind == form.by);
        let open =
            judged.filter(|judged| row.is_none_or(|row| why_not(asks, Some(judged.standing(row))).is_none()));
        let askable = open.map(|judged| {
            let reasons = exemptions.into_iter().flat_map(|known| known.reasons(judged.duty.as_str()));
            let reasons = reasons.map(|reason| reason.id.clone()).collect();
            Askable { duty: judged.duty.clone(), reasons }
        });
        Some(askable.filter(|askable| asks == Asks::Service || !askable.reasons.is_empty()).collect())
    }

    /// What a case asks for of a duty.
    pub fn claimed(&self, stored: &StoredCase) -> Option<ClaimedShape> {
        let opening = &stored.case.opening;
        let claims = opening.claims.as_ref()?;
        let duty = self.duty(claims.duty.as_str())?;
        let row = opening.about.as_ref().and_then(|about| self.snapshot.row(duty.kind, about.id.as_str()));
        let standing = row.and_then(|row| self.standing(claims.duty.as_str(), row));
        Some(ClaimedShape {
            duty: claims.duty.to_string(),
            title: Words::from(&duty.duty.title),
            to_be_exempt: claims.asks == Asks::Exemption,
            standing: standing.map(words::Standing::from),
        })
    }

    /// The place that a claim is about.
    fn place_claimed(&self, stored: &StoredCase) -> Option<Place<'a>> {
        let opening = &stored.case.opening;
        let duty = self.duty(opening.claims.as_ref()?.duty.as_str())?;
        let row = self.snapshot.row(duty.kind, opening.about.as_ref()?.id.as_str())?;
        Some(Place { duty, kind: duty.kind, row })
    }
}

impl App {
    /// What was decided of a claim; none where nothing was, or the refusal was disputed.
    pub fn decision(&self, view: View<'_>, stored: &StoredCase) -> Result<Option<Decision>, Problem> {
        let Some(claims) = &stored.case.opening.claims else { return Ok(None) };
        let steps = self.store().case_steps(stored.no)?;
        let last = steps.iter().rfind(|step| {
            let settles = matches!(step.step, Step::Refused { .. } | Step::Closed(_) | Step::Reopened { .. });
            settles || matches!(&step.step, Step::Said { said, .. } if !said.solved)
        });
        let Some(last) = last else { return Ok(None) };
        let on = day_of(last.at);
        Ok(match &last.step {
            Step::Refused { why } => Some(Decision { granted: false, on, why: Words::new(&**why, &**why) }),
            Step::Closed(ending @ Ending::Granted) => {
                let given = match view.place_claimed(stored).filter(|_| claims.asks == Asks::Exemption) {
                    Some(place) => view.reason_given(place, on),
                    None => None,
                };
                Some(Decision { granted: true, on, why: given.unwrap_or_else(|| ending_words(ending)) })
            }
            // It ended after a refusal that stands.
            Step::Closed(_) => steps.iter().rev().find_map(|step| match &step.step {
                Step::Refused { why } => {
                    let on = day_of(step.at);
                    Some(Decision { granted: false, on, why: Words::new(&**why, &**why) })
                }
                _ => None,
            }),
            _ => None,
        })
    }
}
