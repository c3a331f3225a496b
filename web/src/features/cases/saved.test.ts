import { expect, it } from "vitest";
import { withSaved } from "./saved";

it("keeps one of each name, in order", () => {
  const before = [
    { name: "mine", query: "show=mine" },
    { name: "late", query: "show=overdue" },
  ];
  const after = withSaved(before, { name: "mine", query: "show=mine&kind=gap" });
  expect(after.map((one) => `${one.name}: ${one.query}`)).toEqual([
    "late: show=overdue",
    "mine: show=mine&kind=gap",
  ]);
});
