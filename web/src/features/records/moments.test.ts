import { expect, it } from "vitest";
import { inOrder, moments } from "./moments";

const words = { zh: "", en: "" };

it("puts the latest event first and the verdicts of one pass together", () => {
  const told = { seq: 3, at: "", on: "2020-02-10", actor: "a", synthetic: true, facts: [] };
  const verdict = { seq: 7, on: "2020-03-06", title: words, from: "out" as const, to: "gap" as const };
  const all = moments({
    items: [told, { ...told, seq: 9 }],
    verdicts: [
      { ...verdict, duty: "one" },
      { ...verdict, duty: "two" },
    ],
  });
  expect(all.map((moment) => moment.seq)).toEqual([9, 7, 3]);
  expect(all[1]?.verdicts.map((one) => one.duty)).toEqual(["one", "two"]);
});

it("tells facts in the order of the record", () => {
  const told = ["area", "gone", "code", "name"].map((id) => ({ id }));
  const facts = ["code", "name", "area"].map((id) => ({ id }));
  expect(inOrder(told, facts).map(({ id }) => id)).toEqual(["code", "name", "area", "gone"]);
});
