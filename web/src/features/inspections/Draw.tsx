import { useParams } from "react-router";
import { useNames } from "@/api/city";
import { formatCount, formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { actorName } from "@/ui/actor";
import { ExportLink, PrintButton } from "@/ui/Button";
import { To } from "@/ui/Links";
import { Answer, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Table } from "@/ui/Table";
import { useDraw } from "./queries";
import { w } from "./words";
import "./inspections.css";

/** One draw, drawn again: the seed, the shares, who came out. */
export function Draw() {
  const t = useText();
  const { lang } = useLang();
  const names = useNames();
  const { seq = "" } = useParams();
  const asked = useDraw(seq);
  const area = (code: string | null | undefined) => names.area(code) || t(w.noArea);
  return (
    <Answer of={asked} frame={(inside) => <Page title={t(w.draws)}>{inside}</Page>}>
      {(draw) => (
        <Page
          title={t(w.drawOf(formatDay(draw.day, lang)))}
          over={<To to="/draws">{t(w.draws)}</To>}
          under={t(draw.title)}
          actions={
            <>
              <ExportLink to={`/api/draws/${draw.seq}/lots.xlsx`} query={{}} />
              <PrintButton />
            </>
          }
        >
          <div className="stack">
            <Notice tone={draw.same ? "good" : "bad"}>
              <p>{t(draw.same ? w.same : w.differs)}</p>
              {draw.altered > 0 && <p>{t(w.altered(formatCount(draw.altered)))}</p>}
            </Notice>
            <section className="panel">
              <dl className="pairs">
                <dt>{t(w.seed)}</dt>
                <dd className="draw-seed">
                  <code>{draw.seed}</code> {t(w.seedFrom(String(draw.seed_event)))}
                </dd>
                <dt>{t(w.list)}</dt>
                <dd className="draw-seed">
                  <code>{draw.list}</code>
                </dd>
                <dt>{t(w.actor)}</dt>
                <dd>{actorName(draw.actor, lang)}</dd>
              </dl>
            </section>
            <Table
              caption={t(w.share)}
              rows={draw.areas}
              rowKey={(one) => one.area ?? ""}
              columns={[
                { id: "area", label: t(w.area), phone: "lead", cell: (one) => area(one.area) },
                { id: "share", label: t(w.share), right: true, cell: (one) => one.share },
                { id: "lots", label: t(w.lots), right: true, cell: (one) => formatCount(one.lots) },
                { id: "drawn", label: t(w.drawn), right: true, cell: (one) => formatCount(one.drawn) },
              ]}
            />
            <section className="panel">
              <h2>{t(w.reasons)}</h2>
              <p>{t(w.oneEach)}</p>
              <ul>
                {draw.reasons.map((one) => (
                  <li key={one.why.en}>{t(w.more(t(one.why), String(one.tickets)))}</li>
                ))}
              </ul>
            </section>
            <section className="stack">
              <h2>{t(w.drawnList)}</h2>
              <Table
                caption={t(w.drawnList)}
                rows={draw.drawn_lots}
                rowKey={(one) => one.filing.id}
                columns={[
                  {
                    id: "filing",
                    label: t(w.filing),
                    phone: "lead",
                    cell: (one) => (
                      <To to={`/records/${one.filing.kind}/${encodeURIComponent(one.filing.id)}`}>
                        {one.filing.name ?? one.filing.id}
                      </To>
                    ),
                  },
                  { id: "area", label: t(w.area), cell: (one) => area(one.area) },
                  { id: "tickets", label: t(w.tickets), right: true, cell: (one) => String(one.tickets) },
                  { id: "rank", label: t(w.rank), cell: (one) => <code>{one.rank}</code> },
                ]}
              />
            </section>
          </div>
        </Page>
      )}
    </Answer>
  );
}
