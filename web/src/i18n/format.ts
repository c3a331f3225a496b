import type { Lang } from "./words";

/** What stands where nothing is known. Never zero. */
export const NOTHING = "—";

/** A whole number with its thousands apart. */
export function formatCount(count: number | null | undefined): string {
  return count == null ? NOTHING : count.toLocaleString("en-US");
}

/** A change in a count, with its sign; no change has none. */
export function formatChange(count: number): string {
  if (count === 0) return "0";
  return `${count > 0 ? "+" : "−"}${formatCount(Math.abs(count))}`;
}

/**
 * A share in percent with one digit, rounded down, so that 1,494 of 1,495 never reads as all of them;
 * a share that is not nothing never reads as nothing.
 */
export function formatRate(part: number, whole: number): string {
  if (whole <= 0) return NOTHING;
  if (part >= whole) return "100%";
  const permille = Math.floor((part * 1000) / whole);
  if (permille === 0 && part > 0) return "<0.1%";
  return `${Math.floor(permille / 10)}.${permille % 10}%`;
}

/** Digits of a decimal text with thousands apart, exactly as many after the point as it has. */
export function formatDecimal(text: string | number | null | undefined): string {
  if (text == null || text === "") return NOTHING;
  const match = /^(-?)(\d+)(\.\d+)?$/.exec(String(text));
  if (!match) return String(text);
  const [, sign = "", whole = "", rest = ""] = match;
  return `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ",")}${rest}`;
}

/** Money to the fen: ¥12,345.00. What a rule computes finer is rounded half away from zero. */
export function formatMoney(text: string | null | undefined): string {
  if (text == null || text === "") return NOTHING;
  const digits = formatDecimal(toFen(text));
  return digits.startsWith("-") ? `-¥${digits.slice(1)}` : `¥${digits}`;
}

function toFen(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) return text;
  const [, sign = "", whole = "0", digits = ""] = match;
  const rest = digits.padEnd(2, "0");
  const fen = (BigInt(whole + rest.slice(0, 2)) + (rest.charAt(2) >= "5" ? 1n : 0n))
    .toString()
    .padStart(3, "0");
  return `${sign}${fen.slice(0, -2)}.${fen.slice(-2)}`;
}

const SCALES: Record<Lang, { power: number; name: string }[]> = {
  zh: [
    { power: 8, name: "亿" },
    { power: 4, name: "万" },
  ],
  en: [
    { power: 9, name: "bn" },
    { power: 6, name: "m" },
  ],
};

/** Money at a glance, rounded down to two digits of the largest unit: ¥1.23亿, ¥123.45m. The exact sum goes in a title. */
export function formatMoneyShort(text: string | null | undefined, lang: Lang): string {
  if (text == null || text === "") return NOTHING;
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) return text;
  const [, sign = "", whole = "0"] = match;
  for (const { power, name } of SCALES[lang]) {
    if (whole.length <= power) continue;
    const hundredths = BigInt(whole) / 10n ** BigInt(power - 2);
    const digits = formatDecimal(`${hundredths / 100n}.${String(hundredths % 100n).padStart(2, "0")}`);
    return `${sign}¥${digits}${name}`;
  }
  return formatMoney(text);
}

/** Money in its largest unit where that loses nothing: ¥4亿; to the fen where it would. */
export function formatMoneyBrief(text: string | null | undefined, lang: Lang): string {
  const match = /^-?([1-9]\d*?)(0*)(\.0*)?$/.exec(text ?? "");
  const [, digits = "", zeros = ""] = match ?? [];
  const scale = SCALES[lang].find(({ power }) => digits.length + zeros.length > power);
  if (!scale || zeros.length < scale.power - 2) return formatMoney(text);
  return formatMoneyShort(text, lang).replace(/\.?0+(?=\D+$)/, "");
}

const UNITS: Record<string, Record<Lang, string>> = {
  CNY: { zh: "元", en: "yuan" },
  month: { zh: "个月", en: "months" },
  day: { zh: "天", en: "days" },
  year: { zh: "年", en: "years" },
  person: { zh: "人", en: "people" },
  household: { zh: "户", en: "households" },
  firm: { zh: "户", en: "firms" },
  kWh: { zh: "千瓦时", en: "kWh" },
  percent: { zh: "%", en: "%" },
  m2: { zh: "平方米", en: "m²" },
};

/** After "per", where it reads otherwise. */
const PER: Record<string, Record<Lang, string>> = {
  month: { zh: "月", en: "month" },
  day: { zh: "天", en: "day" },
  year: { zh: "年", en: "year" },
  person: { zh: "人", en: "person" },
  household: { zh: "户", en: "household" },
};

/** A unit as people write it: CNY/month is 元/月 or yuan/month. A pure number has none. */
export function formatUnit(unit: string | null | undefined, lang: Lang): string {
  if (!unit || unit === "1") return "";
  return unit.replace(/([*/]?)([^*/]+)/g, (_, joint: string, name: string) => {
    if (name === "1") return "";
    const word = UNITS[name]?.[lang] ?? name;
    if (joint === "/") return `/${PER[name]?.[lang] ?? word}`;
    return `${joint === "*" ? "·" : ""}${word}`;
  });
}

/** A number with its unit; money in its own way. */
export function formatAmount(
  text: string | null | undefined,
  unit: string | null | undefined,
  lang: Lang,
): string {
  if (text == null || text === "") return NOTHING;
  if (!unit || unit === "CNY") return formatMoney(text);
  const word = formatUnit(unit, lang);
  const gap = word === "" || lang === "zh" || word === "%" ? "" : " ";
  return `${formatDecimal(text)}${gap}${word}`;
}

/** A day as people write it; the text as it is where it is no day. */
export function formatDay(day: string | null | undefined, lang: Lang): string {
  if (!day) return NOTHING;
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!match) return day;
  const [, year, month, date] = match;
  if (lang === "zh") return `${year}年${Number(month)}月${Number(date)}日`;
  const name = new Date(Date.UTC(2020, Number(month) - 1, 1)).toLocaleString("en-GB", {
    month: "short",
    timeZone: "UTC",
  });
  return `${Number(date)} ${name} ${year}`;
}

/** A month as people write it, of `2020-03`. */
export function formatMonth(month: string | null | undefined, lang: Lang): string {
  const match = /^(\d{4})-(\d{2})$/.exec(month ?? "");
  if (!match) return month || NOTHING;
  const [, year, number] = match;
  if (lang === "zh") return `${year}年${Number(number)}月`;
  const first = new Date(Date.UTC(Number(year), Number(number) - 1, 1));
  return first.toLocaleString("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
}

/** An instant in the time of China, to the minute: days are counted there wherever the reader is. */
export function formatInstant(at: string | null | undefined, lang: Lang): string {
  if (!at) return NOTHING;
  const instant = new Date(at);
  if (Number.isNaN(instant.getTime())) return at;
  return instant.toLocaleString(lang === "zh" ? "zh-CN" : "en-GB", {
    timeZone: "Asia/Shanghai",
    year: "numeric",
    month: lang === "zh" ? "numeric" : "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
}

/** Days between, in words. */
export function formatDays(days: number | null | undefined, lang: Lang): string {
  if (days == null) return NOTHING;
  const number = Number.isInteger(days) ? String(days) : days.toFixed(1);
  return lang === "zh" ? `${number}天` : `${number} ${days === 1 ? "day" : "days"}`;
}
