//! The rules language: SQL expressions over the facts of one kind.
//!
//! ```text
//! syntax    text -> SQL syntax, within limits      (sqlparser)
//! names     facts along references, parameters
//! typed     which types and units go together
//! lower     syntax -> [`crate::expr::Expr`], collecting every mistake
//! function  calls: scalar functions and aggregates
//! number    literals, and arithmetic on known numbers
//! mistake   what can be wrong, in both languages
//! ```

mod function;
mod lower;
pub(crate) mod mistake;
mod names;
mod number;
mod syntax;
mod typed;

use model::{Fact, Unit};

pub use lower::QUOTIENT;
pub use mistake::{Mistake, Sentences};
pub use names::{Scope, nearest};
pub use syntax::is_name;

use crate::expr::{Expr, KindIndex, Node, Path};

/// What an expression is to give.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    /// Anything.
    Any,
    /// Yes, no or unknown.
    Condition,
    /// A day.
    Day,
    /// A number, of this unit if one is named.
    Number(Option<&'a Unit>),
    /// What a derived fact holds: its type, unit and options.
    Fact(&'a Fact),
}

/// Reads an expression, whatever it gives.
///
/// Errors: every mistake in it at once, each with the bytes of `text` it is about.
pub fn compile(text: &str, scope: &Scope<'_>) -> Result<Expr, Vec<Mistake>> {
    compile_as(text, scope, Wanted::Any)
}

/// Reads an expression that has to give what is wanted.
///
/// Errors: every mistake in it at once, each with the bytes of `text` it is about.
pub fn compile_as(text: &str, scope: &Scope<'_>, wanted: Wanted<'_>) -> Result<Expr, Vec<Mistake>> {
    let positions = syntax::Positions::new(text);
    let parsed = syntax::parse(text, &positions).map_err(|mistake| vec![mistake])?;
    lower::lower(&parsed, scope, &positions, wanted)
}

/// Follows a dotted path from a kind to a fact.
///
/// Errors: the part of the text that names nothing, or no reference.
pub fn resolve(text: &str, scope: &Scope<'_>, kind: KindIndex) -> Result<Path, Mistake> {
    let mut start = 0;
    let mut parts = Vec::new();
    for name in text.split('.') {
        parts.push(names::Part { name, quoted: false, at: start..start + name.len() });
        start += name.len() + 1;
    }
    match names::path(scope, kind, &parts)?.expr.node {
        Node::Fact(path) => Ok(path),
        _ => Err(Mistake::syntax(&(0..text.len()), text)),
    }
}

#[cfg(test)]
mod tests;
