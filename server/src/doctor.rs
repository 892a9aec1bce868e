//! `zhibu doctor`: what this machine has and lacks.

use zhibu_core::Result;
use zhibu_tenancy::{Cx, Space, operator};

use crate::installation::Installation;

/// One finding.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Finding {
    /// What was looked at.
    pub what: &'static str,
    /// Whether it is well.
    pub ok: bool,
    /// In words.
    pub detail: String,
}

/// Looks at everything the server needs.
pub(crate) async fn examine(installation: &Installation) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut note = |what, outcome: Result<String>| {
        let (ok, detail) = outcome.map_or_else(|fault| (false, fault.message.into_owned()), |words| (true, words));
        findings.push(Finding { what, ok, detail });
    };
    let cx = Cx::system(installation.app.clone(), Space::Platform);
    note(
        "database",
        operator::none_yet(&cx).await.map(|none| if none { "可用，尚无运营人员".into() } else { "可用".into() }),
    );
    note("data", Ok(installation.config.data.display().to_string()));
    let store = if installation.config.storage.is_some() {
        installation.app.store.ping().await.map(|()| "可用".into())
    } else {
        Ok("内置（随服务启动）".into())
    };
    note("store", store);
    let sms = &installation.app.sms;
    note(
        "sms",
        if sms.is_open() {
            Ok(if sms.is_sandbox() { "沙箱".into() } else { "已开通".into() })
        } else {
            Err(zhibu_core::Error::refuse("SMS_NOT_OPEN", "短信服务未开通"))
        },
    );
    let voice = &installation.app.voice;
    // Nobody has to have calls.
    note(
        "voice",
        Ok(if voice.is_sandbox() {
            "沙箱"
        } else if voice.is_open() {
            "已开通"
        } else {
            "未开通"
        }
        .into()),
    );
    let video = &installation.app.video;
    note(
        "video",
        if video.is_open() {
            // Asking after a room that nobody is in shows whether the key is good.
            let there = video.present("doctor").await.map_err(zhibu_core::Error::unavailable);
            let recorded = if video.records() { "可以录制" } else { "未开通录制" };
            there.map(|_| format!("{}，{recorded}", video.host().key()))
        } else {
            Ok("未开通，视频会议只显示会议链接".into())
        },
    );
    note("font", zhibu_office::paper::chinese_font().map(|(family, file)| format!("{family}（{}）", file.display())));
    Ok(findings)
}
