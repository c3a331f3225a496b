//! Webhooks, as the Standard Webhooks specification has them (<https://www.standardwebhooks.com>): a POST of JSON with
//! the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`. The signature is `v1,` and the base64 of
//! HMAC-SHA256 over `<id>.<timestamp>.<body>`; its key is what the secret's base64 stands for.
//!
//! The address is somebody's choice, and this server stands where that somebody does not: so no redirect is followed, no
//! address of a private network is connected to, and the answer's body is not read. A name is looked up once, and what it
//! was found to be is both checked and connected to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use sha2::Sha256;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::{Failure, TRY_MAX, Then};

/// What a secret begins with.
pub const SECRET_PREFIX: &str = "whsec_";
/// The fewest and the most bytes of a key, by the specification.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// The most characters of an address.
const URL_MAX_CHARS: usize = 2000;

/// Whom webhooks may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Servers that anybody can reach, over TLS.
    Public,
    /// Also those of private networks, and without TLS: where whoever runs this server said so.
    Private,
}

/// Something to be posted.
#[derive(Clone, Copy)]
pub struct Webhook<'a> {
    /// Where.
    pub url: &'a str,
    /// What it is signed with.
    pub secret: &'a str,
    /// Its own name: the same for every try.
    pub id: &'a str,
    /// The time of this try.
    pub at: DateTime<Utc>,
    /// JSON.
    pub body: &'a str,
}

/// The key that a secret stands for; none where it is no secret of the specification.
pub fn key(secret: &str) -> Option<Vec<u8>> {
    let key = STANDARD.decode(secret.strip_prefix(SECRET_PREFIX)?).ok()?;
    KEY_BYTES.contains(&key.len()).then_some(key)
}

/// The header `webhook-signature`; none where the secret is none.
pub fn signature(secret: &str, (id, timestamp): (&str, i64), body: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key(secret)?).ok()?;
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

/// An address that may be posted to, as far as can be told without looking its name up.
pub fn checked_url(text: &str, reach: Reach) -> Result<Url, Failure> {
    let wrong = || {
        Failure::lasting(
            "地址应形如 https://example.cn/path",
            "the address is none like https://example.cn/path",
        )
    };
    let url = Url::parse(text).map_err(|_| wrong())?;
    let sound = text.chars().count() <= URL_MAX_CHARS
        && url.host().is_some()
        && url.username().is_empty()
        && url.password().is_none()
        && matches!(url.scheme(), "https" | "http");
    if !sound {
        return Err(wrong());
    }
    if url.scheme() == "http" && reach == Reach::Public {
        return Err(Failure::lasting("地址须以 https:// 开头", "the address has to begin with https://"));
    }
    let ip = match url.host() {
        Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
        _ => None,
    };
    match ip.filter(|ip| reach == Reach::Public && !is_public(*ip)) {
        Some(_) => Err(private()),
        None => Ok(url),
    }
}

/// Posts it. Returns when the other side has taken it.
pub async fn post(webhook: Webhook<'_>, reach: Reach) -> Result<(), Failure> {
    match tokio::time::timeout(TRY_MAX, try_post(webhook, reach)).await {
        Ok(done) => done,
        Err(_) => Err(Failure::late()),
    }
}

async fn try_post(webhook: Webhook<'_>, reach: Reach) -> Result<(), Failure> {
    let url = checked_url(webhook.url, reach)?;
    let request = request(&webhook, &url)?;
    let stream = connect(&url, reach).await?;
    let status = match url.scheme() {
        "https" => {
            let name =
                ServerName::try_from(url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned());
            let name =
                name.map_err(|_| Failure::lasting("地址的域名无效", "the name in the address is not valid"))?;
            let stream = TlsConnector::from(tls()?).connect(name, stream).await.map_err(|error| {
                tracing::info!(%error, "a webhook's server could not be trusted");
                Failure::passing("对方的证书无法验证", "the other side's certificate cannot be verified")
            })?;
            exchange(stream, request).await?
        }
        _ => exchange(stream, request).await?,
    };
    answered(status)
}

fn request(webhook: &Webhook<'_>, url: &Url) -> Result<Request<Full<Bytes>>, Failure> {
    let timestamp = webhook.at.timestamp();
    let signature = signature(webhook.secret, (webhook.id, timestamp), webhook.body)
        .ok_or_else(|| Failure::lasting("签名密钥无效", "the secret is not valid"))?;
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let host = match url.port() {
        Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
        None => url.host_str().unwrap_or_default().to_owned(),
    };
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(HOST, host)
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, concat!("yingjin/", env!("CARGO_PKG_VERSION")))
        .header("webhook-id", webhook.id)
        .header("webhook-timestamp", timestamp.to_string())
        .header("webhook-signature", signature)
        .body(Full::new(Bytes::from(webhook.body.to_owned())));
    request.map_err(|_| Failure::lasting("地址无效", "the address is not valid"))
}

/// Connects to an address that was looked at: what a name means may change between looking and connecting.
async fn connect(url: &Url, reach: Reach) -> Result<TcpStream, Failure> {
    let port = url.port_or_known_default().unwrap_or(443);
    let unknown = || Failure::passing("找不到地址中的域名", "the name in the address is not known");
    let found: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(ip)) => vec![(ip, port).into()],
        Some(Host::Ipv6(ip)) => vec![(ip, port).into()],
        Some(Host::Domain(name)) => {
            tokio::net::lookup_host((name, port)).await.map_err(|_| unknown())?.collect()
        }
        None => vec![],
    };
    if reach == Reach::Public && found.iter().any(|address| !is_public(address.ip())) {
        return Err(private());
    }
    for address in &found {
        if let Ok(stream) = TcpStream::connect(address).await {
            return Ok(stream);
        }
    }
    if found.is_empty() {
        return Err(unknown());
    }
    Err(Failure::passing("连不上对方服务器", "the other side cannot be reached"))
}

async fn exchange<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    request: Request<Full<Bytes>>,
) -> Result<StatusCode, Failure> {
    let broken = |_| Failure::passing("对方中断了连接", "the other side ended the connection");
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let driver = tokio::spawn(connection);
    let status = sender.send_request(request).await.map(|response| response.status()).map_err(broken);
    driver.abort();
    status
}

fn answered(status: StatusCode) -> Result<(), Failure> {
    if status.is_success() {
        return Ok(());
    }
    let code = status.as_u16();
    if status == StatusCode::GONE {
        let why = model::Label::new("对方表示不再接收（410）", "the other side wants nothing any more (410)");
        return Err(Failure { then: Then::Stop, why });
    }
    if status.is_redirection() {
        return Err(Failure::passing(
            format!("对方要求转到别处（{code}），不会照办"),
            format!("the other side sends us elsewhere ({code}), which is not followed"),
        ));
    }
    Err(Failure::passing(format!("对方回应 {code}"), format!("the other side answered {code}")))
}

fn private() -> Failure {
    Failure::lasting(
        "地址在内部网络里，本服务器不往那里发送",
        "the address is of a private network, which this server does not send to",
    )
}

/// Whether anybody can reach an address: neither of this machine nor of a network of somebody's own, by the registries of
/// special addresses (RFC 6890 and its successors).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || (a, b) == (100, b) && (64..128).contains(&b)
        || (a, b, c) == (192, 0, 0)
        || a == 198 && (18..20).contains(&b);
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(inner) = ip.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    let parts = ip.segments();
    // Global unicast is 2000::/3; of it, what carries an address of the older kind inside could lead anywhere.
    let is_global = parts[0] & 0xe000 == 0x2000;
    let is_tunnel = parts[0] == 0x2002 || (parts[0] == 0x2001 && parts[1] == 0);
    let is_documentation = (parts[0] == 0x2001 && parts[1] == 0x0db8) || parts[0] == 0x3fff;
    is_global && !is_tunnel && !is_documentation
}

/// Trusts whom the machine trusts.
fn tls() -> Result<Arc<ClientConfig>, Failure> {
    static TLS: OnceLock<Option<Arc<ClientConfig>>> = OnceLock::new();
    let made = TLS.get_or_init(|| {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        builder.ok().map(|builder| Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
    });
    made.clone().ok_or_else(|| Failure::passing("本服务器不能使用 TLS", "this server cannot speak TLS"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_as_the_specification_does() {
        // The example of the specification's own libraries.
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let body = r#"{"test": 2432232314}"#;
        let signed = signature(secret, ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330), body);
        assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_has_a_form() {
        assert!(key(&format!("whsec_{}", STANDARD.encode([7; 24]))).is_some());
        for wrong in ["whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_%%%", ""] {
            assert_eq!(key(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn private_addresses_are_told_from_public_ones() {
        for private in [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:0:1::",
            "2001:db8::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in ["1.1.1.1", "100.128.0.1", "172.32.0.1", "2400:3200::1", "::ffff:1.1.1.1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn addresses_are_checked_before_anything_is_sent() {
        let wrong = [
            "http://example.cn/",
            "ftp://example.cn/",
            "https://me:you@example.cn/",
            "https://",
            "x",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://169.254.169.254/a",
        ];
        for wrong in wrong {
            assert!(checked_url(wrong, Reach::Public).is_err(), "{wrong}");
        }
        assert!(checked_url("https://example.cn/hook?a=1", Reach::Public).is_ok());
        assert!(checked_url("http://127.0.0.1:8000/", Reach::Private).is_ok());
        assert!(checked_url("file:///etc/passwd", Reach::Private).is_err());
    }
}
