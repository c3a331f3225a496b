import type { ParameterShape } from "@/api/types";

/** What a parameter holds for the whole city on a day: the latest value that began by then and has not ended. */
export function valueOn(
  parameter: ParameterShape,
  day: string,
): ParameterShape["values"][number] | undefined {
  return parameter.values
    .filter((value) => !value.area && value.from <= day && (!value.to || day <= value.to))
    .sort((a, b) => a.from.localeCompare(b.from))
    .at(-1);
}

/** What is tried, as the address keeps it: `set=rent_months:6`, once for each value. */
export interface Setting {
  parameter: string;
  value: string;
}

export function readSettings(params: URLSearchParams): Setting[] {
  return params.getAll("set").map((text) => {
    const at = text.indexOf(":");
    return at < 0
      ? { parameter: text, value: "" }
      : { parameter: text.slice(0, at), value: text.slice(at + 1) };
  });
}

export function writeSettings(params: URLSearchParams, settings: readonly Setting[]): URLSearchParams {
  const next = new URLSearchParams(params);
  next.delete("set");
  for (const { parameter, value } of settings)
    next.append("set", value === "" ? parameter : `${parameter}:${value}`);
  return next;
}

/** What is tried, as the API takes it; what is not filled in is left as it is. */
export function asSet(settings: readonly Setting[]): Record<string, string> {
  return Object.fromEntries(
    settings
      .filter(({ parameter, value }) => parameter !== "" && value.trim() !== "")
      .map(({ parameter, value }) => [parameter, value.trim()]),
  );
}

/** A range that is swept, as the address keeps it: `staff_limit:20..100..10`. */
export interface Range {
  parameter: string;
  from: string;
  to: string;
  step: string;
}

export function readRange(text: string): Range {
  const [parameter = "", bounds = ""] = text.split(":");
  const [from = "", to = "", step = ""] = bounds.split("..");
  return { parameter, from, to, step };
}

export function writeRange({ parameter, from, to, step }: Range): string {
  return `${parameter}:${from}..${to}..${step}`;
}
