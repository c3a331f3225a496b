import { centralKind, useAreaFilter, useCity, useNames } from "@/api/city";
import type { RecordLine } from "@/api/types";
import { formatCount } from "@/i18n/format";
import { useText } from "@/i18n/lang";
import { AreaFilter } from "@/ui/AreaFilter";
import { ExportLink, PrintButton } from "@/ui/Button";
import { Search, Select } from "@/ui/Field";
import { To } from "@/ui/Links";
import { List, rowsOf } from "@/ui/List";
import { Page } from "@/ui/Page";
import { MadeUp } from "@/ui/Standing";
import type { Column } from "@/ui/Table";
import { useFilters } from "@/ui/url";
import { useRecords } from "./queries";
import { w } from "./words";

/** Finds a record by its kind and its name or code. */
export function Records() {
  const t = useText();
  const city = useCity().data;
  const names = useNames();
  const areas = useAreaFilter();
  const [filters, set] = useFilters(["kind", "q", "area"]);
  const kind = filters.kind || centralKind(city);
  const asked = useRecords({ kind, q: filters.q, area: filters.area });
  const lines = rowsOf(asked);
  const columns: Column<RecordLine>[] = [
    {
      id: "name",
      label: t(w.name),
      phone: "lead",
      cell: (line) => (
        <>
          <To to={`/records/${line.kind}/${encodeURIComponent(line.id)}`}>{line.name ?? line.id}</To>{" "}
          <MadeUp when={line.synthetic} />
        </>
      ),
    },
    ...(lines.some((line) => line.name && line.name !== line.id)
      ? [{ id: "code", label: t(w.code), cell: (line: RecordLine) => <code>{line.id}</code> }]
      : []),
    { id: "area", label: t(w.area), cell: (line) => names.area(line.area) },
  ];
  return (
    <Page
      title={t(w.title)}
      under={city?.register && t(w.lead(formatCount(city.register.records)))}
      actions={
        kind && (
          <>
            <ExportLink to="/api/records.xlsx" query={{ kind, q: filters.q, area: filters.area }} />
            <PrintButton />
          </>
        )
      }
    >
      <search className="filters">
        <Select
          label={t(w.kind)}
          value={kind}
          choices={(city?.kinds ?? []).map((one) => ({
            value: one.id,
            label: one.count == null ? t(one.label) : t(w.kindCount(t(one.label), formatCount(one.count))),
          }))}
          onChange={(next) => set({ kind: next })}
        />
        <Search label={t(w.search)} value={filters.q} onChange={(q) => set({ q })} wide />
        <AreaFilter value={filters.area} choices={areas} onChange={(area) => set({ area })} />
      </search>
      <List
        of={asked}
        none={t(w.none)}
        caption={t(w.title)}
        columns={columns}
        rowKey={(line) => `${line.kind}/${line.id}`}
      />
    </Page>
  );
}
