//! What a tenant decides about occasions (通知规则) and money.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use zhibu_core::{Error, Result};
use zhibu_tenancy::audit::Entry;
use zhibu_tenancy::messages::words;
use zhibu_tenancy::{Cx, identity};

use super::Checked;
use crate::model::{AnnouncementOccasion, Rule, RuleRung};
use crate::rules::{self, Step};
use crate::schema::{announcement_rules, message_budget};
use crate::{RULES, store};

/// A million yuan: more is a slip of the hand.
const RICHEST: i64 = 100_000_000;

/// The steps of a rule's ladder.
pub fn steps(rule: &Rule) -> Vec<(Step, Option<String>)> {
    let step = |rung: &RuleRung| {
        let step =
            Step { rung: rung.rung, after_minutes: rung.after_minutes, template: rung.template_id, given: Vec::new() };
        (step, rung.template_name.clone())
    };
    rule.ladder.iter().map(step).collect()
}

fn in_words(rule: &Rule) -> String {
    let one = |rung: &RuleRung| {
        let template = rung.template_name.as_deref().map(|name| format!("（{name}）")).unwrap_or_default();
        format!("{}{template}，间隔{}分钟", rung.rung.words(), rung.after_minutes)
    };
    match rule.ladder.is_empty() {
        true => "仅站内消息".to_owned(),
        false => rule.ladder.iter().map(one).collect::<Vec<_>>().join("；"),
    }
}

/// Decides how people are told on an occasion.
pub async fn save_rule(
    cx: &Cx,
    occasion: AnnouncementOccasion,
    enabled: bool,
    ladder: &[Step],
) -> Result<Checked<Rule>> {
    cx.allow(RULES)?;
    identity::must_be_account(cx)?;
    let mut faults = rules::faults(ladder);
    if !enabled && occasion.always() {
        faults.push(Error::invalid("on", format!("{}不能关闭", occasion.words())));
    }
    let mut decided = Vec::with_capacity(ladder.len());
    for (at, step) in ladder.iter().enumerate() {
        let mut rung =
            RuleRung { rung: step.rung, after_minutes: step.after_minutes, template_id: None, template_name: None };
        if let (Some(channel), Some(id)) = (step.rung.channel(), step.template) {
            let word = words::own(cx, RULES, id.into()).await?;
            let strange = word.variables.iter().find(|name| !rules::known(name));
            if word.kind != channel.kind() {
                return Err(Error::missing());
            }
            let field = format!("ladder.{at}.template");
            if word.state != "approved" {
                faults.push(Error::refuse("TEMPLATE_NOT_APPROVED", "该模板未通过审核，不能使用").at(field));
            } else if let Some(name) = strange.filter(|_| occasion != AnnouncementOccasion::Announcement) {
                let words =
                    format!("模板中的变量“{name}”不能自动填写，请选择只含姓名、党支部、标题、时间、地点、单位的模板");
                faults.push(Error::refuse("TEMPLATE_VARIABLES", words).at(field));
            }
            rung.template_id = Some(id);
            rung.template_name = Some(word.name);
        }
        decided.push(rung);
    }
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let rule = Rule { enabled, ladder: decided };
    let mut write = cx.write(RULES).await?;
    let before = store::rule(occasion, write.conn()?).await?;
    if before == rule {
        return Ok(Ok(rule));
    }
    let set = (
        announcement_rules::enabled.eq(rule.enabled),
        announcement_rules::ladder.eq(serde_json::to_value(&rule.ladder).map_err(Error::bug)?),
    );
    diesel::insert_into(announcement_rules::table)
        .values((announcement_rules::occasion.eq(occasion.code()), set.clone()))
        .on_conflict(announcement_rules::occasion)
        .do_update()
        .set(set)
        .execute(write.conn()?)
        .await?;
    let entry = Entry::new("announcement.rule_changed", "announcement", None)
        .note("occasion", occasion.words())
        .change("on", before.enabled, rule.enabled)
        .change("ladder", in_words(&before), in_words(&rule));
    write.audit(entry).await?;
    write.commit().await?;
    Ok(Ok(rule))
}

/// Sets what messages may cost a month, in fen.
pub async fn save_budget(cx: &Cx, month_fen: Option<i64>) -> Result<()> {
    cx.allow(RULES)?;
    if month_fen.is_some_and(|fen| !(0..=RICHEST).contains(&fen)) {
        return Err(Error::invalid("monthFen", "预算应为0至100万元"));
    }
    let mut write = cx.write(RULES).await?;
    let before = store::budget(write.conn()?).await?;
    if before == month_fen {
        return Ok(());
    }
    diesel::insert_into(message_budget::table)
        .values((message_budget::id.eq(1i16), message_budget::month_fen.eq(month_fen)))
        .on_conflict(message_budget::id)
        .do_update()
        .set(message_budget::month_fen.eq(month_fen))
        .execute(write.conn()?)
        .await?;
    let entry = Entry::new("announcement.budget_changed", "announcement", None).change("monthFen", before, month_fen);
    write.audit(entry).await?;
    write.commit().await
}
