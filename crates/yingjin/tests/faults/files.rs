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

/// A workbook of the old format whose only sheet has those records.
fn old_workbook(path: &Path, shared: &[u8], records: &[(u16, Vec<u8>)]) {
    let record = |kind: u16, data: &[u8]| {
        [&kind.to_le_bytes(), &u16::try_from(data.len()).unwrap().to_le_bytes(), data].concat()
    };
    let mut globals = record(0x0809, &words(&[0x600, 5]));
    globals.extend(record(0x00FC, &[&[0; 8], shared].concat()));
    let start = u32::try_from(globals.len() + 4 + 9 + 4).unwrap();
    globals.extend(record(0x0085, &[&start.to_le_bytes()[..], &[0, 0, 1, 0, b'a']].concat()));
    globals.extend(record(0x000A, &[]));
    let mut container = cfb::CompoundFile::create(std::fs::File::create(path).unwrap()).unwrap();
    let mut stream = container.create_stream("/Workbook").unwrap();
    stream.write_all(&globals).unwrap();
    stream.write_all(&record(0x0809, &words(&[0x600, 0x10]))).unwrap();
    records.iter().for_each(|(kind, data)| stream.write_all(&record(*kind, data)).unwrap());
    stream.write_all(&record(0x000A, &[])).unwrap();
    stream.flush().unwrap();
    drop(stream);
    container.flush().unwrap();
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn an_old_workbook_cannot_fill_the_memory() {
    let (register, _) = Register::signed_in(&[code(0)]);
    let path = register.folder.path().join("bomb.xls");
    let cell = |row, column| (0x0203, words(&[row, column, 0, 0, 0, 0, 0]));
    // A text of its greatest length, and cells that all have it.
    let text = [&words(&[8_000])[..], &[0], &[b'x'; 8_000]].concat();
    let shared = (0..9_000).map(|row| (0x00FD, words(&[row, 0, 0, 0, 0]))).collect();
    for (texts, records, what) in [
        // Two cells, as far apart as their numbers go: a block of 100 GB.
        (vec![], vec![cell(0, 0), cell(u16::MAX, u16::MAX)], Some("cells")),
        (text, shared, Some("characters")),
        // 2 TB of cells, if it were true. There is one, and no column that we know.
        (vec![], vec![(0x0200, words(&[0, 0, 0, 0x4000, 0, 0, 0x100])), cell(0, 0)], None),
    ] {
        old_workbook(&path, &texts, &records);
        let ended = import(&register, &path);
        assert!(!ended.is_well);
        assert_eq!(ended.err.contains("would fill the memory"), what.is_some(), "{}", ended.err);
        assert!(ended.err.contains(what.unwrap_or("no header")), "{what:?}: {}", ended.err);
        assert!(ended.peak_mib > 0 && ended.peak_mib < PEAK_MAX_MIB, "{what:?}: {} MiB", ended.peak_mib);
    }
}
