//! `yingjin import`, killed at any moment: all of a file is in the register or nothing, and the chain holds.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use store::{Schema, Store};

const ROWS: u64 = 3_000;
/// Kills in CI.
const KILLS: u64 = 40;

/// The sample city without its duties: kinds are what an import goes by.
fn city(folder: &Path) -> PathBuf {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cities/xuchang");
    let city = folder.join("city");
    std::fs::create_dir_all(city.join("kinds")).unwrap();
    std::fs::copy(sample.join("city.toml"), city.join("city.toml")).unwrap();
    std::fs::write(
        city.join("kinds/firm.toml"),
        "id = \"firm\"\nlabel = { zh = \"企业\", en = \"firm\" }\nkey = [\"uscc\"]\nname = \"name\"\n\
         [[fact]]\nid = \"uscc\"\nlabel = { zh = \"代码\", en = \"code\" }\ntype = \"text\"\nformat = \"uscc\"\n\
         [[fact]]\nid = \"name\"\nlabel = { zh = \"名称\", en = \"name\" }\ntype = \"text\"\n",
    )
    .unwrap();
    city
}

fn import(folder: &Path, city: &Path, db: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_yingjin"))
        .args(["import", "firm"])
        .arg(folder.join("firms.csv"))
        .args(["--on", "2020-01-01", "--json", "--db", db, "--city"])
        .arg(city)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_killed_import_leaves_all_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let city = city(folder.path());
    let mut sheet = "名称,代码\n".to_owned();
    for number in 0..ROWS {
        let code = model::uscc::complete(&format!("91990001MA{number:07}")).unwrap();
        writeln!(sheet, "合成{number}号厂,{code}").unwrap();
    }
    std::fs::write(folder.path().join("firms.csv"), sheet).unwrap();
    let schema = Schema::of(&rules::city::load(&city).unwrap().ruleset.kinds);
    let url = |name: &str| format!("sqlite://{}", folder.path().join(name).display());

    // How long one takes here, so that the kills fall all over it.
    let began = Instant::now();
    assert!(import(folder.path(), &city, &url("whole.db")).wait().unwrap().success());
    let whole = began.elapsed();

    let mut halves = 0;
    for kill in 0..super::rounds(KILLS) {
        let name = format!("{kill}.db");
        let mut child = import(folder.path(), &city, &url(&name));
        std::thread::sleep(whole.mul_f64(super::scattered(kill) * 1.1).max(Duration::from_millis(1)));
        child.kill().unwrap();
        child.wait().unwrap();
        let store = Store::open(&url(&name), &schema).unwrap();
        let (count, seq) = (store.count("firm").unwrap(), store.last_seq().unwrap());
        assert!((count, seq) == (0, 0) || (count, seq) == (ROWS, 1), "{count} records at event {seq}");
        halves += u32::from(seq == 0);
        let verified = store.verify(|_| std::ops::ControlFlow::Continue(())).unwrap();
        assert_eq!((verified.events, verified.broken), (seq, None));
        drop(store);
        // What was killed can simply be done again.
        if kill % 10 == 0 {
            assert!(import(folder.path(), &city, &url(&name)).wait().unwrap().success());
            assert_eq!(Store::open(&url(&name), &schema).unwrap().count("firm").unwrap(), ROWS);
        }
        for rest in [name.clone(), format!("{name}-wal"), format!("{name}-shm")] {
            let _ = std::fs::remove_file(folder.path().join(rest));
        }
    }
    assert!(halves > 0, "no kill came before the end");
}
