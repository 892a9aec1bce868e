export default definePageConfig({ navigationBarTitleText: '党务', enablePullDownRefresh: true })
