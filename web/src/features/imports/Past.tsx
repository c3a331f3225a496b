import { useNames } from "@/api/city";
import type { ImportLine } from "@/api/types";
import { formatCount, formatInstant } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { actorName } from "@/ui/actor";
import { ExportLink } from "@/ui/Button";
import { To } from "@/ui/Links";
import { List } from "@/ui/List";
import type { Column } from "@/ui/Table";
import { useImports } from "./queries";
import { stateWord } from "./state";
import { w } from "./words";

/** Imports so far, the last first. */
export function Past() {
  const t = useText();
  const { lang } = useLang();
  const names = useNames();
  const asked = useImports();
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
          <span className="num">{t(w.sampleOf(formatCount(sample.rows), String(sample.seed)))}</span>
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
          {formatInstant(line.started_at, lang)} <span className="sub">{actorName(line.actor, lang)}</span>
        </>
      ),
    },
  ];
  return (
    <section>
      <div className="row past-head">
        <h2>{t(w.past)}</h2>
        <ExportLink to="/api/imports.xlsx" />
      </div>
      <List of={asked} none={t(w.none)} caption={t(w.past)} columns={columns} rowKey={(line) => line.id} />
    </section>
  );
}
