import { expect, it } from "vitest";
import { inWords } from "./formula";

const facts: Record<string, { name: string; options: { id: string; label: { zh: string; en: string } }[] }> =
  {
    charged: { name: "实收电费", options: [] },
    before: { name: "原到户电费", options: [] },
    resold: { name: "转供电", options: [] },
    free_months: { name: "免租月数", options: [] },
    starts_on: { name: "起", options: [] },
    "firm.legal_form": {
      name: "企业 · 类型",
      options: [
        { id: "agency", label: { zh: "机关", en: "agency" } },
        { id: "self-employed", label: { zh: "个体户", en: "self-employed" } },
      ],
    },
  };
const spoken = {
  fact: (path: string) => (Object.hasOwn(facts, path) ? facts[path] : undefined),
  parameter: (id: string) => (id === "share" ? "电价比例" : undefined),
};

it.each([
  [
    "not resold and charged <= round(before * :share, 2)",
    "非 转供电 且 实收电费 ≤ 四舍五入(原到户电费 × 电价比例, 2)",
  ],
  ["firm.legal_form not in ('agency', 'self-employed')", "企业 · 类型 不属于 (机关, 个体户)"],
  [
    "sum(free_months) filter (where starts_on >= date '2020-01-01') >= :months",
    "合计(免租月数) (其中 起 ≥ 2020年1月1日) ≥ :months",
  ],
  ["count(*) > 1000 or nothing = 'x'", "记录数 > 1,000 或 nothing = 'x'"],
  [
    "starts_on between date '2020-01-25' and date '2020-06-30' and resold",
    "起 在 2020年1月25日 至 2020年6月30日 且 转供电",
  ],
  ["starts_on is not null", "起 已填"],
])("%s", (text, zh) => {
  expect(inWords(text, spoken, "zh")).toBe(zh);
});

it("leaves English as it reads", () => {
  expect(inWords("charged - before >= 0.5 and starts_on is null", spoken, "en")).toBe(
    "实收电费 − 原到户电费 ≥ 0.5 and 起 is not known",
  );
});
