export default definePageConfig({ navigationBarTitleText: '范文', enablePullDownRefresh: true })
