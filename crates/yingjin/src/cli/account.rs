//! `yingjin account`: who may sign in. The first administrator is made here.

use std::io::Read;
use std::process::ExitCode;

use anyhow::{anyhow, bail};
use clap::Subcommand;
use model::event::{Event, EventType};
use model::{AreaCode, DepartmentId, Lang, RecordId, Standing};
use rules::evaluate::Pass;
use serde_json::json;
use store::{Account, Role, Store};

use super::RegisterArgs;
use crate::account::{self, AccountError, DEMO_PASSWORD, DEMO_PREFIX};
use crate::clock;
use crate::pipeline::{Pipeline, Snapshot};

/// Makes, lists and closes accounts.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    register: RegisterArgs,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Makes an account. Its password is read from standard input, or made and printed once.
    Add {
        /// The name to sign in with.
        name: String,
        /// administrator, bureau, county, firm or auditor.
        #[arg(long)]
        role: Role,
        /// The area it is limited to.
        #[arg(long)]
        area: Option<AreaCode>,
        /// The department it belongs to.
        #[arg(long)]
        department: Option<DepartmentId>,
        /// The record it stands for, as kind/id.
        #[arg(long)]
        record: Option<String>,
        /// Reads the password from standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Lists the accounts.
    List,
    /// Closes an account; its sessions end.
    Close {
        /// The account.
        name: String,
    },
    /// Makes one account a role for a demonstration, with a password that is no secret.
    Demo {
        /// Only prints those that are there.
        #[arg(long)]
        list: bool,
    },
}

/// Does it.
pub fn run(args: &Args, lang: Lang) -> anyhow::Result<ExitCode> {
    let pipeline = Pipeline::open(&args.register.city, &args.register.db)
        .map_err(|error| anyhow!(error.message(lang)))?;
    let store = &pipeline.store;
    let told = |zh: String, en: String| if lang == Lang::Zh { println!("{zh}") } else { println!("{en}") };
    match &args.what {
        What::Add { name, role, area, department, record, password_stdin } => {
            let mut account = Account {
                name: name.clone(),
                password_hash: String::new(),
                role: *role,
                area: area.clone(),
                department: department.clone(),
                record: record.as_deref().map(|text| read_record(text, lang)).transpose()?,
                closed: false,
            };
            let (password, is_made) = if *password_stdin {
                let mut text = String::new();
                std::io::stdin().read_to_string(&mut text)?;
                (text.trim_end_matches(['\r', '\n']).to_owned(), false)
            } else {
                (account::new_token()[..20].to_owned(), true)
            };
            add(&pipeline, &mut account, &password, lang)?;
            told(format!("已建立账号 {name}"), format!("made the account {name}"));
            if is_made {
                told(
                    format!("密码（只显示这一次）：{password}"),
                    format!("password, shown this once: {password}"),
                );
            }
        }
        What::List => list(store, |_| true)?,
        What::Close { name } => {
            let account = store.account(name).map_err(|error| anyhow!(error.message(lang)))?;
            let Some(mut account) = account else {
                match lang {
                    Lang::Zh => bail!("没有账号 {name}；用 yingjin account list 查看全部账号"),
                    Lang::En => bail!("there is no account {name}; yingjin account list shows all"),
                }
            };
            account.closed = true;
            let event = event("closed", &account);
            store.change_account(account, event).map_err(|error| anyhow!(error.message(lang)))?;
            told(format!("已停用账号 {name}"), format!("closed the account {name}"));
        }
        What::Demo { list: only_list } => {
            if !only_list {
                demo(&pipeline, lang)?;
            }
            list(store, account::is_demo)?;
            told(
                format!("密码均为 {DEMO_PASSWORD}（仅用于演示；只有以 --demo 启动的服务器接受）"),
                format!(
                    "their password is {DEMO_PASSWORD} (for demonstration; only a server started with --demo takes it)"
                ),
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn read_record(text: &str, lang: Lang) -> anyhow::Result<(model::KindId, RecordId)> {
    match text.split_once('/') {
        Some((kind, id)) if !kind.is_empty() && !id.is_empty() => Ok((kind.into(), id.into())),
        _ => match lang {
            Lang::Zh => bail!("--record {text} 应写作 类型/编号"),
            Lang::En => bail!("--record {text} has to be kind/id"),
        },
    }
}

fn add(pipeline: &Pipeline, account: &mut Account, password: &str, lang: Lang) -> anyhow::Result<()> {
    let wrong = |error: AccountError| match lang {
        Lang::Zh => anyhow!(error.zh()),
        Lang::En => anyhow!(error),
    };
    account::check(account, &pipeline.rules.city).map_err(wrong)?;
    if let Some((kind, id)) = &account.record
        && pipeline.store.record(kind.as_str(), id.as_str())?.is_none()
    {
        return Err(wrong(AccountError::Record));
    }
    account.password_hash = account::hash_password(password).map_err(wrong)?;
    let event = event("made", account);
    pipeline.store.create_account(account.clone(), event).map_err(|error| anyhow!(error.message(lang)))?;
    Ok(())
}

fn event(what: &str, account: &Account) -> Event {
    Event {
        event_type: EventType::Account,
        at: clock::now(),
        on: clock::today(),
        actor: "command-line".to_owned(),
        synthetic: account::is_demo(account),
        summary: json!({"account": account.name, "what": what, "role": account.role, "area": account.area,
            "department": account.department}),
    }
}

/// One line an account: name, role, limits.
fn list(store: &Store, shown: impl Fn(&Account) -> bool) -> anyhow::Result<()> {
    for account in store.accounts()?.iter().filter(|account| shown(account)) {
        let record = account.record.as_ref().map(|(kind, id)| format!("{kind}/{id}"));
        let limits = [
            account.area.as_ref().map(ToString::to_string),
            account.department.as_ref().map(ToString::to_string),
            record,
        ];
        let limits = limits.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let closed = if account.closed { "closed" } else { "" };
        println!("{:24} {:14} {limits} {closed}", account.name, account.role.as_str());
    }
    Ok(())
}

/// One account a role: a county that lies in the city, the department with most duties, the firm with most gaps.
fn demo(pipeline: &Pipeline, lang: Lang) -> anyhow::Result<()> {
    let city = &pipeline.rules.city;
    let county = city.areas.iter().find(|area| area.parent.is_some()).map(|area| area.code.clone());
    let owned =
        |id: &DepartmentId| pipeline.rules.duties.iter().filter(|duty| duty.duty.owner == *id).count();
    let bureau = city.departments.iter().max_by_key(|department| owned(&department.id));
    let firm = firm_with_most_gaps(pipeline)?;
    for role in Role::ALL {
        let (is_county, is_bureau, is_firm) =
            (role == Role::County, role == Role::Bureau, role == Role::Firm);
        let mut account = Account {
            name: format!("{DEMO_PREFIX}{}", role.as_str()),
            password_hash: String::new(),
            role,
            area: county.clone().filter(|_| is_county),
            department: bureau.map(|department| department.id.clone()).filter(|_| is_bureau),
            record: firm.clone().filter(|_| is_firm),
            closed: false,
        };
        let cannot = (is_county && county.is_none()) || (is_firm && firm.is_none());
        if cannot || pipeline.store.account(&account.name)?.is_some() {
            continue;
        }
        add(pipeline, &mut account, DEMO_PASSWORD, lang)?;
    }
    Ok(())
}

/// The record with a unified social credit code that most unserved duties concern, itself or as whom they serve.
fn firm_with_most_gaps(pipeline: &Pipeline) -> anyhow::Result<Option<(model::KindId, RecordId)>> {
    let Some((kind, _)) = account::firm_kind(&pipeline.rules) else { return Ok(None) };
    let on = pipeline.store.registry_day()?.unwrap_or_else(clock::today);
    let snapshot = pipeline.judge(on)?;
    let gaps = gaps_by_row(&pipeline.rules, &snapshot, &snapshot.pass, kind);
    let best = gaps.iter().enumerate().max_by_key(|(row, gaps)| (**gaps, std::cmp::Reverse(*row)));
    let declared = &pipeline.rules.kinds[kind].id;
    Ok(best.map(|(row, _)| (declared.clone(), snapshot.tables.table(kind).ids()[row].clone())))
}

fn gaps_by_row(rules: &rules::ruleset::RuleSet, snapshot: &Snapshot, pass: &Pass, kind: usize) -> Vec<u32> {
    let mut gaps = vec![0; snapshot.tables.table(kind).len()];
    for duty in &pass.duties {
        let declared = &rules.duties[duty.index].duty;
        for row in duty.rows_in(Standing::Gap) {
            let concerned = if duty.kind == kind {
                Some(row)
            } else {
                // A beneficiary one step away: the tenant of a lease.
                let path = declared.beneficiary.as_deref();
                let facts = &rules.kinds[duty.kind].facts;
                let by = facts.iter().position(|fact| Some(fact.id.as_str()) == path);
                let by = by.filter(|by| facts[*by].fact_type.target() == Some(&rules.kinds[kind].id));
                by.and_then(|by| snapshot.tables.follow(duty.kind, by, row))
            };
            if let Some(row) = concerned {
                gaps[row] += 1;
            }
        }
    }
    gaps
}
