//! Files: kept once, never without those that name them, and shown when they are not what they were.

use std::ops::ControlFlow;

use model::event::{EventType, Hash};
use model::file::FileType;
use serde_json::json;
use store::{Broken, NewFile, Store, StoreError, Unused};

use crate::fixture::{Register, assert_sound, event, tell, told};
use crate::on_both;

on_both! {
    kept_once_however_often_it_is_sent,
    nothing_names_a_file_that_is_not_there,
    forgotten_where_nothing_names_it,
    altered_or_missing_is_found,
}

fn photo(content: &[u8], at: &str) -> NewFile {
    NewFile {
        file_type: FileType::Jpeg,
        content: content.to_vec(),
        account: "somebody".to_owned(),
        at: at.parse().unwrap(),
    }
}

/// Keeps a file; returns its name.
fn keep(store: &Store, content: &[u8]) -> Hash {
    let file = photo(content, "2020-03-01T00:00:00Z");
    let hash = file.hash();
    store.keep_file(file).unwrap();
    hash
}

fn kept_once_however_often_it_is_sent(register: &Register) {
    let store = register.open();
    let file = photo(b"\xff\xd8 a photograph \0", "2020-03-01T00:00:00Z");
    let hash = file.hash();
    assert!(store.keep_file(file.clone()).unwrap());
    assert!(!store.keep_file(file.clone()).unwrap());
    let line = store.file_line(hash).unwrap().unwrap();
    assert_eq!((line.file_type, line.size_bytes), (FileType::Jpeg, 17));
    assert_eq!(store.file_content(hash).unwrap().unwrap(), file.content);
    assert_eq!(store.file_content(Hash::ZERO).unwrap(), None);
    assert!(store.has_sent("somebody", hash).unwrap() && !store.has_sent("another", hash).unwrap());
    assert_eq!(store.unused_files("somebody").unwrap(), Unused { files: 1, bytes: 17 });
    // As after a restart.
    drop(store);
    assert_eq!(register.open().file_content(hash).unwrap().unwrap(), file.content);
}

fn nothing_names_a_file_that_is_not_there(register: &Register) {
    let store = register.open();
    for named in [Hash::ZERO.to_string(), "a photograph".to_owned()] {
        let visit = told("visit", "V1", "2020-03-01", json!({"photos": named}));
        let refused = store.append(event(EventType::Change, "2020-03-01"), vec![visit]);
        assert!(matches!(refused, Err(StoreError::NotFound { what: "file", .. })), "{refused:?}");
        assert_eq!((store.last_seq().unwrap(), store.record("visit", "V1").unwrap()), (0, None));
    }
    let (one, two) = (keep(&store, b"one"), keep(&store, b"two"));
    tell(
        &store,
        "2020-03-01",
        vec![told("visit", "V1", "2020-03-01", json!({"photos": format!("{one} {two}")}))],
    );
    tell(&store, "2020-03-02", vec![told("visit", "V1", "2020-03-02", json!({"photos": null}))]);
    let uses = store.file_uses(two).unwrap();
    assert_eq!(uses.len(), 1, "the past names it still");
    assert_eq!(
        (uses[0].kind.as_str(), uses[0].record.as_str(), uses[0].fact.as_str()),
        ("visit", "V1", "photos")
    );
    assert_eq!(store.unused_files("somebody").unwrap(), Unused::default());
    assert_sound(&store);
}

fn forgotten_where_nothing_names_it(register: &Register) {
    let store = register.open();
    let (used, unused) = (keep(&store, b"used"), keep(&store, b"unused"));
    let late = photo(b"sent again", "2020-03-01T00:00:00Z");
    let again = late.hash();
    store.keep_file(late.clone()).unwrap();
    store.keep_file(NewFile { at: "2020-03-09T00:00:00Z".parse().unwrap(), ..late }).unwrap();
    tell(&store, "2020-03-01", vec![told("visit", "V1", "2020-03-01", json!({"photos": used.to_string()}))]);
    assert_eq!(store.forget_files("2020-03-08T00:00:00Z".parse().unwrap()).unwrap(), 1);
    assert_eq!(store.file_line(unused).unwrap(), None);
    assert!(!store.has_sent("somebody", unused).unwrap());
    assert!(store.file_line(used).unwrap().is_some() && store.file_line(again).unwrap().is_some());
    assert_sound(&store);
}

fn altered_or_missing_is_found(register: &Register) {
    let store = register.open();
    let file = keep(&store, b"as it was sent");
    tell(&store, "2020-03-01", vec![told("visit", "V1", "2020-03-01", json!({"photos": file.to_string()}))]);
    assert_sound(&store);
    let broken = |store: &Store| {
        let found = store.verify(|_| ControlFlow::Continue(())).unwrap().broken.unwrap();
        (found.what, found.record.map(|(_, id)| id.to_string()))
    };
    register.tamper("UPDATE file SET content = substr(content, 2)");
    let record = Some("V1".to_owned());
    assert_eq!(broken(&store), (Broken::FileAltered, record.clone()));
    register.tamper("DELETE FROM file");
    assert_eq!(broken(&store), (Broken::FileMissing, record.clone()));
    // Who takes its use away, too, cannot take it out of the chain.
    register.tamper("DELETE FROM file_use");
    assert_eq!(broken(&store), (Broken::FileMissing, record));
}
