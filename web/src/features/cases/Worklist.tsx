import { useState } from "react";
import { useAreaFilter, useCity } from "@/api/city";
import { useAccount } from "@/api/session";
import type { CaseAction, CaseActionName, CaseLine } from "@/api/types";
import { formatCount, formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { AreaFilter } from "@/ui/AreaFilter";
import { Button, ExportLink, PrintButton } from "@/ui/Button";
import { Check, Select } from "@/ui/Field";
import { To } from "@/ui/Links";
import { List } from "@/ui/List";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { MadeUp } from "@/ui/Standing";
import type { Column } from "@/ui/Table";
import { useFilters } from "@/ui/url";
import { ActDialog } from "./Act";
import { queryOf, useActOnMany, useCases, useCasework } from "./queries";
import { SavedFilters } from "./SavedFilters";
import { State } from "./State";
import { actions, states, w } from "./words";
import "./cases.css";

const FILTERS = [
  "show",
  "state",
  "kind",
  "duty",
  "department",
  "area",
  "record",
  "due_from",
  "due_to",
] as const;

/** What may be done to many at once. */
const MANY: CaseActionName[] = ["take", "answer", "pause"];

/** Cases in the order in which they are due, and what may be done to several at once. */
export function Worklist() {
  const t = useText();
  const { lang } = useLang();
  const city = useCity().data;
  const account = useAccount();
  const areas = useAreaFilter();
  const casework = useCasework();
  const kinds = casework.data?.kinds ?? [];
  const [filters, set] = useFilters(FILTERS);
  const asked = useCases(filters);
  const [chosen, setChosen] = useState<number[]>([]);
  const mayAct = account !== null && ["administrator", "bureau", "county"].includes(account.role);
  const choose = (no: number, yes: boolean) =>
    setChosen((before) => (yes ? [...before, no] : before.filter((one) => one !== no)));
  const columns: Column<CaseLine>[] = [
    {
      id: "case",
      label: t(w.case),
      phone: "lead",
      cell: (line) => (
        <div className="case-lead">
          {mayAct && (
            <Check
              label={<span className="hidden">{t(w.select(String(line.no)))}</span>}
              checked={chosen.includes(line.no)}
              onChange={(yes) => choose(line.no, yes)}
            />
          )}
          <span>
            <To to={`/cases/${line.no}`}>{t(line.title)}</To>{" "}
            <span className="soft small nowrap">{t(w.no(String(line.no)))}</span>
          </span>
        </div>
      ),
    },
    {
      id: "about",
      label: t(w.about),
      cell: (line) =>
        line.about && (
          <>
            {line.about.name ?? line.about.id} <MadeUp when={line.about.synthetic} />
          </>
        ),
    },
    { id: "office", label: t(w.office), cell: (line) => t(line.office.name) },
    {
      id: "officer",
      label: t(w.officer),
      cell: (line) => line.officer ?? <span className="soft">{t(w.nobody)}</span>,
    },
    { id: "state", label: t(w.state), cell: (line) => <State of={line} /> },
    {
      id: "due",
      label: t(w.due),
      cell: (line) => <span className="nowrap">{formatDay(line.due_on, lang)}</span>,
    },
  ];
  return (
    <Page
      title={t(w.title)}
      under={t(w.lead)}
      actions={
        <>
          <To className="button" to="/cases/due">
            {t(w.calendar)}
          </To>
          {account?.role !== "firm" && (
            <>
              <To className="button" to="/rates">
                {t(w.rates)}
              </To>
              <To className="button" to="/pairings">
                {t(w.pairings)}
              </To>
              <To className="button" to="/inspections">
                {t(w.inspections)}
              </To>
              {casework.data?.exemption && (
                <To className="button" to="/exemptions">
                  {t(w.exemptions)}
                </To>
              )}
            </>
          )}
          {account?.role !== "auditor" && (
            <To className="button main" to="/cases/new">
              {t(w.raise)}
            </To>
          )}
          <ExportLink to="/api/cases.xlsx" query={queryOf(filters)} />
          <PrintButton />
        </>
      }
    >
      <search className="filters">
        <Select
          label={t(w.show)}
          value={filters.show}
          none={t(w.all)}
          choices={[
            ...(mayAct ? [{ value: "mine", label: t(w.mine) }] : []),
            { value: "overdue", label: t(w.overdue) },
            { value: "up", label: t(w.up) },
          ]}
          onChange={(show) => set({ show })}
        />
        <Select
          label={t(w.state)}
          value={filters.state}
          none={t(w.live)}
          choices={Object.entries(states).map(([value, label]) => ({ value, label: t(label) }))}
          onChange={(state) => set({ state })}
        />
        <Select
          label={t(w.kind)}
          value={filters.kind}
          none={t(w.all)}
          choices={kinds.map((kind) => ({ value: kind.id, label: t(kind.label) }))}
          onChange={(kind) => set({ kind })}
        />
        {account?.department == null && account?.role !== "firm" && (
          <Select
            label={t(w.department)}
            value={filters.department}
            none={t(w.all)}
            choices={(city?.departments ?? []).map(({ id, name }) => ({ value: id, label: t(name) }))}
            onChange={(department) => set({ department })}
          />
        )}
        <AreaFilter value={filters.area} choices={areas} onChange={(area) => set({ area })} />
      </search>
      <SavedFilters />
      <Narrowed filters={filters} clear={set} />
      {mayAct && <Many chosen={chosen} clear={() => setChosen([])} />}
      <List
        of={asked}
        none={t(w.none)}
        caption={t(w.title)}
        columns={columns}
        rowKey={(line) => String(line.no)}
      />
    </Page>
  );
}

interface NarrowedProps {
  filters: { duty: string; record: string; due_from: string; due_to: string };
  clear: (change: { duty?: string; record?: string; due_from?: string; due_to?: string }) => void;
}

/** Filters that came with the address and have no control of their own. */
function Narrowed({ filters, clear }: NarrowedProps) {
  const t = useText();
  const { lang } = useLang();
  const { duty, record, due_from, due_to } = filters;
  if (!duty && !record && !due_from) return null;
  const what = [
    duty && t(w.onlyDuty),
    record && t(w.onlyRecord),
    due_from && t(w.onlyDays(formatDay(due_from, lang), formatDay(due_to, lang))),
  ];
  return (
    <div className="row no-print cases-narrowed">
      <span>{what.filter(Boolean).join(" · ")}</span>
      <Button look="plain" onClick={() => clear({ duty: "", record: "", due_from: "", due_to: "" })}>
        {t(w.clear)}
      </Button>
    </div>
  );
}

/** What may be done to the cases that are chosen, and taken back. */
function Many({ chosen, clear }: { chosen: number[]; clear: () => void }) {
  const t = useText();
  const [asking, setAsking] = useState<CaseActionName | null>(null);
  const acting = useActOnMany();
  const undoing = useActOnMany();
  const begin = (action: CaseAction) => {
    setAsking(null);
    undoing.reset();
    acting.mutate(
      chosen.map((no) => ({ no, ...action })),
      { onSuccess: clear },
    );
  };
  const result = acting.data;
  return (
    <div className="no-print" aria-live="polite">
      {chosen.length > 0 && (
        <div className="row cases-many">
          <strong>{t(w.chosen(formatCount(chosen.length)))}</strong>
          {MANY.map((name) => (
            <Button
              key={name}
              look={name === "take" ? "main" : undefined}
              disabled={acting.isPending}
              onClick={() => (name === "take" ? begin({ action: name }) : setAsking(name))}
            >
              {t(actions[name])}
            </Button>
          ))}
        </div>
      )}
      {acting.error && <Failure error={acting.error} />}
      {result && (
        <Notice tone={result.refused.length > 0 ? "warn" : "good"}>
          <p>
            {t(w.done(formatCount(result.done)))}
            {result.refused.length > 0 && ` · ${t(w.refused(formatCount(result.refused.length)))}`}
          </p>
          {result.refused.slice(0, 3).map((one) => (
            <p key={one.no} className="small">
              {t(w.no(String(one.no)))}: {t(one.why)}
            </p>
          ))}
          {result.undo.length > 0 && !undoing.data && (
            <Button disabled={undoing.isPending} onClick={() => undoing.mutate(result.undo)}>
              {t(w.undo)}
            </Button>
          )}
          {undoing.data && <p>{t(w.undone)}</p>}
          {undoing.error && <Failure error={undoing.error} />}
        </Notice>
      )}
      <ActDialog name={asking} officers={[]} kind="" onSend={begin} onClose={() => setAsking(null)} />
    </div>
  );
}
