import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useAreaFilter, useNames } from "@/api/city";
import { api, read } from "@/api/client";
import type { Exemption, ExemptionState } from "@/api/types";
import { Given } from "@/exempt/ByHand";
import { states } from "@/exempt/words";
import { formatCount, formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { AreaFilter } from "@/ui/AreaFilter";
import { ExportLink, PrintButton } from "@/ui/Button";
import { Select } from "@/ui/Field";
import { To } from "@/ui/Links";
import { Paged } from "@/ui/List";
import { Page } from "@/ui/Page";
import { MadeUp } from "@/ui/Standing";
import { useFilters } from "@/ui/url";
import { w } from "./words";
import "@/exempt/exempt.css";

interface Filters {
  duty: string;
  area: string;
  state: string;
}

function asState(text: string): ExemptionState | undefined {
  return text in states ? (text as ExemptionState) : undefined;
}

function useExemptions(filters: Filters) {
  return useInfiniteQuery({
    queryKey: ["exemptions", filters],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/api/exemptions", {
          params: {
            query: {
              duty: filters.duty || undefined,
              area: filters.area || undefined,
              state: asState(filters.state),
              cursor: pageParam,
            },
          },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** Who was exempted by hand: for what, with which proof, by whom, until when. */
export function Exemptions() {
  const t = useText();
  const { lang } = useLang();
  const [filters, set] = useFilters(["duty", "area", "state"]);
  const asked = useExemptions(filters);
  const areas = useAreaFilter();
  const duties = useQuery({ queryKey: ["duties", "names"], queryFn: () => read(api.GET("/api/duties")) });
  const first = asked.data?.pages[0];
  const counts = first?.states ?? [];
  const all = counts.reduce((sum, state) => sum + state.count, 0);
  return (
    <Page
      title={t(w.title)}
      under={first && t(w.lead(formatDay(first.on, lang), formatCount(first.total ?? 0), formatCount(all)))}
      actions={
        <>
          <ExportLink to="/api/exemptions.xlsx" query={{ ...filters }} />
          <PrintButton />
        </>
      }
    >
      <div className="filters no-print">
        <AreaFilter value={filters.area} choices={areas} onChange={(area) => set({ area })} />
        <Select
          label={t(w.duty)}
          value={filters.duty}
          none={t(w.every)}
          choices={(duties.data?.duties ?? []).map((duty) => ({ value: duty.id, label: t(duty.title) }))}
          onChange={(duty) => set({ duty })}
        />
        <Select
          label={t(w.state)}
          value={filters.state || "in-force"}
          choices={counts.map((state) => ({
            value: state.id,
            label: t(w.withCount(t(state.label), formatCount(state.count))),
          }))}
          onChange={(state) => set({ state: state === "in-force" ? "" : state })}
        />
      </div>
      <Paged of={asked} none={t(w.none)}>
        {(rows: Exemption[]) => (
          <ul className="exemptions">
            {rows.map((one) => (
              <Line key={one.number} of={one} />
            ))}
          </ul>
        )}
      </Paged>
    </Page>
  );
}

function Line({ of }: { of: Exemption }) {
  const t = useText();
  const names = useNames();
  const { record } = of;
  return (
    <li className="panel">
      <h2>
        <To to={`/records/${record.kind}/${encodeURIComponent(record.id)}?open=${of.duty}`}>
          {record.name ?? record.id}
        </To>{" "}
        <MadeUp when={record.synthetic} />
      </h2>
      <p>
        {t(of.title)}{" "}
        <span className="soft small">
          {[names.kind(record.kind), names.area(record.area)].filter(Boolean).join(" · ")}
        </span>
      </p>
      <Given of={of} />
    </li>
  );
}
