//! A module is in the program or not, by a Cargo feature. Run it both ways: `cargo nextest run -p zhibu-modules`,
//! with `--no-default-features` and without.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use zhibu_endpoint::Limits;
use zhibu_tenancy::Registry;

/// Whether this program has a word in it. The word comes in two parts, or the test itself would be found.
fn in_program(parts: [&str; 2]) -> bool {
    let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    let word = parts.join("_").into_bytes();
    program.windows(word.len()).any(|bytes| bytes == word)
}

#[test]
fn op_8_of_a_module_that_is_not_built_in_nothing_is_there() {
    let built_in = cfg!(feature = "document");
    let registry = Registry::new(zhibu_modules::all()).unwrap();
    let keys: Vec<&str> = registry.modules.iter().map(|module| module.key).collect();
    let mut expected = vec!["system", "directory"];
    expected.extend(cfg!(feature = "leadership").then_some("leadership"));
    expected.extend(cfg!(feature = "contribution").then_some("contribution"));
    expected.extend(cfg!(feature = "development").then_some("development"));
    expected.extend(built_in.then_some("document"));
    expected.extend(cfg!(feature = "meeting").then_some("meeting"));
    expected.extend(cfg!(feature = "messaging").then_some("messaging"));
    expected.extend(cfg!(feature = "mobility").then_some("mobility"));
    expected.extend(cfg!(feature = "pledge").then_some("pledge"));
    expected.extend(cfg!(feature = "study_note").then_some("study_note"));
    assert_eq!(keys, expected);
    assert_eq!(registry.module("document").is_some(), built_in);

    let sdl = zhibu_modules::schema(&Limits::default()).sdl().to_lowercase();
    assert!(sdl.contains("organisation"));
    for word in ["documentquery", "documentmutation", "type sample ", "samplekind", "librarytext", "library(", "范文"]
    {
        assert_eq!(sdl.contains(word), built_in, "{word} in the schema");
    }
    let permissions = registry.permissions();
    for permission in ["document.samples.read", "plat.samples.read", "plat.samples.edit"] {
        assert_eq!(permissions.iter().any(|p| p.key == permission), built_in, "{permission}");
    }
    for menu in ["document.samples", "plat.samples"] {
        let (page, seen) =
            (registry.menus.iter().any(|m| m.key == menu), |console| registry.visible(console, |_| true));
        let shown = ["tenant", "platform"].into_iter().flat_map(seen).any(|m| m.key == menu);
        assert_eq!((page, shown), (built_in, built_in), "{menu}");
    }
    let steps = registry.modules.iter().flat_map(|module| module.shared.iter().chain(module.tenant));
    assert_eq!(steps.filter(|step| step.up.contains("sample_")).count() > 0, built_in, "tables");
    for word in [["sample", "render"], ["sample", "uses"], ["sample", "texts"]] {
        assert_eq!(in_program(word), built_in, "{word:?} in the program");
    }
    assert!(in_program(["role", "assignments"]));
}

#[test]
fn pc_3_1_2_of_leadership_that_is_not_built_in_nothing_is_there() {
    let built_in = cfg!(feature = "leadership");
    let registry = Registry::new(zhibu_modules::all()).unwrap();
    assert_eq!(registry.module("leadership").is_some(), built_in);
    let sdl = zhibu_modules::schema(&Limits::default()).sdl().to_lowercase();
    for word in ["leadershipquery", "leadershipmutation", "electioninput", "换届记录"] {
        assert_eq!(sdl.contains(word), built_in, "{word} in the schema");
    }
    assert_eq!(registry.menus.iter().any(|menu| menu.key == "org.leadership"), built_in);
    let steps = registry.modules.iter().flat_map(|module| module.tenant);
    assert_eq!(steps.filter(|step| step.up.contains("leadership_elections")).count() > 0, built_in, "tables");
}

#[test]
fn pc_3_2_4_of_development_that_is_not_built_in_nothing_is_there() {
    let built_in = cfg!(feature = "development");
    let registry = Registry::new(zhibu_modules::all()).unwrap();
    assert_eq!(registry.module("development").is_some(), built_in);
    let sdl = zhibu_modules::schema(&Limits::default()).sdl().to_lowercase();
    for word in ["developmentquery", "developmentmutation", "applicantinput", "发展对象档案"] {
        assert_eq!(sdl.contains(word), built_in, "{word} in the schema");
    }
    let permissions = registry.permissions();
    for permission in ["member.development.read", "development.edit", "development.approve"] {
        assert_eq!(permissions.iter().any(|p| p.key == permission), built_in, "{permission}");
    }
    let shown = registry.visible("tenant", |_| true);
    assert_eq!(shown.into_iter().any(|m| m.key == "member.development"), built_in);
    for word in [["development", "records"], ["development", "cases"]] {
        assert_eq!(in_program(word), built_in, "{word:?} in the program");
    }
}

#[test]
fn pc_3_2_6a_pc_3_2_7a_of_pledges_and_study_notes_that_are_not_built_in_nothing_is_offered() {
    let registry = Registry::new(zhibu_modules::all()).unwrap();
    let sdl = zhibu_modules::schema(&Limits::default()).sdl().to_lowercase();
    for (key, built_in, types) in [
        ("pledge", cfg!(feature = "pledge"), ["pledgequery", "pledgemutation"]),
        ("study_note", cfg!(feature = "study_note"), ["studynotequery", "studynotemutation"]),
    ] {
        assert_eq!(registry.module(key).is_some(), built_in);
        for word in types {
            assert_eq!(sdl.contains(word), built_in, "{word} in the schema");
        }
        for permission in [format!("member.{key}.read"), format!("{key}.write"), format!("{key}.recommend")] {
            assert_eq!(registry.permissions().iter().any(|p| p.key == permission), built_in, "{permission}");
        }
        let menu = format!("member.{key}");
        assert_eq!(registry.visible("tenant", |_| true).into_iter().any(|m| m.key == menu), built_in);
    }
}
