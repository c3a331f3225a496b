import type { Label, Lang } from "@/i18n/words";
import { type Attachable, type Chosen, digestOf, sizeOf } from "./chosen";
import { keepHere, NoRoom } from "./here";
import { w } from "./words";

/** Long side of a photograph that is sent, in pixels: a form or a card at arm's length can be read in it. */
const LONG_SIDE = 2048;
/** Tried one after another until the photograph is small enough. */
const QUALITIES = [0.85, 0.7, 0.5];

/** Why a file cannot be taken, in words for who chose it. */
export class Unfit extends Error {
  readonly why: Label;

  constructor(why: Label) {
    super(why.en);
    this.name = "Unfit";
    this.why = why;
  }
}

/** Makes a file fit to be sent and keeps it on the device; throws `Unfit` where it cannot be taken. */
export async function prepare(account: string, file: File, field: Attachable): Promise<Chosen> {
  if (file.size === 0) throw new Unfit(w.empty(file.name));
  const heic = await isHeic(file);
  const content = isPicture(file) || heic ? await photograph(file, field, heic) : named(file);
  if (!field.accept.includes(content.type)) throw new Unfit(wrongType(file, field));
  if (content.size > field.each_bytes) {
    throw new Unfit(w.tooLarge(file.name, sizeOf(content.size), sizeOf(field.each_bytes)));
  }
  const hash = await digestOf(content);
  try {
    await keepHere(account, hash, content);
  } catch (error) {
    throw error instanceof NoRoom ? new Unfit(w.noRoom(file.name)) : error;
  }
  return { hash, name: file.name, mediaType: content.type, sizeBytes: content.size };
}

/** What a system calls a file that it knows only by its ending: nothing. */
const ENDINGS: Record<string, string> = {
  pdf: "application/pdf",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
};

function named(file: File): Blob {
  const ending = file.name.split(".").pop()?.toLowerCase() ?? "";
  return file.type === "" ? file.slice(0, file.size, ENDINGS[ending]) : file;
}

function isPicture(file: File): boolean {
  return file.type.startsWith("image/");
}

/** Sorts of HEIF that telephones write, as the content begins. */
const HEIC = ["heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"];

/** Whether the content is a photograph as iPhones keep them; what a system calls it differs, or is nothing. */
export async function isHeic(file: Blob): Promise<boolean> {
  const begins = new TextDecoder("latin1").decode(await file.slice(4, 12).arrayBuffer());
  return begins.startsWith("ftyp") && HEIC.includes(begins.slice(4));
}

/**
 * A picture drawn anew: upright, no larger than it has to be, and without anything that stood beside it in the file, as
 * where it was taken.
 */
async function photograph(file: File, field: Attachable, heic: boolean): Promise<Blob> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Unfit((heic ? w.heic : w.unreadable)(file.name));
  }
  try {
    const canvas = drawn(picture, LONG_SIDE);
    if (file.type === "image/png" && field.accept.includes("image/png")) {
      const same = await written(canvas, "image/png");
      if (same.size <= field.each_bytes) return same;
    }
    const mediaType = field.accept.find((type) => type === "image/jpeg" || type === "image/webp");
    if (!mediaType) throw new Unfit(wrongType(file, field));
    let smallest: Blob | undefined;
    for (const quality of QUALITIES) {
      smallest = await written(canvas, mediaType, quality);
      if (smallest.size <= field.each_bytes) break;
    }
    return smallest ?? file;
  } finally {
    picture.close();
  }
}

/** A picture on a canvas, with a long side of at most so many pixels. */
export function drawn(picture: ImageBitmap, longSide: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  draw(picture, canvas, longSide);
  return canvas;
}

/** Draws a picture into a canvas, which takes its size: the long side at most so many pixels. */
export function draw(picture: ImageBitmap, canvas: HTMLCanvasElement, longSide: number): void {
  const { width, height } = within(picture, longSide);
  canvas.width = width;
  canvas.height = height;
  const on = canvas.getContext("2d");
  if (!on) return;
  // A JPEG has no transparency: what shows nothing is white, as on paper.
  on.fillStyle = "white";
  on.fillRect(0, 0, width, height);
  on.imageSmoothingQuality = "high";
  on.drawImage(picture, 0, 0, width, height);
}

/** The size that fits, with the same sides; nothing is made larger. */
export function within({ width, height }: { width: number; height: number }, longSide: number) {
  const scale = Math.min(1, longSide / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

function written(canvas: HTMLCanvasElement, type: string, quality?: number): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), type, quality);
  });
}

/** What a field takes, as people call it. */
export function typesOf({ accept }: Pick<Attachable, "accept">, lang: Lang): string {
  const names = accept.map((type) => (type.startsWith("image/") ? w.photographs[lang] : typeName(type)));
  return [...new Set(names)].join(lang === "zh" ? "、" : ", ");
}

function wrongType(file: File, field: Attachable): Label {
  const said = (lang: Lang) => w.wrongType(file.name, typesOf(field, lang))[lang];
  return { zh: said("zh"), en: said("en") };
}

/** `PDF`, for a media type. */
export function typeName(mediaType: string): string {
  if (mediaType.endsWith("spreadsheetml.sheet")) return "XLSX";
  if (mediaType.endsWith("wordprocessingml.document")) return "DOCX";
  return (mediaType.split("/").pop() ?? "").toUpperCase();
}
