import { useState } from "react";
import { useCity } from "@/api/city";
import { useAccount } from "@/api/session";
import type { EventLine, EventType, Job } from "@/api/types";
import { formatCount, formatDay, formatInstant } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import type { Label } from "@/i18n/words";
import { actorName } from "@/ui/actor";
import { Button, ExportLink, PrintButton } from "@/ui/Button";
import { DayInput, Select } from "@/ui/Field";
import { List } from "@/ui/List";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { MadeUp } from "@/ui/Standing";
import type { Column } from "@/ui/Table";
import { useFilters } from "@/ui/url";
import { beginPass, beginVerification, useEvents, useLongWork } from "./queries";
import { w } from "./words";
import "./audit.css";

const TYPES: Record<EventType, Label> = {
  import: w.import,
  change: w.change,
  filing: w.filing,
  draw: w.draw,
  exemption: w.exemption,
  computed: w.computed,
  decision: w.decision,
  verdicts: w.verdicts,
  reveal: w.reveal,
  account: w.account,
  case: w.case,
  "sign-in": w.signIn,
};

function asType(text: string): EventType | "" {
  return text in TYPES ? (text as EventType) : "";
}

/** What happened, event by event, and whether the chain holds. */
export function Audit() {
  const t = useText();
  const account = useAccount();
  return (
    <Page title={t(w.title)} under={t(w.lead)} actions={<PrintButton />}>
      <div className="columns no-print audit-work">
        <Verification />
        {account?.role === "administrator" && <PassAgain />}
      </div>
      <Events />
    </Page>
  );
}

function Verification() {
  const t = useText();
  const work = useLongWork(beginVerification);
  const found = work.job?.verification;
  return (
    <section className="panel" aria-live="polite">
      <h2>{t(w.verify)}</h2>
      <Work of={work} begin={t(w.verify)} far={w.progressOf} />
      {found && !found.broken && <Notice tone="good">{t(w.holds(formatCount(found.events)))}</Notice>}
      {found?.broken && (
        <Notice tone="bad" title={t(w.breaks(String(found.broken.seq)))}>
          {t(found.broken.what)}
        </Notice>
      )}
    </section>
  );
}

function PassAgain() {
  const t = useText();
  const city = useCity().data;
  const [on, setOn] = useState("");
  const day = on || (city?.today ?? "");
  const work = useLongWork(() => beginPass(day));
  const found = work.job?.pass;
  return (
    <section className="panel" aria-live="polite">
      <h2>{t(w.pass)}</h2>
      <p className="note">{t(w.passNote)}</p>
      <div className="audit-day">
        <DayInput label={t(w.day)} value={day} onChange={setOn} />
      </div>
      <Work of={work} begin={t(w.run)} far={w.judged} />
      {found && (
        <Notice tone="good" title={t(w.passed(formatCount(found.records), formatCount(found.changed)))}>
          <p>
            {t(
              w.passedMore(
                formatCount(found.arose),
                formatCount(found.met),
                formatCount(found.lapsed),
                formatCount(found.leaked),
              ),
            )}
          </p>
        </Notice>
      )}
    </section>
  );
}

interface WorkProps {
  of: ReturnType<typeof useLongWork>;
  begin: string;
  /** How far it is, of how much. */
  far: (done: string, total: string) => Label;
}

function Work({ of, begin, far }: WorkProps) {
  const t = useText();
  const progress: Job["progress"] | undefined = of.job?.progress;
  if (of.running) {
    return (
      <div className="stack">
        <progress
          aria-label={begin}
          {...(progress?.total ? { value: progress.done, max: progress.total } : {})}
        />
        <p className="num soft">
          {progress?.total ? t(far(formatCount(progress.done), formatCount(progress.total))) : t(w.begun)}
        </p>
        <Button look="danger" onClick={of.stop} disabled={!of.job}>
          {t(w.cancel)}
        </Button>
      </div>
    );
  }
  return (
    <>
      {of.error && <Failure error={of.error} />}
      {of.job?.state === "cancelled" && <Notice tone="warn">{t(w.cancelled)}</Notice>}
      {of.job?.state === "failed" && (
        <Notice tone="bad" title={t(w.failed)}>
          {t(of.job.failure)}
        </Notice>
      )}
      <div className="audit-begin">
        <Button look="main" onClick={of.begin}>
          {begin}
        </Button>
      </div>
    </>
  );
}

function Events() {
  const t = useText();
  const { lang } = useLang();
  const [filters, set] = useFilters(["type"]);
  const asked = useEvents(asType(filters.type));
  const columns: Column<EventLine>[] = [
    {
      id: "seq",
      label: t(w.seq),
      phone: "lead",
      cell: (line) => (
        <span className="nowrap">
          <span className="num">{line.seq}</span> · {t(TYPES[line.type])} <MadeUp when={line.synthetic} />
        </span>
      ),
    },
    {
      id: "at",
      label: t(w.at),
      cell: (line) => <span className="nowrap">{formatInstant(line.at, lang)}</span>,
    },
    { id: "on", label: t(w.on), cell: (line) => <span className="nowrap">{formatDay(line.on, lang)}</span> },
    { id: "actor", label: t(w.actor), cell: (line) => actorName(line.actor, lang) },
    {
      id: "summary",
      label: t(w.summary),
      phone: "full",
      cell: (line) => <span className="small soft">{t(line.says)}</span>,
    },
    {
      id: "hash",
      label: t(w.hash),
      cell: (line) => (
        <code className="nowrap" title={line.hash}>
          {line.hash.slice(0, 12)}
        </code>
      ),
    },
  ];
  return (
    <section>
      <div className="row apart audit-head">
        <h2>{t(w.events)}</h2>
        <ExportLink to="/api/audit/events.xlsx" query={{ type: asType(filters.type) }} />
      </div>
      <search className="filters audit-filter">
        <Select
          label={t(w.type)}
          value={filters.type}
          none={t(w.all)}
          choices={Object.entries(TYPES).map(([value, label]) => ({ value, label: t(label) }))}
          onChange={(type) => set({ type })}
        />
      </search>
      <List
        of={asked}
        none={t(w.none)}
        caption={t(w.events)}
        columns={columns}
        rowKey={(line) => String(line.seq)}
      />
    </section>
  );
}
