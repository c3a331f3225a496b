//! What can be wrong with a city folder outside its expressions, in words.

use model::area::AreaError;

use crate::diagnostic::Message;
use crate::language::mistake::{both, suggest};
use crate::language::{Sentences, nearest};

fn says(what: Message, why: Message, mend: Message) -> Sentences {
    Sentences { what, why, mend }
}

fn see(section: &str) -> Message {
    both!("见 docs/city-folder.md “{}”", "see docs/city-folder.md, \"{}\""; section)
}

// Files

pub(super) fn unreadable(error: &str) -> Sentences {
    says(
        both!("读不了这个文件：{}", "this file cannot be read: {}"; error),
        both!("城市的规则要完整读入才能用", "a city is used only when all of it has been read"),
        both!("检查路径和权限", "check the path and the permissions"),
    )
}

pub(super) fn not_utf8() -> Sentences {
    says(
        both!("文件不是 UTF-8", "the file is not UTF-8"),
        both!("别的编码会把汉字读错", "another encoding would misread its words"),
        both!("另存为 UTF-8", "save it as UTF-8"),
    )
}

pub(super) fn file_too_large(limit_kib: u64) -> Sentences {
    says(
        both!("文件超过 {} KiB", "the file is larger than {} KiB"; limit_kib),
        both!("这样大的文件多半不是规则", "a file this large is most likely no rules"),
        both!("拆成几个文件", "split it"),
    )
}

pub(super) fn too_many_files(limit: usize) -> Sentences {
    says(
        both!("文件超过 {} 个", "there are more than {} files"; limit),
        both!("多半是指错了文件夹", "most likely this is another folder"),
        both!("检查文件夹", "check the folder"),
    )
}

pub(super) fn folder_too_deep() -> Sentences {
    says(
        both!("文件夹嵌套太深，没有读", "this folder is nested too deep and was not read"),
        both!(
            "kinds/ 和 forms/ 下不分文件夹，parameters/ 和 duties/ 按机关分",
            "kinds/ and forms/ have no folders, parameters/ and duties/ have one an authority"
        ),
        see("The city folder"),
    )
}

pub(super) fn toml(message: &str) -> Sentences {
    says(
        both!("这里不合 TOML 的写法，解析器的原话是“{}”", "this is not TOML: {}"; message),
        both!("读不懂的文件整个不能用", "a file that cannot be read is of no use"),
        both!("按 TOML 的写法改，见 https://toml.io", "write it as TOML, see https://toml.io"),
    )
}

pub(super) fn missing_key(key: &str) -> Sentences {
    says(
        both!("缺少 {}", "{} is missing"; key),
        both!("这一项必须写明", "it has to be said"),
        both!("加上 {} = …，见 docs/city-folder.md", "add {} = …, see docs/city-folder.md"; key),
    )
}

pub(super) fn unknown_key(key: &str, known: &[&str]) -> Sentences {
    says(
        both!("不认识的键 {}", "unknown key {}"; key),
        both!("写错的键会被悄悄忽略，所以算错误", "a misspelt key would be ignored in silence"),
        suggest(nearest(key, known.iter().copied()), known),
    )
}

pub(super) fn toml_type(wanted: (&str, &str), got: (&str, &str)) -> Sentences {
    says(
        Message::new(
            format!("这里要{}，却是{}", wanted.0, got.0),
            format!("{} is wanted here, this is {}", wanted.1, got.1),
        ),
        both!("不做任何暗中的转换", "nothing is converted in silence"),
        Message::new(format!("写成{}", wanted.0), format!("write {}", wanted.1)),
    )
}

pub(super) fn empty() -> Sentences {
    says(
        both!("文字是空的", "the text is empty"),
        both!("空的名称或条件没有意义", "an empty name or condition says nothing"),
        both!("写上内容，或去掉这一项", "write something, or leave it out"),
    )
}

pub(super) fn choice(got: &str, options: &[&str]) -> Sentences {
    says(
        both!("{} 不在可选之列", "{} is not one of the choices"; got),
        both!("只认识列出的几个", "only those are known"),
        suggest(nearest(got, options.iter().copied()), options),
    )
}

// Names

pub(super) fn bad_id(id: &str) -> Sentences {
    says(
        both!("{} 不能作名称", "{} cannot be a name"; id),
        both!("名称写在文件名、网址和别的文件里", "names stand in file names, addresses and other files"),
        both!(
            "用小写英文字母、数字、_ 或 -，以字母开头",
            "use lower-case letters a-z, digits, _ or -, and begin with a letter"
        ),
    )
}

pub(super) fn bad_name(id: &str) -> Sentences {
    says(
        both!("{} 不能作事实或参数的名称", "{} cannot be the name of a fact or parameter"; id),
        both!(
            "它要写在表达式里：没有 -，也不能是语言自己的词",
            "it is written in expressions: no -, and no word of the language itself"
        ),
        both!("用小写英文字母、数字、_，如 {}_value", "use lower-case letters a-z, digits and _, as {}_value"; id.replace('-', "_")),
    )
}

pub(super) fn twice(what: (&str, &str), id: &str, first: &str) -> Sentences {
    says(
        Message::new(format!("{} {id} 写了两次", what.0), format!("{} {id} is there twice", what.1)),
        both!("先写的在 {}", "the first is at {}"; first),
        both!("改一个名称，或删去一个", "rename one, or drop one"),
    )
}

pub(super) fn not_found(what: (&str, &str), id: &str, all: &[&str]) -> Sentences {
    says(
        Message::new(format!("没有{} {id}", what.0), format!("there is no {} {id}", what.1)),
        both!("名称要指向声明过的东西", "a name has to be that of something declared"),
        suggest(nearest(id, all.iter().copied()), all),
    )
}

pub(super) fn areas(error: &AreaError) -> Sentences {
    let what = match error {
        AreaError::Twice(code) => both!("地区 {} 写了两次", "area {} is listed twice"; code),
        AreaError::NoParent(code, parent) => {
            both!("地区 {} 的上级 {} 没有列出", "area {} lies in {}, which is not listed"; code, parent)
        }
        AreaError::Cycle(code) => both!("地区 {} 在自己里面", "area {} lies within itself"; code),
    };
    says(
        what,
        both!(
            "参数按地区由内到外查找，权限也按地区",
            "parameters and permissions go by area, from the inner to the outer"
        ),
        both!("改正 code 或 parent", "mend `code` or `parent`"),
    )
}

pub(super) fn calendar_year(year: i64) -> Sentences {
    says(
        both!("日期不在 {} 年", "the day is not in {}"; year),
        both!("一个 [[calendar]] 只记一年的通知", "a [[calendar]] is one year's notice"),
        both!("放到那一年的 [[calendar]] 里", "put it under that year's [[calendar]]"),
    )
}

pub(super) fn ends_before_start() -> Sentences {
    says(
        both!("to 早于 from", "`to` is before `from`"),
        both!("这样的一段没有一天", "such a span has no day"),
        both!("调换或改正日期", "swap or mend the days"),
    )
}

// Kinds

pub(super) fn not_for_type(key: &str, fact_type: &str) -> Sentences {
    says(
        both!("{} 类型没有 {1}", "type {} has no {1}"; fact_type, key),
        both!("写了也不起作用", "it would have no effect"),
        both!("去掉 {}，或改类型", "drop {}, or change the type"; key),
    )
}

pub(super) fn no_options() -> Sentences {
    says(
        both!("代码没有 options", "a code has no options"),
        both!("没有可选值的代码永远未知", "a code with nothing to choose is always unknown"),
        both!("加上 options = [ {{ id = …, label = … }} ]", "add options = [ {{ id = …, label = … }} ]"),
    )
}

pub(super) fn scale(limit: u8) -> Sentences {
    says(
        both!("scale 要在 0 到 {} 之间", "scale is between 0 and {}"; limit),
        both!("再多的小数不能精确保存", "more digits after the point could not be kept exactly"),
        both!("钱用 2", "for money, 2"),
    )
}

pub(super) fn bad_unit(error: &str) -> Sentences {
    says(
        both!("单位写法不对：{}", "this is no unit: {}"; error),
        both!("单位用来防止把元和人相比", "units keep yuan from being compared with persons"),
        both!("写成 CNY、CNY/month、person 或 1", "write CNY, CNY/month, person or 1"),
    )
}

pub(super) fn from_without_by() -> Sentences {
    says(
        both!("from 和 by 要一起写", "`from` and `by` go together"),
        both!(
            "要知道汇总哪一类记录、它们由哪个引用指到这里",
            "an aggregate needs the kind of the records and the reference by which they point here"
        ),
        both!("两个都写上，或都去掉", "give both, or neither"),
    )
}

pub(super) fn by_points_elsewhere(by: &str, from: &str, kind: &str) -> Sentences {
    says(
        both!("{1} 的 {0} 不是指向 {2} 的引用", "{0} of {1} is no reference to {2}"; by, from, kind),
        both!("汇总的是由它指到这里的记录", "an aggregate goes over the records that point here by it"),
        both!("写一个 type = \"ref\"、to = \"{}\" 的事实", "name a fact of type = \"ref\", to = \"{}\""; kind),
    )
}

pub(super) fn derived_reference(by: &str) -> Sentences {
    says(
        both!("{} 是派生的，不能用来找记录", "{} is derived: records are not found by it"; by),
        both!(
            "指向哪条记录要先知道，才能汇总",
            "where a record points has to be known before anything is summed"
        ),
        both!("用登记的引用", "use a reference that is told"),
    )
}

pub(super) fn wrong_fact(id: &str, wanted: (&str, &str)) -> Sentences {
    says(
        Message::new(format!("{id} 不是{}", wanted.0), format!("{id} is not {}", wanted.1)),
        both!("这里只能用这样的事实", "only such a fact can stand here"),
        Message::new(format!("换成{}", wanted.0), format!("name {}", wanted.1)),
    )
}

pub(super) fn derived_and_asked(key: &str) -> Sentences {
    says(
        both!("{} 只用于派生事实", "{} is for derived facts"; key),
        both!("没有 value 就不计算", "nothing is computed without `value`"),
        both!("加上 value，或去掉 {}", "add `value`, or drop {}"; key),
    )
}

pub(super) fn cycle(names: &str) -> Sentences {
    says(
        both!("派生事实绕成了圈：{}", "these derived facts go round in a circle: {}"; names),
        both!("每一个都要等另一个先算出来", "each waits for another to be computed first"),
        both!("让其中一个只用登记的事实", "let one of them read only facts that are told"),
    )
}

// Parameters

pub(super) fn list_of_text() -> Sentences {
    says(
        both!("列表参数只能是文字", "a list parameter holds text"),
        both!("列表用来问一个代码在不在其中", "a list answers whether a code is in it"),
        both!("写 type = \"text\"，或用 between", "write type = \"text\", or use between"),
    )
}

pub(super) fn value_or_unset() -> Sentences {
    says(
        both!("value 和 unset 要写一个，也只写一个", "one of `value` and `unset` is needed, and only one"),
        both!("要么有值，要么说明为什么没有", "there is a value, or a reason why there is none"),
        both!(
            "写 value = …，或 unset = {{ zh = …, en = … }}",
            "write value = …, or unset = {{ zh = …, en = … }}"
        ),
    )
}

pub(super) fn value_type(wanted: (&str, &str), got: &str) -> Sentences {
    says(
        Message::new(format!("{got} 不是{}", wanted.0), format!("{got} is not {}", wanted.1)),
        both!("不做任何暗中的转换", "nothing is converted in silence"),
        Message::new(format!("写成{}", wanted.0), format!("write {}", wanted.1)),
    )
}

pub(super) fn same_day_twice() -> Sentences {
    says(
        both!("同一地区从同一天起有两个值", "two values hold from one day in one area"),
        both!("不知道用哪一个", "nobody can tell which"),
        both!("改正 from、area，或删去一个", "mend `from` or `area`, or drop one"),
    )
}

pub(super) fn replaced_by_next(next_from: &str) -> Sentences {
    says(
        both!("to 越过了同一地区的下一个值，它从 {} 起", "`to` runs past the next value of this area, from {}"; next_from),
        both!("从那一天起用后一个值", "from that day on the later value is taken"),
        both!("若本意如此，把 to 改成前一天", "if that is meant, let `to` be the day before"),
    )
}

pub(super) fn outlives_next(next_from: &str, next_to: &str) -> Sentences {
    says(
        both!(
            "to 越过了同一地区的下一个值，它从 {} 到 {}",
            "`to` runs past the next value of this area, from {} to {}"; next_from, next_to
        ),
        both!(
            "那个值到期以后是否恢复本值，无从得知",
            "once that one has ended, nobody can tell whether this one comes back"
        ),
        both!(
            "把 to 改成 {0} 的前一天；若 {1} 以后恢复，再写一个值",
            "let `to` be the day before {0}; if this value comes back after {1}, say so as one more value";
            next_from, next_to
        ),
    )
}

pub(super) fn never_asked(key: &str, facts: &str, options: &[&str]) -> Sentences {
    says(
        both!("{} 从来不会被查到", "nothing ever asks for {}"; key),
        both!("这个参数按 {} 查，其中没有这个代码", "this parameter is looked up by {}, which has no such code"; facts),
        suggest(nearest(key, options.iter().copied()), options),
    )
}

pub(super) fn unset(parameter: &str, reason: &model::Label) -> Sentences {
    says(
        Message::new(
            format!("参数 :{parameter} 没有值：{}", reason.zh),
            format!("parameter :{parameter} has no value: {}", reason.en),
        ),
        both!("用到它的条款在此期间未知", "clauses that read it are unknown in that time"),
        both!("拿到文件后填上 value", "fill in `value` once the document is in hand"),
    )
}

pub(super) fn uncovered(parameter: &str, day: &str, area: Option<&str>) -> Sentences {
    let (zh, en) = match area {
        Some(area) => (format!("在 {area} "), format!(" in {area}")),
        None => (String::new(), String::new()),
    };
    says(
        Message::new(
            format!("参数 :{parameter} {zh}从 {day} 起没有值"),
            format!("parameter :{parameter} has no value from {day}{en}"),
        ),
        both!("这一天本事项有效，却无法判断", "the duty holds on that day and could not be judged"),
        both!(
            "补上 [[parameter.value]]；文件没有说就写 unset",
            "add a [[parameter.value]]; where no document says, write `unset`"
        ),
    )
}

// Duties

pub(super) fn no_should() -> Sentences {
    says(
        both!("没有 [[should]]", "there is no [[should]]"),
        both!("不说明谁应当享有，就没有应尽的范围", "without it nobody can tell who is owed it"),
        both!("至少写一个条款", "write at least one clause"),
    )
}

pub(super) fn no_span() -> Sentences {
    says(
        both!("valid 里没有时段", "`valid` has no span"),
        both!("永远无效的事项没有意义", "a duty that never holds says nothing"),
        both!("写 valid = [ {{ from = 2020-01-01 }} ]", "write valid = [ {{ from = 2020-01-01 }} ]"),
    )
}

pub(super) fn overlap(first: &str) -> Sentences {
    says(
        both!("有效期与 {} 重叠", "its validity overlaps that at {}"; first),
        both!("同一天有两个版本，不知道用哪一个", "on one day two versions hold, and nobody can tell which"),
        both!("让一个在另一个的前一天结束", "let one end on the day before the other begins"),
    )
}

pub(super) fn other_kind(first: &str) -> Sentences {
    says(
        both!("与 {} 的版本不是同一类别", "the version at {} is of another kind"; first),
        both!("同一事项的历史要能接上", "the history of one duty has to go on"),
        both!("用同一 kind，或换一个 id", "use the same kind, or another id"),
    )
}

pub(super) fn no_cases(what: &str) -> Sentences {
    says(
        both!("{} 没有 [[case]]", "{} has no [[case]]"; what),
        both!("没有例子，改动时就不知道有没有改错", "without an example nobody sees when a change breaks it"),
        both!("至少写一个例子：given 和 expect", "write at least one: given and expect"),
    )
}

pub(super) fn no_state(kind: &str) -> Sentences {
    says(
        both!("{} 没有代码类型的事实 state", "{} has no code fact `state`"; kind),
        both!("states 按证据的 state 判断办到哪一步", "`states` reads the evidence's `state`"),
        both!("给它加上 state，或去掉 states", "give it one, or drop `states`"),
    )
}

pub(super) fn one_case() -> Sentences {
    says(
        both!(
            "[case] 要写 kind，或者写 of 和 kinds，只能用一种",
            "[case] has `kind`, or `of` with `kinds`, not both"
        ),
        both!("要知道备案立哪一种事项", "it has to say which kind of case a filing opens"),
        both!("删去多余的，或补上缺的", "drop one, or add what is missing"),
    )
}

pub(super) fn claims_and_exempts() -> Sentences {
    says(
        both!("[case] 不能同时写 claims 和 exempts", "[case] has `claims` or `exempts`, not both"),
        both!(
            "一份备案只申请一件事：兑现，或者免尽",
            "a filing asks for one thing: to be served, or to be exempted"
        ),
        both!("删去其中一个", "drop one"),
    )
}

pub(super) fn not_outlines(found: &str) -> Sentences {
    says(
        Message::new(format!("读不出区域边界：{found}"), format!("these are no outlines of areas: {found}")),
        both!("报送地点要靠边界归到区域", "by its outlines a place is known to lie in an area"),
        both!(
            "写成 GeoJSON：要素是 Polygon 或 MultiPolygon，properties 里有 code，坐标是经度、纬度",
            "write GeoJSON: features are Polygon or MultiPolygon, with a code in properties; longitude, then latitude"
        ),
    )
}

pub(super) fn no_cases_file() -> Sentences {
    says(
        both!("这个城市没有 cases.toml", "this city has no cases.toml"),
        both!("事项的种类和时限写在那里", "kinds of case and their times stand there"),
        both!("加上 cases.toml，或删去 [case]", "add cases.toml, or drop [case]"),
    )
}

pub(super) fn states_without_from() -> Sentences {
    says(
        both!("states 要与 from 和 by 一起写", "`states` goes with `from` and `by`"),
        both!("它说的是证据记录的 state", "it is about the state of evidence records"),
        both!("加上 from 和 by，或去掉 states", "add `from` and `by`, or drop `states`"),
    )
}

pub(super) fn never(answer: Never) -> Sentences {
    let what = match answer {
        Never::True => both!("这个条件永远不成立", "this condition is never true"),
        Never::False => both!("这个条件永远不会不成立", "this condition is never false"),
    };
    says(
        what,
        both!("它什么也没有筛选，多半写错了", "it tells nobody apart, and is most likely a slip"),
        both!("检查其中的界限、代码和 and/or", "check its bounds, its codes, and its and/or"),
    )
}

/// What a condition can never be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Never {
    True,
    False,
}

pub(super) fn no_calendar(years: &str) -> Sentences {
    says(
        both!("没有 {} 年的节假日安排", "there is no calendar for {}"; years),
        both!("期限只按周一到周五计算", "terms count Monday to Friday only"),
        both!("在 city.toml 加上 [[calendar]]", "add a [[calendar]] to city.toml"),
    )
}

// Forms

pub(super) fn number_not_found_by(fact: &str, kind: &str) -> Sentences {
    says(
        both!("按 {} 找不到 {} 的记录", "records of {1} are not found by {0}"; fact, kind),
        both!("回执要按编号查验", "a receipt is checked by its number"),
        both!("在 {1} 的 also_key 里加上 {0}", "add {0} to the `also_key` of {1}"; fact, kind),
    )
}

pub(super) fn files_of(fact: &str, names_files: bool) -> Sentences {
    if names_files {
        return says(
            both!("{} 是附件，没有说收什么", "{} names files, and nothing says which are taken"; fact),
            both!("附件的种类、个数和大小都有限度", "files are taken by type, number and size"),
            both!(
                "加上 files = {{ accept = [\"picture\"], most = 3, each_mb = 5 }}",
                "add files = {{ accept = [\"picture\"], most = 3, each_mb = 5 }}"
            ),
        );
    }
    says(
        both!("{} 不是附件", "{} names no files"; fact),
        both!("只有 format = \"files\" 的事实能收附件", "only a fact with format = \"files\" takes files"),
        both!("去掉 files，或给它 format = \"files\"", "drop `files`, or give it format = \"files\""),
    )
}

pub(super) fn out_of_range(key: &str, most: i64) -> Sentences {
    says(
        both!("{} 要在 1 到 {} 之间", "{} is between 1 and {}"; key, most),
        both!("太多太大，手机和服务器都收不下", "phones and servers take no more"),
        both!("换一个数", "write another number"),
    )
}

pub(super) fn key_not_filled(key: &str, kind: &str) -> Sentences {
    says(
        both!("{1} 的标识 {0} 在表中没有必填", "{0}, part of the key of {1}, need not be filled in"; key, kind),
        both!("没有标识的记录存不下来", "a record without its key cannot be kept"),
        both!("加一个 required = true、没有 only_if 的字段 {}", "ask {} as a field with required = true and no only_if"; key),
    )
}

// Cases

pub(super) fn no_such_members(kind: &str) -> Sentences {
    says(
        both!("{} 的记录不指到这里", "records of kind {} do not point here"; kind),
        both!("members 里是指向本记录的记录", "`members` are the records that point to this one"),
        both!("检查类别的名称", "check the name of the kind"),
    )
}

pub(super) fn not_in_force(day: &str) -> Sentences {
    says(
        both!("{} 这一天本版本无效", "this version does not hold on {}"; day),
        both!("无效的日子没有答案", "on a day on which it does not hold there is no answer"),
        both!("改 on，或放到那一天有效的版本里", "change `on`, or move the case to the version of that day"),
    )
}

pub(super) fn nothing_expected() -> Sentences {
    says(
        both!("expect 是空的", "`expect` is empty"),
        both!("什么也不检查的例子不能发现错误", "a case that expects nothing cannot fail"),
        both!("写上 should、standing、amount 等", "write should, standing, amount, …"),
    )
}

pub(super) fn differs((case, field): (&str, &str), expected: &str, got: &str) -> Sentences {
    says(
        Message::new(
            format!("例子“{case}”：{field} 应为 {expected}，算出来是 {got}"),
            format!("case \"{case}\": {field} is expected to be {expected} and came out as {got}"),
        ),
        both!("规则和例子有一个是错的", "either the rule or the case is wrong"),
        both!("对照文件改其中一个", "read the document and mend one of them"),
    )
}

pub(super) fn never_owed() -> Sentences {
    says(
        both!("这些 [[should]] 不可能同时成立", "these [[should]] clauses never hold together"),
        both!("没有人会应享", "nobody could ever be owed it"),
        both!("检查各条款之间的界限和代码", "check the bounds and codes of one clause against the others"),
    )
}

// Cases of work

pub(super) fn one_term() -> Sentences {
    says(
        both!(
            "时限要写 hours、days、working_days 之一",
            "a clock has exactly one of hours, days, working_days"
        ),
        both!("小时、自然日和工作日算法不同", "hours, days and working days are counted in different ways"),
        both!("只留一个，如 days = 7", "keep one, as days = 7"),
    )
}

pub(super) fn no_wait() -> Sentences {
    says(
        both!("要写 untaken 或 overdue", "an escalation has untaken, overdue or both"),
        both!("没有等待时间，事项不会自己上报", "without a wait no case goes up by itself"),
        both!("如 untaken = {{ working_days = 2 }}", "as untaken = {{ working_days = 2 }}"),
    )
}

pub(super) fn gap_kind() -> Sentences {
    says(
        both!("事项种类 gap 不用声明", "the kind of case gap is not declared"),
        both!(
            "它就是应尽未尽，时限和部门由各承诺事项规定",
            "it is the gap of a duty: its time and its office are the duty's"
        ),
        both!("去掉这个 [[kind]]，或换一个名称", "drop this [[kind]], or give it another name"),
    )
}

// Letters

pub(super) fn no_template(name: &str) -> Sentences {
    says(
        both!("没有模板 letters/{}", "there is no template letters/{}"; name),
        both!("函件的样式由与它同名的模板决定", "how a letter looks is said by the template of its name"),
        both!("加上 letters/{}，或改 id", "add letters/{}, or change the id"; name),
    )
}

pub(super) fn letter_plan(about: &str, needs: bool) -> Sentences {
    let what = if needs {
        both!("about = \"{}\" 的函件要写明 of", "a letter with about = \"{}\" has to say of whom"; about)
    } else {
        both!("about = \"{}\" 的函件没有 of 和 part", "a letter with about = \"{}\" has neither `of` nor parts"; about)
    };
    says(
        what,
        both!("它说的是哪一类主体，由此决定", "that says the kind of whom the plan is"),
        if needs {
            both!("加上 of = \"…\"", "add of = \"…\"")
        } else {
            both!("去掉它们", "drop them")
        },
    )
}

pub(super) fn letter_duty(about: &str, needs: bool) -> Sentences {
    let what = if needs {
        both!("about = \"{}\" 的函件要写明 duty", "a letter with about = \"{}\" has to name its duty"; about)
    } else {
        both!("about = \"{}\" 的函件没有 duty", "a letter with about = \"{}\" has no duty"; about)
    };
    says(
        what,
        both!("它说的是哪一项责任，由此决定", "that says which promise it is about"),
        if needs {
            both!("加上 duty = \"…\"", "add duty = \"…\"")
        } else {
            both!("去掉 duty", "drop it")
        },
    )
}

pub(super) fn no_bearer(duty: &str) -> Sentences {
    says(
        both!("责任 {} 没有 bearer", "the duty {} has no bearer"; duty),
        both!("没有人可以收这封函", "there is nobody to write to"),
        both!("换一项有 bearer 的责任", "name a duty that has one"),
    )
}

pub(super) fn pages(fewest: i64, most: i64) -> Sentences {
    says(
        both!("pages 应在 {} 到 {} 之间", "pages has to be from {} to {}"; fewest, most),
        both!("过长的函件会拖住服务器", "a letter that is too long would keep the server busy"),
        both!("改成这个范围内的整数", "write a whole number in between"),
    )
}

// Notices

pub(super) fn only_due() -> Sentences {
    says(
        both!(
            "working_days 只和 due、correct-soon 一起用",
            "working_days only goes with due and correct-soon"
        ),
        both!("别的起因发生时就通知", "whoever is told of anything else is told when it happens"),
        both!(
            "删去 working_days，或把 due、correct-soon 写进 on",
            "take working_days out, or name one of them in on"
        ),
    )
}

pub(super) fn other_subject() -> Sentences {
    says(
        both!(
            "一种通知里的起因和收件人要么都关于事项，要么都关于备案",
            "the causes and receivers of one notice are about cases or about filings"
        ),
        both!("一句话里的占位不能两样都填", "its words can only be filled for one of the two"),
        both!("分成两种通知", "make two notices of it"),
    )
}

pub(super) fn no_count() -> Sentences {
    says(
        both!("没有写 {{count}}", "{{count}} is missing"),
        both!("几件事合成一条通知时，要说明有几件", "one notice stands for several, and has to say how many"),
        both!("把 {{count}} 写进两种语言", "write {{count}} in both languages"),
    )
}

// Chains

pub(super) fn share(text: &str) -> Sentences {
    says(
        both!("{} 不是大于 0、不超过 1 的小数", "{} is no share above 0 and up to 1"; text),
        both!("它是断供的界限", "it says below what an input is broken"),
        both!("写成 \"0.5\" 这样的小数", "write it as \"0.5\""),
    )
}

pub(super) fn headroom(text: &str) -> Sentences {
    says(
        both!("{} 不是 0 到 1 的小数", "{} is no share from 0 to 1"; text),
        both!("它说明企业还能比平常多产多少", "it says how much more than normally a firm can make"),
        both!("写成 \"0.1\" 这样的小数", "write it as \"0.1\""),
    )
}

pub(super) fn division(code: &str) -> Sentences {
    says(
        both!("{} 不是国民经济行业大类", "{} is no division of GB/T 4754"; code),
        both!("大类是 01 到 97 的两位数字", "divisions are two digits, 01 to 97"),
        both!("改正行业大类代码", "mend the division"),
    )
}

pub(super) fn unmapped_divisions(codes: &[String]) -> Sentences {
    says(
        both!("有 {} 个行业大类没有对应的矩阵行业：{1}", "{} divisions have no sector: {1}"; codes.len(), codes.join(" ")),
        both!(
            "这些行业的企业不进入供应网络计算",
            "firms of these industries are left out of the supply network"
        ),
        both!("需要时在 [divisions] 补上", "add them to [divisions] where they matter"),
    )
}

pub(super) fn class(code: &str) -> Sentences {
    says(
        both!("{} 不是国民经济行业代码", "{} is no class of GB/T 4754"; code),
        both!("代码是一个大写字母加二到四位数字", "a class is a capital letter and two to four digits"),
        both!("写成 C3821 这样的代码", "write it as C3821"),
    )
}

pub(super) fn unmapped_class(code: &str) -> Sentences {
    says(
        both!("{} 所在的行业大类没有对应的矩阵行业", "the division of {} has no sector"; code),
        both!(
            "产品之间没有写明的必需关系要查矩阵",
            "what the chain does not say is looked up in the essential matrix"
        ),
        both!("在 chains.toml 的 [divisions] 补上", "add the division to [divisions] in chains.toml"),
    )
}

pub(super) fn no_table(path: &str) -> Sentences {
    says(
        both!("没有 {}", "there is no {}"; path),
        both!("必需矩阵是 chains/ 下的一个 csv 文件", "the essential matrix is a csv file in chains/"),
        both!("放入这个文件，或改正文件名", "put the file there, or mend its name"),
    )
}

pub(super) fn table_heading() -> Sentences {
    says(
        both!("表头的行业为空或有重复", "the heading has no sector, an empty one, or one twice"),
        both!(
            "表头从第二格起逐个写采购方行业",
            "from its second cell on, the heading names the buying sectors"
        ),
        both!("改正第一行", "mend the first line"),
    )
}

pub(super) fn table_row(sector: &str, cells: usize) -> Sentences {
    says(
        both!("这一行不是“{}”加 {1} 个 0、1、2", "this row is not \"{}\" and {1} cells of 0, 1, 2"; sector, cells),
        both!("矩阵是方阵，行的顺序与表头一致", "the matrix is square, its rows in the order of the heading"),
        both!("改正这一行", "mend the row"),
    )
}

pub(super) fn table_short(rows: usize, sectors: usize) -> Sentences {
    says(
        both!("矩阵有 {} 行，表头有 {1} 个行业", "the matrix has {} rows and {1} sectors"; rows, sectors),
        both!("矩阵是方阵，行的顺序与表头一致", "the matrix is square, its rows in the order of the heading"),
        both!("补上缺的行", "add the missing rows"),
    )
}

pub(super) fn flows_back(input: &str, product: &str) -> Sentences {
    says(
        both!("{} 在 {1} 的下游，或就是它自己", "{} is downstream of {1}, or is itself"; input, product),
        both!(
            "环节从上游写到下游，投入只能来自上游或同一环节",
            "segments go from upstream to downstream, and inputs come from upstream or beside"
        ),
        both!("调整环节的顺序，或改正投入", "change the order of the segments, or the input"),
    )
}

pub(super) fn both_needs(input: &str) -> Sentences {
    says(
        both!("{} 既是必需又是一般投入", "{} is essential and not"; input),
        both!("一种投入对一种产品只有一种必需程度", "an input is one or the other to a product"),
        both!("从 essential 或 uses 删去一个", "drop it from `essential` or from `uses`"),
    )
}

pub(super) fn no_leading_firm() -> Sentences {
    says(
        both!("这条链没有龙头企业", "this chain has no leading firm"),
        both!("页面从龙头企业看断点", "pages look at broken links from the leading firms"),
        both!("知道时写 [[leading]]", "add [[leading]] once it is known"),
    )
}

pub(super) fn no_chains_file() -> Sentences {
    says(
        both!("有 chains/ 而没有 chains.toml", "there are chains/ and no chains.toml"),
        both!("它说明登记库里谁供应谁", "it says where the register has who supplies whom"),
        both!("见 docs/city-folder.md “chains.toml”", "see docs/city-folder.md, \"chains.toml\""),
    )
}
