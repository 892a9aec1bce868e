import { QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router/dom'
import 'antd/dist/reset.css'
import './styles/base.css'
import './styles/kit.css'
import './styles/pages.css'
import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn'
import { queryClient } from './app/queries'
import { router } from './app/router'
import { Theme } from './app/theme'

dayjs.locale('zh-cn')

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <Theme>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </Theme>,
  )
}
