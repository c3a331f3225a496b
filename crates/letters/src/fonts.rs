//! The Chinese fonts of this machine.

use std::path::{Path, PathBuf};

use typst::foundations::Bytes;
use typst::text::Font;

use crate::Fault;

/// Begins the file names of the fonts that are looked for, the one that is used first.
const FILES: [&str; 2] = ["NotoSerifCJK-", "SourceHanSerif"];
/// The weights that letters use: a whole family would take hundreds of megabytes of memory.
const WEIGHTS: [&str; 2] = ["Regular", "Bold"];
/// The families of those fonts, the one for simplified Chinese first.
const FAMILIES: [&str; 4] =
    ["Noto Serif CJK SC", "Source Han Serif SC", "Source Han Serif CN", "Noto Serif SC"];
/// A font for Chinese has this character.
const CHINESE: char = '应';
/// Deepest folder that is looked into.
const DEPTH_MAX: usize = 6;

/// Fonts that are read, and the family to typeset in.
pub struct Fonts {
    /// Every face.
    pub faces: Vec<Font>,
    /// The family.
    pub family: String,
}

/// Where fonts are looked for, where no folder is set.
fn folders() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let own = home.iter().flat_map(|home| [home.join(".local/share/fonts"), home.join(".fonts")]);
    ["/usr/local/share/fonts", "/usr/share/fonts"].iter().map(PathBuf::from).chain(own).collect()
}

impl Fonts {
    /// Reads the fonts of a folder; without one, the serif fonts for Chinese that the machine has.
    pub fn find(folder: Option<&Path>) -> Result<Self, Fault> {
        let looked = folder.map_or_else(folders, |folder| vec![folder.to_owned()]);
        let mut files = Vec::new();
        looked.iter().for_each(|folder| walk(folder, DEPTH_MAX, &mut files));
        // The order of a folder is not the same everywhere; that of the faces must be.
        files.sort();
        if folder.is_none() {
            files.retain(|file| is_wanted(file));
        }
        let bytes = files.iter().filter_map(|file| std::fs::read(file).ok());
        let faces: Vec<Font> = bytes.flat_map(|bytes| Font::iter(Bytes::new(bytes))).collect();
        let is_chinese = |face: &&Font| face.info().coverage.contains(u32::from(CHINESE));
        let named =
            FAMILIES.iter().find_map(|family| faces.iter().find(|face| face.info().family == *family));
        match named.or_else(|| faces.iter().find(is_chinese)) {
            Some(face) => Ok(Self { family: face.info().family.clone(), faces }),
            None => Err(Fault::Fonts(looked)),
        }
    }

    /// Whether some face has a character.
    pub fn has(&self, character: char) -> bool {
        self.faces.iter().any(|face| face.info().coverage.contains(u32::from(character)))
    }
}

fn is_wanted(file: &Path) -> bool {
    let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    FILES.iter().any(|begins| stem.starts_with(begins)) && WEIGHTS.iter().any(|weight| stem.ends_with(weight))
}

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if depth > 0 {
                walk(&path, depth - 1, files);
            }
        } else if path.extension().is_some_and(|extension| {
            ["ttc", "otc", "otf", "ttf"].iter().any(|known| extension.eq_ignore_ascii_case(known))
        }) {
            files.push(path);
        }
    }
}
