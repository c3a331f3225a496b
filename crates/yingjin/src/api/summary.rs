//! What an event did, in words: its summary is kept as JSON, which nobody should have to read.

use chrono::NaiveDate;
use model::{Label, Lang};
use rules::ruleset::RuleSet;
use serde_json::{Map, Value as Json};

use super::words::Words;

/// What summaries speak of, in the order of a sentence: what was done, to whom, from where, how much. Events keep their
/// keys in no order.
const KEYS: [(&str, &str, &str); 58] = [
    ("sign", "登录", "sign-in"),
    ("what", "操作", "what"),
    ("account", "账户", "account"),
    ("role", "角色", "role"),
    ("case", "事项", "case"),
    ("action", "办理", "done"),
    ("raised", "提出事项", "case raised"),
    ("reconciled", "按判定立项和办结，评估日", "brought in step with the verdicts of"),
    ("gaps", "新立事项", "cases opened"),
    ("met", "已落实", "met"),
    ("exempt", "免除", "exempt"),
    ("lapsed", "不再应尽", "owed no longer"),
    ("exemption", "登记免尽，编号", "exempted, no."),
    ("withdrawn", "撤销免尽，编号", "exemption withdrawn, no."),
    ("duty", "责任事项", "duty"),
    ("pass", "评估日", "day judged"),
    ("file", "文件", "file"),
    ("source", "来源", "source"),
    ("sheets", "工作表", "sheets"),
    ("kind", "类别", "kind"),
    ("record", "档案", "record"),
    ("records", "档案", "records"),
    ("fact", "信息", "fact"),
    ("facts", "信息", "facts"),
    ("choose", "决定", "decided"),
    ("reason", "理由", "reason"),
    ("why", "理由", "reason"),
    ("from_on", "起始", "from"),
    ("until_on", "截止", "until"),
    ("proof", "证明文件指纹", "digest of proof"),
    ("area", "地区", "area"),
    ("department", "部门", "department"),
    ("rows", "行数", "rows"),
    ("read", "读取", "read"),
    ("added", "新增", "added"),
    ("changed", "更改", "changed"),
    ("unchanged", "未变", "unchanged"),
    ("put_aside", "待决定", "put aside"),
    ("rejected", "未读入", "rejected"),
    ("doubtful", "存疑", "doubtful"),
    ("conflicts", "来源不一致", "conflicts"),
    ("number", "备案编号", "number"),
    ("by", "备案单位", "filed by"),
    ("form", "表单", "form"),
    ("drawn_for", "抽签所属日期", "draw of"),
    ("lots", "参加抽签", "drawn from"),
    ("drawn", "抽中", "drawn"),
    ("seed_event", "种子取自事件", "seed from event"),
    ("firms", "网络企业", "firms of the network"),
    ("supplies", "供应关系", "supplies"),
    ("stopped", "停产", "stopped"),
    ("broken", "断点", "broken inputs"),
    ("conflict", "冲突编号", "conflict no."),
    ("aside", "放在一边的行编号", "row put aside, no."),
    ("rules", "规则版本", "rules"),
    ("digest", "文件指纹", "digest"),
    ("seed", "随机种子", "seed"),
    ("note", "说明", "note"),
];

/// Values that stand for something.
const VALUES: [(&str, &str, &str); 34] = [
    ("in", "登录成功", "signed in"),
    ("out", "退出登录", "signed out"),
    ("refused", "登录被拒", "sign-in refused"),
    ("made", "新建", "made"),
    ("password", "改密码", "password changed"),
    ("closed", "关闭", "closed"),
    ("opened", "重新开放", "opened"),
    ("changed", "更改", "changed"),
    ("first", "先到的", "first"),
    ("second", "后到的", "second"),
    ("value", "另填的", "another value"),
    ("match", "就是它", "match"),
    ("new", "新的", "new"),
    ("drop", "不收", "drop"),
    ("raise", "提出困难", "a problem raised"),
    ("note", "备注", "a word left"),
    ("take", "签收", "taken"),
    ("assign", "交人办理", "given to somebody"),
    ("answer", "答复", "answered"),
    ("hand-back", "退回", "handed back"),
    ("route", "转交", "sent on"),
    ("join", "协办", "help asked for"),
    ("pause", "暂停计时", "clock stopped"),
    ("resume", "恢复计时", "clock goes on"),
    ("close", "办结", "closed"),
    ("merge", "合并", "merged"),
    ("withdraw", "撤回", "taken back"),
    ("say", "受益人作答", "the beneficiary said"),
    ("link", "征询链接", "link to ask made"),
    ("administrator", "管理员", "administrator"),
    ("bureau", "市级部门", "bureau"),
    ("county", "县区", "county"),
    ("firm", "企业", "firm"),
    ("auditor", "审计", "auditor"),
];

/// The numbers of every duty after a pass are a table of their own, not a line; the size of a file says nothing of what
/// it did, nor the digests of a commitment's words and of a network.
const LEFT_OUT: [&str; 9] =
    ["counts", "bytes", "wording", "areas", "filled", "list", "known", "network", "left_out"];
/// What says by itself what it is about.
const BARE: [&str; 3] = ["sign", "what", "action"];
/// Characters of a digest that are enough to compare by eye.
const DIGEST_CHARS: usize = 12;

/// What an event did. What has no name here stands last, as it was written.
pub fn in_words(rules: &RuleSet, summary: &Json) -> Words {
    let say = |lang| Teller { rules, lang }.parts(summary).join(" · ");
    Words::new(say(Lang::Zh), say(Lang::En))
}

struct Teller<'a> {
    rules: &'a RuleSet,
    lang: Lang,
}

impl Teller<'_> {
    fn parts(&self, summary: &Json) -> Vec<String> {
        let object = match summary {
            Json::Object(object) => object,
            Json::Null => return vec![],
            other => return vec![plain(other)],
        };
        let place = |key: &str| KEYS.iter().position(|(known, ..)| *known == key).unwrap_or(KEYS.len());
        let mut entries: Vec<(&String, &Json)> = object.iter().collect();
        entries.sort_by_key(|(key, _)| place(key));
        entries.into_iter().flat_map(|(key, value)| self.part(object, key, value)).collect()
    }

    fn part(&self, object: &Map<String, Json>, key: &str, value: &Json) -> Vec<String> {
        // Of nothing, nothing is said; nor twice that the source, or the only sheet, is the file.
        if value.is_null() || *value == 0 || LEFT_OUT.contains(&key) {
            return vec![];
        }
        let only = match value {
            Json::Array(values) if values.len() == 1 => &values[0],
            other => other,
        };
        if matches!(key, "source" | "sheets") && object.get("file") == Some(only) {
            return vec![];
        }
        let name = self.word(&KEYS, key);
        // A list of two would be read as a label, too.
        if value.is_object() {
            return match serde_json::from_value::<Label>(value.clone()) {
                Ok(label) => vec![format!("{name} {}", label.get(self.lang))],
                Err(_) => self.parts(value),
            };
        }
        let kind = object.get("kind").and_then(Json::as_str).unwrap_or_default();
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        let shown: Vec<String> = values.iter().map(|value| self.value(key, value, kind)).collect();
        let text = shown.join(self.comma());
        vec![if BARE.contains(&key) { text } else { format!("{name} {text}") }]
    }

    fn value(&self, key: &str, value: &Json, kind: &str) -> String {
        let text = plain(value);
        match key {
            "kind" => self.kind(&text),
            "records" => match value.as_array().map(Vec::as_slice) {
                Some([kind, id]) => format!("{} {}", self.kind(&plain(kind)), plain(id)),
                _ => text,
            },
            "area" => {
                let area = self.rules.city.areas.get(&text);
                area.map_or(text, |area| area.name.get(self.lang).to_owned())
            }
            "department" => {
                let found = self.rules.city.departments.iter().find(|one| one.id.as_str() == text);
                found.map_or(text, |department| department.name.get(self.lang).to_owned())
            }
            "fact" | "facts" => {
                let fact = self.rules.kind(kind).and_then(|(_, kind)| kind.fact(&text));
                fact.map_or(text.clone(), |fact| fact.label.get(self.lang).to_owned())
            }
            "duty" => {
                let duty = self.rules.duties.iter().rfind(|version| version.duty.id.as_str() == text);
                duty.map_or(text, |version| version.duty.title.get(self.lang).to_owned())
            }
            "digest" | "rules" | "proof" => text.chars().take(DIGEST_CHARS).collect(),
            "pass" | "reconciled" => text.parse().map_or(text, |day| self.day(day)),
            "what" => {
                text.split(", ").map(|one| self.word(&VALUES, one)).collect::<Vec<_>>().join(self.comma())
            }
            "action" | "sign" | "choose" | "role" => self.word(&VALUES, &text).to_owned(),
            _ => value.as_u64().map_or(text, grouped),
        }
    }

    fn kind(&self, id: &str) -> String {
        self.rules.kind(id).map_or(id, |(_, kind)| kind.label.get(self.lang)).to_owned()
    }

    fn day(&self, day: NaiveDate) -> String {
        let form = match self.lang {
            Lang::Zh => "%Y年%-m月%-d日",
            Lang::En => "%-d %b %Y",
        };
        day.format(form).to_string()
    }

    fn comma(&self) -> &'static str {
        match self.lang {
            Lang::Zh => "、",
            Lang::En => ", ",
        }
    }

    fn word<'t>(&self, words: &[(&'t str, &'t str, &'t str)], key: &'t str) -> &'t str {
        let found = words.iter().find(|(known, ..)| *known == key);
        found.map_or(key, |(_, zh, en)| match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        })
    }
}

fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// 1913 as 1,913.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    #[test]
    fn a_summary_is_a_line_in_both_languages() {
        let city = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/city");
        let rules = rules::city::load(&city).unwrap().ruleset;
        let of_import = json!({
            // As an import keeps it: keys by the alphabet, what was not there as zero, the file's name three times.
            "added": 3, "bytes": 232, "changed": 0, "digest": "0123456789abcdef", "file": "a.csv", "kind": "firm",
            "put_aside": 1, "read": 1913, "sheets": ["a.csv"], "source": "a.csv",
        });
        for (summary, zh, en) in [
            (
                json!({"kind": "firm", "record": "7", "facts": ["staff", "contact_phone"], "reason": "a file"}),
                "类别 企业 · 档案 7 · 信息 从业人数、联系人手机 · 理由 a file",
                "kind firm · record 7 · facts staff, contact's phone · reason a file",
            ),
            (json!({"action": "hand-back", "case": 7}), "事项 7 · 退回", "case 7 · handed back"),
            (
                json!({"ended": {"met": 2}, "gaps": 1416, "reconciled": "2020-03-06"}),
                "按判定立项和办结，评估日 2020年3月6日 · 新立事项 1,416 · 已落实 2",
                "brought in step with the verdicts of 6 Mar 2020 · cases opened 1,416 · met 2",
            ),
            (json!({"sign": "refused"}), "登录被拒", "sign-in refused"),
            (
                json!({"account": "wang", "area": "990001", "role": "county", "what": "made", "department": null}),
                "新建 · 账户 wang · 角色 县区 · 地区 东区",
                "made · account wang · role county · area East",
            ),
            (
                json!({"account": "wang", "what": "password, opened"}),
                "改密码、重新开放 · 账户 wang",
                "password changed, opened · account wang",
            ),
            (
                of_import,
                "文件 a.csv · 类别 企业 · 读取 1,913 · 新增 3 · 待决定 1 · 文件指纹 0123456789ab",
                "file a.csv · kind firm · read 1,913 · added 3 · put aside 1 · digest 0123456789ab",
            ),
            (json!({"records": [["firm", "7"]]}), "档案 企业 7", "records firm 7"),
            (
                json!({"file": "a.csv", "note": {"zh": "虚构", "en": "made up"}, "result": {"read": 3}}),
                "文件 a.csv · 说明 虚构 · 读取 3",
                "file a.csv · note made up · read 3",
            ),
            (
                json!({"pass": "2020-03-06", "rules": "0123456789abcdef", "counts": {"x": {}}}),
                "评估日 2020年3月6日 · 规则版本 0123456789ab",
                "day judged 6 Mar 2020 · rules 0123456789ab",
            ),
            (json!({"colour": "red", "n": 1}), "colour red · n 1", "colour red · n 1"),
        ] {
            let said = in_words(&rules, &summary);
            assert_eq!((said.zh.as_str(), said.en.as_str()), (zh, en), "{summary}");
        }
    }
}
