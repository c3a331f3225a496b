//! What a template can and cannot do, and what becomes of what it cannot.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should stop")]

use std::path::PathBuf;
use std::sync::LazyLock;

use letters::typeset::Typesetter;
use letters::{Fault, Job, Pdf, Press};
use model::Lang;
use model::letter::Template;
use serde_json::json;

static TYPESETTER: LazyLock<Typesetter> =
    LazyLock::new(|| Typesetter::new(None).expect("fonts-noto-cjk is needed"));

fn job(template: &str) -> Job {
    Job {
        templates: vec![
            Template { name: "main.typ".to_owned(), text: template.to_owned() },
            Template { name: "other.typ".to_owned(), text: "#let word = [应尽]".to_owned() },
        ],
        main: "main.typ".to_owned(),
        data: json!({"name": "#panic(\"x\") 甲"}),
        lang: Lang::Zh,
        on: "2020-05-31".parse().unwrap(),
        pages_max: 2,
        every_page: vec![],
    }
}

fn typeset(template: &str) -> Result<Pdf, Vec<Fault>> {
    TYPESETTER.typeset(&job(template))
}

/// The first fault.
fn fault(template: &str) -> Fault {
    typeset(template).unwrap_err().remove(0)
}

#[test]
fn the_same_job_gives_the_same_bytes() {
    let template = "#import \"other.typ\": word\n#json(\"data.json\").name #word #datetime.today().display()";
    let (first, again) = (typeset(template).unwrap(), typeset(template).unwrap());
    assert_eq!((first.pages, &first.bytes), (1, &again.bytes));
    assert!(first.bytes.starts_with(b"%PDF-"));
    let anew = Typesetter::new(None).unwrap().typeset(&job(template)).unwrap();
    assert_eq!(anew.bytes, first.bytes);
}

#[test]
fn a_template_reaches_nothing_but_its_folder() {
    for word in ["eval(\"1\")", "std.eval(\"1\")", "read(\"/etc/passwd\")", "plugin(\"a.wasm\")"] {
        let fault = fault(&format!("= 一\n#{word}"));
        assert!(matches!(&fault, Fault::Forbidden { place, .. } if place.line == 2), "{fault:?}");
    }
    assert!(matches!(fault("#import \"@preview/a:0.1.0\": b"), Fault::Forbidden { .. }));
    for source in ["#json(\"../../etc/passwd\")", "#include \"/etc/passwd\"", "#image(\"a.png\")"] {
        assert!(matches!(fault(source), Fault::Template { place: Some(_), .. }), "{source}");
    }
}

#[test]
fn a_mistake_has_its_place() {
    let Fault::Template { place: Some(place), says } = fault("= 一\n文 #nothing") else { panic!() };
    assert_eq!((place.file.as_str(), place.line, place.column), ("main.typ", 2, 4));
    assert!(says.contains("unknown variable"), "{says}");
    // A loop without an end is ended by the typesetter itself.
    assert!(matches!(fault("#while true {}"), Fault::Template { .. }));
    assert!(matches!(fault("#set text(font: \"No Such Font\")\n文"), Fault::Template { .. }));
}

#[test]
fn every_page_is_looked_over() {
    assert_eq!(fault("#for _ in range(3) { pagebreak() }"), Fault::Pages { pages: 4, most: 2 });
    assert_eq!(fault("#set page(paper: \"a5\")\n文"), Fault::Paper { page: 1 });
    let absent = Job { every_page: vec!["共 2 件".to_owned()], ..job("共2件 #pagebreak() 文") };
    let absent = TYPESETTER.typeset(&absent);
    assert_eq!(absent, Err(vec![Fault::Absent { page: 2, text: "共 2 件".to_owned() }]));
    // In a template, a character that no font has is its author's mistake.
    assert!(matches!(fault("🏭"), Fault::Glyph { page: 1, .. }));
}

#[test]
fn without_fonts_the_package_is_named() {
    let empty = std::env::temp_dir().join(format!("no-fonts-{}", std::process::id()));
    std::fs::create_dir_all(&empty).unwrap();
    let fault = Typesetter::new(Some(&empty)).err().unwrap();
    std::fs::remove_dir(&empty).unwrap();
    for lang in [Lang::Zh, Lang::En] {
        assert!(fault.message(lang).contains("fonts-noto-cjk"), "{}", fault.message(lang));
    }
}

#[test]
fn a_process_that_ends_is_told_of() {
    for program in ["false", "/nothing/here"] {
        let press = Press::new([PathBuf::from(program)]);
        assert!(matches!(press.print(&job("文")).unwrap_err()[..], [Fault::Press(_)]), "{program}");
    }
}
