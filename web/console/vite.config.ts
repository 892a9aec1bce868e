import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const backend = process.env.ZHIBU_BACKEND ?? 'http://127.0.0.1:8080'

export default defineConfig({
  base: '/',
  plugins: [react()],
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    manifest: true, target: 'es2022', assetsInlineLimit: 0, reportCompressedSize: false, chunkSizeWarningLimit: 1500,
    // The entry lists every chunk that pages bring along: what is random in their names does not compress.
    // Icons and helpers that many pages share lie in one chunk, which shortens that list too.
    rollupOptions: {
      output: {
        chunkFileNames: 'assets/[name]-[hash:7].js', assetFileNames: 'assets/[name]-[hash:7][extname]',
        codeSplitting: { groups: [{ name: 'shared', test: /ant-design.icons|antd.es._util|rc-component.util/, minShareCount: 6 }] },
      },
    },
  },
  server: {
    proxy: {
      '/graphql': { target: backend, ws: true },
      '/operator/graphql': { target: backend, ws: true },
      '/media': { target: backend },
    },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
})
