import { useState } from "react";
import { useAccount } from "@/api/session";
import type { CaseAction, CaseActionName, CaseLine } from "@/api/types";
import { formatCount, formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { Button, ExportLink, PrintButton } from "@/ui/Button";
import { Check } from "@/ui/Field";
import { To } from "@/ui/Links";
import { List } from "@/ui/List";
import { Page } from "@/ui/Page";
import { MadeUp } from "@/ui/Standing";
import type { Column } from "@/ui/Table";
import { useFilters } from "@/ui/url";
import { ActDialog } from "./Act";
import { NOBODY } from "./columns";
import { Outcome, useUndoable } from "./Outcome";
import { CASE_FILTERS, type CaseFilters, queryOf, useCases, useCasework, useMayAct } from "./queries";
import { SavedFilters } from "./SavedFilters";
import { State } from "./State";
import { WorklistFilters } from "./WorklistFilters";
import { actions, w } from "./words";
import "./cases.css";

/** What may be done to many at once. */
const MANY: CaseActionName[] = ["take", "answer", "pause"];

/** Cases in the order in which they are due, and what may be done to several at once. */
export function Worklist() {
  const t = useText();
  const { lang } = useLang();
  const account = useAccount();
  const casework = useCasework();
  const [filters, set] = useFilters(CASE_FILTERS);
  const asked = useCases(filters);
  const [chosen, setChosen] = useState<number[]>([]);
  const mayAct = useMayAct();
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
              <To className="button" to="/cases/board">
                {t(w.board)}
              </To>
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
      <WorklistFilters filters={filters} set={set} />
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
  filters: CaseFilters;
  clear: (change: Partial<CaseFilters>) => void;
}

/** Filters that came with the address and have no control of their own. */
function Narrowed({ filters, clear }: NarrowedProps) {
  const t = useText();
  const { lang } = useLang();
  const { duty, record, officer, due_from, due_to } = filters;
  if (!duty && !record && !officer && !due_from) return null;
  const what = [
    duty && t(w.onlyDuty),
    record && t(w.onlyRecord),
    officer && (officer === NOBODY ? t(w.onlyNobody) : t(w.onlyOfficer(officer))),
    due_from && t(w.onlyDays(formatDay(due_from, lang), formatDay(due_to, lang))),
  ];
  return (
    <div className="row no-print cases-narrowed">
      <span>{what.filter(Boolean).join(" · ")}</span>
      <Button
        look="plain"
        onClick={() => clear({ duty: "", record: "", officer: "", due_from: "", due_to: "" })}
      >
        {t(w.clear)}
      </Button>
    </div>
  );
}

/** What may be done to the cases that are chosen, and taken back. */
function Many({ chosen, clear }: { chosen: number[]; clear: () => void }) {
  const t = useText();
  const [asking, setAsking] = useState<CaseActionName | null>(null);
  const work = useUndoable();
  const begin = (action: CaseAction) => {
    setAsking(null);
    work.begin(
      chosen.map((no) => ({ no, ...action })),
      clear,
    );
  };
  return (
    <div className="no-print">
      {chosen.length > 0 && (
        <div className="row cases-many">
          <strong>{t(w.chosen(formatCount(chosen.length)))}</strong>
          {MANY.map((name) => (
            <Button
              key={name}
              look={name === "take" ? "main" : undefined}
              disabled={work.acting.isPending}
              onClick={() => (name === "take" ? begin({ action: name }) : setAsking(name))}
            >
              {t(actions[name])}
            </Button>
          ))}
        </div>
      )}
      <Outcome of={work} />
      <ActDialog name={asking} officers={[]} kind="" onSend={begin} onClose={() => setAsking(null)} />
    </div>
  );
}
