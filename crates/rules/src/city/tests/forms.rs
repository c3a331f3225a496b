//! A form of the small city, and every way to spoil it.

use super::{city, found};
use crate::city::load;

const KIND: &str = r#"id = "filing"
label = { zh = "备案", en = "filing" }
key = ["firm", "filed_on"]
also_key = ["number"]
area = "firm.area"

[[fact]]
id = "firm"
label = { zh = "企业", en = "firm" }
type = "ref"
to = "firm"

[[fact]]
id = "number"
label = { zh = "编号", en = "number" }
type = "text"

[[fact]]
id = "filed_on"
label = { zh = "日期", en = "filed on" }
type = "date"

[[fact]]
id = "commitment"
label = { zh = "承诺", en = "commitment" }
type = "bool"

[[fact]]
id = "people"
label = { zh = "人数", en = "people" }
type = "int"
unit = "person"

[[fact]]
id = "first"
label = { zh = "首批", en = "first" }
type = "int"
unit = "person"

[[fact]]
id = "canteen"
label = { zh = "食堂", en = "canteen" }
type = "code"
options = [{ id = "none", label = { zh = "无", en = "none" } }, { id = "own", label = { zh = "自办", en = "own" } }]

[[fact]]
id = "kitchen"
label = { zh = "厨房", en = "kitchen" }
type = "bool"

[[fact]]
id = "shifts"
label = { zh = "批次", en = "shifts" }
type = "int"
unit = "1"

[[fact]]
id = "photos"
label = { zh = "照片", en = "photographs" }
type = "text"
format = "files"

[[fact]]
id = "many"
label = { zh = "多", en = "many" }
type = "bool"
value = "people > 10"
"#;

const FORM: &str = r#"id = "resume"
title = { zh = "复工", en = "Resume" }
summary = { zh = "填好即生效", en = "Effective at once" }
basis = { doc = "made up" }
kind = "filing"
by = "firm"

[filled]
number = "number"
filed_on = "filed_on"
commitment = "commitment"

[offered]
when = "staff > 0"
otherwise = { zh = "没有职工", en = "Nobody works there" }

[[notice]]
when = "ownership = 'state'"
text = { zh = "国有企业另行报告", en = "State firms report as well" }

[[part]]
title = { zh = "人员", en = "People" }

[[part.field]]
fact = "people"
required = true
known = "staff"

[[part.field]]
fact = "first"
at_most = "people"

[[part.field]]
fact = "canteen"

[[part.field]]
fact = "kitchen"
never = { answer = "false", beside = ["canteen"], is = ["own"] }

[[part.field]]
fact = "shifts"
required = true
only_if = { fact = "canteen", is = ["own"] }

[[part.field]]
fact = "photos"
files = { accept = ["picture", "pdf"], most = 3, each_mb = 5 }

[[item]]
id = "truth"
text = { zh = "内容属实", en = "All of it is true" }
"#;

/// What is told of the form after an edit of it, or of its kind.
fn told(form: (&str, &str), kind: (&str, &str)) -> Vec<String> {
    assert!(FORM.contains(form.0) && KIND.contains(kind.0), "{form:?} {kind:?}");
    let (form, kind) = (FORM.replacen(form.0, form.1, 1), KIND.replacen(kind.0, kind.1, 1));
    let folder = city(&[("kinds/filing.toml", "", &kind), ("forms/resume.toml", "", &form)]);
    found(folder.path())
}

#[test]
fn a_sound_form_loads() {
    let folder = city(&[("kinds/filing.toml", "", KIND), ("forms/resume.toml", "", FORM)]);
    let rules = load(folder.path()).unwrap().ruleset;
    let form = &rules.forms[0];
    assert_eq!((rules.kinds[form.kind].id.as_str(), rules.kinds[form.by].id.as_str()), ("filing", "firm"));
    assert_eq!((form.known.len(), form.notices.len(), form.form.fields().count()), (1, 1, 6));
    assert!(form.offered.is_some());
    assert_eq!(form.form.field("kitchen").unwrap().never.as_ref().unwrap().beside.len(), 1);
    let photos = form.form.field("photos").unwrap().files.as_ref().unwrap();
    assert_eq!((photos.accept.len(), photos.most, photos.each_bytes), (4, 3, 5_000_000));
}

#[test]
fn tells_what_a_form_points_to_in_vain() {
    for (from, to, expected) in [
        ("kind = \"filing\"", "kind = \"filling\"", "not-found forms/resume.toml: \"filling\""),
        ("by = \"firm\"", "by = \"people\"", "wrong-fact forms/resume.toml: \"people\""),
        ("number = \"number\"", "number = \"people\"", "wrong-fact forms/resume.toml: \"people\""),
        ("filed_on = \"filed_on\"", "filed_on = \"number\"", "wrong-fact forms/resume.toml: \"number\""),
        ("fact = \"first\"", "fact = \"firts\"", "unknown-fact forms/resume.toml: \"firts\""),
        ("fact = \"first\"", "fact = \"many\"", "wrong-fact forms/resume.toml: \"many\""),
        ("fact = \"first\"", "fact = \"people\"", "twice forms/resume.toml: \"people\""),
        ("fact = \"first\"", "fact = \"filed_on\"", "twice forms/resume.toml: \"filed_on\""),
        ("known = \"staff\"", "known = \"stuff\"", "unknown-fact forms/resume.toml: stuff\""),
        ("known = \"staff\"", "known = \"ownership\"", "wrong-type forms/resume.toml: ownership\""),
        ("at_most = \"people\"", "at_most = \"canteen\"", "wrong-fact forms/resume.toml: \"canteen\""),
        ("at_most = \"people\"", "at_most = \"commitment\"", "wrong-fact forms/resume.toml: \"commitment\""),
        (
            "answer = \"false\"",
            "answer = \"no\"",
            "not-an-option forms/resume.toml: \"no\", beside = [\"canteen\"], ",
        ),
        (
            "beside = [\"canteen\"]",
            "beside = [\"shifts\"]",
            "wrong-fact forms/resume.toml: \"shifts\"], is = [\"own\"] }",
        ),
        ("beside = [\"canteen\"]", "beside = []", "empty forms/resume.toml: \"false\", beside = [], is = ["),
        ("staff > 0", "stuff > 0", "unknown-fact forms/resume.toml: stuff > 0\""),
        ("is = [\"own\"]", "is = [\"open\"]", "not-an-option forms/resume.toml: \"open\"] }"),
        (
            "{ fact = \"canteen\"",
            "{ fact = \"people\"",
            "wrong-fact forms/resume.toml: \"people\", is = [\"own\"] }",
        ),
        (
            "{ fact = \"canteen\"",
            "{ fact = \"many\"",
            "wrong-fact forms/resume.toml: \"many\", is = [\"own\"] }",
        ),
        ("ownership = 'state'", "ownership = 'stat'", "not-an-option forms/resume.toml: 'stat'\""),
        ("files = { accept", "# files = { accept", "files forms/resume.toml: \"photos\""),
        (
            "fact = \"canteen\"",
            "fact = \"canteen\"\nfiles = { accept = [\"pdf\"], most = 1, each_mb = 1 }",
            "files forms/resume.toml: \"canteen\"",
        ),
        ("\"pdf\"]", "\"svg\"]", "unknown-choice forms/resume.toml: \"svg\"], most = 3, each_mb = "),
        ("most = 3", "most = 0", "out-of-range forms/resume.toml: 0, each_mb = 5 }"),
        ("each_mb = 5", "each_mb = 500", "out-of-range forms/resume.toml: 500 }"),
        ("required = true", "requierd = true", "unknown-key forms/resume.toml: requierd = true"),
        (
            "text = { zh = \"内容属实\", en = \"All of it is true\" }",
            "",
            "missing-key forms/resume.toml: [[item]]",
        ),
    ] {
        let told = told((from, to), ("", ""));
        assert!(told.iter().any(|told| told == expected), "{to}: {expected}\nnot in {told:#?}");
    }
}

#[test]
fn a_filing_has_its_key_and_is_found_by_its_number() {
    let no_number = told(("", ""), ("also_key = [\"number\"]", ""));
    assert_eq!(no_number, ["number-not-found-by forms/resume.toml: \"number\""]);
    let first_is_key = told(("", ""), ("\"filed_on\"]", "\"first\"]"));
    assert_eq!(first_is_key, ["key-not-filled forms/resume.toml: \"resume\""]);
}

#[test]
fn a_case_that_a_filing_opens_is_declared() {
    let cases = "unclear = \"finance\"\nsilence = \"day\"\n[[clock]]\nid = \"day\"\nlabel = { zh = \"日\", en = \"day\" }\n\
                 days = 1\nbasis = { doc = \"x\" }\n[[kind]]\nid = \"food\"\nlabel = { zh = \"食\", en = \"food\" }\nclock = \"day\"\n";
    let told = |case: &str, cases: &str| {
        let form = FORM.replacen("[filled]", &format!("[case]\n{case}\n\n[filled]"), 1);
        let mut files = vec![("kinds/filing.toml", "", KIND), ("forms/resume.toml", "", form.as_str())];
        if !cases.is_empty() {
            files.push(("cases.toml", "", cases));
        }
        found(city(&files).path())
    };
    let by_answer = "of = \"canteen\"\nkinds = { own = \"food\" }\nwords = [\"canteen\"]";
    assert_eq!(told(by_answer, cases), Vec::<String>::new());
    assert_eq!(told("kind = \"food\"", cases), Vec::<String>::new());
    for (case, code) in [
        ("kind = \"fod\"", "not-found"),
        ("kind = \"food\"\nof = \"canteen\"", "one-case"),
        ("of = \"canteen\"", "one-case"),
        ("of = \"canteen\"\nkinds = { owned = \"food\" }", "not-an-option"),
        ("of = \"people\"\nkinds = { own = \"food\" }", "wrong-fact"),
        ("kind = \"food\"\nwords = [\"firm\"]", "wrong-fact"),
        ("kind = \"food\"\nclaims = \"people\"", "wrong-fact"),
        ("kind = \"food\"\nclaims = \"canteen\"", "not-found"),
        (
            "kind = \"food\"\nclaims = \"canteen\"\nexempts = { duty = \"a\", reason = \"a\", note = \"a\", proof = \"a\" }",
            "no-effect",
        ),
    ] {
        let told = told(case, cases);
        assert!(told.iter().any(|told| told.starts_with(code)), "{case}: {told:?}");
    }
    assert!(told("kind = \"food\"", "")[0].starts_with("no-cases-file"));
}

#[test]
fn options_may_be_a_list_of_the_folder() {
    let told = |list: &str| {
        let listed = format!("options = \"{list}\"");
        let begin = KIND.find("options = [").unwrap();
        let end = begin + KIND[begin..].find("]\n").unwrap() + 1;
        let kind = format!("{}{listed}{}", &KIND[..begin], &KIND[end..]);
        city(&[("kinds/filing.toml", "", &kind)])
    };
    let rules = crate::city::load(told("duties").path()).unwrap().ruleset;
    let (_, kind) = rules.kind("filing").unwrap();
    let listed = kind.facts.iter().find_map(|fact| match &fact.fact_type {
        model::FactType::Code { options } => {
            Some(options.iter().map(|option| option.id.as_str()).collect::<Vec<_>>())
        }
        _ => None,
    });
    assert_eq!(listed, Some(vec!["rent-waiver"]));
    assert!(found(told("dutys").path())[0].starts_with("unknown-choice kinds/filing.toml"));
}

#[test]
fn a_form_is_there_once() {
    let folder = city(&[
        ("kinds/filing.toml", "", KIND),
        ("forms/resume.toml", "", FORM),
        ("forms/second.toml", "", FORM),
    ]);
    assert_eq!(found(folder.path()), ["twice forms/second.toml: \"resume\""]);
}
