//! What a template does to the process that typesets, it does to nobody else (docs/decisions/0008).

use std::path::Path;

use letters::{Fault, Job, Press};
use model::Lang;
use model::letter::Template;
use serde_json::json;

fn job(template: &str) -> Job {
    Job {
        templates: vec![Template { name: "main.typ".to_owned(), text: template.to_owned() }],
        main: "main.typ".to_owned(),
        data: json!({}),
        lang: Lang::Zh,
        on: "2020-05-31".parse().unwrap(),
        pages_max: 2,
        every_page: vec![],
    }
}

fn press() -> Press {
    yingjin::letter::press(Path::new(env!("CARGO_BIN_EXE_yingjin")), None)
}

/// Whether the next letter is there, whatever became of the last.
fn still_prints(press: &Press) {
    assert_eq!(press.print(&job("应尽")).map(|pdf| pdf.pages), Ok(1));
}

#[test]
fn a_template_that_takes_too_long_is_ended() {
    let press = press();
    // The typesetter ends a loop that goes on for long; it does not see loops within loops.
    let endless = "#for a in range(9000) { for b in range(9000) { for c in range(9000) { let d = a + b } } }";
    assert!(matches!(press.print(&job(endless)).unwrap_err()[..], [Fault::Late { .. }]));
    still_prints(&press);
}

#[test]
fn a_template_that_wants_more_memory_than_it_may_is_ended() {
    let press = press();
    still_prints(&press);
    // More at once than a worker may have in all: it is refused before any of it is touched.
    assert_eq!(press.print(&job("#(\"x\" * 4000000000).len()")).unwrap_err(), [Fault::Ended]);
    still_prints(&press);
}
