import { expect, it } from "vitest";
import { ticks, ticksAround } from "./ticks";

it.each([
  [0, [0, 1]],
  [3, [0, 1, 2, 3]],
  [64, [0, 20, 40, 60, 80]],
  [1495, [0, 500, 1000, 1500]],
])("up to %i", (most, expected) => {
  expect(ticks(most)).toEqual(expected);
});

it.each([
  [0, 0, [0, 1]],
  [-113, 209, [-200, -100, 0, 100, 200, 300]],
  [-8, 0, [-8, -6, -4, -2, 0]],
])("around zero, from %i to %i", (low, high, expected) => {
  expect(ticksAround(low, high)).toEqual(expected);
});
