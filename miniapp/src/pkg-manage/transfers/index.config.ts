export default definePageConfig({ navigationBarTitleText: '党员调动', enablePullDownRefresh: true })
