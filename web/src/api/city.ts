import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { inWords } from "@/i18n/formula";
import { useLang } from "@/i18n/lang";
import type { Label } from "@/i18n/words";
import { api, read } from "./client";
import { useAccount } from "./session";
import type { City, FactShape } from "./types";

export function useCity() {
  return useQuery({ queryKey: ["city"], queryFn: () => read(api.GET("/api/city")), staleTime: 60_000 });
}

/** Names of the city's areas, departments, kinds and facts in the reader's language; the code where one is not known. */
export function useNames() {
  const city = useCity().data;
  const { lang } = useLang();
  return useMemo(() => {
    const area = (code: string | null | undefined) =>
      code ? (city?.areas.find((one) => one.code === code)?.name[lang] ?? code) : "";
    const department = (id: string | null | undefined) =>
      id ? (city?.departments.find((one) => one.id === id)?.name[lang] ?? id) : "";
    const kind = (id: string | null | undefined) =>
      id ? (city?.kinds.find((one) => one.id === id)?.label[lang] ?? id) : "";
    /** A fact by its dotted path from a kind, step by step. */
    const fact = (kind: string, path: string) => {
      const steps = path.split(".");
      const labels = steps.map(
        (_, index) => factAt(city, kind, steps.slice(0, index + 1).join("."))?.label[lang],
      );
      return labels.every(Boolean) ? labels.join(" · ") : path;
    };
    /** What codes that stand together are called: options of one fact, or areas; none where no fact has them all. */
    const codes = (ids: string[]) => {
      const facts = (city?.kinds ?? []).flatMap((one) => one.facts);
      const options = [...facts.map((one) => one.options), areasAsOptions(city)];
      const found = options.find((some) => ids.every((id) => some.some((option) => option.id === id)));
      return ids.flatMap((id) => found?.find((option) => option.id === id)?.label[lang] ?? []);
    };
    return { area, department, kind, fact, codes };
  }, [city, lang]);
}

/**
 * Rules' expressions in the reader's words. A fact is looked for in the kinds in their order, a parameter among those
 * that came with the rule.
 */
export function useFormula(kinds: (string | null | undefined)[], parameters: { id: string; label: Label }[]) {
  const city = useCity().data;
  const names = useNames();
  const { lang } = useLang();
  return (text: string) =>
    inWords(
      text,
      {
        fact: (path) => {
          for (const kind of kinds) {
            const found = kind && factAt(city, kind, path);
            if (kind && found) return { name: names.fact(kind, path), options: found.options };
          }
          return undefined;
        },
        parameter: (id) => parameters.find((one) => one.id === id)?.label[lang],
      },
      lang,
    );
}

/** The parts of the city that the reader may choose between, to narrow a list to one; none for who sees but one. */
export function useAreaFilter() {
  const city = useCity().data;
  const whole = useAccount()?.area ?? null;
  return useAreaChoices(whole).filter(
    ({ value }) => city?.areas.find((area) => area.code === value)?.parent != null,
  );
}

/** The areas as choices, each below what it lies in; only those below `within` where it is said. */
export function useAreaChoices(within: string | null = null) {
  const city = useCity().data;
  const { lang } = useLang();
  return useMemo(() => {
    const below = (parent: string | null, depth: number): { value: string; label: string }[] =>
      (city?.areas ?? [])
        .filter((area) => (area.parent ?? null) === parent)
        .flatMap((area) => [
          { value: area.code, label: `${"　".repeat(depth)}${area.name[lang]}` },
          ...below(area.code, depth + 1),
        ]);
    return below(within, 0);
  }, [city, lang, within]);
}

/** The areas as the options of a fact. */
export function useAreaOptions() {
  const city = useCity().data;
  return useMemo(() => areasAsOptions(city), [city]);
}

function areasAsOptions(city: City | undefined) {
  return (city?.areas ?? []).map(({ code, name }) => ({ id: code, label: name }));
}

/** The kind that most others point to: in a city of firms, the firm. What a reader looks for first. */
export function centralKind(city: City | undefined): string {
  const pointed = new Map<string, number>();
  for (const { id, facts } of city?.kinds ?? []) {
    for (const { to } of facts) if (to && to !== id) pointed.set(to, (pointed.get(to) ?? 0) + 1);
  }
  const kinds = city?.kinds ?? [];
  return kinds.reduce(
    (best, { id }) => ((pointed.get(id) ?? 0) > (pointed.get(best) ?? 0) ? id : best),
    kinds[0]?.id ?? "",
  );
}

export function useKindChoices() {
  const city = useCity().data;
  const { lang } = useLang();
  return useMemo(
    () => (city?.kinds ?? []).map((kind) => ({ value: kind.id, label: kind.label[lang] })),
    [city, lang],
  );
}

/** The fact at the end of a dotted path from a kind: `tenant.size_class` of a lease is a fact of a firm. */
export function factAt(city: City | undefined, kind: string, path: string): FactShape | undefined {
  let at = city?.kinds.find((one) => one.id === kind);
  let fact: FactShape | undefined;
  for (const step of path.split(".")) {
    fact = at?.facts.find((one) => one.id === step);
    at = city?.kinds.find((one) => one.id === fact?.to);
  }
  return fact;
}
