//! The rules of the workspace that a program can check.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Package to what it depends on outside of its tests.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let mut cargo = Command::new(env!("CARGO"));
    let output =
        cargo.args(["metadata", "--no-deps", "--format-version", "1", "--offline"]).current_dir(root()).output();
    let metadata: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let of = |package: &Value| {
        let all = package["dependencies"].as_array().unwrap().iter();
        all.filter(|d| d["kind"] != "dev").map(|d| d["name"].as_str().unwrap().to_owned()).collect()
    };
    packages.map(|package| (package["name"].as_str().unwrap().to_owned(), of(package))).collect()
}

/// Each layer may use those before it, and nothing of its own.
const LAYERS: &[&[&str]] = &[
    &["core", "embedded", "emulator"],
    &["storage", "providers", "endpoint", "office"],
    &["tenancy"],
    &["graphql"],
    &["directory"],
    &["system", "contribution", "development", "document", "leadership", "meeting", "messaging", "mobility", "notes"],
    &["modules"],
    &["server"],
    &["tests"],
];

/// Who alone may name what.
const OWNERS: &[(&str, &[&str])] = &[
    ("casbin", &["tenancy"]),
    ("deadpool", &["tenancy"]),
    ("jsonwebtoken", &["tenancy", "providers"]),
    ("graphile_worker", &["tenancy"]),
    ("argon2", &["tenancy"]),
    ("aws-lc-rs", &["tenancy", "providers"]),
    ("moka", &["tenancy"]),
    ("aws-sdk-s3", &["storage"]),
    ("s3s", &["storage"]),
    ("s3s-fs", &["storage"]),
    ("reqwest", &["providers"]),
    ("rustls", &["tenancy"]),
    ("sm3", &["providers"]),
    ("hmac", &["providers"]),
    ("governor", &["providers"]),
    ("rust_xlsxwriter", &["office"]),
    ("quick-xml", &["office"]),
    ("image", &["storage"]),
    ("clap", &["server"]),
    ("figment", &["server"]),
    ("mimalloc", &["server"]),
];

#[test]
fn crates_use_only_the_layers_below() {
    let dependencies = dependencies();
    let layer = |name: &str| LAYERS.iter().position(|layer| layer.contains(&name));
    for (package, used) in &dependencies {
        let Some(own) = package.strip_prefix("zhibu-") else { continue };
        let at = layer(own).unwrap_or_else(|| panic!("{package} stands in no layer"));
        for other in used.iter().filter_map(|name| name.strip_prefix("zhibu-")) {
            let there = layer(other).unwrap_or_else(|| panic!("{other} stands in no layer"));
            assert!(there < at, "{package} must not use zhibu-{other}");
        }
    }
}

#[test]
fn outside_crates_have_their_owners() {
    for (package, used) in dependencies() {
        let own = package.strip_prefix("zhibu-").unwrap_or(&package);
        for (name, owners) in OWNERS {
            assert!(!used.iter().any(|u| u == name) || owners.contains(&own), "{package} must not use {name}");
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() && !["target", "node_modules", ".git", "web", "tests", "examples"].contains(&name.as_str()) {
            sources(&path, found);
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
}

/// Lines of product code by file, without in-file tests.
fn lines() -> Vec<(String, String)> {
    let mut files = Vec::new();
    sources(root(), &mut files);
    files.sort();
    let mut lines = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.strip_prefix(root()).unwrap().display().to_string();
        let code = text.split("#[cfg(test)]").next().unwrap();
        lines.extend(code.lines().map(|line| (name.clone(), line.to_owned())));
    }
    lines
}

/// Whoever opens something to everybody must come here and say so.
#[test]
fn what_anyone_may_do_is_counted() {
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    for (file, line) in lines() {
        let named =
            line.contains("ANYONE") && !line.trim_start().starts_with("use ") && !line.trim_start().starts_with("//");
        if named {
            *uses.entry(file).or_default() += line.matches("ANYONE").count();
        }
    }
    let known = include_str!("snapshots/anyone_uses.txt");
    let counted: String = uses.iter().map(|(file, n)| format!("{file} {n}\n")).collect();
    assert_eq!(counted, known);
}

/// The audit log's page tells every deed, object and field in words.
#[test]
fn audit_view_everything_that_is_recorded_has_its_words() {
    let code: String = lines().into_iter().map(|(_, line)| line).collect();
    let mut deeds = 0;
    let told = |kind: &str, text: &str| {
        let code = text.split('"').nth(1).unwrap();
        assert!(zhibu_core::dictionary::has(kind, code), "{kind} {code} is not in config/enums.csv");
    };
    for entry in code.split("Entry::new(").skip(1).filter(|entry| entry.starts_with('"')) {
        deeds += 1;
        let (action, rest) = entry.split_once(',').unwrap();
        told("audit_action", action);
        told("audit_object", rest);
    }
    assert!(deeds > 50, "{deeds}");
    for part in [".note(\"", ".change(\""] {
        code.split(part).skip(1).for_each(|field| told("audit_field", &format!("\"{field}")));
    }
}

#[test]
fn schemas_are_switched_in_one_place() {
    for (file, line) in lines() {
        if file != "tenancy/src/db.rs" && file != "tenancy/src/migrate.rs" {
            let line = line.to_uppercase();
            assert!(
                !line.contains("SET ROLE") && !line.contains("SET LOCAL") && !line.contains("SET SEARCH_PATH"),
                "{file}: {line}"
            );
        }
    }
}

/// Every optional module is a feature all the way up, and has its migrations, menus and permissions.
#[test]
fn modules_are_complete() {
    let registry = zhibu_server::registry().unwrap();
    let matrix = std::fs::read_to_string(root().join("config/role_matrix.csv")).unwrap();
    let rows: Vec<&str> = matrix.lines().filter_map(|line| line.split(',').next()).collect();
    for module in &registry.modules {
        assert!(!module.permissions.is_empty(), "{} allows nothing", module.key);
        for permission in module.permissions {
            assert!(rows.contains(&permission.key), "{} is in no row of the matrix", permission.key);
            if let Some(menu) = permission.menu {
                assert!(registry.menus.iter().any(|m| m.key == menu), "{menu} is no menu");
            }
        }
        if !module.base {
            for manifest in ["modules/Cargo.toml", "server/Cargo.toml"] {
                let text = std::fs::read_to_string(root().join(manifest)).unwrap();
                assert!(text.contains(&format!("\n{} = [", module.key)), "{} is no feature of {manifest}", module.key);
            }
        }
        for step in module.tenant {
            let folder = root().join("migrations/tenant").join(module.key).join(step.version);
            assert!(folder.join("down.sql").exists(), "{}", folder.display());
        }
    }
}

#[test]
fn the_schema_is_the_committed_one() {
    let sdl = zhibu_modules::schema(&Default::default()).sdl();
    let committed = std::fs::read_to_string(root().join("graphql/schema.graphql")).unwrap();
    assert_eq!(sdl.trim_end(), committed.trim_end(), "run `zhibu sdl > graphql/schema.graphql`");
}
