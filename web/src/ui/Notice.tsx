import type { ReactNode } from "react";
import { useText } from "@/i18n/lang";
import { Button } from "./Button";
import { w } from "./words";

type Tone = "bad" | "warn" | "good";

export function Notice({ tone, title, children }: { tone?: Tone; title?: string; children?: ReactNode }) {
  return (
    <div className={["notice", tone].filter(Boolean).join(" ")} role={tone === "bad" ? "alert" : "status"}>
      {title && <p className="notice-title">{title}</p>}
      {children}
    </div>
  );
}

/** What a refusal of the server looks like here; see `api/problem.ts`. */
interface Refusal {
  title?: string;
  detail?: string;
  status?: number;
}

/** Not allowed, or not there: asking again changes nothing. */
const FINAL = [403, 404];

/** An error in the reader's words, with a way to try again. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const t = useText();
  const refusal = error as Refusal | null;
  const known = refusal !== null && typeof refusal === "object" && typeof refusal.title === "string";
  return (
    <Notice tone="bad" title={known ? refusal.title : t(w.failed)}>
      <p>{known ? refusal.detail : t(w.offline)}</p>
      {retry && !(known && FINAL.includes(refusal.status ?? 0)) && (
        <Button onClick={retry}>{t(w.again)}</Button>
      )}
    </Notice>
  );
}

export function Loading({ rows = 4 }: { rows?: number }) {
  const t = useText();
  return (
    <div className="skeleton" role="status">
      <p className="hidden">{t(w.loading)}</p>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <span key={row} />
      ))}
    </div>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <div className="panel empty">{children}</div>;
}

interface Asked<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

interface AnswerProps<T> {
  of: Asked<T>;
  rows?: number;
  /** What stands around the waiting and the failure, where the answer brings a page of its own. */
  frame?: (inside: ReactNode) => ReactNode;
  children: (answer: T) => ReactNode;
}

/** Shows what was asked for, or that it is under way, or why it failed. */
export function Answer<T>({ of, rows, frame = (inside) => inside, children }: AnswerProps<T>) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.error) return <>{frame(<Failure error={of.error} retry={() => void of.refetch()} />)}</>;
  return <>{frame(<Loading rows={rows} />)}</>;
}
