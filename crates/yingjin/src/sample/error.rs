//! What can go wrong when a city is made up.

use model::{Label, Lang};
use rules::table::TableError;
use store::StoreError;

/// Why no sample was made.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The recipe is not there or cannot be read.
    #[error("the recipe {file} cannot be read: {why}")]
    Read {
        /// The file.
        file: String,
        /// What the system says.
        why: String,
    },
    /// The recipe is not of the form that docs/sample.md describes.
    #[error("the recipe {file} is not in form: {}", why.en)]
    Form {
        /// The file.
        file: String,
        /// What is wrong and where.
        why: Label,
    },
    /// The recipe speaks of something that the city folder or the recipe does not have.
    #[error("in {place}: there is no {what} '{name}'")]
    Unknown {
        /// Which part of the recipe.
        place: String,
        /// `kind`, `fact`, `population`, `duty`, `size`, `template`.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A draw that cannot give what the fact holds.
    #[error("in {place}: {}", why.en)]
    Draw {
        /// The part of the recipe and the fact.
        place: String,
        /// What is wrong.
        why: Label,
    },
    /// The size asked for is below what the recipe fixes.
    #[error("'{name}' cannot be {asked}: the recipe fixes {fixed} of them")]
    TooSmall {
        /// Of what.
        name: String,
        /// As asked.
        asked: u64,
        /// The least.
        fixed: u64,
    },
    /// The register has something in it.
    #[error("the register is not empty: made-up records are never mixed into it")]
    NotEmpty,
    /// Two records with one id.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The register refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SampleError {
    /// What happened, why, and how to mend it, in the reader's language.
    pub fn message(&self, lang: Lang) -> String {
        match (lang, self) {
            (_, Self::Store(error)) => error.message(lang),
            (Lang::En, _) => format!("{self}. {}", self.mend_en()),
            (Lang::Zh, _) => self.zh(),
        }
    }

    fn mend_en(&self) -> &'static str {
        match self {
            Self::Read { .. } => {
                "A city that can be made up has a sample.toml in its folder; docs/sample.md has its form."
            }
            Self::Form { .. } => "Compare it with docs/sample.md.",
            Self::Unknown { .. } => "Correct the name, or add what it means.",
            Self::Draw { .. } => "Change the draw so that it gives a value of the fact's type.",
            Self::TooSmall { .. } => "Ask for more.",
            Self::NotEmpty => "Name another register with --db, or begin with an empty file.",
            Self::Table(_) => "Give each record of a population its own key.",
            Self::Store(_) => "",
        }
    }

    fn zh(&self) -> String {
        match self {
            Self::Read { file, why } => {
                format!(
                    "无法读取配方 {file}：{why}。可以生成示例的城市，文件夹里有 sample.toml，格式见 docs/sample.md。"
                )
            }
            Self::Form { file, why } => {
                format!("配方 {file} 格式不对：{}。请对照 docs/sample.md 修改。", why.zh)
            }
            Self::Unknown { place, what, name } => {
                format!("{place}：没有名为“{name}”的{}。请改正名称，或补上它的定义。", noun_zh(what))
            }
            Self::Draw { place, why } => {
                format!("{place}：{}。请修改取值方式，使它符合该事实的类型。", why.zh)
            }
            Self::TooSmall { name, asked, fixed } => {
                format!("“{name}”不能是 {asked}：配方里固定的就有 {fixed} 个。请把数量加大。")
            }
            Self::NotEmpty => {
                "登记库不是空的：虚构记录不会混入已有记录。请用 --db 另指一个库，或从空文件开始。".to_owned()
            }
            Self::Table(error) => format!("{}。请让同一批记录的主键各不相同。", error.label().zh),
            Self::Store(error) => error.message(Lang::Zh),
        }
    }
}

impl SampleError {
    /// A recipe that is not in form: what the reader of TOML says, in both languages, with its line.
    pub(super) fn form(file: String, text: &str, error: &toml::de::Error) -> Self {
        let said = error.message();
        let named = |before: &str| said.strip_prefix(before)?.split('`').next();
        let zh = if let Some(name) = named("missing field `") {
            format!("缺少“{name}”")
        } else if let Some(name) = named("unknown field `") {
            format!("没有“{name}”这一项")
        } else if let Some(name) = named("duplicate key `").or(named("duplicate field `")) {
            format!("“{name}”写了两次")
        } else if let Some(ways) = said.strip_prefix(TWO_WAYS) {
            format!("同时写了几种取值方式：{}", ways.replace(", ", "、"))
        } else if said == NO_WAY {
            "没有写明怎样取值".to_owned()
        } else if said.starts_with("invalid type") || said.starts_with("invalid value") {
            "值的类型不对".to_owned()
        } else {
            "不是正确的 TOML 写法".to_owned()
        };
        let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let at = line.map_or_else(String::new, |line| format!("第 {line} 行"));
        Self::Form { file, why: Label::new(format!("{at}{zh}"), error.to_string()) }
    }
}

/// How a draw is refused that says nothing of how to draw.
pub(super) const NO_WAY: &str = "nothing says how to draw it";
/// How a draw is refused that says several ways; they follow.
pub(super) const TWO_WAYS: &str = "it is drawn in two ways: ";

fn noun_zh(what: &str) -> &'static str {
    match what {
        "kind" => "记录种类",
        "fact" => "事实",
        "population" => "人群或批次",
        "duty" => "应尽事项",
        "size" => "规模",
        _ => "模板",
    }
}

#[cfg(test)]
mod tests {
    use super::super::Recipe;
    use super::*;

    #[test]
    fn a_recipe_out_of_form_is_told_without_a_word_of_the_other_language() {
        let folder = tempfile::tempdir().unwrap();
        let check = |text: &str, expected: &str| {
            std::fs::write(folder.path().join("sample.toml"), text).unwrap();
            let error = Recipe::read(folder.path()).unwrap_err();
            let zh = error.message(Lang::Zh);
            assert!(zh.contains(expected), "{zh}");
            let place = folder.path().join("sample.toml").display().to_string();
            let words = zh.replace(&place, "").replace("docs/sample.md", "").replace("TOML", "");
            let names = ["nothing_of_it", "note"];
            let left = names.iter().fold(words, |words, name| words.replace(name, ""));
            assert!(!left.contains(|c: char| c.is_ascii_alphabetic()), "{zh}");
        };
        check("nothing_of_it = 1", "第 1 行没有“nothing_of_it”这一项");
        check("\nnote = 5", "第 2 行值的类型不对");
        check("note = ", "不是正确的 TOML 写法");
        let twice = SampleError::from(TableError::Twice("firm".into(), "F1".into()));
        assert!(twice.message(Lang::Zh).starts_with("firm “F1”出现了两次"));
    }
}
