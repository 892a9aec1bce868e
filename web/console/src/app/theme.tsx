import { App as AntApp, ConfigProvider, theme, type ThemeConfig } from 'antd'
import zhCN from 'antd/locale/zh_CN'
import { createContext, useContext, useLayoutEffect, useMemo, useState, type ReactNode } from 'react'

const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce
const KEY = 'zhibu.dark'

/** A focused field is blue: red is for faults, and the brand is red already. */
const fields = (active: string): ThemeConfig['components'] => {
  const border = { activeBorderColor: active, hoverBorderColor: active, activeShadow: `0 0 0 2px ${active}22` }
  return { Input: border, InputNumber: border, DatePicker: border, Select: { activeBorderColor: active, hoverBorderColor: active, activeOutlineColor: `${active}22` } }
}

const light: ThemeConfig = {
  components: fields('#1557b0'),
  token: {
    colorPrimary: '#b80d26', colorLink: '#a50f22', colorLinkHover: '#d3213c', colorInfo: '#1557b0', colorInfoBg: '#edf4fd', colorInfoBorder: '#b9d3f3', colorError: '#c62828',
    colorTextTertiary: '#5f6368', colorTextPlaceholder: '#6b7075', colorTextDescription: '#595e63', colorBgLayout: '#f4f5f7', colorBorder: '#c3c8ce',
  },
}
const dark: ThemeConfig = {
  algorithm: theme.darkAlgorithm,
  token: {
    colorPrimary: '#f0707a', colorLink: '#ff9a9a', colorLinkHover: '#ffb8b8', colorInfo: '#5b9dff', colorError: '#f2696b',
    colorTextTertiary: '#a9adb3', colorTextPlaceholder: '#9a9fa5', colorTextDescription: '#b0b4b9',
    colorBgContainer: '#1a1c20', colorBgElevated: '#24272c', colorBorder: '#5b6169',
  },
  components: {
    ...fields('#7db3ff'),
    Button: {
      colorPrimary: '#b8283c', colorPrimaryHover: '#c93a4e', colorPrimaryActive: '#9c2032',
      colorError: '#b8283c', colorErrorHover: '#c93a4e', colorErrorActive: '#9c2032',
    },
    Menu: { itemSelectedColor: '#ffb3b6', subMenuItemSelectedColor: '#ffb3b6', itemSelectedBg: '#45242a' },
    Tabs: { itemSelectedColor: '#ff9a9a', itemHoverColor: '#ffb8b8' },
  },
}

const DarkContext = createContext<{ dark: boolean; setDark: (dark: boolean) => void }>({ dark: false, setDark: () => {} })

/** Whether the dark look is on, and the switch. */
export const useDark = () => useContext(DarkContext)

function remembered(): boolean {
  const kept = localStorage.getItem(KEY)
  return kept === null ? matchMedia('(prefers-color-scheme: dark)').matches : kept === '1'
}

/** Colours, language and style nonce of everything below. */
export function Theme({ children }: { children: ReactNode }) {
  const [isDark, setIsDark] = useState(remembered)
  useLayoutEffect(() => { document.documentElement.dataset.theme = isDark ? 'dark' : 'light' }, [isDark])
  const chosen = isDark ? dark : light
  const config = useMemo<ThemeConfig>(() => ({
    ...chosen,
    token: { fontSize: 15, controlHeight: 36, borderRadius: 6, motion: !navigator.webdriver, ...chosen.token },
  }), [chosen])
  const setDark = (value: boolean) => {
    setIsDark(value)
    try { localStorage.setItem(KEY, value ? '1' : '0') } catch { /* only this page then */ }
  }
  return (
    <DarkContext.Provider value={{ dark: isDark, setDark }}>
      <ConfigProvider locale={zhCN} theme={config} button={{ autoInsertSpace: false }} {...(nonce ? { csp: { nonce } } : {})}>
        <AntApp message={{ duration: 5, top: 64 }}>{children}</AntApp>
      </ConfigProvider>
    </DarkContext.Provider>
  )
}
