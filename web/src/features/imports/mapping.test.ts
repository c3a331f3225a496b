import { describe, expect, it } from "vitest";
import type { City, Suggestion } from "@/api/types";
import { columnsOf, mappingFile, readableFacts, usedTwice } from "./mapping";

const how = { zh: "按名称", en: "by its label" };
const column = (heading: string, fact: string | null) => ({ sheet: "a.csv", heading, fact, how });

const suggestion: Suggestion = {
  mapping: [
    column("单位名称", "name"),
    column('面积"㎡"', null),
    column("地址", "address"),
    column("地址", "area"),
  ],
  mapping_file: `# how to read it
kind = "firm"

[[column]]
heading = "单位名称"
fact = "name"

[[column]]
heading = '面积"㎡"'

[[column]]
heading = "地址"
fact = "address"

[[column]]
heading = "地址"
fact = "area"
read = "area"
`,
  absent: [],
  rows: [
    ["单位名称", '面积"㎡"', "地址"],
    ["甲", "", "魏都区"],
    ["乙", "12", ""],
  ],
};

function changed(index: number, fact: string | null) {
  return mappingFile(
    suggestion,
    suggestion.mapping.map((column, at) => (at === index ? { ...column, fact } : column)),
  );
}

describe("the mapping file", () => {
  it("stays as it was suggested where nothing was changed", () => {
    expect(mappingFile(suggestion, suggestion.mapping)).toBe(suggestion.mapping_file);
  });

  it("takes another fact, and leaves everything else as written", () => {
    expect(changed(0, "legal_name")).toBe(
      suggestion.mapping_file.replace('fact = "name"', 'fact = "legal_name"'),
    );
  });

  it("gives a fact to a column that was not understood, whatever quotes its heading has", () => {
    expect(changed(1, "floor_m2")).toContain(`heading = '面积"㎡"'\nfact = "floor_m2"\n`);
  });

  it("leaves a column out, and how it was read with it", () => {
    const text = changed(3, null);
    expect(text).toContain('heading = "地址"\nfact = "address"');
    expect(text).toContain('heading = "地址"\nignore = true\n');
    expect(text).not.toContain("read =");
  });

  it("adds a column that the file does not name", () => {
    const bare = { ...suggestion, mapping_file: 'kind = "firm"\n' };
    const text = mappingFile(bare, [column("单位名称", "alias")]);
    expect(text).toBe('kind = "firm"\n[[column]]\nheading = "单位名称"\nfact = "alias"\n');
  });
});

it("shows what stands in each column, without its heading and without empty cells", () => {
  expect(columnsOf(suggestion.mapping, suggestion.rows).map((column) => column.sample)).toEqual([
    ["甲", "乙"],
    ["12"],
    ["魏都区"],
    ["魏都区"],
  ]);
});

it("sees a fact that two columns would tell", () => {
  const { mapping } = suggestion;
  expect(usedTwice(mapping, mapping)).toEqual([]);
  expect(usedTwice([...mapping, column("名称", "name")], mapping)).toEqual(["name"]);
});

it("lets stand what the suggestion reads from two columns, and no third", () => {
  const mapping = [...suggestion.mapping, column("地区", "area")];
  expect(usedTwice(mapping, mapping)).toEqual([]);
  expect(usedTwice([...mapping, column("镇", "area")], mapping)).toEqual(["area"]);
});

it("knows a record of another kind by its key or its name, and leaves out what only the program fills in", () => {
  const fact = { label: { zh: "", en: "" }, options: [], personal: false, derived: false, filled: false };
  const city = {
    kinds: [
      {
        id: "lease",
        key: ["no"],
        facts: [
          { ...fact, id: "tenant", type: "ref", to: "firm" },
          { ...fact, id: "use", type: "code" },
          { ...fact, id: "drawn", type: "bool", filled: true },
        ],
      },
      { id: "firm", key: ["uscc"], name: "name", facts: [] },
    ],
  } as unknown as City;
  expect(readableFacts(city, "lease")).toEqual(["tenant.uscc", "tenant.name", "use"]);
});
