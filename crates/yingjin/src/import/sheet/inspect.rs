//! What a file is, by its bytes, before anything reads it in earnest.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use encoding_rs::{CoderResult, DecoderResult, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use sha2::{Digest, Sha256};

use super::text::Records;
use super::{Row, limits, parts};
use crate::import::error::ImportError;

/// A file's format.
#[derive(Clone, Debug, PartialEq)]
pub enum Format {
    /// Text, its cells apart by a delimiter.
    Text {
        /// How its characters are written.
        encoding: &'static Encoding,
        /// What stands between cells.
        delimiter: u8,
    },
    /// A workbook of Office Open XML.
    Xlsx,
    /// A workbook of the old binary format.
    Xls,
}

/// What is known of a file before it is read.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// Its format.
    pub format: Format,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub digest: String,
}

pub(super) const CHUNK_BYTES: usize = 1 << 16;
const ZIP: &[u8] = b"PK\x03\x04";
const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
const OTHERS: [(&[u8], &str); 8] = [
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xFF\xD8\xFF", "JPEG"),
    (b"GIF8", "GIF"),
    (b"Rar!", "RAR"),
    (b"7z\xBC\xAF", "7-Zip"),
    (b"\x1F\x8B", "gzip"),
    (b"{\\rtf", "RTF"),
];
/// What may stand between cells, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// Tells what a file is and whether it is within its limits. Reads it once; memory does not grow with it, but for
/// old workbooks.
pub fn inspect(path: &Path) -> Result<Inspection, ImportError> {
    let mut file = File::open(path).map_err(ImportError::Read)?;
    let bytes = file.metadata().map_err(ImportError::Read)?.len();
    let mut head = Vec::new();
    file.by_ref().take(CHUNK_BYTES as u64).read_to_end(&mut head).map_err(ImportError::Read)?;
    file.seek(SeekFrom::Start(0)).map_err(ImportError::Read)?;
    if head.is_empty() {
        return Err(ImportError::Empty);
    }
    if let Some((_, name)) = OTHERS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(ImportError::NotASheet(name));
    }
    if head.starts_with(ZIP) {
        within(bytes, limits::MAX_WORKBOOK_BYTES)?;
        parts::check(&mut file, &parts::Most::default())?;
        file.seek(SeekFrom::Start(0)).map_err(ImportError::Read)?;
        return Ok(Inspection { format: Format::Xlsx, bytes, digest: digest(&mut file, |_| ())? });
    }
    if head.starts_with(OLE) {
        within(bytes, limits::MAX_OLD_WORKBOOK_BYTES)?;
        let mut all = Vec::new();
        let digest = digest(&mut file, |chunk| all.extend_from_slice(chunk))?;
        check_streams(&all)?;
        return Ok(Inspection { format: Format::Xls, bytes, digest });
    }
    within(bytes, limits::MAX_TEXT_BYTES)?;
    inspect_text(file, &head, bytes)
}

fn within(bytes: u64, limit: u64) -> Result<(), ImportError> {
    if bytes > limit { Err(ImportError::TooLarge { bytes, limit }) } else { Ok(()) }
}

/// The digest of what is left of a file, each chunk shown to `see` on the way.
fn digest(file: &mut File, mut see: impl FnMut(&[u8])) -> Result<String, ImportError> {
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let length = file.read(&mut chunk).map_err(ImportError::Read)?;
        if length == 0 {
            break;
        }
        hasher.update(&chunk[..length]);
        see(&chunk[..length]);
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What an old compound file has: its streams are named in UTF-16 in its directory.
fn check_streams(all: &[u8]) -> Result<(), ImportError> {
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        all.windows(wide.len()).any(|window| window == wide)
    };
    if has("EncryptedPackage") {
        return Err(ImportError::Password);
    }
    if has("Workbook") || has("Book") {
        return Ok(());
    }
    if !has("Root Entry") {
        return Err(ImportError::Broken("it ends before its directory".to_owned()));
    }
    Err(ImportError::NotASheet(if has("WordDocument") { "Word" } else { "OLE" }))
}

fn inspect_text(mut file: File, head: &[u8], bytes: u64) -> Result<Inspection, ImportError> {
    let marked = Encoding::for_bom(head).map(|(encoding, _)| encoding);
    if marked.is_none() && head.contains(&0) {
        return Err(ImportError::NotASheet("binary"));
    }
    let candidates = match marked {
        Some(encoding) => vec![encoding],
        None => vec![UTF_8, GB18030],
    };
    let mut trials: Vec<Trial> = candidates.into_iter().map(Trial::new).collect();
    let digest = digest(&mut file, |chunk| trials.iter_mut().for_each(|trial| trial.read(chunk, false)))?;
    trials.iter_mut().for_each(|trial| trial.read(&[], true));
    // Fewest characters that cannot be read; a few are damage, which rows report, many mean another encoding.
    let best = trials.iter().min_by_key(|trial| trial.errors).ok_or(ImportError::Encoding)?;
    if best.errors > bytes / MIN_BYTES_AN_ERROR {
        return Err(ImportError::Encoding);
    }
    let encoding = best.encoding;
    let (head_text, _) = encoding.decode_with_bom_removal(head);
    let start = head_text.trim_start().get(..1).unwrap_or_default();
    if start == "<" || head_text.starts_with("MIME-Version:") {
        return Err(ImportError::Html);
    }
    Ok(Inspection { format: Format::Text { encoding, delimiter: delimiter(&head_text) }, bytes, digest })
}

/// A text may have one unreadable character in so many bytes.
const MIN_BYTES_AN_ERROR: u64 = 200;

/// A try at reading a text in an encoding.
struct Trial {
    encoding: &'static Encoding,
    decoder: encoding_rs::Decoder,
    errors: u64,
    scratch: Vec<u8>,
}

impl Trial {
    fn new(encoding: &'static Encoding) -> Self {
        debug_assert!([UTF_8, GB18030, UTF_16LE, UTF_16BE].contains(&encoding));
        let decoder = encoding.new_decoder_with_bom_removal();
        Self { encoding, decoder, errors: 0, scratch: vec![0; CHUNK_BYTES * 3] }
    }

    fn read(&mut self, mut chunk: &[u8], last: bool) {
        loop {
            let (result, read, _) =
                self.decoder.decode_to_utf8_without_replacement(chunk, &mut self.scratch, last);
            chunk = &chunk[read..];
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => (),
                DecoderResult::Malformed(..) => self.errors += 1,
            }
        }
    }
}

/// The delimiter that cuts most rows of the head into one and the same number of cells.
fn delimiter(head: &str) -> u8 {
    let score = |delimiter: u8| {
        let mut widths = std::collections::BTreeMap::new();
        let mut records = Records::new(Box::new(Cursor::new(head.as_bytes().to_vec())), UTF_8, delimiter);
        let mut row = Row::default();
        for _ in 0..DELIMITER_ROWS {
            row.cells.clear();
            // An error here is a cut end of the head; the rows before it are enough.
            if !matches!(records.read(&mut row, ""), Ok(true)) {
                break;
            }
            if row.cells.len() > 1 {
                *widths.entry(row.cells.len()).or_insert(0_usize) += 1;
            }
        }
        widths.into_iter().map(|(width, rows)| (rows, width)).max().unwrap_or_default()
    };
    let mut best = (DELIMITERS[0], (0, 0));
    for delimiter in DELIMITERS {
        let this = score(delimiter);
        if this > best.1 {
            best = (delimiter, this);
        }
    }
    best.0
}

const DELIMITER_ROWS: usize = 50;

/// Decodes into UTF-8 what cannot be read being replaced; for [`super::text`].
pub(super) fn decode(
    decoder: &mut encoding_rs::Decoder,
    bytes: &[u8],
    into: &mut [u8],
    last: bool,
) -> (usize, usize, bool) {
    let (result, read, written, _) = decoder.decode_to_utf8(bytes, into, last);
    (read, written, matches!(result, CoderResult::InputEmpty))
}
