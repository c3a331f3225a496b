//! The settings of the server: flags, each with its `YINGJIN_*` variable, checked when it starts.

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::NaiveDate;

use crate::cli::RegisterArgs;
use crate::sending::Secret;
use crate::sending::mail::{MailError, MailServer};

/// Serves the pages and the HTTP API.
#[derive(Clone, Debug, clap::Args)]
pub struct Config {
    /// The city and the register.
    #[command(flatten)]
    pub register: RegisterArgs,
    /// The address and port to serve on.
    #[arg(long, env = "YINGJIN_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The folder of the built pages.
    #[arg(long, env = "YINGJIN_WEB", default_value = "web/dist")]
    pub web: PathBuf,
    /// A folder of fonts for letters. Otherwise the serif fonts for Chinese that the machine has.
    #[arg(long, env = "YINGJIN_FONTS")]
    pub fonts: Option<PathBuf>,
    /// Takes this day for today: for a sample city. Otherwise the day it is in Asia/Shanghai.
    #[arg(long, env = "YINGJIN_ON")]
    pub on: Option<NaiveDate>,
    /// The address people type, https://…, where a proxy in front speaks TLS; cookies are then sent over it alone.
    #[arg(long, env = "YINGJIN_ORIGIN")]
    pub origin: Option<String>,
    /// Takes the caller's address from the last entry of X-Forwarded-For, which the proxy in front has set.
    #[arg(long, env = "YINGJIN_BEHIND_PROXY")]
    pub behind_proxy: bool,
    /// Signs in the accounts of `yingjin account demo`, whose passwords are no secret.
    #[arg(long, env = "YINGJIN_DEMO")]
    pub demo: bool,
    /// Keys of residents' apps, with commas between: who holds one may raise requests over Open311. Nobody may where
    /// none is given.
    #[arg(long, env = "YINGJIN_OPEN311_KEYS", value_delimiter = ',')]
    pub open311_keys: Vec<String>,
    /// The server that takes mail: smtps://user@host, or smtp://user@host:587 (STARTTLS). Nothing is mailed without it.
    #[arg(long, env = "YINGJIN_SMTP")]
    pub smtp: Option<String>,
    /// The password for it. Say it by the variable: a command line can be read by others.
    #[arg(long, env = "YINGJIN_SMTP_PASSWORD", hide_env_values = true)]
    pub smtp_password: Option<Secret>,
    /// In whose name mail goes: noreply@example.cn, or 应尽 <noreply@example.cn>.
    #[arg(long, env = "YINGJIN_MAIL_FROM")]
    pub mail_from: Option<String>,
    /// Lets webhooks reach private networks, and without TLS. Whoever has an account can then make this server knock at
    /// any door that it can reach.
    #[arg(long, env = "YINGJIN_WEBHOOKS_TO_PRIVATE")]
    pub webhooks_to_private: bool,
    /// The largest sheet that is taken, in megabytes.
    #[arg(long, env = "YINGJIN_UPLOAD_MB", default_value_t = 512, value_parser = clap::value_parser!(u64).range(1..=65536))]
    pub upload_mb: u64,
    /// The largest photograph or document that is taken with a form, in megabytes.
    #[arg(long, env = "YINGJIN_FILE_MB", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=50))]
    pub file_mb: u64,
    /// Hours for which somebody stays signed in.
    #[arg(long, env = "YINGJIN_SESSION_HOURS", default_value_t = 12, value_parser = clap::value_parser!(i64).range(1..=720))]
    pub session_hours: i64,
}

/// What is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Passwords would travel in the clear.
    #[error(
        "{0} can be reached from other machines, and passwords would travel in the clear. Put a proxy that speaks TLS \
         in front and say --origin https://…, or listen on 127.0.0.1"
    )]
    Clear(SocketAddr),
    /// No address that people could type.
    #[error("--origin {0} is no address like https://yingjin.example.cn (no path after the name)")]
    Origin(String),
    /// Mail is not set up right.
    #[error(transparent)]
    Mail(#[from] MailError),
}

impl ConfigError {
    /// The same in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::Clear(address) => format!(
                "{address} 可从其他机器访问，密码将以明文传输。请在前面放置支持 TLS 的代理并指定 --origin https://…，\
                 或者只监听 127.0.0.1"
            ),
            Self::Mail(error) => error.zh(),
            Self::Origin(origin) => {
                format!("--origin {origin} 不是形如 https://yingjin.example.cn 的地址（域名之后不带路径）")
            }
        }
    }
}

impl Config {
    /// Checks what clap cannot.
    pub fn check(&self) -> Result<(), ConfigError> {
        if let Some(origin) = &self.origin {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            if host.is_none_or(|host| host.is_empty() || host.contains(['/', ' ', '?', '#'])) {
                return Err(ConfigError::Origin(origin.clone()));
            }
        }
        if !self.listen.ip().is_loopback() && !self.is_secure() {
            return Err(ConfigError::Clear(self.listen));
        }
        self.mail()?;
        Ok(())
    }

    /// What takes mail; none where nothing is mailed.
    pub fn mail(&self) -> Result<Option<MailServer>, MailError> {
        let Some(url) = self.smtp.as_deref().filter(|url| !url.is_empty()) else { return Ok(None) };
        let server = MailServer::parse(url, self.smtp_password.clone(), self.mail_from.as_deref())?;
        if self.origin.is_none() {
            return Err(MailError::NoOrigin);
        }
        Ok(Some(server))
    }

    /// Whether people reach the server over TLS.
    pub fn is_secure(&self) -> bool {
        self.origin.as_ref().is_some_and(|origin| origin.starts_with("https://"))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        config: Config,
    }

    fn check(line: &str) -> Result<bool, ConfigError> {
        let config = Line::parse_from(std::iter::once("x").chain(line.split_whitespace())).config;
        config.check().map(|()| config.is_secure())
    }

    #[test]
    fn passwords_never_travel_in_the_clear() {
        assert_eq!(check(""), Ok(false));
        assert!(matches!(check("--listen 0.0.0.0:80"), Err(ConfigError::Clear(_))));
        assert!(matches!(check("--listen 0.0.0.0:80 --origin http://a.cn"), Err(ConfigError::Clear(_))));
        assert_eq!(check("--listen 0.0.0.0:80 --origin https://a.cn"), Ok(true));
        assert!(matches!(check("--origin a.cn"), Err(ConfigError::Origin(_))));
        assert!(matches!(check("--origin https://a.cn/x"), Err(ConfigError::Origin(_))));
        let smtp = "--smtp smtps://me@a.cn";
        assert_eq!(check(smtp), Err(ConfigError::Mail(MailError::NoFrom)));
        assert_eq!(
            check(&format!("{smtp} --mail-from me@a.cn")),
            Err(ConfigError::Mail(MailError::NoOrigin))
        );
        assert_eq!(check(&format!("{smtp} --mail-from me@a.cn --origin https://a.cn")), Ok(true));
    }
}
