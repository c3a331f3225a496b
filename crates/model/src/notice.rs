//! Notices: who is told of what. What causes them is what happens anyway: a step of a case, a day, a draw, a form that an
//! officer filled in.

use serde::{Deserialize, Serialize};

use crate::case::{Ending, Step};
use crate::label::Label;

/// What a city tells whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notices {
    /// The hour of the day, in the city, from which a digest is sent.
    pub digest_hour: u32,
    /// The kinds of notice, in the order in which people choose between them.
    pub rules: Vec<NoticeRule>,
}

/// One kind of notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRule {
    /// `came`
    pub id: String,
    /// What people call it.
    pub label: Label,
    /// What brings it about; all of one subject.
    pub on: Vec<Cause>,
    /// Who is told; nobody of what they did themselves.
    pub to: Vec<Receiver>,
    /// The words, with [`Cause::slots`] in braces.
    pub one: Label,
    /// The words for several at once, with `{count}`.
    pub many: Label,
    /// For what tells ahead ([`Cause::is_ahead`]): how many working days.
    pub working_days: u32,
    /// How it is sent on, where nobody chose.
    pub way: Way,
}

/// What brings a notice about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A case began.
    Opened,
    /// It was given to a person.
    Assigned,
    /// An office said that it is not theirs.
    HandedBack,
    /// It was sent on.
    Routed,
    /// It went up, by a second refusal or by itself.
    Escalated,
    /// Its record lies elsewhere now.
    Moved,
    /// Another office helps.
    Joined,
    /// It was answered.
    Answered,
    /// The office said no to what a claim asks for.
    Refused,
    /// What a claim asked for has come about.
    Granted,
    /// The beneficiary says that it is solved.
    Confirmed,
    /// The beneficiary says that it is not.
    Disputed,
    /// It ended because an exemption is on record.
    Exempted,
    /// It ended otherwise.
    Closed,
    /// It goes on after its end.
    Reopened,
    /// Its last day is near.
    Due,
    /// Its last day is over.
    Overdue,
    /// A filing was drawn for inspection.
    Drawn,
    /// An officer wrote down an inspection of a filing.
    Inspected,
    /// After an inspection, something has to be put right by a day.
    Correct,
    /// That day is near.
    CorrectSoon,
    /// That day is over.
    CorrectOver,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A case.
    Case,
    /// A filing.
    Filing,
}

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// The person who has the case; where nobody has it, the office that leads.
    Holder,
    /// The office that leads.
    Office,
    /// The offices that help.
    Helping,
    /// Whoever raised it.
    Raiser,
    /// Whoever is to be served.
    Beneficiary,
    /// Whoever has to act, where that is no office.
    Bearer,
    /// Whoever filed.
    Filer,
    /// Whoever wrote down what an inspection found.
    Inspector,
}

/// How a kind of notice is sent on. It stands in the app in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// Not at all.
    App,
    /// By itself, when it comes.
    Once,
    /// Once a day, with what came before.
    #[default]
    Digest,
}

impl Cause {
    /// All, with their names in files.
    pub const ALL: [(&'static str, Self); 22] = [
        ("opened", Self::Opened),
        ("assigned", Self::Assigned),
        ("handed-back", Self::HandedBack),
        ("routed", Self::Routed),
        ("escalated", Self::Escalated),
        ("moved", Self::Moved),
        ("joined", Self::Joined),
        ("answered", Self::Answered),
        ("refused", Self::Refused),
        ("granted", Self::Granted),
        ("confirmed", Self::Confirmed),
        ("disputed", Self::Disputed),
        ("exempted", Self::Exempted),
        ("closed", Self::Closed),
        ("reopened", Self::Reopened),
        ("due", Self::Due),
        ("overdue", Self::Overdue),
        ("drawn", Self::Drawn),
        ("inspected", Self::Inspected),
        ("correct", Self::Correct),
        ("correct-soon", Self::CorrectSoon),
        ("correct-over", Self::CorrectOver),
    ];

    /// What a step of a case is; none for one that concerns nobody else.
    pub fn of(step: &Step) -> Option<Self> {
        Some(match step {
            Step::Opened(_) => Self::Opened,
            Step::Assigned { officer: Some(_) } => Self::Assigned,
            Step::HandedBack { .. } => Self::HandedBack,
            Step::Routed { .. } => Self::Routed,
            Step::Escalated { .. } | Step::WentUp { .. } => Self::Escalated,
            Step::Moved { .. } => Self::Moved,
            Step::Joined { .. } => Self::Joined,
            Step::Answered { .. } => Self::Answered,
            Step::Refused { .. } => Self::Refused,
            Step::Closed(Ending::Granted) => Self::Granted,
            Step::Said { said, .. } if said.solved => Self::Confirmed,
            Step::Said { .. } => Self::Disputed,
            Step::Closed(Ending::Exempt) => Self::Exempted,
            Step::Closed(_) => Self::Closed,
            Step::Reopened { .. } => Self::Reopened,
            Step::Accepted
            | Step::Assigned { officer: None }
            | Step::Paused { .. }
            | Step::Resumed { .. }
            | Step::Noted { .. } => return None,
        })
    }

    /// What it is about.
    pub fn subject(self) -> Subject {
        match self {
            Self::Drawn | Self::Inspected | Self::Correct | Self::CorrectSoon | Self::CorrectOver => {
                Subject::Filing
            }
            _ => Subject::Case,
        }
    }

    /// Whether a day brings it about, and no event.
    pub fn is_of_clock(self) -> bool {
        self.is_ahead() || matches!(self, Self::Overdue | Self::CorrectOver)
    }

    /// Whether it tells of a day before it comes.
    pub fn is_ahead(self) -> bool {
        matches!(self, Self::Due | Self::CorrectSoon)
    }
}

impl Subject {
    /// What may stand in braces in the words for one.
    pub fn slots(self) -> &'static [&'static str] {
        match self {
            Self::Case => &["what", "no", "about", "office", "due", "why"],
            Self::Filing => &["what", "number", "due"],
        }
    }
}

impl Receiver {
    /// All, with their names in files.
    pub const ALL: [(&'static str, Self); 8] = [
        ("holder", Self::Holder),
        ("office", Self::Office),
        ("helping", Self::Helping),
        ("raiser", Self::Raiser),
        ("beneficiary", Self::Beneficiary),
        ("bearer", Self::Bearer),
        ("filer", Self::Filer),
        ("inspector", Self::Inspector),
    ];

    /// Of what they may be told.
    pub fn subject(self) -> Subject {
        if matches!(self, Self::Filer | Self::Inspector) { Subject::Filing } else { Subject::Case }
    }
}

impl Way {
    /// All, with their names in files.
    pub const ALL: [(&'static str, Self); 3] =
        [("app", Self::App), ("once", Self::Once), ("digest", Self::Digest)];
}

impl Notices {
    /// The kind of that name.
    pub fn rule(&self, id: &str) -> Option<&NoticeRule> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}

/// The names in braces of a text, in order; what stands between others is text.
pub fn slots(text: &str) -> Vec<&str> {
    let parts = text.split('{').skip(1);
    parts.filter_map(|part| part.split_once('}').map(|(name, _)| name)).collect()
}

/// A text with its slots filled; one that nothing is known for is left empty.
pub fn fill(text: &str, of: impl Fn(&str) -> Option<String>) -> String {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('}') {
            Some((name, rest)) => {
                filled += &of(name).unwrap_or_default();
                filled += rest;
            }
            None => {
                filled.push('{');
                filled += part;
            }
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_found_and_filled() {
        assert_eq!(slots("{what} (no. {no})"), ["what", "no"]);
        assert_eq!(slots("no {end"), Vec::<&str>::new());
        let of = |name: &str| (name == "no").then(|| "{12}".to_owned());
        assert_eq!(fill("a {what}({no})", of), "a ({12})");
        assert_eq!(fill("no {end", of), "no {end");
    }

    #[test]
    fn steps_that_concern_nobody_else_cause_nothing() {
        assert_eq!(Cause::of(&Step::Accepted), None);
        assert_eq!(Cause::of(&Step::Assigned { officer: None }), None);
        assert_eq!(Cause::of(&Step::Closed(Ending::Exempt)), Some(Cause::Exempted));
    }
}
