import { useState } from "react";
import { useNames } from "@/api/city";
import { useAccount } from "@/api/session";
import { useText } from "@/i18n/lang";
import { Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { DropZone } from "./DropZone";
import { Past } from "./Past";
import { Review } from "./Review";
import { ToDecide } from "./ToDecide";
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
        <ToDecide />
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
