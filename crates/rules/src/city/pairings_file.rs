//! `pairings.toml`: which kinds and facts pair officials with firms.

use model::{FactType, Kind, Pairings};

use super::mistake;
use super::read::Table;
use super::references;
use super::source::{Log, Written};
use crate::ruleset::{CompiledDuty, CompiledForm};

/// What the file names.
pub(super) struct PairingsDraft {
    kind: Written,
    with: Written,
    scheme: Written,
    official: Written,
    account: Written,
    due_on: Written,
    form: Written,
    duty: Written,
}

pub(super) fn read(table: &Table<'_>) -> Option<PairingsDraft> {
    let keys = ["kind", "with", "scheme", "official", "account", "due_on", "form", "duty"];
    let [kind, with, scheme, official, account, due_on, form, duty] = keys.map(|key| table.need_text(key));
    Some(PairingsDraft {
        kind: kind?,
        with: with?,
        scheme: scheme?,
        official: official?,
        account: account?,
        due_on: due_on?,
        form: form?,
        duty: duty?,
    })
}

/// What the names of the file may point to.
pub(super) struct Declared<'a> {
    pub kinds: &'a [Kind],
    pub forms: &'a [CompiledForm],
    pub duties: &'a [CompiledDuty],
}

/// Looks up every name: facts of their types, a form that the pairing files, a duty about it.
pub(super) fn check(draft: PairingsDraft, declared: &Declared<'_>, log: &Log) -> Option<Pairings> {
    let place = references::kind(&draft.kind, declared.kinds, log)?;
    let kind = &declared.kinds[place];
    let typed = |written: &Written, sort: (&str, &str), fits: fn(&FactType) -> bool| {
        let found = references::fact(written, kind, log);
        let fact = found.map(|fact| &kind.facts[fact]);
        if let Some(fact) = fact.filter(|fact| !fits(&fact.fact_type)) {
            log.error(&written.at, "wrong-type", mistake::value_type(sort, fact.id.as_str()));
        }
        fact.is_some_and(|fact| fits(&fact.fact_type))
    };
    let text = ("文字", "text");
    let facts = [
        typed(&draft.with, ("引用", "a reference"), |found| matches!(found, FactType::Ref { .. })),
        typed(&draft.scheme, ("代码", "a code"), |found| matches!(found, FactType::Code { .. })),
        typed(&draft.official, text, |found| matches!(found, FactType::Text { .. })),
        typed(&draft.account, text, |found| matches!(found, FactType::Text { .. })),
        typed(&draft.due_on, ("日期", "a date"), |found| matches!(found, FactType::Date)),
    ];
    let mut whole = facts.into_iter().all(|fits| fits);
    let forms: Vec<&str> = of(declared.forms, |form| (form.by == place).then(|| form.form.id.as_str()));
    let duties: Vec<&str> =
        of(declared.duties, |duty| (duty.duty.kind == kind.id).then(|| duty.duty.id.as_str()));
    let names = [
        (&draft.form, ("表单", "form filed by such a record"), forms),
        (&draft.duty, ("承诺", "duty about such a record"), duties),
    ];
    for (written, what, all) in names {
        if !all.contains(&written.text.as_str()) {
            log.error(&written.at, "not-found", mistake::not_found(what, &written.text, &all));
            whole = false;
        }
    }
    let fact = |written: &Written| written.text.as_str().into();
    whole.then(|| Pairings {
        kind: kind.id.clone(),
        with: fact(&draft.with),
        scheme: fact(&draft.scheme),
        official: fact(&draft.official),
        account: fact(&draft.account),
        due_on: fact(&draft.due_on),
        form: draft.form.text.as_str().into(),
        duty: draft.duty.text.as_str().into(),
    })
}

fn of<'a, T>(all: &'a [T], named: impl Fn(&'a T) -> Option<&'a str>) -> Vec<&'a str> {
    all.iter().filter_map(named).collect()
}

#[cfg(test)]
mod tests {
    use crate::city::load;

    /// The codes of what is told of the sample city after one edit of its pairings.toml.
    fn told(from: &str, to: &str) -> Vec<String> {
        let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../yingjin/tests/api/city");
        let folder = tempfile::TempDir::new().unwrap();
        copy(&source, folder.path());
        let file = folder.path().join("pairings.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(&file, text.replacen(from, to, 1)).unwrap();
        match load(folder.path()) {
            Ok(loaded) => {
                assert!(loaded.ruleset.pairings.is_some());
                vec![]
            }
            Err(found) => found.iter().map(|found| found.code.to_string()).collect(),
        }
    }

    fn copy(from: &std::path::Path, to: &std::path::Path) {
        for entry in std::fs::read_dir(from).unwrap() {
            let (entry, to) = (entry.unwrap().path(), to.to_owned());
            let to = to.join(entry.file_name().unwrap());
            if entry.is_dir() {
                std::fs::create_dir(&to).unwrap();
                copy(&entry, &to);
            } else {
                std::fs::copy(&entry, &to).unwrap();
            }
        }
    }

    #[test]
    fn names_are_looked_up_and_have_their_types() {
        assert_eq!(told("kind", "kind"), Vec::<String>::new());
        for (from, to, code) in [
            ("kind     = \"pairing\"", "kind = \"pairng\"", "not-found"),
            ("with     = \"firm\"", "with = \"scheme\"", "wrong-type"),
            ("due_on   = \"visit_due_on\"", "due_on = \"official\"", "wrong-type"),
            ("account  = \"account\"", "account = \"acount\"", "unknown-fact"),
            ("form     = \"visit\"", "form = \"resume\"", "not-found"),
            ("duty     = \"paired-visit\"", "duty = \"job-refund\"", "not-found"),
            ("duty     = \"paired-visit\"", "", "missing-key"),
        ] {
            let found = told(from, to);
            assert!(found.iter().any(|told| told == code), "{from} -> {to}: {found:?}");
        }
    }
}
