//! What can go wrong with a register, for people to read.

use model::{Label, Lang};

/// Why the register did not do what it was asked. Nothing half-done is left behind by any of these.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The address is not one of a register.
    #[error("'{url}' is no address of a register: {}", why.en)]
    Address {
        /// As given.
        url: String,
        /// What is wrong with it.
        why: Label,
    },
    /// The file cannot be opened or made.
    #[error("the register {place} cannot be opened: {}", why.en)]
    CannotOpen {
        /// Where.
        place: String,
        /// What the system says.
        why: Label,
    },
    /// The database server does not answer, or does not let us in.
    #[error("the database server {place} refuses: {}", why.en)]
    Refused {
        /// Where, without the password.
        place: String,
        /// What it says.
        why: Label,
    },
    /// The connection broke while in use.
    #[error("the connection to {place} was lost: {}", why.en)]
    Lost {
        /// Where.
        place: String,
        /// What the driver says.
        why: Label,
    },
    /// The register may be read but not written.
    #[error("the register {place} may only be read")]
    ReadOnly {
        /// Where.
        place: String,
    },
    /// There is no room, or the disk refuses to write.
    #[error("the register {place} could not be written: {}", why.en)]
    Full {
        /// Where.
        place: String,
        /// What the system says.
        why: Label,
    },
    /// A file or a database of something else.
    #[error("{place} is not a register of Yingjin: {}", why.en)]
    NotRegister {
        /// Where.
        place: String,
        /// How we know.
        why: Label,
    },
    /// Written by a newer program.
    #[error("the register {place} is of version {found}; this program knows up to {known}")]
    Newer {
        /// Where.
        place: String,
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// Somebody else is writing, for longer than we wait.
    #[error("the register {place} is being written by another, and did not become free in {waited_s} s")]
    Busy {
        /// Where.
        place: String,
        /// How long we waited.
        waited_s: u64,
    },
    /// The file is damaged.
    #[error("the register {place} is damaged: {}", why.en)]
    Damaged {
        /// Where.
        place: String,
        /// What was found.
        why: Label,
    },
    /// Something cannot happen to a case now.
    #[error("case {no}: {}", refusal.label().en)]
    Step {
        /// The case.
        no: i64,
        /// Why not.
        refusal: model::case::Refusal,
    },
    /// Something of that name is there already.
    #[error("{what} '{name}' is there already")]
    Taken {
        /// account, …
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// There is nothing of that name, or it has been decided already.
    #[error("there is no {what} '{name}'")]
    NotFound {
        /// account, conflict, row put aside, …
        what: &'static str,
        /// Its name or number.
        name: String,
    },
    /// The database says something that should not happen.
    #[error("the register {place} failed while {doing}: {}", why.en)]
    Failed {
        /// Where.
        place: String,
        /// What we were doing.
        doing: String,
        /// What it says.
        why: Label,
    },
}

/// What a system says, which it says in one language only.
pub(crate) fn said(words: impl ToString) -> Label {
    let words = words.to_string();
    Label { zh: words.clone(), en: words }
}

impl StoreError {
    /// What happened, where, why, and how to mend it, in the reader's language.
    pub fn message(&self, lang: Lang) -> String {
        match lang {
            Lang::Zh => self.zh(),
            Lang::En => self.en(),
        }
    }

    fn en(&self) -> String {
        let mend = match self {
            Self::Address { .. } => "Write sqlite://path/to/file.db or postgres://user@host/database.",
            Self::CannotOpen { .. } => "Check that the folder exists and may be written by this user.",
            Self::Refused { .. } => {
                "Check that the server runs, and the host, port, user and database of --db."
            }
            Self::Lost { .. } => "What was acknowledged is kept. Try again once the server answers.",
            Self::ReadOnly { .. } => {
                "Give this user the right to write the file and its folder, or use a copy."
            }
            Self::Full { .. } => "Nothing of this was written. Make room on the disk, then try again.",
            Self::NotRegister { .. } => "Name another file or database, or an empty one to begin a register.",
            Self::Newer { .. } => "Use the newer program; an older one must not write here.",
            Self::Busy { .. } => "Wait for the import or the other program to end, then try again.",
            Self::Damaged { .. } => "Keep the file, and go back to a backup (docs/running.md).",
            Self::Taken { .. } => "Choose another name.",
            Self::NotFound { .. } => "Look at the list again: it may have changed.",
            Self::Step { .. } => "Nothing was written.",
            Self::Failed { .. } => "Nothing of this was written. Try again; if it stays, report it.",
        };
        format!("{self}. {mend}")
    }

    fn zh(&self) -> String {
        match self {
            Self::Address { url, why: Label { zh: why, .. } } => {
                format!(
                    "“{url}”不是登记库的地址：{why}。请写成 sqlite://文件路径 或 postgres://用户@主机/数据库。"
                )
            }
            Self::CannotOpen { place, why: Label { zh: why, .. } } => {
                format!("无法打开登记库 {place}：{why}。请检查文件夹是否存在，当前用户是否可写。")
            }
            Self::Refused { place, why: Label { zh: why, .. } } => {
                format!(
                    "数据库服务器 {place} 拒绝连接：{why}。请检查服务器是否运行，以及 --db 中的主机、端口、用户和库名。"
                )
            }
            Self::Lost { place, why: Label { zh: why, .. } } => {
                format!("与 {place} 的连接中断：{why}。已确认的内容都已保存；服务器恢复后请重试。")
            }
            Self::ReadOnly { place } => {
                format!("登记库 {place} 只能读取。请给当前用户写文件及其文件夹的权限，或改用副本。")
            }
            Self::Full { place, why: Label { zh: why, .. } } => {
                format!("登记库 {place} 写不进去：{why}。这次的内容没有写入；请腾出磁盘空间后重试。")
            }
            Self::NotRegister { place, why: Label { zh: why, .. } } => {
                format!("{place} 不是应尽的登记库：{why}。请换一个文件或数据库，或用一个空的来新建。")
            }
            Self::Newer { place, found, known } => {
                format!("登记库 {place} 的版本是 {found}，本程序只认识到 {known}。请使用新版程序。")
            }
            Self::Busy { place, waited_s } => {
                format!(
                    "登记库 {place} 正被别的导入或程序写入，等了 {waited_s} 秒仍未空闲。请等它结束后重试。"
                )
            }
            Self::Damaged { place, why: Label { zh: why, .. } } => {
                format!("登记库 {place} 已损坏：{why}。请保留该文件，并用备份恢复（见 docs/running.md）。")
            }
            Self::Taken { what, name } => {
                format!("{}“{name}”已经存在。请换一个名称。", noun_zh(what))
            }
            Self::NotFound { what, name } => {
                format!("没有{}“{name}”，或已有人处理。请刷新列表再看。", noun_zh(what))
            }
            Self::Step { no, refusal } => format!("事项 {no}：{}。没有写入任何内容。", refusal.label().zh),
            Self::Failed { place, doing, why: Label { zh: why, .. } } => {
                format!("登记库 {place} 出错（{doing}）：{why}。这次的内容没有写入；请重试，若仍如此请报告。")
            }
        }
    }
}

fn noun_zh(what: &str) -> &str {
    match what {
        "account" => "账号",
        "case" => "事项",
        "conflict" => "冲突",
        "file" => "附件",
        "row put aside" => "搁置的行",
        "record" => "记录",
        "import" => "导入",
        "pass" => "判定",
        other => other,
    }
}
