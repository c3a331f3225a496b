//! What a file that somebody sends is: looked up in its content, never taken from its name.

use std::io::Cursor;

use model::Label;
use model::file::FileType;

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileError {
    /// There is nothing in it.
    Empty,
    /// It is none of the types that are taken.
    Type,
    /// It is another type than it claims to be.
    Claim {
        /// What its content says.
        is: FileType,
    },
    /// It tells where it was taken.
    Place,
}

impl FileError {
    /// What is wrong and how to mend it.
    pub fn label(self) -> Label {
        match self {
            Self::Empty => Label::new("文件是空的，请重新选择。", "The file is empty. Choose it again."),
            Self::Type => Label::new(
                "只收照片（JPEG、PNG、WebP）和文件（PDF、XLSX、DOCX）。请另存为其中一种后再上传。",
                "Only photographs (JPEG, PNG, WebP) and documents (PDF, XLSX, DOCX) are taken. Save it as one of these.",
            ),
            Self::Claim { is } => Label::new(
                format!("文件的内容是 {is}，与所说的类型不符。请核对后重新上传。"),
                format!("Its content is {is}, not the type it is sent as. Look at it again."),
            ),
            Self::Place => Label::new(
                "照片里带有拍摄地点（GPS）。请在网页上选取照片（会自动去掉），或去掉位置信息后再上传。",
                "The photograph tells where it was taken (GPS). Choose it in the page, which takes that out, or take it out \
                 before sending.",
            ),
        }
    }
}

/// What the content is, where it is what it claims to be and tells nothing that nobody asked for. `claimed`: a media
/// type.
pub fn inspect(content: &[u8], claimed: &str) -> Result<FileType, FileError> {
    if content.is_empty() {
        return Err(FileError::Empty);
    }
    let found = infer::get(content).and_then(|found| FileType::of_media_type(found.mime_type()));
    let is = found.ok_or(FileError::Type)?;
    if FileType::of_media_type(claimed) != Some(is) {
        return Err(FileError::Claim { is });
    }
    if is.is_picture() && tells_place(content) {
        return Err(FileError::Place);
    }
    Ok(is)
}

/// Whether a picture has a position among its Exif fields.
fn tells_place(content: &[u8]) -> bool {
    let mut reader = exif::Reader::new();
    // One damaged field must not hide another.
    reader.continue_on_error(true);
    let read = reader.read_from_container(&mut Cursor::new(content));
    let exif = read.or_else(|error| error.distill_partial_result(|_| ()));
    exif.is_ok_and(|exif| exif.fields().any(|field| field.tag.context() == exif::Context::Gps))
}

#[cfg(test)]
mod tests {
    use super::*;

    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9";
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR";

    /// A JPEG whose Exif has one field of a position: GPSVersionID.
    fn located() -> Vec<u8> {
        let mut tiff = b"II*\x00\x08\x00\x00\x00".to_vec();
        tiff.extend(b"\x01\x00\x25\x88\x04\x00\x01\x00\x00\x00\x1a\x00\x00\x00\x00\x00\x00\x00");
        tiff.extend(b"\x01\x00\x00\x00\x01\x00\x04\x00\x00\x00\x02\x03\x00\x00\x00\x00\x00\x00");
        let length = u16::try_from(tiff.len() + 8).unwrap();
        let mut jpeg = b"\xff\xd8\xff\xe1".to_vec();
        jpeg.extend(length.to_be_bytes());
        jpeg.extend(b"Exif\x00\x00");
        jpeg.extend(tiff);
        jpeg.extend(b"\xff\xd9");
        jpeg
    }

    #[test]
    fn content_decides_and_agrees_with_the_claim() {
        for (content, claimed, expected) in [
            (JPEG, "image/jpeg", Ok(FileType::Jpeg)),
            (JPEG, "IMAGE/JPEG; q=1", Ok(FileType::Jpeg)),
            (PNG, "image/png", Ok(FileType::Png)),
            (b"%PDF-1.7 ...".as_slice(), "application/pdf", Ok(FileType::Pdf)),
            (JPEG, "image/png", Err(FileError::Claim { is: FileType::Jpeg })),
            (JPEG, "", Err(FileError::Claim { is: FileType::Jpeg })),
            (b"", "image/jpeg", Err(FileError::Empty)),
            (b"<html><script>", "text/html", Err(FileError::Type)),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", Err(FileError::Type)),
            (b"\x7fELF\x02\x01\x01", "application/pdf", Err(FileError::Type)),
            (b"MZ\x90\x00\x03", "image/jpeg", Err(FileError::Type)),
            (b"PK\x03\x04 any zip", "application/zip", Err(FileError::Type)),
        ] {
            assert_eq!(inspect(content, claimed), expected, "{claimed}");
        }
    }

    #[test]
    fn a_photograph_does_not_tell_where_it_was_taken() {
        assert_eq!(inspect(&located(), "image/jpeg"), Err(FileError::Place));
    }
}
