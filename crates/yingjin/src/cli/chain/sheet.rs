//! Reads the csv files of a network and writes csv files.

use std::path::Path;

use anyhow::{Result, anyhow};
use chain::recovery::Stopped;
use chain::{Builder, Essential, FirmRow, LinkRow, Market, Network};
use model::Lang;

use super::{MarketArg, NetworkArgs, words};
use crate::cli::sheet::{Sheet, at, listed};

/// Reads a network, or says everything that is wrong with it.
pub fn network(args: &NetworkArgs, lang: Lang) -> Result<Network> {
    let market = match args.market {
        MarketArg::Sector => Market::Sector,
        MarketArg::Area => Market::Area,
        MarketArg::None => Market::None,
    };
    let mut builder = Builder::new(essential(&args.essential, lang)?, market);
    let mut wrong = firms(&args.firms, &mut builder, lang)?;
    wrong.extend(links(&args.links, &mut builder, lang)?);
    match builder.finish() {
        Ok(network) if wrong.is_empty() => Ok(network),
        Ok(_) => Err(listed(wrong, lang)),
        Err(mistakes) => {
            wrong.extend(mistakes.iter().map(|mistake| {
                let file = match mistake.sheet {
                    chain::Sheet::Firms => &args.firms,
                    chain::Sheet::Links => &args.links,
                    chain::Sheet::Essential => &args.essential,
                };
                words::mistake(mistake, file, lang)
            }));
            Err(listed(wrong, lang))
        }
    }
}

fn essential(file: &Path, lang: Lang) -> Result<Essential> {
    let mut sheet = Sheet::open(file, lang)?;
    let columns = sheet.headings().get(1..).unwrap_or_default().to_vec();
    let (mut sectors, mut rows) = (Vec::new(), Vec::new());
    while let Some(line) = sheet.next()? {
        sectors.push(sheet.text(Some(0)).to_owned());
        let mut row = Vec::with_capacity(columns.len());
        for cell in sheet.cells().skip(1) {
            // A cell that is none of the three is told by Essential, any other by 255.
            row.push(cell.parse().unwrap_or(u8::MAX));
        }
        rows.push(row);
        let sector = sectors.last().map_or("", String::as_str);
        if columns.get(sectors.len() - 1).map(String::as_str) != Some(sector) {
            let place = at(file, line);
            sheet.wrong.push(match lang {
                Lang::Zh => format!("{place} 行业 {sector} 与表头的次序不同"),
                Lang::En => format!("{place} sector {sector} is not where the heading has it"),
            });
        }
    }
    if !sheet.wrong.is_empty() {
        return Err(listed(sheet.wrong, lang));
    }
    Essential::new(sectors, &rows).map_err(|mistakes| {
        // Rows are counted without the heading there.
        let lines = mistakes.into_iter().map(|mut mistake| {
            mistake.row += 1;
            words::mistake(&mistake, file, lang)
        });
        listed(lines.collect(), lang)
    })
}

fn firms(file: &Path, builder: &mut Builder, lang: Lang) -> Result<Vec<String>> {
    let mut sheet = Sheet::open(file, lang)?;
    let (firm, sector) = (Some(sheet.must("firm")?), Some(sheet.must("sector")?));
    let [output, revenue, area, running, lon, lat] =
        ["output", "revenue", "area", "running", "lon", "lat"].map(|name| sheet.column(name));
    while let Some(line) = sheet.next()? {
        let (output, revenue) = (sheet.number(output), sheet.number(revenue));
        let running = sheet.number(running);
        let place = sheet.number(lon).zip(sheet.number(lat));
        let (firm, sector, area) = (sheet.text(firm), sheet.text(sector), sheet.some_text(area));
        builder.firm(line, &FirmRow { firm, sector, output, revenue, area, running, place });
    }
    Ok(sheet.wrong)
}

fn links(file: &Path, builder: &mut Builder, lang: Lang) -> Result<Vec<String>> {
    let mut sheet = Sheet::open(file, lang)?;
    let (supplier, buyer) = (Some(sheet.must("supplier")?), Some(sheet.must("buyer")?));
    let weight = Some(sheet.must("weight")?);
    let (product, stated_error) = (sheet.column("product"), sheet.column("stated_error"));
    while let Some(line) = sheet.next()? {
        let stated_error = sheet.number(stated_error);
        let told = !sheet.text(weight).is_empty();
        let wrong = sheet.wrong.len();
        let value = match sheet.number(weight) {
            Some(value) => value,
            // Told above already.
            None if told && sheet.wrong.len() > wrong => continue,
            // Missing is unknown, never zero, and an unknown value is none to compute with.
            None => f64::NAN,
        };
        let (supplier, buyer, product) = (sheet.text(supplier), sheet.text(buyer), sheet.some_text(product));
        builder.link(line, &LinkRow { supplier, buyer, value, product, stated_error });
    }
    Ok(sheet.wrong)
}

/// The firms that do not run: those of the file (`firm[,running][,help]`), and those whose sheet says so.
pub fn stopped(network: &Network, file: Option<&Path>, lang: Lang) -> Result<Vec<Stopped>> {
    let mut stopped: Vec<Stopped> = network
        .firms()
        .iter()
        .enumerate()
        .filter(|(_, firm)| firm.running < 1.0)
        .map(|(at, firm)| Stopped { firm: at, running: firm.running, help: 1.0 })
        .collect();
    let Some(file) = file else { return Ok(stopped) };
    let mut sheet = Sheet::open(file, lang)?;
    let firm = Some(sheet.must("firm")?);
    let (running, help) = (sheet.column("running"), sheet.column("help"));
    while let Some(line) = sheet.next()? {
        let running = sheet.number(running).unwrap_or(0.0);
        let help = sheet.number(help).unwrap_or(1.0);
        let id = sheet.text(firm);
        let place = at(file, line);
        let Some(at) = network.find(id) else {
            let words = words::no_firm(id, lang);
            sheet.wrong.push(format!("{place} {words}"));
            continue;
        };
        if !((0.0..=1.0).contains(&running) && help > 0.0 && help.is_finite()) {
            sheet.wrong.push(match lang {
                Lang::Zh => format!("{place} running 应在 0 至 1 之间，help 应大于 0"),
                Lang::En => format!("{place} running must be in 0..=1 and help above 0"),
            });
            continue;
        }
        // The file of today's stops goes before what the firms' sheet says.
        stopped.retain(|known| known.firm != at);
        stopped.push(Stopped { firm: at, running, help });
    }
    if sheet.wrong.is_empty() { Ok(stopped) } else { Err(listed(sheet.wrong, lang)) }
}

/// The stops as a shock.
pub fn shock(stopped: &[Stopped]) -> Vec<(usize, f64)> {
    stopped.iter().map(|one| (one.firm, one.running)).collect()
}

/// The firm of an argument.
pub fn firm(network: &Network, id: &str, lang: Lang) -> Result<usize> {
    network.find(id.trim()).ok_or_else(|| words::no_firm(id.trim(), lang))
}

/// The ids of firms, joined.
pub fn joined(network: &Network, firms: &[usize]) -> String {
    let ids: Vec<&str> = firms.iter().map(|firm| network.firms()[*firm].id.as_str()).collect();
    ids.join(">")
}

/// `n` threads, or as many as the machine has.
pub fn threads(asked: Option<usize>) -> usize {
    asked
        .filter(|threads| *threads > 0)
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
}

/// A number that an argument must hold.
pub fn number(text: &str, like: (&str, &str), lang: Lang) -> Result<f64> {
    text.trim().parse().map_err(|_| anyhow!(words::not_like(like.0, like.1, lang)))
}
