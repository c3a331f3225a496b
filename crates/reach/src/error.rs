//! What can go wrong with what is handed in. Each says where and why.

/// Why streets or rules could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes are no .osm.pbf, or are cut off.
    #[error("not a whole .osm.pbf: {0}")]
    Pbf(#[from] osmpbf::Error),
    /// A file of rules that does not read as it should.
    #[error("{file}: {reason}")]
    Rules {
        /// Which of the files: `streets` or `circles`.
        file: &'static str,
        /// What the parser says, with line and column.
        reason: String,
    },
    /// No two nodes are joined by a way that may be used.
    #[error("no streets: none of the {ways} ways that may be used joins two nodes that are there")]
    NoStreets {
        /// Ways that may be used.
        ways: usize,
    },
    /// More than 32 bits can count.
    #[error("{count} {what} are more than can be counted")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many.
        count: usize,
    },
}
