//! A server for one test: its register is filled, and ends with it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use model::event::{Event, EventType};
use model::{Change, FactId, Value};
use serde_json::{Value as Json, json};
use store::{Account, Role};
use tempfile::TempDir;
use tower::ServiceExt;
use yingjin::api::app::{App, Settings};
use yingjin::pipeline::{Origin, Pipeline};

/// The day that every test takes for today.
pub const TODAY: &str = "2020-03-06";
/// The password of every account of these tests.
pub const PASSWORD: &str = "a password of tests";
/// The code, made up and valid, of the small firm of the East.
pub const FIRM: &str = "91990001MA0000001R";

/// A server over a filled register.
pub struct Server {
    router: Router,
    pub app: App,
    _folder: TempDir,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!("{error}: {} {}", self.status, String::from_utf8_lossy(&self.body))
        })
    }

    /// The sheets of a workbook, each as its lines with `|` between cells.
    pub fn sheets(&self) -> Vec<Vec<String>> {
        assert_eq!(self.status, StatusCode::OK, "{}", String::from_utf8_lossy(&self.body));
        let mut book =
            <calamine::Xlsx<_> as calamine::Reader<_>>::new(std::io::Cursor::new(&self.body)).unwrap();
        let sheets = calamine::Reader::worksheets(&mut book).into_iter();
        let line = |row: &[calamine::Data]| row.iter().map(ToString::to_string).collect::<Vec<_>>().join("|");
        sheets.map(|(_, range)| range.rows().map(line).collect()).collect()
    }

    /// The body, after the status has been looked at.
    pub fn ok(&self) -> Json {
        assert_eq!(self.status, StatusCode::OK, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }
}

/// Where the small city lies.
pub fn city() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/city"))
}

/// Runs a test on every database: each gets a server of its own.
pub fn on_every_database(test: impl AsyncFn(Server)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite://{}", folder.path().join("register.db").display());
    runtime.block_on(test(Server::start(&sqlite, folder)));
    match std::env::var("YINGJIN_TEST_POSTGRES") {
        Ok(url) => {
            let postgres = postgres_database(&url);
            runtime.block_on(test(Server::start(&postgres, tempfile::tempdir().unwrap())));
        }
        Err(_) => assert!(std::env::var("CI").is_err(), "CI has to set YINGJIN_TEST_POSTGRES"),
    }
}

/// A database of its own on the server that `url` names.
pub fn postgres_database(url: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("api_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut admin = postgres::Client::connect(url, postgres::NoTls).unwrap();
    admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    let (server, _) = url.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}

/// 18 characters that check: the first 17 are given.
pub fn uscc(first: &str) -> String {
    "0123456789ABCDEFGHJKLMNPQRTUWXY"
        .chars()
        .map(|last| format!("{first}{last}"))
        .find(|code| model::uscc::parse(code).is_ok())
        .unwrap()
}

impl Server {
    fn start(url: &str, folder: TempDir) -> Self {
        let url = url.to_owned();
        // The blocking client of PostgreSQL must not run on a thread that runs async code.
        let pipeline = std::thread::spawn(move || filled(&url)).join().unwrap();
        let web = folder.path().join("web");
        std::fs::create_dir_all(web.join("assets")).unwrap();
        std::fs::write(web.join("index.html"), "<title>pages</title>").unwrap();
        std::fs::write(web.join("assets/a.js"), "1").unwrap();
        let settings = Settings {
            on: Some(TODAY.parse().unwrap()),
            secure: false,
            behind_proxy: false,
            demo: false,
            open311_keys: vec!["a key of the tests".to_owned()],
            upload_bytes: 1_000_000,
            file_bytes: 2_000_000,
            session_hours: 1,
            web,
            fonts: None,
            program: env!("CARGO_BIN_EXE_yingjin").into(),
            origin: Some("http://testville.example".to_owned()),
            mail: None,
            webhooks: yingjin::sending::webhook::Reach::Private,
        };
        let app = App::new(pipeline, settings);
        Self { router: yingjin::api::router(app.clone()), app, _folder: folder }
    }

    /// What answers, to be served on a socket.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// A second server over the same register, as after a restart: nothing is in its memory.
    pub fn anew(&self) -> Self {
        let app = App::new(self.app.days.pipeline().clone(), self.app.settings.clone());
        Self { router: yingjin::api::router(app.clone()), app, _folder: tempfile::tempdir().unwrap() }
    }

    /// A server over the same register that was started otherwise.
    pub fn with(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = self.app.settings.clone();
        change(&mut settings);
        let app = App::new(self.app.days.pipeline().clone(), settings);
        Self { router: yingjin::api::router(app.clone()), app, _folder: tempfile::tempdir().unwrap() }
    }

    /// A server over the same register that takes another day for today.
    pub fn on(&self, day: &str) -> Self {
        let settings = Settings { on: Some(day.parse().unwrap()), ..self.app.settings.clone() };
        let app = App::new(self.app.days.pipeline().clone(), settings);
        Self { router: yingjin::api::router(app.clone()), app, _folder: tempfile::tempdir().unwrap() }
    }

    /// Looks into the register itself. On a thread of its own: the blocking client of PostgreSQL must not run on one
    /// that runs async code.
    pub fn store<T: Send + 'static>(&self, look: impl FnOnce(&store::Store) -> T + Send + 'static) -> T {
        let app = self.app.clone();
        std::thread::spawn(move || look(app.store())).join().unwrap()
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Nobody, for pages that are open to all.
    pub fn nobody(&self) -> Client<'_> {
        Client { server: self, cookie: None }
    }

    /// Somebody of a role, signed in.
    pub async fn sign_in(&self, role: Role) -> Client<'_> {
        let answer = self
            .nobody()
            .post("/api/session", json!({"name": format!("the-{}", role.as_str()), "password": PASSWORD}))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", String::from_utf8_lossy(&answer.body));
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        Client { server: self, cookie: Some(cookie.split(';').next().unwrap().to_owned()) }
    }
}

/// Somebody who sends requests.
pub struct Client<'a> {
    pub server: &'a Server,
    pub cookie: Option<String>,
}

impl Client<'_> {
    pub fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("x-yingjin", "1")
            .header("accept-language", "en");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        request
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.server.send(self.request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.server.send(self.request(Method::DELETE, path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, body: Json) -> Answer {
        self.json(Method::POST, path, body).await
    }

    pub async fn patch(&self, path: &str, body: Json) -> Answer {
        self.json(Method::PATCH, path, body).await
    }

    pub async fn json(&self, method: Method, path: &str, body: Json) -> Answer {
        let request = self.request(method, path).header(header::CONTENT_TYPE, "application/json");
        self.server.send(request.body(Body::from(body.to_string())).unwrap()).await
    }
}

/// Facts of a record of kind and id, as told on a day.
fn change(kind: &str, id: &str, on: &str, facts: &[(&str, Value)]) -> Change {
    let facts: BTreeMap<FactId, Option<Value>> =
        facts.iter().map(|(fact, value)| ((*fact).into(), Some(value.clone()))).collect();
    Change { kind: kind.into(), id: id.into(), on: on.parse().unwrap(), facts }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn money(text: &str) -> Value {
    Value::Decimal(text.parse().unwrap())
}

/// The register of the small city:
///
/// ```text
/// landlord  East   state    900 staff, 800 insured          not small: nothing owed
/// firm      East   private  12 staff, 10 insured            a refund owed (3000.00), a lease of the landlord's
/// shop      West   private  insured 5, staff not known      unknown: ask for the staff
/// paid      West   private  20 staff, 20 insured            refunded on 2 March
/// ```
/// leases: firm of landlord (owed), paid of landlord (waived); households: one in the East below the line, one above.
fn filled(url: &str) -> Pipeline {
    let pipeline = Pipeline::open(&city(), url).unwrap_or_else(|error| panic!("{error:?}"));
    let event = |event_type, on: &str| Event {
        event_type,
        at: "2020-03-05T01:02:03.000004Z".parse().unwrap(),
        on: on.parse().unwrap(),
        actor: "the tests".to_owned(),
        synthetic: true,
        summary: json!({"source": "the tests' own sheet"}),
    };
    let code = |n: u32| uscc(&format!("91990001MA000000{n}"));
    assert_eq!(code(1), FIRM);
    let firm = |n, name: &str, area: &str, ownership: &str, more: &[(&str, Value)]| {
        let code = code(n);
        let mut facts = vec![
            ("uscc", text(&code)),
            ("name", text(name)),
            ("area", text(area)),
            ("ownership", text(ownership)),
        ];
        facts.extend(more.iter().cloned());
        change("firm", &code, "2020-02-01", &facts)
    };
    let changes = vec![
        firm(
            1,
            "东方小厂",
            "990001",
            "private",
            &[("staff", Value::Int(12)), ("insured", Value::Int(10)), ("contact_phone", text("13900000001"))],
        ),
        firm(
            2,
            "国有房产公司",
            "990001",
            "state",
            &[("staff", Value::Int(900)), ("insured", Value::Int(800))],
        ),
        firm(3, "西区商铺", "990002", "private", &[("insured", Value::Int(5))]),
        firm(4, "西区工坊", "990002", "private", &[("staff", Value::Int(20)), ("insured", Value::Int(20))]),
        change(
            "lease",
            "L1",
            "2020-02-01",
            &[
                ("contract_no", text("L1")),
                ("lessor", text(&code(2))),
                ("tenant", text(&code(1))),
                ("monthly_rent", money("4000.00")),
            ],
        ),
        change(
            "lease",
            "L2",
            "2020-02-01",
            &[
                ("contract_no", text("L2")),
                ("lessor", text(&code(2))),
                ("tenant", text(&code(4))),
                ("monthly_rent", money("1000.00")),
            ],
        ),
        change(
            "waiver",
            "W1",
            "2020-02-20",
            &[
                ("waiver_no", text("W1")),
                ("lease", text("L2")),
                ("months", Value::Int(3)),
                ("amount", money("3000.00")),
                ("granted_on", Value::Date("2020-02-20".parse().unwrap())),
            ],
        ),
        change(
            "refund",
            "R1",
            "2020-03-02",
            &[
                ("refund_no", text("R1")),
                ("firm", text(&code(4))),
                ("amount", money("6000.00")),
                ("paid_on", Value::Date("2020-03-02".parse().unwrap())),
            ],
        ),
        change(
            "household",
            "H1",
            "2020-02-01",
            &[
                ("household_no", text("H1")),
                ("head", text("某甲")),
                ("area", text("990001")),
                ("income", money("400.00")),
                ("allowance", Value::Bool(false)),
            ],
        ),
        change(
            "household",
            "H2",
            "2020-02-01",
            &[
                ("household_no", text("H2")),
                ("head", text("某乙")),
                ("area", text("990002")),
                ("income", money("900.00")),
                ("allowance", Value::Bool(false)),
            ],
        ),
    ];
    pipeline.store.append(event(EventType::Change, "2020-03-02"), changes).unwrap();
    let origin = Origin { actor: "the tests".to_owned(), at: "2020-03-05T01:02:04Z".parse().unwrap() };
    for on in ["2020-02-10", "2020-03-05"] {
        let snapshot = pipeline.judge(on.parse().unwrap()).unwrap();
        pipeline.record_pass(&snapshot, &origin, |_, _| true).unwrap();
        let origin = Origin { at: format!("{on}T02:00:00Z").parse().unwrap(), ..origin.clone() };
        pipeline.reconcile(&snapshot, &origin).unwrap();
    }
    let hash = yingjin::account::hash_password(PASSWORD).unwrap();
    for role in Role::ALL {
        let account = Account {
            name: format!("the-{}", role.as_str()),
            password_hash: hash.clone(),
            role,
            area: (role == Role::County).then(|| "990001".into()),
            department: (role == Role::Bureau).then(|| "hrss".into()),
            record: (role == Role::Firm).then(|| ("firm".into(), FIRM.into())),
            closed: false,
        };
        pipeline.store.create_account(account, event(EventType::Account, TODAY)).unwrap();
    }
    pipeline
}
