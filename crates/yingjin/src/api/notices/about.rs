//! What a notice is about, and the words for it: made when it is read, so that nobody reads of what is no longer theirs
//! to see.

use chrono::NaiveDate;
use model::case::Opening;
use model::notice::{NoticeRule, fill, slots};
use model::{Case, DutyId, FormId, Lang};
use serde::{Deserialize, Serialize};
use store::{Account, StoredCase};

use crate::api::app::App;
use crate::api::cases::{due_on, title};
use crate::api::casework::OfficeShape;
use crate::api::claims::Decision;
use crate::api::problem::Problem;
use crate::api::scope::Scope;
use crate::api::view::View;
use crate::api::words::Words;

/// What a notice is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "about")]
pub enum About {
    /// One case.
    Case {
        /// Its number.
        no: i64,
    },
    /// Several cases.
    Cases {
        /// The duty of all of them, if it is one.
        duty: Option<DutyId>,
    },
    /// Several cases by their last days.
    Days {
        /// The first of the days.
        from: NaiveDate,
        /// The last of the days.
        to: NaiveDate,
    },
    /// One filing.
    Filing {
        /// The form.
        form: FormId,
        /// Its number.
        number: String,
        /// By when something has to be put right.
        due: Option<NaiveDate>,
    },
    /// Several filings.
    Filings,
}

/// A notice in words, and the page that shows what it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The words.
    pub text: Words,
    /// The first words of a problem that is about no record, which has no other name; only where the reader may see it. They
    /// are for the app alone: what people wrote is not sent on.
    pub words: Option<String>,
    /// The path of the page; none where there is nothing to see for this reader any more.
    pub path: Option<String>,
}

impl About {
    /// A case by itself, and among others.
    pub fn of_cases(no: i64, case: &Case) -> (Self, Self) {
        (Self::Case { no }, Self::Cases { duty: case.opening.duty.clone() })
    }

    /// What this and another are about.
    pub fn with(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Cases { duty }, Self::Cases { duty: of }) if duty != of => Self::Cases { duty: None },
            (Self::Days { from, to }, Self::Days { from: first, to: last }) => {
                Self::Days { from: *from.min(first), to: *to.max(last) }
            }
            _ => self.clone(),
        }
    }

    /// The case whose words are needed to say it.
    fn case(&self) -> Option<i64> {
        match self {
            Self::Case { no } => Some(*no),
            _ => None,
        }
    }

    fn path(&self, is_officer: bool) -> String {
        match self {
            Self::Case { no } => format!("/cases/{no}"),
            Self::Cases { duty: Some(duty) } => format!("/cases?duty={duty}"),
            Self::Cases { duty: None } => "/cases".to_owned(),
            Self::Days { from, to } => format!("/cases?due_from={from}&due_to={to}"),
            Self::Filing { number, .. } => format!("/receipts/{number}"),
            Self::Filings if is_officer => "/inspections".to_owned(),
            Self::Filings => "/forms".to_owned(),
        }
    }
}

impl App {
    /// Notices in words, for the account that they were told to.
    pub fn told(
        &self,
        account: &Account,
        notices: &[(Option<&NoticeRule>, About, u64)],
    ) -> Result<Vec<Told>, Problem> {
        let scope = Scope::of(account, self.rules());
        let mut cases = Vec::with_capacity(notices.len());
        for (_, about, _) in notices {
            let case = about.case().map(|no| self.store().case(no)).transpose()?.flatten();
            let case = match case {
                Some(stored) if scope.sees_case(&stored.case) => Some((stored, true)),
                Some(stored) if !scope.own_only() && self.store().follows(&account.name, stored.no)? => {
                    Some((stored, false))
                }
                _ => None,
            };
            cases.push(case);
        }
        self.read(self.today(), |view| {
            let each = notices.iter().zip(&cases).map(|((rule, about, count), case)| {
                // Where the city tells nobody of it any more.
                let Some(rule) = rule else { return Ok(Told::default()) };
                let asks_why = slots(&rule.one.zh).contains(&"why") || slots(&rule.one.en).contains(&"why");
                let decided = case.as_ref().filter(|(_, sees)| *sees && asks_why);
                let decision = decided.map(|(stored, _)| self.decision(view, stored)).transpose()?.flatten();
                let is_officer = !scope.own_only();
                Ok(told(view, (rule, about, *count), (case.as_ref(), decision.as_ref(), is_officer)))
            });
            each.collect()
        })
    }
}

/// `case`: with whether the reader sees all of it, or only follows it.
fn told(
    view: View,
    (rule, about, count): (&NoticeRule, &About, u64),
    (case, decision, is_officer): (Option<&(StoredCase, bool)>, Option<&Decision>, bool),
) -> Told {
    let words = |of: &dyn Fn(&str, Lang) -> Option<String>| {
        let label = if count > 1 { &rule.many } else { &rule.one };
        let text = |lang| fill(label.get(lang), |slot| of(slot, lang));
        Words::new(text(Lang::Zh), text(Lang::En))
    };
    let text = match (about, case) {
        _ if count > 1 => words(&|slot, _| (slot == "count").then(|| count.to_string())),
        (About::Case { .. }, Some(case)) => words(&|slot, lang| match slot {
            "why" => decision.map(|decision| decision.why.get(lang).to_owned()),
            _ => of_case(view, case, slot, lang),
        }),
        (About::Filing { form, number, due }, _) => words(&|slot, lang| match slot {
            "number" => Some(number.clone()),
            "due" => due.map(|day| day.to_string()),
            "what" => {
                let form = view.rules.forms.iter().find(|known| known.form.id == *form)?;
                Some(form.form.title.get(lang).to_owned())
            }
            _ => None,
        }),
        // It has gone elsewhere: all that is said is of what kind it was.
        _ => return Told { text: Words::from(&rule.label), ..Told::default() },
    };
    let seen = case.filter(|(_, sees)| *sees && count == 1).map(|(stored, _)| &stored.case.opening);
    let raised = seen.filter(|opening| opening.about.is_none());
    let words = raised.and_then(|opening| opening.words.as_deref()).map(first_words);
    Told { text, words, path: Some(about.path(is_officer)) }
}

/// The most characters of first words.
const FIRST_CHARS: usize = 40;

/// The beginning of what somebody wrote, on one line.
fn first_words(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(FIRST_CHARS) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

fn of_case(view: View, (stored, sees): &(StoredCase, bool), slot: &str, lang: Lang) -> Option<String> {
    let case = &stored.case;
    let opening: &Opening = &case.opening;
    Some(match slot {
        "what" => title(view, opening).get(lang).to_owned(),
        "no" => stored.no.to_string(),
        "office" => OfficeShape::new(&view.rules.city, &case.office).name.get(lang).to_owned(),
        "due" => due_on(case.due_at).to_string(),
        // What is about no record is where its office is; so is what the reader only follows.
        "about" => match &opening.about {
            Some(about) if *sees => {
                let line = view.line_of(about.kind.as_str(), about.id.as_str());
                line.name.unwrap_or(line.id)
            }
            _ => view.area_name(Some(case.office.area.as_str()), lang),
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_words_are_one_short_line() {
        assert_eq!(first_words(" no power\n since\tMonday "), "no power since Monday");
        let long = first_words(&"停电".repeat(40));
        assert_eq!((long.chars().count(), long.ends_with("电…")), (41, true));
    }
}
