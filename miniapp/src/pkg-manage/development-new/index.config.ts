export default definePageConfig({ navigationBarTitleText: '新建发展档案' })
