import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "@playwright/test";
import { SESSION } from "./accounts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

test.use({ storageState: SESSION });

test("letters are listed, each had here or where it says, and its template tried as PDF", async ({
  page,
}) => {
  await page.goto("/letters");
  await expect(page.getByRole("heading", { level: 1, name: "函件和报表" })).toBeVisible();
  await expect(page.getByRole("link", { name: "打开 PDF" })).toHaveCount(2);
  await expect(page.getByRole("link", { name: "在回执页" })).toHaveAttribute("href", "/receipts");
  for (const name of ["打开 PDF", "数据多"]) {
    const address = await page.getByRole("link", { name }).first().getAttribute("href");
    const answer = await page.request.get(address ?? "");
    expect(answer.status()).toBe(200);
    expect(answer.headers()["content-type"]).toBe("application/pdf");
    expect((await answer.body()).subarray(0, 5).toString()).toBe("%PDF-");
  }
  const width = page.viewportSize()?.width ?? 0;
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run: () => Promise<{ violations: { id: string; impact: string }[] }> };
    };
    return (await axe.run()).violations;
  });
  const grave = found.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(grave.map(({ id }) => id)).toEqual([]);
});

test("the mast of an administrator has room in English on a small desktop", async ({ page }, { project }) => {
  test.skip(project.name === "phone", "a width of its own");
  await page.addInitScript(() => localStorage.setItem("yingjin.lang", "en"));
  for (const width of [1261, 1280, 1341, 1381, 1401, 1440, 1500, 1501]) {
    await page.setViewportSize({ width, height: 800 });
    await page.goto("/letters");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
});
