//! What can be wrong with an expression, in words.
//!
//! One function a mistake: its code, what is wrong, why that matters, how to mend it.

use std::ops::Range;

use crate::diagnostic::Message;

/// A mistake in an expression's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The bytes of the text it is about.
    pub at: Range<usize>,
    /// Its kind, for tests and for search.
    pub code: &'static str,
    /// What is wrong, why it matters and how to mend it.
    pub says: Box<Sentences>,
}

/// What is said of a mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentences {
    /// What is wrong.
    pub what: Message,
    /// Why it matters.
    pub why: Message,
    /// How to mend it.
    pub mend: Message,
}

/// The same sentence in both languages: `both!("有 {} 个", "{} of them"; n)`.
macro_rules! both {
    ($zh:literal, $en:literal $(; $($arg:expr),+)?) => {
        $crate::diagnostic::Message::new(format!($zh $(, $($arg),+)?), format!($en $(, $($arg),+)?))
    };
}
pub(crate) use both;

impl Mistake {
    pub(crate) fn new(at: &Range<usize>, code: &'static str, says: Sentences) -> Self {
        Self { at: at.clone(), code, says: Box::new(says) }
    }
}

/// "Did you mean", or the list of what there is where nothing is near.
pub(crate) fn suggest(nearest: Option<&str>, all: &[&str]) -> Message {
    match nearest {
        Some(name) => both!("是不是要写 {}？", "did you mean {}?"; name),
        None if all.is_empty() => both!("这里没有可用的名称", "there are no names to use here"),
        None => {
            const SHOWN: usize = 24;
            let dots = if all.len() > SHOWN { " …" } else { "" };
            let list = all.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
            both!("可用的有：{}{}", "there are: {}{}"; list, dots)
        }
    }
}

type At<'a> = &'a Range<usize>;

impl Mistake {
    pub(crate) fn syntax(at: At, detail: &str) -> Self {
        let says = Sentences {
            what: both!("这里不合表达式的写法，解析器的原话是“{}”", "this is not an expression: {}"; detail),
            why: both!("读不懂的条件无法判断", "what cannot be read cannot be judged"),
            mend: both!(
                "按 docs/city-folder.md “Expressions” 的写法改",
                "write it as docs/city-folder.md, \"Expressions\", shows"
            ),
        };
        Self::new(at, "syntax", says)
    }

    pub(crate) fn too_long(at: At, limit: usize) -> Self {
        let says = Sentences {
            what: both!("表达式超过 {} 个词", "the expression has more than {} words"; limit),
            why: both!("没有人读得完，也会拖垮判断", "nobody can read it, and it would slow every pass"),
            mend: both!("拆成几个派生事实或几个条款", "split it into derived facts or clauses"),
        };
        Self::new(at, "too-long", says)
    }

    pub(crate) fn too_deep(at: At, limit: usize) -> Self {
        let says = Sentences {
            what: both!("表达式嵌套超过 {} 层", "the expression is nested deeper than {} levels"; limit),
            why: both!("太深的嵌套会耗尽内存", "nesting without end exhausts the machine"),
            mend: both!("拆成几个派生事实或几个条款", "split it into derived facts or clauses"),
        };
        Self::new(at, "too-deep", says)
    }

    pub(crate) fn unsupported(at: At, form: &str) -> Self {
        let says = Sentences {
            what: both!("规则语言里没有“{}”", "the rules language has no \"{}\""; form),
            why: both!(
                "只保留在逐条判断、整列判断和 SQL 中含义完全一致的写法",
                "only forms are kept that mean the same for one record, for a column and in SQL"
            ),
            mend: both!(
                "换用 docs/city-folder.md “Expressions” 列出的写法",
                "use the forms listed in docs/city-folder.md, \"Expressions\""
            ),
        };
        Self::new(at, "unsupported", says)
    }

    pub(crate) fn unknown_fact(at: At, name: &str, kind: &str, suggestion: Message) -> Self {
        let says = Sentences {
            what: both!("{1} 没有事实 {0}", "{1} has no fact {0}"; name, kind),
            why: both!("名称只能指向已声明的事实", "a name must be that of a declared fact"),
            mend: suggestion,
        };
        Self::new(at, "unknown-fact", says)
    }

    pub(crate) fn quoted_name(at: At, name: &str) -> Self {
        let says = Sentences {
            what: both!("双引号里的 {0} 被当作事实的名称", "\"{0}\" in double quotes is read as a fact's name"; name),
            why: both!("在 SQL 里文字用单引号", "in SQL, text stands in single quotes"),
            mend: both!("改为 '{0}'", "write '{0}'"; name),
        };
        Self::new(at, "unknown-fact", says)
    }

    pub(crate) fn unknown_parameter(at: At, name: &str, suggestion: Message) -> Self {
        let says = Sentences {
            what: both!("没有参数 :{}", "there is no parameter :{}"; name),
            why: both!(
                "参数须在 parameters/ 中声明，并注明文件",
                "a parameter is declared in parameters/, with its document"
            ),
            mend: suggestion,
        };
        Self::new(at, "unknown-parameter", says)
    }

    pub(crate) fn unknown_function(at: At, name: &str, suggestion: Message) -> Self {
        let says = Sentences {
            what: both!("没有函数 {}", "there is no function {}"; name),
            why: both!("函数只有手册列出的几个", "the functions are those of the manual"),
            mend: suggestion,
        };
        Self::new(at, "unknown-function", says)
    }

    pub(crate) fn no_path(at: At, fact: &str) -> Self {
        let says = Sentences {
            what: both!("{0} 不是引用，不能再往下走", "{0} is no reference: no path goes through it"; fact),
            why: both!(
                "只有 ref 和带 to 的 area 指向别的记录",
                "only ref, and area with `to`, point to another record"
            ),
            mend: both!("去掉 {0} 之后的部分，或换一个引用", "drop what follows {0}, or use a reference"; fact),
        };
        Self::new(at, "no-reference", says)
    }

    pub(crate) fn no_kind(at: At, fact: &str, kind: &str) -> Self {
        let says = Sentences {
            what: both!("{} 指向的类别 {} 不存在", "{} points to {}, and there is no such kind"; fact, kind),
            why: both!("路径走不下去", "the path leads nowhere"),
            mend: both!("改正这个引用的 to", "mend `to` of that reference"),
        };
        Self::new(at, "no-kind", says)
    }

    pub(crate) fn path_too_long(at: At, limit: usize) -> Self {
        let says = Sentences {
            what: both!("路径超过 {} 段", "the path has more than {} steps"; limit),
            why: both!("这样长的路径多半是写错了", "a path this long is most likely a slip"),
            mend: both!("在中间的类别上设一个派生事实", "give a kind on the way a derived fact"),
        };
        Self::new(at, "path-too-long", says)
    }

    pub(crate) fn types_differ(at: At, left: &Message, right: &Message) -> Self {
        let says = Sentences {
            what: Message::new(
                format!("{}与{}不能放在一起", left.zh, right.zh),
                format!("{} does not go with {}", left.en, right.en),
            ),
            why: both!("不做任何暗中的转换", "nothing is converted in silence"),
            mend: both!("两边写成同一类型", "write both sides in one type"),
        };
        Self::new(at, "wrong-type", says)
    }

    pub(crate) fn text_for_number(at: At, literal: Option<&str>) -> Self {
        let mend = match literal {
            Some(text) => both!("数字不加引号：{}", "numbers take no quotes: {}"; text),
            None => both!("拿数字与数字比，文字与文字比", "compare numbers with numbers, text with text"),
        };
        let says = Sentences {
            what: both!("文字与数字相比", "text is compared with a number"),
            why: both!(
                "数据库会暗中转换，一个写坏的值就让整批失败",
                "a database would cast in silence, and one bad value would fail the batch"
            ),
            mend,
        };
        Self::new(at, "text-with-number", says)
    }

    pub(crate) fn text_for_day(at: At, literal: Option<&str>) -> Self {
        let text = literal.unwrap_or("2020-02-06");
        let says = Sentences {
            what: both!("文字与日期相比", "text is compared with a day"),
            why: both!("文字的先后不是日期的先后", "the order of text is not the order of days"),
            mend: both!("写成 date '{}'", "write date '{}'"; text),
        };
        Self::new(at, "text-with-day", says)
    }

    pub(crate) fn wrong_type(at: At, wanted: &Message, got: &Message) -> Self {
        let says = Sentences {
            what: Message::new(
                format!("这里要{}，却是{}", wanted.zh, got.zh),
                format!("{} is wanted here, this is {}", wanted.en, got.en),
            ),
            why: both!("不做任何暗中的转换", "nothing is converted in silence"),
            mend: Message::new(format!("写一个{}", wanted.zh), format!("write {}", wanted.en)),
        };
        Self::new(at, "wrong-type", says)
    }

    pub(crate) fn silent_rounding(at: At, from: u8, to: u8) -> Self {
        let says = Sentences {
            what: both!(
                "结果有 {} 位小数，这里只留 {} 位",
                "the result has {} digits after the point, this keeps {}"; from, to
            ),
            why: both!("怎样取舍要由规则写明", "the rule has to say how it is rounded"),
            mend: both!("写成 round(…, {})", "write round(…, {})"; to),
        };
        Self::new(at, "silent-cast", says)
    }

    pub(crate) fn units_differ(at: At, left: &str, right: &str) -> Self {
        let says = Sentences {
            what: both!("单位不同：{} 与 {}", "the units differ: {} and {}"; left, right),
            why: both!(
                "不同单位的数不能比较或相加，也不自动换算",
                "numbers of different units neither compare nor add, and nothing is converted"
            ),
            mend: both!(
                "换用同一单位的事实或参数，或乘以一个带单位的参数",
                "use a fact or parameter of the same unit, or multiply by a parameter that has one"
            ),
        };
        Self::new(at, "wrong-unit", says)
    }

    pub(crate) fn not_a_date(at: At, text: &str) -> Self {
        let says = Sentences {
            what: both!("没有 {} 这一天", "there is no day {}"; text),
            why: both!("写错的日期会让条款悄悄失效", "a date that is none would silently disable the clause"),
            mend: both!(
                "写成 date '年-月-日'，如 date '2020-02-29'",
                "write date 'year-month-day', as date '2020-02-29'"
            ),
        };
        Self::new(at, "no-date", says)
    }

    pub(crate) fn float(at: At, text: &str) -> Self {
        let says = Sentences {
            what: both!("{} 是浮点写法", "{} is written as a floating-point number"; text),
            why: both!(
                "钱数要精确：浮点里 0.1 + 0.2 不等于 0.3",
                "money is exact: in floating point 0.1 + 0.2 is not 0.3"
            ),
            mend: both!("写成十进制数，如 1500.00", "write a decimal, as 1500.00"),
        };
        Self::new(at, "float", says)
    }

    pub(crate) fn too_large(at: At, text: &str) -> Self {
        let says = Sentences {
            what: both!("{} 超出范围", "{} is out of range"; text),
            why: both!(
                "数字须小于 10¹⁸，小数至多 9 位",
                "numbers stay below 10^18, with at most 9 digits after the point"
            ),
            mend: both!("检查位数", "check its digits"),
        };
        Self::new(at, "out-of-range", says)
    }

    pub(crate) fn too_precise(at: At, scale: u8, limit: u8) -> Self {
        let says = Sentences {
            what: both!("乘积有 {} 位小数，最多 {} 位", "the product has {} digits after the point, at most {} are kept"; scale, limit),
            why: both!("再多就不能精确保存", "more could not be kept exactly"),
            mend: both!("先用 round(…, 2) 取舍一个因数", "round one factor first, round(…, 2)"),
        };
        Self::new(at, "too-precise", says)
    }

    pub(crate) fn division(at: At) -> Self {
        let says = Sentences {
            what: both!("除数可能是 0", "the divisor may be 0"),
            why: both!(
                "一条记录除以 0 不应中断整批，也不应有个没说过的结果",
                "one record that divides by 0 must neither stop the pass nor get an answer nobody chose"
            ),
            mend: both!(
                "写成 a / nullif(b, 0)：除数为 0 时结果未知",
                "write a / nullif(b, 0): unknown where the divisor is 0"
            ),
        };
        Self::new(at, "division", says)
    }

    pub(crate) fn divides_by_zero(at: At) -> Self {
        let says = Sentences {
            what: both!("除以 0", "this divides by 0"),
            why: both!("永远没有结果", "it never has a value"),
            mend: both!("改正除数", "mend the divisor"),
        };
        Self::new(at, "division", says)
    }

    pub(crate) fn null_in_list(at: At) -> Self {
        let says = Sentences {
            what: both!("in 的列表里有 null", "the list of `in` has null in it"),
            why: both!("列表有 null 时 not in 永远不为真", "with null in the list, `not in` is never true"),
            mend: both!(
                "去掉 null；要问是否缺失，写 x is null",
                "leave null out; to ask whether it is missing, write x is null"
            ),
        };
        Self::new(at, "null-in-list", says)
    }

    pub(crate) fn compared_with_null(at: At) -> Self {
        let says = Sentences {
            what: both!("与 null 相比", "this is compared with null"),
            why: both!("未知与任何值相比都是未知", "the unknown compared with anything is unknown"),
            mend: both!("写 is null 或 is not null", "write is null, or is not null"),
        };
        Self::new(at, "compared-with-null", says)
    }

    pub(crate) fn bare_null(at: At) -> Self {
        let says = Sentences {
            what: both!("单独的 null 没有类型", "null alone has no type"),
            why: both!(
                "永远未知的条件或金额没有意义",
                "a condition or amount that is always unknown says nothing"
            ),
            mend: both!("写出值；缺失的事实本来就是未知", "write a value; a missing fact is unknown already"),
        };
        Self::new(at, "bare-null", says)
    }

    pub(crate) fn case_without_else(at: At) -> Self {
        let says = Sentences {
            what: both!("case 没有 else", "the case has no else"),
            why: both!("没有说其余情况是什么", "it does not say what the rest is"),
            mend: both!(
                "加上 else …；真的不知道就写 else null",
                "add else …; where it really is unknown, else null"
            ),
        };
        Self::new(at, "case-without-else", says)
    }

    pub(crate) fn no_members(at: At, function: &str) -> Self {
        let says = Sentences {
            what: both!("{} 在这里没有可汇总的记录", "{} has no records to go over here"; function),
            why: both!(
                "汇总的是指向本记录的记录，须说明是哪一类、由哪个引用指来",
                "an aggregate goes over the records that point here: of which kind and by which reference has to be said"
            ),
            mend: both!(
                "在派生事实或 [done] 里写 from 和 by",
                "give `from` and `by` in a derived fact or in [done]"
            ),
        };
        Self::new(at, "no-members", says)
    }

    pub(crate) fn nested_aggregate(at: At, function: &str) -> Self {
        let says = Sentences {
            what: both!("{} 在另一个汇总里面", "{} stands inside another aggregate"; function),
            why: both!("汇总只走一层", "an aggregate goes one level"),
            mend: both!("在下一级类别上设一个派生事实", "give the member's kind a derived fact"),
        };
        Self::new(at, "nested-aggregate", says)
    }

    pub(crate) fn not_an_option(at: At, text: &str, suggestion: Message) -> Self {
        let says = Sentences {
            what: both!("'{}' 不是可选的代码", "'{}' is not one of the options"; text),
            why: both!(
                "与不存在的代码相比永远不成立",
                "a comparison with a code that is not there never holds"
            ),
            mend: suggestion,
        };
        Self::new(at, "not-an-option", says)
    }

    pub(crate) fn not_an_area(at: At, text: &str, suggestion: Message) -> Self {
        let says = Sentences {
            what: both!("'{}' 不是本市的地区代码", "'{}' is not the code of an area here"; text),
            why: both!(
                "与不存在的地区相比永远不成立",
                "a comparison with an area that is not there never holds"
            ),
            mend: suggestion,
        };
        Self::new(at, "not-an-area", says)
    }

    pub(crate) fn nothing_in_common(at: At) -> Self {
        let says = Sentences {
            what: both!("两边的代码没有一个相同", "the two sides have no code in common"),
            why: both!("永远不会相等", "they are never equal"),
            mend: both!("检查是不是写错了事实或参数", "check whether another fact or parameter was meant"),
        };
        Self::new(at, "not-an-option", says)
    }

    pub(crate) fn other_records(at: At, left: &str, right: &str) -> Self {
        let says = Sentences {
            what: both!("{} 的引用与 {} 的引用相比", "a reference to {} is compared with one to {}"; left, right),
            why: both!("不同类别的记录永远不相同", "records of different kinds are never the same"),
            mend: both!("比较同一类别的引用", "compare references to one kind"),
        };
        Self::new(at, "wrong-type", says)
    }

    pub(crate) fn no_order(at: At, what: &Message) -> Self {
        let says = Sentences {
            what: Message::new(format!("{}没有大小先后", what.zh), format!("{} has no order", what.en)),
            why: both!("按字母排出的先后没有含义", "the order of its letters means nothing"),
            mend: both!("用 = 或 in", "use = or in"),
        };
        Self::new(at, "no-order", says)
    }

    pub(crate) fn parameter_shape(at: At, name: &str, form: &str) -> Self {
        let says = Sentences {
            what: both!("参数 :{} 不能这样用", "parameter :{} is not used like this"; name),
            why: both!(
                "列表、按代码取值的参数和单一的值各有用法",
                "a list, values by code and a single value are used each in its way"
            ),
            mend: both!("写成 {}", "write {}"; form),
        };
        Self::new(at, "parameter-shape", says)
    }

    pub(crate) fn arguments(at: At, usage: &str) -> Self {
        let says = Sentences {
            what: both!("参数的个数或写法不对", "the arguments are not what the function takes"),
            why: both!("函数的用法是固定的", "the function has one way to be called"),
            mend: both!("写成 {}", "write {}"; usage),
        };
        Self::new(at, "arguments", says)
    }
}
