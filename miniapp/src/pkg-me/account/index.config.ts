export default definePageConfig({ navigationBarTitleText: '账号与组织', enablePullDownRefresh: true })
