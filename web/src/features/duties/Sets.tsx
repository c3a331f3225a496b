import { useEffect, useRef } from "react";
import { useLocation } from "react-router";
import { useAreaFilter, useNames } from "@/api/city";
import type { DutyPage, StandingLine } from "@/api/types";
import { formatAmount, formatCount, formatDay, NOTHING } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { AreaFilter } from "@/ui/AreaFilter";
import { ExportLink } from "@/ui/Button";
import { Check, Search, Select } from "@/ui/Field";
import { Tabs, To } from "@/ui/Links";
import { List } from "@/ui/List";
import { isStanding, MadeUp, type StandingName } from "@/ui/Standing";
import type { Column } from "@/ui/Table";
import { useFilters } from "@/ui/url";
import { meaning, standing } from "@/ui/words";
import { recordsQuery, recordsSheet, useDutyRecords } from "./queries";
import { w } from "./words";

const SETS: StandingName[] = ["gap", "unknown", "leak", "done", "exempt", "out"];

/** The five sets and the unknown, each a list with its filters. */
export function Sets({ of }: { of: DutyPage }) {
  const t = useText();
  const { lang } = useLang();
  const names = useNames();
  const areas = useAreaFilter();
  const [filters, set] = useFilters(["on", "area", "standing", "q", "missing", "near"]);
  const current: StandingName = isStanding(filters.standing) ? filters.standing : "gap";
  const filter = {
    on: filters.on,
    area: filters.area,
    standing: current,
    q: filters.q,
    missing: current === "unknown" ? filters.missing : "",
    nearMiss: current === "out" && filters.near === "1",
  };
  const asked = useDutyRecords(of.id, filter);
  const { counts } = of;
  const sizes: Record<StandingName, number> = {
    ...counts,
    out: counts.records - counts.should - counts.leak - counts.unknown,
  };
  const place = useRef<HTMLElement>(null);
  const { hash, key } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: each arrival at this address leads to the list
  useEffect(() => {
    if (hash === "#sets") place.current?.scrollIntoView();
  }, [hash, key]);

  return (
    <section className="panel" id="sets" ref={place}>
      <div className="row apart set-head">
        <h2>{t(w.list)}</h2>
        <To className="button" to={`/cases?duty=${of.id}`}>
          {t(w.cases)}
        </To>
        <ExportLink to={recordsSheet(of.id)} query={recordsQuery(filter)} />
      </div>
      <Tabs
        label={t(w.list)}
        name="standing"
        current={current}
        tabs={SETS.map((id) => ({ id, label: t(standing[id]), count: formatCount(sizes[id]) }))}
      />
      <p className="note">
        <strong>{t(standing[current])}</strong>: {t(meaning[current])} ·{" "}
        {t(w.of(formatCount(sizes[current]), t(w.records(formatCount(counts.records)))))} ·{" "}
        {formatDay(of.on, lang)}
      </p>
      <search className="filters">
        <Search label={t(w.search)} value={filters.q} onChange={(q) => set({ q })} />
        <AreaFilter value={filters.area} choices={areas} onChange={(area) => set({ area })} />
        {current === "unknown" && (
          <Select
            label={t(w.missing)}
            value={filters.missing}
            none={t(w.all)}
            choices={of.ask.map((ask) => ({ value: ask.fact, label: t(ask.label) }))}
            onChange={(missing) => set({ missing })}
          />
        )}
        {current === "out" && (
          <Check
            label={t(w.nearMiss)}
            checked={filters.near === "1"}
            onChange={(on) => set({ near: on ? "1" : "" })}
          />
        )}
      </search>
      <List
        of={asked}
        none={t(filter.q || filter.missing || filter.nearMiss || filter.area ? w.emptyFiltered : w.emptySet)}
        caption={t(standing[current])}
        columns={columnsOf(current)}
        rowKey={(line) => `${line.kind}/${line.id}`}
      />
    </section>
  );

  function columnsOf(set: StandingName): Column<StandingLine>[] {
    const columns: Column<StandingLine>[] = [
      {
        id: "name",
        label: t(w.name),
        phone: "lead",
        cell: (line) => (
          <>
            <To to={`/records/${line.kind}/${encodeURIComponent(line.id)}?open=${of.id}`}>
              {line.name ?? line.id}
            </To>{" "}
            <MadeUp when={line.synthetic} />
            <span className="sub">
              {[names.area(line.area), line.name && !line.name.endsWith(line.id) && line.id]
                .filter(Boolean)
                .join(" · ")}
            </span>
          </>
        ),
      },
    ];
    if (set === "unknown") {
      columns.push({
        id: "missing",
        label: t(w.lacking),
        cell: (line) =>
          line.missing.map((path) => names.fact(of.kind, path)).join(lang === "zh" ? "、" : ", ") || NOTHING,
      });
      return columns;
    }
    if (set === "out") {
      columns.push({
        id: "near",
        label: t(w.failedClause),
        cell: (line) => {
          const clause = of.clauses.find((one) => one.id === line.near_miss);
          return clause ? t(clause.label) : (line.near_miss ?? NOTHING);
        },
      });
      return columns;
    }
    if (of.owed != null || of.paid != null) {
      columns.push({
        id: "amount",
        label: t(w.amountOwed),
        right: true,
        cell: (line) => formatAmount(line.amount, of.unit, lang),
      });
      if (set !== "exempt") {
        columns.push({
          id: "paid",
          label: t(w.amountPaid),
          right: true,
          cell: (line) => formatAmount(line.paid, of.unit, lang),
        });
      }
    }
    columns.push({
      id: "arose",
      label: t(w.arose),
      cell: (line) => <span className="nowrap">{formatDay(line.arose_on, lang)}</span>,
    });
    columns.push(
      set === "done" || set === "leak"
        ? {
            id: "met",
            label: t(w.met),
            cell: (line) => <span className="nowrap">{formatDay(line.met_on, lang)}</span>,
          }
        : {
            id: "due",
            label: t(w.due),
            cell: (line) => (
              <span className="nowrap">
                {formatDay(line.due_on, lang)}
                {set === "gap" && line.due_on != null && line.due_on < of.on && (
                  <span className="late"> {t(w.late)}</span>
                )}
              </span>
            ),
          },
    );
    return columns;
  }
}
