//! A case: work that somebody has until whoever was to be served says that it is solved.
//!
//! ```text
//! open -> accepted -> answered -> confirmed | disputed -> closed        overdue is a fact of the clock, not a state
//! ```
//!
//! A case is what its steps leave. Steps carry every day and instant that follows from them, so that replaying them
//! needs neither a calendar nor the rules of the day; deciding which step to take does.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{AreaCode, CaseKindId, DepartmentId, DutyId, KindId, RecordId};
use crate::label::Label;
use crate::term::Term;
use crate::value::Point;
use crate::verdict::Standing;

/// A record by its kind and id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordRef {
    /// Its kind.
    pub kind: KindId,
    /// Its id within the kind.
    pub id: RecordId,
}

/// A department of an area: who can have a case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Office {
    /// The department.
    pub department: DepartmentId,
    /// The area.
    pub area: AreaCode,
}

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// With an office that has not taken it up.
    Open,
    /// Taken up.
    Accepted,
    /// Answered; the beneficiary is asked.
    Answered,
    /// The beneficiary says that it is solved.
    Confirmed,
    /// The beneficiary says that it is not: it is with the office again.
    Disputed,
    /// Ended.
    Closed,
}

impl State {
    /// Whether the office has to do something, so that the clock runs.
    pub fn waits_for_office(self) -> bool {
        matches!(self, Self::Open | Self::Accepted | Self::Disputed)
    }
}

/// Why a case ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "ending")]
pub enum Ending {
    /// Evidence shows that the duty has been served.
    Met,
    /// An exemption is on record, with its reason and proof.
    Exempt,
    /// What a claim asked for has come about: evidence shows it, or the exemption was given.
    Granted,
    /// The duty is no longer owed, or no longer known to be.
    Lapsed,
    /// The beneficiary said that it is solved.
    Confirmed,
    /// The beneficiary was asked and did not answer within the time for it.
    Silent,
    /// Who raised it took it back.
    Withdrawn,
    /// It is the same as another, which goes on.
    Merged {
        /// The number of that one.
        into: i64,
    },
}

/// What a case is opened with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    /// Its kind, which gives its clock and its way.
    pub kind: CaseKindId,
    /// The duty whose gap it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duty: Option<DutyId>,
    /// The record it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<RecordRef>,
    /// Who must act, where that is not an office: the landlord, the bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bearer: Option<RecordRef>,
    /// Who is to be served, and is asked in the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beneficiary: Option<RecordRef>,
    /// Who leads.
    pub office: Office,
    /// What was said, by whoever raised it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Where it is, as a resident reported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The record of the filing that opened it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filing: Option<RecordRef>,
    /// What that filing asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<Claimed>,
    /// The time for an answer.
    pub term: Term,
    /// When that time is over.
    pub due_at: DateTime<Utc>,
}

/// What a filing asks for: something of the duty about the record that its case is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    /// The duty.
    pub duty: DutyId,
    /// What.
    pub asks: Asks,
}

/// What is asked for of a duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Asks {
    /// That it is served.
    Service,
    /// To be exempted from it by hand.
    Exemption,
}

impl Asks {
    /// Why a claim ends once its record stands there; none where a person has to answer it.
    pub fn ending(self, standing: Standing) -> Option<Ending> {
        match (self, standing) {
            (Self::Service, Standing::Done | Standing::Leak) | (Self::Exemption, Standing::Exempt) => {
                Some(Ending::Granted)
            }
            (Self::Exemption, Standing::Done | Standing::Leak) => Some(Ending::Met),
            (Self::Service, Standing::Exempt) => Some(Ending::Exempt),
            (Self::Exemption, Standing::Out) => Some(Ending::Lapsed),
            // Who asks to be served of what is not owed wants to be told why not.
            (Self::Service, Standing::Out) | (_, Standing::Gap | Standing::Unknown) => None,
        }
    }
}

/// Where something is, as a resident reports it: a point, words, or both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Its longitude and latitude.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<Point>,
    /// In words: a street, a building.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// What the beneficiary says when asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Whether anybody answered.
    pub answered: bool,
    /// Whether it is solved.
    pub solved: bool,
    /// Whether they are satisfied; none where they do not say.
    pub satisfied: Option<bool>,
    /// In their own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

/// What a case waited for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Waited {
    /// That somebody takes it up.
    Untaken,
    /// For an answer, after its time was over.
    Overdue,
}

/// Something that happened to a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "step")]
pub enum Step {
    /// It began.
    Opened(Box<Opening>),
    /// The office took it up.
    Accepted,
    /// It was given to a person of the office, or to nobody in particular.
    Assigned {
        /// The account; none takes it from whoever had it.
        officer: Option<String>,
    },
    /// The office says that it is not theirs. Once in a case.
    HandedBack {
        /// The reason.
        why: String,
        /// The area's office, which sends it on.
        to: Office,
    },
    /// It was sent on to another office.
    Routed {
        /// The reason.
        why: String,
        /// Who leads now.
        to: Office,
    },
    /// A second refusal, or too long a wait: it goes up.
    Escalated {
        /// The reason.
        why: String,
        /// Who leads now.
        to: Office,
    },
    /// Nobody had done for too long what was due: it goes up by itself. Once in a case.
    WentUp {
        /// What was waited for.
        waited: Waited,
        /// How long that may take.
        term: Term,
        /// Who leads now.
        to: Office,
    },
    /// The record it is about lies in another area by now, and nobody had taken it up: the office there has it.
    Moved {
        /// Who leads now.
        to: Office,
    },
    /// Another office helps; the one that leads stays.
    Joined {
        /// The other.
        office: Office,
    },
    /// The clock stops.
    Paused {
        /// The reason.
        why: String,
    },
    /// The clock goes on.
    Resumed {
        /// When the time is over now.
        due_at: DateTime<Utc>,
    },
    /// The office, or whoever had to act, says what was done.
    Answered {
        /// What.
        words: String,
    },
    /// The office says no to what a claim asks for.
    Refused {
        /// The reason.
        why: String,
    },
    /// The beneficiary answers the three questions.
    Said {
        /// The answers.
        #[serde(flatten)]
        said: Said,
        /// When the time is over anew, where it is not solved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due_at: Option<DateTime<Utc>>,
    },
    /// A word that changes nothing.
    Noted {
        /// The word.
        words: String,
    },
    /// It ended.
    Closed(Ending),
    /// It goes on after its end.
    Reopened {
        /// The reason.
        why: String,
        /// When the time is over now.
        due_at: DateTime<Utc>,
    },
}

impl Step {
    /// Whether whoever takes it with a problem may follow it from then on: they raised it, or handed it on.
    pub fn lets_follow(&self) -> bool {
        matches!(
            self,
            Self::Opened(_)
                | Self::HandedBack { .. }
                | Self::Routed { .. }
                | Self::Escalated { .. }
                | Self::Joined { .. }
        )
    }
}

/// Why a step cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Its state does not allow it.
    #[error("a case that is {0:?} does not allow this")]
    State(State),
    /// It was handed back before: the next refusal escalates.
    #[error("it was handed back once already")]
    HandedBackBefore,
    /// Its clock stands still already, or runs already.
    #[error("its clock stands still already, or runs already")]
    Clock,
    /// A reason or an answer is wanted.
    #[error("a reason or an answer is wanted")]
    NoWords,
    /// It helps, or leads, already.
    #[error("this office has the case already")]
    SameOffice,
    /// It is with that person already.
    #[error("it is with that person already")]
    SameOfficer,
    /// It has been opened already, or was never opened.
    #[error("a case is opened once")]
    Opened,
}

impl State {
    /// What people call it.
    pub fn label(self) -> Label {
        let (zh, en) = match self {
            Self::Open => ("待签收", "open"),
            Self::Accepted => ("办理中", "accepted"),
            Self::Answered => ("已答复", "answered"),
            Self::Confirmed => ("已确认", "confirmed"),
            Self::Disputed => ("有异议", "disputed"),
            Self::Closed => ("已办结", "closed"),
        };
        Label::new(zh, en)
    }
}

impl Refusal {
    /// Why not, and what to do instead.
    pub fn label(self) -> Label {
        let (zh, en) = match self {
            Self::State(state) => {
                let state = state.label();
                return Label::new(
                    format!("事项现在是“{}”，不能这样办理；请刷新后再看", state.zh),
                    format!("it is {} now, which does not allow this; look at it again", state.en),
                );
            }
            Self::HandedBackBefore => (
                "已经退回过一次，不能再退；再有异议请上报",
                "it was handed back once and cannot be again; escalate it instead",
            ),
            Self::Clock => ("计时状态没有变化", "its clock stands still already, or runs already"),
            Self::NoWords => ("请写明理由或答复", "write the reason or the answer"),
            Self::SameOffice => ("这个单位已经在办理", "this office has the case already"),
            Self::SameOfficer => ("已经由此人办理", "it is with that person already"),
            Self::Opened => ("一个事项只立项一次", "a case is opened once"),
        };
        Label::new(zh, en)
    }
}

/// A case as its steps leave it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// What it was opened with; `office` and `due_at` as they were then.
    pub opening: Opening,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// Since when it has waited for whoever leads, in microseconds since 1970.
    #[serde(rename = "since_us", with = "chrono::serde::ts_microseconds")]
    pub since: DateTime<Utc>,
    /// Where it stands.
    pub state: State,
    /// Who leads. No case is ever without.
    pub office: Office,
    /// The person who has it.
    pub officer: Option<String>,
    /// Offices that help.
    pub helping: Vec<Office>,
    /// When the time is over.
    pub due_at: DateTime<Utc>,
    /// Since when the clock stands still.
    pub paused_at: Option<DateTime<Utc>>,
    /// Whether an office handed it back.
    pub handed_back: bool,
    /// Whether it went up.
    pub escalated: bool,
    /// When it was answered, in this round.
    pub answered_at: Option<DateTime<Utc>>,
    /// What the beneficiary said last.
    pub said: Option<Said>,
    /// Why it ended.
    pub ending: Option<Ending>,
}

impl Case {
    /// Opens a case. Errors: [`Refusal::Opened`] where the first step is another.
    pub fn open(step: &Step, at: DateTime<Utc>) -> Result<Self, Refusal> {
        let Step::Opened(opening) = step else { return Err(Refusal::Opened) };
        Ok(Self {
            opening: (**opening).clone(),
            opened_at: at,
            since: at,
            state: State::Open,
            office: opening.office.clone(),
            officer: None,
            helping: Vec::new(),
            due_at: opening.due_at,
            paused_at: None,
            handed_back: false,
            escalated: false,
            answered_at: None,
            said: None,
            ending: None,
        })
    }

    /// Takes a step. Errors: the step makes no sense now, and the case stays as it is.
    pub fn take(&mut self, step: &Step, at: DateTime<Utc>) -> Result<(), Refusal> {
        let refused = Err(Refusal::State(self.state));
        let live = self.is_live();
        match step {
            Step::Opened(_) => return Err(Refusal::Opened),
            Step::Noted { words } => worded(words)?,
            Step::Accepted => match self.state {
                State::Open | State::Disputed => self.state = State::Accepted,
                _ => return refused,
            },
            Step::Assigned { officer } => {
                if !live {
                    return refused;
                }
                if *officer == self.officer {
                    return Err(Refusal::SameOfficer);
                }
                self.officer.clone_from(officer);
            }
            Step::HandedBack { why, to } => {
                worded(why)?;
                if self.handed_back {
                    return Err(Refusal::HandedBackBefore);
                }
                if !self.state.waits_for_office() {
                    return refused;
                }
                self.give(to, at);
                self.handed_back = true;
            }
            Step::Routed { why, to } | Step::Escalated { why, to } => {
                worded(why)?;
                if !self.state.waits_for_office() {
                    return refused;
                }
                let up = matches!(step, Step::Escalated { .. });
                if *to == self.office && !up {
                    return Err(Refusal::SameOffice);
                }
                self.give(to, at);
                self.escalated |= up;
            }
            Step::WentUp { to, .. } => {
                if !self.state.waits_for_office() || self.escalated {
                    return refused;
                }
                if self.paused_at.is_some() {
                    return Err(Refusal::Clock);
                }
                if *to == self.office {
                    return Err(Refusal::SameOffice);
                }
                self.give(to, at);
                self.escalated = true;
            }
            Step::Moved { to } => {
                if !self.is_free() {
                    return refused;
                }
                if *to == self.office {
                    return Err(Refusal::SameOffice);
                }
                self.give(to, at);
            }
            Step::Joined { office } => {
                if !live {
                    return refused;
                }
                if *office == self.office || self.helping.contains(office) {
                    return Err(Refusal::SameOffice);
                }
                self.helping.push(office.clone());
            }
            Step::Paused { why } => {
                worded(why)?;
                if !self.state.waits_for_office() {
                    return refused;
                }
                if self.paused_at.is_some() {
                    return Err(Refusal::Clock);
                }
                self.paused_at = Some(at);
            }
            Step::Resumed { due_at } => {
                self.paused_at.take().ok_or(Refusal::Clock)?;
                self.due_at = *due_at;
                self.since = at;
            }
            Step::Answered { words } | Step::Refused { why: words } => {
                worded(words)?;
                let is_of_claim = matches!(step, Step::Refused { .. });
                if !self.state.waits_for_office() || is_of_claim && self.opening.claims.is_none() {
                    return refused;
                }
                self.state = State::Answered;
                self.answered_at = Some(at);
                self.paused_at = None;
            }
            Step::Said { said, due_at } => {
                if self.state != State::Answered {
                    return refused;
                }
                self.said = Some(said.clone());
                self.state = if said.solved { State::Confirmed } else { State::Disputed };
                if !said.solved {
                    self.begin_round(due_at.unwrap_or(self.due_at), at);
                }
            }
            Step::Closed(ending) => {
                if !live {
                    return refused;
                }
                self.state = State::Closed;
                self.ending = Some(ending.clone());
                self.paused_at = None;
            }
            Step::Reopened { why, due_at } => {
                worded(why)?;
                if live {
                    return refused;
                }
                self.state = State::Open;
                self.ending = None;
                self.begin_round(*due_at, at);
            }
        }
        Ok(())
    }

    /// What its steps leave. Errors: a step that could never have been taken, with its place.
    pub fn replay<'a>(
        steps: impl IntoIterator<Item = (&'a Step, DateTime<Utc>)>,
    ) -> Result<Self, (usize, Refusal)> {
        let mut steps = steps.into_iter();
        let (first, at) = steps.next().ok_or((0, Refusal::Opened))?;
        let mut case = Self::open(first, at).map_err(|refusal| (0, refusal))?;
        for (place, (step, at)) in steps.enumerate() {
            case.take(step, at).map_err(|refusal| (place + 1, refusal))?;
        }
        Ok(case)
    }

    /// Whether it has not ended.
    pub fn is_live(&self) -> bool {
        self.state != State::Closed
    }

    /// Whether nobody has taken it up, and nobody was given it.
    pub fn is_free(&self) -> bool {
        self.state == State::Open && self.officer.is_none()
    }

    /// Whether the time is over and nobody has answered.
    pub fn is_overdue(&self, at: DateTime<Utc>) -> bool {
        self.state.waits_for_office() && self.paused_at.is_none() && self.due_at <= at
    }

    /// What an office that says "not ours" brings about: back to the area's office the first time, up the second.
    pub fn refused(&self, why: String, area_office: Office, above: Office) -> Step {
        if self.handed_back {
            Step::Escalated { why, to: above }
        } else {
            Step::HandedBack { why, to: area_office }
        }
    }

    fn give(&mut self, to: &Office, at: DateTime<Utc>) {
        self.helping.retain(|office| office != to);
        self.office = to.clone();
        self.officer = None;
        self.state = State::Open;
        self.since = at;
    }

    fn begin_round(&mut self, due_at: DateTime<Utc>, at: DateTime<Utc>) {
        self.due_at = due_at;
        self.since = at;
        self.answered_at = None;
    }
}

fn worded(words: &str) -> Result<(), Refusal> {
    if words.trim().is_empty() { Err(Refusal::NoWords) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> DateTime<Utc> {
        "2020-03-06T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + chrono::Duration::hours(hour)
    }

    fn office(department: &str) -> Office {
        Office { department: department.into(), area: "01".into() }
    }

    fn opened() -> Step {
        Step::Opened(Box::new(Opening {
            filing: None,
            claims: None,
            kind: "supplies".into(),
            duty: None,
            about: None,
            bearer: None,
            beneficiary: None,
            office: office("commerce"),
            words: Some("masks for four days".to_owned()),
            place: None,
            term: Term::Hours(24),
            due_at: at(24),
        }))
    }

    /// The state after some steps, one an hour; the refusal where the last one is refused.
    fn after(steps: &[Step]) -> Result<Case, Refusal> {
        let first = opened();
        let steps = std::iter::once(&first).chain(steps).zip(0..).map(|(step, hour)| (step, at(hour)));
        Case::replay(steps).map_err(|(_, refusal)| refusal)
    }

    fn answered() -> Step {
        Step::Answered { words: "sent this morning".to_owned() }
    }

    fn said(solved: bool) -> Step {
        let said = Said { answered: true, solved, satisfied: Some(solved), words: None };
        Step::Said { said, due_at: Some(at(100)) }
    }

    fn handed_back() -> Step {
        Step::HandedBack { why: "not ours".to_owned(), to: office("dispatch") }
    }

    #[test]
    fn from_open_to_the_end() {
        let steps = [Step::Accepted, answered(), said(true), Step::Closed(Ending::Confirmed)];
        let states = [State::Accepted, State::Answered, State::Confirmed, State::Closed];
        for (count, state) in (1..).zip(states) {
            assert_eq!(after(&steps[..count]).unwrap().state, state);
        }
    }

    #[test]
    fn a_dispute_reopens_with_a_new_term() {
        let case = after(&[answered(), said(false)]).unwrap();
        assert_eq!((case.state, case.due_at, case.answered_at), (State::Disputed, at(100), None));
        assert!(case.is_overdue(at(100)) && !case.is_overdue(at(99)));
    }

    #[test]
    fn handed_back_once_then_it_goes_up() {
        let case = after(&[handed_back()]).unwrap();
        assert_eq!((&case.office, case.state), (&office("dispatch"), State::Open));
        let sent_on = Step::Routed { why: "yours by the list".to_owned(), to: office("industry") };
        assert_eq!(after(&[handed_back(), sent_on.clone(), handed_back()]), Err(Refusal::HandedBackBefore));
        let case = after(&[handed_back(), sent_on]).unwrap();
        let up = case.refused("not ours either".to_owned(), office("dispatch"), office("mayor"));
        assert!(matches!(&up, Step::Escalated { to, .. } if *to == office("mayor")));
    }

    #[test]
    fn goes_up_once_and_moves_while_nobody_has_it() {
        let up = || Step::WentUp { waited: Waited::Untaken, term: Term::Days(2), to: office("dispatch") };
        let case = after(&[Step::Accepted, up()]).unwrap();
        assert_eq!((case.state, case.escalated, case.since), (State::Open, true, at(2)));
        assert_eq!(after(&[up(), up()]), Err(Refusal::State(State::Open)));
        assert_eq!(after(&[answered(), up()]), Err(Refusal::State(State::Answered)));
        assert_eq!(after(&[Step::Paused { why: "waits".to_owned() }, up()]), Err(Refusal::Clock));
        let moved = || Step::Moved { to: office("elsewhere") };
        assert_eq!(after(&[moved()]).unwrap().office, office("elsewhere"));
        assert_eq!(after(&[moved(), moved()]), Err(Refusal::SameOffice));
        assert_eq!(after(&[Step::Accepted, moved()]), Err(Refusal::State(State::Accepted)));
        let given = Step::Assigned { officer: Some("li".to_owned()) };
        assert_eq!(after(&[given, moved()]), Err(Refusal::State(State::Open)));
    }

    #[test]
    fn no_reason_no_step() {
        assert_eq!(after(&[Step::Paused { why: " ".to_owned() }]), Err(Refusal::NoWords));
        let silent = Step::HandedBack { why: String::new(), to: office("dispatch") };
        assert_eq!(after(&[silent]), Err(Refusal::NoWords));
    }

    #[test]
    fn a_paused_case_is_not_overdue() {
        let paused = Step::Paused { why: "waits for the lab".to_owned() };
        assert!(!after(std::slice::from_ref(&paused)).unwrap().is_overdue(at(200)));
        let resumed = Step::Resumed { due_at: at(30) };
        assert!(after(&[paused, resumed.clone()]).unwrap().is_overdue(at(30)));
        assert_eq!(after(&[resumed]), Err(Refusal::Clock));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        use State::{Answered, Closed, Open};
        let close = || Step::Closed(Ending::Met);
        for (steps, state) in [
            (vec![said(true)], Open),
            (vec![answered(), Step::Accepted], Answered),
            (vec![answered(), answered()], Answered),
            (vec![close(), close()], Closed),
            (vec![close(), Step::Accepted], Closed),
        ] {
            assert_eq!(after(&steps), Err(Refusal::State(state)), "{steps:?}");
        }
        assert_eq!(after(&[opened()]), Err(Refusal::Opened));
    }

    #[test]
    fn whoever_helps_does_not_lead() {
        let case = after(&[Step::Joined { office: office("transport") }]).unwrap();
        assert_eq!((case.office, case.helping), (office("commerce"), vec![office("transport")]));
        assert_eq!(after(&[Step::Joined { office: office("commerce") }]), Err(Refusal::SameOffice));
    }

    #[test]
    fn steps_are_kept_as_json() {
        for step in
            [opened(), said(false), handed_back(), Step::Closed(Ending::Merged { into: 7 }), Step::Accepted]
        {
            let text = serde_json::to_string(&step).unwrap();
            assert_eq!(serde_json::from_str::<Step>(&text).unwrap(), step, "{text}");
        }
    }
}
