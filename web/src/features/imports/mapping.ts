import type { City, ColumnMatch, Suggestion } from "@/api/types";

/** A column of a sheet with some of what stands in it. */
export interface ReadColumn extends ColumnMatch {
  index: number;
  sample: string[];
}

const SAMPLES = 3;

/** The columns with the first values that stand in each. A column may be read twice; its heading is its own. */
export function columnsOf(mapping: readonly ColumnMatch[], rows: readonly string[][]): ReadColumn[] {
  const headings = [...new Set(mapping.map((column) => `${column.sheet ?? ""}\n${column.heading}`))];
  return mapping.map((column, index) => ({
    ...column,
    index,
    sample: rows
      .map((row) => (row[headings.indexOf(`${column.sheet ?? ""}\n${column.heading}`)] ?? "").trim())
      .filter((cell) => cell !== "" && cell !== column.heading)
      .slice(0, SAMPLES),
  }));
}

/**
 * Facts that the reader gave to a second column of one sheet. What the suggestion itself reads from two columns stays:
 * the area from its own column, and from the address where that names it more nearly.
 */
export function usedTwice(chosen: readonly ColumnMatch[], suggested: readonly ColumnMatch[]): string[] {
  const count = (mapping: readonly ColumnMatch[]) => {
    const times = new Map<string, number>();
    for (const { sheet, fact } of mapping) {
      if (fact) times.set(`${sheet}\n${fact}`, (times.get(`${sheet}\n${fact}`) ?? 0) + 1);
    }
    return times;
  };
  const meant = count(suggested);
  const twice = [...count(chosen)].filter(([place, times]) => times > Math.max(1, meant.get(place) ?? 0));
  return [...new Set(twice.map(([place]) => place.slice(place.indexOf("\n") + 1)))];
}

/** What a column of a sheet may be read as: a told fact, or for a reference a fact by which its record is known. */
export function readableFacts(city: City | undefined, kind: string): string[] {
  const told =
    city?.kinds.find((one) => one.id === kind)?.facts.filter((fact) => !fact.derived && !fact.filled) ?? [];
  return told.flatMap((fact) => {
    const target = city?.kinds.find((one) => one.id === fact.to);
    if (fact.type !== "ref" || !target) return [fact.id];
    const known = new Set([...target.key, ...(target.name ? [target.name] : [])]);
    return [...known].map((by) => `${fact.id}.${by}`);
  });
}

/**
 * The suggested mapping file with the reader's changes in it. A column that was changed gets its new fact, or is
 * left out; all else that the file says stays as it was written.
 */
export function mappingFile(suggestion: Suggestion, chosen: readonly ColumnMatch[]): string {
  const [head = "", ...blocks] = suggestion.mapping_file.split(/^\[\[column\]\]$/m);
  for (const [index, column] of chosen.entries()) {
    const before = suggestion.mapping[index]?.fact ?? null;
    if ((column.fact ?? null) === before) continue;
    const at = blocks.findIndex(
      (block) => saysOf(block, "heading") === column.heading && (saysOf(block, "fact") ?? null) === before,
    );
    const block = at < 0 ? `\nheading = ${quote(column.heading)}\n` : (blocks[at] ?? "");
    const mended = withFact(block, column.fact ?? null);
    if (at < 0) blocks.push(mended);
    else blocks[at] = mended;
  }
  return [head, ...blocks].join("[[column]]");
}

/** The text of a key in a block of TOML, in either kind of quotes. */
function saysOf(block: string, key: string): string | undefined {
  const match = new RegExp(`^${key} = (?:"((?:[^"\\\\]|\\\\.)*)"|'([^']*)')\\s*$`, "m").exec(block);
  if (!match) return undefined;
  return match[2] ?? (JSON.parse(`"${match[1]}"`) as string);
}

/** The block with another fact. How the old fact was read goes with it; what its numbers are multiplied by stays. */
function withFact(block: string, fact: string | null): string {
  const lines = block.split("\n").filter((line) => !/^(fact|ignore|read) = /.test(line));
  const at = lines.findIndex((line) => line.startsWith("heading = "));
  lines.splice(at + 1, 0, fact === null ? "ignore = true" : `fact = ${quote(fact)}`);
  return lines.join("\n");
}

/** A TOML basic string; JSON's escapes are among TOML's. */
function quote(text: string): string {
  return JSON.stringify(text);
}
