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
  [{ action: "hand-back", case: 7 }, "事项 7 · 退回", "case 7 · handed back"],
  [
    { ended: { met: 2 }, gaps: 1416, reconciled: "2020-03-06" },
    "按判定立项和办结，评估日 2020年3月6日 · 新立事项 1,416 · 已落实 2",
    "brought in step with the verdicts of 6 Mar 2020 · cases opened 1,416 · met 2",
  ],
  [{ sign: "refused" }, "登录被拒", "sign-in refused"],
  [
    { account: "wang", area: "411002", role: "county", what: "made" },
    "新建 · 账户 wang · 角色 县区 · 地区 area 411002",
    "made · account wang · role county · area area 411002",
  ],
  [
    { account: "wang", what: "password, opened" },
    "改密码、重新开放 · 账户 wang",
    "password changed, opened · account wang",
  ],
  [
    // As an import keeps it: keys by the alphabet, what was not there as zero, the file's name three times.
    {
      added: 3,
      bytes: 232,
      changed: 0,
      digest: "0123456789abcdef",
      file: "a.csv",
      kind: "firm",
      put_aside: 1,
      read: 1913,
      sheets: ["a.csv"],
      source: "a.csv",
    },
    "文件 a.csv · 类别 <firm> · 读取 1,913 · 新增 3 · 待决定 1 · 文件指纹 0123456789ab",
    "file a.csv · kind <firm> · read 1,913 · added 3 · put aside 1 · digest 0123456789ab",
  ],
  [{ records: [["firm", "7"]] }, "档案 <firm> 7", "records <firm> 7"],
  [
    { file: "a.csv", note: { zh: "虚构", en: "made up" }, result: { read: 3, added: 2 }, seq: null },
    "文件 a.csv · 说明 虚构 · 读取 3 · 新增 2",
    "file a.csv · note made up · read 3 · added 2",
  ],
  [
    { pass: "2020-03-06", rules: "0123456789abcdef", counts: { x: {} } },
    "评估日 2020年3月6日 · 规则版本 0123456789ab",
    "day judged 6 Mar 2020 · rules 0123456789ab",
  ],
  [{ colour: "red", constructor: 1 }, "colour red · constructor 1", "colour red · constructor 1"],
])("%j", (summary, zh, en) => {
  expect(summaryText(summary, names, "zh")).toBe(zh);
  expect(summaryText(summary, names, "en")).toBe(en);
});

it("is one line, not a page", () => {
  expect(summaryText({ reason: "x".repeat(500) }, names, "en").length).toBe(241);
});
