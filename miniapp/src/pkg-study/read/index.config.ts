export default definePageConfig({ navigationBarTitleText: '阅读', enablePullDownRefresh: true })
