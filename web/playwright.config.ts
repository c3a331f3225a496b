import { defineConfig } from "@playwright/test";

/** Where a server with the sample city answers, and the browser to ask it with. */
const baseURL = process.env.YINGJIN_URL ?? "http://127.0.0.1:8080";
const executablePath = process.env.CHROMIUM || "/usr/bin/chromium";

export default defineConfig({
  testDir: "e2e",
  workers: 1,
  // Generous: the server under test is a debug build on a busy machine, and judges a whole city for some answers.
  timeout: 240_000,
  expect: { timeout: 60_000 },
  reporter: [["list"]],
  use: {
    baseURL,
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "sign-in", testMatch: "signin.setup.ts" },
    { name: "desktop", use: { viewport: { width: 1440, height: 900 } }, dependencies: ["sign-in"] },
    {
      name: "phone",
      use: { viewport: { width: 360, height: 740 }, hasTouch: true },
      dependencies: ["sign-in"],
    },
  ],
});
