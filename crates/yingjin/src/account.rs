//! Who may sign in, and what each role may do. Shared by the HTTP API and `yingjin account`.

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use model::value::TextFormat;
use model::{FactId, FactType, Kind, Label, Lang};
use rand::RngExt;
use rules::ruleset::{City, RuleSet};
use store::{Account, Role};

/// The fewest characters a password may have.
pub const PASSWORD_MIN_CHARS: usize = 10;
/// The most characters a password may have: hashing more costs time and adds nothing.
pub const PASSWORD_MAX_CHARS: usize = 256;
/// Accounts that `yingjin account demo` makes begin so; a server signs them in only when it was told that it is a
/// demonstration, because their password is no secret.
pub const DEMO_PREFIX: &str = "demo-";
/// The password of every account that `yingjin account demo` makes.
pub const DEMO_PASSWORD: &str = "yingjin-demo";

/// Why an account or a password cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// The name has another form.
    #[error("a name has 2 to 64 letters, digits, '.', '-' or '_'")]
    Name,
    /// The name is one that the program gives itself.
    #[error("that name is the program's own")]
    Reserved,
    /// The password is too short or too long.
    #[error("a password has 10 to 256 characters")]
    Password,
    /// The role needs an area of the city.
    #[error("a county account needs an area of the city")]
    Area,
    /// The department is none of the city's.
    #[error("the department is none of the city's")]
    Department,
    /// The role needs a record.
    #[error("a firm account needs the record it stands for")]
    Record,
    /// The password could not be hashed.
    #[error("the password could not be hashed")]
    Hash,
}

impl AccountError {
    /// The field of a form that is to blame.
    pub fn field(self) -> &'static str {
        match self {
            Self::Name | Self::Reserved => "name",
            Self::Password | Self::Hash => "password",
            Self::Area => "area",
            Self::Department => "department",
            Self::Record => "record",
        }
    }

    /// The same in Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Name => "账号名应为2至64个字母、数字、汉字或“.”“-”“_”",
            Self::Reserved => "这个账号名由系统自己使用",
            Self::Password => "密码应为10至256个字符",
            Self::Area => "县区账号须指定本市的一个区域",
            Self::Department => "该部门不在本市部门名录中",
            Self::Record => "企业账号须指定其对应的登记记录",
            Self::Hash => "密码处理失败",
        }
    }
}

/// What people call an actor that is nobody with an account: a name that the program gives itself.
pub fn acting(actor: &str) -> Option<Label> {
    let (zh, en) = match actor {
        "server" => ("系统自动", "the server, by itself"),
        "command-line" => ("命令行（管理员）", "an administrator at the command line"),
        "sample" => ("示例数据生成", "the maker of the sample data"),
        "open311" => ("居民应用（Open311）", "a resident's app (Open311)"),
        "beneficiary" => ("受益人（凭链接）", "the beneficiary, by a link"),
        _ => return None,
    };
    Some(Label::new(zh, en))
}

/// Whoever did something, in words: accounts by their names.
pub fn actor_name(actor: &str, lang: Lang) -> String {
    acting(actor).map_or_else(|| actor.to_owned(), |label| label.get(lang).to_owned())
}

/// Checks an account against its city: a county officer has an area, a firm has a record.
pub fn check(account: &Account, city: &City) -> Result<(), AccountError> {
    let length = account.name.chars().count();
    let form = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    if !(2..=64).contains(&length) || !account.name.chars().all(form) {
        return Err(AccountError::Name);
    }
    if acting(&account.name).is_some() {
        return Err(AccountError::Reserved);
    }
    let known_area = account.area.as_ref().is_none_or(|area| city.areas.get(area.as_str()).is_some());
    if !known_area || (account.role == Role::County && account.area.is_none()) {
        return Err(AccountError::Area);
    }
    let department = account.department.as_ref();
    if department.is_some_and(|id| !city.departments.iter().any(|department| department.id == *id)) {
        return Err(AccountError::Department);
    }
    if account.role == Role::Firm && account.record.is_none() {
        return Err(AccountError::Record);
    }
    Ok(())
}

/// Whether this is one of the accounts whose password is no secret.
pub fn is_demo(account: &Account) -> bool {
    account.name.starts_with(DEMO_PREFIX)
}

/// The kind whose records are firms: the first that is identified by a unified social credit code. Its place, and the
/// fact.
pub fn firm_kind(rules: &RuleSet) -> Option<(usize, FactId)> {
    let code = FactType::Text { format: Some(TextFormat::Uscc) };
    let found = |kind: &Kind| {
        let id = kind.key.iter().find(|id| kind.fact(id.as_str()).is_some_and(|fact| fact.fact_type == code));
        id.cloned()
    };
    rules.kinds.iter().enumerate().find_map(|(place, kind)| Some((place, found(kind)?)))
}

/// Hashes a password with Argon2id and a fresh salt. Takes tens of milliseconds and 19 MiB.
pub fn hash_password(password: &str) -> Result<String, AccountError> {
    if !(PASSWORD_MIN_CHARS..=PASSWORD_MAX_CHARS).contains(&password.chars().count()) {
        return Err(AccountError::Password);
    }
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|_| AccountError::Hash)
}

/// The hash of a password that nobody has.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Q2jDDKDhQO3ihMBMU5Hzvg$W5i7zLqlMW7oPMbs3zvPoZAIrsxRu2Kwi5tQ3K6FqGA";

/// Whether a password is the one of `hash`. With no hash (no such account) it takes as long and says no, so that
/// the time does not tell which names exist.
pub fn verify_password(password: &str, hash: Option<&str>) -> bool {
    if password.chars().count() > PASSWORD_MAX_CHARS {
        return false;
    }
    let matches = Argon2::default().verify_password(password.as_bytes(), hash.unwrap_or(NOBODY)).is_ok();
    matches && hash.is_some()
}

/// A token nobody can guess: 256 random bits in hexadecimal.
pub fn new_token() -> String {
    let bytes: [u8; 32] = rand::rng().random();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the store keeps of a token, so that who reads the database cannot sign in.
pub fn token_hash(token: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_checked() {
        assert_eq!(hash_password("short"), Err(AccountError::Password));
        let hash = hash_password("长而好记的一句话作密码").unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify_password("长而好记的一句话作密码", Some(&hash)));
        assert!(!verify_password("长而好记的一句话作密吗", Some(&hash)));
        assert!(!verify_password("anything at all", None));
    }

    #[test]
    fn nobody_takes_as_long_as_somebody() {
        assert!(argon2::PasswordHash::new(NOBODY).is_ok());
    }

    #[test]
    fn tokens_differ_and_hash() {
        let (a, b) = (new_token(), new_token());
        assert_ne!(a, b);
        assert_eq!(a.len(), 64);
        assert_eq!(token_hash(&a), token_hash(&a));
        assert_ne!(token_hash(&a), token_hash(&b));
    }
}
