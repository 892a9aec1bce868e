// The logic layer of a built mini-program without any developer tool: a fake global of the platform, a loader for its
// CommonJS files, and recorders for App() and Page(). What a page would draw is what it hands to setData.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import vm from 'node:vm'
import { dial } from './socket.mjs'

const GLOBALS = { weapp: 'wx', alipay: 'my', dd: 'dd' }
/** What simply succeeds; Taro takes only what it finds on the global. */
const PLAIN = ['setNavigationBarTitle', 'setNavigationBar', 'stopPullDownRefresh', 'hideLoading', 'showLoading', 'uploadFile']
/** What the bundler keeps on the global; a fake that answers everything must not seem to have it already. */
const ABSENT = /^(webpackJsonp|taro|_|then$|toJSON$|nodeType$|\$\$typeof$)/i

/** Puts a value where setData's path points: `root.cn.[0].cn`. */
function put(data, path, value) {
  const keys = path.split('.').map((part) => (/^\[\d+\]$/.test(part) ? Number(part.slice(1, -1)) : part))
  const last = keys.pop()
  keys.reduce((at, key) => (at[key] ??= {}), data)[last] = value
}

function fire(instance, type, node, detail) {
  if (node.v !== undefined) return // A piece of text hears nothing.
  const target = { id: node.uid ?? node.sid, dataset: { sid: node.sid } }
  instance.eh({ type, detail, target, currentTarget: target, timeStamp: Date.now(), mark: {} })
}

/** All texts of a tree that a page draws. */
export const textOf = (node) => (node ? `${node.v ?? ''}${childrenOf(node).map(textOf).join('')}` : '')

const childrenOf = (node) => (Array.isArray(node.cn) ? node.cn : Object.values(node.cn ?? {}))

/** The way from the root down to the deepest node that fits. */
function wayTo(node, fits) {
  for (const child of childrenOf(node)) {
    const way = wayTo(child, fits)
    if (way) return [node, ...way]
  }
  return fits(node) ? [node] : null
}

/** Loads `dist/<target>`; `server` is where requests go, `code` what the platform's sign-in gives. */
export function load(dist, target, { server, code, corp, phone }) {
  const root = join(dist, target)
  const storage = new Map()
  const calls = []
  const seen = { requests: [], sets: [], routes: [], toasts: [], sockets: [], confirm: true }
  /** What the case sets: the text under the camera; where the phone is, nothing: its owner forbids it; what is answered to WeChat's question. */
  const around = { scanned: '', place: null, consent: 'accept' }
  const later = (options, answer) => setTimeout(() => { options?.success?.(answer); options?.complete?.(answer) })
  const say = (name, answer) => (options) => { calls.push(name); later(options, typeof answer === 'function' ? answer(options) : answer); return Promise.resolve(answer) }

  async function send(options) {
    const header = options.header ?? options.headers ?? {}
    const body = typeof options.data === 'string' ? options.data : JSON.stringify(options.data)
    try {
      const reply = await fetch(server + new URL(options.url).pathname, { method: options.method, headers: header, body })
      const text = await reply.text()
      const asked = JSON.parse(body)
      seen.requests.push({ name: asked.operationName, byHash: 'documentId' in asked, bytes: text.length, status: reply.status, authorised: Boolean(header.authorization) })
      const answer = { statusCode: reply.status, status: reply.status, data: JSON.parse(text), header: Object.fromEntries(reply.headers), headers: Object.fromEntries(reply.headers) }
      if (target !== 'weapp' && reply.status >= 400) options.fail?.({ error: 19, ...answer })
      else options.success?.(answer)
      options.complete?.(answer)
    } catch (cause) {
      options.fail?.({ errMsg: String(cause) })
      options.complete?.({ errMsg: String(cause) })
    }
  }

  /** One socket at a time, as old Alipay has it, and as WeChat gives it. */
  function connectSocket(options) {
    const seenOne = { authorised: false, heard: 0 }
    seen.sockets.push(seenOne)
    const ears = { open: [], message: [], close: [], error: [] }
    const tell = (name, what) => ears[name].forEach((hear) => hear(what))
    const line = dial(server.replace(/^http/, 'ws') + new URL(options.url).pathname, {
      protocols: options.protocols, open: () => tell('open', {}), close: () => tell('close', { code: 1006, reason: '' }),
      message: (data) => { seenOne.heard += 1; tell('message', { data }) },
    })
    const on = (name) => (hear) => { ears[name].push(hear) }
    const send = ({ data }) => { seenOne.authorised ||= data.includes('Bearer '); line.send(data) }
    const task = { send, close: () => line.close(), onOpen: on('open'), onMessage: on('message'), onClose: on('close'), onError: on('error'), readyState: 0 }
    Object.assign(fixed, { sendSocketMessage: send, closeSocket: task.close, onSocketOpen: task.onOpen, onSocketMessage: task.onMessage, onSocketClose: task.onClose, onSocketError: task.onError })
    later(options, { errMsg: 'connectSocket:ok' })
    return task
  }

  const scanned = (options) => { calls.push('scan'); later(options, target === 'weapp' ? { result: around.scanned } : { code: around.scanned }) }
  const located = (options) => {
    calls.push('getLocation')
    if (around.place) return later(options, target === 'alipay' ? Object.fromEntries(Object.entries(around.place).map(([name, value]) => [name, String(value)])) : around.place)
    const refused = target === 'weapp' ? { errMsg: 'getLocation:fail auth deny' } : { error: 2001, errorMessage: '用户拒绝授权' }
    setTimeout(() => { options?.fail?.(refused); options?.complete?.(refused) })
  }

  const system = { platform: 'ios', system: 'iOS 17', windowWidth: 375, windowHeight: 667, screenWidth: 375, screenHeight: 667, pixelRatio: 2, SDKVersion: '3.5.0', version: '8.0', model: 'harness', language: 'zh_CN', safeArea: { top: 0, bottom: 667, left: 0, right: 375, width: 375, height: 667 } }
  const route = (kind) => (options) => { seen.routes.push({ kind, url: options.url ?? '' }); later(options, {}); return Promise.resolve() }
  const fixed = {
    request: (options) => { void send(options); return { abort() {} } },
    login: say('login', () => ({ code: code() })),
    getAuthCode: say('getAuthCode', () => ({ authCode: code() })),
    getPhoneNumber: say('getPhoneNumber', () => ({ response: JSON.stringify(phone?.() ?? {}) })),
    corpId: corp,
    getStorageSync: (key) => (typeof key === 'object' ? { data: storage.get(key.key) ?? null } : storage.get(key) ?? ''),
    setStorageSync: (key, data) => { typeof key === 'object' ? storage.set(key.key, key.data) : storage.set(key, data) },
    removeStorageSync: (key) => { storage.delete(typeof key === 'object' ? key.key : key) },
    getSystemInfoSync: () => system, getWindowInfo: () => system, getDeviceInfo: () => system, getAppBaseInfo: () => system,
    getSystemInfo: say('getSystemInfo', system), canIUse: () => true,
    switchTab: route('switchTab'), navigateTo: route('navigateTo'), reLaunch: route('reLaunch'), redirectTo: route('redirectTo'), navigateBack: route('navigateBack'),
    showToast: (options) => { seen.toasts.push(options.title ?? options.content); later(options, {}); return Promise.resolve() },
    showModal: say('showModal', () => ({ confirm: seen.confirm, cancel: !seen.confirm })), confirm: say('confirm', () => ({ confirm: seen.confirm })),
    downloadFile: say('downloadFile', { tempFilePath: '/tmp/picture', apFilePath: '/tmp/picture', statusCode: 200 }), saveFile: say('saveFile', { savedFilePath: '/kept/picture', apFilePath: '/kept/picture' }),
    ...Object.fromEntries(PLAIN.map((name) => [name, say(name, {})])),
    requestSubscribeMessage: say('requestSubscribeMessage', ({ tmplIds }) => ({ errMsg: 'requestSubscribeMessage:ok', ...Object.fromEntries(tmplIds.map((id) => [id, around.consent])) })),
    connectSocket, scanCode: scanned, scan: scanned, getLocation: located, openSetting: say('openSetting', {}),
    nextTick: (work) => setTimeout(work), onNetworkStatusChange() {}, env: { USER_DATA_PATH: '/data' },
    getLaunchOptionsSync: () => ({ path: 'pages/home/index', query: {}, scene: 1001 }), getEnterOptionsSync: () => ({ path: 'pages/home/index', query: {}, scene: 1001 }),
  }
  const fake = new Proxy(fixed, {
    get: (has, name) => (name in has || typeof name !== 'string' || ABSENT.test(name) ? has[name] : say(name, {})),
    has: (has, name) => name in has,
  })

  let page, app, component
  const stack = []
  const world = vm.createContext({
    [GLOBALS[target]]: fake, console, setTimeout, clearTimeout, setInterval, clearInterval, Promise, URL, performance,
    App: (config) => { app = config }, Page: (config) => { page = config }, Component: (config) => { component = config }, Behavior: (config) => config,
    getApp: () => app, getCurrentPages: () => stack, requirePlugin: () => ({}), ...(target === 'weapp' ? {} : { navigator: { userAgent: 'harness' } }),
  })
  world.global = world.globalThis = world
  const modules = new Map()
  const need = (path) => {
    const file = path.endsWith('.js') ? path : `${path}.js`
    const known = modules.get(file)
    if (known) return known.exports
    const module = { exports: {} }
    modules.set(file, module)
    const wrap = vm.runInContext(`(function(require, module, exports, global, window){${readFileSync(file, 'utf8')}\n})`, world, { filename: file })
    wrap((name) => need(join(dirname(file), name)), module, module.exports, world, undefined)
    return module.exports
  }

  return {
    seen, storage, calls,
    set scanned(text) { around.scanned = text },
    set place(place) { around.place = place },
    set consent(answer) { around.consent = answer },
    start() {
      need(join(root, 'app.js'))
      app.onLaunch?.call(app, { path: 'pages/home/index', query: {} })
      app.onShow?.call(app, {})
    },
    /** Opens a page: `open('pkg-study/read/index', { kind: 'note' })`. */
    open(path, query = {}) {
      page = component = undefined
      need(join(root, path))
      const config = page ?? { ...component?.methods, ...component?.lifetimes, data: component?.data }
      const instance = Object.create(config)
      Object.assign(instance, {
        route: path, __route__: path, is: path, options: query, data: { ...config.data },
        setData(part, done) {
          const text = JSON.stringify(part)
          seen.sets.push({ path, bytes: text.length, text })
          for (const [key, value] of Object.entries(JSON.parse(text))) put(this.data, key, value)
          setTimeout(() => done?.())
        },
        $spliceData(part, done) { this.setData(part, done) }, createSelectorQuery: () => fake.createSelectorQuery(),
      })
      stack.push(instance)
      instance.onLoad?.(query)
      instance.onReady?.()
      instance.onShow?.()
      return instance
    },
    /** Everything the page says. */
    text: (instance) => textOf(instance.data.root),
    /** Touches what says these words. */
    tap(instance, words) {
      const way = wayTo(instance.data.root, (node) => textOf(node) === words) ?? wayTo(instance.data.root, (node) => textOf(node).includes(words))
      if (!way) throw new Error(`没有写着「${words}」的地方：${textOf(instance.data.root)}`)
      for (const node of way.reverse()) fire(instance, 'tap', node, {})
    },
    /** Presses the platform's button that tells a number. */
    phone(instance, words) {
      const way = wayTo(instance.data.root, (node) => textOf(node).includes(words))
      if (!way) throw new Error(`没有写着「${words}」的按钮`)
      const detail = target === 'weapp' ? { code: phone?.().code, errMsg: 'getPhoneNumber:ok' } : {}
      for (const node of way.reverse()) fire(instance, target === 'weapp' ? 'getphonenumber' : 'getAuthorize', node, detail)
    },
    /** Types into the field that is called so. */
    type(instance, label, value) {
      const way = wayTo(instance.data.root, (node) => node.v === undefined && Object.values(node).includes(label) && !childrenOf(node).length)
      if (!way) throw new Error(`没有叫「${label}」的输入框`)
      fire(instance, 'input', way[way.length - 1], { value })
    },
    close(instance) {
      instance.onHide?.()
      instance.onUnload?.()
      stack.splice(stack.indexOf(instance), 1)
    },
    world,
  }
}
