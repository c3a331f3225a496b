//! E-mail, handed to a server that takes it over SMTP.

use std::net::IpAddr;

use lettre::address::AddressError;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use url::{Host, Url};

use super::{Failure, Secret, TRY_MAX};

/// The server that takes mail, and in whose name it goes.
#[derive(Clone, Debug)]
pub struct MailServer {
    host: String,
    port: u16,
    encrypted: Encrypted,
    sign_in: Option<(String, Secret)>,
    from: Mailbox,
}

/// How the connection to the server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encrypted {
    /// From its first byte on.
    Always,
    /// By STARTTLS, before anything else is said; without it nothing is sent.
    Begun,
    /// Not at all.
    Never,
}

/// A mail.
#[derive(Clone, Debug)]
pub struct Mail {
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// Its own name: the same for every try.
    pub message: String,
}

/// What is wrong with the settings of mail.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The address of the server.
    #[error(
        "--smtp {0} is no address like smtps://user@mail.example.cn or smtp://mail.example.cn:587; the password goes \
         into YINGJIN_SMTP_PASSWORD"
    )]
    Server(String),
    /// The sender.
    #[error("--mail-from is no address like noreply@example.cn")]
    From,
    /// No sender.
    #[error("mail needs a sender: say --mail-from noreply@example.cn")]
    NoFrom,
    /// Links in mails have to lead somewhere.
    #[error("mail needs the address that people type, for the links in it: say --origin https://…")]
    NoOrigin,
}

impl MailError {
    /// The same in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::Server(url) => format!(
                "--smtp {url} 不是形如 smtps://user@mail.example.cn 或 smtp://mail.example.cn:587 的地址；密码写入 YINGJIN_SMTP_PASSWORD"
            ),
            Self::From => "--mail-from 不是形如 noreply@example.cn 的地址".to_owned(),
            Self::NoFrom => "发送邮件要有发件人：请指定 --mail-from noreply@example.cn".to_owned(),
            Self::NoOrigin => "邮件里的链接要有地址：请指定 --origin https://…".to_owned(),
        }
    }
}

/// Whether a text is an address that mail can go to.
pub fn is_address(text: &str) -> bool {
    let parsed: Result<Address, AddressError> = text.parse();
    parsed.is_ok() && text.len() <= 254
}

impl MailServer {
    /// Reads the address of a server: `smtps://user@host` (encrypted from the first byte on, port 465), or
    /// `smtp://user@host:587` (by STARTTLS, or nothing is sent). Not encrypted only on the machine itself, or where
    /// `?tls=none` says so.
    pub fn parse(url: &str, password: Option<Secret>, from: Option<&str>) -> Result<Self, MailError> {
        let wrong = || {
            let shown = Url::parse(url).map(|mut url| {
                let _ = url.set_password(None);
                url.to_string()
            });
            MailError::Server(shown.unwrap_or_default())
        };
        let parsed = Url::parse(url).map_err(|_| wrong())?;
        let host = parsed.host().ok_or_else(wrong)?;
        let is_here = match &host {
            // Of schemes that it does not know, the parser takes an address for a name.
            Host::Domain(name) => {
                *name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
            }
            Host::Ipv4(ip) => ip.is_loopback(),
            Host::Ipv6(ip) => ip.is_loopback(),
        };
        let (encrypted, port) = match (parsed.scheme(), parsed.query()) {
            ("smtps", None) => (Encrypted::Always, 465),
            ("smtp", Some("tls=none")) => (Encrypted::Never, 25),
            ("smtp", None) if is_here => (Encrypted::Never, 25),
            ("smtp", None) => (Encrypted::Begun, 587),
            _ => return Err(wrong()),
        };
        if parsed.password().is_some() || !matches!(parsed.path(), "" | "/") {
            return Err(wrong());
        }
        let user = Some(parsed.username()).filter(|user| !user.is_empty());
        let host = match host {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(ip) => ip.to_string(),
            Host::Ipv6(ip) => ip.to_string(),
        };
        Ok(Self {
            host,
            port: parsed.port().unwrap_or(port),
            encrypted,
            sign_in: user.map(|user| user.replace("%40", "@")).zip(password),
            from: from.ok_or(MailError::NoFrom)?.parse().map_err(|_| MailError::From)?,
        })
    }

    /// Hands a mail over. Returns when the server has taken it.
    pub async fn send(&self, mail: &Mail) -> Result<(), Failure> {
        let broken = |error: &dyn std::fmt::Display| {
            tracing::error!(%error, "a mail cannot be written");
            Failure::lasting("邮件无法写成", "the mail cannot be written")
        };
        let to: Address =
            mail.to.parse().map_err(|_| Failure::lasting("邮箱地址无效", "the address is not valid"))?;
        let host = self.from.email.domain().to_owned();
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&mail.subject)
            .message_id(Some(format!("<{}@{host}>", mail.message)))
            // No machine answers to it that somebody is away.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.clone())
            .map_err(|error| broken(&error))?;
        let transport = self.transport().map_err(|error| broken(&error))?;
        match tokio::time::timeout(TRY_MAX, transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(failure(&error)),
            Err(_) => Err(Failure::late()),
        }
    }

    fn transport(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>, lettre::transport::smtp::Error> {
        let tls = match self.encrypted {
            Encrypted::Always => Tls::Wrapper(TlsParameters::new(self.host.clone())?),
            Encrypted::Begun => Tls::Required(TlsParameters::new(self.host.clone())?),
            Encrypted::Never => Tls::None,
        };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&self.host)
            .port(self.port)
            .tls(tls)
            .timeout(Some(TRY_MAX));
        Ok(match &self.sign_in {
            Some((user, password)) => {
                builder.credentials(Credentials::new(user.clone(), password.reveal().to_owned())).build()
            }
            None => builder.build(),
        })
    }
}

/// What a server's refusal means. Its own words may name addresses, and are said nowhere.
fn failure(error: &lettre::transport::smtp::Error) -> Failure {
    tracing::warn!(code = error.status().map(|code| code.to_string()), "a mail was not taken");
    match error.status() {
        Some(code) if error.is_permanent() => {
            let code = code.to_string();
            Failure::lasting(
                format!("邮件服务器拒收（{code}）"),
                format!("the mail server refused it ({code})"),
            )
        }
        Some(code) => Failure::passing(
            format!("邮件服务器暂时不收（{code}）"),
            format!("the mail server does not take it now ({code})"),
        ),
        None => Failure::passing("连不上邮件服务器", "the mail server cannot be reached"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str) -> Result<MailServer, MailError> {
        MailServer::parse(url, Some("a password".parse().unwrap()), Some("应尽 <noreply@example.cn>"))
    }

    #[test]
    fn nothing_is_sent_in_the_clear_but_on_the_machine_itself() {
        let of = |url: &str| server(url).map(|server| (server.encrypted, server.port));
        assert_eq!(of("smtps://me@mail.example.cn"), Ok((Encrypted::Always, 465)));
        assert_eq!(of("smtp://mail.example.cn"), Ok((Encrypted::Begun, 587)));
        assert_eq!(of("smtp://127.0.0.1:2525"), Ok((Encrypted::Never, 2525)));
        assert_eq!(of("smtp://10.1.2.3?tls=none"), Ok((Encrypted::Never, 25)));
        for wrong in ["mail.example.cn", "http://mail.example.cn", "smtp://a.cn?tls=maybe", "smtp://a.cn/x"] {
            assert!(matches!(of(wrong), Err(MailError::Server(_))), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_never_said_again() {
        let wrong = server("smtps://me:open-sesame@mail.example.cn").unwrap_err();
        assert!(!wrong.to_string().contains("sesame") && !wrong.zh().contains("sesame"), "{wrong}");
        let server = server("smtps://me%40example.cn@mail.example.cn").unwrap();
        assert_eq!(server.sign_in.as_ref().unwrap().0, "me@example.cn");
        assert!(!format!("{server:?}").contains("a password"));
    }

    #[test]
    fn addresses_are_checked() {
        assert!(is_address("me@example.cn"));
        for wrong in ["", "me", "me@", "a@b c.cn", "me@example.cn\r\nBcc: you@example.cn", "a@b.cn, c@d.cn"] {
            assert!(!is_address(wrong), "{wrong}");
        }
    }
}
