import { expect, it } from "vitest";
import { type Names, summaryText } from "./summary";

const names: Names = {
  kind: (id) => `<${id}>`,
  area: (code) => `area ${code}`,
  department: (id) => id,
  fact: (kind, path) => `${kind}.${path}`,
};

it.each([
  [
    { kind: "person", record: "7", facts: ["name", "born_on"], reason: "a file" },
    "类别 <person> · 档案 7 · 信息 person.name、person.born_on · 理由 a file",
    "kind <person> · record 7 · facts person.name, person.born_on · reason a file",
  ],
  [{ sign: "refused" }, "登录 被拒", "sign-in refused"],
  [
    { file: "a.csv", note: { zh: "虚构", en: "made up" }, result: { read: 3, added: 2 }, seq: null },
    "文件 a.csv · 说明 虚构 · 读取 3 · 新增 2",
    "file a.csv · note made up · read 3 · added 2",
  ],
  [
    { pass: "2020-03-06", rules: "0123456789abcdef", counts: { x: {} } },
    "评估日 2020-03-06 · 规则版本 0123456789ab",
    "day judged 2020-03-06 · rules 0123456789ab",
  ],
  [{ colour: "red", constructor: 1 }, "colour red · constructor 1", "colour red · constructor 1"],
])("%j", (summary, zh, en) => {
  expect(summaryText(summary, names, "zh")).toBe(zh);
  expect(summaryText(summary, names, "en")).toBe(en);
});

it("is one line, not a page", () => {
  expect(summaryText({ reason: "x".repeat(500) }, names, "en").length).toBe(241);
});
