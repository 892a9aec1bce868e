export default definePageConfig({ navigationBarTitleText: '党建足迹', enablePullDownRefresh: true })
