export default definePageConfig({ navigationBarTitleText: '建议反馈', enablePullDownRefresh: true })
