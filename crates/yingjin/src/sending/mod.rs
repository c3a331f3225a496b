//! Sending to the outside: e-mail over SMTP, and signed webhooks. What is sent, and to whom, is decided elsewhere.

pub mod mail;
pub mod webhook;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use model::Label;
use serde::{Deserialize, Serialize};

/// The longest that one try may take, whatever the other side does.
pub const TRY_MAX: Duration = Duration::from_secs(20);

/// Why something could not be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Whether it is worth another try.
    pub then: Then,
    /// Why, for whoever it was to reach. Nothing of it is secret.
    pub why: Label,
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Try again later.
    Again,
    /// This one will never be taken.
    GiveUp,
    /// The receiver wants nothing any more.
    Stop,
}

impl Failure {
    /// A failure that can pass.
    pub fn passing(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { then: Then::Again, why: Label::new(zh, en) }
    }

    /// One that stays.
    pub fn lasting(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { then: Then::GiveUp, why: Label::new(zh, en) }
    }

    /// The other side did not answer in time.
    pub fn late() -> Self {
        let seconds = TRY_MAX.as_secs();
        Self::passing(
            format!("对方 {seconds} 秒内没有回应"),
            format!("the other side did not answer within {seconds} seconds"),
        )
    }
}

/// Something that is never shown: not in logs, not in answers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret(String);

impl Secret {
    /// What it is.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl FromStr for Secret {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        let secret: Secret = "open sesame".parse().unwrap();
        assert_eq!(format!("{secret:?}"), "…");
        assert_eq!(secret.reveal(), "open sesame");
    }
}
