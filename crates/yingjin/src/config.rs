//! The settings of the server: flags, each with its `YINGJIN_*` variable, checked when it starts.

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::NaiveDate;

use crate::cli::RegisterArgs;

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
}

impl ConfigError {
    /// The same in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::Clear(address) => format!(
                "{address} 可从其他机器访问，密码将以明文传输。请在前面放置支持 TLS 的代理并指定 --origin https://…，\
                 或者只监听 127.0.0.1"
            ),
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
        Ok(())
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
    }
}
