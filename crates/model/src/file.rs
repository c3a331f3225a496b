//! Photographs and documents: what they may be, and how facts name them.
//!
//! A file is kept by the SHA-256 of its content. A fact of [`TextFormat::Files`](crate::value::TextFormat) names some by
//! these, with a space between, so that whoever holds the chain of events can tell whether a file is still the one that
//! was sent.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event::Hash;

/// What a file may be. Nothing here is run by who opens it, as a page, a drawing in SVG or a program would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileType {
    /// A photograph.
    Jpeg,
    /// A picture of a screen.
    Png,
    /// A photograph.
    Webp,
    /// A document, often scanned.
    Pdf,
    /// A workbook.
    Xlsx,
    /// A text.
    Docx,
}

impl FileType {
    /// Every type, pictures first.
    pub const ALL: [Self; 6] = [Self::Jpeg, Self::Png, Self::Webp, Self::Pdf, Self::Xlsx, Self::Docx];

    /// `image/jpeg`
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        }
    }

    /// The type that a media type names; parameters after a semicolon say nothing of it.
    pub fn of_media_type(text: &str) -> Option<Self> {
        let bare = text.split(';').next().unwrap_or_default().trim();
        Self::ALL.into_iter().find(|known| known.media_type().eq_ignore_ascii_case(bare))
    }

    /// `jpeg`, as stored, and after the point of a file's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
            Self::Docx => "docx",
        }
    }

    /// Whether it is a picture, which a page shows.
    pub fn is_picture(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Webp)
    }
}

impl fmt::Display for FileType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for FileType {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|known| known.as_str() == text).ok_or_else(|| format!("no type {text}"))
    }
}

/// The files that a fact names, each once, in order; none if it is not written so.
///
/// ```
/// let one = "0".repeat(64);
/// assert_eq!(model::file::named(&one).unwrap().len(), 1);
/// assert_eq!(model::file::named("a photograph"), None);
/// assert_eq!(model::file::named(&format!("{one} {one}")), None);
/// ```
pub fn named(text: &str) -> Option<Vec<Hash>> {
    let mut files = Vec::new();
    for name in text.split(' ') {
        let file = Hash::from_hex(name).filter(|file| file.to_string() == name && !files.contains(file))?;
        files.push(file);
    }
    Some(files)
}
