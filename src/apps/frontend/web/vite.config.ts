// How the page is built: hashed assets, nothing inlined (the server's CSP allows only files of its own), licences kept.
import { defineConfig } from "vite";

export default defineConfig({
  base: "/",
  build: {
    outDir: "dist",
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: "licenses.md" },
    reportCompressedSize: true,
  },
  server: { proxy: { "/api": process.env["SEASENSE_API"] ?? "http://127.0.0.1:8000" } },
  preview: { proxy: { "/api": process.env["SEASENSE_API"] ?? "http://127.0.0.1:8000" } },
});
