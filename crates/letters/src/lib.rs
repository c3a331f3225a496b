//! Letters and lists as PDF, typeset with Chinese.
//!
//! ```text
//! fonts      the Chinese fonts of this machine, or a clear word that there are none
//! sandbox    what a template can reach: its own folder's templates, its data, the day; no file, no network
//! typeset    a template and its data -> PDF, or every fault of it
//! worker     the same in a process of its own, within a time and a memory limit
//! press      starts that process, gives it jobs, starts another when it had to be ended
//! ```
//! A template is a text of the city folder; its data are values. They are never joined to one source, so that a name
//! cannot say anything to the typesetter. The same job gives the same bytes.

pub mod fault;
pub mod fonts;
pub mod job;
pub mod press;
mod sandbox;
pub mod typeset;
pub mod worker;

pub use fault::Fault;
pub use job::{Job, Pdf};
pub use press::Press;
