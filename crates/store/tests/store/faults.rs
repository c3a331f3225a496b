//! Killed while writing, a full disk, a file that may only be read: nothing lost, nothing half done, a clear error.
//!
//! The program that is killed is this test binary, started again with `YINGJIN_FAULT` set.
//! `YINGJIN_FAULT_ROUNDS` raises how often; by default it is quick.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use model::Lang;
use model::event::EventType;
use serde_json::json;
use store::{Store, StoreError};

use crate::fixture::{Register, assert_sound, event, firm, schema, tell};
use crate::on_both;

on_both! {
    killed_at_any_moment,
}

/// Rows of one import of the program that is killed.
const ROWS: usize = 300;

fn rounds(default: u64) -> u64 {
    std::env::var("YINGJIN_FAULT_ROUNDS").ok().map_or(default, |text| text.parse().unwrap())
}

/// This binary again, running [`child`] on a register.
fn again(binary: &Path, fault: &str, url: &str) -> Command {
    let mut command = Command::new(binary);
    command
        .args(["faults::child", "--exact", "--nocapture"])
        .env("YINGJIN_FAULT", fault)
        .env("YINGJIN_FAULT_URL", url)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// What the program says before its end, a line for each thing that was acknowledged.
fn said(child: Child) -> Vec<String> {
    let lines = BufReader::new(child.stdout.unwrap()).split(b'\n').map(|line| line.unwrap());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).into_owned());
    // The first line may begin with what the test runner says.
    lines.filter_map(|line| Some(line.split_once("ack ")?.1.to_owned())).collect()
}

/// The program that is hurt. By itself, without what the fault tests ask of it, it has nothing to do.
#[test]
fn child() {
    let (Ok(fault), Ok(url)) = (std::env::var("YINGJIN_FAULT"), std::env::var("YINGJIN_FAULT_URL")) else {
        return;
    };
    let store = match Store::open(&url, &schema()) {
        Ok(store) => store,
        Err(error) => return println!("ack refused {error:?}"),
    };
    match fault.as_str() {
        "kill" => {
            let appending = store.clone();
            std::thread::spawn(move || append_until_stopped(&appending));
            import_until_stopped(&store);
        }
        "fill" => {
            let error = append_until_stopped(&store);
            println!("ack refused {error:?}");
            println!("ack message {}", error.message(Lang::Zh).contains("磁盘"));
            println!("ack refused {:?}", import_until_stopped(&store));
            println!("ack readable {}", store.count("firm").unwrap());
        }
        _ => {
            println!("ack refused {:?}", append_until_stopped(&store));
            println!("ack readable {:?}", Store::inspect(&url).and_then(|look| look.count("firm")));
        }
    }
}

/// Appends, and acknowledges each, until that fails.
fn append_until_stopped(store: &Store) -> StoreError {
    let run = std::process::id();
    for number in 0.. {
        let facts = json!({"staff": number, "name": "许昌某某公司".repeat(40)});
        let change = firm(&format!("A{run}-{number}"), "2020-03-01", facts);
        match store.append(event(EventType::Change, "2020-03-01"), vec![change]) {
            Ok(seq) => println!("ack {seq} A{run}-{number}"),
            Err(error) => return error,
        }
    }
    unreachable!()
}

/// Imports, and acknowledges each by its last row, until that fails.
fn import_until_stopped(store: &Store) -> StoreError {
    let run = std::process::id();
    for number in 0.. {
        let one = || {
            let mut import = store.import(event(EventType::Import, "2020-03-01"))?;
            for row in 0..ROWS {
                let facts = json!({"staff": row, "name": "许昌某某公司".repeat(40)});
                import.change(&firm(&format!("I{run}-{number}-{row}"), "2020-03-01", facts))?;
            }
            import.commit(json!({"file": "a.csv"}))
        };
        match one() {
            Ok(seq) => println!("ack {seq} I{run}-{number}-{}", ROWS - 1),
            Err(error) => return error,
        }
    }
    unreachable!()
}

/// Everything acknowledged is there, no import is there by half, and the chain is sound.
fn assert_whole(store: &Store, acknowledged: &[String]) {
    assert_sound(store);
    let last = store.last_seq().unwrap();
    for line in acknowledged {
        let (seq, id) = line.split_once(' ').unwrap();
        assert!(seq.parse::<i64>().unwrap() <= last, "event {seq} was acknowledged and is gone");
        assert!(store.record("firm", id).unwrap().is_some(), "{id} was acknowledged and is gone");
    }
    let mut imported = 0;
    let mut rows = 0;
    for event in store.events(0, usize::MAX).unwrap() {
        if event.event.event_type == EventType::Import {
            assert_eq!(event.lines, i64::try_from(ROWS).unwrap());
            imported += ROWS;
        }
    }
    store.each_record_text("firm", |record| rows += usize::from(record.id.starts_with('I'))).unwrap();
    assert_eq!(rows, imported, "rows of an import that was not finished");
}

fn killed_at_any_moment(register: &Register) {
    let mut acknowledged = Vec::new();
    let mut longest_us = 150_000;
    for round in 0..rounds(30) {
        let mut child = again(&std::env::current_exe().unwrap(), "kill", &register.url).spawn().unwrap();
        // From before it opens the register to well within its work, in no order and the same each time.
        std::thread::sleep(Duration::from_micros(round.wrapping_mul(0x9E37_79B9_7F4A_7C15) % longest_us));
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged.extend(said(child));
        if acknowledged.is_empty() && round % 8 == 7 {
            // A busy machine takes longer to begin.
            longest_us *= 2;
        }
        if round % 5 == 4 {
            assert_whole(&register.open(), &acknowledged);
        } else {
            assert_sound(&register.open());
        }
    }
    assert_whole(&register.open(), &acknowledged);
    assert!(!acknowledged.is_empty(), "no round lived long enough to write");
}

#[test]
fn disk_full() {
    let register = Register::sqlite();
    tell(&register.open(), "2020-03-01", vec![firm("A", "2020-03-01", json!({"staff": 1}))]);
    // A limit on the size of files refuses to write as a full disk does. In blocks of 512 or 1024 bytes.
    let mut limited = Command::new("sh");
    let direct = again(&std::env::current_exe().unwrap(), "fill", &register.url);
    limited.args(["-c", "trap '' XFSZ; ulimit -f 2000; exec \"$0\" \"$@\""]).arg(direct.get_program());
    limited.args(direct.get_args());
    limited.envs(direct.get_envs().filter_map(|(key, value)| Some((key, value?))));
    let child = limited.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let said = said(child);
    let (refused, acknowledged): (Vec<_>, Vec<_>) =
        said.into_iter().partition(|line| !line.starts_with(|c: char| c.is_ascii_digit()));
    assert!(acknowledged.len() > 10, "{} were written before it was full", acknowledged.len());
    assert_eq!(refused.len(), 4, "{refused:?}");
    assert!(refused[0].starts_with("refused Full"), "{refused:?}");
    assert_eq!(refused[1], "message true");
    assert!(refused[2].starts_with("refused Full"), "{refused:?}");
    assert!(refused[3].starts_with("readable"), "{refused:?}");
    let store = register.open();
    assert_whole(&store, &acknowledged);
    tell(&store, "2020-03-02", vec![firm("A", "2020-03-02", json!({"staff": 2}))]);
}

#[cfg(unix)]
#[test]
fn file_that_may_only_be_read() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;

    let register = Register::sqlite();
    tell(&register.open(), "2020-03-01", vec![firm("A", "2020-03-01", json!({"staff": 1}))]);
    let file = register.url.strip_prefix("sqlite://").unwrap();
    let folder = Path::new(file).parent().unwrap();
    // Root may write anything: another user tries then, with a copy of this binary that is sure to be within reach.
    let root = std::fs::metadata(folder).unwrap().uid() == 0;
    let binary = folder.join("again");
    std::fs::copy(std::env::current_exe().unwrap(), &binary).unwrap();
    set_permissions(file, Permissions::from_mode(0o444)).unwrap();
    // The folder may be written, then not even that.
    for mode in [0o777, 0o555] {
        set_permissions(folder, Permissions::from_mode(mode)).unwrap();
        let mut command = again(&binary, "read-only", &register.url);
        if root {
            command.uid(65534).gid(65534);
        }
        let said = said(command.spawn().unwrap());
        assert!(said[0].starts_with("refused ReadOnly"), "{said:?}");
        assert_eq!(said[1..], ["readable Ok(1)"]);
    }
    set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
    set_permissions(file, Permissions::from_mode(0o644)).unwrap();
    let store = register.open();
    assert_eq!(store.last_seq().unwrap(), 1);
    assert_sound(&store);
}

#[test]
fn asked_to_only_read() {
    let register = Register::sqlite();
    let store = register.open();
    tell(&store, "2020-03-01", vec![firm("A", "2020-03-01", json!({"staff": 1}))]);
    let look = Store::open(&format!("{}?mode=ro", register.url), &schema()).unwrap();
    assert_eq!(look.count("firm").unwrap(), 1);
    let refused = look.append(event(EventType::Change, "2020-03-01"), vec![]);
    assert!(matches!(refused, Err(StoreError::ReadOnly { .. })), "{refused:?}");
    assert!(matches!(
        look.import(event(EventType::Import, "2020-03-01")).err(),
        Some(StoreError::ReadOnly { .. })
    ));
}

#[test]
fn what_is_no_register_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "this is a text and not a database, however long it may be. ".repeat(40)).unwrap();
    let open = |path: &Path| Store::open(&format!("sqlite://{}", path.display()), &schema()).err().unwrap();
    assert!(matches!(open(&path), StoreError::NotRegister { .. }));
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("this is"), "and left as it is");
    let missing = open(&folder.path().join("no/such/folder.db"));
    assert!(matches!(&missing, StoreError::CannotOpen { .. }), "{missing:?}");
    assert!(missing.message(Lang::Zh).contains("没有文件夹"), "{}", missing.message(Lang::Zh));
    assert!(matches!(open(folder.path()), StoreError::CannotOpen { .. }));
    let refused = Store::open("postgres://nobody:secret@127.0.0.1:1/none", &schema()).err().unwrap();
    assert!(matches!(&refused, StoreError::Refused { .. }), "{refused:?}");
    assert!(!format!("{refused:?} {refused}").contains("secret"));
}
