//! What a person reads, in the two languages of the program.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language people read. Chinese first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Chinese, simplified.
    #[default]
    Zh,
    /// English.
    En,
}

impl FromStr for Lang {
    type Err = String;

    /// Takes a language tag, `zh`, `zh-CN`, `en-GB`.
    fn from_str(tag: &str) -> Result<Self, String> {
        match tag.to_ascii_lowercase().split(['-', '_']).next() {
            Some("zh") => Ok(Self::Zh),
            Some("en") => Ok(Self::En),
            _ => Err(format!("language '{tag}' is not one of zh, en")),
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Zh => "zh",
            Self::En => "en",
        })
    }
}

/// The same thing said in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Label {
    /// Both languages at once.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The text in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}
