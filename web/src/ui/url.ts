import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

/** Filters that stay while the reader walks from page to page: the day looked at, and the area. */
const CARRIED = ["on", "area"];

/** Reads the named filters of a URL; one that is not there is empty. */
export function readFilters<Name extends string>(
  params: URLSearchParams,
  names: readonly Name[],
): Record<Name, string> {
  return Object.fromEntries(names.map((name) => [name, params.get(name) ?? ""])) as Record<Name, string>;
}

/** The URL's parameters after a change; an empty filter is left out, so that the plain address is the plain page. */
export function writeFilters(
  params: URLSearchParams,
  change: Record<string, string | undefined>,
): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(change)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  return next;
}

/** A path with the carried filters of the page one comes from. */
export function carry(path: string, from: URLSearchParams): string {
  const [bare = "", query = ""] = path.split("?");
  const params = new URLSearchParams(query);
  for (const name of CARRIED) {
    const value = from.get(name);
    if (value && !params.has(name)) params.set(name, value);
  }
  const text = params.toString();
  return text === "" ? bare : `${bare}?${text}`;
}

/** An API address with its query, for links the browser follows itself. */
export function withQuery(
  path: string,
  query: Record<string, string | number | boolean | undefined | null>,
): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") params.set(name, String(value));
  }
  const text = params.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** The page's filters, kept in its address. */
export function useFilters<Name extends string>(names: readonly Name[]) {
  const [params, setParams] = useSearchParams();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the names of a page do not change
  const filters = useMemo(() => readFilters(params, names), [params]);
  const set = useCallback(
    (change: Partial<Record<Name, string>>) =>
      setParams((before) => writeFilters(before, change), { replace: true, preventScrollReset: true }),
    [setParams],
  );
  return [filters, set] as const;
}
