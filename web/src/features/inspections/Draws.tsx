import { useNames } from "@/api/city";
import type { DrawLine } from "@/api/types";
import { formatCount, formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { actorName } from "@/ui/actor";
import { ExportLink, PrintButton } from "@/ui/Button";
import { To } from "@/ui/Links";
import { Answer, Empty } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Table } from "@/ui/Table";
import { useDraws } from "./queries";
import { w } from "./words";

/** Every draw, the latest first. */
export function Draws() {
  const t = useText();
  const { lang } = useLang();
  const names = useNames();
  const asked = useDraws();
  const areas = (draw: DrawLine) =>
    draw.areas
      .map((one) => `${names.area(one.area) || t(w.noArea)} ${one.drawn}/${one.lots}`)
      .join(lang === "zh" ? "、" : ", ");
  return (
    <Page
      title={t(w.draws)}
      under={t(w.drawsLead)}
      over={<To to="/inspections">{t(w.title)}</To>}
      actions={
        <>
          <ExportLink to="/api/draws.xlsx" />
          <PrintButton />
        </>
      }
    >
      <Answer of={asked}>
        {(draws) =>
          draws.length === 0 ? (
            <Empty>{t(w.noDraws)}</Empty>
          ) : (
            <Table
              caption={t(w.draws)}
              rows={draws}
              rowKey={(draw) => String(draw.seq)}
              columns={[
                {
                  id: "day",
                  label: t(w.day),
                  phone: "lead",
                  cell: (draw) => <To to={`/draws/${draw.seq}`}>{formatDay(draw.day, lang)}</To>,
                },
                { id: "form", label: t(w.form), cell: (draw) => t(draw.title) },
                { id: "lots", label: t(w.lots), right: true, cell: (draw) => formatCount(draw.lots) },
                { id: "drawn", label: t(w.drawn), right: true, cell: (draw) => formatCount(draw.drawn) },
                { id: "areas", label: t(w.area), phone: "full", cell: areas },
                { id: "actor", label: t(w.actor), cell: (draw) => actorName(draw.actor, lang) },
              ]}
            />
          )
        }
      </Answer>
    </Page>
  );
}
