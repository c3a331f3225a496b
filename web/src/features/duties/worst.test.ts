import { describe, expect, it } from "vitest";
import type { DutyLine } from "@/api/types";
import { asOrder, openFen, sortWorst } from "./worst";

function duty(id: string, should: number, gap: number, more: Partial<DutyLine> = {}): DutyLine {
  const counts = { should, done: should - gap, exempt: 0, gap, leak: 0, unknown: 0, records: should };
  return { id, counts, unit: null, owed: null, paid: null, days_median: null, ...more } as DutyLine;
}

const duties = [
  duty("met", 10, 0),
  duty("nobody", 0, 0),
  duty("large", 1000, 300, { unit: "CNY", owed: "900.00", paid: "850.00", days_median: 4 }),
  duty("small", 10, 9, { unit: "CNY", owed: "100.00", days_median: 9 }),
];

describe("the order of duties", () => {
  it.each([
    ["worst", ["small", "large", "met", "nobody"]],
    ["gap", ["large", "small", "met", "nobody"]],
    ["money", ["small", "large", "met", "nobody"]],
    ["slow", ["small", "large", "met", "nobody"]],
  ] as const)("%s", (order, expected) => {
    expect(sortWorst(duties, order).map((one) => one.id)).toEqual(expected);
  });

  it("falls back to the worst first", () => {
    expect(asOrder("money")).toBe("money");
    expect(asOrder("nonsense")).toBe("worst");
  });
});

describe("open money", () => {
  it("is never owed back", () => {
    expect(openFen({ unit: "CNY", owed: "1.00", paid: "2.00" })).toBe(0n);
    expect(openFen({ unit: "kWh", owed: "100" })).toBe(0n);
  });
});
