export default definePageConfig({ navigationBarTitleText: '流动', enablePullDownRefresh: true })
