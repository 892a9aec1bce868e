/// <reference types="@tarojs/taro" />
declare const ZHIBU_SERVER: string
/** The global of a platform, for what Taro has no name for. */
declare const my: { getPhoneNumber(options: { success(answer: { response: string }): void; fail(cause: unknown): void }): void }
declare const dd: { corpId?: string; getAuthCode(options: { success(answer: { authCode: string }): void; fail(cause: unknown): void }): void }
declare module '*.scss'
declare module '*.png' { const path: string; export default path }
declare module '*.svg' { const path: string; export default path }
