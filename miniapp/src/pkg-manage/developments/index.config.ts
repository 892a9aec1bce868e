export default definePageConfig({ navigationBarTitleText: '党员发展', enablePullDownRefresh: true })
