export default definePageConfig({ navigationBarTitleText: '会议笔记' })
