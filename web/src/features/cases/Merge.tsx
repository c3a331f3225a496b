import type { ReactNode } from "react";
import { useNavigate, useParams } from "react-router";
import type { CasePage } from "@/api/types";
import { formatDay, formatInstant } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { Button } from "@/ui/Button";
import { To } from "@/ui/Links";
import { Answer, Failure } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { type Column, Table } from "@/ui/Table";
import { useAct, useCase } from "./queries";
import { State } from "./State";
import { nearness, w } from "./words";
import "./cases.css";

/** Two cases side by side, to see whether they are the same; one of them then goes on for both. */
export function Merge() {
  const t = useText();
  const { no = "", other = "" } = useParams();
  const first = useCase(Number(no));
  const second = useCase(Number(other));
  const over = (
    <>
      <To to="/cases">{t(w.title)}</To>
      <span aria-hidden="true">/</span>
      <To to={`/cases/${no}`}>{t(w.no(no))}</To>
    </>
  );
  return (
    <Page title={t(w.same)} over={over} under={t(w.sameLead)}>
      <Answer of={first} rows={6}>
        {(one) => <Answer of={second}>{(two) => <Compared one={one} two={two} />}</Answer>}
      </Answer>
    </Page>
  );
}

interface Row {
  label: string;
  one: ReactNode;
  two: ReactNode;
}

function Compared({ one, two }: { one: CasePage; two: CasePage }) {
  const t = useText();
  const { lang } = useLang();
  const row = (label: string, of: (side: CasePage) => ReactNode): Row => ({
    label,
    one: of(one),
    two: of(two),
  });
  const place = ({ place }: CasePage) =>
    [place?.address, place?.lat != null && `${place.lat}, ${place.lon}`].filter(Boolean).join(" · ") || "—";
  const rows = [
    row(t(w.case), (side) => t(side.title)),
    row(t(w.said), (side) => side.words ?? "—"),
    row(t(w.place), place),
    row(t(w.about), (side) => side.about?.name ?? side.about?.id ?? "—"),
    row(t(w.opened), (side) => formatInstant(side.opened_at, lang)),
    row(t(w.due), (side) => formatDay(side.due_on, lang)),
    row(t(w.office), (side) => t(side.office.name)),
    row(t(w.officer), (side) => side.officer ?? t(w.nobody)),
    row(t(w.state), (side) => <State of={side} />),
  ];
  const near = one.similar.find(({ no }) => no === two.no);
  const heading = (side: CasePage) => t(w.no(String(side.no)));
  const columns: Column<Row>[] = [
    { id: "what", label: t(w.what), phone: "lead", cell: (line) => line.label },
    { id: "one", label: heading(one), cell: (line) => line.one },
    { id: "two", label: heading(two), cell: (line) => line.two },
  ];
  return (
    <div className="stack">
      {near && (
        <p>
          {t(w.distance)}: {t(nearness(near))}
        </p>
      )}
      <Table caption={t(w.same)} columns={columns} rows={rows} rowKey={(line) => line.label} />
      <div className="row no-print">
        <Into from={two} to={one} main />
        <Into from={one} to={two} />
      </div>
    </div>
  );
}

/** Ends one of the two, which goes on in the other. */
function Into({ from, to, main }: { from: CasePage; to: CasePage; main?: boolean }) {
  const t = useText();
  const navigate = useNavigate();
  const acting = useAct(from.no);
  if (!from.actions.includes("merge") || to.state === "closed") return null;
  return (
    <>
      <Button
        look={main ? "main" : undefined}
        disabled={acting.isPending}
        onClick={() =>
          acting.mutate(
            { action: "merge", into: to.no },
            { onSuccess: () => void navigate(`/cases/${to.no}`) },
          )
        }
      >
        {t(w.mergeInto(String(from.no), String(to.no)))}
      </Button>
      {acting.error && <Failure error={acting.error} />}
    </>
  );
}
