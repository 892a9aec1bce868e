export default definePageConfig({ navigationBarTitleText: '党员流动', enablePullDownRefresh: true })
