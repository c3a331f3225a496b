import { expect, it } from "vitest";
import { onlyHere } from "./onlyHere";

it.each([
  ["/duties?on=2020-03-06", "/duties?on=2020-03-06"],
  [null, "/"],
  ["//elsewhere.example", "/"],
  ["/\\elsewhere.example", "/"],
  ["https://elsewhere.example", "/"],
])("%s leads to %s", (to, expected) => {
  expect(onlyHere(to)).toBe(expected);
});
