//! Events, and the chain of hashes that shows that none was changed, dropped or put in later.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// What the first event follows.
    pub const ZERO: Self = Self([0; 32]);

    /// Reads 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventType {
    /// A sheet was read in.
    Import,
    /// A person changed facts of a record.
    Change,
    /// Somebody filled in a form, which made a record.
    Filing,
    /// Some of those who filed were drawn for inspection.
    Draw,
    /// An official exempted a record from a duty, or took that back.
    Exemption,
    /// The program computed facts from what else is on record.
    Computed,
    /// A person decided a conflict or a row put aside.
    Decision,
    /// A pass found verdicts that differ from before.
    Verdicts,
    /// A person read personal facts.
    Reveal,
    /// An account was made, changed or closed.
    Account,
    /// Cases were opened, or something happened to them.
    Case,
    /// Somebody signed in or out, or failed to.
    SignIn,
}

/// An event without its place in the chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// What happened.
    #[serde(rename = "type")]
    pub event_type: EventType,
    /// When we learned it, to the microsecond.
    pub at: DateTime<Utc>,
    /// The day it holds for.
    pub on: NaiveDate,
    /// Who did it: an account, or `command-line`.
    pub actor: String,
    /// Whether it is made up.
    pub synthetic: bool,
    /// What to show of it: file name, digest, counts. No personal facts.
    pub summary: serde_json::Value,
}

impl Event {
    /// The hash of this event as number `seq` after `previous`, over a body whose digest is `body`.
    ///
    /// SHA-256 over the lines `previous`, `seq`, type, instant, day, actor, synthetic, summary, `body`, each
    /// ended by a line feed; digests in hexadecimal, the summary as JSON with sorted keys, the instant in RFC 3339
    /// with six digits of a second.
    pub fn hash(&self, seq: i64, previous: Hash, body: Hash) -> Hash {
        let event_type = serde_json::json!(self.event_type);
        let mut hasher = Sha256::new();
        for line in [
            previous.to_string(),
            seq.to_string(),
            event_type.to_string(),
            self.at.to_rfc3339_opts(SecondsFormat::Micros, true),
            self.on.to_string(),
            serde_json::json!(self.actor).to_string(),
            self.synthetic.to_string(),
            self.summary.to_string(),
            body.to_string(),
        ] {
            hasher.update(line.as_bytes());
            hasher.update(b"\n");
        }
        Hash(hasher.finalize().into())
    }
}

/// Digests the body of an event line by line, in order.
#[derive(Clone, Default)]
pub struct BodyDigest(Sha256);

impl BodyDigest {
    /// Adds one line. Contract: `line` has no line feed (JSON written on one line has none).
    pub fn line(&mut self, line: &str) {
        self.0.update(line.as_bytes());
        self.0.update(b"\n");
    }

    /// The digest of all lines so far; of no line, the digest of nothing.
    pub fn finish(self) -> Hash {
        Hash(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        Event {
            event_type: EventType::Import,
            at: "2020-03-06T01:02:03.000004Z".parse().unwrap(),
            on: "2020-03-06".parse().unwrap(),
            actor: "command-line".to_owned(),
            synthetic: false,
            summary: serde_json::json!({"file": "a.csv"}),
        }
    }

    #[test]
    fn hash_depends_on_every_part() {
        let body = BodyDigest::default().finish();
        let base = event().hash(1, Hash::ZERO, body);
        let mut others = vec![event().hash(2, Hash::ZERO, body), event().hash(1, body, body)];
        let mut line = BodyDigest::default();
        line.line("x");
        others.push(event().hash(1, Hash::ZERO, line.finish()));
        others.push(Event { synthetic: true, ..event() }.hash(1, Hash::ZERO, body));
        others.push(Event { actor: "someone".to_owned(), ..event() }.hash(1, Hash::ZERO, body));
        assert!(others.iter().all(|other| *other != base));
        assert_eq!(event().hash(1, Hash::ZERO, body), base);
    }

    #[test]
    fn hex_round_trip() {
        let hash = BodyDigest::default().finish();
        assert_eq!(Hash::from_hex(&hash.to_string()), Some(hash));
        assert_eq!(Hash::from_hex("zz"), None);
    }
}
