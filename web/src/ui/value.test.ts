import { expect, it } from "vitest";
import { NOTHING } from "@/i18n/format";
import { showValue } from "./value";

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
