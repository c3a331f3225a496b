import { expect, it } from "vitest";
import type { FactLine } from "@/api/types";
import { bySource } from "./bySource";

const fact = (id: string, source: string | null, on: string | null, derived = false) =>
  ({ id, source, on, derived, synthetic: true }) as FactLine;

it("keeps together what one source told for one day, and puts what was computed last", () => {
  const groups = bySource([
    fact("name", "register", "2020-01-31"),
    fact("size", null, null, true),
    fact("power", "grid", "2020-03-06"),
    fact("staff", "register", "2020-01-31"),
    fact("status", "register", "2020-02-29"),
  ]);
  expect(groups.map((group) => [group.source, group.on, group.facts.map((one) => one.id)])).toEqual([
    ["register", "2020-01-31", ["name", "staff"]],
    ["grid", "2020-03-06", ["power"]],
    ["register", "2020-02-29", ["status"]],
    [null, null, ["size"]],
  ]);
});
