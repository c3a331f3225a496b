import { formatCount, formatDay } from "./format";
import type { Label, Lang } from "./words";

/** What an expression speaks of, as people call it; nothing where it is not known. */
export interface Spoken {
  /** A fact by its dotted path. */
  fact: (path: string) => { name: string; options: { id: string; label: Label }[] } | undefined;
  parameter: (id: string) => string | undefined;
}

const WORDS: Record<string, Label> = {
  and: { zh: "且", en: "and" },
  or: { zh: "或", en: "or" },
  not: { zh: "非", en: "not" },
  in: { zh: "属于", en: "in" },
  "not in": { zh: "不属于", en: "not in" },
  between: { zh: "在", en: "between" },
  "is null": { zh: "未填", en: "is not known" },
  "is not null": { zh: "已填", en: "is known" },
  "filter (where": { zh: "(其中", en: "(of those where" },
  "count(*)": { zh: "记录数", en: "number of records" },
  today: { zh: "当天", en: "the day" },
  true: { zh: "是", en: "yes" },
  false: { zh: "否", en: "no" },
  any: { zh: "有一条记录", en: "any record with " },
  all: { zh: "每条记录", en: "every record with " },
  sum: { zh: "合计", en: "sum of " },
  count: { zh: "记录数", en: "number of records with " },
  min: { zh: "最小", en: "least " },
  max: { zh: "最大", en: "most " },
  least: { zh: "取小", en: "the smaller of " },
  greatest: { zh: "取大", en: "the larger of " },
  round: { zh: "四舍五入", en: "rounded " },
  "<=": { zh: "≤", en: "≤" },
  ">=": { zh: "≥", en: "≥" },
  "<>": { zh: "≠", en: "≠" },
  "*": { zh: "×", en: "×" },
  "/": { zh: "÷", en: "÷" },
  "-": { zh: "−", en: "−" },
};

const TOKEN =
  /date\s+'([\d-]+)'|'((?:[^']|'')*)'|:(\w+)|((?:not\s+in|is\s+not\s+null|is\s+null|filter\s*\(\s*where)\b|count\(\*\))|([a-z_]\w*(?:\.\w+)*)|(\d+(?:\.\d+)?)|<=|>=|<>|[*/-]/gi;

/** A rule's expression with facts, parameters, codes and signs as people say them; the rest as it is written. */
export function inWords(text: string, spoken: Spoken, lang: Lang): string {
  const paths = text.match(/[a-z_]\w*(?:\.\w+)*/gi) ?? [];
  const options = paths.flatMap((path) => spoken.fact(path)?.options ?? []);
  // `between a and b`: this "and" joins no conditions.
  let between = false;
  return text.replace(TOKEN, (token, day, code, parameter, phrase, name, number) => {
    if (day !== undefined) return formatDay(day, lang);
    if (code !== undefined) return options.find(({ id }) => id === code)?.label[lang] ?? token;
    if (parameter !== undefined) return spoken.parameter(parameter) ?? token;
    if (number !== undefined) return number.includes(".") ? number : formatCount(Number(number));
    if (between && token.toLowerCase() === "and") {
      between = false;
      return lang === "zh" ? "至" : "and";
    }
    between ||= token.toLowerCase() === "between";
    if (name !== undefined) return spoken.fact(name)?.name ?? WORDS[name.toLowerCase()]?.[lang] ?? token;
    return (
      WORDS[(phrase ?? token).toLowerCase().replace(/\s+/g, " ").replace("filter(", "filter (")]?.[lang] ??
      token
    );
  });
}
