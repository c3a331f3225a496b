import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { describe, expect, it } from "vitest";

const SRC = join(import.meta.dirname, "..");

/** What each folder of src/ may import from. A feature may import itself, never another feature. */
const MAY_IMPORT: Record<string, string[]> = {
  app: ["features", "exempt", "filed", "chart", "files", "ui", "i18n", "api"],
  features: ["exempt", "filed", "chart", "files", "ui", "i18n", "api"],
  exempt: ["files", "ui", "i18n", "api"],
  filed: ["ui", "i18n", "api"],
  files: ["ui", "i18n", "api"],
  chart: ["ui", "i18n"],
  ui: ["i18n"],
  api: ["i18n"],
  i18n: [],
};

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file) && !file.startsWith(`checks${sep}`))
  .map((file) => file.split(sep).join("/"));

/** The files that a file imports, as paths below src/. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(SRC, file), "utf8");
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*"((?:@|\.{1,2})\/[^"]+)"/g)].map(
    (match) => match[1] ?? "",
  );
  return found.map((path) =>
    path.startsWith("@/")
      ? path.slice(2)
      : relative(SRC, join(SRC, file, "..", path))
          .split(sep)
          .join("/"),
  );
}

const layerOf = (path: string) => path.split("/")[0] ?? "";
const featureOf = (path: string) => path.split("/").slice(0, 2).join("/");

describe("imports flow one way", () => {
  it("has a rule for every folder", () => {
    expect([...new Set(files.map(layerOf))].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });

  it.each(files)("%s", (file) => {
    for (const target of importsOf(file)) {
      const [from, to] = [layerOf(file), layerOf(target)];
      const within = from === to && (from !== "features" || featureOf(file) === featureOf(target));
      expect(within || MAY_IMPORT[from]?.includes(to), `${file} imports ${target}`).toBe(true);
    }
  });

  it("would see a feature that imports another", () => {
    expect(MAY_IMPORT.features).not.toContain("features");
    expect(files.filter((file) => layerOf(file) === "features").length).toBeGreaterThan(20);
  });
});
