import { describe, expect, it } from "vitest";
import type { ParameterShape } from "@/api/types";
import { asSet, readRange, readSettings, valueOn, writeRange, writeSettings } from "./settings";

const basis = { doc: "x" };
const months = {
  values: [
    { from: "2020-01-01", to: "2020-06-30", value: "3", basis },
    { from: "2022-01-01", value: "6", area: "411002", basis },
    { from: "2022-01-01", value: "5", basis },
  ],
} as ParameterShape;

describe("a parameter on a day", () => {
  it.each([
    ["2019-12-31", undefined],
    ["2020-06-30", "3"],
    ["2020-07-01", undefined],
    ["2022-05-01", "5"],
  ])("%s: %s", (day, expected) => {
    expect(valueOn(months, day)?.value).toBe(expected);
  });
});

describe("what is tried", () => {
  it("is kept in the address", () => {
    const settings = [
      { parameter: "months", value: "6" },
      { parameter: "until", value: "2020-12-31" },
      { parameter: "ceiling", value: "" },
    ];
    const params = writeSettings(new URLSearchParams("area=411002&set=old:1"), settings);
    expect(params.get("area")).toBe("411002");
    expect(readSettings(params)).toEqual(settings);
    expect(asSet(settings)).toEqual({ months: "6", until: "2020-12-31" });
  });
});

it("a range is kept in the address", () => {
  const range = { parameter: "limit", from: "-0.5", to: "10", step: "0.25" };
  expect(readRange(writeRange(range))).toEqual(range);
  expect(readRange("")).toEqual({ parameter: "", from: "", to: "", step: "" });
});
