//! `chains.toml`: where the register says who supplies whom, and which facts follow from it. Each chain is a file of its
//! own (chain_file); what their names point to is checked here.

use std::collections::{BTreeMap, BTreeSet};

use model::chain::{
    ComputedFacts, Division, EssentialTable, FirmFacts, IndustrialChain, LeadingFirm, Product, Segment,
    SupplyFacts,
};
use model::{Chains, FactType, Kind};
use rust_decimal::Decimal;

use super::chain_file::{ChainDraft, texts};
use super::mistake;
use super::read::{Cell, Table};
use super::references;
use super::source::{At, Log, Written};

/// Divisions of the classification of industries: 01 to 97.
const DIVISIONS: std::ops::RangeInclusive<u32> = 1..=97;

/// What the file says.
pub(super) struct ChainsDraft {
    supply: SupplyDraft,
    firm: [Written; 4],
    computed: [Written; 4],
    broken_below: Written,
    headroom: Written,
    essential: Written,
    divisions: Vec<(Written, Written)>,
    divisions_at: At,
}

struct SupplyDraft {
    told: [Written; 5],
    stated_error: Option<Written>,
}

pub(super) fn read(table: &Table<'_>) -> Option<ChainsDraft> {
    let supply = table.need("supply").and_then(|cell| cell.table()).and_then(|table| {
        let stated_error = table.text("stated_error");
        let told = keys(table, ["kind", "supplier", "buyer", "product", "value"]);
        Some(SupplyDraft { told: told?, stated_error })
    });
    let part =
        |key, names| table.need(key).and_then(|cell| cell.table()).and_then(|table| keys(table, names));
    let firm = part("firm", ["kind", "industry", "output", "running"]);
    let computed = part("computed", ["missing", "at_risk", "esri", "blocks"]);
    let [broken_below, headroom, essential] =
        ["broken_below", "headroom", "essential"].map(|key| table.need_text(key));
    let divisions = table.need("divisions");
    let divisions_at = divisions.as_ref().map(|cell| cell.at.clone());
    let divisions = divisions.and_then(|cell| divisions_of(&cell));
    Some(ChainsDraft {
        supply: supply?,
        firm: firm?,
        computed: computed?,
        broken_below: broken_below?,
        headroom: headroom?,
        essential: essential?,
        divisions: divisions?,
        divisions_at: divisions_at?,
    })
}

/// The texts of a table that has these keys and no others but those asked for already.
fn keys<const N: usize>(table: Table<'_>, names: [&'static str; N]) -> Option<[Written; N]> {
    let found: Vec<Option<Written>> = names.map(|key| table.need_text(key)).into();
    table.finish();
    found.into_iter().collect::<Option<Vec<_>>>()?.try_into().ok()
}

fn divisions_of(cell: &Cell<'_>) -> Option<Vec<(Written, Written)>> {
    let entries = cell.table()?.entries();
    Some(entries.into_iter().filter_map(|(code, cell)| Some((code, cell.text()?))).collect())
}

/// Looks up every name: kinds and facts of their types, sectors, products, offices.
pub(super) fn check(
    (draft, chains): (ChainsDraft, Vec<ChainDraft>),
    (kinds, departments): (&[Kind], &[&str]),
    log: &Log,
) -> Option<Chains> {
    let (supply, firm, computed) = facts(&draft, kinds, log)?;
    let share = draft.broken_below.text.parse::<Decimal>().ok();
    let broken_below = share.filter(|share| *share > Decimal::ZERO && *share <= Decimal::ONE);
    if broken_below.is_none() {
        log.error(&draft.broken_below.at, "wrong-value", mistake::share(&draft.broken_below.text));
    }
    let headroom = draft.headroom.text.parse::<Decimal>().ok();
    let headroom = headroom.filter(|share| *share >= Decimal::ZERO && *share <= Decimal::ONE);
    if headroom.is_none() {
        log.error(&draft.headroom.at, "wrong-value", mistake::headroom(&draft.headroom.text));
    }
    let essential = essential(&draft.essential, log);
    let sectors: Vec<&str> = essential.iter().flat_map(|table| &table.sectors).map(String::as_str).collect();
    let mut divisions: Vec<Division> = Vec::new();
    for (code, sector) in &draft.divisions {
        let number = code.text.parse::<u32>().ok().filter(|_| code.text.len() == 2);
        if !number.is_some_and(|number| DIVISIONS.contains(&number)) {
            log.error(&code.at, "wrong-value", mistake::division(&code.text));
        } else if essential.is_some() && !sectors.contains(&sector.text.as_str()) {
            let says =
                mistake::not_found(("矩阵行业", "sector of the essential matrix"), &sector.text, &sectors);
            log.error(&sector.at, "not-found", says);
        } else {
            divisions.push(Division { code: code.text.clone(), sector: sector.text.clone() });
        }
    }
    let missing: Vec<String> = DIVISIONS
        .map(|number| format!("{number:02}"))
        .filter(|code| !draft.divisions.iter().any(|(known, _)| known.text == *code))
        .collect();
    if !missing.is_empty() {
        log.notice(&draft.divisions_at, "unmapped", mistake::unmapped_divisions(&missing));
    }
    check_chains(&chains, (&divisions, departments), log);
    let chains = chains.into_iter().map(built).collect();
    Some(Chains {
        supply,
        firm,
        computed,
        broken_below: broken_below?,
        headroom: headroom?,
        divisions,
        essential: essential?,
        chains,
    })
}

type Facts = (SupplyFacts, FirmFacts, ComputedFacts);

fn facts(draft: &ChainsDraft, kinds: &[Kind], log: &Log) -> Option<Facts> {
    let [supply_kind, supplier, buyer, product, value] = &draft.supply.told;
    let [firm_kind, industry, output, running] = &draft.firm;
    let supplies = references::kind(supply_kind, kinds, log).map(|place| &kinds[place]);
    let firms = references::kind(firm_kind, kinds, log).map(|place| &kinds[place]);
    let (supplies, firms) = (supplies?, firms?);
    let points = |found: &FactType| found.target() == Some(&firms.id);
    let reference = ("指向企业的引用", "a reference to a firm");
    let (text, yes) = (("文字", "text"), ("是否", "yes or no"));
    let (amount, count) = (("小数", "a decimal"), ("整数", "a whole number"));
    let is_text = |found: &FactType| matches!(found, FactType::Text { .. });
    let is_amount = |found: &FactType| matches!(found, FactType::Decimal { .. });
    let mut whole = true;
    let mut typed = |written: &Written, of: (&Kind, bool), wanted, fits: &dyn Fn(&FactType) -> bool| {
        let (kind, told) = of;
        let Some(place) = references::fact(written, kind, log) else {
            whole = false;
            return;
        };
        let fact = &kind.facts[place];
        if !fits(&fact.fact_type) {
            log.error(&written.at, "wrong-type", mistake::value_type(wanted, fact.id.as_str()));
            whole = false;
        } else if told && fact.derived.is_some() {
            let wanted = ("登记的事实", "a fact that is no derived one");
            log.error(&written.at, "wrong-fact", mistake::wrong_fact(&written.text, wanted));
            whole = false;
        }
    };
    typed(supplier, (supplies, true), reference, &points);
    typed(buyer, (supplies, true), reference, &points);
    typed(product, (supplies, true), text, &is_text);
    typed(value, (supplies, true), amount, &is_amount);
    if let Some(stated_error) = &draft.supply.stated_error {
        typed(stated_error, (supplies, true), amount, &is_amount);
    }
    typed(industry, (firms, true), text, &is_text);
    typed(output, (firms, true), amount, &is_amount);
    typed(running, (firms, false), yes, &|found| matches!(found, FactType::Bool));
    let [missing, at_risk, esri, blocks] = &draft.computed;
    typed(missing, (firms, true), count, &|found| matches!(found, FactType::Int));
    for fact in [at_risk, esri, blocks] {
        typed(fact, (firms, true), amount, &is_amount);
    }
    let fact = |written: &Written| written.text.as_str().into();
    let supply = SupplyFacts {
        kind: supplies.id.clone(),
        supplier: fact(supplier),
        buyer: fact(buyer),
        product: fact(product),
        value: fact(value),
        stated_error: draft.supply.stated_error.as_ref().map(fact),
    };
    let firm = FirmFacts {
        kind: firms.id.clone(),
        industry: fact(industry),
        output: fact(output),
        running: fact(running),
    };
    let computed = ComputedFacts {
        missing: fact(missing),
        at_risk: fact(at_risk),
        esri: fact(esri),
        blocks: fact(blocks),
    };
    whole.then_some((supply, firm, computed))
}

/// `chains/<file>`: the heading names the buying sectors, the first column the supplying ones, in the same order.
fn essential(named: &Written, log: &Log) -> Option<EssentialTable> {
    let path = std::path::Path::new("chains").join(&named.text);
    let Some(file) = log.sources.iter().position(|source| source.path == path && !source.is_toml()) else {
        log.error(&named.at, "not-found", mistake::no_table(&path.display().to_string()));
        return None;
    };
    let text = log.sources[file].text.trim_start_matches('\u{feff}');
    let skipped = log.sources[file].text.len() - text.len();
    let (mut start, mut sectors, mut rows) = (skipped, Vec::new(), Vec::new());
    let mut sound = true;
    for line in text.split_inclusive('\n') {
        let at = At { file, span: start..start + line.trim_end().len() };
        start += line.len();
        let mut cells = line.trim_end().split(',').map(|cell| cell.trim().trim_matches('"'));
        let first = cells.next().unwrap_or_default();
        if sectors.is_empty() {
            sectors = cells.map(str::to_owned).collect();
            let distinct: BTreeSet<&String> = sectors.iter().collect();
            if sectors.is_empty() || distinct.len() < sectors.len() || sectors.iter().any(String::is_empty) {
                log.error(&at, "wrong-table", mistake::table_heading());
                return None;
            }
            continue;
        }
        if line.trim().is_empty() {
            continue;
        }
        let cells: Vec<Option<u8>> =
            cells.map(|cell| cell.parse().ok().filter(|need| *need <= 2_u8)).collect();
        let row: Option<Vec<u8>> = cells.iter().copied().collect();
        match row {
            Some(row)
                if row.len() == sectors.len() && sectors.get(rows.len()).is_some_and(|s| s == first) =>
            {
                rows.push(row);
            }
            _ => {
                let wanted = sectors.get(rows.len()).map_or("", String::as_str);
                log.error(&at, "wrong-table", mistake::table_row(wanted, sectors.len()));
                sound = false;
                break;
            }
        }
    }
    if sound && rows.len() != sectors.len() {
        let at = At { file, span: 0..0 };
        log.error(&at, "wrong-table", mistake::table_short(rows.len(), sectors.len()));
        sound = false;
    }
    sound.then_some(EssentialTable { sectors, rows })
}

fn check_chains(chains: &[ChainDraft], (divisions, departments): (&[Division], &[&str]), log: &Log) {
    let place = |at: &At| {
        let place = log.place(at);
        format!("{}:{}", place.file.display(), place.line)
    };
    let mut products: BTreeMap<&str, &Written> = BTreeMap::new();
    let mut titles: BTreeMap<&str, &Written> = BTreeMap::new();
    for chain in chains {
        if let Some(first) = titles.insert(&chain.id.text, &chain.id) {
            let says = mistake::twice(("产业链", "chain"), &chain.id.text, &place(&first.at));
            log.error(&chain.id.at, "twice", says);
        }
        if !departments.contains(&chain.office.text.as_str()) {
            let says = mistake::not_found(("部门", "department"), &chain.office.text, departments);
            log.error(&chain.office.at, "not-found", says);
        }
        let mut segments: BTreeMap<&str, &Written> = BTreeMap::new();
        for segment in &chain.segments {
            if let Some(first) = segments.insert(&segment.id.text, &segment.id) {
                let says = mistake::twice(("环节", "segment"), &segment.id.text, &place(&first.at));
                log.error(&segment.id.at, "twice", says);
            }
            for product in &segment.products {
                if let Some(first) = products.insert(&product.id.text, &product.id) {
                    let says = mistake::twice(("产品", "product"), &product.id.text, &place(&first.at));
                    log.error(&product.id.at, "twice", says);
                }
            }
        }
    }
    check_names(chains, log);
    let known: Vec<&str> = products.keys().copied().collect();
    let named = |written: &Written| {
        if !known.contains(&written.text.as_str()) {
            let says = mistake::not_found(("产品", "product"), &written.text, &known);
            log.error(&written.at, "not-found", says);
        }
    };
    for chain in chains {
        let segment_of: BTreeMap<&str, usize> = (0..)
            .zip(&chain.segments)
            .flat_map(|(at, segment)| segment.products.iter().map(move |one| (one.id.text.as_str(), at)))
            .collect();
        for (at, segment) in (0..).zip(&chain.segments) {
            for product in &segment.products {
                for input in product.essential.iter().chain(&product.uses) {
                    named(input);
                    let own = input.text == product.id.text;
                    if own || segment_of.get(input.text.as_str()).is_some_and(|of| *of > at) {
                        log.error(
                            &input.at,
                            "flows-back",
                            mistake::flows_back(&input.text, &product.id.text),
                        );
                    }
                }
                for input in &product.uses {
                    if product.essential.iter().any(|essential| essential.text == input.text) {
                        log.error(&input.at, "twice", mistake::both_needs(&input.text));
                    }
                }
                for class in &product.classes {
                    let digits = class.text.trim_start_matches(|ch: char| ch.is_ascii_uppercase());
                    let is_class = class.text.len() == digits.len() + 1
                        && (2..=4).contains(&digits.len())
                        && digits.bytes().all(|byte| byte.is_ascii_digit());
                    if !is_class {
                        log.error(&class.at, "wrong-value", mistake::class(&class.text));
                    } else if !divisions.iter().any(|known| digits.starts_with(&known.code)) {
                        log.error(&class.at, "unmapped", mistake::unmapped_class(&class.text));
                    }
                }
            }
        }
        for firm in &chain.leading {
            if !segment_of.contains_key(firm.product.text.as_str()) {
                let own: Vec<&str> = segment_of.keys().copied().collect();
                let says = mistake::not_found(("本链产品", "product of the chain"), &firm.product.text, &own);
                log.error(&firm.product.at, "not-found", says);
            }
        }
        if chain.leading.is_empty() {
            log.notice(&chain.at, "no-leading-firm", mistake::no_leading_firm());
        }
    }
}

/// Sheets name products: no name may mean two of them.
fn check_names(chains: &[ChainDraft], log: &Log) {
    let mut names: BTreeMap<String, (&str, &At)> = BTreeMap::new();
    let products = chains.iter().flat_map(|chain| &chain.segments).flat_map(|segment| &segment.products);
    for product in products {
        let labels = [product.id.text.clone(), product.label.zh.clone(), product.label.en.to_lowercase()];
        let own: BTreeSet<String> = labels.into_iter().chain(texts(&product.also)).collect();
        for name in own {
            let id = product.id.text.as_str();
            match names.get(&name) {
                Some((other, first)) if *other != id => {
                    let first = log.place(first);
                    let first = format!("{}:{}", first.file.display(), first.line);
                    log.error(
                        &product.id.at,
                        "twice",
                        mistake::twice(("产品名称", "product name"), &name, &first),
                    );
                }
                _ => {
                    names.insert(name, (id, &product.id.at));
                }
            }
        }
    }
}

fn built(draft: ChainDraft) -> IndustrialChain {
    let segments = draft.segments.iter().map(|segment| Segment {
        id: segment.id.text.clone(),
        label: segment.label.clone(),
        products: segment.products.iter().map(|product| product.product()).collect::<Vec<Product>>(),
    });
    let leading = draft.leading.iter().map(|firm| LeadingFirm {
        name: firm.name.text.clone(),
        also: texts(&firm.also),
        product: firm.product.text.clone(),
        synthetic: firm.synthetic,
    });
    IndustrialChain {
        id: draft.id.text,
        title: draft.title,
        leader: draft.leader,
        office: draft.office.text.as_str().into(),
        basis: draft.basis,
        segments: segments.collect(),
        leading: leading.collect(),
    }
}
