//! Aliyun Dysms (阿里云短信): `SendSms` and `QuerySendDetails`, version 2017-05-25.

use async_trait::async_trait;
use chrono::Duration;
use serde_json::{Map, Value};
use zhibu_core::{Error, TenantId, World};

use super::{Account, Carrier, Found, Handed, Message, Sms};
use crate::acs::Access;
use crate::wire::Wire;
use crate::{Fault, ProviderError};

/// More than any number gets in a day.
const PAGE: &str = "50";

/// One account at Aliyun.
#[derive(Debug)]
pub struct Aliyun {
    account: Account,
    wire: Wire,
    world: World,
}

impl Aliyun {
    /// A client for one account.
    pub fn new(account: Account, world: World) -> Result<Self, Error> {
        Ok(Self { account, wire: Wire::new()?, world })
    }

    /// The same with another limit for a whole call.
    pub fn patient(account: Account, world: World, whole: std::time::Duration) -> Result<Self, Error> {
        Ok(Self { account, wire: Wire::patient(whole)?, world })
    }

    async fn call(&self, action: &'static str, query: Vec<(&str, String)>) -> Result<Value, ProviderError> {
        let Account { key, url, sm3, .. } = &self.account;
        Access { key, url, sm3: *sm3 }.call(&self.wire, &self.world, action, query).await
    }

    async fn listed(&self, message: &Message, day: String) -> Result<bool, ProviderError> {
        let query = vec![
            ("PhoneNumber", message.mobile.expose().to_owned()),
            ("SendDate", day),
            ("PageSize", PAGE.to_owned()),
            ("CurrentPage", "1".to_owned()),
        ];
        let body = self.call("QuerySendDetails", query).await?;
        let Some(list) = body.pointer("/SmsSendDetailDTOs/SmsSendDetailDTO").and_then(Value::as_array) else {
            return Err(ProviderError::new(Fault::Unknown));
        };
        let reference = message.reference.to_string();
        Ok(list.iter().any(|item| item.get("OutId").and_then(Value::as_str) == Some(&reference)))
    }
}

#[async_trait]
impl Sms for Aliyun {
    async fn send(&self, message: &Message) -> Result<Handed, ProviderError> {
        let (signature, template) = self.account.wording(message)?;
        let params: Map<String, Value> =
            template.values(message)?.map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        let query = vec![
            ("PhoneNumbers", message.mobile.expose().to_owned()),
            ("SignName", signature.to_owned()),
            ("TemplateCode", template.id.clone()),
            ("TemplateParam", Value::Object(params).to_string()),
            ("OutId", message.reference.to_string()),
        ];
        let body = self.call("SendSms", query).await?;
        Ok(Handed { id: body.get("BizId").and_then(Value::as_str).map(str::to_owned) })
    }

    /// Asks by number and day, and looks for our `OutId`. The list tells no `BizId`.
    async fn find(&self, message: &Message) -> Result<Found, ProviderError> {
        // The carrier's days are China's, and a message may have left after midnight.
        let day = |at: chrono::DateTime<chrono::Utc>| (at + Duration::hours(8)).format("%Y%m%d").to_string();
        let (first, last) = (day(message.made_at), day(self.world.now()));
        let taken = self.listed(message, first.clone()).await? || (last != first && self.listed(message, last).await?);
        Ok(if taken { Found::Taken(Handed::default()) } else { Found::Absent })
    }

    fn carrier(&self) -> Carrier {
        Carrier::Aliyun
    }

    fn signature(&self, tenant: Option<TenantId>) -> &str {
        self.account.signature(tenant)
    }
}
