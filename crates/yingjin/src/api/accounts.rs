//! Accounts, for the administrator.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use model::event::EventType;
use model::{AreaCode, DepartmentId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Account;
use utoipa::ToSchema;

use super::app::App;
use super::extract::{Body, Path};
use super::list::{Book, Cell, Head, In, SheetLang, say};
use super::problem::Problem;
use super::right::{ChangeAccounts, May, ReadAccounts};
use super::session::{RecordRef, Role, SignedIn};
use super::view::View;
use super::words::Words;
use crate::account::{self, AccountError};

/// An account as the administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountLine {
    /// Who it is.
    #[serde(flatten)]
    pub who: SignedIn,
    /// Whether it may no longer sign in.
    pub closed: bool,
    /// What its record is called; none where it stands for none, or that has no name to show.
    pub record_name: Option<String>,
}

/// Every account.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Accounts {
    /// By name.
    pub items: Vec<AccountLine>,
}

/// An account to make.
#[derive(Clone, Deserialize, ToSchema)]
pub struct NewAccount {
    /// Its name: 2 to 64 letters, digits, `.`, `-`, `_` or Chinese characters.
    pub name: String,
    /// Its password: 10 characters or more.
    pub password: String,
    /// What it may do.
    pub role: Role,
    /// The area it is limited to; required for `county`.
    pub area: Option<String>,
    /// The department it belongs to; for `bureau`.
    pub department: Option<String>,
    /// The record it stands for; required for `firm`.
    pub record: Option<RecordRef>,
}

/// What to change of an account.
#[derive(Clone, Default, Deserialize, ToSchema)]
pub struct AccountPatch {
    /// Another password; its sessions end.
    pub password: Option<String>,
    /// Closes it, its sessions end; or opens it again.
    pub closed: Option<bool>,
}

impl From<&Account> for AccountLine {
    fn from(account: &Account) -> Self {
        Self { who: SignedIn::from(account), closed: account.closed, record_name: None }
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        Self::field(error.field(), error.zh(), error.to_string())
    }
}

/// What the event says of an account.
fn summary(what: &str, account: &Account) -> serde_json::Value {
    json!({"account": account.name, "what": what, "role": account.role, "area": account.area,
        "department": account.department})
}

/// Every account.
#[utoipa::path(get, path = "/api/accounts", tag = "accounts", responses((status = 200, body = Accounts), Problem))]
pub async fn accounts(
    State(app): State<App>,
    _account: May<ReadAccounts>,
) -> Result<Json<Accounts>, Problem> {
    app.blocking(|app| {
        let accounts = app.store().accounts()?;
        app.read(app.today(), |view| {
            let line =
                |account: &Account| AccountLine { record_name: name_of(view, account), ..account.into() };
            Ok(Json(Accounts { items: accounts.iter().map(line).collect() }))
        })
    })
    .await
}

/// What the record is called that an account stands for.
fn name_of(view: View, account: &Account) -> Option<String> {
    let (kind, id) = account.record.as_ref()?;
    view.line_of(kind.as_str(), id.as_str()).name
}

/// The same as a sheet.
#[utoipa::path(get, path = "/api/accounts.xlsx", tag = "accounts", params(SheetLang),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
pub async fn accounts_sheet(
    State(app): State<App>,
    _account: May<ReadAccounts>,
    In(lang): In,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let (accounts, city, on) = (app.store().accounts()?, &app.rules().city, app.today());
        let names: Vec<_> =
            app.read(on, |view| Ok(accounts.iter().map(|account| name_of(view, account)).collect()))?;
        let note = Words::new(
            format!("{on}，共 {} 个账户", accounts.len()),
            format!("{on}, {} accounts", accounts.len()),
        );
        let headings = [
            ("账户", "account"),
            ("角色", "role"),
            ("地区", "area"),
            ("部门", "department"),
            ("档案", "record"),
            ("名称", "its name"),
            ("状态", "state"),
        ];
        let title = Words::new("账户", "Accounts");
        let mut book = Book::begin(Head::new(lang, (&title, &[note]), &headings))?;
        for (account, name) in accounts.iter().zip(names) {
            let line = SignedIn::from(account);
            let area = line.area.as_deref().and_then(|code| city.areas.get(code));
            let department = line
                .department
                .as_deref()
                .and_then(|id| city.departments.iter().find(|one| one.id.as_str() == id));
            book.row([
                line.name.into(),
                line.role.label(lang).into(),
                Cell::maybe(area.map(|area| area.name.get(lang))),
                Cell::maybe(department.map(|department| department.name.get(lang))),
                Cell::maybe(line.record.map(|record| record.id)),
                Cell::maybe(name),
                if account.closed { say(lang, "已关闭", "closed") } else { say(lang, "可用", "open") }.into(),
            ])?;
        }
        book.response(&format!("accounts-{on}"))
    })
    .await
}

/// Makes an account.
#[utoipa::path(post, path = "/api/accounts", tag = "accounts", request_body = NewAccount,
    responses((status = 201, body = AccountLine), Problem))]
pub async fn add_account(
    State(app): State<App>,
    by: May<ChangeAccounts>,
    Body(new): Body<NewAccount>,
) -> Result<(StatusCode, Json<AccountLine>), Problem> {
    app.blocking(move |app| {
        let mut account = Account {
            name: new.name,
            password_hash: String::new(),
            role: new.role.into(),
            area: new.area.map(AreaCode::from),
            department: new.department.map(DepartmentId::from),
            record: new.record.map(|record| (record.kind.into(), record.id.into())),
            closed: false,
        };
        account::check(&account, &app.rules().city)?;
        if let Some((kind, id)) = &account.record
            && app.store().record(kind.as_str(), id.as_str())?.is_none()
        {
            return Err(Problem::field("record", "登记库中没有这条记录", "the register has no such record"));
        }
        account.password_hash = account::hash_password(&new.password)?;
        let line = AccountLine::from(&account);
        let event = app.event(EventType::Account, &by, summary("made", &account));
        app.store().create_account(account, event)?;
        Ok((StatusCode::CREATED, Json(line)))
    })
    .await
}

/// Changes an account's password, closes it or opens it again.
#[utoipa::path(patch, path = "/api/accounts/{name}", tag = "accounts", params(("name" = String, Path)), request_body = AccountPatch,
    responses((status = 200, body = AccountLine), Problem))]
pub async fn change_account(
    State(app): State<App>,
    by: May<ChangeAccounts>,
    Path(name): Path<String>,
    Body(patch): Body<AccountPatch>,
) -> Result<Json<AccountLine>, Problem> {
    app.blocking(move |app| {
        let mut account = app.store().account(&name)?.ok_or_else(|| Problem::not_found(&name))?;
        let mut what = Vec::new();
        if let Some(password) = &patch.password {
            account.password_hash = account::hash_password(password)?;
            what.push("password");
        }
        if let Some(closed) = patch.closed {
            if closed && account.name == by.name {
                return Err(Problem::field(
                    "closed",
                    "不能停用自己正在使用的账号",
                    "an account cannot close itself",
                ));
            }
            account.closed = closed;
            what.push(if closed { "closed" } else { "opened" });
        }
        let line = AccountLine::from(&account);
        if !what.is_empty() {
            let event = app.event(EventType::Account, &by, summary(&what.join(", "), &account));
            app.store().change_account(account, event)?;
        }
        Ok(Json(line))
    })
    .await
}
