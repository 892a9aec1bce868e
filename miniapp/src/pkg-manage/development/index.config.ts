export default definePageConfig({ navigationBarTitleText: '发展档案', enablePullDownRefresh: true })
