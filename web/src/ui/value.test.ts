import { expect, it } from "vitest";
import { NOTHING } from "@/i18n/format";
import { showSetting, showValue } from "./value";

it.each([
  [{ value: true }, "是", "Yes"],
  [{ value: "6900.00", unit: "CNY" }, "¥6,900.00", "¥6,900.00"],
  [{ value: 412, unit: "person" }, "412人", "412 people"],
  [{ value: "small", display: { zh: "小型", en: "small" } }, "小型", "small"],
  [{ value: "2020-02-06" }, "2020年2月6日", "6 Feb 2020"],
  [{ value: { lon: 113.8, lat: 34 } }, "34, 113.8", "34, 113.8"],
  [{ value: null }, NOTHING, NOTHING],
])("%j", (shown, zh, en) => {
  expect(showValue(shown, "zh")).toBe(zh);
  expect(showValue(shown, "en")).toBe(en);
});

const namesOf = (codes: string[]) =>
  codes.flatMap((code) => ({ retail: "零售业", hotel: "住宿业" })[code] ?? []);

it.each([
  ["3", "month", "3个月", "3 months"],
  ["2020-06-30", null, "2020年6月30日", "30 Jun 2020"],
  ["retail, hotel", null, "零售业、住宿业", "零售业, 住宿业"],
  [
    "hotel = 1000, retail = 300",
    "person",
    "住宿业 1,000人、零售业 300人",
    "住宿业 1,000 people, 零售业 300 people",
  ],
  ["hotel = 400000000.00", "CNY", "住宿业 ¥4亿", "住宿业 ¥400m"],
  ["x, y", null, "x、y", "x, y"],
  ["x = 2", null, "x 2", "x 2"],
  [null, null, NOTHING, NOTHING],
])("a parameter's %s in %s", (value, unit, zh, en) => {
  expect(showSetting(value, unit, "zh", namesOf)).toBe(zh);
  expect(showSetting(value, unit, "en", namesOf)).toBe(en);
});
