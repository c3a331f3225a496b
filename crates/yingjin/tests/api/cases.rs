//! Gaps become cases, and cases go their way from whoever has them to whoever was to be served.

use model::Case;
use model::case::{Ending, RecordRef, State};
use serde_json::json;
use store::{Role, StoredCase, Worklist};
use yingjin::pipeline::{Origin, Reconciled};

use super::server::{FIRM, Server, TODAY, on_every_database};

/// Works on the register off the threads of the runtime, where PostgreSQL's client must not wait.
fn off<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(work).join().unwrap())
}

fn live(server: &Server) -> Vec<StoredCase> {
    off(|| server.app.store().worklist(&Worklist { limit: 99, ..Worklist::default() }).unwrap())
}

fn kept(server: &Server, no: i64) -> Case {
    off(|| server.app.store().case(no).unwrap().unwrap().case)
}

fn last_seq(server: &Server) -> i64 {
    off(|| server.app.store().last_seq().unwrap())
}

fn reconciled(server: &Server) -> Reconciled {
    let origin = Origin { actor: "the tests".to_owned(), at: server.app.now() };
    let read = |snapshot: &_| server.app.days.pipeline().reconcile(snapshot, &origin);
    off(|| server.app.days.read(TODAY.parse().unwrap(), read).unwrap().unwrap())
}

/// The register of the tests has three gaps: a refund and a rent waiver owed to the small firm, and a household.
#[test]
fn every_gap_is_one_case_with_an_owner() {
    on_every_database(async |server| {
        let cases = live(&server);
        let named = |case: &StoredCase| {
            let opening = &case.case.opening;
            let office = &case.case.office;
            format!("{} {} {}", opening.duty.as_ref().unwrap(), office.department, office.area)
        };
        let mut names: Vec<_> = cases.iter().map(named).collect();
        names.sort();
        assert_eq!(names, ["allowance civil 990001", "job-refund hrss 990001", "rent-waiver sasac 990001"]);
        let waiver = cases.iter().find(|case| named(case).starts_with("rent-waiver")).unwrap();
        let firm = RecordRef { kind: "firm".into(), id: FIRM.into() };
        assert_eq!(waiver.case.opening.beneficiary, Some(firm.clone()));
        let bearer = waiver.case.opening.bearer.clone().unwrap();
        assert!(bearer != firm && bearer.kind == firm.kind, "the landlord has to act, not the tenant");
        // Twenty working days from 1 February, of which the first is day zero.
        assert_eq!(waiver.case.due_at.to_rfc3339(), "2020-02-28T16:00:00+00:00");
        let before = last_seq(&server);
        assert_eq!(reconciled(&server), Reconciled::default());
        assert_eq!(last_seq(&server), before, "nothing to do is no event");
    });
}

#[test]
fn evidence_ends_the_case_and_a_lost_fact_lapses_it() {
    on_every_database(async |server| {
        let admin = server.sign_in(Role::Administrator).await;
        let no = |duty: &str| {
            let cases = live(&server);
            cases.iter().find(|case| case.case.opening.duty == Some(duty.into())).map(|case| case.no)
        };
        let allowance = no("allowance").unwrap();
        admin.patch("/api/records/household/H1", json!({"facts": {"allowance": true}})).await.ok();
        let case = kept(&server, allowance);
        assert_eq!((case.state, case.ending), (State::Closed, Some(Ending::Met)));
        assert_eq!(no("allowance"), None);
        // Taken back, it is owed again, and it is another case.
        admin.patch("/api/records/household/H1", json!({"facts": {"allowance": false}})).await.ok();
        assert!(no("allowance").unwrap() > allowance);
        let refund = no("job-refund").unwrap();
        admin.patch(&format!("/api/records/firm/{FIRM}"), json!({"facts": {"staff": null}})).await.ok();
        let case = kept(&server, refund);
        assert_eq!(case.ending, Some(Ending::Lapsed));
        assert_eq!(no("rent-waiver"), None, "whether it is small is not known any more");
        assert_eq!(reconciled(&server), Reconciled::default(), "a pass finds what the change did");
    });
}
