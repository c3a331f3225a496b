import { useLocation, useNavigate, useParams } from "react-router";
import { useNames } from "@/api/city";
import type { ImportPage } from "@/api/types";
import { formatCount, formatDay, formatInstant, NOTHING } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { actorName } from "@/ui/actor";
import { Button, PrintButton } from "@/ui/Button";
import { To } from "@/ui/Links";
import { ListFoot } from "@/ui/List";
import { Empty, Failure, Loading, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Stats } from "@/ui/Stats";
import { type Column, Table } from "@/ui/Table";
import { withQuery } from "@/ui/url";
import { rowWord } from "./place";
import { asOrder, isUnderWay, useBeginImport, useCancelImport, useImport } from "./queries";
import { stateWord } from "./state";
import { ToDecide } from "./ToDecide";
import { w } from "./words";
import "./imports.css";

type Problem = ImportPage["problems"]["items"][number];

const OUTCOMES = { matched: w.matched, doubtful: w.doubtful, "put-aside": w.putAside, rejected: w.rejected };

/** One import: how it goes, what became of every row, and which rows to mend. */
export function Import() {
  const t = useText();
  const { lang } = useLang();
  const names = useNames();
  const { id = "" } = useParams();
  const asked = useImport(id);
  const line = asked.data?.pages[0];
  if (asked.error && !line) return <Failure error={asked.error} retry={() => void asked.refetch()} />;
  if (!line) return <Loading />;
  const problems = asked.data?.pages.flatMap((page) => page.problems.items) ?? [];
  return (
    <Page
      title={line.file || line.source || line.id}
      over={
        <>
          <To to="/import">{t(w.title)}</To>
          <span aria-hidden="true">/</span>
          <span>{names.kind(line.kind)}</span>
          {line.dry_run && <span className="badge plain">{t(w.dryRun)}</span>}
        </>
      }
      under={[
        formatDay(line.on, lang),
        actorName(line.actor, lang),
        formatInstant(line.started_at, lang),
        line.seq && t(w.asEvent(String(line.seq))),
      ]
        .filter(Boolean)
        .join(" · ")}
      actions={<PrintButton />}
    >
      <div className="stack">
        {isUnderWay(line.state) && <UnderWay of={line} />}
        {(line.state === "failed" || line.state === "cancelled") && (
          <Notice tone={line.state === "failed" ? "bad" : "warn"} title={t(stateWord(line.state))}>
            {line.failure && <p>{t(line.failure)}</p>}
            <To to="/import">{t(w.another)}</To>
          </Notice>
        )}
        {line.state === "done" && line.dry_run && <AfterTrial />}
        {line.state === "done" && !line.dry_run && line.result && !line.seq && (
          <Notice tone="good">{t(w.nothingNew)}</Notice>
        )}
        {line.result && <Result of={line.result} />}
        {line.state === "done" && !line.dry_run && !line.sample && <ToDecide />}
        {line.sample && (
          <Notice title={t(w.sampleOf(formatCount(line.sample.rows), String(line.sample.seed)))}>
            {line.sample.note && <p>{t(line.sample.note)}</p>}
          </Notice>
        )}
        {line.notices.length > 0 && (
          <Notice title={t(w.notices)}>
            {line.notices.map((notice) => (
              <p key={notice.en}>{t(notice)}</p>
            ))}
          </Notice>
        )}
        {line.state === "done" && !line.sample && (
          <Problems
            id={id}
            file={line.file}
            rows={problems}
            total={line.problems.total}
            busy={asked.isFetchingNextPage}
            more={asked.hasNextPage ? () => void asked.fetchNextPage() : undefined}
          />
        )}
        {line.mapping.length > 0 && (
          <details className="panel">
            <summary>{t(w.readAs)}</summary>
            <dl className="pairs">
              {line.mapping.map((column) => (
                <div key={`${column.sheet ?? ""}/${column.heading}`} className="pair">
                  <dt>{column.heading}</dt>
                  <dd>{column.fact ? names.fact(line.kind, column.fact) : t(w.leaveOut)}</dd>
                </div>
              ))}
            </dl>
          </details>
        )}
      </div>
    </Page>
  );
}

/** The file that was tried is still at hand in this window: one more click imports it for real. */
function AfterTrial() {
  const t = useText();
  const navigate = useNavigate();
  const order = asOrder(useLocation().state);
  const beginning = useBeginImport();
  return (
    <Notice tone="warn">
      <p>{t(w.trialNote)}</p>
      {order ? (
        <Button
          look="main"
          disabled={beginning.isPending}
          onClick={() =>
            beginning.mutate(
              { ...order, trial: false },
              { onSuccess: ({ id }) => void navigate(`/import/${id}`, { state: null }) },
            )
          }
        >
          {t(w.doItNow)}
        </Button>
      ) : (
        <p>
          {t(w.fileGone)} <To to="/import">{t(w.title)}</To>
        </p>
      )}
      {beginning.error && <Failure error={beginning.error} />}
    </Notice>
  );
}

function UnderWay({ of }: { of: ImportPage }) {
  const t = useText();
  const cancelling = useCancelImport(of.id);
  const { done, total } = of.progress;
  return (
    <section className="panel" aria-live="polite">
      <h2>{t(stateWord(of.state))}</h2>
      <progress aria-label={t(stateWord(of.state))} {...(total ? { value: done, max: total } : {})} />
      <p className="num soft">
        {total ? t(w.progressOf(formatCount(done), formatCount(total))) : t(w.progress(formatCount(done)))}
      </p>
      <Button look="danger" disabled={cancelling.isPending} onClick={() => cancelling.mutate()}>
        {t(w.cancel)}
      </Button>
      {cancelling.error && <Failure error={cancelling.error} />}
    </section>
  );
}

function Result({ of }: { of: NonNullable<ImportPage["result"]> }) {
  const t = useText();
  const share = t(w.ofRead(formatCount(of.read)));
  return (
    <Stats
      stats={[
        { label: t(w.read), value: formatCount(of.read), of: t(w.readOf) },
        { label: t(w.added), value: formatCount(of.added), of: share },
        { label: t(w.changed), value: formatCount(of.changed), of: share },
        { label: t(w.unchanged), value: formatCount(of.unchanged), of: share },
        {
          label: t(w.putAside),
          value: of.put_aside > 0 ? <To to="/import/decide">{formatCount(of.put_aside)}</To> : formatCount(0),
          of: share,
        },
        { label: t(w.rejected), value: formatCount(of.rejected), of: share },
      ]}
    />
  );
}

interface ProblemsProps {
  id: string;
  file: string;
  rows: Problem[];
  total: number | null | undefined;
  busy: boolean;
  more: (() => void) | undefined;
}

function Problems({ id, file, rows, total, busy, more }: ProblemsProps) {
  const t = useText();
  const { lang } = useLang();
  if (rows.length === 0) return <Empty>{t(w.noProblems)}</Empty>;
  const columns: Column<Problem>[] = [
    {
      id: "row",
      label: t(w.row),
      phone: "lead",
      cell: (row) => <span className="nowrap">{t(rowWord(row.sheet, String(row.row), file))}</span>,
    },
    { id: "column", label: t(w.column), cell: (row) => row.column ?? NOTHING },
    { id: "value", label: t(w.value), cell: (row) => row.value ?? NOTHING },
    { id: "reason", label: t(w.reason), cell: (row) => t(row.reason) },
    {
      id: "outcome",
      label: t(w.outcome),
      cell: (row) => (
        <span className={`badge ${row.outcome === "rejected" ? "gap" : "unknown"}`}>
          {t(OUTCOMES[row.outcome])}
        </span>
      ),
    },
  ];
  return (
    <section className="panel">
      <div className="row apart">
        <h2>{t(w.problems)}</h2>
        <div className="row no-print">
          <a
            className="button"
            href={withQuery(`/api/imports/${encodeURIComponent(id)}/rows.xlsx`, { lang })}
            download
          >
            {t(w.download)}
          </a>
          <To className="button" to="/import">
            {t(w.again)}
          </To>
        </div>
      </div>
      <p className="note">{t(w.problemsNote)}</p>
      <Table
        caption={t(w.problems)}
        columns={columns}
        rows={rows}
        rowKey={(row) => `${row.sheet ?? ""}/${row.row}/${row.column ?? ""}/${row.reason.en}`}
      />
      <ListFoot shown={rows.length} total={total} busy={busy} more={more} />
    </section>
  );
}
