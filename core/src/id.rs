/// Defines a typed id over UUIDv7: usable as a diesel column, a GraphQL `ID` and a JSON string.
#[macro_export]
macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, $crate::serde::Serialize, $crate::serde::Deserialize,
            $crate::diesel::expression::AsExpression, $crate::diesel::deserialize::FromSqlRow,
        )]
        #[serde(transparent, crate = "zhibu_core::serde")]
        #[diesel(sql_type = $crate::diesel::sql_types::Uuid)]
        pub struct $name(pub $crate::uuid::Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { std::fmt::Display::fmt(&self.0, f) }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { std::fmt::Display::fmt(&self.0, f) }
        }
        impl From<$crate::uuid::Uuid> for $name {
            fn from(id: $crate::uuid::Uuid) -> Self { Self(id) }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { Ok(Self(text.parse()?)) }
        }
        impl $crate::diesel::serialize::ToSql<$crate::diesel::sql_types::Uuid, $crate::diesel::pg::Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut $crate::diesel::serialize::Output<'b, '_, $crate::diesel::pg::Pg>) -> $crate::diesel::serialize::Result {
                <$crate::uuid::Uuid as $crate::diesel::serialize::ToSql<$crate::diesel::sql_types::Uuid, $crate::diesel::pg::Pg>>::to_sql(&self.0, out)
            }
        }
        impl $crate::diesel::deserialize::FromSql<$crate::diesel::sql_types::Uuid, $crate::diesel::pg::Pg> for $name {
            fn from_sql(value: $crate::diesel::pg::PgValue<'_>) -> $crate::diesel::deserialize::Result<Self> {
                Ok(Self(<$crate::uuid::Uuid as $crate::diesel::deserialize::FromSql<$crate::diesel::sql_types::Uuid, $crate::diesel::pg::Pg>>::from_sql(value)?))
            }
        }
        $crate::async_graphql::scalar!($name, "ID");
    )+};
}

extern crate self as zhibu_core;

id! {
    /// A tenant (入驻单位): one customer with a schema of its own.
    TenantId;
    /// An account (账号) inside a tenant: what signs in.
    AccountId;
    /// A session (登录会话) of an account or an operator.
    SessionId;
    /// A platform operator (运营人员).
    OperatorId;
    /// A Party organisation (党组织).
    OrganisationId;
    /// A command that changes organisations (组织变更).
    OrganisationCommandId;
    /// A role (角色) that a tenant has made.
    RoleId;
    /// A sample text (范文).
    SampleId;
    /// A batch of activation codes (批次).
    BatchId;
    /// An activation code (激活码).
    CodeId;
    /// What operators tell tenants (通知).
    NoticeId;
    /// A text message (短信).
    MessageId;
    /// A long job as those see it who wait for it (后台任务).
    ProgressId;
    /// A person (人员), member or former member.
    PersonId;
    /// An import of a spreadsheet (导入).
    ImportId;
    /// An export (导出).
    ExportId;
    /// An uploaded picture (图片).
    PictureId;
    /// A row of the audit (审计记录).
    ChangeId;
    /// An application for password-free sign-in (免密登录应用).
    SsoAppId;
    /// Whom an outside identity stands for (外部身份绑定).
    SsoLinkId;
    /// A request for support (服务商支持).
    SupportId;
    /// What somebody tells the operators (建议反馈).
    FeedbackId;
    /// A signature or template of text messages that a tenant has applied for (短信签名、短信模板).
    SmsWordId;
    /// Text messages to many people, ordered at once (群发).
    CampaignId;
    /// A text message to a person, waiting or sent (短信).
    NoticeMessageId;
    /// A case of development (发展档案).
    DevelopmentCaseId;
    /// A paper of a case of development (发展材料).
    DevelopmentDocumentId;
    /// An election of a leadership team (换届).
    ElectionId;
    /// A paper of an election (换届材料).
    ElectionDocumentId;
    /// A post somebody holds (党内职务).
    PostId;
    /// A transfer of a membership (党员调动).
    TransferId;
    /// A letter of introduction (介绍信).
    LetterId;
    /// A code that says for whom a letter is to be sealed (接收码).
    ReceivingCodeId;
    /// A floating member's record (党员流动).
    FlowId;
    /// A case of a member who is out of contact (失联党员).
    LostCaseId;
    /// A pledge or a study note (党员承诺、学习心得).
    WritingId;
    /// What a member did for others (发挥作用情况).
    ContributionId;
    /// A proof of it (证明材料).
    ContributionFileId;
    /// A proposal to remove a record for ever (彻底删除申请).
    PurgeId;
    /// An activity certificate (党员活动证).
    CertificateId;
    /// What a member wants changed of the own record (资料变更申请).
    RecordRequestId;
    /// A meeting (会议).
    MeetingId;
    /// A vote in a meeting (会议投票).
    MeetingVoteId;
    /// Something uploaded to a meeting (会议材料、影像).
    MeetingFileId;
    /// A line of a yearly plan of meetings (年度计划).
    MeetingPlanId;
    /// Something people are told (通知公告).
    AnnouncementId;
    /// A reminder of somebody's own (日程).
    ScheduleId;
}
