export default definePageConfig({ navigationBarTitleText: '日程管理', enablePullDownRefresh: true })
