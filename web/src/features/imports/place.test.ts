import { expect, it } from "vitest";
import { placeWord } from "./place";

it.each([
  ["a.csv!5", "a.csv", "第 5 行", "row 5"],
  ["企业!5", "a.xlsx", "企业 第 5 行", "企业, row 5"],
  ["a!b!17", "c.xlsx", "a!b 第 17 行", "a!b, row 17"],
  ["elsewhere", "a.csv", "elsewhere", "elsewhere"],
])("%s of %s", (place, source, zh, en) => {
  expect(placeWord(place, source)).toEqual({ zh, en });
});
