//! Data that is made up, to try templates with: much of it, none of it, and names that would do harm if they were
//! read as source.

use chrono::NaiveDate;
use model::letter::About;
use model::{Lang, Letter};
use rules::ruleset::RuleSet;

use super::data::{
    Bearer, BearerLine, Body, Data, Dispatch, DutySheet, DutyWords, Filed, Known, Measure, NextStep,
    Official, OpenCase, Owed, Part, Party, Plan, Receipt, Tally, TallyLine,
};
use super::day_words;
use crate::api::list::{say, unit_word};

/// How much there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Some pages.
    Much,
    /// Nothing: no line, no value that may be missing.
    Nothing,
    /// One line whose texts are long and full of signs.
    Signs,
}

impl Amount {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Much, Self::Nothing, Self::Signs];
}

/// Every sign that means something to the typesetter, and characters that hardly any font has.
pub const SIGNS: &str = r##"#panic("source") $x$ *b* _i_ `r` [c] {d} <l> @ref \ = h - l + n / t: // // /* https://a.cn "q' 🏭𪚥 ~"##;

/// The day of made-up letters.
const ON: NaiveDate = match NaiveDate::from_ymd_opt(2020, 5, 31) {
    Some(day) => day,
    None => NaiveDate::MIN,
};
const LINES: usize = 80;

/// Made-up data of the right shape for a letter, and the day it is for.
pub fn data(rules: &RuleSet, letter: &Letter, (amount, lang): (Amount, Lang)) -> (Data, NaiveDate) {
    let city = rules.city.name.get(lang).to_owned();
    let maker = Maker { rules, letter, amount, lang };
    let data = Data {
        lang,
        title: letter.label.get(lang).to_owned(),
        place: city.clone(),
        city,
        day: ON.to_string(),
        day_words: day_words(ON, lang),
        of: say(lang, "虚构的总数：100 件", "a made-up denominator: of 100").to_owned(),
        made_up: (amount != Amount::Nothing).then(|| {
            say(lang, "含虚构数据，不代表真实情况", "Holds made-up data: not the real state of things")
                .to_owned()
        }),
        body: maker.body(),
    };
    (data, ON)
}

struct Maker<'a> {
    rules: &'a RuleSet,
    letter: &'a Letter,
    amount: Amount,
    lang: Lang,
}

impl Maker<'_> {
    fn count(&self) -> usize {
        match self.amount {
            Amount::Much => LINES,
            Amount::Nothing => 0,
            Amount::Signs => 1,
        }
    }

    fn text(&self, zh: &str, en: &str) -> String {
        match self.amount {
            Amount::Signs => SIGNS.repeat(3),
            _ => say(self.lang, zh, en).to_owned(),
        }
    }

    fn maybe(&self, text: String) -> Option<String> {
        (self.amount != Amount::Nothing).then_some(text)
    }

    fn many<T>(&self, make: impl Fn(usize) -> T) -> Vec<T> {
        (0..self.count()).map(make).collect()
    }

    fn party(&self, at: usize) -> Party {
        Party {
            id: format!("9199000{at:011}"),
            name: self.maybe(self.text("示例单位", "Example Ltd.")),
            area: self.text("示例区", "Example District"),
        }
    }

    fn tally(&self) -> Tally {
        let many = if self.amount == Amount::Nothing { 0 } else { 12_345 };
        let (done, exempt) = (many / 2, many / 100);
        Tally {
            should: many,
            done,
            exempt,
            gap: many - done - exempt,
            leak: many / 1000,
            unknown: many / 10,
            overdue: many / 20,
            rate: self.maybe("49.99".to_owned()),
            rate_with_exempt: self.maybe("50.99".to_owned()),
            owed: self.maybe("123456789.05".to_owned()),
            amount_unknown: many / 50,
            paid: self.maybe("-3456.10".to_owned()),
        }
    }

    fn tally_lines(&self) -> Vec<TallyLine> {
        self.many(|at| TallyLine {
            name: self.text("示例单位", "Example Ltd."),
            more: format!("9199000{at:011}"),
            tally: self.tally(),
        })
    }

    fn duty(&self) -> DutyWords {
        let declared = self.letter.duty.as_ref();
        let declared = self.rules.duties.iter().rfind(|duty| Some(&duty.duty.id) == declared);
        let words = declared.map(|duty| DutyWords::of(self.rules, duty, self.lang)).unwrap_or_default();
        match self.amount {
            Amount::Nothing => DutyWords { clause: None, doc_title: None, summary: None, ..words },
            _ => DutyWords {
                clause: Some(self.text("三", "III")),
                doc_title: Some(self.text("示例文件", "Example")),
                ..words
            },
        }
    }

    fn columns(&self) -> Vec<String> {
        let duty = self.rules.duties.iter().rfind(|duty| Some(&duty.duty.id) == self.letter.duty.as_ref());
        let kind = duty.map(|duty| &self.rules.kinds[duty.kind]);
        let facts = self.letter.columns.iter().filter_map(|fact| kind?.fact(fact.as_str()));
        facts.map(|fact| fact.label.get(self.lang).to_owned()).collect()
    }

    fn bearer_line(&self, at: usize) -> BearerLine {
        BearerLine {
            id: format!("{at}"),
            name: self.maybe(self.text("示例路 1 号", "1 Example Road")),
            beneficiary: (self.amount != Amount::Nothing).then(|| self.party(at)),
            cells: self.letter.columns.iter().map(|_| self.maybe("4000.00".to_owned())).collect(),
            amount: self.maybe("12000.00".to_owned()),
            paid: self.maybe("0.00".to_owned()),
            due: self.maybe(ON.to_string()),
            is_overdue: at.is_multiple_of(2),
            missing: vec![self.text("职工人数", "staff")],
        }
    }

    fn measure(&self, _at: usize) -> Measure {
        Measure {
            title: self.text("示例政策", "Example measure"),
            verb: self.text("应享尽享", "owed"),
            summary: self.maybe(self.text("直接办理，无需申请。", "Nothing to claim.")),
            standing: self.maybe(self.text("未尽", "gap")),
            amount: self.maybe("12000.00".to_owned()),
            paid: self.maybe("0.00".to_owned()),
            unit: self.maybe(unit_word("CNY", self.lang).to_owned()),
            who_acts: self.text("示例局直接办理", "Example Bureau acts by itself"),
            due: self.maybe(ON.to_string()),
            doc: self.text("示发〔2020〕1号", "No. 1 of 2020"),
            clause: self.maybe(self.text("三", "III")),
            reason: self.text("符合条件：有职工参保", "All conditions hold: has insured staff"),
        }
    }

    fn plan(&self) -> Plan {
        let day = || self.maybe(ON.to_string());
        Plan {
            to: self.party(0),
            next: self.many(|at| NextStep {
                on: day(),
                is_late: at.is_multiple_of(2),
                what: self.text("示例事项", "Something to do"),
                who: self.text("示例局", "Example Bureau"),
            }),
            officials: self.many(|_| Official {
                name: self.maybe(self.text("示例干部", "An official")),
                scheme: self.text("示例方案", "Example scheme"),
                visited: day(),
                due: day(),
            }),
            parts: self
                .many(|_| Part {
                    title: self.text("人员", "People"),
                    from: self.maybe(self.text("示例备案 2020-05-31", "example filing 2020-05-31")),
                    facts: self.many(|_| Known {
                        label: self.text("职工人数", "staff"),
                        value: self.maybe("12".to_owned()),
                        unit: self.maybe(self.text("人", "people")),
                    }),
                })
                .into_iter()
                .take(3)
                .collect(),
            yes: self.many(|at| self.measure(at)),
            unknown: self.many(|at| self.measure(at)),
            no: self.count(),
            cases: self.many(|at| OpenCase {
                no: at.to_string(),
                title: self.text("示例困难", "Example problem"),
                office: self.text("示例局", "Example Bureau"),
                due: ON.to_string(),
                is_late: at.is_multiple_of(2),
            }),
            filed: self.many(|_| Filed {
                form: self.text("示例备案", "Example filing"),
                on: day(),
                state: self.maybe(self.text("整改中", "being put right")),
                due: day(),
            }),
        }
    }

    fn body(&self) -> Body {
        let unit = self.maybe(unit_word("CNY", self.lang).to_owned());
        match self.letter.about {
            About::Bearer => Body::Bearer(Box::new(Bearer {
                to: self.party(0),
                from: self.text("示例局", "Example Bureau"),
                duty: self.duty(),
                tally: self.tally(),
                unit,
                columns: self.columns(),
                lines: self.many(|at| self.bearer_line(at)),
                unknown: self.many(|at| self.bearer_line(at)),
            })),
            About::Owed => Body::Owed(Owed {
                to: self.party(0),
                yes: self.many(|at| self.measure(at)),
                unknown: self.many(|at| self.measure(at)),
                no: self.many(|at| self.measure(at)),
            }),
            About::Plan => Body::Plan(Box::new(self.plan())),
            About::Receipt => Body::Receipt(Receipt {
                number: "ABCD-EFGH-JKMN".to_owned(),
                form: self.text("示例备案", "Example filing"),
                by: self.text("示例单位", "Example Ltd."),
                received: "2020-05-31 08:00".to_owned(),
                items: (self.amount != Amount::Nothing)
                    .then(|| (0..10).map(|_| self.text("所填内容真实。", "What is filled in is true.")).collect()),
                replaced_by: self.maybe("JKMN-ABCD-EFGH".to_owned()),
                address: "https://yingjin.example.cn/receipts/ABCDEFGHJKMN".to_owned(),
                qr: r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M0 0h1v1H0z"/></svg>"#.to_owned(),
            }),
            About::Dispatch => Body::Dispatch(Dispatch {
                tally: self.tally(),
                areas: self.tally_lines(),
                duties: self.tally_lines(),
            }),
            About::Duty => Body::Duty(Box::new(DutySheet {
                duty: self.duty(),
                unit,
                tally: self.tally(),
                areas: self.tally_lines(),
                bearers: self.tally_lines(),
                listed: (self.amount != Amount::Nothing).then_some(LINES),
            })),
        }
    }
}
