export default definePageConfig({ navigationBarTitleText: '会议照片', enablePullDownRefresh: true })
