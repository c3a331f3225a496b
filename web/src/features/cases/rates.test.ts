import { expect, it } from "vitest";
import { sumBy } from "./rates";

it("adds up the offices of one department", () => {
  const office = (department: string, area: string, in_time: number) => ({
    office: { department, area, name: { zh: "", en: "" } },
    in_time,
    late: 1,
    late_before: 4,
    said: 0,
    answered: 0,
    solved: 0,
    rated: 0,
    satisfied: 0,
  });
  const offices = [office("hrss", "1", 2), office("tax", "1", 5), office("hrss", "2", 3)];
  const sums = sumBy(offices, ({ office }) => office.department);
  expect(sums.map(({ name, in_time, late, late_before }) => [name, in_time, late, late_before])).toEqual([
    ["hrss", 5, 2, 8],
    ["tax", 5, 1, 4],
  ]);
});
