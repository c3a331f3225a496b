//! Many who write at once: in one program, in several.

use model::event::{Event, EventType};
use serde_json::json;
use store::{Account, Role, Store, StoreError};

use crate::fixture::{Register, assert_sound, event, facts, firm, tell};
use crate::on_both;

on_both! {
    all_who_write_at_once_are_served,
    one_bad_item_fails_alone,
    two_programs_share_a_register,
    several_begin_a_register_at_once,
    looking_changes_nothing,
    another_program_s_database_is_left_alone,
    newer_register_is_left_alone,
}

fn all_who_write_at_once_are_served(register: &Register) {
    let store = register.open();
    std::thread::scope(|scope| {
        for thread in 0..16 {
            let store = &store;
            scope.spawn(move || {
                for number in 0..20 {
                    tell(
                        store,
                        "2020-03-01",
                        vec![firm(&format!("F{thread}"), "2020-03-01", json!({"staff": number}))],
                    );
                }
            });
        }
    });
    assert_eq!(store.last_seq().unwrap(), 320);
    assert_eq!(facts(&store, "firm", "F7"), json!({"staff": 19}));
    assert_sound(&store);
}

fn one_bad_item_fails_alone(register: &Register) {
    let store = register.open();
    let account = |number: usize| Account {
        name: format!("a{}", number / 2),
        password_hash: String::new(),
        role: Role::Auditor,
        area: None,
        department: None,
        record: None,
        closed: false,
    };
    // Held up by an import, they queue; then they are one group. Every name comes twice: half of them must fail.
    let import = store.import(event(EventType::Import, "2020-03-01")).unwrap();
    let results: Vec<Result<i64, StoreError>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..40)
            .map(|number| {
                let (store, account) = (&store, account(number));
                scope.spawn(move || store.create_account(account, event(EventType::Account, "2020-03-01")))
            })
            .collect();
        drop(import);
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let failed = results.iter().filter(|result| matches!(result, Err(StoreError::Taken { .. }))).count();
    assert_eq!((failed, store.last_seq().unwrap()), (20, 20));
    assert_eq!(store.accounts().unwrap().len(), 20);
    assert_sound(&store);
}

fn two_programs_share_a_register(register: &Register) {
    // Two stores have nothing in common but the database, as two programs have.
    let stores = [register.open(), register.open()];
    std::thread::scope(|scope| {
        for (which, store) in stores.iter().enumerate() {
            scope.spawn(move || {
                for number in 0..50 {
                    if number % 10 == 9 {
                        let mut import = store.import(event(EventType::Import, "2020-03-01")).unwrap();
                        import.change(&firm(&format!("N{which}-{number}"), "2020-03-01", json!({}))).unwrap();
                        import.commit(json!({})).unwrap();
                    } else {
                        let change = firm(&format!("F{number}"), "2020-03-01", json!({"staff": number}));
                        tell(store, "2020-03-01", vec![change]);
                    }
                }
            });
        }
    });
    assert_eq!(stores[0].last_seq().unwrap(), 100);
    assert_eq!(stores[1].count("firm").unwrap(), 45 + 10);
    assert_sound(&stores[1]);
}

fn several_begin_a_register_at_once(register: &Register) {
    std::thread::scope(|scope| {
        for number in 0..6 {
            scope.spawn(move || {
                let store = register.open();
                tell(&store, "2020-03-01", vec![firm(&format!("F{number}"), "2020-03-01", json!({}))]);
            });
        }
    });
    let store = register.open();
    assert_eq!((store.last_seq().unwrap(), store.count("firm").unwrap()), (6, 6));
    assert_sound(&store);
}

fn looking_changes_nothing(register: &Register) {
    let empty = Store::inspect(&register.url).err();
    assert!(
        matches!(empty, Some(StoreError::CannotOpen { .. } | StoreError::NotRegister { .. })),
        "{empty:?}"
    );
    let store = register.open();
    tell(&store, "2020-03-01", vec![firm("A", "2020-03-01", json!({"name": "甲"}))]);
    let look = Store::inspect(&register.url).unwrap();
    let refused = look.append(event(EventType::Change, "2020-03-02"), vec![]);
    assert!(matches!(refused, Err(StoreError::ReadOnly { .. })), "{refused:?}");
    assert!(matches!(
        look.import(event(EventType::Import, "2020-03-02")).err(),
        Some(StoreError::ReadOnly { .. })
    ));
    assert_eq!(look.find("firm", "name", "甲").unwrap().len(), 1, "indexes are left as they are");
    assert_sound(&look);
}

fn another_program_s_database_is_left_alone(register: &Register) {
    register.tamper("CREATE TABLE event (id INTEGER); INSERT INTO event VALUES (7);");
    for opened in [Store::open(&register.url, &crate::fixture::schema()), Store::inspect(&register.url)] {
        assert!(matches!(opened.err(), Some(StoreError::NotRegister { .. })));
    }
    register.tamper("UPDATE event SET id = 8 WHERE id = 7");
}

fn newer_register_is_left_alone(register: &Register) {
    let store = register.open();
    tell(&store, "2020-03-01", vec![firm("A", "2020-03-01", json!({}))]);
    drop(store);
    register.tamper("UPDATE yingjin_meta SET value = '99' WHERE key = 'version'");
    let opened = Store::open(&register.url, &crate::fixture::schema()).err();
    assert!(matches!(opened, Some(StoreError::Newer { found: 99, .. })), "{opened:?}");
}

/// The summary of an event may hold anything that JSON can say, and is hashed as it is read back.
#[test]
fn summaries_keep_their_hash() {
    let register = Register::sqlite();
    let store = register.open();
    let summary =
        json!({"z": [1.1, 1e300, -0.0, 123_456_789.123_456_78], "a": "行\n\t\"\\\u{7f}", "n": null});
    let told = Event { summary, ..event(EventType::Reveal, "2020-03-01") };
    store.append(told, vec![]).unwrap();
    assert_sound(&store);
}
