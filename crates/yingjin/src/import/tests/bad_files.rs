//! Files that are refused as a whole: each with its reason in both languages, and nothing imported.

use super::*;
use crate::import::sheet::limits;

/// The file is refused with that code, says so in both languages, and leaves the register as it was.
fn check(desk: &Desk, file: PathBuf, expected: &str) -> ImportError {
    let error = desk.run(&desk.request("firm", file.clone())).expect_err(expected);
    assert_eq!(error.code(), expected, "{}", error.label().en);
    let label = error.label();
    assert!(!label.zh.is_ascii() && !label.en.is_empty() && label.zh != label.en, "{label:?}");
    assert_eq!((desk.store.last_seq().unwrap(), desk.store.count("firm").unwrap()), (0, 0));
    error
}

#[test]
fn what_is_no_sheet() {
    let desk = Desk::new();
    check(&desk, desk.folder.path().join("none.csv"), "unreadable");
    check(&desk, desk.file("a.csv", ""), "empty");
    check(&desk, desk.file("a.csv", "\n\n,,\n  ,\n"), "empty");
    check(&desk, desk.file("a.xlsx", "%PDF-1.4 …"), "not-a-sheet");
    check(&desk, desk.file("a.csv", "名称\0,代码"), "not-a-sheet");
    check(&desk, desk.file("a.xls", "<html><table><tr><td>名称</td></tr></table></html>"), "html");
    check(&desk, desk.file("a.xls", "\u{feff}  <?xml version=\"1.0\"?><Workbook></Workbook>"), "html");
    check(&desk, desk.file("a.csv", [0x80, 0xff, 0xfe, 0x81, 0xff].repeat(400)), "encoding");
    check(&desk, desk.file("a.xlsx", include_bytes!("../fixtures/locked.xlsx")), "password");
    let directory: Vec<u8> = "Root Entry WordDocument".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let word = [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(), &directory].concat();
    check(&desk, desk.file("a.xls", word), "not-a-sheet");
}

#[test]
fn a_table_without_what_it_needs() {
    let desk = Desk::new();
    let error = check(&desk, desk.file("a.csv", "甲,乙\n1,2\n"), "no-header");
    assert!(error.label().zh.contains("甲、乙") && error.label().zh.contains("企业名称"));
    let error = check(&desk, desk.file("a.csv", "注册资本,县区\n1,乙河区\n"), "no-key");
    assert!(error.label().zh.contains("统一社会信用代码"));
    let error = check(&desk, desk.file("a.csv", format!("名称,企业名称,代码\n甲,乙,{A}\n")), "two-columns");
    assert!(error.label().en.contains("名称, 企业名称"));
    let error = desk.run(&desk.request("frim", desk.file("a.csv", "名称\n甲\n"))).unwrap_err();
    assert_eq!(error.code(), "unknown-kind");
}

#[test]
fn a_wrong_extension_is_no_matter() {
    let desk = Desk::new();
    let report =
        desk.run(&desk.request("firm", desk.file("a.xlsx", format!("名称,代码\n甲一厂,{A}\n")))).unwrap();
    assert_eq!(counts(&report), [1, 0, 0, 0, 0]);
}

#[test]
fn what_would_swallow_or_fill() {
    let desk = Desk::new();
    let error =
        check(&desk, desk.file("a.csv", format!("名称,代码\n甲一厂,{A}\n\"甲二厂,{B}\n")), "open-quote");
    assert!(error.label().en.contains("row 3"));
    let long = "x".repeat(limits::MAX_CELL_BYTES + 1);
    check(&desk, desk.file("a.csv", format!("名称,代码\n甲一厂,{A}\n{long},\n")), "cell-too-long");
    let full = format!("{},", "x".repeat(100_000)).repeat(limits::MAX_ROW_BYTES / 100_000 + 1);
    check(&desk, desk.file("a.csv", format!("名称,代码\n{full}\n")), "row-too-long");
    let path = desk.file("a.csv", "名称\n甲一厂\n");
    let over = Request { rejects: Some(path.clone()), ..desk.request("firm", path.clone()) };
    assert_eq!(desk.run(&over).unwrap_err().code(), "rejects");
    assert_eq!(std::fs::read_to_string(path).unwrap(), "名称\n甲一厂\n");
    let wide = "名,".repeat(limits::MAX_COLUMNS + 2);
    check(&desk, desk.file("a.csv", wide), "too-many-columns");
    let report = desk.csv("firm", &format!("名称,代码{}\n甲一厂,{A}\n", ",".repeat(limits::MAX_COLUMNS * 2)));
    assert_eq!(counts(&report), [1, 0, 0, 0, 0], "empty columns are nothing");
}

/// A file with a hole in it takes no room on the disk, and its size alone is enough to refuse it.
#[test]
fn too_large() {
    let desk = Desk::new();
    let path = desk.file("a.csv", "名称\n");
    std::fs::File::options().write(true).open(&path).unwrap().set_len(limits::MAX_TEXT_BYTES + 1).unwrap();
    check(&desk, path, "too-large");
    let path = desk.file("a.xlsx", "PK\x03\x04");
    std::fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(limits::MAX_WORKBOOK_BYTES + 1)
        .unwrap();
    check(&desk, path, "too-large");
}

#[test]
fn millions_of_empty_rows_are_counted_and_not_kept() {
    let desk = Desk::new();
    let error = check(&desk, desk.file("a.csv", "\n".repeat(10_000_000)), "empty");
    assert!(error.label().en.contains("10000000 rows"), "{}", error.label().en);
    let mut sheet = format!("名称,代码\n甲一厂,{A}\n");
    sheet.push_str(&",\r\n".repeat(200_000));
    sheet.push_str(&format!("甲二厂,{B}\n,x\n"));
    let report = desk.csv("firm", &sheet);
    assert_eq!(counts(&report), [2, 0, 0, 1, 0]);
    assert_eq!(report.problems[0].row, 200_004, "rows are counted as a spreadsheet shows them");
}

#[test]
fn broken_workbooks() {
    let desk = Desk::new();
    let mut good = rust_xlsxwriter::Workbook::new();
    good.add_worksheet().write_string(0, 0, "名称").unwrap();
    let bytes = good.save_to_buffer().unwrap();
    check(&desk, desk.file("a.xlsx", &bytes[..bytes.len() / 2]), "broken");
    check(&desk, desk.file("a.xlsx", b"PK\x03\x04 and nothing more"), "broken");
    let xls = include_bytes!("../fixtures/firms.xls");
    check(&desk, desk.file("a.xls", &xls[..xls.len() / 2]), "broken");
    // Every byte of the sheet in turn: refused or read, never a crash.
    for at in (0..bytes.len()).step_by(97) {
        let mut bytes = bytes.clone();
        bytes[at] ^= 0x55;
        let _ = desk.run(&Request { dry_run: true, ..desk.request("firm", desk.file("b.xlsx", bytes)) });
    }
    for at in (0..xls.len()).step_by(53) {
        let mut bytes = xls.to_vec();
        bytes[at] ^= 0xff;
        let _ = desk.run(&Request { dry_run: true, ..desk.request("firm", desk.file("b.xls", bytes)) });
    }
    assert_eq!(desk.store.last_seq().unwrap(), 0);
}

/// Writes a workbook whose sheet begins properly and is then filled with `filler`, over and over.
fn bomb(desk: &Desk, part: &str, filler: &str, bytes: u64) -> PathBuf {
    let path = desk.folder.path().join("bomb.xlsx");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for (name, text) in [
        (
            "[Content_Types].xml",
            r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#,
        ),
        (
            "xl/workbook.xml",
            r#"<workbook><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        ),
    ] {
        zip.start_file(name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.start_file(part, options.large_file(true)).unwrap();
    let chunk = filler.repeat((1 << 16) / filler.len());
    let mut left = bytes;
    while left > 0 {
        zip.write_all(chunk.as_bytes()).unwrap();
        left = left.saturating_sub(chunk.len() as u64);
    }
    zip.finish().unwrap();
    path
}

/// What a workbook says of its parts is enough to refuse it; that what it unpacks to is counted too, is tested where
/// that is done.
#[test]
fn a_zip_bomb_is_refused_by_its_own_word() {
    let desk = Desk::new();
    let path = bomb(&desk, "xl/sharedStrings.xml", "<si/>", 1 << 20);
    let mut bytes = std::fs::read(&path).unwrap();
    let name = b"xl/sharedStrings.xml";
    let at = (0..bytes.len()).rfind(|at| bytes[*at..].starts_with(name)).unwrap();
    // The size it unpacks to, in the entry of the directory.
    bytes[at - 22..at - 18].copy_from_slice(&0xFFFF_FFF0_u32.to_le_bytes());
    let error = check(&desk, desk.file("a.xlsx", bytes), "unpacks");
    assert!(error.label().en.contains("xl/sharedStrings.xml"));
    // One text without a tag in it, which a reader would hold whole.
    let path = bomb(&desk, "xl/worksheets/sheet1.xml", "xxxxxxxx", limits::MAX_XML_RUN_BYTES * 2);
    check(&desk, path, "unpacks");
}
