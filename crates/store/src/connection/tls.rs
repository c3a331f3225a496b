//! Whether and how a connection to PostgreSQL is encrypted, by the words of the address that PostgreSQL's own programs
//! know:
//!
//! | `sslmode` | encrypted | the server's certificate |
//! |---|---|---|
//! | `disable` | no | |
//! | `prefer` (if nothing is said) | where the server can | not checked |
//! | `require` | or refused | not checked; with `sslrootcert` as for `verify-ca` |
//! | `verify-ca` | or refused | from an authority of the file `sslrootcert` |
//! | `verify-full` | or refused | that, or an authority of the system where no file is named; and made out to the host |
//!
//! What PostgreSQL's programs know besides is refused, never left out in silence.

use std::sync::Arc;

use model::Label;
use percent_encoding::percent_decode_str;
use postgres::config::SslMode;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::said;

/// How to connect to a server.
#[derive(Clone)]
pub(crate) struct Tls {
    /// As the driver takes it.
    pub(crate) mode: SslMode,
    /// What encrypts and checks; none where nothing is to be encrypted.
    pub(crate) connect: Option<MakeRustlsConnect>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tls({:?})", self.mode)
    }
}

/// What is checked of the certificate that a server shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Check {
    Nothing,
    Authority,
    AuthorityAndName,
}

/// Words of an address that would change what is encrypted or trusted, and that nothing here can follow.
const UNKNOWN: [&str; 8] = [
    "sslcert",
    "sslkey",
    "sslpassword",
    "sslcertmode",
    "sslcrl",
    "sslcrldir",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
];

impl Tls {
    /// Takes the words about encryption out of an address; returns the rest of it for the driver.
    ///
    /// Errors: a word or a value that is not known, or authorities that cannot be read.
    pub(crate) fn of(url: &str) -> Result<(String, Self), Label> {
        let (server, query) = url.split_once('?').unwrap_or((url, ""));
        let mut mode = None;
        let mut authorities = None;
        let mut rest = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (word, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = || percent_decode_str(value).decode_utf8_lossy().into_owned();
            match word {
                "sslmode" => mode = Some(decoded()),
                "sslrootcert" => authorities = Some(decoded()),
                _ if UNKNOWN.contains(&word) => return Err(not_known(word)),
                _ => rest.push(pair),
            }
        }
        let url = if rest.is_empty() { server.to_owned() } else { format!("{server}?{}", rest.join("&")) };
        // Everybody can have a certificate of the system's authorities: without the name it shows nothing.
        let file = authorities.as_deref().filter(|file| *file != "system");
        let (mode, check) = match (mode.as_deref(), &authorities) {
            (Some("disable"), _) => return Ok((url, Self { mode: SslMode::Disable, connect: None })),
            (None | Some("prefer"), None) => (SslMode::Prefer, Check::Nothing),
            // Naming an authority means to be sure of the server; `prefer` would go on without.
            (None | Some("prefer"), Some(_)) => return Err(too_weak()),
            (Some("require"), None) => (SslMode::Require, Check::Nothing),
            (Some("require" | "verify-ca"), _) if file.is_none() => return Err(needs_file()),
            (Some("require" | "verify-ca"), _) => (SslMode::Require, Check::Authority),
            (Some("verify-full"), _) => (SslMode::Require, Check::AuthorityAndName),
            (Some(other), _) => return Err(no_such_mode(other)),
        };
        let config = config(check, file)?;
        Ok((url, Self { mode, connect: Some(MakeRustlsConnect::new(config)) }))
    }
}

fn config(check: Check, authorities: Option<&str>) -> Result<ClientConfig, Label> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let failed = |error: Error| said(error);
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(failed)?;
    if check == Check::Nothing {
        let unchecked = Arc::new(Unchecked(provider));
        return Ok(builder.dangerous().with_custom_certificate_verifier(unchecked).with_no_client_auth());
    }
    let roots = Arc::new(match authorities {
        Some(file) => of_file(file)?,
        None => of_system()?,
    });
    if check == Check::AuthorityAndName {
        return Ok(builder.with_root_certificates(roots).with_no_client_auth());
    }
    let inner = WebPkiServerVerifier::builder_with_provider(roots, provider).build().map_err(said)?;
    let any_name = Arc::new(AnyName(inner));
    Ok(builder.dangerous().with_custom_certificate_verifier(any_name).with_no_client_auth())
}

fn of_file(file: &str) -> Result<RootCertStore, Label> {
    let unread = |why: String| {
        Label::new(
            format!("sslrootcert 指的文件 {file} 读不出证书（{why}）；应是 PEM 格式的根证书"),
            format!(
                "no certificate can be read from {file}, which sslrootcert names ({why}); it should be one of an \
                 authority, as PEM"
            ),
        )
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unread(error.to_string()))? {
        let certificate = certificate.map_err(|error| unread(error.to_string()))?;
        roots.add(certificate).map_err(|error| unread(error.to_string()))?;
    }
    if roots.is_empty() { Err(unread("0".to_owned())) } else { Ok(roots) }
}

fn of_system() -> Result<RootCertStore, Label> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(Label::new(
            "系统里没有根证书，无法核对服务器证书；请安装（Debian 上是 ca-certificates），或用 sslrootcert 指定文件",
            "the system has no certificates of authorities to check the server's by; install some (on Debian \
             ca-certificates), or name a file with sslrootcert",
        ));
    }
    Ok(roots)
}

fn not_known(word: &str) -> Label {
    Label::new(
        format!("不支持 {word}；可用的是 sslmode 和 sslrootcert"),
        format!("{word} is not supported; sslmode and sslrootcert are"),
    )
}

fn no_such_mode(mode: &str) -> Label {
    Label::new(
        format!("不支持 sslmode={mode}；可用 disable、prefer、require、verify-ca、verify-full"),
        format!("sslmode={mode} is not supported; disable, prefer, require, verify-ca and verify-full are"),
    )
}

fn needs_file() -> Label {
    Label::new(
        "只核对签发机构时，须用 sslrootcert 指定根证书文件；用系统的根证书时，请写 sslmode=verify-full，连主机名一起核对",
        "to check the authority alone, sslrootcert has to name a file of it; by the system's authorities use \
         sslmode=verify-full, which checks the host's name as well",
    )
}

fn too_weak() -> Label {
    Label::new(
        "写了 sslrootcert，却没有要求核对服务器证书；请再写 sslmode=verify-full（或 verify-ca）",
        "sslrootcert is there, but nothing asks for the server's certificate to be checked; add sslmode=verify-full \
         (or verify-ca)",
    )
}

/// Takes any certificate: keeps out who only listens, not who stands in for the server.
#[derive(Debug)]
struct Unchecked(Arc<CryptoProvider>);

/// Takes a certificate of a trusted authority whatever name it is made out to.
#[derive(Debug)]
struct AnyName(Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for Unchecked {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.0.verify_server_cert(certificate, between, name, ocsp, now) {
            // The name is looked at last, once the certificate is known to be good.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            checked => checked,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
