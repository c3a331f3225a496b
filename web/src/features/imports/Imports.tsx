import { useState } from "react";
import { useNames } from "@/api/city";
import { useAccount } from "@/api/session";
import { useText } from "@/i18n/lang";
import { To } from "@/ui/Links";
import { Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { DropZone } from "./DropZone";
import { Past } from "./Past";
import { useAsides, useConflicts } from "./queries";
import { Review } from "./Review";
import { w } from "./words";
import "./imports.css";

/** A sheet goes in: dropped, reviewed, tried, and only then written. */
export function Imports() {
  const t = useText();
  const account = useAccount();
  const [file, setFile] = useState<File | null>(null);
  const names = useNames();
  const mayImport = account?.role !== "auditor";
  return (
    <Page title={t(w.title)} under={t(w.lead)}>
      <div className="stack">
        <Undecided />
        {mayImport && account?.area && <Notice>{t(w.ownArea(names.area(account.area)))}</Notice>}
        {!mayImport ? (
          <Notice>{t(w.readOnly)}</Notice>
        ) : file ? (
          <Review key={`${file.name}/${file.lastModified}`} file={file} onAnother={() => setFile(null)} />
        ) : (
          <DropZone onFile={setFile} />
        )}
        <Past />
      </div>
    </Page>
  );
}

function Undecided() {
  const t = useText();
  const conflicts = useConflicts().data?.pages[0]?.items.length ?? 0;
  const asides = useAsides().data?.pages[0]?.items.length ?? 0;
  if (conflicts + asides === 0) return null;
  return (
    <Notice tone="warn" title={t(w.toDecide)}>
      <To to="/import/decide">{t(w.goDecide)}</To>
    </Notice>
  );
}
