//! Names of things. Each is text that people can read; cloning one is cheap.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps the text as it is; whether it names something is for the reader to check.
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }
    };
}

id! {
    /// A letter: `owed`.
    LetterId
}
id! {
    /// A type of record: `firm`, `lease`, `household`.
    KindId
}
id! {
    /// A column of a kind: `staff`, `size_class`.
    FactId
}
id! {
    /// One record within its kind. The key it was first known by; it never changes afterwards.
    RecordId
}
id! {
    /// A promise: `rent-waiver`.
    DutyId
}
id! {
    /// A clause of a duty: `state-lessor`.
    ClauseId
}
id! {
    /// A dated value that law sets: `rent_waiver_months`.
    ParameterId
}
id! {
    /// An administrative area by its code: `411002`.
    AreaCode
}
id! {
    /// An office of the city: `hrss`.
    DepartmentId
}
id! {
    /// A kind of case: `labour`, `transport`.
    CaseKindId
}
id! {
    /// What somebody fills in: `resume-work`.
    FormId
}
id! {
    /// An item of a commitment: `isolation-done`.
    ItemId
}
