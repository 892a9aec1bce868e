const path = require('node:path')

const api = path.resolve(__dirname, '../../web/api')
const target = process.env.TARO_ENV
/** Where the mini-programs find the server; H5 comes from the server itself. */
const server = target === 'h5' ? '' : process.env.ZHIBU_SERVER || 'http://127.0.0.1:8080'
const inside = [path.resolve(__dirname, '../src'), path.join(api, 'src')]

/** Documents and words are shared with the console; they stand outside of this root. */
const shared = (chain) => {
  chain.resolve.alias.set('@zhibu/api', path.join(api, 'src'))
  chain.resolve.modules.add(path.resolve(__dirname, '../node_modules'))
  // Reports of the build go to the terminal as lines, not as a bar.
  chain.plugins.delete('webpackbar')
}

module.exports = {
  projectName: 'zhibu-miniapp',
  date: '2026-11-27',
  designWidth: 375,
  deviceRatio: { 375: 2, 640: 2.34 / 2, 750: 1, 828: 1.81 / 2 },
  sourceRoot: 'src',
  outputRoot: `dist/${target}`,
  framework: 'react',
  compiler: { type: 'webpack5', prebundle: { enable: false } },
  cache: { enable: false },
  plugins: [path.resolve(__dirname, '../plugin/dd.js')],
  alias: { '@': path.resolve(__dirname, '../src') },
  defineConstants: { ZHIBU_SERVER: JSON.stringify(server) },
  mini: {
    compile: { include: inside },
    optimizeMainPackage: { enable: true },
    postcss: { pxtransform: { enable: true } },
    webpackChain: shared,
  },
  h5: {
    publicPath: '/m/',
    staticDirectory: 'static',
    router: { mode: 'hash' },
    compile: { include: inside },
    output: { filename: 'static/[name].[contenthash:8].js', chunkFilename: 'static/[name].[contenthash:8].js' },
    miniCssExtractPluginOption: { filename: 'static/[name].[contenthash:8].css', chunkFilename: 'static/[name].[contenthash:8].css' },
    postcss: { autoprefixer: { enable: true } },
    webpackChain(chain) {
      shared(chain)
      chain.module.rule('noFont').enforce('pre').test(/taro-components\.css$/).use('noFont').loader(path.resolve(__dirname, '../plugin/no-font.js'))
      // What several pages draw with is loaded once.
      chain.optimization.splitChunks({
        chunks: 'async', cacheGroups: { drawing: { test: /node_modules/, minChunks: 2, name: 'drawing', priority: 50 }, own: { minChunks: 2, name: 'own', priority: 20 } },
      })
    },
  },
}
