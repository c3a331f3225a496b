import type { Page } from "@playwright/test";

interface Shot {
  width: number;
  height: number;
  /** Whether the camera was held so that its Exif says: turn it by a quarter. */
  turned?: boolean;
  /** Whether its Exif has a position. */
  place?: boolean;
}

/** A JPEG as a telephone takes it: drawn by the browser, with the Exif that cameras write. */
export async function photograph(page: Page, { width, height, turned, place }: Shot): Promise<Buffer> {
  const drawn = await page.evaluate(
    ([width, height]) => {
      const canvas = document.createElement("canvas");
      canvas.width = width ?? 1;
      canvas.height = height ?? 1;
      const on = canvas.getContext("2d");
      if (on) {
        on.fillStyle = "#1b7450";
        on.fillRect(0, 0, canvas.width, canvas.height);
        on.fillStyle = "#ffffff";
        on.fillRect(0, 0, canvas.width / 4, canvas.height / 4);
      }
      return canvas.toDataURL("image/jpeg", 0.9).split(",")[1] ?? "";
    },
    [width, height],
  );
  const jpeg = Buffer.from(drawn, "base64");
  // After the first two bytes, which begin a JPEG.
  return Buffer.concat([jpeg.subarray(0, 2), exif(turned === true, place === true), jpeg.subarray(2)]);
}

/** An Exif segment: TIFF, big end first, with an orientation and, behind it, a block of one field of a position. */
function exif(turned: boolean, place: boolean): Buffer {
  const entry = (tag: number, type: number, count: number, value: number[]) =>
    Buffer.concat([short(tag), short(type), long(count), Buffer.from(value)]);
  const fields = [entry(0x0112, 3, 1, [0, turned ? 6 : 1, 0, 0])];
  const gpsAt = 8 + 2 + 12 * 2 + 4;
  if (place) fields.push(entry(0x8825, 4, 1, [...long(gpsAt)]));
  const gps = [short(1), entry(0x0000, 1, 4, [2, 3, 0, 0]), long(0)];
  const tiff = Buffer.concat([
    Buffer.from("MM"),
    short(42),
    long(8),
    short(fields.length),
    ...fields,
    long(0),
    ...(place ? gps : []),
  ]);
  const body = Buffer.concat([Buffer.from("Exif\0\0"), tiff]);
  return Buffer.concat([Buffer.from([0xff, 0xe1]), short(body.length + 2), body]);
}

function short(number: number): Buffer {
  return Buffer.from([number >> 8, number & 0xff]);
}

function long(number: number): Buffer {
  return Buffer.concat([short(number >>> 16), short(number & 0xffff)]);
}
