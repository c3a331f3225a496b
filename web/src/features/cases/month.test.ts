import { expect, it } from "vitest";
import { lastDayOf, monthAfter, weeksOf } from "./month";

it("lays a month out in weeks that begin on Monday", () => {
  const weeks = weeksOf("2020-03");
  expect(weeks).toHaveLength(6);
  expect(weeks[0]).toEqual([null, null, null, null, null, null, "2020-03-01"]);
  expect(weeks[5]?.slice(0, 3)).toEqual(["2020-03-30", "2020-03-31", null]);
  expect(weeksOf("2021-02").flat().every(Boolean)).toBe(true);
});

it("walks over the turn of the year", () => {
  expect([monthAfter("2020-12", 1), monthAfter("2020-01", -1)]).toEqual(["2021-01", "2019-12"]);
  expect([lastDayOf("2020-02"), lastDayOf("2020-12")]).toEqual(["2020-02-29", "2020-12-31"]);
});
