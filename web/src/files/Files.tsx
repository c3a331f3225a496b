import { useQuery } from "@tanstack/react-query";
import { api, read } from "@/api/client";
import { useText } from "@/i18n/lang";
import { withQuery } from "@/ui/url";
import { sizeOf } from "./chosen";
import { Preview } from "./Preview";
import { typeName } from "./prepare";
import { w } from "./words";
import "./files.css";

/** Whether a fact is known and names files. */
export function isFiles<Fact extends { type: string; value?: unknown }>(
  fact: Fact,
): fact is Fact & { value: string } {
  return fact.type === "files" && typeof fact.value === "string";
}

interface FilesProps {
  /** The value of a fact that names files: digests with a space between. */
  named: string;
  /** Why they are read, where they are about a person. */
  reason?: string;
}

/** The files that a fact names: pictures small and to be opened, documents to be saved. */
export function Files({ named, reason }: FilesProps) {
  return (
    <ul className="file-list shown">
      {named.split(" ").map((hash, place) => (
        <Shown key={hash} hash={hash} number={String(place + 1)} reason={reason} />
      ))}
    </ul>
  );
}

function Shown({ hash, number, reason }: { hash: string; number: string; reason?: string }) {
  const t = useText();
  const asked = useFile(hash, reason);
  if (asked.error) return <li className="soft small">{t(w.notShown(number))}</li>;
  const content = asked.data;
  const isPicture = content?.type.startsWith("image/") ?? true;
  const name = t(isPicture ? w.picture(number) : w.document(typeName(content?.type ?? ""), number));
  return (
    <li>
      <span className="file-mark">
        {content && isPicture && <Preview content={content} label={t(w.preview(name))} />}
        {content && !isPicture && <span aria-hidden="true">{typeName(content.type)}</span>}
      </span>
      <a
        className="file-name"
        href={withQuery(`/api/files/${hash}`, { reason })}
        target="_blank"
        rel="noreferrer"
      >
        {name}
        <span className="hidden"> {t(isPicture ? w.open : w.download)}</span>
      </a>
      {content && <span className="soft small num">{sizeOf(content.size)}</span>}
    </li>
  );
}

function useFile(hash: string, reason?: string) {
  return useQuery({
    queryKey: ["file", hash],
    queryFn: async () =>
      (await read(
        api.GET("/api/files/{hash}", {
          params: { path: { hash }, query: reason ? { reason } : {} },
          parseAs: "blob",
        }),
      )) as unknown as Blob,
    // A file is never another one under the same name.
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}
