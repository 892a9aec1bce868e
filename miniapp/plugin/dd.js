// DingTalk (钉钉): the same templates and runtime as Alipay's, but the global object is `dd`.
// No npm package does this for Taro 4; what Alipay's own says of `my` is renamed while it is built.
const { Alipay } = require('@tarojs/plugin-platform-alipay')

class DingTalk extends Alipay {
  constructor(ctx, config) {
    super(ctx, config)
    this.platform = 'dd'
    this.globalObject = 'dd'
    this.projectConfigName = 'project.dd.json'
    this.setupTransaction.addWrapper({ close: () => this.renameGlobal() })
  }

  /** `my.request` of the runtime becomes `dd.request`. */
  renameGlobal() {
    this.ctx.modifyWebpackChain(({ chain, webpack }) => {
      chain.plugin('dingTalkGlobal').use(webpack.DefinePlugin, [{ my: 'dd' }])
    })
  }
}

module.exports = (ctx) => {
  ctx.registerPlatform({
    name: 'dd',
    useConfigName: 'mini',
    async fn({ config }) {
      await new DingTalk(ctx, config).start()
    },
  })
}
