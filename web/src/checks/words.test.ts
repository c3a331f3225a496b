import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Label, Sentence, Words } from "@/i18n/words";

const SRC = join(import.meta.dirname, "..");
const CHINESE = /\p{Script=Han}/u;

const modules = import.meta.glob<Record<string, Words>>("../**/words.ts", { eager: true });
const dictionaries = Object.entries(modules)
  .filter(([path]) => !path.endsWith("i18n/words.ts"))
  .flatMap(([path, module]) =>
    Object.entries(module).map(([name, words]) => ({ name: `${path} ${name}`, words })),
  );

function said(word: Label | Sentence): Label {
  // A sentence is read with gaps that are in neither language.
  return typeof word === "function"
    ? word(...Array.from({ length: word.length }, (_, gap) => `{${gap}}`))
    : word;
}

describe("every word is there in both languages", () => {
  it("finds the dictionaries", () => {
    expect(dictionaries.length).toBeGreaterThan(8);
  });

  it.each(dictionaries)("$name", ({ words }) => {
    for (const [key, word] of Object.entries(words)) {
      const { zh, en } = said(word);
      expect(zh.trim(), `${key} in Chinese`).not.toBe("");
      expect(en.trim(), `${key} in English`).not.toBe("");
      const gaps = (text: string) => (text.match(/\{\d\}/g) ?? []).sort();
      expect(gaps(zh), `${key} fills the same gaps in both languages`).toEqual(gaps(en));
      if (key !== "switchLang") expect(en, `${key} in English has Chinese in it`).not.toMatch(CHINESE);
    }
  });
});

it("keeps words in dictionaries: no page has Chinese of its own but the name of the product", () => {
  const pages = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".tsx"),
  );
  const own = pages.filter((file) =>
    CHINESE.test(readFileSync(join(SRC, file), "utf8").replaceAll("应尽", "")),
  );
  expect(own).toEqual([]);
});
