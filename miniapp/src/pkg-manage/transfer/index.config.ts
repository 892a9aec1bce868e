export default definePageConfig({ navigationBarTitleText: '调动', enablePullDownRefresh: true })
