//! `yingjin chain fill`: draws a network from sector tables where sales from firm to firm are not known.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use chain::fill::{Drawing, KnownLink, SectorTable, Sized, fill};
use model::Lang;

use crate::cli::sheet::{Sheet, at, csv_writer, listed};

/// Draws a network from sector tables, firms with their output and the links that are known. The result is a sample.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Firms: firm,sector,output. The sector is one of the table's.
    #[arg(long, value_name = "CSV")]
    firms: PathBuf,
    /// Flows between sectors: the heading has the codes, row k what sector k sells to each, in the same order.
    #[arg(long, value_name = "CSV")]
    io: PathBuf,
    /// Totals: code,GO,TI, the last being total input.
    #[arg(long, value_name = "CSV")]
    totals: PathBuf,
    /// Links that are known: supplier,buyer,weight. They are kept.
    #[arg(long, value_name = "CSV")]
    known: Option<PathBuf>,
    /// How many suppliers of a product a buyer has on average.
    #[arg(long, default_value_t = 1.5)]
    suppliers: f64,
    /// The seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where to write supplier,buyer,weight,known.
    #[arg(long, value_name = "CSV")]
    out: PathBuf,
}

/// Draws and writes.
pub fn run(args: &Args, lang: Lang) -> Result<ExitCode> {
    let table = table(args, lang)?;
    let (ids, firms) = firms(&args.firms, &table, lang)?;
    let known = match &args.known {
        Some(file) => known(file, &ids, lang)?,
        None => Vec::new(),
    };
    let drawing = Drawing { seed: args.seed, suppliers: args.suppliers };
    let filled = fill(&table, &firms, &known, drawing);
    let mut writer = csv_writer(&args.out, &["supplier", "buyer", "weight", "known"])?;
    for link in &filled.links {
        let (supplier, buyer) = (ids[link.supplier].as_str(), ids[link.buyer].as_str());
        writer.write_record([supplier, buyer, &link.value.to_string(), &link.known.to_string()])?;
    }
    writer.flush()?;
    let outside = if filled.needed > 0.0 { 100.0 * filled.outside / filled.needed } else { 0.0 };
    println!(
        "{}",
        match lang {
            Lang::Zh => format!(
                "抽样网络（并非实际供货）：{} 条供货关系；所需中间投入的 {outside:.1}% 在网络内无人供应",
                filled.links.len()
            ),
            Lang::En => format!(
                "a sample, not the real sales: {} links; {outside:.1}% of the inputs needed has no supplier in the network",
                filled.links.len()
            ),
        }
    );
    Ok(ExitCode::SUCCESS)
}

fn table(args: &Args, lang: Lang) -> Result<SectorTable> {
    let mut sheet = Sheet::open(&args.io, lang)?;
    let sectors = sheet.headings().to_vec();
    let mut flows = Vec::new();
    while let Some(line) = sheet.next()? {
        let row: Vec<f64> = (0..sectors.len()).map(|at| sheet.number(Some(at)).unwrap_or(f64::NAN)).collect();
        // Changes in stocks may be negative; flows between sectors may not.
        if row.iter().any(|flow| !(*flow >= 0.0 && flow.is_finite())) {
            let place = at(&args.io, line);
            sheet.wrong.push(match lang {
                Lang::Zh => format!("{place} 每一格都应是不小于 0 的数"),
                Lang::En => format!("{place} every cell must be a number that is not negative"),
            });
        }
        flows.push(row);
    }
    if flows.len() != sectors.len() {
        let (rows, columns, file) = (flows.len(), sectors.len(), args.io.display());
        sheet.wrong.push(match lang {
            Lang::Zh => format!("{file} 有 {rows} 行、{columns} 列，应相等"),
            Lang::En => format!("{file} has {rows} rows and {columns} columns, which should be equal"),
        });
    }
    let mut wrong = sheet.wrong;
    let mut sheet = Sheet::open(&args.totals, lang)?;
    let (code, total) = (Some(sheet.must("code")?), Some(sheet.must("TI")?));
    let mut totals = HashMap::new();
    while sheet.next()?.is_some() {
        if let Some(total) = sheet.number(total) {
            totals.insert(sheet.text(code).to_owned(), total);
        }
    }
    wrong.append(&mut sheet.wrong);
    let mut inputs = Vec::new();
    for sector in &sectors {
        match totals.get(sector) {
            Some(total) => inputs.push(*total),
            None => wrong.push(match lang {
                Lang::Zh => format!("{} 中没有行业 {sector} 的总投入", args.totals.display()),
                Lang::En => format!("{} has no total input of sector {sector}", args.totals.display()),
            }),
        }
    }
    if wrong.is_empty() { Ok(SectorTable { sectors, flows, inputs }) } else { Err(listed(wrong, lang)) }
}

fn firms(file: &Path, table: &SectorTable, lang: Lang) -> Result<(Vec<String>, Vec<Sized>)> {
    let mut sheet = Sheet::open(file, lang)?;
    let (firm, sector) = (Some(sheet.must("firm")?), Some(sheet.must("sector")?));
    let output = Some(sheet.must("output")?);
    let places: HashMap<&str, usize> =
        table.sectors.iter().enumerate().map(|(at, code)| (code.as_str(), at)).collect();
    let (mut ids, mut firms) = (Vec::new(), Vec::new());
    let mut seen = HashMap::new();
    while let Some(line) = sheet.next()? {
        let told = sheet.number(output).filter(|output| *output >= 0.0 && output.is_finite());
        let id = sheet.text(firm).to_owned();
        let code = sheet.text(sector).to_owned();
        let place = at(file, line);
        match (told, places.get(code.as_str()), seen.insert(id.clone(), line)) {
            (Some(output), Some(sector), None) => {
                firms.push(Sized { sector: *sector, output });
                ids.push(id);
            }
            (_, _, Some(first)) => sheet.wrong.push(match lang {
                Lang::Zh => format!("{place} 企业 {id} 已在第 {first} 行出现"),
                Lang::En => format!("{place} firm {id} is in row {first} already"),
            }),
            (_, None, _) => sheet.wrong.push(match lang {
                Lang::Zh => format!("{place} 投入产出表中没有行业 {code}"),
                Lang::En => format!("{place} the sector table has no sector {code}"),
            }),
            (None, ..) => sheet.wrong.push(match lang {
                Lang::Zh => format!("{place} 需要不小于 0 的 output"),
                Lang::En => format!("{place} output must be told and not be negative"),
            }),
        }
    }
    if sheet.wrong.is_empty() { Ok((ids, firms)) } else { Err(listed(sheet.wrong, lang)) }
}

fn known(file: &Path, ids: &[String], lang: Lang) -> Result<Vec<KnownLink>> {
    let places: HashMap<&str, usize> = ids.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
    let mut sheet = Sheet::open(file, lang)?;
    let ends = [Some(sheet.must("supplier")?), Some(sheet.must("buyer")?)];
    let weight = Some(sheet.must("weight")?);
    let mut known = Vec::new();
    while let Some(line) = sheet.next()? {
        let value = sheet.number(weight).filter(|value| *value >= 0.0 && value.is_finite());
        let [supplier, buyer] = ends.map(|end| places.get(sheet.text(end)).copied());
        match (supplier, buyer, value) {
            (Some(supplier), Some(buyer), Some(value)) if supplier != buyer => {
                known.push((supplier, buyer, value));
            }
            _ => {
                let place = at(file, line);
                sheet.wrong.push(match lang {
                    Lang::Zh => format!("{place} 供需双方应是企业表中两家不同的企业，weight 应是不小于 0 的数"),
                    Lang::En => format!(
                        "{place} supplier and buyer must be two firms of the sheet, weight a number that is not negative"
                    ),
                });
            }
        }
    }
    if sheet.wrong.is_empty() { Ok(known) } else { Err(listed(sheet.wrong, lang)) }
}
