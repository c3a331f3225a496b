import { useNames } from "@/api/city";
import type { ImportLine } from "@/api/types";
import { formatCount, formatInstant } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { To } from "@/ui/Links";
import { ListFoot } from "@/ui/List";
import { Empty, Failure, Loading } from "@/ui/Notice";
import { type Column, Table } from "@/ui/Table";
import { useImports } from "./queries";
import { stateWord } from "./state";
import { w } from "./words";

/** Imports so far, the last first. */
export function Past() {
  const t = useText();
  const { lang } = useLang();
  const names = useNames();
  const asked = useImports();
  const lines = asked.data?.pages.flatMap((page) => page.items) ?? [];
  const columns: Column<ImportLine>[] = [
    {
      id: "file",
      label: t(w.file),
      phone: "lead",
      cell: (line) => (
        <>
          <To to={`/import/${line.id}`}>{line.file || line.source || line.id}</To>{" "}
          {line.dry_run && <span className="badge plain">{t(w.dryRun)}</span>}
          <span className="sub">{names.kind(line.kind)}</span>
        </>
      ),
    },
    { id: "state", label: t(w.state), cell: (line) => t(stateWord(line.state)) },
    {
      id: "result",
      label: t(w.result),
      cell: ({ result, sample }) =>
        sample ? (
          <span className="num">
            {t(w.sampleOf(formatCount(sample.rows), String(sample.seed)))}
            {sample.note && <span className="sub">{t(sample.note)}</span>}
          </span>
        ) : (
          result &&
          result.read > 0 && (
            <span className="num">
              {t(w.added)} {formatCount(result.added)} · {t(w.changed)} {formatCount(result.changed)} ·{" "}
              {t(w.unchanged)} {formatCount(result.unchanged)} · {t(w.putAside)}{" "}
              {formatCount(result.put_aside)} · {t(w.rejected)} {formatCount(result.rejected)}
              <span className="sub">{t(w.ofRead(formatCount(result.read)))}</span>
            </span>
          )
        ),
    },
    {
      id: "when",
      label: t(w.when),
      cell: (line) => (
        <>
          {formatInstant(line.started_at, lang)} <span className="sub">{line.actor}</span>
        </>
      ),
    },
  ];
  return (
    <section>
      <h2 className="past-head">{t(w.past)}</h2>
      {asked.error ? (
        <Failure error={asked.error} retry={() => void asked.refetch()} />
      ) : asked.isPending ? (
        <Loading />
      ) : lines.length === 0 ? (
        <Empty>{t(w.none)}</Empty>
      ) : (
        <>
          <Table caption={t(w.past)} columns={columns} rows={lines} rowKey={(line) => line.id} />
          <ListFoot
            shown={lines.length}
            total={asked.data.pages[0]?.total}
            busy={asked.isFetchingNextPage}
            more={asked.hasNextPage ? () => void asked.fetchNextPage() : undefined}
          />
        </>
      )}
    </section>
  );
}
