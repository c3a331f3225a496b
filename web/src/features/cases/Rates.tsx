import { useAreaFilter, useNames } from "@/api/city";
import type { OfficeRates } from "@/api/types";
import { formatCount, formatDay, formatRate } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { AreaFilter } from "@/ui/AreaFilter";
import { ExportLink, PrintButton } from "@/ui/Button";
import { DayInput, Select } from "@/ui/Field";
import { To } from "@/ui/Links";
import { Answer, Empty } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { type Column, Table } from "@/ui/Table";
import { useFilters } from "@/ui/url";
import { useRates } from "./queries";
import { type Counted, sumBy } from "./rates";
import { w } from "./words";
import "./cases.css";

/** The three rates by department, area or office, for any days. */
export function Rates() {
  const t = useText();
  const { lang } = useLang();
  const names = useNames();
  const areas = useAreaFilter();
  const [filters, set] = useFilters(["from", "to", "area", "by"]);
  const by = filters.by || "department";
  const nameOf = ({ office }: OfficeRates) =>
    by === "area"
      ? names.area(office.area)
      : by === "office"
        ? t(office.name)
        : names.department(office.department);
  const asked = useRates({ from: filters.from, to: filters.to, area: filters.area });
  const rate = (part: (row: Counted) => number, whole: (row: Counted) => number) => (row: Counted) => (
    <>
      {formatRate(part(row), whole(row))}
      <div className="sub nowrap">{t(w.of(formatCount(part(row)), formatCount(whole(row))))}</div>
    </>
  );
  const columns: Column<Counted>[] = [
    { id: "name", label: t(w.office), phone: "lead", cell: (row) => row.name },
    {
      id: "response",
      label: t(w.response),
      right: true,
      cell: rate(
        (row) => row.in_time,
        (row) => row.in_time + row.late,
      ),
    },
    {
      id: "late-before",
      label: t(w.lateBefore),
      right: true,
      cell: (row) => (
        <>
          {formatCount(row.late_before)}
          <div className="sub nowrap">
            {t(w.withThem(formatRate(row.in_time, row.in_time + row.late + row.late_before)))}
          </div>
        </>
      ),
    },
    {
      id: "solution",
      label: t(w.solution),
      right: true,
      cell: rate(
        (row) => row.solved,
        (row) => row.said,
      ),
    },
    {
      id: "satisfaction",
      label: t(w.satisfaction),
      right: true,
      cell: rate(
        (row) => row.satisfied,
        (row) => row.rated,
      ),
    },
  ];
  return (
    <Page
      title={t(w.rates)}
      over={<To to="/cases">{t(w.title)}</To>}
      under={t(w.ratesLead)}
      actions={
        <>
          <ExportLink
            to="/api/rates.xlsx"
            query={{ from: filters.from, to: filters.to, area: filters.area }}
          />
          <PrintButton />
        </>
      }
    >
      <Answer of={asked} rows={6}>
        {(page) => (
          <>
            <search className="filters">
              <DayInput label={t(w.from)} value={page.from} onChange={(from) => set({ from })} />
              <DayInput label={t(w.to)} value={page.to} onChange={(to) => set({ to })} />
              <Select
                label={t(w.by)}
                value={by}
                choices={[
                  { value: "department", label: t(w.byDepartment) },
                  { value: "area", label: t(w.byArea) },
                  { value: "office", label: t(w.byOffice) },
                ]}
                onChange={(next) => set({ by: next })}
              />
              <AreaFilter value={filters.area} choices={areas} onChange={(area) => set({ area })} />
            </search>
            {page.offices.length === 0 ? (
              <Empty>{t(w.noRates)}</Empty>
            ) : (
              <>
                <p className="note">{t(w.lateBeforeWhy)}</p>
                <Table
                  caption={`${t(w.rates)} ${formatDay(page.from, lang)} – ${formatDay(page.to, lang)}`}
                  columns={columns}
                  rows={[...sumBy(page.offices, nameOf), ...sumBy(page.offices, () => t(w.whole))]}
                  rowKey={(row) => row.name}
                  dense
                />
              </>
            )}
          </>
        )}
      </Answer>
    </Page>
  );
}
