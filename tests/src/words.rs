//! Operations that many tests use.

/// Signs in by user name and password.
pub const SIGN_IN: &str = "mutation($name: String!, $password: String!) { system { signIn(input: {userName: $name, \
    password: $password}) { __typename ... on PasswordChangeRequired { needsSmsCode maskedMobile } \
    ... on TenantChoice { ticket } ... on SignedIn { session { id account { id } } } } } }";
/// Asks for a sign-in code.
pub const REQUEST_CODE: &str =
    "mutation($mobile: String!) { system { requestSmsCode(input: {mobile: $mobile}) { resendAfterSeconds } } }";
/// Signs in by code.
pub const SMS_SIGN_IN: &str = "mutation($mobile: String!, $code: String!) { system { signInBySms(input: {mobile: \
    $mobile, code: $code}) { __typename ... on TenantChoice { ticket tenants { id name } } } } }";
/// Asks for the code that replacing the initial password needs.
pub const REQUEST_PASSWORD_CODE: &str = "mutation { system { requestPasswordChangeCode { resendAfterSeconds } } }";
/// Replaces the initial password.
pub const CHANGE_INITIAL: &str = "mutation($new: String!, $code: String) { system { changeInitialPassword(input: \
    {newPassword: $new, smsCode: $code}) { id } } }";
/// Changes the password.
pub const CHANGE_PASSWORD: &str = "mutation($old: String!, $new: String!) { system { changePassword(input: \
    {oldPassword: $old, newPassword: $new}) } }";
/// Who is signed in.
pub const SESSION: &str = "{ system { session { id account { id userName } permissions menus { key } \
    tenant { id name } roots { id shortName } } } }";
/// Who is signed in as operator.
pub const OPERATOR: &str = "{ system { operatorSession { id userName permissions } } }";
/// Issues codes.
pub const ISSUE: &str = "mutation($input: IssueCodesInput!) { system { issueCodes(input: $input) { codes batch } } }";
/// Activates a tenant.
pub const ACTIVATE: &str = "mutation($input: ActivateInput!) { system { activate(input: $input) { ticket } } }";
/// How far an activation is.
pub const PROGRESS: &str = "query($ticket: String!) { system { activationProgress(ticket: $ticket) { state percent \
    step message userName } } }";
/// Signs an operator in.
pub const OPERATOR_SIGN_IN: &str = "mutation($name: String!, $password: String!, $totp: String!) { system { \
    operatorSignIn(input: {userName: $name, password: $password, totp: $totp}) { userName } } }";
/// The secret behind an enrolment link.
pub const ENROLMENT: &str =
    "mutation($token: String!) { system { operatorEnrolment(token: $token) { userName secret otpauthUrl } } }";
/// Completes an enrolment.
pub const ENROL: &str = "mutation($token: String!, $password: String!, $totp: String!) { system { enrolOperator(\
    input: {token: $token, password: $password, totp: $totp}) { userName } } }";
/// Adds an organisation.
pub const CREATE: &str = "mutation($input: OrganisationInput!) { directory { createOrganisation(input: $input) { id \
    version code shortName type } } }";
/// Edits an organisation.
pub const UPDATE: &str = "mutation($id: ID!, $version: Int!, $input: OrganisationInput!) { directory { \
    updateOrganisation(id: $id, version: $version, input: $input) { id version } } }";
/// Sets an administrator.
pub const ADD_ADMINISTRATOR: &str = "mutation($input: AdministratorInput!) { directory { addAdministrator(input: \
    $input) { createdAccount organisation { administrators { account displayName userName mobile } } } } }";
/// Takes an administrator's role away.
pub const REMOVE_ADMINISTRATOR: &str = "mutation($organisation: ID!, $account: ID!) { directory { \
    removeAdministrator(organisation: $organisation, account: $account) { id } } }";
/// Switches a module.
pub const SET_MODULE: &str = "mutation($tenant: ID!, $on: Boolean!) { system { setTenantModule(tenant: $tenant, \
    module: \"document\", on: $on) { id } } }";
