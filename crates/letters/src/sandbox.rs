//! All that a template can reach: the templates of its folder, its data, the day. No file, no network, no package.

use std::collections::BTreeMap;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook, FontFamily, FontList, TextElem};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use crate::fonts::Fonts;
use crate::job::DATA;

/// What all letters share, built once: the language of templates and the fonts.
pub struct Desk {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    /// The fonts.
    pub fonts: Fonts,
}

impl Desk {
    /// A desk with these fonts, in which letters are set unless a template says otherwise.
    pub fn new(fonts: Fonts) -> Self {
        let mut library = Library::default();
        library.styles.set(TextElem::font, FontList(vec![FontFamily::new(&fonts.family)]));
        let book = FontBook::from_fonts(&fonts.faces);
        Self { library: LazyHash::new(library), book: LazyHash::new(book), fonts }
    }
}

/// One letter on the desk.
pub struct Sandbox<'a> {
    desk: &'a Desk,
    main: FileId,
    sources: BTreeMap<String, Source>,
    data: Bytes,
    today: Option<Datetime>,
}

/// The identity of a file by its name. None where the name is no path.
pub fn file(name: &str) -> Option<FileId> {
    Some(RootedPath::new(VirtualRoot::Project, VirtualPath::new(name).ok()?).intern())
}

impl<'a> Sandbox<'a> {
    /// The templates by name, of which `main` is typeset over the data. None where there is no such template.
    pub fn new(
        desk: &'a Desk,
        (main, templates): (&str, &[model::letter::Template]),
        data: String,
        today: Option<Datetime>,
    ) -> Option<Self> {
        let sources = templates.iter().filter_map(|template| {
            Some((template.name.clone(), Source::new(file(&template.name)?, template.text.clone())))
        });
        let sources: BTreeMap<String, Source> = sources.collect();
        let main = sources.get(main)?.id();
        Some(Self { desk, main, sources, data: Bytes::from_string(data), today })
    }

    /// The templates.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.sources.values()
    }

    fn found(&self, id: FileId) -> FileResult<&Source> {
        let denied =
            || FileError::Other(Some("a template reaches only the templates beside it and data.json".into()));
        match id.root() {
            VirtualRoot::Package(_) => Err(denied()),
            VirtualRoot::Project => self.sources.get(id.vpath().get_without_slash()).ok_or_else(denied),
        }
    }
}

impl World for Sandbox<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.desk.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.desk.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.found(id).cloned()
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if matches!(id.root(), VirtualRoot::Project) && id.vpath().get_without_slash() == DATA {
            return Ok(self.data.clone());
        }
        self.found(id).map(|source| Bytes::from_string(source.clone()))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.desk.fonts.faces.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        self.today
    }
}
