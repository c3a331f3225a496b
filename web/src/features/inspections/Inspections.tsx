import { Link } from "react-router";
import { useAreaFilter } from "@/api/city";
import { useAccount } from "@/api/session";
import type { InspectionLine, OfficerForm } from "@/api/types";
import { formatCount, formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { AreaFilter } from "@/ui/AreaFilter";
import { ExportLink } from "@/ui/Button";
import { Select } from "@/ui/Field";
import { To } from "@/ui/Links";
import { Paged } from "@/ui/List";
import { Page } from "@/ui/Page";
import { MadeUp } from "@/ui/Standing";
import { useFilters } from "@/ui/url";
import { useInspections } from "./queries";
import { w } from "./words";
import "./inspections.css";

/** Filings that were drawn, for an officer with a phone at the gate: what waits longest stands first. */
export function Inspections() {
  const t = useText();
  const { lang } = useLang();
  const [filters, set] = useFilters(["area", "state"]);
  const asked = useInspections(filters);
  const areas = useAreaFilter();
  const first = asked.data?.pages[0];
  const mayFile = useAccount()?.role !== "auditor";
  const states = first?.states ?? [];
  const labelOf = (id: string) => states.find((state) => state.id === id)?.label;
  return (
    <Page
      title={t(w.title)}
      under={first && t(w.lead(formatCount(first.filed), formatDay(first.on, lang)))}
      actions={
        <>
          <To className="button" to="/draws">
            {t(w.draws)}
          </To>
          <ExportLink to="/api/inspections.xlsx" query={{ ...filters }} />
        </>
      }
    >
      <div className="filters inspection-filters no-print">
        <AreaFilter value={filters.area} choices={areas} onChange={(area) => set({ area })} />
        <Select
          label={t(w.state)}
          value={filters.state}
          none={t(w.everyState)}
          choices={states.map((state) => ({
            value: state.id,
            label: t(w.withCount(t(state.label), formatCount(state.count))),
          }))}
          onChange={(state) => set({ state })}
        />
      </div>
      <Paged of={asked} none={t(w.none)}>
        {(rows: InspectionLine[]) => (
          <ul className="inspections">
            {rows.map((one) => (
              <Inspected
                key={one.filing.id}
                of={one}
                state={t(labelOf(one.state) ?? { zh: one.state, en: one.state })}
                forms={mayFile ? (first?.forms ?? []).filter((form) => one.forms.includes(form.id)) : []}
              />
            ))}
          </ul>
        )}
      </Paged>
    </Page>
  );
}

function Inspected({ of, state, forms }: { of: InspectionLine; state: string; forms: OfficerForm[] }) {
  const t = useText();
  const { lang } = useLang();
  const name = of.by.name ?? of.by.id;
  return (
    <li className="panel">
      <h2>
        <To to={`/records/${of.filing.kind}/${encodeURIComponent(of.filing.id)}`}>{name}</To>{" "}
        <MadeUp when={of.filing.synthetic} />
      </h2>
      <p className="row">
        <span className="badge plain">{state}</span>
        {of.due && <strong>{t(w.due(formatDay(of.due, lang)))}</strong>}
      </p>
      <p className="soft small">
        {[
          t(w.filedOn(formatDay(of.filed_on, lang))),
          t(of.drawn_for ? w.drawnFor(formatDay(of.drawn_for, lang)) : w.notDrawn),
        ].join(" · ")}
      </p>
      <div className="row">
        {forms.map((form) => (
          <Link
            key={form.id}
            className="button"
            to={`/forms/${form.id}?by=${encodeURIComponent(of.filing.id)}`}
          >
            {t(form.title)}
            <span className="hidden"> {name}</span>
          </Link>
        ))}
      </div>
    </li>
  );
}
