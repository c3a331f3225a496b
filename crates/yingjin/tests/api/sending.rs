//! Notices sent on: mail to a server that speaks SMTP, webhooks to one that speaks HTTP, both over real sockets.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value as Json, json};
use store::{Channel, End, Role, StoredMessage};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use yingjin::clock;
use yingjin::sending::mail::MailServer;
use yingjin::sending::webhook::{self, Reach, Webhook};

use super::server::{Client, Server, on_every_database};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A mail server: what it took, and what it says to the next mail (250 takes it).
#[derive(Clone, Default)]
struct Postbox {
    taken: Arc<Mutex<Vec<String>>>,
    says: Arc<AtomicU16>,
    port: u16,
}

impl Postbox {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let postbox = Self { port: listener.local_addr().unwrap().port(), ..Self::default() };
        postbox.says.store(250, Ordering::SeqCst);
        let own = postbox.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let own = own.clone();
                tokio::spawn(async move { own.talk(stream).await });
            }
        });
        postbox
    }

    async fn talk(&self, stream: TcpStream) -> Option<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 postbox\r\n").await.ok()?;
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
            let says = self.says.load(Ordering::SeqCst);
            let answer = match line.get(..4)?.to_ascii_uppercase().as_str() {
                "EHLO" => "250-postbox\r\n250 8BITMIME\r\n".to_owned(),
                "RCPT" if says != 250 => format!("{says} not now\r\n"),
                "QUIT" => {
                    stream.write_all(b"221 bye\r\n").await.ok()?;
                    return None;
                }
                "DATA" => {
                    stream.write_all(b"354 go on\r\n").await.ok()?;
                    let mut mail = String::new();
                    while !mail.ends_with("\r\n.\r\n") {
                        stream.read_line(&mut mail).await.ok().filter(|read| *read > 0)?;
                    }
                    self.taken.lock().unwrap().push(plain(&mail));
                    "250 taken\r\n".to_owned()
                }
                _ => "250 yes\r\n".to_owned(),
            };
            stream.write_all(answer.as_bytes()).await.ok()?;
        }
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.taken.lock().unwrap())
    }
}

/// A mail without what its encoding put in: soft line breaks and `=3D`.
fn plain(mail: &str) -> String {
    mail.replace("=\r\n", "").replace("=3D", "=").replace("\r\n", "\n")
}

/// A server that webhooks go to: what came, and what it answers.
#[derive(Clone)]
struct Receiver {
    came: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    says: Arc<AtomicU16>,
    url: String,
}

impl Receiver {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?a=1", listener.local_addr().unwrap());
        let receiver = Self { came: Arc::default(), says: Arc::new(AtomicU16::new(200)), url };
        let take = async |State(own): State<Self>, headers: HeaderMap, body: String| {
            own.came.lock().unwrap().push((headers, body));
            let status = StatusCode::from_u16(own.says.load(Ordering::SeqCst)).unwrap();
            (status, [("location", "http://127.0.0.1:9/")])
        };
        let router = axum::Router::new().fallback(take).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        receiver
    }

    fn take(&self) -> Vec<(HeaderMap, String)> {
        std::mem::take(&mut self.came.lock().unwrap())
    }
}

/// Whether Python finds the signature right; none where there is no Python.
fn is_signed((headers, body): &(HeaderMap, String), secret: &str) -> Option<bool> {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let sent = json!({
        "secret": secret, "id": header("webhook-id"), "timestamp": header("webhook-timestamp"),
        "signature": header("webhook-signature"), "body": body,
    });
    let python = std::env::var("YINGJIN_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/webhook.py");
    let mut child = Command::new(python).arg(script).stdin(Stdio::piped()).spawn().ok()?;
    child.stdin.take()?.write_all(sent.to_string().as_bytes()).ok()?;
    Some(child.wait().ok()?.success())
}

async fn look(server: &Server) {
    server.app.blocking(|app| app.look_for_notices(0)).await.unwrap();
}

/// Something happens that an account is told of.
async fn happen(server: &Server, firm: &Client<'_>) {
    firm.post("/api/cases", json!({"kind": "labour", "words": "no workers"})).await;
    look(server).await;
}

async fn digest(server: &Server, at: &str) -> usize {
    let at: DateTime<Utc> = at.parse().unwrap();
    server.app.blocking(move |app| app.make_digests(at)).await.unwrap()
}

async fn messages(server: &Server) -> Vec<StoredMessage> {
    server.store(|store| store.messages("the-county", 99).unwrap())
}

fn put(path: &str, body: Json) -> (axum::http::Method, String, Json) {
    (axum::http::Method::PUT, path.to_owned(), body)
}

async fn set(client: &Client<'_>, (method, path, body): (axum::http::Method, String, Json)) -> Json {
    client.json(method, &path, body).await.ok()
}

fn ways(way: &str) -> (axum::http::Method, String, Json) {
    put("/api/notices/settings", json!({"lang": "en", "ways": {"came": way}}))
}

fn with_mail(server: &Server, postbox: &Postbox) -> Server {
    let url = format!("smtp://127.0.0.1:{}", postbox.port);
    let mail = MailServer::parse(&url, None, Some("noreply@testville.example")).unwrap();
    server.with(|settings| settings.mail = Some(mail))
}

/// The token of the link in a mail.
fn token(mail: &str) -> String {
    let (_, rest) = mail.split_once("http://testville.example/confirm/").unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

/// The county's address is confirmed.
async fn confirmed(server: &Server, county: &Client<'_>, postbox: &Postbox) {
    set(county, put("/api/notices/email", json!({"address": "county@example.cn"}))).await;
    let link = format!("/api/notices/confirm/{}", token(&postbox.take()[0]));
    assert_eq!(server.nobody().post(&link, json!({})).await.ok()["address"], "county@example.cn");
}

#[test]
fn nothing_is_mailed_before_the_address_is_confirmed_and_each_notice_once_after() {
    on_every_database(async |server| {
        let postbox = Postbox::open().await;
        let server = with_mail(&server, &postbox);
        look(&server).await;
        let (county, firm) = (server.sign_in(Role::County).await, server.sign_in(Role::Firm).await);
        set(&county, ways("once")).await;
        let wrong = put("/api/notices/email", json!({"address": "county@example.cn\nBcc: all@example.cn"}));
        assert_eq!(county.json(wrong.0, &wrong.1, wrong.2).await.status, 400);
        let asked = set(&county, put("/api/notices/email", json!({"address": "county@example.cn"}))).await;
        assert_eq!((&asked["email"], &asked["email_asked"]), (&Json::Null, &json!("county@example.cn")));
        let link = postbox.take();
        assert_eq!(link.len(), 1);
        assert!(link[0].contains("To: county@example.cn"), "{}", link[0]);

        happen(&server, &firm).await;
        assert_eq!(server.app.send_due(clock::now()).await.unwrap(), 0);
        assert_eq!(postbox.take(), Vec::<String>::new(), "not confirmed");

        let path = format!("/api/notices/confirm/{}", token(&link[0]));
        assert_eq!(server.nobody().post(&path, json!({})).await.ok()["address"], "county@example.cn");
        assert_eq!(server.nobody().post(&path, json!({})).await.status, 404, "a link holds once");
        let settings = county.get("/api/notices/settings").await.ok();
        assert_eq!(
            (&settings["email"], &settings["email_asked"]),
            (&json!("county@example.cn"), &Json::Null)
        );

        happen(&server, &firm).await;
        assert_eq!(server.app.send_due(clock::now()).await.unwrap(), 1);
        let mails = postbox.take();
        assert_eq!(mails.len(), 1, "only what came since: {mails:?}");
        let mail = &mails[0];
        assert!(mail.contains("From: noreply@testville.example"), "{mail}");
        assert!(
            mail.contains("Message-ID: <msg_") && mail.contains("Auto-Submitted: auto-generated"),
            "{mail}"
        );
        assert!(
            mail.contains("http://testville.example/cases/") && mail.contains("/inbox/settings"),
            "{mail}"
        );
        assert!(!mail.contains("no workers"), "what people wrote stays in the case: {mail}");
        assert_eq!(server.app.send_due(clock::now()).await.unwrap(), 0);
        look(&server.anew()).await;
        assert_eq!(server.app.send_due(clock::now()).await.unwrap(), 0);

        // Ended, nothing goes there any more.
        happen(&server, &firm).await;
        county.delete("/api/notices/email").await.ok();
        server.app.send_due(clock::now()).await.unwrap();
        assert_eq!(postbox.take(), Vec::<String>::new());
        assert_eq!(messages(&server).await[0].end, Some(End::Dropped));
    });
}

#[test]
fn a_digest_goes_once_a_day_with_what_was_not_read() {
    on_every_database(async |server| {
        let postbox = Postbox::open().await;
        let server = with_mail(&server, &postbox);
        look(&server).await;
        let (county, firm) = (server.sign_in(Role::County).await, server.sign_in(Role::Firm).await);
        set(&county, ways("digest")).await;
        confirmed(&server, &county, &postbox).await;
        happen(&server, &firm).await;
        happen(&server, &firm).await;
        assert_eq!(server.app.send_due(clock::now()).await.unwrap(), 0, "nothing at once");
        assert_eq!(digest(&server, "2020-03-06T23:59:00Z").await, 0, "07:59 in the city");
        assert_eq!(digest(&server, "2020-03-07T00:00:00Z").await, 1);
        assert_eq!(digest(&server, "2020-03-07T01:00:00Z").await, 0, "once a day");
        assert_eq!(digest(&server.anew(), "2020-03-07T01:00:00Z").await, 0, "on any server");
        assert_eq!(server.app.send_due(clock::now()).await.unwrap(), 1);
        let mails = postbox.take();
        assert_eq!(mails.len(), 1);
        assert!(mails[0].contains("Subject: Yingjin: 2 new notices"), "{}", mails[0]);
        assert_eq!(mails[0].matches("http://testville.example/cases/").count(), 2, "{}", mails[0]);
        // What was in one is in no other; what was read is in none.
        happen(&server, &firm).await;
        county.post("/api/notices/read", json!({"up_to": i64::MAX})).await.ok();
        assert_eq!(digest(&server, "2020-03-08T02:00:00Z").await, 0);
        // Nor is what one reads between making it and sending it.
        happen(&server, &firm).await;
        assert_eq!(digest(&server, "2020-03-09T02:00:00Z").await, 1);
        county.post("/api/notices/read", json!({"up_to": i64::MAX})).await.ok();
        assert_eq!(server.app.send_due(clock::now()).await.unwrap(), 1);
        assert_eq!(postbox.take(), Vec::<String>::new());
    });
}

#[test]
fn what_is_not_taken_is_tried_again_under_the_same_name_and_given_up_in_the_end() {
    on_every_database(async |server| {
        let postbox = Postbox::open().await;
        let server = with_mail(&server, &postbox);
        look(&server).await;
        let (county, firm) = (server.sign_in(Role::County).await, server.sign_in(Role::Firm).await);
        set(&county, ways("once")).await;
        confirmed(&server, &county, &postbox).await;
        happen(&server, &firm).await;
        let now = clock::now();
        postbox.says.store(451, Ordering::SeqCst);
        assert_eq!(server.app.send_due(now).await.unwrap(), 1);
        let name = messages(&server).await[0].message.message.clone();
        let settings = county.get("/api/notices/settings").await.ok();
        assert_eq!(settings["failed"][0]["why"]["en"], "the mail server does not take it now (451)");
        assert_eq!(settings["failed"][0]["given_up"], false);
        assert_eq!(server.app.send_due(now + TimeDelta::seconds(4)).await.unwrap(), 0, "it waits");
        assert_eq!(server.app.send_due(now + TimeDelta::seconds(5)).await.unwrap(), 1);
        postbox.says.store(250, Ordering::SeqCst);
        assert_eq!(server.app.send_due(now + TimeDelta::seconds(300)).await.unwrap(), 0, "longer each time");
        assert_eq!(server.app.send_due(now + TimeDelta::seconds(305)).await.unwrap(), 1);
        let mails = postbox.take();
        assert!(mails.len() == 1 && mails[0].contains(&name), "{mails:?}");
        assert_eq!(county.get("/api/notices/settings").await.ok()["failed"], json!([]));

        // Refused for good, it is not tried again, and the page says so.
        postbox.says.store(550, Ordering::SeqCst);
        happen(&server, &firm).await;
        assert_eq!(server.app.send_due(clock::now()).await.unwrap(), 1);
        assert_eq!(server.app.send_due(now + TimeDelta::days(30)).await.unwrap(), 0);
        let failed = county.get("/api/notices/settings").await.ok()["failed"][0].clone();
        assert_eq!((&failed["given_up"], &failed["by_mail"]), (&json!(true), &json!(true)));
        assert_eq!(failed["why"]["en"], "the mail server refused it (550)");
    });
}

#[test]
fn webhooks_are_signed_and_a_wrong_signature_is_found_out() {
    on_every_database(async |server| {
        let receiver = Receiver::open().await;
        look(&server).await;
        let (county, firm) = (server.sign_in(Role::County).await, server.sign_in(Role::Firm).await);
        set(&county, ways("once")).await;
        let hook = json!({"url": receiver.url, "secret": SECRET});
        let settings = set(&county, put("/api/notices/webhook", hook)).await;
        assert_eq!(settings["webhook"], receiver.url);
        let said = county.get("/api/notices/settings").await.ok().to_string();
        assert!(!said.contains("whsec_"), "the secret is never said: {said}");
        happen(&server, &firm).await;
        assert_eq!(server.app.send_due(clock::now()).await.unwrap(), 1);
        let mut came = receiver.take();
        assert_eq!(came.len(), 1);
        let body: Json = serde_json::from_str(&came[0].1).unwrap();
        assert_eq!((&body["type"], &body["data"]["account"]), (&json!("notice"), &json!("the-county")));
        let url = body["data"]["notices"][0]["url"].as_str().unwrap();
        assert!(url.starts_with("http://testville.example/cases/"), "{url}");
        assert!(came[0].0["webhook-id"].to_str().unwrap().starts_with("msg_"));
        assert_eq!(is_signed(&came[0], SECRET), Some(true));
        assert_eq!(is_signed(&came[0], "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), Some(false));
        came[0].1 = came[0].1.replace("the-county", "the-bureau");
        assert_eq!(is_signed(&came[0], SECRET), Some(false));
    });
}

#[test]
fn a_kill_between_sending_and_writing_it_down_shows_it_twice_under_one_name() {
    on_every_database(async |server| {
        let receiver = Receiver::open().await;
        look(&server).await;
        let (county, firm) = (server.sign_in(Role::County).await, server.sign_in(Role::Firm).await);
        set(&county, ways("once")).await;
        set(&county, put("/api/notices/webhook", json!({"url": receiver.url, "secret": SECRET}))).await;
        happen(&server, &firm).await;
        // What a server does until it is killed: it takes the message, and sends it.
        let now = clock::now();
        let lease = (now, now + TimeDelta::seconds(120));
        let taken = server.store(move |store| store.lease_messages(&[Channel::Webhook], lease, 16).unwrap());
        let name = taken[0].message.message.clone();
        let first = Webhook { url: &receiver.url, secret: SECRET, id: &name, at: now, body: "{}" };
        webhook::post(first, Reach::Private).await.unwrap();
        // Meanwhile nobody else sends it; afterwards another server does.
        let other = server.anew();
        assert_eq!(other.app.send_due(now + TimeDelta::seconds(119)).await.unwrap(), 0);
        assert_eq!(other.app.send_due(now + TimeDelta::seconds(120)).await.unwrap(), 1);
        assert_eq!(other.app.send_due(now + TimeDelta::days(9)).await.unwrap(), 0);
        let came = receiver.take();
        let names: Vec<_> = came.iter().map(|(headers, _)| headers["webhook-id"].to_str().unwrap()).collect();
        assert_eq!(names, [name.as_str(), name.as_str()]);
        assert_eq!(messages(&server).await[0].end, Some(End::Sent));
    });
}

#[test]
fn a_webhook_that_fails_for_days_is_given_up_and_one_that_is_gone_is_stopped() {
    on_every_database(async |server| {
        let receiver = Receiver::open().await;
        look(&server).await;
        let (county, firm) = (server.sign_in(Role::County).await, server.sign_in(Role::Firm).await);
        set(&county, ways("once")).await;
        let hook = put("/api/notices/webhook", json!({"url": receiver.url, "secret": SECRET}));
        set(&county, hook.clone()).await;
        happen(&server, &firm).await;
        // It sends us elsewhere, where nobody goes.
        receiver.says.store(302, Ordering::SeqCst);
        let mut now = clock::now();
        for _ in 0..10 {
            assert_eq!(server.app.send_due(now).await.unwrap(), 1);
            now += TimeDelta::days(1);
        }
        assert_eq!(server.app.send_due(now).await.unwrap(), 0);
        let came = receiver.take();
        assert_eq!(came.len(), 10);
        assert!(came.iter().all(|(headers, _)| headers["webhook-id"] == came[0].0["webhook-id"]));
        let failed = county.get("/api/notices/settings").await.ok()["failed"][0].clone();
        assert_eq!((&failed["given_up"], &failed["tries"]), (&json!(true), &json!(10)));

        receiver.says.store(410, Ordering::SeqCst);
        happen(&server, &firm).await;
        assert_eq!(server.app.send_due(clock::now()).await.unwrap(), 1);
        let settings = county.get("/api/notices/settings").await.ok();
        assert_eq!(settings["webhook_stopped"]["en"], "the other side wants nothing any more (410)");
        happen(&server, &firm).await;
        assert_eq!(server.app.send_due(now + TimeDelta::days(9)).await.unwrap(), 0);
        // Set again, it begins anew.
        receiver.says.store(204, Ordering::SeqCst);
        assert_eq!(set(&county, hook).await["webhook_stopped"], Json::Null);
        happen(&server, &firm).await;
        assert_eq!(server.app.send_due(clock::now()).await.unwrap(), 1);
        assert_eq!(receiver.take().len(), 2);
    });
}

#[test]
fn nobody_makes_the_server_knock_at_inner_doors() {
    on_every_database(async |server| {
        let receiver = Receiver::open().await;
        look(&server).await;
        let (county, firm) = (server.sign_in(Role::County).await, server.sign_in(Role::Firm).await);
        let public = server.with(|settings| settings.webhooks = Reach::Public);
        let outside = Client { server: &public, cookie: county.cookie.clone() };
        for url in [
            receiver.url.as_str(),
            "https://127.0.0.1/",
            "https://[::1]/",
            "http://example.cn/",
            "file:///etc",
        ] {
            let (method, path, body) = put("/api/notices/webhook", json!({"url": url, "secret": SECRET}));
            assert_eq!(outside.json(method, &path, body).await.status, 400, "{url}");
        }
        // One that was set when the operator allowed it, and a name that leads inside.
        set(&county, ways("once")).await;
        for url in
            [receiver.url.clone(), receiver.url.replace("127.0.0.1", "localhost").replace("http:", "https:")]
        {
            set(&county, put("/api/notices/webhook", json!({"url": url, "secret": SECRET}))).await;
            happen(&server, &firm).await;
            assert_eq!(public.app.send_due(clock::now()).await.unwrap(), 1, "{url}");
            let failed = messages(&server).await[0].clone();
            assert_eq!(failed.end, Some(End::GivenUp), "{url}");
        }
        assert!(receiver.take().is_empty());
    });
}

#[test]
fn what_an_account_chooses_is_its_own() {
    on_every_database(async |server| {
        let (county, bureau) = (server.sign_in(Role::County).await, server.sign_in(Role::Bureau).await);
        let before = county.get("/api/notices/settings").await.ok();
        assert_eq!((&before["lang"], &before["has_mail"]), (&json!("zh"), &json!(false)));
        let way = |settings: &Json, id: &str| {
            let kinds = settings["kinds"].as_array().unwrap();
            kinds.iter().find(|kind| kind["id"] == id).unwrap()["way"].clone()
        };
        assert_eq!((way(&before, "came"), way(&before, "given")), (json!("digest"), json!("once")));
        // Nobody is asked about what they are never told.
        let ids = |settings: &Json| {
            let kinds = settings["kinds"].as_array().unwrap();
            kinds.iter().map(|kind| kind["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let firm = server.sign_in(Role::Firm).await.get("/api/notices/settings").await.ok();
        assert_eq!(
            ids(&firm),
            ["answered", "refused", "granted", "drawn", "correct", "correct-soon", "correct-over"]
        );
        assert!(!ids(&before).contains(&"drawn".to_owned()));
        let after = set(&county, ways("app")).await;
        assert_eq!((way(&after, "came"), &after["lang"]), (json!("app"), &json!("en")));
        assert_eq!(bureau.get("/api/notices/settings").await.ok(), before);
        let unknown = put("/api/notices/settings", json!({"lang": "en", "ways": {"nothing": "once"}}));
        assert_eq!(county.json(unknown.0, &unknown.1, unknown.2).await.status, 400);
    });
}
