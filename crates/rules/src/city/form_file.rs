//! `forms/*.toml`: a form, and what its names point to.

use std::collections::BTreeMap;

use model::file::FileType;
use model::form::{
    Attached, CaseRule, Exempts, Field, Filled, Item, Never, Notice, Offered, OnlyIf, Opens, Part,
};
use model::value::{CodeOption, TextFormat};
use model::{Casework, FactId, FactType, Form, Kind, KindId};

use super::compile::expression;
use super::draw_table::{self, DrawDraft};
use super::mistake;
use super::name;
use super::read::{Cell, Table};
use super::references;
use super::source::{At, Log, Written};
use crate::expr::Expr;
use crate::language::{Scope, Wanted};
use crate::ruleset::{CompiledDuty, CompiledForm};

/// A form as its file words it, with the places of what points elsewhere.
pub(super) struct FormDraft {
    pub form: Form,
    pub at: At,
    kind: Written,
    by: Written,
    filled: FilledDraft,
    /// One for each field, in order.
    fields: Vec<FieldDraft>,
    notices: Vec<Written>,
    offered: Option<Written>,
    draw: Option<DrawDraft>,
    case: Option<CaseDraft>,
}

/// `[case]`: the kind of case, or a field with a kind for each answer; the fields that are its words.
struct CaseDraft {
    at: At,
    kind: Option<Written>,
    of: Option<(Written, Vec<(Written, Written)>)>,
    words: Vec<Written>,
    claims: Option<Written>,
    /// Duty, reason, note, proof.
    exempts: Option<[Written; 4]>,
}

/// What `[case]` may name.
#[derive(Clone, Copy)]
pub(super) struct Declared<'a> {
    pub casework: Option<&'a Casework>,
    pub duties: &'a [CompiledDuty],
}

struct FilledDraft {
    number: Written,
    filed_on: Written,
    commitment: Option<Written>,
    signed_by: Option<Written>,
}

struct FieldDraft {
    fact: Written,
    known: Option<Written>,
    only_if: Option<(Written, Vec<Written>)>,
    at_most: Option<Written>,
    never: Option<NeverDraft>,
    has_files: bool,
}

struct NeverDraft {
    answer: Written,
    beside: Vec<Written>,
    is: Vec<Written>,
}

pub(super) fn read(table: &Table<'_>, log: &Log) -> Option<FormDraft> {
    let id = name::id(log, table.need_text("id"));
    let title = table.need_label("title");
    let summary = table.need_label("summary");
    let basis = table.need_basis();
    let (kind, by) = (table.need_text("kind"), table.need_text("by"));
    let filled = table.need("filled").and_then(|cell| cell.table()).and_then(|table| filled(table));
    let mut fields = Vec::new();
    let mut parts = Vec::new();
    for part in table.tables("part") {
        let title = part.need_label("title");
        let read: Vec<(Field, FieldDraft)> =
            part.tables("field").into_iter().filter_map(|table| field(table, log)).collect();
        part.finish();
        let (asked, drafts): (Vec<Field>, Vec<FieldDraft>) = read.into_iter().unzip();
        fields.extend(drafts);
        if let Some(title) = title {
            parts.push(Part { title, fields: asked });
        }
    }
    let items = items(table, log);
    let mut notices = Vec::new();
    let mut notice_places = Vec::new();
    for notice in table.tables("notice") {
        let (when, text) = (notice.need_text("when"), notice.need_label("text"));
        notice.finish();
        if let (Some(when), Some(text)) = (when, text) {
            notices.push(Notice { when: when.text.clone(), text });
            notice_places.push(when);
        }
    }
    let officer = table.get("officer").and_then(|cell| cell.bool()).unwrap_or(false);
    let offered = table.get("offered").and_then(|cell| cell.table()).and_then(|table| {
        let (when, otherwise) = (table.need_text("when"), table.need_label("otherwise"));
        table.finish();
        Some((when?, otherwise?))
    });
    let draw = table.get("draw").and_then(|cell| cell.table());
    let draw = draw.and_then(|table| draw_table::read(table, log));
    let case = table.get("case").and_then(|cell| cell.table()).and_then(|table| case(table, log));
    let (id, kind, by, filled) = (id?, kind?, by?, filled?);
    let fact = |written: &Written| FactId::from(written.text.as_str());
    let form = Form {
        id: id.text.as_str().into(),
        title: title?,
        summary: summary?,
        basis: basis?,
        kind: kind.text.as_str().into(),
        by: fact(&by),
        filled: Filled {
            number: fact(&filled.number),
            filed_on: fact(&filled.filed_on),
            commitment: filled.commitment.as_ref().map(fact),
            signed_by: filled.signed_by.as_ref().map(fact),
        },
        parts,
        items,
        notices,
        officer,
        offered: offered
            .as_ref()
            .map(|(when, otherwise)| Offered { when: when.text.clone(), otherwise: otherwise.clone() }),
        draw: draw.as_ref().map(|draw| draw.rule.clone()),
        case: case.as_ref().and_then(CaseDraft::rule),
    };
    let offered = offered.map(|(when, _)| when);
    Some(FormDraft { form, at: id.at, kind, by, filled, fields, notices: notice_places, offered, draw, case })
}

/// `kind`, or `of` with `kinds`; one of them.
fn case(table: Table<'_>, log: &Log) -> Option<CaseDraft> {
    let (at, kind, of) = (table.at.clone(), table.text("kind"), table.text("of"));
    let mut kinds = Vec::new();
    if let Some(by_answer) = table.get("kinds").and_then(|cell| cell.table()) {
        for (answer, cell) in by_answer.entries() {
            kinds.extend(cell.text().map(|kind| (answer, kind)));
        }
    }
    let words = table.texts("words");
    let claims = table.text("claims");
    let exempts = table.get("exempts").and_then(|cell| cell.table()).and_then(|table| {
        let [duty, reason, note, proof] = ["duty", "reason", "note", "proof"].map(|key| table.need_text(key));
        table.finish();
        Some([duty?, reason?, note?, proof?])
    });
    table.finish();
    if kind.is_some() == of.is_some() || of.is_some() == kinds.is_empty() {
        log.error(&at, "one-case", mistake::one_case());
        return None;
    }
    if let Some(claims) = claims.as_ref().filter(|_| exempts.is_some()) {
        log.error(&claims.at, "no-effect", mistake::claims_and_exempts());
    }
    Some(CaseDraft { at, kind, of: of.map(|of| (of, kinds)), words, claims, exempts })
}

impl CaseDraft {
    fn rule(&self) -> Option<CaseRule> {
        let opens = match (&self.kind, &self.of) {
            (Some(kind), _) => Opens::Always(kind.text.as_str().into()),
            (None, Some((of, kinds))) => Opens::By {
                fact: of.text.as_str().into(),
                kinds: kinds
                    .iter()
                    .map(|(answer, kind)| (answer.text.clone(), kind.text.as_str().into()))
                    .collect(),
            },
            (None, None) => return None,
        };
        let words = self.words.iter().map(|fact| fact.text.as_str().into()).collect();
        let exempts = self.exempts.as_ref().map(|facts| {
            let [duty, reason, note, proof] = facts.each_ref().map(|fact| fact.text.as_str().into());
            Exempts { duty, reason, note, proof }
        });
        let claims = self.claims.as_ref().map(|duty| duty.text.as_str().into());
        Some(CaseRule { opens, words, claims, exempts })
    }

    /// Looks up the kinds of case, the field and its answers, the fields of the words, duties and reasons.
    fn check(
        &self,
        (asked, by): (&[&Field], &KindId),
        kind: &Kind,
        (declared, log): (Declared<'_>, &Log),
    ) -> bool {
        let Some(casework) = declared.casework else {
            log.error(&self.at, "no-cases-file", mistake::no_cases_file());
            return false;
        };
        let known: Vec<&str> = casework.kinds.iter().map(|kind| kind.id.as_str()).collect();
        let by_answer = self.of.iter().flat_map(|(_, kinds)| kinds.iter().map(|(_, kind)| kind));
        let mut sound = true;
        for named in self.kind.iter().chain(by_answer).filter(|named| !known.contains(&named.text.as_str())) {
            let says = mistake::not_found(("事项种类", "kind of case"), &named.text, &known);
            log.error(&named.at, "not-found", says);
            sound = false;
        }
        if let Some((of, kinds)) = &self.of {
            let answers: Vec<Written> = kinds.iter().map(|(answer, _)| answer.clone()).collect();
            sound &= condition((of, &answers), asked, kind, log);
        }
        for words in
            self.words.iter().filter(|words| !asked.iter().any(|field| field.fact.as_str() == words.text))
        {
            let wanted = ("本表的字段", "a field of this form");
            log.error(&words.at, "wrong-fact", mistake::wrong_fact(&words.text, wanted));
            sound = false;
        }
        let plain = self.exempts.iter().flat_map(|[duty, reason, note, _]| [duty, reason, note]);
        let plain = plain.chain(&self.claims).map(|fact| (fact, false));
        let proof = self.exempts.iter().map(|[.., proof]| (proof, true));
        for (fact, has_files) in plain.chain(proof) {
            let field = asked.iter().find(|field| field.fact.as_str() == fact.text);
            if field.is_none_or(|field| field.files.is_some() != has_files) {
                let wanted = ("本表的字段（proof 为附件）", "a field of this form, with files for `proof`");
                log.error(&fact.at, "wrong-fact", mistake::wrong_fact(&fact.text, wanted));
                sound = false;
            }
        }
        let all = declared.duties;
        let of_by = all.iter().filter(|duty| duty.duty.kind == *by);
        let duties: Vec<&str> = of_by.map(|duty| duty.duty.id.as_str()).collect();
        let reasons = casework.exemption.iter().flat_map(|exemption| &exemption.reasons);
        let reasons: Vec<&str> = reasons.map(|reason| reason.id.as_str()).collect();
        let exempts = self.exempts.iter().map(|[duty, reason, ..]| (duty, reason));
        let reason = exempts.clone().map(|(_, reason)| (reason, ("免尽理由", "reason to exempt"), &reasons));
        let duty = exempts.map(|(duty, _)| duty).chain(&self.claims);
        let duty = duty.map(|duty| (duty, ("关于填报者的责任事项", "duty about who files"), &duties));
        for (fact, what, known) in duty.chain(reason) {
            let Some(FactType::Code { options }) = kind.fact(&fact.text).map(|fact| &fact.fact_type) else {
                let wanted = ("代码字段", "a field with a code");
                log.error(&fact.at, "wrong-fact", mistake::wrong_fact(&fact.text, wanted));
                sound = false;
                continue;
            };
            // A list of all duties has more than concerns who files; the form offers them what does.
            let is_listed = |option: &&CodeOption| all.iter().any(|duty| duty.duty.id.as_str() == option.id);
            let is_known = |option: &&CodeOption| known.contains(&option.id.as_str());
            let none = options.iter().filter(|_| !options.iter().any(|option| is_known(&option)));
            let unknown = options.iter().filter(|option| !is_known(option) && !is_listed(option));
            for option in unknown.chain(none.take(1)) {
                log.error(&fact.at, "not-found", mistake::not_found(what, &option.id, known));
                sound = false;
            }
        }
        sound
    }
}

fn filled(table: Table<'_>) -> Option<FilledDraft> {
    let (number, filed_on) = (table.need_text("number"), table.need_text("filed_on"));
    let (commitment, signed_by) = (table.text("commitment"), table.text("signed_by"));
    table.finish();
    Some(FilledDraft { number: number?, filed_on: filed_on?, commitment, signed_by })
}

fn field(table: Table<'_>, log: &Log) -> Option<(Field, FieldDraft)> {
    let fact = table.need_text("fact");
    let required = table.get("required").and_then(|cell| cell.bool()).unwrap_or(false);
    let help = table.label("help");
    let known = table.text("known");
    let only_if = table.get("only_if").and_then(|cell| cell.table()).and_then(|table| {
        let fact = table.need_text("fact");
        let is = table.need("is").and_then(|cell| cell.list()).unwrap_or_default();
        let is: Vec<Written> = is.iter().filter_map(answer).collect();
        table.finish();
        Some((fact?, is))
    });
    let at_most = table.text("at_most");
    let never = table.get("never").and_then(|cell| cell.table()).and_then(|table| {
        let answer = table.need("answer").and_then(|cell| answer(&cell));
        let list = |key| table.need(key).and_then(|cell| cell.list()).unwrap_or_default();
        let beside: Vec<Written> = list("beside").iter().filter_map(|cell| cell.text()).collect();
        let is: Vec<Written> = list("is").iter().filter_map(self::answer).collect();
        table.finish();
        Some(NeverDraft { answer: answer?, beside, is })
    });
    let files = table.get("files");
    let has_files = files.is_some();
    let files = files.and_then(|cell| attached(&cell, log));
    table.finish();
    let fact = fact?;
    let asked = Field {
        fact: fact.text.as_str().into(),
        required,
        help,
        known: known.as_ref().map(|known| known.text.clone()),
        only_if: only_if.as_ref().map(|(fact, is)| OnlyIf {
            fact: fact.text.as_str().into(),
            is: is.iter().map(|answer| answer.text.clone()).collect(),
        }),
        at_most: at_most.as_ref().map(|fact| fact.text.as_str().into()),
        never: never.as_ref().map(|never| Never {
            answer: never.answer.text.clone(),
            beside: never.beside.iter().map(|fact| fact.text.as_str().into()).collect(),
            is: never.is.iter().map(|answer| answer.text.clone()).collect(),
        }),
        files,
    };
    Some((asked, FieldDraft { fact, known, only_if, at_most, never, has_files }))
}

/// The most files of one field.
const FILES_MOST: i64 = 20;
/// The largest that one of them may be, in megabytes.
const FILE_MOST_MB: i64 = 50;

/// How many files of which types and how large. `picture` stands for every type that a page shows.
fn attached(cell: &Cell<'_>, log: &Log) -> Option<Attached> {
    let table = cell.table()?;
    let mut accept: Vec<FileType> = Vec::new();
    let listed = table.need("accept").and_then(|cell| cell.list()).unwrap_or_default();
    for written in listed.iter().filter_map(|cell| cell.text()) {
        let types: Vec<FileType> = match written.text.as_str() {
            "picture" => FileType::ALL.into_iter().filter(|known| known.is_picture()).collect(),
            other => other.parse().into_iter().collect(),
        };
        if types.is_empty() {
            let known: Vec<&str> =
                std::iter::once("picture").chain(FileType::ALL.map(FileType::as_str)).collect();
            log.error(&written.at, "unknown-choice", mistake::choice(&written.text, &known));
            return None;
        }
        accept.extend(types);
    }
    let number = |key: &'static str, most: i64| {
        let cell = table.need(key)?;
        let number = cell.int()?;
        if !(1..=most).contains(&number) {
            log.error(&cell.at, "out-of-range", mistake::out_of_range(key, most));
            return None;
        }
        u64::try_from(number).ok()
    };
    let (most, each_mb) = (number("most", FILES_MOST), number("each_mb", FILE_MOST_MB));
    table.finish();
    if accept.is_empty() {
        log.error(&cell.at, "empty", mistake::empty());
        return None;
    }
    Some(Attached { accept, most: usize::try_from(most?).ok()?, each_bytes: each_mb? * 1_000_000 })
}

/// A code in quotes, or yes and no without.
fn answer(cell: &Cell<'_>) -> Option<Written> {
    match cell.value {
        toml::de::DeValue::Boolean(value) => Some(Written { text: value.to_string(), at: cell.at.clone() }),
        _ => cell.text(),
    }
}

fn items(table: &Table<'_>, log: &Log) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for table in table.tables("item") {
        let id = name::id(log, table.need_text("id"));
        let text = table.need_label("text");
        table.finish();
        let (Some(id), Some(text)) = (id, text) else { continue };
        if items.iter().any(|item| item.id.as_str() == id.text) {
            log.error(&id.at, "twice", mistake::twice(("条目", "item"), &id.text, "item"));
            continue;
        }
        items.push(Item { id: id.text.as_str().into(), text });
    }
    items
}

/// Finds what a form's names point to. None if something is wrong, which is told.
pub(super) fn compile(
    draft: FormDraft,
    base: &Scope<'_>,
    (declared, log): (Declared<'_>, &Log),
) -> Option<CompiledForm> {
    let place = references::kind(&draft.kind, base.kinds, log)?;
    let kind = &base.kinds[place];
    let by = filer(&draft, kind, base.kinds, log)?;
    let mut sound = true;
    let mut taken: BTreeMap<&str, &str> = BTreeMap::from([(draft.by.text.as_str(), "by")]);
    let FilledDraft { number, filed_on, commitment, signed_by } = &draft.filled;
    let filled = [
        ("number", Some(number), Wants::Text),
        ("filed_on", Some(filed_on), Wants::Day),
        ("commitment", commitment.as_ref(), Wants::YesNo),
        ("signed_by", signed_by.as_ref(), Wants::Text),
    ];
    for (key, written, wants) in filled {
        let Some(written) = written else { continue };
        sound &= told(written, kind, wants, log).is_some();
        sound &= once(&mut taken, key, written, log);
    }
    if !kind.also_key.iter().chain(&kind.key).any(|key| key.as_str() == number.text) {
        log.error(
            &number.at,
            "number-not-found-by",
            mistake::number_not_found_by(&number.text, kind.id.as_str()),
        );
        sound = false;
    }
    let mut known = BTreeMap::new();
    let asked: Vec<&Field> = draft.form.fields().collect();
    for (at, field) in draft.fields.iter().enumerate() {
        let fact = told(&field.fact, kind, Wants::Any, log);
        sound &= fact.is_some() && once(&mut taken, "field", &field.fact, log);
        let Some(fact) = fact else { continue };
        let names_files =
            matches!(kind.facts[fact].fact_type, FactType::Text { format: Some(TextFormat::Files) });
        if names_files != field.has_files {
            let says = mistake::files_of(&field.fact.text, names_files);
            log.error(&field.fact.at, "files", says);
            sound = false;
        }
        if let Some(path) = &field.known {
            let scope = Scope { kind: by, ..*base };
            match expression(path, &scope, Wanted::Fact(&kind.facts[fact]), log) {
                Some(expr) => drop(known.insert(kind.facts[fact].id.clone(), expr)),
                None => sound = false,
            }
        }
        if let Some((earlier, answers)) = &field.only_if {
            sound &= condition((earlier, answers), &asked[..at], kind, log);
        }
        if let Some(never) = &field.never {
            let own = condition((&field.fact, std::slice::from_ref(&never.answer)), &asked[..=at], kind, log);
            let beside =
                never.beside.iter().map(|fact| condition((fact, &never.is), &asked[..at], kind, log));
            sound &= beside.fold(own, |sound, fits| sound && fits);
            if never.beside.is_empty() {
                log.error(&never.answer.at, "empty", mistake::empty());
                sound = false;
            }
        }
        if let Some(bound) = &field.at_most {
            if !asked.iter().any(|field| field.fact.as_str() == bound.text) {
                let wanted = ("本表的字段", "a field of this form");
                log.error(&bound.at, "wrong-fact", mistake::wrong_fact(&bound.text, wanted));
                sound = false;
            } else {
                sound &= told(bound, kind, Wants::Number, log).is_some();
            }
        }
    }
    if let Some(case) = &draft.case {
        sound &= case.check((&asked, &base.kinds[by].id), kind, (declared, log));
    }
    for key in &kind.key {
        let required =
            asked.iter().any(|field| field.fact == *key && field.required && field.only_if.is_none());
        let filled = [&draft.by.text, &number.text, &filed_on.text].iter().any(|fact| **fact == key.as_str());
        if !required && !filled {
            let says = mistake::key_not_filled(key.as_str(), kind.id.as_str());
            log.error(&draft.at, "key-not-filled", says);
            sound = false;
        }
    }
    let scope = Scope { kind: by, ..*base };
    let notices: Vec<Option<Expr>> =
        draft.notices.iter().map(|when| expression(when, &scope, Wanted::Condition, log)).collect();
    let notices = notices.into_iter().collect::<Option<Vec<Expr>>>()?;
    let offered = match &draft.offered {
        Some(when) => Some(expression(when, &scope, Wanted::Condition, log)?),
        None => None,
    };
    let scope = Scope { kind: place, ..*base };
    let drawn = match &draft.draw {
        Some(draw) => draw_table::compile(draw, &scope, log)?,
        None => vec![],
    };
    sound.then_some(CompiledForm {
        form: draft.form,
        kind: place,
        by,
        known,
        notices,
        offered,
        more_tickets: drawn,
    })
}

/// The kind of who files.
fn filer(draft: &FormDraft, kind: &Kind, kinds: &[Kind], log: &Log) -> Option<usize> {
    let fact = references::fact(&draft.by, kind, log)?;
    let target = match &kind.facts[fact].fact_type {
        FactType::Ref { to } => kinds.iter().position(|kind| kind.id == *to),
        _ => None,
    };
    if target.is_none() {
        let says =
            mistake::wrong_fact(&draft.by.text, ("指向别的记录的引用", "a reference to another record"));
        log.error(&draft.by.at, "wrong-fact", says);
    }
    target
}

/// The type that a fact has to have.
#[derive(Clone, Copy)]
enum Wants {
    Any,
    Text,
    Day,
    YesNo,
    Number,
}

impl Wants {
    fn fits(self, fact: &FactType) -> bool {
        match self {
            Self::Any => true,
            Self::Text => matches!(fact, FactType::Text { .. }),
            Self::Day => matches!(fact, FactType::Date),
            Self::YesNo => matches!(fact, FactType::Bool),
            Self::Number => matches!(fact, FactType::Int | FactType::Decimal { .. }),
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Any => ("要填报的事实", "a fact that is told"),
            Self::Text => ("文字类型的事实", "a text fact"),
            Self::Day => ("日期类型的事实", "a date fact"),
            Self::YesNo => ("是非类型的事实", "a bool fact"),
            Self::Number => ("数字类型的事实", "a number fact"),
        }
    }
}

/// A fact of the kind that is told, not computed, and of the type that is wanted.
fn told(written: &Written, kind: &Kind, wants: Wants, log: &Log) -> Option<usize> {
    let fact = references::fact(written, kind, log)?;
    let declared = &kind.facts[fact];
    let wants = if declared.derived.is_some() { Wants::Any } else { wants };
    if declared.derived.is_none() && wants.fits(&declared.fact_type) {
        return Some(fact);
    }
    log.error(&written.at, "wrong-fact", mistake::wrong_fact(&written.text, wants.words()));
    None
}

/// Whether a fact is filled in for the first time.
fn once<'a>(taken: &mut BTreeMap<&'a str, &'a str>, key: &'a str, written: &'a Written, log: &Log) -> bool {
    let first = taken.insert(&written.text, key);
    if let Some(first) = first {
        log.error(&written.at, "twice", mistake::twice(("事实", "fact"), &written.text, first));
    }
    first.is_none()
}

/// Whether a field's condition names an earlier field and answers that it can have.
fn condition((earlier, answers): (&Written, &[Written]), before: &[&Field], kind: &Kind, log: &Log) -> bool {
    if !before.iter().any(|field| field.fact.as_str() == earlier.text) {
        let wanted = ("前面的字段", "an earlier field");
        log.error(&earlier.at, "wrong-fact", mistake::wrong_fact(&earlier.text, wanted));
        return false;
    }
    let options: Vec<&str> = match kind.fact(&earlier.text).map(|fact| &fact.fact_type) {
        Some(FactType::Code { options }) => options.iter().map(|option| option.id.as_str()).collect(),
        Some(FactType::Bool) => vec!["true", "false"],
        _ => {
            let wanted = ("代码或是非类型的字段", "a field with a code, or yes and no");
            log.error(&earlier.at, "wrong-fact", mistake::wrong_fact(&earlier.text, wanted));
            return false;
        }
    };
    let wrong: Vec<&Written> =
        answers.iter().filter(|answer| !options.contains(&answer.text.as_str())).collect();
    for answer in &wrong {
        log.error(&answer.at, "not-an-option", mistake::choice(&answer.text, &options));
    }
    if answers.is_empty() {
        log.error(&earlier.at, "empty", mistake::empty());
    }
    wrong.is_empty() && !answers.is_empty()
}
