//! Files that would fill the memory, given to the program as people give them: read or refused, within bounds.

use std::io::{BufWriter, Cursor, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use super::server::{Register, code};

/// The most memory that the program may have held at once, whatever the file. It holds some 40 MiB without any.
const PEAK_MAX_MIB: u64 = 160;

/// What the program said, and the most memory it held.
struct Ended {
    is_well: bool,
    out: String,
    err: String,
    peak_mib: u64,
}

/// Imports a file and looks on.
fn import(register: &Register, file: &Path) -> Ended {
    let mut command = register.command(&["import", "firm", "--json", "--on", "2020-03-01"]);
    let mut child = command.arg(file).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0;
    while child.try_wait().unwrap().is_none() {
        // The system keeps the highest mark itself: only what comes after the last look is missed.
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let mark = mark.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        peak_kib = peak_kib.max(mark.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(1));
    }
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended {
        is_well: output.status.success(),
        out: text(output.stdout),
        err: text(output.stderr),
        peak_mib: peak_kib / 1024,
    }
}

/// A file written on the fly, out of the same bytes over and over.
fn csv(path: &Path, (row, times): (&str, usize)) {
    let mut file = BufWriter::new(std::fs::File::create(path).unwrap());
    writeln!(file, "统一社会信用代码,企业名称\n{},甲一厂", code(1)).unwrap();
    let block = row.repeat(1_000);
    (0..times / 1_000).for_each(|_| file.write_all(block.as_bytes()).unwrap());
    writeln!(file, "{},乙二厂", code(2)).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn ten_million_empty_rows_take_no_memory() {
    let (register, _) = Register::signed_in(&[code(0)]);
    let path = register.folder.path().join("empty.csv");
    csv(&path, (",\n", 10_000_000));
    let ended = import(&register, &path);
    assert!(ended.is_well, "{}", ended.err);
    let report: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((&report["read"], &report["added"]), (&2.into(), &2.into()));
    assert!(ended.peak_mib > 0 && ended.peak_mib < PEAK_MAX_MIB, "{} MiB", ended.peak_mib);
}

/// A proper workbook, but for one part that begins with `head` and then has `filler` over and over.
fn workbook(path: &Path, part: &str, (head, filler, bytes): (&str, &str, u64)) {
    let mut good = rust_xlsxwriter::Workbook::new();
    good.add_worksheet().write_string(0, 0, "企业名称").unwrap();
    let mut good = zip::ZipArchive::new(Cursor::new(good.save_to_buffer().unwrap())).unwrap();
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for index in 0..good.len() {
        let file = good.by_index_raw(index).unwrap();
        if file.name().unwrap() != part {
            zip.raw_copy_file(file).unwrap();
        }
    }
    zip.start_file(part, zip::write::SimpleFileOptions::default().large_file(true)).unwrap();
    zip.write_all(head.as_bytes()).unwrap();
    let block = filler.repeat(65_536 / filler.len());
    (0..bytes / block.len() as u64).for_each(|_| zip.write_all(block.as_bytes()).unwrap());
    zip.finish().unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_zip_bomb_is_refused_within_bounds() {
    let (register, _) = Register::signed_in(&[code(0)]);
    let path = register.folder.path().join("bomb.xlsx");
    // Each unpacks to far less than it may, and would become gigabytes in a reader's memory.
    for (part, head, filler, mib) in [
        ("xl/sharedStrings.xml", "<sst>", "<si/>", 90),
        ("xl/sharedStrings.xml", "<sst uniqueCount=\"99999999999\">", "<si/>", 1),
        ("xl/styles.xml", "<styleSheet><cellXfs>", "<xf/>", 12),
        ("xl/worksheets/sheet1.xml", "<worksheet><sheetData/><mergeCells>", "<mergeCell ref=\"A1:B2\"/>", 30),
    ] {
        workbook(&path, part, (head, filler, mib << 20));
        assert!(std::fs::metadata(&path).unwrap().len() < 1 << 20);
        let ended = import(&register, &path);
        assert!(!ended.is_well && ended.err.contains(part), "{part}: {} {}", ended.out, ended.err);
        assert!(ended.err.contains("zip bomb"), "{}", ended.err);
        assert!(ended.peak_mib > 0 && ended.peak_mib < PEAK_MAX_MIB, "{part}: {} MiB", ended.peak_mib);
    }
}
