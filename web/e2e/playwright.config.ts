import { defineConfig } from '@playwright/test'

/** The browser suite against a running server, named by ZHIBU_URL, ZHIBU_BIN and ZHIBU_DATA. */
export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  // For the slowest machine: the longest walk takes a minute and a half on an idle one.
  timeout: 480_000,
  expect: { timeout: 45_000 },
  workers: 2,
  // Two browsers, a server and a database share two cores: what passes at the second try is listed as flaky, and looked at.
  retries: process.env.CI ? 1 : 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  outputDir: 'test-results',
  use: {
    baseURL: process.env.ZHIBU_URL ?? 'http://127.0.0.1:8080',
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    viewport: { width: 1440, height: 900 },
    actionTimeout: 45_000,
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
    },
  },
})
