//! Letters and sheets that people take along: what one is about, not how it looks. Its look is a template beside it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{DutyId, FactId, KindId, Label, LetterId};

/// Everything that a city folder's `letters/` holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letters {
    /// One for each header, in the order of the files.
    pub letters: Vec<Letter>,
    /// The sources that templates are made of, by file name: `owed.typ`. Some are only imported by others.
    pub templates: Vec<Template>,
}

/// A source of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// `owed.typ`
    pub name: String,
    /// Typst, as the folder has it.
    pub text: String,
}

/// What `letters/<id>.toml` says; `letters/<id>.typ` is its template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// `owed`
    pub id: LetterId,
    /// What people call it.
    pub label: Label,
    /// What it is about.
    pub about: About,
    /// The duty, for letters about one.
    pub duty: Option<DutyId>,
    /// Facts of the duty's kind that its lines show, none of them personal.
    pub columns: Vec<FactId>,
    /// The kind of whom it is of, for plans.
    #[serde(default)]
    pub of: Option<KindId>,
    /// What of the register stands on a plan, part by part.
    #[serde(default)]
    pub parts: Vec<PlanPart>,
    /// The most pages it may have.
    pub pages_max: u32,
}

/// Facts that stand together on a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanPart {
    /// Their heading.
    pub title: Label,
    /// Whose facts they are, where not those of whom the plan is of.
    pub latest: Option<Latest>,
    /// The facts, told or derived.
    pub facts: Vec<FactId>,
    /// Those of them, texts, in which somebody may have named records of a kind.
    #[serde(default)]
    pub names: BTreeMap<FactId, KindId>,
}

/// The latest record of a kind that points to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latest {
    /// The kind.
    pub kind: KindId,
    /// Its reference to the other.
    pub by: FactId,
    /// Its day, told or derived.
    pub on: FactId,
}

/// What a letter is about, which says what data its template is given and who may have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// Whoever has to act for a duty, with what he has left to do.
    Bearer,
    /// A firm, with everything it is owed and why.
    Owed,
    /// A firm: what is owed it and what comes next, by day.
    Plan,
    /// A filing that has been received.
    Receipt,
    /// The day, area by area.
    Dispatch,
    /// A duty, by whoever has to act for it.
    Duty,
}

impl About {
    /// All, in the order they are listed.
    pub const ALL: [Self; 6] =
        [Self::Bearer, Self::Owed, Self::Plan, Self::Receipt, Self::Dispatch, Self::Duty];

    /// As headers write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "bearer",
            Self::Owed => "owed",
            Self::Plan => "plan",
            Self::Receipt => "receipt",
            Self::Dispatch => "dispatch",
            Self::Duty => "duty",
        }
    }

    /// Whether the letter is about one duty, which its header has to name.
    pub fn has_duty(self) -> bool {
        matches!(self, Self::Bearer | Self::Duty)
    }

    /// Whether it is a plan, whose header says of whom and what stands on it.
    pub fn is_plan(self) -> bool {
        self == Self::Plan
    }

    /// Whether it is written to one record.
    pub fn has_record(self) -> bool {
        matches!(self, Self::Bearer | Self::Owed | Self::Plan)
    }
}

impl Letters {
    /// The letter of that name.
    pub fn get(&self, id: &str) -> Option<&Letter> {
        self.letters.iter().find(|letter| letter.id.as_str() == id)
    }
}

impl Letter {
    /// The most pages, where the header does not say.
    pub const PAGES_MAX: u32 = 50;

    /// The file name of its template.
    pub fn template(&self) -> String {
        format!("{}.typ", self.id)
    }
}
