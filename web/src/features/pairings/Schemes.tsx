import { useAreaFilter, useNames } from "@/api/city";
import type { SchemeLine } from "@/api/types";
import { formatCount, formatRate } from "@/i18n/format";
import { useText } from "@/i18n/lang";
import { AreaFilter } from "@/ui/AreaFilter";
import { ExportLink, PrintButton } from "@/ui/Button";
import { To } from "@/ui/Links";
import { Answer, Empty } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { type Column, Table } from "@/ui/Table";
import { useFilters } from "@/ui/url";
import { useSchemes } from "./queries";
import { w } from "./words";

/** Every scheme in every area: who was visited in time, and what became of the problems. */
export function Schemes() {
  const t = useText();
  const names = useNames();
  const areas = useAreaFilter();
  const [filters, set] = useFilters(["area"]);
  const asked = useSchemes(filters.area);
  const count = (id: string, label: string, of: (line: SchemeLine) => number): Column<SchemeLine> => ({
    id,
    label,
    right: true,
    cell: (line) => formatCount(of(line)),
  });
  const columns: Column<SchemeLine>[] = [
    {
      id: "scheme",
      label: t(w.scheme),
      phone: "lead",
      cell: (line) => (
        <>
          {t(line.scheme)} <span className="sub">{names.area(line.area) || t(w.noArea)}</span>
        </>
      ),
    },
    count("paired", t(w.paired), (line) => line.paired),
    {
      id: "in-time",
      label: t(w.inTime),
      right: true,
      cell: (line) => (
        <>
          {formatRate(line.in_time, line.paired)}
          <div className="sub nowrap">{t(w.of(formatCount(line.in_time), formatCount(line.paired)))}</div>
        </>
      ),
    },
    count("overdue", t(w.overdue), (line) => line.overdue),
    count("unknown", t(w.notKnown), (line) => line.unknown),
    count("visits", t(w.visits), (line) => line.visits),
    count("raised", t(w.raised), (line) => line.problems.raised),
    count("solved", t(w.solved), (line) => line.problems.solved),
    count("passed-up", t(w.passedUp), (line) => line.problems.passed_up),
    count("open", t(w.open), (line) => line.problems.open),
  ];
  return (
    <Page
      title={t(w.city)}
      over={<To to="/pairings">{t(w.title)}</To>}
      under={t(w.cityLead)}
      actions={
        <>
          <ExportLink to="/api/pairings.xlsx" query={{ area: filters.area || undefined }} />
          <PrintButton />
        </>
      }
    >
      <search className="filters">
        <AreaFilter value={filters.area} choices={areas} onChange={(area) => set({ area })} />
      </search>
      <Answer of={asked} rows={6}>
        {(lines) =>
          lines.length === 0 ? (
            <Empty>{t(w.cityNone)}</Empty>
          ) : (
            <Table
              caption={t(w.title)}
              columns={columns}
              rows={lines}
              rowKey={(line) => `${line.scheme.zh}/${line.area}`}
              dense
            />
          )
        }
      </Answer>
    </Page>
  );
}
