import { type DragEvent, useId, useState } from "react";
import { useText } from "@/i18n/lang";
import { w } from "./words";

/** Takes a file by drag and drop, or by choosing one: the input covers both and works by keyboard. */
export function DropZone({ onFile }: { onFile: (file: File) => void }) {
  const t = useText();
  const id = useId();
  const [over, setOver] = useState(false);
  const take = (files: FileList | null) => {
    const file = files?.[0];
    if (file) onFile(file);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <label
      htmlFor={id}
      className="drop"
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <strong>{t(w.drop)}</strong>
      <span className="button" aria-hidden="true">
        {t(w.dropOr)}
      </span>
      <span className="small soft">{t(w.dropKinds)}</span>
      <input
        id={id}
        className="hidden"
        type="file"
        accept=".csv,.txt,.tsv,.xlsx,.xls"
        onChange={(event) => take(event.target.files)}
      />
    </label>
  );
}
