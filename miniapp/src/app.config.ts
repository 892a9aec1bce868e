export default defineAppConfig({
  pages: ['pages/home/index', 'pages/party/index', 'pages/study/index', 'pages/me/index', 'pages/login/index', 'pages/policy/index'],
  subPackages: [
    { root: 'pkg-me', pages: ['profile/index', 'organisation/index', 'footprint/index', 'feedback/index', 'about/index', 'account/index', 'certificate/index'] },
    { root: 'pkg-study', pages: ['list/index', 'read/index', 'write/index', 'samples/index'] },
    {
      root: 'pkg-manage',
      pages: [
        'transfers/index', 'transfer/index', 'transfer-new/index', 'flows/index', 'flow/index', 'flow-new/index',
        'developments/index', 'development/index', 'development-act/index', 'development-new/index',
      ],
    },
    {
      root: 'pkg-meeting',
      pages: [
        'mine/index', 'detail/index', 'sign/index', 'leave/index', 'note/index',
        'held/index', 'edit/index', 'hold/index', 'people/index', 'leaves/index', 'vote/index', 'photos/index', 'minutes/index', 'call-off/index',
      ],
    },
    { root: 'pkg-message', pages: ['messages/index', 'message/index', 'schedules/index', 'schedule/index'] },
    { root: 'pkg-notice', pages: ['list/index', 'send/index', 'notice/index', 'withdraw/index'] },
  ],
  preloadRule: { 'pages/me/index': { network: 'all', packages: ['pkg-me'] }, 'pages/study/index': { network: 'wifi', packages: ['pkg-study'] } },
  // A page left while it still slides in leaves nothing to see behind it (router of Taro 4.2.0); other platforms slide by themselves.
  ...(process.env.TARO_ENV === 'h5' ? { animation: false } : {}),
  // Signing in at the place of a meeting: WeChat wants to know beforehand what for.
  ...(process.env.TARO_ENV === 'weapp' ? { requiredPrivateInfos: ['getLocation'], permission: { 'scope.userLocation': { desc: '用于在会场定位签到，只在您点“定位签到”时使用' } } } : {}),
  window: {
    backgroundTextStyle: 'dark', backgroundColor: '#f4f5f7',
    navigationBarBackgroundColor: '#b8151b', navigationBarTitleText: '支部', navigationBarTextStyle: 'white',
  },
  tabBar: {
    color: '#595959', selectedColor: '#b8151b', backgroundColor: '#ffffff', borderStyle: 'black',
    list: [
      { pagePath: 'pages/home/index', text: '首页', iconPath: 'static/home.png', selectedIconPath: 'static/home-on.png' },
      { pagePath: 'pages/party/index', text: '党务', iconPath: 'static/party.png', selectedIconPath: 'static/party-on.png' },
      { pagePath: 'pages/study/index', text: '学习', iconPath: 'static/study.png', selectedIconPath: 'static/study-on.png' },
      { pagePath: 'pages/me/index', text: '我的', iconPath: 'static/me.png', selectedIconPath: 'static/me-on.png' },
    ],
  },
})
