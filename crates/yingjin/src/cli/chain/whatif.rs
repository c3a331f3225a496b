//! `yingjin chain whatif`: firms closed or opened and links cut or added by hand.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use chain::Network;
use chain::whatif::{Edit, EditError, what_if};
use model::Lang;

use super::{StoppedArgs, sheet, words};
use crate::cli::sheet::csv_writer;

/// What would happen if firms closed or opened, and links were cut or added.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    given: StoppedArgs,
    /// A firm that closes; may be given more than once.
    #[arg(long, value_name = "FIRM")]
    close: Vec<String>,
    /// A firm that runs again.
    #[arg(long, value_name = "FIRM")]
    open: Vec<String>,
    /// A link that is cut.
    #[arg(long, value_name = "SUPPLIER:BUYER")]
    cut: Vec<String>,
    /// A link that is added.
    #[arg(long, value_name = "SUPPLIER:BUYER:VALUE")]
    add: Vec<String>,
    /// Where to write firm,before,after of the firms that change.
    #[arg(long, value_name = "CSV")]
    out: PathBuf,
}

/// Compares and writes.
pub fn run(args: &Args, lang: Lang) -> Result<ExitCode> {
    let (network, stopped) = args.given.read(lang)?;
    let shock = sheet::shock(&stopped);
    let edits = edits(args, &network, lang)?;
    let found = what_if(&network, &shock, &edits, args.given.settings())
        .map_err(|error| anyhow!(message(&network, error, lang)))?;
    let mut writer = csv_writer(&args.out, &["firm", "before", "after"])?;
    for one in &found.differences {
        let id = network.firms()[one.firm].id.clone();
        writer.write_record([id, one.before.to_string(), one.after.to_string()])?;
    }
    writer.flush()?;
    let (before, after, firms) = (found.before.both, found.after.both, found.differences.len());
    println!(
        "{}",
        match lang {
            Lang::Zh => format!("全网产出损失：{before:.6} → {after:.6}；{firms} 家企业有变化"),
            Lang::En => format!("output lost: {before:.6} -> {after:.6}; {firms} firms change"),
        }
    );
    Ok(ExitCode::SUCCESS)
}

fn edits(args: &Args, network: &Network, lang: Lang) -> Result<Vec<Edit>> {
    let firm = |id: &str| sheet::firm(network, id, lang);
    let mut edits = Vec::new();
    for id in &args.open {
        edits.push(Edit::Open(firm(id)?));
    }
    for id in &args.close {
        edits.push(Edit::Close(firm(id)?));
    }
    for text in &args.cut {
        let (supplier, buyer) =
            text.split_once(':').ok_or_else(|| words::not_like(text, "SUPPLIER:BUYER", lang))?;
        edits.push(Edit::Cut { supplier: firm(supplier)?, buyer: firm(buyer)? });
    }
    for text in &args.add {
        let like = "SUPPLIER:BUYER:VALUE";
        let parts: Vec<&str> = text.split(':').collect();
        let [supplier, buyer, value] = parts[..] else { return Err(words::not_like(text, like, lang)) };
        let value = sheet::number(value, (text, like), lang)?;
        edits.push(Edit::Add { supplier: firm(supplier)?, buyer: firm(buyer)?, value });
    }
    Ok(edits)
}

fn message(network: &Network, error: EditError, lang: Lang) -> String {
    let id = |firm: usize| &network.firms()[firm].id;
    match (error, lang) {
        (EditError::NoLink { supplier, buyer }, Lang::Zh) => {
            format!("没有从 {} 到 {} 的供货关系可切断", id(supplier), id(buyer))
        }
        (EditError::NoLink { supplier, buyer }, Lang::En) => {
            format!("there is no link from {} to {} to cut", id(supplier), id(buyer))
        }
        (EditError::SelfSupply(firm), Lang::Zh) => format!("企业 {} 不能向自己供货", id(firm)),
        (EditError::SelfSupply(firm), Lang::En) => format!("firm {} cannot supply itself", id(firm)),
        (EditError::Value { supplier, buyer }, Lang::Zh) => {
            format!("从 {} 到 {} 的供货金额应大于 0", id(supplier), id(buyer))
        }
        (EditError::Value { supplier, buyer }, Lang::En) => {
            format!("the value from {} to {} must be above 0", id(supplier), id(buyer))
        }
    }
}
