import { expect, it } from "vitest";
import { factValue } from "./FactInput";

it.each([
  ["int", "1,200", 1200],
  ["int", "12.5", undefined],
  ["decimal", " 6900.50 ", "6900.50"],
  ["decimal", "about 7", undefined],
  ["bool", "false", false],
  ["date", "2020-02-06", "2020-02-06"],
  ["code", "small", "small"],
  ["text", "  许昌 五金 ", "许昌 五金"],
  ["text", "", undefined],
])("a %s typed as %j is %j", (type, typed, expected) => {
  expect(factValue(type, typed)).toBe(expected);
});
