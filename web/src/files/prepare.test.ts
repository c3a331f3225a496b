import { beforeEach, expect, test, vi } from "vitest";
import type { Attachable } from "./chosen";
import { keepHere, NoRoom } from "./here";
import { isHeic, prepare, Unfit } from "./prepare";
import { w } from "./words";

const set = vi.hoisted(() => vi.fn());
vi.mock("idb-keyval", () => ({ createStore: () => ({}), get: vi.fn(), del: vi.fn(), set }));

const field: Attachable = { accept: ["image/jpeg", "application/pdf"], most: 3, each_bytes: 1000 };
const paper = () => new File(["%PDF-1.7 a paper"], "a.pdf", { type: "application/pdf" });

/** A photograph as an iPhone begins one. */
const heic = (brand: string, type = "") =>
  new File([new Uint8Array([0, 0, 0, 24]), `ftyp${brand}`, "\0\0\0\0mif1"], "IMG_1.HEIC", { type });

/** Why a file was not taken. */
async function whyNot(file: File): Promise<unknown> {
  return prepare("a-firm", file, field).then(
    () => "taken",
    (error: unknown) => (error instanceof Unfit ? error.why : error),
  );
}

beforeEach(() => {
  vi.stubGlobal("navigator", {});
  set.mockReset().mockResolvedValue(undefined);
});

test("a paper that fits is kept on the device under its digest", async () => {
  const chosen = await prepare("a-firm", paper(), field);
  expect(chosen).toMatchObject({ name: "a.pdf", mediaType: "application/pdf", sizeBytes: 16 });
  expect(set.mock.calls[0]?.[0]).toBe(`a-firm/${chosen.hash}`);
});

test("a device without room says so, and what to do", async () => {
  set.mockRejectedValue(new DOMException("full", "QuotaExceededError"));
  await expect(keepHere("a-firm", "0".repeat(64), paper())).rejects.toBeInstanceOf(NoRoom);
  expect(await whyNot(paper())).toEqual(w.noRoom("a.pdf"));
  // What goes wrong otherwise is no want of room.
  const other = new DOMException("closed", "InvalidStateError");
  set.mockRejectedValue(other);
  expect(await whyNot(paper())).toBe(other);
});

test("HEIC is known by its content, and whoever chose it is told how to get a JPEG", async () => {
  for (const brand of ["heic", "heix", "mif1"]) expect(await isHeic(heic(brand)), brand).toBe(true);
  for (const file of [heic("isom"), paper(), new File(["ftypheic"], "a.txt")]) {
    expect(await isHeic(file)).toBe(false);
  }
  // Whatever the system calls it; a browser that can draw it makes a JPEG, and this one cannot.
  expect(await whyNot(heic("heic"))).toEqual(w.heic("IMG_1.HEIC"));
  expect(await whyNot(heic("heic", "image/heic"))).toEqual(w.heic("IMG_1.HEIC"));
  const torn = new File(["no photograph"], "b.jpg", { type: "image/jpeg" });
  expect(await whyNot(torn)).toEqual(w.unreadable("b.jpg"));
  expect(set).not.toHaveBeenCalled();
});
