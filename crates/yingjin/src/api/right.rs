//! What each role may do, in one table, and the extractor that asks it: a handler that takes `May<ReadLists>`
//! is reached by nobody else.

use std::marker::PhantomData;
use std::ops::Deref;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;

use super::app::App;
use super::problem::Problem;
use super::session;
use store::Role::{Administrator, Auditor, Bureau, County, Firm};
use store::{Account, Role};

/// A thing that some roles may do.
pub trait Right: Send + Sync + 'static {
    /// Who may.
    const ROLES: &'static [Role];
}

macro_rules! rights {
    ($($(#[$doc:meta])* $name:ident: $($role:ident),+;)+) => {
        $($(#[$doc])* pub struct $name;
        impl Right for $name { const ROLES: &'static [Role] = &[$($role),+]; })+
    };
}

rights! {
    /// Being signed in at all.
    SignIn: Administrator, Bureau, County, Firm, Auditor;
    /// Reading lists of duties and records, within one's area and department.
    ReadLists: Administrator, Bureau, County, Auditor;
    /// Reading one record: a firm its own.
    ReadRecord: Administrator, Bureau, County, Firm, Auditor;
    /// Reading personal facts in clear, with a reason: a firm its own.
    RevealFacts: Administrator, Bureau, County, Firm;
    /// Changing facts and deciding conflicts.
    ChangeRecord: Administrator, Bureau, County;
    /// Filling in forms: a firm for itself, an officer for who cannot.
    FileForm: Administrator, Bureau, County, Firm;
    /// Having letters: a firm those to itself.
    ReadLetters: Administrator, Bureau, County, Firm, Auditor;
    /// Trying the templates of letters with made-up data.
    PreviewLetters: Administrator, Bureau;
    /// Seeing what waits for a person to decide.
    ReadDecisions: Administrator, Bureau, County, Auditor;
    /// Reading sheets in, within one's area and department.
    ImportSheets: Administrator, Bureau, County;
    /// Seeing what became of imports.
    ReadImports: Administrator, Bureau, County, Auditor;
    /// Recording a pass.
    RecordPass: Administrator, Bureau;
    /// Drawing by lot who is inspected.
    DrawLots: Administrator, Bureau;
    /// Seeing how long work goes: whoever may begin some.
    ReadJobs: Administrator, Bureau, Auditor;
    /// Reading cases: an office its own, a firm those that concern it.
    ReadCases: Administrator, Bureau, County, Firm, Auditor;
    /// Seeing who of the offices has which cases.
    ReadBoard: Administrator, Bureau, County, Auditor;
    /// Working on cases.
    ActOnCases: Administrator, Bureau, County;
    /// Exempting a record from a duty by hand.
    Exempt: Administrator, Bureau, County;
    /// Raising a problem: a firm its own.
    OpenCases: Administrator, Bureau, County, Firm;
    /// Reading the rates of offices.
    ReadRates: Administrator, Bureau, County, Auditor;
    /// Looking at industrial chains, within one's area and department.
    ReadChains: Administrator, Bureau, County, Auditor;
    /// Reading the events and walking the chain.
    ReadEvents: Administrator, Auditor;
    /// Seeing who has an account.
    ReadAccounts: Administrator, Auditor;
    /// Making and closing accounts.
    ChangeAccounts: Administrator;
}

/// Somebody who is signed in and has the right `R`. Rejections: 401 if nobody is signed in, 403 without the right.
pub struct May<R>(Account, PhantomData<R>);

impl<R> Deref for May<R> {
    type Target = Account;
    fn deref(&self) -> &Account {
        &self.0
    }
}

impl<R: Right> FromRequestParts<App> for May<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let account = session::account_of(&parts.headers, app).await?.ok_or_else(Problem::sign_in)?;
        if R::ROLES.contains(&account.role) {
            Ok(Self(account, PhantomData))
        } else {
            Err(Problem::forbidden())
        }
    }
}

/// Anybody, signed in or not, for pages that are open to all.
impl OptionalFromRequestParts<App> for May<SignIn> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Problem> {
        let account = session::account_of(&parts.headers, app).await?;
        Ok(account.map(|account| Self(account, PhantomData)))
    }
}
