import { describe, expect, it } from "vitest";
import {
  formatAmount,
  formatChange,
  formatCount,
  formatDay,
  formatDays,
  formatInstant,
  formatMoney,
  formatMoneyBrief,
  formatMoneyShort,
  formatMonth,
  formatRate,
  formatUnit,
  NOTHING,
} from "./format";

it("says a month as people do", () => {
  expect([formatMonth("2020-03", "zh"), formatMonth("2020-03", "en")]).toEqual(["2020年3月", "March 2020"]);
  expect(formatMonth("", "zh")).toBe(NOTHING);
});

describe("rates", () => {
  it.each([
    [1431, 1495, "95.7%"],
    [1494, 1495, "99.9%"],
    [99_999, 100_000, "99.9%"],
    [1495, 1495, "100%"],
    [1, 100_000, "<0.1%"],
    [0, 12, "0.0%"],
    [0, 0, NOTHING],
  ])("%i of %i is %s", (part, whole, expected) => {
    expect(formatRate(part, whole)).toBe(expected);
  });
});

describe("money", () => {
  it("is exact, also past what a float can hold", () => {
    expect(formatMoney("12345678901234567.89")).toBe("¥12,345,678,901,234,567.89");
    expect(formatMoney("-0.10")).toBe("-¥0.10");
    expect(formatMoney(null)).toBe(NOTHING);
    expect(formatMoney("117036711.2550")).toBe("¥117,036,711.26");
    expect(formatMoney("0.9949")).toBe("¥0.99");
    expect(formatMoney("-0.995")).toBe("-¥1.00");
  });

  it.each([
    ["9999.99", "¥9,999.99", "¥9,999.99"],
    ["0", "¥0.00", "¥0.00"],
    ["10000", "¥1.00万", "¥10,000.00"],
    ["123456789.00", "¥1.23亿", "¥123.45m"],
    ["99999999.99", "¥9,999.99万", "¥99.99m"],
    ["-25000.5", "-¥2.50万", "-¥25,000.50"],
  ])("%s at a glance is %s and %s", (text, zh, en) => {
    expect(formatMoneyShort(text, "zh")).toBe(zh);
    expect(formatMoneyShort(text, "en")).toBe(en);
  });

  it("keeps the unit of what is not money", () => {
    expect(formatAmount("3", "month", "zh")).toBe("3个月");
    expect(formatAmount("1200", "kWh", "en")).toBe("1,200 kWh");
    expect(formatAmount("1200.00", "CNY", "en")).toBe("¥1,200.00");
    expect(formatUnit("CNY/month", "zh")).toBe("元/月");
    expect(formatUnit("CNY/person/month", "en")).toBe("yuan/person/month");
    expect(formatUnit("1", "zh")).toBe("");
  });
});

describe("days", () => {
  it("reads in both languages", () => {
    expect(formatDay("2020-03-06", "zh")).toBe("2020年3月6日");
    expect(formatDay("2020-03-06", "en")).toBe("6 Mar 2020");
    expect(formatDay(undefined, "zh")).toBe(NOTHING);
    expect(formatDays(1, "en")).toBe("1 day");
    expect(formatDays(2.5, "zh")).toBe("2.5天");
  });

  it("tells instants in China's time", () => {
    expect(formatInstant("2020-03-05T17:30:00.000000Z", "en")).toMatch(/6 Mar 2020.*01:30/);
  });
});

it("signs changes, and leaves no change without a sign", () => {
  expect([formatChange(1200), formatChange(-3), formatChange(-0)]).toEqual(["+1,200", "−3", "0"]);
});

it("never shows an unknown count as zero", () => {
  expect(formatCount(null)).toBe(NOTHING);
  expect(formatCount(1913)).toBe("1,913");
});

it.each([
  ["400000000.00", "¥4亿", "¥400m"],
  ["3000000", "¥300万", "¥3m"],
  ["250000000", "¥2.5亿", "¥250m"],
  ["1234567890", "¥1,234,567,890.00", "¥1,234,567,890.00"],
  ["30000.50", "¥30,000.50", "¥30,000.50"],
  ["500", "¥500.00", "¥500.00"],
  ["0", "¥0.00", "¥0.00"],
])("money that loses nothing by being brief: %s", (text, zh, en) => {
  expect(formatMoneyBrief(text, "zh")).toBe(zh);
  expect(formatMoneyBrief(text, "en")).toBe(en);
});
