import { expect, it } from "vitest";
import { runs } from "./Line";

it("breaks where nothing is known", () => {
  const at = (at: number, value: number | null) => ({ at, label: String(at), value });
  const found = runs([at(1, null), at(2, 5), at(3, 0), at(4, null), at(5, 7)]);
  expect(found.map((run) => run.map((point) => point.at))).toEqual([[2, 3], [5]]);
});
