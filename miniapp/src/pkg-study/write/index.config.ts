export default definePageConfig({ navigationBarTitleText: '写作', enablePullDownRefresh: false })
