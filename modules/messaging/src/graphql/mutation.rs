use async_graphql::{Context, Object};
use zhibu_core::{AnnouncementId, Result, ScheduleId};
use zhibu_graphql::{Request, all_faults};

use super::input::{AnnouncementInput, AnnouncementRuleInput, ScheduleInput};
use super::query::{budget, consents, whole};
use super::types::{AnnouncementRule, AnnouncementWhole, MessageBudget, MessageConsent, Schedule};
use crate::model::AnnouncementOccasion;
use crate::{RULES, actions};

/// 通知公告、消息和日程
#[derive(Default)]
pub struct MessagingMutation;

#[Object(serial)]
impl MessagingMutation {
    /// Sends a notice (PC-4.5). The same key again is the same notice.
    async fn send(
        &self,
        ctx: &Context<'_>,
        key: AnnouncementId,
        input: AnnouncementInput,
    ) -> Result<AnnouncementWhole> {
        let cx = ctx.cx()?;
        match actions::send(cx, key.0, &input.into()).await? {
            Ok(id) => whole(cx, id).await,
            Err(faults) => Err(all_faults(ctx, faults)),
        }
    }

    /// Moves everybody who has not read it to the next rung now (催读); the result is how many.
    async fn remind(&self, ctx: &Context<'_>, id: AnnouncementId) -> Result<usize> {
        actions::remind(ctx.cx()?, id).await
    }

    /// Takes a notice back: nobody is sent anything any more, and who was told sees that it was withdrawn.
    async fn withdraw(&self, ctx: &Context<'_>, id: AnnouncementId, reason: String) -> Result<AnnouncementWhole> {
        actions::withdraw(ctx.cx()?, id, &reason).await?;
        whole(ctx.cx()?, id).await
    }

    /// Removes a notice from all lists; what was sent and paid stays on record.
    async fn remove(&self, ctx: &Context<'_>, id: AnnouncementId) -> Result<bool> {
        actions::remove(ctx.cx()?, id).await?;
        Ok(true)
    }

    /// Decides how people are told on an occasion.
    async fn save_rule(
        &self,
        ctx: &Context<'_>,
        occasion: AnnouncementOccasion,
        input: AnnouncementRuleInput,
    ) -> Result<AnnouncementRule> {
        let (on, cx) = (input.on, ctx.cx()?);
        match actions::save_rule(cx, occasion, on, &input.steps()).await? {
            Ok(rule) => Ok(AnnouncementRule::of(occasion, rule)),
            Err(faults) => Err(all_faults(ctx, faults)),
        }
    }

    /// Sets what messages may cost a month; none: no limit but the operator's.
    async fn save_budget(&self, ctx: &Context<'_>, month_fen: Option<i64>) -> Result<MessageBudget> {
        let cx = ctx.cx()?;
        actions::save_budget(cx, month_fen).await?;
        let mut read = cx.read(RULES).await?;
        budget(cx, read.conn()?).await
    }

    /// Marks messages of the caller's as read; the result is how many are still unread.
    async fn read(&self, ctx: &Context<'_>, ids: Vec<AnnouncementId>) -> Result<i64> {
        actions::read(ctx.cx()?, &ids).await
    }

    /// Marks everything as read.
    async fn read_all(&self, ctx: &Context<'_>) -> Result<i64> {
        actions::read_all(ctx.cx()?).await
    }

    /// Makes a reminder, or changes one.
    async fn save_schedule(&self, ctx: &Context<'_>, id: Option<ScheduleId>, input: ScheduleInput) -> Result<Schedule> {
        match actions::save_schedule(ctx.cx()?, id, &input.into()).await? {
            Ok(row) => Ok(row.into()),
            Err(faults) => Err(all_faults(ctx, faults)),
        }
    }

    /// Removes a reminder.
    async fn remove_schedule(&self, ctx: &Context<'_>, id: ScheduleId) -> Result<bool> {
        actions::remove_schedule(ctx.cx()?, id).await?;
        Ok(true)
    }

    /// The caller has agreed to one more message of each of these WeChat templates.
    async fn consent(&self, ctx: &Context<'_>, templates: Vec<String>) -> Result<Vec<MessageConsent>> {
        let cx = ctx.cx()?;
        actions::consent(cx, &templates).await?;
        consents(cx).await
    }
}
