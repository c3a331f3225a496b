//! How much of a foreign file is read before it is refused, so that no file can fill the memory.

/// Bytes of a text file: some ten million wide rows. Text is streamed; the limit bounds the time.
pub const MAX_TEXT_BYTES: u64 = 4 << 30;
/// Bytes of a workbook as it lies on disk.
pub const MAX_WORKBOOK_BYTES: u64 = 256 << 20;
/// Bytes of a workbook of the old binary format, which is held in memory whole.
pub const MAX_OLD_WORKBOOK_BYTES: u64 = 64 << 20;
/// Cells that the sheets of an old workbook may reach over, texts and formulas counted apart: 24 to 40 bytes each.
pub const MAX_OLD_CELLS: u64 = 10_000_000;
/// Characters in the cells of an old workbook, a text that several cells share counted for each.
pub const MAX_OLD_CHARACTERS: u64 = 64_000_000;
/// Names, formats and sheets of an old workbook.
pub const MAX_OLD_DEFINITIONS: u64 = 200_000;
/// Pieces of one record of an old workbook. Those of Excel have 8,224 bytes.
pub const MAX_OLD_CONTINUED: usize = 10_000;
/// Bytes that one sheet of a workbook may unpack to. Sheets are streamed.
pub const MAX_SHEET_BYTES: u64 = 4 << 30;
/// Bytes that any other part may unpack to: its shared texts and styles are held in memory.
pub const MAX_PART_BYTES: u64 = 512 << 20;
/// Bytes between two tags of a workbook's XML, which its reader holds in memory.
pub const MAX_XML_RUN_BYTES: u64 = 1 << 20;
/// Bytes between two such signs of a part that is not named as XML: a picture has few, and may be read as a sheet.
pub const MAX_BINARY_RUN_BYTES: u64 = 32 << 20;
/// Bytes of the part that says which part is the workbook.
pub const MAX_PACKAGE_BYTES: u64 = 64 << 10;
/// Tags among the shared texts of a workbook, four to a text: the reader holds each, be it empty.
pub const MAX_TEXT_TAGS: u64 = 16_000_000;
/// Tags of a part that is neither a sheet nor the shared texts. A format takes its reader 150 bytes.
pub const MAX_PART_TAGS: u64 = 2_000_000;
/// Merged blocks of a sheet, which its reader holds all at once.
pub const MAX_MERGES: u64 = 1_000_000;
/// Parts of a workbook.
pub const MAX_PARTS: usize = 4_096;
/// Rows of one sheet that are not blank.
pub const MAX_ROWS: u64 = 5_000_000;
/// Columns of a sheet up to the last cell with something in it.
pub const MAX_COLUMNS: usize = 1_024;
/// Bytes of a cell: the 32,767 characters of Excel's own limit, in UTF-8.
pub const MAX_CELL_BYTES: usize = 4 * 32_767;
/// Bytes of all cells of a row together.
pub const MAX_ROW_BYTES: usize = 2 << 20;
/// Rows that are not blank among which the header is looked for.
pub const HEADER_ROWS: usize = 30;
/// Rows read ahead to find the header and to suggest a mapping.
pub const SAMPLE_ROWS: usize = 200;
/// Bytes read ahead for that at most.
pub const SAMPLE_BYTES: usize = 8 << 20;
