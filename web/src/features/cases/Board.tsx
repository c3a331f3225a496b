import { type DragEvent, useEffect, useRef, useState } from "react";
import type { BoardCard, BoardColumn } from "@/api/types";
import { formatCount, formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { Button, PrintButton } from "@/ui/Button";
import { Select } from "@/ui/Field";
import { To } from "@/ui/Links";
import { Answer } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { MadeUp } from "@/ui/Standing";
import { useFilters } from "@/ui/url";
import { ActDialog } from "./Act";
import { mayTake, NOBODY, nameIn } from "./columns";
import { Outcome, useUndoable } from "./Outcome";
import { CASE_FILTERS, useBoard, useMayAct } from "./queries";
import { State } from "./State";
import { WorklistFilters } from "./WorklistFilters";
import { actions, w } from "./words";
import "./cases.css";

/** The worklist by person: a case is given to another by dragging it there, or by the button on it. */
export function Board() {
  const t = useText();
  const [filters, set] = useFilters([...CASE_FILTERS, "who"]);
  const { who, ...asked } = filters;
  const board = useBoard(asked);
  return (
    <Page
      title={t(w.board)}
      over={<To to="/cases">{t(w.title)}</To>}
      under={t(useMayAct() ? w.boardLead : w.boardSeen)}
      actions={<PrintButton />}
    >
      <WorklistFilters filters={filters} set={set} />
      <Answer of={board} rows={6}>
        {({ columns, left_out }) => (
          <>
            <Columns columns={columns} who={who} choose={(name) => set({ who: name })} />
            {left_out > 0 && <p className="soft">{t(w.leftOut(formatCount(left_out)))}</p>}
          </>
        )}
      </Answer>
    </Page>
  );
}

interface ColumnsProps {
  columns: BoardColumn[];
  /** The column that a narrow screen shows. */
  who: string;
  choose: (who: string) => void;
}

function Columns({ columns, who, choose }: ColumnsProps) {
  const t = useText();
  const [held, setHeld] = useState<BoardCard | null>(null);
  const [over, setOver] = useState<string | null>(null);
  const [asking, setAsking] = useState<BoardCard | null>(null);
  const work = useUndoable();
  const moved = useRef<number | null>(null);
  const shown = columns.some((column) => nameIn(column) === who) ? who : NOBODY;
  const nameOf = (column: BoardColumn) => column.officer ?? t(w.nobody);
  const give = (card: BoardCard, officer: string | undefined) => {
    moved.current = card.no;
    work.begin([{ no: card.no, action: "assign", officer }]);
  };
  // A card that went to another column is another button: whoever works with the keyboard goes on where it is.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once the columns are there anew
  useEffect(() => {
    if (moved.current === null) return;
    document.getElementById(`give-${moved.current}`)?.focus();
    moved.current = null;
  }, [columns]);
  const letGo = () => {
    setHeld(null);
    setOver(null);
  };
  const drop = (column: BoardColumn) => ({
    onDragOver: (event: DragEvent) => {
      if (!mayTake(column, held)) return;
      event.preventDefault();
      setOver(nameIn(column));
    },
    onDragLeave: (event: DragEvent) => {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(null);
    },
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      if (held && mayTake(column, held)) give(held, column.officer ?? undefined);
      letGo();
    },
  });
  return (
    <>
      <div className="board-choose no-print">
        <Select
          label={t(w.whose)}
          value={shown}
          choices={columns.map((column) => ({
            value: nameIn(column),
            label: `${nameOf(column)} (${formatCount(column.count)})`,
          }))}
          onChange={choose}
        />
      </div>
      <Outcome of={work} />
      <div className="board">
        {columns.map((column) => {
          const name = nameIn(column);
          const look = ["board-column", name === shown && "shown", held && mayTake(column, held) && "open"];
          return (
            <section
              key={name}
              className={[...look, over === name && "over"].filter(Boolean).join(" ")}
              aria-labelledby={`column-${name}`}
              {...drop(column)}
            >
              <h2 id={`column-${name}`}>
                {nameOf(column)} <span className="soft">{formatCount(column.count)}</span>
              </h2>
              {column.items.length === 0 && <p className="soft small">{t(w.noneHere)}</p>}
              <ul>
                {column.items.map((card) => (
                  <Card
                    key={card.no}
                    of={card}
                    isHeld={held?.no === card.no}
                    hold={() => setHeld({ ...card, officer: column.officer })}
                    letGo={letGo}
                    ask={() => setAsking(card)}
                  />
                ))}
              </ul>
              {column.count > column.items.length && (
                <To to={`/cases?officer=${encodeURIComponent(name)}`}>
                  {t(w.allOf(formatCount(column.count)))}
                </To>
              )}
            </section>
          );
        })}
      </div>
      <ActDialog
        name={asking && "assign"}
        officers={(asking?.people ?? []).filter((one) => one !== asking?.officer)}
        kind=""
        onSend={(action) => {
          if (asking) give(asking, action.officer ?? undefined);
          setAsking(null);
        }}
        onClose={() => setAsking(null)}
      />
    </>
  );
}

interface CardProps {
  of: BoardCard;
  isHeld: boolean;
  hold: () => void;
  letGo: () => void;
  ask: () => void;
}

function Card({ of, isHeld, hold, letGo, ask }: CardProps) {
  const t = useText();
  const { lang } = useLang();
  const mayGive = of.people.length > 0;
  return (
    <li
      className={isHeld ? "board-card held" : "board-card"}
      draggable={mayGive}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = "move";
        // Some browsers begin no drag without data.
        event.dataTransfer.setData("text/plain", String(of.no));
        hold();
      }}
      onDragEnd={letGo}
    >
      <span>
        <To to={`/cases/${of.no}`}>{t(of.title)}</To>{" "}
        <span className="soft small nowrap">{t(w.no(String(of.no)))}</span>
      </span>
      {of.about && (
        <span>
          {of.about.name ?? of.about.id} <MadeUp when={of.about.synthetic} />
        </span>
      )}
      <span className="soft small">{t(of.office.name)}</span>
      <span className="row board-foot">
        <State of={of} />
        <span className="small nowrap">
          {t(w.due)} {formatDay(of.due_on, lang)}
        </span>
      </span>
      {mayGive && (
        <Button id={`give-${of.no}`} className="no-print" onClick={ask}>
          {t(actions.assign)}…<span className="hidden"> {t(w.no(String(of.no)))}</span>
        </Button>
      )}
    </li>
  );
}
