export default definePageConfig({ navigationBarTitleText: '参会人员', enablePullDownRefresh: true })
