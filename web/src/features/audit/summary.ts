const LONGEST = 240;

/** The summary of an event in one line: its keys and values, nested ones by dotted names. */
export function summaryText(summary: unknown): string {
  const text = parts(summary, "").join(" · ");
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function parts(value: unknown, name: string): string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) {
    const flat = value.every((item) => typeof item !== "object");
    return flat ? [`${name} ${value.join(", ")}`.trim()] : [`${name} ×${value.length}`.trim()];
  }
  if (typeof value === "object") {
    return Object.entries(value).flatMap(([key, inner]) => parts(inner, name ? `${name}.${key}` : key));
  }
  return [`${name} ${String(value)}`.trim()];
}
