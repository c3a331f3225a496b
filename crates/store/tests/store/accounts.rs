//! Accounts, sessions, and the count of failed sign-ins.

use chrono::{DateTime, Duration, Utc};
use model::event::EventType;
use store::{Account, Role, StoreError};

use crate::fixture::{Register, assert_sound, event};
use crate::on_both;

on_both! {
    account_is_made_changed_and_closed,
    session_ends,
    failures_are_counted_in_a_span,
}

fn now() -> DateTime<Utc> {
    "2020-03-06T08:00:00Z".parse().unwrap()
}

fn account(name: &str) -> Account {
    Account {
        name: name.to_owned(),
        password_hash: "$argon2id$…".to_owned(),
        role: Role::County,
        area: Some("411002".into()),
        department: None,
        record: Some(("firm".into(), "A".into())),
        closed: false,
    }
}

fn account_is_made_changed_and_closed(register: &Register) {
    let store = register.open();
    let by = || event(EventType::Account, "2020-03-06");
    assert_eq!(store.create_account(account("weidu"), by()).unwrap(), 1);
    let again = store.create_account(account("weidu"), by());
    assert!(matches!(again, Err(StoreError::Taken { .. })));
    assert_eq!(store.last_seq().unwrap(), 1, "what is refused is no event");
    assert_eq!(store.account("weidu").unwrap(), Some(account("weidu")));
    let changed = Account { role: Role::Auditor, area: None, record: None, ..account("weidu") };
    assert_eq!(store.change_account(changed.clone(), by()).unwrap(), 2);
    assert_eq!(store.accounts().unwrap(), [changed]);
    let missing = store.change_account(account("nobody"), by());
    assert!(matches!(missing, Err(StoreError::NotFound { .. })));
    for role in Role::ALL {
        assert_eq!(role.as_str().parse(), Ok(role));
    }
    assert_sound(&store);
}

fn session_ends(register: &Register) {
    let store = register.open();
    let by = || event(EventType::Account, "2020-03-06");
    store.create_account(account("weidu"), by()).unwrap();
    let open = |token: &str| store.open_session(token, "weidu", now() + Duration::hours(1)).unwrap();
    let signed_in = |token: &str, at: DateTime<Utc>| store.session(token, at).unwrap().is_some();
    open("digest");
    assert!(signed_in("digest", now()));
    assert!(!signed_in("another", now()));
    assert!(!signed_in("digest", now() + Duration::hours(1)), "expired");
    store.close_session("digest", now()).unwrap();
    assert!(!signed_in("digest", now()));
    assert!(store.open_session("x", "nobody", now()).is_err(), "a session is somebody's");

    open("second");
    let same = Account { area: None, ..account("weidu") };
    store.change_account(same, by()).unwrap();
    assert!(signed_in("second", now()), "another area ends no session");
    store.change_account(Account { password_hash: "other".to_owned(), ..account("weidu") }, by()).unwrap();
    assert!(!signed_in("second", now()), "another password ends every session");
    open("third");
    store.change_account(Account { closed: true, ..account("weidu") }, by()).unwrap();
    assert!(!signed_in("third", now()));
}

fn failures_are_counted_in_a_span(register: &Register) {
    let store = register.open();
    let span = Duration::minutes(15);
    let fail =
        |key: &str, minutes: i64| store.count_failure(key, now() + Duration::minutes(minutes), span).unwrap();
    assert_eq!((fail("weidu", 0), fail("weidu", 1), fail("10.0.0.1", 1)), (1, 2, 1));
    assert_eq!(store.failures("weidu", now() + Duration::minutes(14), span).unwrap(), 2);
    assert_eq!(store.failures("weidu", now() + Duration::minutes(16), span).unwrap(), 0);
    assert_eq!(fail("weidu", 16), 1, "the span is over: counting begins anew");
    assert_eq!(fail("weidu", 15), 2, "who asks at the same moment may be a little behind");
    assert_eq!(store.failures("weidu", now(), span).unwrap(), 0, "the clock was set back");
    assert_eq!(fail("weidu", 0), 1, "so counting begins anew");
    store.clear_failures("weidu").unwrap();
    assert_eq!(store.failures("weidu", now(), span).unwrap(), 0);
}
