//! Why a letter could not be typeset, in words.

use std::path::PathBuf;

use model::{Label, Lang};
use serde::{Deserialize, Serialize};

/// The Debian package that holds the fonts.
pub const PACKAGE: &str = "fonts-noto-cjk";

/// What went wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// No Chinese font was found in these folders.
    Fonts(Vec<PathBuf>),
    /// The typesetter does not understand a template, or the template stops.
    Template {
        /// Where.
        place: Option<Place>,
        /// What the typesetter says, in English.
        says: String,
    },
    /// A template uses what templates may not.
    Forbidden {
        /// Where.
        place: Place,
        /// The word it uses.
        word: String,
    },
    /// More pages than its header allows.
    Pages {
        /// How many it has.
        pages: usize,
        /// How many it may have.
        most: u32,
    },
    /// A page that is not A4.
    Paper {
        /// Its number, from 1.
        page: usize,
    },
    /// A character that no font has; it would be printed as an empty box.
    Glyph {
        /// The page, from 1.
        page: usize,
        /// The text it stands in.
        text: String,
    },
    /// A page without a text that has to stand on every one.
    Absent {
        /// The page, from 1.
        page: usize,
        /// The text.
        text: String,
    },
    /// It took longer than letters may.
    Late {
        /// How long they may take.
        seconds: u64,
    },
    /// The process that typesets ended by itself; most likely it wanted more memory than letters may have.
    Ended,
    /// More letters are asked for than can be made soon.
    Busy,
    /// The process that typesets cannot be started or spoken to.
    Press(String),
}

/// A place in a template; lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The template: `owed.typ`.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

fn both(zh: impl Into<String>, en: impl Into<String>) -> Label {
    Label { zh: zh.into(), en: en.into() }
}

impl Fault {
    /// Where in a template, if it is in one.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Template { place, .. } => place.as_ref(),
            Self::Forbidden { place, .. } => Some(place),
            _ => None,
        }
    }

    /// Whether trying again later, or mending the machine, helps; otherwise the template or the data is at fault.
    pub fn is_of_the_machine(&self) -> bool {
        matches!(self, Self::Fonts(_) | Self::Busy | Self::Press(_))
    }

    /// What is wrong.
    pub fn what(&self) -> Label {
        match self {
            Self::Fonts(folders) => {
                let looked: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
                let looked = looked.join(", ");
                both(
                    format!("这台机器上没有中文字体，不能生成 PDF（找过：{looked}）"),
                    format!("this machine has no Chinese font, so no PDF can be made (looked in {looked})"),
                )
            }
            Self::Template { says, .. } => {
                both(format!("模板有错，排版程序的原话是“{says}”"), format!("the template is wrong: {says}"))
            }
            Self::Forbidden { word, .. } => {
                both(format!("模板里不能用 {word}"), format!("a template may not use {word}"))
            }
            Self::Pages { pages, most } => both(
                format!("共 {pages} 页，最多只能有 {most} 页"),
                format!("it has {pages} pages, and may have {most}"),
            ),
            Self::Paper { page } => both(format!("第 {page} 页不是 A4"), format!("page {page} is not A4")),
            Self::Glyph { page, text } => both(
                format!("第 {page} 页的“{text}”里有字体没有的字，会印成方框"),
                format!(
                    "on page {page}, \"{text}\" has a character that no font has; it would be an empty box"
                ),
            ),
            Self::Absent { page, text } => {
                both(format!("第 {page} 页上没有“{text}”"), format!("page {page} does not say \"{text}\""))
            }
            Self::Late { seconds } => both(
                format!("排版超过 {seconds} 秒，已经停止"),
                format!("typesetting took more than {seconds} seconds and was stopped"),
            ),
            Self::Ended => both(
                "排版程序意外退出，多半是内存超过限额",
                "the typesetter ended by itself; most likely it wanted too much memory",
            ),
            Self::Busy => both("正在排版的函件太多", "too many letters are being made"),
            Self::Press(cause) => both(
                format!("排版程序无法启动或通讯：{cause}"),
                format!("the typesetter cannot be started or spoken to: {cause}"),
            ),
        }
    }

    /// Why it matters.
    pub fn why(&self) -> Label {
        match self {
            Self::Fonts(_) | Self::Glyph { .. } => both(
                "没有字体的字会印成方框，谁也读不出",
                "characters without a font are printed as boxes that nobody can read",
            ),
            Self::Template { .. } => both("读不懂的模板排不出函件", "no letter can be made of it"),
            Self::Forbidden { .. } => both(
                "模板只排版，不能执行数据里的文字，也不能读文件、用外来的包",
                "a template only lays out: it runs no text of its data, reads no file and loads no package",
            ),
            Self::Pages { .. } | Self::Late { .. } | Self::Ended | Self::Busy => {
                both("过长的函件会拖住服务器", "a letter that is too long would keep the server busy")
            }
            Self::Paper { .. } => both("各单位按 A4 打印", "offices print on A4"),
            Self::Absent { .. } => {
                both("每一页都要写明日期和总数", "every page has to say its day and its denominator")
            }
            Self::Press(_) => both("排版在单独的进程里进行", "letters are typeset in a process of their own"),
        }
    }

    /// How to mend it.
    pub fn mend(&self) -> Label {
        match self {
            Self::Fonts(_) => both(
                format!(
                    "安装 {PACKAGE}（apt install {PACKAGE}），或用 --fonts（YINGJIN_FONTS）指定字体文件夹"
                ),
                format!(
                    "install {PACKAGE} (apt install {PACKAGE}), or name a folder of fonts with --fonts (YINGJIN_FONTS)"
                ),
            ),
            Self::Template { .. } => {
                both("按 Typst 的写法改，见 docs/letters.md", "write it as Typst, see docs/letters.md")
            }
            Self::Forbidden { .. } => both("去掉它", "leave it out"),
            Self::Pages { .. } => {
                both("选小一些的区域，或下载 xlsx", "ask for a smaller area, or take the xlsx")
            }
            Self::Paper { .. } => both("用 sheet.typ 里的版式", "use the page of sheet.typ"),
            Self::Glyph { .. } => both(
                format!("换一个字，或补装字体（{PACKAGE}）"),
                format!("write another character, or install its font ({PACKAGE})"),
            ),
            Self::Absent { .. } => both("用 sheet.typ 里的版式", "use the page of sheet.typ"),
            Self::Late { .. } | Self::Ended => both(
                "检查模板里的循环，或选小一些的区域",
                "look at the loops of the template, or ask for a smaller area",
            ),
            Self::Busy => both("过一会儿再试", "try again in a moment"),
            Self::Press(_) => {
                both("检查程序文件和可用内存", "look at the program's file and at the memory that is left")
            }
        }
    }

    /// All of it in one sentence of one language.
    pub fn message(&self, lang: Lang) -> String {
        let (what, mend) = (self.what(), self.mend());
        let place =
            self.place().map(|at| format!("{}:{}:{}: ", at.file, at.line, at.column)).unwrap_or_default();
        match lang {
            Lang::Zh => format!("{place}{}。{}。", what.zh, mend.zh),
            Lang::En => format!("{place}{}. To mend it: {}.", what.en, mend.en),
        }
    }
}
