//! The packages of the pages: installed as the lock has them, and what may be depended on.

use std::path::Path;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::run::{command, run, step};

const LOCK: &str = "web/package-lock.json";

/// Licences beside those of `deny.toml` of packages that only build and test the pages, so that nobody is sent them.
const TOOLS_MAY: [&str; 2] = ["0BSD", "Python-2.0"];

/// Installs them into `web/node_modules` exactly as the lock has them, each held to its hash; nothing they bring along is
/// run. Does nothing if that has been done.
pub fn install() -> anyhow::Result<()> {
    step("install the web packages", || {
        let lock = std::fs::read(LOCK)?;
        let marker = Path::new("web/node_modules/.installed-lock");
        if std::fs::read(marker).is_ok_and(|have| have == lock) {
            return Ok(());
        }
        run(command("npm ci --ignore-scripts --prefer-offline --no-audit --no-fund").current_dir("web"))?;
        Ok(std::fs::write(marker, lock)?)
    })
}

/// Checks what the lock names, for every platform: a licence that is allowed, from the registry with a hash, nothing that
/// runs when it is installed; and that what is installed says the same of itself. Known holes are not asked for: `npm
/// audit` needs a service that many machines do not reach.
pub fn check() -> anyhow::Result<()> {
    let lock: Value = serde_json::from_str(&std::fs::read_to_string(LOCK)?)?;
    let deny: toml::Table = toml::from_str(&std::fs::read_to_string("deny.toml")?)?;
    let allowed: Vec<&str> = deny
        .get("licenses")
        .and_then(|licenses| licenses.get("allow")?.as_array())
        .context("deny.toml has no licenses.allow")?
        .iter()
        .filter_map(toml::Value::as_str)
        .collect();
    let packages = lock["packages"].as_object().context("the lock has no packages")?;
    let mut mistakes = Vec::new();
    for (path, package) in packages.iter().filter(|(path, _)| !path.is_empty()) {
        mistakes.extend(mistakes_of(package, &allowed).into_iter().map(|why| format!("{path}: {why}")));
        // Other platforms' packages are not there.
        let Ok(installed) = std::fs::read_to_string(Path::new("web").join(path).join("package.json")) else {
            continue;
        };
        let installed: Value = serde_json::from_str(&installed).with_context(|| path.clone())?;
        for word in ["version", "license"] {
            if installed[word] != package[word] {
                let (has, says) = (&installed[word], &package[word]);
                mistakes.push(format!("{path}: its {word} is {has}, and {says} in the lock"));
            }
        }
    }
    if mistakes.is_empty() { Ok(()) } else { bail!("web packages:\n  {}", mistakes.join("\n  ")) }
}

/// What is wrong with a package of the lock.
fn mistakes_of(package: &Value, allowed: &[&str]) -> Vec<String> {
    let mut mistakes = Vec::new();
    let is_tool = package["dev"] == true;
    let may = |license: &str| allowed.contains(&license) || (is_tool && TOOLS_MAY.contains(&license));
    match package["license"].as_str() {
        None => mistakes.push("it names no licence".to_owned()),
        Some(license) if !is_allowed(license, may) => mistakes.push(format!(
            "its licence {license} is not in deny.toml{}",
            if is_tool { " nor among those of tools" } else { "" }
        )),
        Some(_) => {}
    }
    if package["integrity"].is_null() || package["link"] == true {
        mistakes.push("it has no hash, so it comes from elsewhere than the registry".to_owned());
    }
    if package["hasInstallScript"] == true {
        mistakes.push("it runs a script when it is installed".to_owned());
    }
    mistakes
}

/// Whether a licence as SPDX writes it, `(MIT OR CC0-1.0)`, leaves one that may be used. No `AND` within an `OR` within
/// an `AND`: no package has that, and one that had would be refused.
fn is_allowed(license: &str, may: impl Fn(&str) -> bool) -> bool {
    let bare = |text: &str| text.trim_matches(['(', ')', ' ']).to_owned();
    license.split(" OR ").any(|choice| choice.split(" AND ").all(|one| may(&bare(one))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_licence_is_read_as_spdx_writes_it() {
        let may = |license: &str| ["MIT", "ISC"].contains(&license);
        for (license, allowed) in [
            ("MIT", true),
            ("GPL-3.0", false),
            ("(MIT OR GPL-3.0)", true),
            ("GPL-3.0 OR LGPL-3.0", false),
            ("MIT AND ISC", true),
            ("MIT AND GPL-3.0", false),
            ("", false),
        ] {
            assert_eq!(is_allowed(license, may), allowed, "{license}");
        }
    }

    #[test]
    fn a_package_is_held_to_its_licence_its_hash_and_to_run_nothing() {
        let good = json!({"license": "MIT", "integrity": "sha512-x"});
        assert!(mistakes_of(&good, &["MIT"]).is_empty());
        let tool = json!({"license": "0BSD", "integrity": "sha512-x", "dev": true});
        assert!(mistakes_of(&tool, &["MIT"]).is_empty());
        let shipped = json!({"license": "0BSD", "integrity": "sha512-x"});
        assert_eq!(mistakes_of(&shipped, &["MIT"]).len(), 1);
        let bad = json!({"link": true, "hasInstallScript": true});
        assert_eq!(mistakes_of(&bad, &["MIT"]).len(), 3);
    }
}
