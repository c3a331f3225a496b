//! The words that several resources share.

use chrono::NaiveDate;
use model::verdict::share;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The same thing said in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Words {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Words {
    /// Both languages at once.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The text in one language.
    pub fn get(&self, lang: model::Lang) -> &str {
        match lang {
            model::Lang::Zh => &self.zh,
            model::Lang::En => &self.en,
        }
    }
}

impl From<&model::Label> for Words {
    fn from(label: &model::Label) -> Self {
        Self::new(label.zh.clone(), label.en.clone())
    }
}

/// Yes, no, or a fact that matters is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Truth {
    /// Known to be so.
    Yes,
    /// Known not to be so.
    No,
    /// A fact that matters is missing.
    Unknown,
}

impl From<model::Truth> for Truth {
    fn from(truth: model::Truth) -> Self {
        match truth {
            model::Truth::Yes => Self::Yes,
            model::Truth::No => Self::No,
            model::Truth::Unknown => Self::Unknown,
        }
    }
}

/// Where a record stands for a duty: done 已尽, exempt 免尽, gap 未尽, leak 错享, unknown, or out (not owed).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Owed and served.
    Done,
    /// Owed, not served, left out on purpose.
    Exempt,
    /// Owed, neither served nor exempt.
    Gap,
    /// Served but not owed.
    Leak,
    /// Whether it is owed turns on a missing fact.
    Unknown,
    /// Not owed and not served.
    Out,
}

impl From<model::Standing> for Standing {
    fn from(standing: model::Standing) -> Self {
        match standing {
            model::Standing::Done => Self::Done,
            model::Standing::Exempt => Self::Exempt,
            model::Standing::Gap => Self::Gap,
            model::Standing::Leak => Self::Leak,
            model::Standing::Unknown => Self::Unknown,
            model::Standing::Out => Self::Out,
        }
    }
}

impl From<Standing> for model::Standing {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Done => Self::Done,
            Standing::Exempt => Self::Exempt,
            Standing::Gap => Self::Gap,
            Standing::Leak => Self::Leak,
            Standing::Unknown => Self::Unknown,
            Standing::Out => Self::Out,
        }
    }
}

impl Standing {
    /// The set as people read it.
    pub fn label(self, lang: model::Lang) -> &'static str {
        let (zh, en) = match self {
            Self::Done => ("已尽", "done"),
            Self::Exempt => ("免尽", "exempt"),
            Self::Gap => ("未尽", "gap"),
            Self::Leak => ("错享", "leak"),
            Self::Unknown => ("未知", "unknown"),
            Self::Out => ("不在范围", "not owed"),
        };
        if lang == model::Lang::Zh { zh } else { en }
    }
}

/// Who has to move first for the promise to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The office, from its own books.
    Automatic,
    /// The beneficiary, who claims it.
    Claim,
    /// Somebody else: a landlord, a bank.
    ThirdParty,
    /// An officer, on the spot.
    Visit,
}

impl Mode {
    /// The word for it.
    pub fn label(self, lang: model::Lang) -> &'static str {
        let (zh, en) = match self {
            Self::Automatic => ("直接兑现", "automatic"),
            Self::Claim => ("申请享受", "on claim"),
            Self::ThirdParty => ("第三方落实", "third party acts"),
            Self::Visit => ("上门核办", "by visit"),
        };
        if lang == model::Lang::Zh { zh } else { en }
    }
}

impl From<model::duty::Mode> for Mode {
    fn from(mode: model::duty::Mode) -> Self {
        match mode {
            model::duty::Mode::Automatic => Self::Automatic,
            model::duty::Mode::Claim => Self::Claim,
            model::duty::Mode::ThirdParty => Self::ThirdParty,
            model::duty::Mode::Visit => Self::Visit,
        }
    }
}

/// How far the reading of a document can be trusted: S its page was read, P in part, M from general knowledge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub enum Confidence {
    /// Its page was read.
    S,
    /// Read in part.
    P,
    /// From general knowledge.
    M,
}

/// A document and the place in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Basis {
    /// Its number: 发改投资规〔2020〕734号.
    pub doc: String,
    /// Article or item.
    pub clause: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// How far the reading of it can be trusted.
    pub confidence: Option<Confidence>,
}

impl From<&model::duty::Basis> for Basis {
    fn from(basis: &model::duty::Basis) -> Self {
        Self {
            doc: basis.doc.clone(),
            clause: basis.clause.clone(),
            title: basis.title.clone(),
            confidence: basis.confidence.map(|confidence| match confidence {
                model::duty::Confidence::S => Confidence::S,
                model::duty::Confidence::P => Confidence::P,
                model::duty::Confidence::M => Confidence::M,
            }),
        }
    }
}

/// A span of days in which a duty holds, both ends included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Span {
    /// First day.
    pub from: NaiveDate,
    /// Last day; none if no end is set.
    pub to: Option<NaiveDate>,
    /// The document that set this span, where that is not the duty's own.
    pub doc: Option<String>,
}

impl From<&model::duty::Validity> for Span {
    fn from(span: &model::duty::Validity) -> Self {
        Self { from: span.from, to: span.to, doc: span.doc.clone() }
    }
}

/// How many records stand where. Contract: should = done + exempt + gap; records = should + leak + unknown + out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    /// Records looked at: the denominator of everything.
    pub records: u64,
    /// 应尽: owed.
    pub should: u64,
    /// 已尽: owed and served.
    pub done: u64,
    /// 免尽: owed, not served, left out on purpose.
    pub exempt: u64,
    /// 未尽: owed, neither served nor exempt.
    pub gap: u64,
    /// 错享: served but not owed.
    pub leak: u64,
    /// A missing fact decides.
    pub unknown: u64,
}

impl Counts {
    /// Served among those owed; none where nothing is owed.
    pub fn rate(&self) -> Option<f64> {
        share(self.done, self.should)
    }

    /// Served or exempt among those owed; none where nothing is owed.
    pub fn rate_with_exempt(&self) -> Option<f64> {
        share(self.done + self.exempt, self.should)
    }
}

/// A missing fact that decides verdicts, and how many it decides.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Ask {
    /// The fact, by its dotted path: `tenant.size_class`.
    pub fact: String,
    /// What people call it.
    pub label: Words,
    /// How many open verdicts read it.
    pub count: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Xuchang, 6 March 2020: 1,431 of 1,495 firms had resumed, 64 had reasons of their own.
    #[test]
    fn both_rates() {
        let counts = Counts { records: 1495, should: 1495, done: 1431, exempt: 64, ..Counts::default() };
        assert_eq!(counts.rate().map(|rate| (rate * 1000.0).round()), Some(957.0));
        assert_eq!(counts.rate_with_exempt(), Some(1.0));
        assert_eq!(Counts::default().rate(), None);
    }
}
