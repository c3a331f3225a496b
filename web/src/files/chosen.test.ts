import { expect, test } from "vitest";
import { digestOf, namesOf, sizeOf } from "./chosen";
import { typeName, typesOf, within } from "./prepare";

const chosen = (hash: string) => ({ hash, name: "a.jpg", mediaType: "image/jpeg", sizeBytes: 1 });

test("files are named by the digests of their content, with a space between", async () => {
  // The SHA-256 of nothing, as FIPS 180-4 has it.
  const none = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  expect(await digestOf(new Blob([]))).toBe(none);
  expect(namesOf([chosen("a"), chosen("b")])).toBe("a b");
  expect(namesOf([])).toBeUndefined();
});

test.each([
  [999, "999 B"],
  [12_345, "12 kB"],
  [5_000_000, "5 MB"],
  [2_440_000, "2.4 MB"],
])("%i bytes are %s", (bytes, said) => {
  expect(sizeOf(bytes)).toBe(said);
});

test("a photograph keeps its sides, and a small one its size", () => {
  expect(within({ width: 4000, height: 3000 }, 2048)).toEqual({ width: 2048, height: 1536 });
  expect(within({ width: 30, height: 40 }, 2048)).toEqual({ width: 30, height: 40 });
  expect(within({ width: 1, height: 9000 }, 192)).toEqual({ width: 1, height: 192 });
});

test("what is taken is said in people's words, each once", () => {
  const accept = ["image/jpeg", "image/png", "application/pdf"];
  expect(typesOf({ accept }, "zh")).toBe("照片、PDF");
  expect(typesOf({ accept }, "en")).toBe("photographs, PDF");
  expect(typeName("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")).toBe("XLSX");
});
