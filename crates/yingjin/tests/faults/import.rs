//! `yingjin import`, killed at any moment: all of a file is in the register or nothing, and the chain holds.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use store::{Schema, Store};

use super::server::Register;

/// How often, and how much there is to write.
struct Pace {
    rows: u64,
    /// Kills in CI.
    kills: u64,
}

const SQLITE: Pace = Pace { rows: 3_000, kills: 40 };
/// Every row takes some ways to the server and back.
const POSTGRES: Pace = Pace { rows: 600, kills: 15 };

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
    kill_imports(&SQLITE, Register::on_sqlite);
}

#[test]
fn a_killed_import_leaves_all_or_nothing_on_postgres() {
    // The first is only to see that there is a server.
    if Register::on_postgres().is_some() {
        kill_imports(&POSTGRES, || Register::on_postgres().unwrap());
    }
}

fn kill_imports(&Pace { rows, kills }: &Pace, empty: impl Fn() -> Register) {
    let folder = tempfile::tempdir().unwrap();
    let city = city(folder.path());
    let mut sheet = "名称,代码\n".to_owned();
    for number in 0..rows {
        let code = model::uscc::complete(&format!("91990001MA{number:07}")).unwrap();
        writeln!(sheet, "合成{number}号厂,{code}").unwrap();
    }
    std::fs::write(folder.path().join("firms.csv"), sheet).unwrap();
    let schema = Schema::of(&rules::city::load(&city).unwrap().ruleset.kinds);

    // How long one takes here, so that the kills fall all over it.
    let whole = empty();
    let began = Instant::now();
    assert!(import(folder.path(), &city, &whole.url).wait().unwrap().success());
    let whole = began.elapsed();

    let mut halves = 0;
    for kill in 0..super::rounds(kills) {
        let register = empty();
        let mut child = import(folder.path(), &city, &register.url);
        std::thread::sleep(whole.mul_f64(super::scattered(kill) * 1.1).max(Duration::from_millis(1)));
        child.kill().unwrap();
        child.wait().unwrap();
        register.settle();
        let store = Store::open(&register.url, &schema).unwrap();
        let (count, seq) = (store.count("firm").unwrap(), store.last_seq().unwrap());
        assert!((count, seq) == (0, 0) || (count, seq) == (rows, 1), "{count} records at event {seq}");
        halves += u32::from(seq == 0);
        let verified = store.verify(|_| std::ops::ControlFlow::Continue(())).unwrap();
        assert_eq!((verified.events, verified.broken), (seq, None));
        drop(store);
        // What was killed can simply be done again.
        if kill % 10 == 0 {
            assert!(import(folder.path(), &city, &register.url).wait().unwrap().success());
            assert_eq!(Store::open(&register.url, &schema).unwrap().count("firm").unwrap(), rows);
        }
    }
    assert!(halves > 0, "no kill came before the end");
}
