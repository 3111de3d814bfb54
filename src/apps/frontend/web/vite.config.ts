// The build of the page: hashed assets, nothing inlined (the server's CSP allows only its own files), licences included.
import { readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

/** The typeface is a file, not a module, so Vite does not collect its licence. */
const typefaceLicence: Plugin = {
  name: "typeface-licence",
  generateBundle() {
    const source = readFileSync(new URL("node_modules/@fontsource-variable/inter/LICENSE", import.meta.url));
    this.emitFile({ type: "asset", fileName: "licenses-inter.txt", source });
  },
};

export default defineConfig({
  base: "/",
  plugins: [typefaceLicence],
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
