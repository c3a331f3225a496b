//! Cases are kept by their steps, once each, in order of what is due.

use std::ops::ControlFlow;

use chrono::{DateTime, Duration, Utc};
use model::Term;
use model::case::{Ending, Office, Opening, RecordRef, Refusal, State, Step, Waited};
use model::event::EventType;
use store::{Broken, CaseMoves, Holder, Moved, Store, StoreError, Waiting, Worklist};

use crate::fixture::{Register, assert_sound, event};
use crate::on_both;

on_both! {
    opened_and_read_back,
    one_live_case_of_a_duty_and_record,
    a_refused_step_writes_nothing,
    two_officers_close_it_once,
    ending_what_has_ended_is_passed_over,
    nothing_to_do_is_no_event,
    worklist_goes_by_what_is_due,
    links_lead_to_their_case,
    histories_are_shown_case_by_case,
    what_makes_no_sense_any_more_is_passed_over,
    waiting_for_an_office,
    many_are_opened_by_one_event,
    step_altered,
    case_altered,
    case_removed,
}

fn at(day: i64) -> DateTime<Utc> {
    "2020-03-06T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + Duration::days(day)
}

fn lease(id: &str) -> RecordRef {
    RecordRef { kind: "lease".into(), id: id.into() }
}

fn gap(id: &str, area: &str, due: i64) -> Opening {
    Opening {
        filing: None,
        claims: None,
        kind: "gap".into(),
        duty: Some("rent-waiver".into()),
        about: Some(lease(id)),
        bearer: Some(RecordRef { kind: "firm".into(), id: "landlord".into() }),
        beneficiary: None,
        office: Office { department: "finance".into(), area: area.into() },
        words: None,
        place: None,
        term: Term::WorkingDays(20),
        due_at: at(due),
    }
}

fn moved(store: &Store, open: Vec<Opening>, steps: Vec<(i64, Step)>) -> Result<Moved, StoreError> {
    store.move_cases(event(EventType::Case, "2020-03-06"), CaseMoves { open, steps, ..CaseMoves::default() })
}

fn closed() -> Step {
    Step::Closed(Ending::Met)
}

fn opened_and_read_back(register: &Register) {
    let store = register.open();
    let opened = moved(&store, vec![gap("L1", "01", 9)], vec![]).unwrap();
    assert_eq!(opened, Moved { seq: Some(1), opened: vec![Some(1)], ..Moved::default() });
    moved(&store, vec![], vec![(1, Step::Accepted), (1, Step::Answered { words: "waived".to_owned() })])
        .unwrap();
    let case = store.case(1).unwrap().unwrap();
    assert_eq!((case.case.state, case.seq), (State::Answered, 2));
    assert_eq!(store.case_steps(1).unwrap().len(), 3);
    for party in [lease("L1"), RecordRef { kind: "firm".into(), id: "landlord".into() }] {
        let list = Worklist { party: Some(party), limit: 9, ..Worklist::default() };
        assert_eq!(store.worklist(&list).unwrap(), vec![case.clone()]);
    }
    assert_eq!(store.case(2).unwrap(), None);
    assert_sound(&store);
}

fn one_live_case_of_a_duty_and_record(register: &Register) {
    let store = register.open();
    let first =
        moved(&store, vec![gap("L1", "01", 9), gap("L2", "01", 9), gap("L1", "01", 9)], vec![]).unwrap();
    assert_eq!(first.opened, [Some(1), Some(2), None]);
    let again = moved(&store, vec![gap("L1", "01", 9)], vec![(2, closed())]).unwrap();
    assert_eq!(again.opened, [None]);
    // Closed, it may begin anew.
    assert_eq!(moved(&store, vec![gap("L2", "01", 9)], vec![]).unwrap().opened, [Some(3)]);
    assert_sound(&store);
}

fn a_refused_step_writes_nothing(register: &Register) {
    let store = register.open();
    moved(&store, vec![gap("L1", "01", 9)], vec![]).unwrap();
    let refused = moved(&store, vec![gap("L2", "01", 9)], vec![(1, Step::Accepted), (1, Step::Accepted)]);
    assert_eq!(refused, Err(StoreError::Step { no: 1, refusal: Refusal::State(State::Accepted) }));
    let missing = moved(&store, vec![], vec![(7, Step::Accepted)]);
    assert_eq!(missing, Err(StoreError::NotFound { what: "case", name: "7".to_owned() }));
    assert_eq!(store.case(1).unwrap().unwrap().case.state, State::Open);
    assert_eq!((store.case(2).unwrap(), store.last_seq().unwrap()), (None, 1));
    assert_sound(&store);
}

fn two_officers_close_it_once(register: &Register) {
    let store = register.open();
    moved(&store, vec![gap("L1", "01", 9)], vec![]).unwrap();
    // What was counted holds no longer than the next event.
    assert_eq!(store.count_cases(&Worklist::default()).unwrap(), 1);
    let closers: Vec<_> = (0..2)
        .map(|_| {
            let store = store.clone();
            std::thread::spawn(move || moved(&store, vec![], vec![(1, closed())]).is_ok())
        })
        .collect();
    let succeeded = closers.into_iter().map(|closer| closer.join().unwrap()).filter(|ok| *ok).count();
    assert_eq!((succeeded, store.case_steps(1).unwrap().len()), (1, 2));
    assert_eq!(store.count_cases(&Worklist::default()).unwrap(), 0);
    assert_sound(&store);
}

/// Two passes at once: each ends what it read as live a moment ago.
fn ending_what_has_ended_is_passed_over(register: &Register) {
    let store = register.open();
    moved(&store, vec![gap("L1", "01", 9), gap("L2", "01", 9)], vec![]).unwrap();
    let end = |nos: &[i64]| {
        let end = nos.iter().map(|no| (*no, Ending::Met)).collect();
        store
            .move_cases(event(EventType::Case, "2020-03-06"), CaseMoves { end, ..CaseMoves::default() })
            .unwrap()
    };
    assert_eq!(end(&[1]).ended, [1]);
    let second = end(&[1, 2]);
    assert_eq!((second.seq, second.ended), (Some(3), vec![2]));
    let third = end(&[1, 2]);
    assert_eq!((third.seq, third.ended), (None, vec![]), "nothing to end is no event");
    assert_eq!(store.case_steps(1).unwrap().len(), 2);
    assert_sound(&store);
}

fn nothing_to_do_is_no_event(register: &Register) {
    let store = register.open();
    moved(&store, vec![gap("L1", "01", 9)], vec![]).unwrap();
    assert_eq!(moved(&store, vec![gap("L1", "01", 9)], vec![]).unwrap().seq, None);
    assert_eq!(store.last_seq().unwrap(), 1);
}

fn worklist_goes_by_what_is_due(register: &Register) {
    let store = register.open();
    let open =
        vec![gap("A", "01", 5), gap("B", "01", 2), gap("C", "02", 1), gap("D", "01", 2), gap("E", "01", 9)];
    let assigned = Step::Assigned { officer: Some("li".to_owned()) };
    moved(&store, open, vec![(5, closed()), (4, assigned)]).unwrap();
    let list = |worklist: Worklist| -> Vec<i64> {
        store.worklist(&worklist).unwrap().into_iter().map(|case| case.no).collect()
    };
    let all = || Worklist { limit: 9, ..Worklist::default() };
    assert_eq!(list(all()), [3, 2, 4, 1]);
    assert_eq!(list(Worklist { areas: vec!["01".into()], ..all() }), [2, 4, 1]);
    assert_eq!(list(Worklist { areas: vec!["01".into(), "02".into()], limit: 2, ..all() }), [3, 2]);
    assert_eq!(list(Worklist { after: Some((at(2), 2)), ..all() }), [4, 1]);
    assert_eq!(list(Worklist { holder: Some(Holder::Person("li".to_owned())), ..all() }), [4]);
    let counts = store.holder_counts(&all()).unwrap();
    assert_eq!(counts.get(&Some("li".to_owned())), Some(&1));
    let followed = list(Worklist { followed_by: Some("nobody".to_owned()), ..all() });
    assert!(followed.is_empty() && !store.follows("nobody", 4).unwrap());
    let nobody = list(Worklist { holder: Some(Holder::Nobody), ..all() });
    assert!(!nobody.contains(&4) && counts.get(&None) == Some(&u64::try_from(nobody.len()).unwrap()));
    assert_eq!(list(Worklist { department: Some("tax".into()), ..all() }), Vec::<i64>::new());
    assert_eq!(
        list(Worklist { kind: Some("gap".into()), duty: Some("rent-waiver".into()), ..all() }).len(),
        4
    );
    assert_eq!(list(Worklist { party: Some(lease("B")), ..all() }), [2]);
    assert_eq!(list(Worklist { state: Some(State::Closed), ..all() }), [5]);
    assert_eq!(list(Worklist { state: Some(State::Accepted), ..all() }), Vec::<i64>::new());
    assert_eq!(list(Worklist { due_from: Some(at(2)), due_before: Some(at(5)), ..all() }), [2, 4]);
    let paused = Step::Paused { why: "waits for the lab".to_owned() };
    moved(&store, vec![], vec![(2, paused)]).unwrap();
    assert_eq!(list(Worklist { overdue_at: Some(at(2)), ..all() }), [3, 4]);
    assert_eq!(store.count_cases(&Worklist { after: Some((at(2), 2)), ..all() }).unwrap(), 4);
    assert_eq!(store.due_counts(&all()).unwrap(), [(at(1), 1), (at(2), 2), (at(5), 1)]);
}

fn links_lead_to_their_case(register: &Register) {
    let store = register.open();
    moved(&store, vec![gap("L1", "01", 9)], vec![]).unwrap();
    store.make_case_link("digest", 1, ("li", at(0))).unwrap();
    assert_eq!(store.case_of_link("digest").unwrap().map(|case| case.no), Some(1));
    assert_eq!(store.case_of_link("another").unwrap(), None);
}

fn histories_are_shown_case_by_case(register: &Register) {
    let store = register.open();
    moved(&store, vec![gap("L1", "01", 9), gap("L2", "01", 9)], vec![]).unwrap();
    moved(&store, vec![], vec![(1, Step::Accepted)]).unwrap();
    let mut shown = vec![];
    store.each_case_history(at(9999), |no, steps| shown.push((no, steps.len()))).unwrap();
    assert_eq!(shown, [(1, 2), (2, 1)]);
    store.each_case_history(at(-9999), |no, _| shown.push((no, 0))).unwrap();
    assert_eq!(shown.len(), 2);
}

fn follow(store: &Store, follow: Vec<(i64, Step)>) -> Moved {
    let moves = CaseMoves { follow, ..CaseMoves::default() };
    store.move_cases(event(EventType::Case, "2020-03-06"), moves).unwrap()
}

fn what_makes_no_sense_any_more_is_passed_over(register: &Register) {
    let store = register.open();
    moved(&store, vec![gap("L1", "01", 9), gap("L2", "01", 9)], vec![(1, Step::Accepted)]).unwrap();
    let to = Office { department: "finance".into(), area: "02".into() };
    let there = || Step::Moved { to: to.clone() };
    let moved = follow(&store, vec![(1, there()), (2, there()), (2, there())]);
    assert_eq!((moved.seq, moved.followed), (Some(2), vec![1]));
    assert_eq!(follow(&store, vec![(1, there())]).seq, None, "nothing done is no event");
    let live = store.records_with_cases("rent-waiver").unwrap();
    let found: Vec<_> = live.values().map(|live| (live.no, live.area.as_str(), live.free)).collect();
    assert_eq!(found, [(1, "01", false), (2, "02", true)]);
    assert_sound(&store);
}

fn waiting_for_an_office(register: &Register) {
    let store = register.open();
    let open = ["A", "B", "C", "D"].map(|id| gap(id, "01", 1)).to_vec();
    let paused = Step::Paused { why: "waits for the lab".to_owned() };
    let up = Step::WentUp {
        waited: Waited::Untaken,
        term: Term::Days(1),
        to: Office { department: "front".into(), area: "01".into() },
    };
    moved(&store, open, vec![(2, Step::Accepted), (3, paused), (4, up)]).unwrap();
    let list = |untaken: Option<i64>, overdue: Option<i64>| -> Vec<i64> {
        let waiting = Waiting {
            kind: "gap".into(),
            untaken_since: untaken.map(at),
            overdue_since: overdue.map(at),
            after: 0,
            limit: 9,
        };
        store.waiting(&waiting).unwrap().into_iter().map(|case| case.no).collect()
    };
    // The event of the tests is of the first hour of day 0.
    assert_eq!(list(Some(0), None), Vec::<i64>::new());
    assert_eq!(list(Some(1), None), [1]);
    assert_eq!(list(None, Some(1)), [1, 2]);
    assert_eq!(list(Some(1), Some(0)), [1]);
    assert_sound(&store);
}

fn many_are_opened_by_one_event(register: &Register) {
    let store = register.open();
    let open: Vec<Opening> = (0..5000).map(|number| gap(&format!("L{number}"), "01", 9)).collect();
    assert_eq!(moved(&store, open.clone(), vec![]).unwrap().opened.last(), Some(&Some(5000)));
    assert_eq!(moved(&store, open, vec![]).unwrap().seq, None);
    assert_eq!(store.records_with_cases("rent-waiver").unwrap().len(), 5000);
    assert_eq!(store.duties_with_cases().unwrap(), ["rent-waiver".into()]);
    assert_sound(&store);
}

/// What is found after somebody went around the program.
fn after(register: &Register, sql: &str) -> (Option<i64>, Broken) {
    let store = register.open();
    moved(&store, vec![gap("L1", "01", 9), gap("L2", "01", 9)], vec![]).unwrap();
    moved(&store, vec![], vec![(1, Step::Accepted)]).unwrap();
    assert_sound(&store);
    register.unlock();
    register.tamper(sql);
    let broken = store.verify(|_| ControlFlow::Continue(())).unwrap().broken.unwrap();
    (broken.seq, broken.what)
}

fn step_altered(register: &Register) {
    let sql = r#"UPDATE case_step SET step = '{"step":"noted","words":"x"}' WHERE event_seq = 2"#;
    assert_eq!(after(register, sql), (Some(2), Broken::BodyAltered));
}

fn case_altered(register: &Register) {
    let sql = "UPDATE work_case SET state = replace(state, 'accepted', 'closed') WHERE no = 1";
    assert_eq!(after(register, sql), (Some(2), Broken::CaseAltered));
}

fn case_removed(register: &Register) {
    assert_eq!(after(register, "DELETE FROM work_case WHERE no = 2"), (Some(1), Broken::CaseAltered));
}
