//! Residents' apps over Open311 GeoReport v2: what they may raise, what they may read, and what is never told.

use std::net::SocketAddr;
use std::process::Command;

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::{Value as Json, json};
use store::Role;

use super::server::{Answer, Server, on_every_database};

const KEY: &str = "a+key+of+the+tests";

/// Sends a form as an app does: without a session and without our header.
async fn post(server: &Server, path: &str, form: &str) -> Answer {
    let request = Request::builder().method(Method::POST).uri(path).header("accept-language", "en");
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    server.send(request.body(Body::from(form.to_owned())).unwrap()).await
}

async fn raise(server: &Server, form: &str) -> String {
    let path = "/open311/v2/requests.json";
    let raised = post(server, path, &format!("api_key={KEY}&service_code=labour&{form}")).await.ok();
    raised[0]["service_request_id"].as_str().unwrap().to_owned()
}

/// The West has an outline in the folder of the tests; the East has none.
#[test]
fn a_point_tells_the_area_in_whose_outline_it_lies() {
    on_every_database(async |server| {
        let admin = server.sign_in(Role::Administrator).await;
        for (form, area) in [
            ("lat=33.2&long=113.2", "990002"),
            ("lat=33.2&long=113.6", "990000"),
            (
                "lat=33.2&long=113.2&address_string=%E4%B8%9C%E5%8C%BA%E7%A4%BA%E4%BE%8B%E8%B7%AF1%E5%8F%B7",
                "990001",
            ),
            ("lat=33.2&long=113.2&attribute%5Barea%5D=990001", "990001"),
        ] {
            let no = raise(&server, form).await;
            let case = admin.get(&format!("/api/cases/{no}")).await.ok();
            assert_eq!(case["office"]["area"], area, "{form}");
        }
    });
}

#[test]
fn a_request_is_a_case_with_an_office_and_tells_nothing_of_who_raised_it() {
    on_every_database(async |server| {
        let form = "address_string=%E4%B8%9C%E5%8C%BA%E7%A4%BA%E4%BE%8B%E8%B7%AF1%E5%8F%B7&description=no+workers\
                    &first_name=Jia&last_name=Mou&phone=13900000002&email=a%40example.cn&lat=34.01236&long=113.81";
        let no = raise(&server, form).await;
        let admin = server.sign_in(Role::Administrator).await;
        let case = admin.get(&format!("/api/cases/{no}")).await.ok();
        assert_eq!(
            case["office"]["name"]["en"], "Social Security Bureau, East",
            "the address names the area"
        );
        assert_eq!((&case["words"], &case["due_on"]), (&json!("no workers"), &json!("2020-03-13")));
        assert_eq!(
            (&case["place"]["address"], &case["place"]["lat"]),
            (&json!("东区示例路1号"), &json!(34.01236))
        );
        for told in [case.to_string(), server.store(|store| format!("{:?}", store.events(0, 99).unwrap()))] {
            assert!(!told.contains("13900000002") && !told.contains("example.cn"), "{told}");
        }
        for format in ["json", "xml"] {
            let path = format!("/open311/v2/requests/{no}.{format}");
            let answer = server.nobody().get(&path).await;
            let text = String::from_utf8(answer.body.clone()).unwrap();
            assert_eq!(answer.status, 200, "{text}");
            assert!(text.contains("34.012") && text.contains("open"), "{text}");
            for hidden in ["no workers", "示例路", "34.01236", "Jia"] {
                assert!(!text.contains(hidden), "{hidden} in {text}");
            }
        }
        // Answered, it is open still; ended, it is closed.
        let steps = format!("/api/cases/{no}/steps");
        admin.post(&steps, json!({"action": "answer", "words": "a bus comes tomorrow"})).await.ok();
        let path = format!("/open311/v2/requests/{no}.json");
        let told = server.nobody().get(&path).await.ok();
        assert_eq!((&told[0]["status"], &told[0]["status_notes"]), (&json!("open"), &json!("answered")));
        let other = raise(&server, "address_string=x").await;
        admin.post(&steps, json!({"action": "merge", "into": other.parse::<i64>().unwrap()})).await.ok();
        assert_eq!(server.nobody().get(&path).await.ok()[0]["status"], "closed");
    });
}

#[test]
fn only_what_came_from_an_app_and_is_public_is_read() {
    on_every_database(async |server| {
        let admin = server.sign_in(Role::Administrator).await;
        let inside = json!({"kind": "labour", "area": "990001", "words": "raised by an office"});
        let inside = admin.post("/api/cases", inside).await.json()["no"].clone();
        let nobody = server.nobody();
        assert_eq!(nobody.get(&format!("/open311/v2/requests/{inside}.json")).await.status, 404);
        assert_eq!(nobody.get("/open311/v2/requests/1.json").await.status, 404, "a gap");
        assert_eq!(nobody.get("/open311/v2/requests.json").await.ok(), json!([]));
        let first = raise(&server, "address_string=x").await;
        let second = raise(&server, "lat=34&long=113.8&attribute%5Barea%5D=990002").await;
        let numbers = async |query: &str| -> Vec<Json> {
            let list = nobody.get(&format!("/open311/v2/requests.json?{query}")).await.ok();
            list.as_array().unwrap().iter().map(|line| line["service_request_id"].clone()).collect()
        };
        assert_eq!(numbers("").await, [json!(second), json!(first)]);
        assert_eq!(numbers("page_size=1").await, [json!(second)]);
        assert_eq!(numbers(&format!("service_request_id={first},1,{inside}")).await, [json!(first)]);
        assert_eq!(numbers("status=closed").await, Vec::<Json>::new());
        assert_eq!(numbers("status=open,closed&service_code=labour,other").await.len(), 2);
        assert_eq!(numbers("service_code=other").await, Vec::<Json>::new());
        assert_eq!(numbers("end_date=2020-02-01T00:00:00Z").await, Vec::<Json>::new());
        let office = nobody.get(&format!("/open311/v2/requests/{second}.json")).await.ok();
        assert_eq!(
            office[0]["agency_responsible"], "Civil Affairs Bureau, West",
            "the area has a route of its own"
        );
    });
}

#[test]
fn mistakes_have_the_standards_shape() {
    on_every_database(async |server| {
        let key = format!("api_key={KEY}");
        for (form, status, says) in [
            ("service_code=labour&address_string=x".to_owned(), 403, "api_key is missing"),
            ("api_key=x&service_code=labour&address_string=x".to_owned(), 403, "not valid"),
            (format!("{key}&address_string=x"), 400, "service_code is missing"),
            (format!("{key}&service_code=other&address_string=x"), 404, "service_code"),
            (format!("{key}&service_code=labour"), 400, "address_string"),
            (format!("{key}&service_code=labour&lat=34"), 400, "together"),
            (format!("{key}&service_code=labour&lat=91&long=0"), 400, "lat has to be degrees"),
            (format!("{key}&service_code=labour&lat=nan&long=0"), 400, "lat has to be degrees"),
            (format!("{key}&service_code=labour&address_string=x&attribute%5Barea%5D=7"), 400, "no area 7"),
            (format!("{key}&service_code=labour&address_string=x&jurisdiction_id=y"), 404, "jurisdiction_id"),
        ] {
            let answer = post(&server, "/open311/v2/requests.json", &form).await;
            let errors = answer.json();
            assert_eq!(
                (answer.status.as_u16(), &errors[0]["code"]),
                (status, &json!(status)),
                "{form} {errors}"
            );
            assert!(errors[0]["description"].as_str().unwrap().contains(says), "{form}: {errors}");
        }
        for query in [
            "start_date=yesterday",
            "status=done",
            "page_size=0",
            "page_size=1001",
            "start_date=2019-01-01T00:00:00Z&end_date=2020-01-01T00:00:00Z",
        ] {
            let answer = server.nobody().get(&format!("/open311/v2/requests.json?{query}")).await;
            assert_eq!(answer.status, 400, "{query}");
        }
        let answer = server.nobody().get("/open311/v2/services/other.xml").await;
        let text = String::from_utf8(answer.body.clone()).unwrap();
        assert_eq!(answer.headers["content-type"], "text/xml; charset=utf-8");
        assert!(text.ends_with("<errors><error><code>404</code><description>service_code was not found.</description></error></errors>"), "{text}");
        for path in ["/open311/v2/services", "/open311/v2/nothing.json", "/open311/v2/tokens/77777.json"] {
            assert_eq!(server.nobody().get(path).await.status, 404, "{path}");
        }
        // Who sends too many has to wait.
        let form = format!("{key}&service_code=labour&address_string=x");
        let mut last = 200;
        for _ in 0..31 {
            last = post(&server, "/open311/v2/requests.json", &form).await.status.as_u16();
        }
        assert_eq!(last, 429);
    });
}

/// The client of others, over a real socket.
#[test]
fn three_raises_and_reads_requests() {
    let Ok(python) = std::env::var("YINGJIN_PYTHON") else {
        assert!(std::env::var("CI").is_err(), "CI has to set YINGJIN_PYTHON");
        return;
    };
    on_every_database(async |server| {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/open311/v2", listener.local_addr().unwrap());
        let service = server.router().into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/open311.py");
        let python = python.clone();
        let run =
            move || Command::new(python).args([script, &(endpoint + "/"), "a key of the tests"]).output();
        let output = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
        serving.abort();
        let says = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{says}\npip install -r xtask/requirements.txt where YINGJIN_PYTHON is"
        );
    });
}
