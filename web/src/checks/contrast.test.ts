import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const css = readFileSync(join(import.meta.dirname, "../ui/tokens.css"), "utf8");
const tokens = new Map(
  [...css.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name, color]) => [name, color]),
);

/** Relative luminance, WCAG 2.2. */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const color = (name: string) => tokens.get(name) ?? expect.fail(`there is no token --${name}`);
  const [light = 0, dark = 0] = [luminance(color(a)), luminance(color(b))].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

it.each([
  ["ink", "paper"],
  ["ink", "ground"],
  ["ink-soft", "paper"],
  ["ink-soft", "ground"],
  ["on-brand", "brand"],
  ["on-brand-soft", "brand"],
  ["link", "paper"],
  ["link", "ground"],
  ["link", "tint"],
  ["on-action", "action"],
  ["brand", "paper"],
  ["done", "done-tint"],
  ["gap", "paper"],
  ["leak", "leak-tint"],
  ["unknown", "unknown-tint"],
  ["out", "out-tint"],
])("text: %s on %s", (text, ground) => {
  expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5);
});

it.each([
  ["line-control", "paper"],
  ["line-control", "ground"],
  ["focus", "ground"],
  ["done", "paper"],
  ["gap", "paper"],
  ["leak", "paper"],
  ["unknown", "paper"],
])("edges and marks: %s on %s", (mark, ground) => {
  expect(contrast(mark, ground)).toBeGreaterThanOrEqual(3);
});
