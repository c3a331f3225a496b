import { useEffect, useRef, useState } from "react";
import { draw } from "./prepare";

/** Long side of a preview, in pixels: twice what it is shown at, for sharp screens. */
const LONG_SIDE = 192;

interface PreviewProps {
  content: Blob;
  /** What it shows, for those who do not see it. */
  label: string;
}

/** A picture, drawn small. On a canvas: pages may not show pictures from anywhere but their own server. */
export function Preview({ content, label }: PreviewProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let left = false;
    createImageBitmap(content, { imageOrientation: "from-image" })
      .then((picture) => {
        if (!left && canvas.current) draw(picture, canvas.current, LONG_SIDE);
        picture.close();
      })
      .catch(() => setFailed(true));
    return () => {
      left = true;
    };
  }, [content]);
  return failed ? null : <canvas ref={canvas} className="file-preview" role="img" aria-label={label} />;
}
