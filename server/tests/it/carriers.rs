//! Which carriers the program starts with.

use crate::program::House;

/// An account at a carrier, as the environment gives it.
const ACCOUNT: &[(&str, &str)] = &[
    ("ZHIBU__PUBLIC_URL", "https://dj.example.org"),
    ("ZHIBU__SMS__PROVIDER", "tencent"),
    ("ZHIBU__SMS__KEY_ID", "AKID0000000000000000000000000000"),
    ("ZHIBU__SMS__KEY_SECRET", "hidden-five"),
    ("ZHIBU__SMS__APP_ID", "1400000077"),
    ("ZHIBU__SMS__SIGNATURE", "某某支部"),
    ("ZHIBU__SMS__CALLBACK_SECRET", "hidden-six-0123456789abcdef01234"),
    ("ZHIBU__SMS__TEMPLATES__SIGN_IN", "1000077"),
    ("ZHIBU__SMS__TEMPLATES__PASSWORD", "{id=\"1000078\", params=[\"code\", \"minutes\"]}"),
    ("ZHIBU__SMS__TEMPLATES__MOBILE", "1000079"),
];

#[tokio::test]
async fn production_starts_with_the_real_carrier_only() {
    let house = House::new();
    let change = [
        ("ZHIBU__SMS__PROVIDER", "sandbox", "sandbox"),
        ("ZHIBU__SMS__BASE_URL", "http://sms.tencentcloudapi.com/", "https://"),
        ("ZHIBU__SMS__BASE_URL", "https://sms.example.org/", "base_url"),
        ("ZHIBU__SMS__ENDPOINT_OVERRIDE", "http://127.0.0.1:9/", "endpoint_override"),
        ("ZHIBU__SMS__KEY_SECRET", "VectorTcSecretKey00000000000001", "公开的测试密钥"),
        ("ZHIBU__SMS__KEY_SECRET", "sbx_hidden", "sbx_"),
        ("ZHIBU__SMS__APP_ID", "", "app_id"),
    ];
    for (name, value, word) in change {
        let settings: Vec<_> = ACCOUNT.iter().copied().chain([(name, value)]).collect();
        let done = house.run_with(&["serve", "--profile", "production"], &settings).await;
        assert!(!done.err.contains(value) || value.len() < 10 || name.ends_with("URL"), "{done:?}");
        done.refused(word);
    }
    assert!(!house.data().exists(), "nothing was opened for this");
}

#[tokio::test]
async fn a_carriers_account_comes_from_the_environment_and_is_not_shown() {
    let house = House::new();
    let shown = house.run_with(&["config", "show", "--profile", "production"], ACCOUNT).await;
    for word in ["Tencent", "1400000077", "某某支部", "1000077", "1000078", "minutes", "[secret]"] {
        assert!(shown.text().contains(word), "{word}: {shown:?}");
    }
    assert!(!shown.out.contains("hidden-") && !shown.err.contains("hidden-"), "{shown:?}");

    let file = house.data().with_extension("toml");
    let tenant = "01900000-0000-7000-8000-000000000001";
    let words = format!("[sms]\nprovider = \"off\"\n[sms.tenants.{tenant}]\nsignature = \"南湖支部\"\n");
    std::fs::write(&file, words).unwrap();
    let shown = house.run(&["config", "show", "--config", file.to_str().unwrap()]).await;
    assert!(shown.text().contains("南湖支部") && shown.text().contains(tenant), "{shown:?}");
}
