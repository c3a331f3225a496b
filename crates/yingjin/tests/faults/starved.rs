//! A full disk and a register that may only be read, while serving: a clear answer in both languages, nothing lost.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::server::{Register, Request, Served, TODAY, assert_sound, code, copy_folder};

/// The answer to a request in one language: its status and what it says.
fn asked(request: &Request, lang: &str, address: SocketAddr) -> (u16, String) {
    let answer = request.clone().header("Accept-Language", lang).send(address).unwrap();
    if answer.status < 400 {
        return (answer.status, String::new());
    }
    assert_eq!(answer.media_type, "application/problem+json");
    (answer.status, answer.json()["detail"].as_str().unwrap().to_owned())
}

fn tell(insured: u64, cookie: &str) -> Request {
    // A long text fills the disk sooner.
    let facts = json!({"insured": insured, "name": "许昌某某公司".repeat(40)});
    Request::new("PATCH", &format!("/api/records/firm/{}", code(0)))
        .header("Cookie", cookie)
        .json(&json!({"on": TODAY, "facts": facts}))
}

fn insured(register: &Register) -> u64 {
    register.open().record("firm", &code(0)).unwrap().unwrap().facts["insured"].as_u64().unwrap()
}

fn page(path: &str, cookie: &str, address: SocketAddr) -> Json {
    Request::new("GET", path).header("Cookie", cookie).send(address).unwrap().json()
}

#[test]
fn a_full_disk_is_said_and_loses_nothing() {
    let (register, cookie) = Register::signed_in(&[code(0)]);
    // A limit on the size of files refuses to write as a full disk does.
    let serve = register.serve();
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 3000; exec \"$0\" \"$@\""]).arg(serve.get_program());
    limited.args(serve.get_args()).envs(serve.get_envs().filter_map(|(key, value)| Some((key, value?))));
    let mut server = Served::start(&mut limited);
    let address = server.ready();

    let mut last = 0;
    let refused = loop {
        let (status, said) = asked(&tell(last + 1, &cookie), "en", address);
        if status != 200 {
            assert_eq!(status, 503);
            break said;
        }
        last += 1;
        assert!(last < 10_000, "the disk never gets full");
    };
    assert!(last > 5, "{last} were written before it was full");
    // The change itself may have been the last that had room; then it says so.
    let kept = refused.starts_with("The change is kept");
    assert!(kept || refused.contains("disk is full") && refused.contains("nothing was changed"), "{refused}");
    last += u64::from(kept);
    let (status, said) = asked(&tell(last + 1, &cookie), "zh", address);
    assert_eq!(status, 503);
    assert!(said.contains("磁盘已满") && said.contains("没有改动"), "{said}");

    // An import says it too, and reading goes on.
    let rows: String = (1..400).map(|row| format!("{},某厂{row}\n", code(row))).collect();
    let sheet = format!("统一社会信用代码,企业名称\n{rows}");
    let import =
        Request::new("POST", "/api/imports").header("Cookie", &cookie).form(&sheet, &[("kind", "firm")]);
    let begun = import.send(address).unwrap();
    assert_eq!(begun.status, 202, "{}", begun.text);
    let path = format!("/api/imports/{}", begun.json()["id"].as_str().unwrap());
    let ended = loop {
        let page = page(&path, &cookie, address);
        if !["reading", "matching", "writing"].contains(&page["state"].as_str().unwrap()) {
            break page;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(ended["state"], "failed", "{ended}");
    assert!(ended["failure"]["zh"].as_str().unwrap().contains("磁盘已满"), "{ended}");
    assert!(ended["failure"]["en"].as_str().unwrap().contains("disk is full"), "{ended}");
    assert_eq!(page("/api/records?kind=firm", &cookie, address)["total"], 1);
    server.kill();

    // With room again, all that was answered is there, and nothing else.
    assert_eq!(insured(&register), last);
    assert_sound(&register.open());
    let mut server = Served::start(&mut register.serve());
    let address = server.ready();
    assert_eq!(asked(&tell(last + 1, &cookie), "en", address).0, 200);
    server.kill();
    assert_eq!(insured(&register), last + 1);
    assert_sound(&register.open());
}

/// A room that just holds the change, and not the verdict that follows.
#[cfg(target_os = "linux")]
#[test]
fn verdicts_that_had_no_room_are_recorded_once_there_is() {
    for restarts in [false, true] {
        let (register, cookie) = Register::signed_in(&[code(0)]);
        let serve = register.serve();
        let mut deaf = Command::new("sh");
        deaf.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(serve.get_program());
        deaf.args(serve.get_args()).envs(serve.get_envs().filter_map(|(key, value)| Some((key, value?))));
        let mut server = Served::start(&mut deaf);
        let address = server.ready();
        let room = |bytes: &str| {
            let limit = format!("--fsize={bytes}:unlimited");
            assert!(
                Command::new("prlimit").args(["--pid", &server.id(), &limit]).status().unwrap().success()
            );
        };
        let turns = || {
            let path = format!("/api/records/firm/{}/history", code(0));
            page(&path, &cookie, address)["verdicts"].as_array().unwrap().len()
        };
        // Without insured staff nothing is owed, with them it is.
        let staff = |count: u64| {
            Request::new("PATCH", &format!("/api/records/firm/{}", code(0)))
                .header("Cookie", &cookie)
                .json(&json!({"on": TODAY, "facts": {"staff": count, "insured": count}}))
        };
        assert_eq!(asked(&staff(0), "en", address).0, 200);
        let before = turns();

        let wal = std::fs::metadata(register.folder.path().join("register.db-wal")).unwrap().len();
        let mut room_bytes = 0;
        let said = loop {
            room(&room_bytes.to_string());
            let (status, said) = asked(&staff(5), "en", address);
            assert_eq!(status, 503, "there was room for both before there was room for one");
            if said.starts_with("The change is kept") {
                break said;
            }
            assert!(said.contains("nothing was changed") && room_bytes < 2 * wal + (1 << 20), "{said}");
            room_bytes += 4_096;
        };
        assert!(said.contains("as soon as it can"), "{said}");
        assert_eq!((insured(&register), turns()), (5, before), "the change and not its verdict");
        let (address, mut server) = if restarts {
            server.kill();
            let mut server = Served::start(&mut register.serve());
            (server.ready(), server)
        } else {
            room("unlimited");
            // Any change that is written shows that there is room again.
            let name = json!({"on": TODAY, "facts": {"name": "另一名"}});
            let path = format!("/api/records/firm/{}", code(0));
            let request = Request::new("PATCH", &path).header("Cookie", &cookie).json(&name);
            assert_eq!(asked(&request, "en", address).0, 200);
            (address, server)
        };
        let turns = || {
            let path = format!("/api/records/firm/{}/history", code(0));
            page(&path, &cookie, address)["verdicts"].as_array().unwrap().len()
        };
        while turns() == before {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(turns(), before + 1);
        server.kill();
        assert_sound(&register.open());
    }
}

#[cfg(unix)]
#[test]
fn a_register_that_may_only_be_read_is_served_and_refuses_changes() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;

    let (register, cookie) = Register::signed_in(&[code(0)]);
    let folder = register.folder.path();
    let (city, binary) = (folder.join("city"), folder.join("yingjin"));
    copy_folder(&register.city, &city);
    std::fs::copy(env!("CARGO_BIN_EXE_yingjin"), &binary).unwrap();
    set_permissions(folder.join("register.db"), Permissions::from_mode(0o444)).unwrap();
    set_permissions(folder, Permissions::from_mode(0o555)).unwrap();

    let serve = register.serve();
    let mut other = Command::new(&binary);
    other.args(serve.get_args()).envs(serve.get_envs().filter_map(|(key, value)| Some((key, value?))));
    other.env("YINGJIN_CITY", &city);
    // Root may write anything: another user tries then.
    if std::fs::metadata(folder).unwrap().uid() == 0 {
        other.uid(65534).gid(65534);
    }
    let mut server = Served::start(&mut other);
    let address = server.ready();
    let (status, said) = asked(&tell(1, &cookie), "en", address);
    assert!(status == 503 && said.contains("read-only") && said.contains("nothing was changed"), "{said}");
    let (status, said) = asked(&tell(1, &cookie), "zh", address);
    assert!(status == 503 && said.contains("只读") && said.contains("没有改动"), "{said}");
    assert_eq!(page("/api/records?kind=firm", &cookie, address)["total"], 1);
    server.kill();

    set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
    set_permissions(folder.join("register.db"), Permissions::from_mode(0o644)).unwrap();
    assert_eq!(insured(&register), 0);
    assert_sound(&register.open());
}
