import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** Where the API answers while developing; the built pages are served by the same server as the API. */
const server = process.env.YINGJIN_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { proxy: { "/api": server } },
  build: { target: "es2022", reportCompressedSize: true, assetsInlineLimit: 0, manifest: "assets.json" },
  test: { include: ["src/**/*.test.{ts,tsx}"] },
});
