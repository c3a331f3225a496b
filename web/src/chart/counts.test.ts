import { expect, it } from "vitest";
import { widths } from "./counts";

const none = { should: 0, done: 0, exempt: 0, gap: 0, leak: 0, unknown: 0 };

it("draws shares of what is owed", () => {
  expect(widths({ ...none, should: 4, done: 2, exempt: 1, gap: 1 })).toEqual({
    done: 50,
    exempt: 25,
    gap: 25,
  });
  expect(widths(none)).toEqual({ done: 0, exempt: 0, gap: 0 });
});

it("never hides a gap of one, and never draws past the end", () => {
  const { done, exempt, gap } = widths({ ...none, should: 100_000, done: 99_998, exempt: 1, gap: 1 });
  expect(gap).toBeGreaterThan(0.5);
  expect(done + exempt + gap).toBeCloseTo(100, 6);
});
