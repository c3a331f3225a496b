import { expect, it } from "vitest";
import { ticks } from "./ticks";

it.each([
  [0, [0, 1]],
  [3, [0, 1, 2, 3]],
  [64, [0, 20, 40, 60, 80]],
  [1495, [0, 500, 1000, 1500]],
])("up to %i", (most, expected) => {
  expect(ticks(most)).toEqual(expected);
});
