import { formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import type { Label } from "@/i18n/words";
import { law } from "./words";

interface BasisOf {
  doc: string;
  clause?: string | null;
  title?: string | null;
  confidence?: string | null;
}

/** The document that makes it binding, and how far its reading can be trusted. */
export function Basis({ of }: { of: BasisOf }) {
  const t = useText();
  const doubt: Label | null =
    of.confidence === "P" ? law.partly : of.confidence === "M" ? law.unchecked : null;
  return (
    <span>
      {of.title && t(law.titled(of.title))}
      {of.doc}
      {of.clause && ` ${t(law.place(of.clause))}`}
      {doubt && <span className="soft small">{t(law.aside(t(doubt)))}</span>}
    </span>
  );
}

interface SpanOf {
  from: string;
  to?: string | null;
  doc?: string | null;
}

/** The days in which something holds. */
export function Span({ of }: { of: SpanOf | null | undefined }) {
  const t = useText();
  const { lang } = useLang();
  if (!of) return <span>{t(law.notInForce)}</span>;
  const from = formatDay(of.from, lang);
  return (
    <span>
      {of.to ? t(law.between(from, formatDay(of.to, lang))) : t(law.from(from))}
      {of.doc && <span className="soft small">{t(law.aside(of.doc))}</span>}
    </span>
  );
}
